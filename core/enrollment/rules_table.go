package enrollment

import "enrollbench/core/finding"

// The header row.
var (
	RuleMissing = finding.NewRule("csv/column-missing", finding.Error, sourcePrepare,
		"A column of the template is missing",
		"The profile requires a value for it in every row. The service refuses the file.",
		"add the column and fill it, or choose the template that belongs to the profile")
	RuleSpelling = finding.NewRule("csv/column-spelling", finding.Error, sourceFormat,
		"A column name differs in case, spaces or punctuation",
		"The service may take the column for a device field. Its values then never reach the certificate.",
		"rename the column to the name that the service uses")
	RuleSimilar = finding.NewRule("csv/column-similar", finding.Warning, sourceFormat,
		"A column name looks misspelt",
		"It is one or two letters away from a name that the service knows. The service takes it for a device field.",
		"rename the column if it means that name")
	RuleColumnControl = finding.NewRule("csv/column-control-character", finding.Error, "RFC 4180 §2, RFC 4518 §2.2",
		"A column name contains a control character",
		"A line break, tab or escape in a name forges what others read, and the service does not know the name.",
		"rename the column")
	RuleNotInTemplate = finding.NewRule("csv/column-not-in-template", finding.Warning, sourcePrepare,
		"A column is not part of the template",
		"The template lists what the profile accepts. The service may ignore another column or refuse the file.",
		"remove the column, or choose the template that belongs to the profile")
	RuleDeviceField = finding.NewRule("csv/device-field", finding.Notice, sourceFormat,
		"The column is read as a device field",
		"The name is not a part of a certificate. Device fields belong to the profile, and only its template lists them.",
		"compare it with the profile, or check against its template")
	RuleInferred = finding.NewRule("csv/inferred-column", finding.Notice, sourceFormat,
		"The column's name is inferred, not documented",
		"It follows the pattern of documented names, but no page confirms it.",
		"compare it with the profile's template")
	RuleDuplicateColumn = finding.NewRule("csv/duplicate-column", finding.Error, sourceFormat,
		"Two columns have the same name",
		"Nobody knows which of the two values counts. The service refuses the file or takes one of them.",
		"remove one of the columns, or rename it")
	RuleUnnamedColumn = finding.NewRule("csv/unnamed-column", finding.Error, sourceFormat,
		"A column has values and no name",
		"The service cannot know what the values stand for.",
		"name the column, or remove it")
	RuleEmptyColumn = finding.NewRule("csv/empty-column", finding.Notice, sourceFormat,
		"A column has neither name nor values: it is left out of the upload",
		"Spreadsheets leave such columns behind the last one, and a row with too many cells makes one.",
		"you need to do nothing; remove the column to clean up the file as well")
	RuleCSRMissing = finding.NewRule("csv/csr-column-missing", finding.Error, sourcePrepare,
		"The column csr is missing",
		"The devices make their keys, so the service certifies the CSR of each row and refuses a file without them.",
		"add the column csr with the request of each device, or choose a profile whose keys the service makes")
	RuleCSRPresent = finding.NewRule("csv/csr-column-present", finding.Error, sourcePrepare,
		"The file has a column csr, but the service makes the keys",
		"The service would not certify the devices' own keys, and may refuse the file.",
		"choose the profile for keys of the devices, or remove the column")
	RuleNoName = finding.NewRule("csv/no-name-column", finding.Error, sourceFormat,
		"No column names the device",
		"Without subject.common_name and csr nothing tells one certificate from the next, and no file can be named after it.",
		"add the column subject.common_name, and check that the first row is the header")
	RuleNoRows = finding.NewRule("csv/no-rows", finding.Error, sourcePrepare,
		"The file has no row below the header",
		"It orders nothing.",
		"add a row for each certificate, and check that the first row is the header")
)

var headerRules = []*finding.Rule{
	RuleMissing, RuleSpelling, RuleSimilar, RuleColumnControl, RuleNotInTemplate, RuleDeviceField, RuleInferred, RuleDuplicateColumn,
	RuleUnnamedColumn, RuleEmptyColumn, RuleCSRMissing, RuleCSRPresent, RuleNoName, RuleNoRows,
}

// Cells of the column csr, beyond the rules of package csr.
var (
	RuleNotACSR = finding.NewRule("csv/not-a-csr", finding.Error, sourcePrepare+"; RFC 7468 §7",
		"The cell holds no CSR",
		"The row orders a certificate for the key in this cell. The service refuses the row.",
		"put the device's request there: PEM with its BEGIN and END lines")
	RuleBareCSR = finding.NewRule("csv/csr-without-lines", finding.Error, sourceFormat+"; RFC 7468 §7",
		"The CSR has no BEGIN and END lines",
		"The service accepts the PEM text only with both lines. The base64 is a complete request.",
		"put the BEGIN and END lines around it")
	RuleEscapedCSR = finding.NewRule("csv/csr-escaped", finding.Error, "RFC 8259 §7, RFC 7468 §3",
		"The CSR holds \\n instead of line breaks",
		"The text comes from JSON or a program and was not decoded. A backslash is not base64, so the request cannot be read.",
		"replace each \\n with a line break")
	RuleCSRText = finding.NewRule("csv/csr-text", finding.Error, "RFC 7468 §3",
		"A text program changed the CSR",
		"The PEM text contains typographic dashes, NUL characters or other marks. The service cannot read it; the request in it is complete.",
		"write the request as plain PEM text")
	RuleSeveralCSRs = finding.NewRule("csv/several-csrs", finding.Error, sourcePrepare+": one CSR per certificate",
		"The cell has more than one PEM block",
		"A row orders one certificate and has one CSR. Nobody knows which one the service uses.",
		"keep one CSR, and give the others rows of their own")
	RuleSubjectDiffers = finding.NewRule("csv/subject-differs", finding.Warning, sourceFormat+": the CSV wins",
		"The row has another subject than its CSR",
		"The service uses the row's value. Rows and CSRs often slip against each other, and each device then gets its neighbour's certificate.",
		"check that the CSR belongs to this row; if it does, the certificate will hold the row's value")
	RuleSANDiffers = finding.NewRule("csv/san-differs", finding.Warning, sourceFormat+": the CSV wins; "+sourceSAN,
		"The row has other alternative names than its CSR",
		"The service uses the row's names. Rows and CSRs often slip against each other.",
		"check that the CSR belongs to this row; if it does, the certificate will hold the row's names")
)

var requestRules = []*finding.Rule{RuleNotACSR, RuleBareCSR, RuleEscapedCSR, RuleCSRText, RuleSeveralCSRs, RuleSubjectDiffers, RuleSANDiffers}

// Whole rows.
var (
	RuleEmptyRow = finding.NewRule("csv/empty-row", finding.Error, sourceFormat,
		"All cells of a row are empty",
		"It orders nothing, and rows follow it: a device may be missing. The service counts it as a failed certificate or refuses the file.",
		"delete the row")
	RuleTrailingRow = finding.NewRule("csv/trailing-row", finding.Notice, sourceFormat,
		"Empty rows at the end are left out of the upload",
		"Spreadsheets and editors leave them there. They order nothing.",
		"you need to do nothing; delete the rows to clean up the file as well")
	RuleHeaderAgain = finding.NewRule("csv/header-again", finding.Error, sourceFormat,
		"The row repeats the header",
		"Two files were joined. The service would make a certificate for a device called like a column.",
		"delete the row")
	RuleNoDevice = finding.NewRule("csv/no-device", finding.Error, sourceFormat,
		"The row is a total, a note or an end mark, not a device",
		"Exports put such a row below the last device. The service would make a certificate for it.",
		"delete the row")
	RuleDuplicateName = finding.NewRule("csv/duplicate-name", finding.Warning, sourceFormat+": names of the delivered files",
		"Several rows have the same common name",
		"The service names the delivered files after the common name. For a repeated one it uses unique_identifier, or appends a random value.",
		"give each device its own common name, or fill unique_identifier")
	RuleDuplicateID = finding.NewRule("csv/duplicate-identifier", finding.Error, sourceFormat+": unique_identifier",
		"Several rows have the same unique_identifier",
		"The identifier tells rows of one name apart and names their files. Used twice it does neither.",
		"give each row its own identifier")
	RuleDuplicateMAC = finding.NewRule("csv/duplicate-mac", finding.Warning, "IEEE Std 802-2014 §8.2",
		"Several rows have the same MAC address",
		"An address names one device, in any notation. Two devices with one certificate name cannot be told apart.",
		"compare both rows with the labels of the devices")
)

var rowRules = []*finding.Rule{RuleEmptyRow, RuleTrailingRow, RuleHeaderAgain, RuleNoDevice, RuleDuplicateName, RuleDuplicateID, RuleDuplicateMAC}

// RuleTooLarge is about the size of the upload.
var RuleTooLarge = finding.NewRule("csv/too-large", finding.Warning, sourcePrepare+": 200 MB",
	"The upload is larger than one file may be",
	"The service accepts files of at most 200 MB. A larger CSV is zipped, and split between rows if that is not enough. Each part is a separate order.",
	"save it as a ZIP, or in parts")

package enrollment

import "enrollbench/core/finding"

// Cells of the column csr, beyond the rules of package csr.
var (
	RuleNotACSR = &finding.Rule{Name: "csv/not-a-csr", Severity: finding.Error, Source: sourcePrepare + "; RFC 7468 §7",
		Title: "The cell holds no CSR",
		Why:   "The row orders a certificate for the key in this cell, and there is none. The service refuses the row.",
		Hint:  "put the device's request there: PEM with its BEGIN and END lines"}
	RuleBareCSR = &finding.Rule{Name: "csv/csr-without-lines", Severity: finding.Error, Source: sourceFormat + "; RFC 7468 §7",
		Title: "The CSR stands there without its BEGIN and END lines",
		Why:   "The service takes the PEM text with both lines. The base64 between them is a request, so that the lines can be put around it.",
		Hint:  "put the BEGIN and END lines around it"}
	RuleEscapedCSR = &finding.Rule{Name: "csv/csr-escaped", Severity: finding.Error, Source: "RFC 8259 §7, RFC 7468 §3",
		Title: "The CSR holds \\n instead of line breaks",
		Why:   "The text was taken from JSON or a program without being decoded. A backslash is no base64, and the request cannot be read.",
		Hint:  "replace each \\n by a line break"}
	RuleSeveralCSRs = &finding.Rule{Name: "csv/several-csrs", Severity: finding.Error, Source: sourcePrepare + ": one CSR per certificate",
		Title: "More than one PEM block in a cell",
		Why:   "A row orders one certificate and has one CSR; which one the service takes is open.",
		Hint:  "keep one CSR, and give the others rows of their own"}
	RuleSubjectDiffers = &finding.Rule{Name: "csv/subject-differs", Severity: finding.Warning, Source: sourceFormat + ": the CSV wins",
		Title: "The row says another subject than its CSR",
		Why:   "Where an attribute stands in both, the service takes the row's. Often rows and CSRs slipped against each other, and each device gets its neighbour's certificate.",
		Hint:  "see whether the CSR belongs to this row; if it does, what the row says will stand in the certificate"}
	RuleSANDiffers = &finding.Rule{Name: "csv/san-differs", Severity: finding.Warning, Source: sourceFormat + ": the CSV wins; " + sourceSAN,
		Title: "The row says other alternative names than its CSR",
		Why:   "Where a name stands in both, the service takes the row's. Often rows and CSRs slipped against each other.",
		Hint:  "see whether the CSR belongs to this row; if it does, what the row says will stand in the certificate"}
)

var requestRules = []*finding.Rule{RuleNotACSR, RuleBareCSR, RuleEscapedCSR, RuleSeveralCSRs, RuleSubjectDiffers, RuleSANDiffers}

// Whole rows.
var (
	RuleEmptyRow = &finding.Rule{Name: "csv/empty-row", Severity: finding.Error, Source: sourceFormat,
		Title: "All cells of a row are empty",
		Why:   "It orders nothing, and the service counts it as a failed certificate or refuses the file. Spreadsheets leave such rows at the end.",
		Hint:  "delete the row"}
	RuleDuplicateName = &finding.Rule{Name: "csv/duplicate-name", Severity: finding.Warning, Source: sourceFormat + ": names of the delivered files",
		Title: "The same common name in several rows",
		Why:   "The service names the delivered files after the common name. Of rows with the same one it takes unique_identifier instead, or appends a random value that nobody can tell beforehand.",
		Hint:  "give each device its own common name, or fill unique_identifier"}
	RuleDuplicateID = &finding.Rule{Name: "csv/duplicate-identifier", Severity: finding.Error, Source: sourceFormat + ": unique_identifier",
		Title: "The same unique_identifier in several rows",
		Why:   "The identifier is what tells rows of one name apart, and what files of one name are called after. Used twice it does neither.",
		Hint:  "give each row its own identifier"}
)

var rowRules = []*finding.Rule{RuleEmptyRow, RuleDuplicateName, RuleDuplicateID}

// The size of the upload.
var (
	RuleTooLarge = &finding.Rule{Name: "csv/too-large", Severity: finding.Warning, Source: sourcePrepare + ": 200 MB",
		Title: "More bytes than one upload may have",
		Why:   "The service takes files of at most 200 MB, a ZIP as well as a CSV. What is larger is zipped, and where that does not suffice split into parts on the border of rows; each part is an order of its own.",
		Hint:  "save it as a ZIP, or in parts"}
)

var sizeRules = []*finding.Rule{RuleTooLarge}

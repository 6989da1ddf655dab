package enrollment

import "enrollbench/core/finding"

// The header row.
var (
	RuleMissing = &finding.Rule{Name: "csv/column-missing", Severity: finding.Error, Source: sourcePrepare,
		Title: "A column of the template is missing",
		Why:   "The profile requires a value for it in every row; without the column the service refuses the file.",
		Hint:  "add the column and fill it, or choose the template that belongs to the profile"}
	RuleSpelling = &finding.Rule{Name: "csv/column-spelling", Severity: finding.Error, Source: sourceFormat,
		Title: "A column name differs in case, blanks or punctuation",
		Why:   "Names of columns are identifiers. One that is written another way may be taken for a device field, and its values then never reach the certificate.",
		Hint:  "rename the column to the name that the service uses"}
	RuleSimilar = &finding.Rule{Name: "csv/column-similar", Severity: finding.Warning, Source: sourceFormat,
		Title: "A column name looks like a misspelt one",
		Why:   "It is one or two letters away from a name that the service knows. As it stands it is taken for a device field.",
		Hint:  "rename it if that is what was meant"}
	RuleNotInTemplate = &finding.Rule{Name: "csv/column-not-in-template", Severity: finding.Warning, Source: sourcePrepare,
		Title: "A column is not part of the template",
		Why:   "The template lists what the profile takes. What the service does with a further column is not stated: it may ignore it or refuse the file.",
		Hint:  "remove the column, or choose the template that belongs to the profile"}
	RuleDeviceField = &finding.Rule{Name: "csv/device-field", Severity: finding.Notice, Source: sourceFormat,
		Title: "Taken for a device field",
		Why:   "The name is none of those that stand for parts of a certificate. Device fields are the profile's own; only its template can tell whether this is one.",
		Hint:  "compare it with the profile, or check against its template"}
	RuleInferred = &finding.Rule{Name: "csv/inferred-column", Severity: finding.Notice, Source: sourceFormat,
		Title: "The column's name is inferred, not documented",
		Why:   "The documentation shows some names of columns; this one follows their pattern, but no page confirms it.",
		Hint:  "compare it with the profile's template"}
	RuleDuplicateColumn = &finding.Rule{Name: "csv/duplicate-column", Severity: finding.Error, Source: sourceFormat,
		Title: "Two columns have the same name",
		Why:   "Which of the two values counts is open; the service refuses the file or takes one of them.",
		Hint:  "remove one of the columns, or rename it"}
	RuleEmptyColumn = &finding.Rule{Name: "csv/empty-column", Severity: finding.Notice, Source: sourceFormat,
		Title: "A column has neither name nor values: left out of the upload",
		Why:   "Spreadsheets leave such columns behind the last one, and a row with too many cells makes one. It would give the service a column without a name.",
		Hint:  "nothing to do; remove it to be rid of it in the file as well"}
	RuleUnnamedColumn = &finding.Rule{Name: "csv/unnamed-column", Severity: finding.Error, Source: sourceFormat,
		Title: "A column has values and no name",
		Why:   "Values without a name belong to nothing: the service cannot know what they stand for.",
		Hint:  "name the column, or remove it"}
	RuleCSRMissing = &finding.Rule{Name: "csv/csr-column-missing", Severity: finding.Error, Source: sourcePrepare,
		Title: "The column csr is missing",
		Why:   "Where the devices make their keys, the service certifies the CSR of each row and refuses a file without them.",
		Hint:  "add the column csr with the request of each device, or choose a profile whose keys the service makes"}
	RuleCSRPresent = &finding.Rule{Name: "csv/csr-column-present", Severity: finding.Error, Source: sourcePrepare,
		Title: "The column csr stands in a file for keys of the service",
		Why:   "Where the service makes the keys it takes a file without csr: with the column it is the file of another kind of profile, and the devices' own keys would not be certified.",
		Hint:  "choose the profile for keys of the devices, or remove the column"}
	RuleNoName = &finding.Rule{Name: "csv/no-name-column", Severity: finding.Error, Source: sourceFormat,
		Title: "No column names the device",
		Why:   "There is neither subject.common_name nor csr, so that nothing tells one certificate from the next and no file can be named after it.",
		Hint:  "add the column subject.common_name; is the first row the header?"}
	RuleNoRows = &finding.Rule{Name: "csv/no-rows", Severity: finding.Error, Source: sourcePrepare,
		Title: "There is no row below the header",
		Why:   "A file without rows orders nothing.",
		Hint:  "add a row for each certificate; is the first row the header?"}
)

var headerRules = []*finding.Rule{
	RuleMissing, RuleSpelling, RuleSimilar, RuleNotInTemplate, RuleDeviceField, RuleInferred, RuleDuplicateColumn,
	RuleUnnamedColumn, RuleEmptyColumn, RuleCSRMissing, RuleCSRPresent, RuleNoName, RuleNoRows,
}

package enrollment

import "enrollbench/core/finding"

// What spreadsheets and conversions do to values.
var (
	RuleScientific = &finding.Rule{Name: "csv/scientific-notation", Severity: finding.Error, Source: sourceExcel,
		Title: "A number in scientific notation",
		Why:   "A spreadsheet took digits (with an E among them, often a MAC address or serial number) for a number and wrote it short. The digits it left out are gone.",
		Hint:  "take the value from its source again, and import the column as text"}
	RuleErrorValue = &finding.Rule{Name: "csv/error-value", Severity: finding.Error, Source: "ECMA-376 Part 1 §18.17.3 (error values)",
		Title: "A spreadsheet's error stands in a cell",
		Why:   "A formula found nothing (#N/A) or lost what it pointed to (#REF!). The words would stand in the certificate.",
		Hint:  "repair the formula in the spreadsheet, or take the value from its source again"}
	RuleLeadingZeros = &finding.Rule{Name: "csv/leading-zeros", Severity: finding.Warning, Source: sourceExcel,
		Title: "Leading zeros were lost",
		Why:   "All other values of the column have one length, and some begin with 0. A spreadsheet takes digits for a number and drops the zeros before it.",
		Hint:  "put the zeros back"}
	RuleDateForText = &finding.Rule{Name: "csv/date-for-text", Severity: finding.Warning, Source: "Ziemann, Eren, El-Osta: Gene name errors are widespread (Genome Biology 17:177, 2016)",
		Title: "A date, where the other rows have none",
		Why:   "Spreadsheets read values such as 1-2-3, 12-03 or MAR1 as dates. What stood there cannot be told from the date alone.",
		Hint:  "take the value from its source again, and import the column as text"}
	RuleRounded = &finding.Rule{Name: "csv/rounded", Severity: finding.Warning, Source: sourceExcel,
		Title: "A long number that ends in zeros after its 15th digit",
		Why:   "Spreadsheets keep 15 digits of a number and put zeros for the rest. Two devices may now have the same value.",
		Hint:  "take the values from their source again, and import the column as text"}
	RuleBoolean = &finding.Rule{Name: "csv/boolean", Severity: finding.Warning, Source: "ECMA-376 Part 1 §18.17.2.4 (logical constants)",
		Title: "A truth value, where the other rows have none",
		Why:   "Spreadsheets and scripts make TRUE and FALSE of names and codes such as true, T, no or NO.",
		Hint:  "take the value from its source again"}
	RuleFormula = &finding.Rule{Name: "csv/formula", Severity: finding.Error, Source: "OWASP, CSV Injection; ECMA-376 Part 1 §18.17",
		Title: "A formula stands in a cell",
		Why:   "Text that begins with = is worked out by whoever opens the file in a spreadsheet, and stands as it is in the certificate. The form =\"00123\" only keeps a spreadsheet from changing the value.",
		Hint:  "write the value itself"}
	RuleTextMark = &finding.Rule{Name: "csv/text-mark", Severity: finding.Warning, Source: "Microsoft Support: Format numbers as text (apostrophe)",
		Title: "An apostrophe stands before the value",
		Why:   "In a spreadsheet it marks a text and is not shown. In a CSV it is part of the value.",
		Hint:  "remove the apostrophe"}
	RuleDecimal = &finding.Rule{Name: "csv/decimal", Severity: finding.Warning, Source: "IEEE 754; pandas, Nullable integer data type",
		Title: "A whole number was written as a fraction",
		Why:   "The other rows have whole numbers. Tools that keep numbers as fractions write 4711.0 where 4711 stood.",
		Hint:  "remove the .0"}
	RuleMojibake = &finding.Rule{Name: "csv/wrong-encoding", Severity: finding.Warning, Source: "Unicode Technical Report 36 §3.1, RFC 3629 §3",
		Title: "Text was read in the wrong encoding",
		Why:   "A UTF-8 text was once opened as Windows-1252 and saved: MÃ¼ller instead of Müller. It would stand so in the certificate.",
		Hint:  "write the letter that was meant"}
)

var damageRules = []*finding.Rule{
	RuleScientific, RuleErrorValue, RuleLeadingZeros, RuleDateForText, RuleRounded, RuleBoolean, RuleFormula, RuleTextMark,
	RuleDecimal, RuleMojibake,
}

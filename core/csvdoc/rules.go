package csvdoc

import "enrollbench/core/finding"

// Rules is the one table of what is found wrong with the form of a CSV file. What cells hold is not judged here.
var Rules = []*finding.Rule{RuleRagged, RuleBlankRow, RuleStrayQuote, RuleUnclosedQuote, RuleNUL, RuleUndecodable}

const sourceCSV = "RFC 4180 §2"

// The rules of form.
var (
	RuleRagged = &finding.Rule{
		Name: "csvdoc/ragged-row", Severity: finding.Error, Source: sourceCSV + ", rule 4",
		Title: "The row has more or fewer cells than the header",
		Why:   "Values may stand in the wrong columns: often a delimiter within an unquoted value, or a value that was left out.",
		Hint:  "compare the row with its neighbours and move its values to where they belong",
	}
	RuleBlankRow = &finding.Rule{
		Name: "csvdoc/blank-row", Severity: finding.Warning, Source: sourceCSV + ", rule 1",
		Title: "Blank line",
		Why:   "Some readers skip a blank line, others take it for a row of empty cells, and numbers of rows then differ.",
		Hint:  "delete the row",
	}
	RuleStrayQuote = &finding.Rule{
		Name: "csvdoc/stray-quote", Severity: finding.Warning, Source: sourceCSV + ", rules 5 to 7",
		Title: "A quote where none belongs",
		Why:   "Readers disagree on what such a cell holds; the service may read another value than is shown here, or refuse the file.",
		Hint:  "look at the cell and type its value anew, which writes it in proper form",
	}
	RuleUnclosedQuote = &finding.Rule{
		Name: "csvdoc/unclosed-quote", Severity: finding.Error, Source: sourceCSV + ", rule 5",
		Title: "A quote that nothing closes",
		Why:   "Other readers take all that follows, to the end of the file, for one cell. Here the quote is read as a character and the row ends with its line.",
		Hint:  "look at the cell and type its value anew, which writes it in proper form",
	}
	RuleNUL = &finding.Rule{
		Name: "csvdoc/nul", Severity: finding.Error, Source: "RFC 4180 §2 (TEXTDATA)",
		Title: "A NUL character",
		Why:   "No text holds it. Many readers end a value there, some refuse the file; often the file was damaged, or is UTF-16 that was taken for something else.",
		Hint:  "look at the encoding shown below the sheet, or type the cell anew",
	}
	RuleUndecodable = &finding.Rule{
		Name: "csvdoc/undecodable", Severity: finding.Error, Source: "RFC 3629 §3, RFC 2781 §2.2",
		Title: "Bytes that are no character",
		Why:   "The bytes mean nothing in the file's encoding and are shown as a replacement character. They are kept as they are until the cell is edited.",
		Hint:  "choose another encoding if the whole file looks wrong, or type the cell anew",
	}
)

package csvdoc

import "enrollbench/core/finding"

// Rules is the one table of what is found wrong with the form of a CSV file. What cells hold is not judged here.
var Rules = []*finding.Rule{
	RuleHeaderBelow, RuleSeparator, RuleSingleQuotes, RuleQuotedRows, RuleDoubleCR, RuleSepLine, RuleSepUnknown, RuleUntidyZIP, RuleEncoding, RuleTurned,
	RuleSheet, RuleSheetHidden, RuleSheetFormula, RuleSheetNumbers, RuleSheetMixed, RuleSheetRounded,
	RuleRagged, RuleBlankRow, RuleStrayQuote, RuleShifted, RuleSpaces, RuleUnclosedQuote, RuleNUL, RuleUndecodable,
}

// HidesHeader are the rules that say why the first row does not hold the names of the columns: what else is found about the
// header follows from them.
var HidesHeader = []*finding.Rule{RuleHeaderBelow, RuleSeparator, RuleSingleQuotes, RuleQuotedRows, RuleDoubleCR, RuleSepUnknown}

const (
	sourceCSV   = "RFC 4180 §2"
	sourceSheet = "ECMA-376 part 1 §18.8.30; OpenDocument 1.3 part 3 §19.389"
	sourceSep   = "Microsoft Excel: the first line sep= names the delimiter"
)

// The rules about the file as a whole.
var (
	RuleHeaderBelow = &finding.Rule{
		Name: "csvdoc/header-below", Severity: finding.Error, Source: sourceCSV + ", rule 3",
		Title: "The header is not in row 1",
		Why:   "The first row must hold the names of the columns. A title or an empty row above it turns the header into a device and the title into the header.",
		Hint:  "Delete the rows above the header.",
	}
	RuleSeparator = &finding.Rule{
		Name: "csvdoc/unknown-delimiter", Severity: finding.Error, Source: sourceCSV + ", rule 4",
		Title: "The cells are separated by a character that is not a delimiter",
		Why:   "Each row is read as one cell, so the values do not reach their columns.",
		Hint:  "Export the file again with a comma, semicolon or tab between the cells.",
	}
	RuleSingleQuotes = &finding.Rule{
		Name: "csvdoc/single-quotes", Severity: finding.Error, Source: sourceCSV + ", rule 5",
		Title: "The cells are in single quotes",
		Why:   "In a CSV a single quote is part of the value: the names of the columns and all values would carry it.",
		Hint:  "Export the file again with double quotes, or replace the single quotes.",
	}
	RuleQuotedRows = &finding.Rule{
		Name: "csvdoc/quoted-rows", Severity: finding.Error, Source: sourceCSV + ", rules 5 to 7",
		Title: "Each row is in quotes as a whole",
		Why:   "A program that read each row as one cell has saved the file. The delimiters are inside the quotes, so the values do not reach their columns.",
		Hint:  "Export the file again from its source. In Excel, import it with the right delimiter before you save it.",
	}
	RuleDoubleCR = &finding.Rule{
		Name: "csvdoc/double-cr", Severity: finding.Error, Source: sourceCSV + ", rule 1",
		Title: "The lines end in CR CR LF",
		Why:   "A program has changed line breaks that were right. Each last value of a row would carry a carriage return.",
		Hint:  "Export the file again with CR LF or LF at the ends of lines. A script in Python opens the file with newline=''.",
	}
	RuleSepLine = &finding.Rule{
		Name: "csvdoc/sep-line", Severity: finding.Notice, Source: sourceSep,
		Title: "The line sep= above the header is left out",
		Why:   "Excel reads the delimiter from this line. It is not part of the table, and row 1 is the row below it.",
		Hint:  "You need to do nothing.",
	}
	RuleSepUnknown = &finding.Rule{
		Name: "csvdoc/sep-unknown", Severity: finding.Error, Source: sourceSep,
		Title: "The line sep= names a delimiter that is not known",
		Why:   "This line tells Excel the delimiter. The program knows comma, semicolon, tab and pipe, so it splits the rows with another delimiter than the file intends.",
		Hint:  "Open the file in Excel and save it as CSV, or delete the first line.",
	}
	RuleTurned = &finding.Rule{
		Name: "csvdoc/turned", Severity: finding.Notice, Source: "RFC 1468 (ISO-2022-JP), Unicode Standard §3.10 (UTF-32)",
		Title: "The file is converted to UTF-8",
		Why:   "The bytes show which encoding it is, so nothing is guessed. Few programs read a table in it, so it is saved as UTF-8.",
		Hint:  "You need to do nothing.",
	}
	RuleSheet = &finding.Rule{
		Name: "csvdoc/sheet", Severity: finding.Notice, Source: sourceSheet,
		Title: "The table comes from a workbook",
		Why:   "One sheet is read as text, as the cells show it and with all digits that are stored. The workbook itself is not changed.",
		Hint:  "Compare the rows with the workbook. Save the table as CSV.",
	}
	RuleSheetHidden = &finding.Rule{
		Name: "csvdoc/sheet-hidden", Severity: finding.Warning, Source: "ECMA-376 part 1 §18.3.1.73 (row); OpenDocument 1.3 part 3 (table:visibility)",
		Title: "The sheet has hidden rows",
		Why:   "A filter or a person hides rows. They are read like all others, so you may order more devices than the sheet shows.",
		Hint:  "Show all rows and compare. Delete the rows that you do not want to order.",
	}
	RuleSheetFormula = &finding.Rule{
		Name: "csvdoc/sheet-formula", Severity: finding.Error, Source: "ECMA-376 part 1 §18.3.1.40 (f), §18.3.1.96 (v)",
		Title: "Cells have a formula and no result",
		Why:   "A script has written the workbook, and no spreadsheet program has calculated it. These cells are read as empty.",
		Hint:  "Open the workbook in the spreadsheet program, save it, then give it again.",
	}
	RuleSheetNumbers = &finding.Rule{
		Name: "csvdoc/sheet-numbers", Severity: finding.Notice, Source: sourceSheet,
		Title: "A column is stored as numbers",
		Why:   "A spreadsheet takes an identifier of digits for a number. Zeros that were typed before it are gone, and cannot be seen from its value.",
		Hint:  "If the column holds identifiers, compare them with their source.",
	}
	RuleSheetMixed = &finding.Rule{
		Name: "csvdoc/sheet-mixed", Severity: finding.Warning, Source: sourceSheet,
		Title: "Some cells of a column are numbers or dates, others are text",
		Why:   "The spreadsheet has turned what looked like a number or a date into one: 0012 into 12, 1E5 into 100000, 3-4 into a date.",
		Hint:  "Compare these cells with their source. Format the column as text before you type or import identifiers.",
	}
	RuleSheetRounded = &finding.Rule{
		Name: "csvdoc/sheet-rounded", Severity: finding.Warning, Source: sourceSheet,
		Title: "Long numbers have lost their last digits",
		Why:   "A spreadsheet keeps 15 digits of a number and puts zeros in the place of the others. The digits cannot be brought back.",
		Hint:  "Export the values from their source again, as text.",
	}
	RuleUntidyZIP = &finding.Rule{
		Name: "csvdoc/untidy-zip", Severity: finding.Notice, Source: "PKWARE APPNOTE 6.3.10, section 4.3",
		Title: "The ZIP has something that does not belong there",
		Why:   "A transfer or a packer added it. The CSV in it is intact.",
		Hint:  "You need to do nothing.",
	}
	RuleEncoding = &finding.Rule{
		Name: "csvdoc/encoding-guessed", Severity: finding.Warning, Source: "Unicode Standard §23.8 (byte order mark); RFC 3629 §6",
		Title: "The encoding is a guess",
		Why:   "The file does not say which letters its bytes stand for. A wrong guess puts garbled names into certificates.",
		Hint:  "Compare these cells with the source. Confirm the encoding if they are right; if not, choose another one.",
	}
)

// The rules of form.
var (
	RuleRagged = &finding.Rule{
		Name: "csvdoc/ragged-row", Severity: finding.Error, Source: sourceCSV + ", rule 4",
		Title: "The row has more or fewer cells than the header",
		Why:   "Values may be in the wrong columns. Often an unquoted value contains a delimiter, or a value was left out.",
		Hint:  "compare the row with its neighbours and move its values to where they belong",
	}
	RuleBlankRow = &finding.Rule{
		Name: "csvdoc/blank-row", Severity: finding.Warning, Source: sourceCSV + ", rule 1",
		Title: "Blank line",
		Why:   "Some readers skip an empty line, others read it as a row of empty cells, so the row numbers differ.",
		Hint:  "delete the row",
	}
	RuleStrayQuote = &finding.Rule{
		Name: "csvdoc/stray-quote", Severity: finding.Warning, Source: sourceCSV + ", rules 5 to 7",
		Title: "A quote in a cell that is not in quotes",
		Why:   "Some readers take such a quote for the start of a cell, and refuse the file or read another value.",
		Hint:  "Look at the cell and type its value again: this writes it in proper form.",
	}
	RuleShifted = &finding.Rule{
		Name: "csvdoc/shifted-cells", Severity: finding.Error, Source: sourceCSV + ", rules 5 to 7",
		Title: "Quotes that do not match: cells may be shifted",
		Why:   "A quote closes the cell too early or too late, so a delimiter in a value may separate cells, or the reverse. Readers disagree on what the row holds.",
		Hint:  "Compare the row with its source. Write a quote within a value twice, and type the cells again.",
	}
	RuleSpaces = &finding.Rule{
		Name: "csvdoc/space-around-quotes", Severity: finding.Notice, Source: sourceCSV + ", rules 4 and 5",
		Title: "Spaces around a quoted cell are left out",
		Why:   "Most people do not count a space between delimiter and quote as part of the value, but some readers then take the quotes for characters.",
		Hint:  "You need to do nothing: the upload has no such spaces.",
	}
	RuleUnclosedQuote = &finding.Rule{
		Name: "csvdoc/unclosed-quote", Severity: finding.Error, Source: sourceCSV + ", rule 5",
		Title: "A quote that nothing closes",
		Why:   "Other readers take all that follows, to the end of the file, for one cell. Here the quote is read as a character and the row ends with its line.",
		Hint:  "look at the cell and enter its value again: this writes it in proper form",
	}
	RuleNUL = &finding.Rule{
		Name: "csvdoc/nul", Severity: finding.Error, Source: "RFC 4180 §2 (TEXTDATA)",
		Title: "A NUL character",
		Why:   "No text holds it. Many readers end a value there, some refuse the file; often the file was damaged, or is UTF-16 that was taken for something else.",
		Hint:  "look at the encoding shown below the sheet, or enter the value again",
	}
	RuleUndecodable = &finding.Rule{
		Name: "csvdoc/undecodable", Severity: finding.Error, Source: "RFC 3629 §3, RFC 2781 §2.2",
		Title: "Bytes that do not form a character",
		Why:   "The bytes mean nothing in the file's encoding and are shown as a replacement character. They are kept as they are until the cell is edited.",
		Hint:  "choose another encoding if the whole file looks wrong, or enter the value again",
	}
)

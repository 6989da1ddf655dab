package csvdoc

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"enrollbench/core/attribute"
	"enrollbench/core/finding"
	"enrollbench/core/workbook"
)

// ErrWorkbook refuses to write a spreadsheet's own file.
var ErrWorkbook = errors.New("a workbook is read, not written: save the table under a name that ends in .csv")

// sheetDialect is the form that rows of a workbook take below a document.
var sheetDialect = Dialect{Delimiter: ',', Header: true}

// sheetFacts is how the cells of a workbook are stored.
type sheetFacts struct {
	kind    workbook.Kind
	sheet   string
	sheets  int
	others  []string // the first of the sheets that are not read
	rows    int
	columns []sheetColumn
	book    *workbook.Book
}

type sheetColumn struct {
	count [workbook.Date + 1]int // by workbook.Stored; empty cells are none
	first [workbook.Date + 1]string
}

// note takes a row; the first one holds names.
func (f *sheetFacts) note(cells []workbook.Cell) {
	if f.rows++; f.rows == 1 {
		return
	}
	for i, c := range cells {
		if c.Text == "" {
			continue
		}
		if i >= len(f.columns) {
			f.columns = append(f.columns, make([]sheetColumn, i+1-len(f.columns))...)
		}
		at := &f.columns[i]
		if at.count[c.Stored]++; at.count[c.Stored] == 1 {
			at.first[c.Stored] = fmt.Sprintf("the first is %q in row %d", c.Text, f.rows)
		}
	}
}

// sheetReader is the rows of a workbook as CSV.
type sheetReader struct {
	next func() ([]byte, error, bool)
	stop func()
	rest []byte
}

func newSheetReader(book *workbook.Book, facts *sheetFacts, maxBytes int64) *sheetReader {
	rows := func(yield func([]byte, error) bool) {
		enc := newEncoder(sheetDialect)
		width, written := -1, int64(0)
		var line []byte
		stopped := errors.New("nobody reads on")
		err := book.Rows(func(cells []workbook.Cell) error {
			facts.note(cells)
			if width < 0 {
				width = len(cells)
			}
			line = line[:0]
			for i := range max(len(cells), width) {
				if len(cells) == 0 {
					break // a blank line
				}
				if i > 0 {
					line = append(line, ',')
				}
				if i < len(cells) {
					line = enc.cell(line, cells[i].Text, false)
				}
			}
			line = append(line, '\n')
			if written += int64(len(line)); written > maxBytes {
				return &LimitError{What: "bytes", Value: written, Max: maxBytes}
			}
			if !yield(line, nil) {
				return stopped
			}
			return nil
		})
		if err != nil && err != stopped {
			yield(nil, err)
		}
	}
	r := &sheetReader{}
	r.next, r.stop = iter.Pull2(rows)
	return r
}

func (r *sheetReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		line, err, ok := r.next()
		if !ok {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		r.rest = line
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *sheetReader) Close() error {
	r.stop()
	return nil
}

// isWorkbookName tells the names that only a spreadsheet program may write.
func isWorkbookName(path string) bool {
	return slices.Contains([]string{".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}, strings.ToLower(filepath.Ext(path)))
}

// tell says what is to be known about a table that comes from a workbook.
func (f *sheetFacts) tell(columns []Column, say func(r *finding.Rule, row int, column, format string, args ...any)) {
	names := make([]string, len(f.others))
	for i, name := range f.others {
		names[i] = attribute.Quote(name)
	}
	switch more, others := f.sheets-1-len(f.others), strings.Join(names, ", "); {
	case f.sheets <= 1:
		say(RuleSheet, 0, "", "it is %s; the sheet %q is read", f.kind.Name(), f.sheet)
	case len(names) == 0:
		say(RuleSheet, 0, "", "it is %s; the sheet %q is read, the first of %d", f.kind.Name(), f.sheet, f.sheets)
	case more > 0:
		say(RuleSheet, 0, "", "it is %s; the sheet %q is read, the first of %d; not read: %s and %d more", f.kind.Name(), f.sheet, f.sheets, others, more)
	default:
		say(RuleSheet, 0, "", "it is %s; the sheet %q is read, the first of %d; not read: %s", f.kind.Name(), f.sheet, f.sheets, others)
	}
	if n := f.book.Hidden; n.Count > 0 {
		say(RuleSheetHidden, 0, "", "hidden rows are read too: %d; the first is row %d", n.Count, n.First)
	}
	if n := f.book.Empty; n.Count > 0 {
		say(RuleSheetFormula, 0, "", "cells with a formula and without a result: %d; the first is in row %d", n.Count, n.First)
	}
	for i, c := range f.columns {
		name := fmt.Sprint(i + 1)
		if i < len(columns) && columns[i].Name != "" {
			name = columns[i].Name
		}
		if n := c.count[workbook.Rounded]; n > 0 {
			say(RuleSheetRounded, 1, name, "numbers with more than 15 digits: %d; %s", n, c.first[workbook.Rounded])
		}
		texts, numbers, dates := c.count[workbook.Text], c.count[workbook.Number]+c.count[workbook.Rounded], c.count[workbook.Date]
		switch {
		case numbers > 0 && texts+dates > 0 && c.count[workbook.Number] > 0:
			say(RuleSheetMixed, 1, name, "cells stored as numbers: %d, others: %d; %s", numbers, texts+dates, c.first[workbook.Number])
		case numbers > 0 && c.count[workbook.Number] > 0:
			say(RuleSheetNumbers, 1, name, "cells stored as numbers: %d; %s", numbers, c.first[workbook.Number])
		}
		if dates > 0 && texts+numbers > 0 {
			say(RuleSheetMixed, 1, name, "cells stored as dates: %d, others: %d; %s", dates, texts+numbers, c.first[workbook.Date])
		}
	}
}

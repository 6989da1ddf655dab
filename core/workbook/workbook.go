// Package workbook reads the first sheet of a spreadsheet's own file as rows of text: Excel's .xlsx and .xlsm (ECMA-376 part 1,
// §18) and OpenDocument's .ods (OpenDocument 1.3 part 3). It streams: memory is that of the shared strings of an .xlsx, and
// of one row.
//
// A cell is the text that a person would type: an identifier keeps its leading zeros where the sheet shows them, a long
// number is written out and not as 1.2E+11, a date is ISO 8601. What the spreadsheet has already made of the text cannot be
// seen from its value, so a cell says how it is stored.
package workbook

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"enrollbench/core/archive"
)

// Limits of Excel itself.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
	maxStrings = 256 << 20 // bytes of shared strings
)

// Stored says how a cell is kept in the file.
type Stored uint8

// The ways to store a cell.
const (
	Text    Stored = iota
	Number         // leading zeros that were typed are gone
	Rounded        // a number with more digits than the 15 that a spreadsheet keeps
	Date           // perhaps a number or an identifier that was taken for one
)

// Cell is one cell.
type Cell struct {
	Text   string
	Stored Stored
}

// Kind is a form of spreadsheet.
type Kind uint8

// The kinds that are read.
const (
	None Kind = iota
	XLSX
	ODS
)

// Name says what it is.
func (k Kind) Name() string {
	return [...]string{"no spreadsheet", "an Excel workbook (.xlsx)", "an OpenDocument spreadsheet (.ods)"}[k]
}

// Book is an open workbook.
type Book struct {
	Kind   Kind
	Sheet  string   // the one that is read: the first that is not hidden
	Sheets int      // that are not hidden
	Others []string // the first of those that are not read
	Hidden Noted    // rows that are hidden, by hand or by a filter, and read all the same; complete once Rows has ended
	Empty  Noted    // cells with a formula and no result, which no program has calculated yet; likewise

	z       *archive.Reader
	entries map[string]int
	part    string // of the sheet
	xlsx    xlsx
}

// Noted is how often something was found, and the first row of it, counted from 1.
type Noted struct{ Count, First int }

func (n *Noted) add(row, times int) {
	if n.Count == 0 {
		n.First = row
	}
	n.Count += times
}

// otherSheets is how many names of sheets are kept that are not read.
const otherSheets = 5

// count takes the next sheet that is not hidden, and says whether it is the first.
func (b *Book) count(name string) bool {
	b.Sheets++
	switch {
	case b.Sheets == 1:
		b.Sheet = name
		return true
	case len(b.Others) < otherSheets:
		b.Others = append(b.Others, name)
	}
	return false
}

// errBinary is Excel's other form, [MS-XLSB].
var errBinary = errors.New("it is a binary Excel workbook (.xlsb); open it in Excel and save it as CSV (UTF-8)")

// errShape is a part that is not as the format has it.
var errShape = errors.New("its parts are not those of a spreadsheet")

// Open looks into an archive: kind None and no error where it is no spreadsheet.
func Open(z *archive.Reader) (*Book, error) {
	b := &Book{z: z, entries: map[string]int{}}
	for i := range z.Len() {
		e, err := z.Entry(i)
		if err != nil {
			return nil, err
		}
		name := partName(e.Name)
		b.entries[name] = i
		switch {
		case strings.HasPrefix(name, "xl/"):
			b.Kind = XLSX
		case e.Name == "mimetype" && e.Size < 256:
			text, err := z.ReadEntry(i, nil)
			if err != nil {
				return nil, err
			}
			if strings.HasPrefix(string(text), "application/vnd.oasis.opendocument.spreadsheet") {
				b.Kind = ODS
			}
		}
	}
	var err error
	if _, binary := b.entries["xl/workbook.bin"]; binary {
		return nil, errBinary
	}
	switch b.Kind {
	case XLSX:
		err = b.openXLSX()
	case ODS:
		err = b.openODS()
	}
	if err != nil {
		return nil, &Error{b.Kind, err}
	}
	return b, nil
}

// partName is the name of a part as it is compared: without regard to case (ECMA-376 part 2 §6.2.2), and with slashes where a program has
// written backslashes.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// Error is a spreadsheet that cannot be read.
type Error struct {
	Kind Kind
	Err  error
}

// Error says what it is, why it was not read, and what to do.
func (e *Error) Error() string {
	return fmt.Sprintf("it is %s that cannot be read (%v); open it in the spreadsheet program and save it as CSV (UTF-8)", e.Kind.Name(), e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Rows calls yield for each row, blank ones between others included. The cells are valid during the call.
func (b *Book) Rows(yield func(cells []Cell) error) error {
	blanks := 0
	emit := func(cells []Cell, times int) error {
		for len(cells) > 0 && cells[len(cells)-1].Text == "" {
			cells = cells[:len(cells)-1]
		}
		if len(cells) == 0 {
			blanks += times // what spreadsheets keep below the last row is no row
			return nil
		}
		for ; blanks > 0; blanks-- {
			if err := yield(nil); err != nil {
				return err
			}
		}
		for range times {
			if err := yield(cells); err != nil {
				return err
			}
		}
		return nil
	}
	var failed error
	err := b.each(b.part, func(d *xml.Decoder) error {
		if b.Kind == ODS {
			return b.rowsODS(d, emit, &failed)
		}
		return b.rowsXLSX(d, emit, &failed)
	})
	if err == nil || err == failed {
		return err
	}
	return &Error{b.Kind, err}
}

// each decodes a part.
func (b *Book) each(name string, f func(d *xml.Decoder) error) error {
	i, ok := b.entries[partName(name)]
	if !ok {
		return fmt.Errorf("%w: %q is missing", errShape, name)
	}
	r, err := b.z.Open(i)
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("its XML is not UTF-8") }
	return f(d)
}

// walk calls start, text and end for the tokens of a part, by local names. It ends at the end of the part.
func walk(d *xml.Decoder, start func(name string, attr func(string) string) error, text func([]byte), end func(name string) error) error {
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = start(t.Name.Local, func(name string) string {
				for _, a := range t.Attr {
					if a.Name.Local == name {
						return a.Value
					}
				}
				return ""
			})
		case xml.CharData:
			if text != nil {
				text(t)
			}
		case xml.EndElement:
			if end != nil {
				err = end(t.Name.Local)
			}
		}
		if err != nil {
			return err
		}
	}
}

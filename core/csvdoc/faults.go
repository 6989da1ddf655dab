package csvdoc

import (
	"bytes"
	"unicode/utf8"
)

// faults is what was found while the file was read: for each rule the rows, a bit each. What exactly is wrong with a
// row is found again when somebody asks. Rows count from 1 here, 0 is the header.
type faults struct {
	ragged, blank, stray, space, unclosed, nul, undecodable rowSet

	odd      oddForm
	headerAt int         // the row that seems to be the header, from 0; see headerRow
	sheet    *sheetFacts // nil where the file is no workbook
	turned   string      // the encoding that the file was turned from; see turnedEncoding
	sep      byte        // that a line "sep=;" names
	untidy   []string    // about the ZIP around the file

	unsure  bool   // the encoding was not certain from the first bytes
	valid   int    // words beyond ASCII that are UTF-8; see multibyte
	invalid int    // words that are not
	samples []int  // the first rows with characters beyond ASCII, where the encoding is not Unicode's
	foreign []byte // text that is not UTF-8, as much as a guess of its encoding needs
}

// What is kept for a guess of the encoding, and to show it.
const (
	sampleRows   = 64
	foreignBytes = 64 << 10
)

func newFaults() *faults { return &faults{} }

// note takes a row that is odd in form.
func (f *faults) note(row int, b []byte, r *rowSpans, width int) {
	if r.stray {
		f.stray.add(row)
	}
	if r.space {
		f.space.add(row)
	}
	switch {
	case len(r.cells) == width:
	case len(r.cells) == 1 && len(bytes.Trim(b[r.cells[0].start:r.cells[0].end], " \t\x1a")) == 0: // Ctrl-Z ended files of DOS
		f.blank.add(row)
	default:
		f.ragged.add(row)
	}
}

// examine looks for bytes that cannot be text in rows that were indexed just now, the first of which has that number.
// Text without them costs two fast passes.
func (f *faults) examine(s *scanner, e Encoding, b []byte, off int64, number int) {
	nul := bytes.IndexByte(b, 0) >= 0
	odd := !ascii(b)
	if odd && !f.unsure && !e.legacy() && utf8.Valid(b) {
		odd = false
	}
	if !nul && !odd {
		return
	}
	var r rowSpans
	for p := 0; p < len(b); number++ {
		next := s.row(b, p, off, true, &r)
		if next < 0 {
			return // cannot be: the rows are complete
		}
		row := b[p:next]
		if nul && bytes.IndexByte(row, 0) >= 0 {
			f.nul.add(number)
		}
		if odd && !ascii(row) {
			if e.legacy() {
				if len(f.samples) < sampleRows {
					f.samples = append(f.samples, number)
				}
				if e.undecodable(row) {
					f.undecodable.add(number)
				}
				p = next
				continue
			}
			valid, invalid := multibyte(row)
			f.valid, f.invalid = f.valid+valid, f.invalid+invalid
			if !utf8.Valid(row) {
				f.undecodable.add(number)
				if f.unsure && len(f.foreign) < foreignBytes {
					f.foreign = append(f.foreign, row...)
					f.samples = append(f.samples, number)
				}
			}
		}
		p = next
	}
}

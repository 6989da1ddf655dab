// Package csvlist writes the lists that people open in a spreadsheet: manifests, what was left out and why, refused rows.
//
// A list has the form of the service's CSVs: UTF-8, commas, every cell in double quotes, LF at the end of a line. Cells come
// from files that nobody trusts, so one that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV
// Injection). Plain takes it away again: whoever reads a list back passes each cell through it.
package csvlist

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Writer writes one list. It keeps the first error for Flush.
type Writer struct {
	out  *bufio.Writer
	line []byte
}

// NewWriter begins a list with the names of its columns.
func NewWriter(w io.Writer, columns ...string) *Writer {
	l := &Writer{out: bufio.NewWriterSize(w, 1<<16)}
	l.Row(columns...)
	return l
}

// Row writes a line.
func (l *Writer) Row(cells ...string) {
	l.line = AppendRow(l.line[:0], cells...)
	_, _ = l.out.Write(l.line) // Flush has the error
}

// Flush writes what is left and says whether everything was written.
func (l *Writer) Flush() error {
	if err := l.out.Flush(); err != nil {
		return fmt.Errorf("cannot write the list: %w", err)
	}
	return nil
}

// AppendRow adds a line to dst.
func AppendRow(dst []byte, cells ...string) []byte {
	for i, cell := range cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendQuoted(append(dst, '"'), []byte(Defuse(cell)))
		dst = append(dst, '"')
	}
	return append(dst, '\n')
}

// AppendQuoted adds a cell to dst with each double quote twice (RFC 4180 §2), without the quotes around it.
func AppendQuoted(dst, cell []byte) []byte {
	for {
		i := bytes.IndexByte(cell, '"')
		if i < 0 {
			return append(dst, cell...)
		}
		dst = append(append(dst, cell[:i+1]...), '"')
		cell = cell[i+1:]
	}
}

// starts begin what spreadsheets run as a formula: OWASP's list, with the full-width forms that East Asian versions take.
var starts = []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}

// pemText are the characters of PEM (RFC 7468 §3). None of them calls a function or another program.
const pemText = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=- \r\n"

// IsFormula says whether a spreadsheet would run the cell. PEM is none: it stays as it is, so that a list with CSRs can be
// uploaded.
func IsFormula(cell string) bool {
	if strings.HasPrefix(cell, "-----BEGIN ") && strings.Trim(cell, pemText) == "" {
		return false
	}
	for _, s := range starts {
		if strings.HasPrefix(cell, s) {
			return true
		}
	}
	return false
}

// Defuse puts an apostrophe before a cell that a spreadsheet would run. A cell that looks as if it had one already gets
// another, so that Plain gives back every cell unchanged.
func Defuse(cell string) string {
	if IsFormula(strings.TrimLeft(cell, "'")) {
		return "'" + cell
	}
	return cell
}

// Plain is the cell that Defuse was given.
func Plain(cell string) string {
	if strings.HasPrefix(cell, "'") && IsFormula(strings.TrimLeft(cell, "'")) {
		return cell[1:]
	}
	return cell
}

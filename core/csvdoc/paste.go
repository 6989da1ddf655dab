package csvdoc

import (
	"errors"
	"fmt"
	"strings"
)

// What a paste may hold. The text stays in memory as long as the cells, which are parts of it.
const (
	PasteLimitBytes = 256 << 20  // of text
	PasteLimitCells = 20_000_000 // a block of 2,000,000 rows and 10 columns
)

// ErrPasteEmpty says that the clipboard holds no text.
var ErrPasteEmpty = errors.New("there is no text to paste")

// PasteLimitError says that a pasted text is larger than a paste may be.
type PasteLimitError struct {
	What  string // "bytes" or "cells"
	Limit int
}

func (e *PasteLimitError) Error() string {
	return fmt.Sprintf("the pasted text has more than %d %s", e.Limit, e.What)
}

// Paste is a block of cells read from text: what SetBlock takes.
type Paste struct {
	Cells     [][]string // rows, each with its own number of cells
	Delimiter byte       // what was taken to stand between cells; 0 where each line was one cell
	PEM       bool       // each PEM block was taken as one cell
}

// Columns is the number of cells of the widest row.
func (p *Paste) Columns() int {
	n := 0
	for _, row := range p.Cells {
		n = max(n, len(row))
	}
	return n
}

// ParsePaste reads text from the clipboard as a block of cells. Tabs are what spreadsheets put between cells, so a text
// that has one outside quotes is read so. A text without is CSV only where every line has the same number of cells (more
// than one) by the same comma, semicolon or pipe and the first cells are in quotes: a column of values with commas, as a
// spreadsheet copies it, looks like CSV without quotes and must not spread over its neighbors. One or more PEM blocks and
// nothing else are one cell each. Anything else is one cell a line.
//
// A cell in double quotes may hold tabs, newlines and doubled quotes, as spreadsheets write it. A quote that begins a cell
// but has no end before a delimiter or newline is an ordinary character: a spreadsheet copies 5" as it is. The last newline
// ends the last row and begins no other.
func ParsePaste(text string) (*Paste, error) {
	if text == "" {
		return nil, ErrPasteEmpty
	}
	if len(text) > PasteLimitBytes {
		return nil, &PasteLimitError{"bytes", PasteLimitBytes}
	}
	if blocks := pemBlocks(text); blocks != nil {
		return &Paste{Cells: blocks, PEM: true}, nil
	}
	if strings.IndexByte(text, '\t') >= 0 {
		// Tabs only inside quotes are content: one column whose cells are quoted.
		cells, err := ParsePasteAs(text, '\t')
		if err != nil || widerThanOne(cells) {
			return &Paste{Cells: cells, Delimiter: '\t'}, err
		}
	}
	for _, d := range []byte{',', ';', '|'} {
		if text[0] != '"' || strings.IndexByte(text, d) < 0 {
			continue
		}
		cells, err := ParsePasteAs(text, d)
		if err != nil {
			return nil, err
		}
		if plainCSV(text, cells, d) {
			return &Paste{Cells: cells, Delimiter: d}, nil
		}
	}
	cells, err := ParsePasteAs(text, 0)
	if err != nil {
		return nil, err
	}
	return &Paste{Cells: cells}, nil
}

// ParsePasteAs reads text with the given delimiter, for a user who corrects what ParsePaste took it for; 0 means one cell
// a line.
func ParsePasteAs(text string, delimiter byte) ([][]string, error) {
	if len(text) > PasteLimitBytes {
		return nil, &PasteLimitError{"bytes", PasteLimitBytes}
	}
	return parsePaste(text, delimiter, PasteLimitCells)
}

func parsePaste(text string, delimiter byte, limit int) ([][]string, error) {
	p := paster{text: text, delimiter: delimiter}
	total := 0
	var rows [][]string
	var block []string // rows are cut from blocks, so that many small rows cost few allocations
	for p.at < len(text) {
		from := len(block)
		for more := true; more; {
			var cell string
			cell, more = p.cell()
			if len(block) == cap(block) {
				grown := make([]string, len(block)-from, max(1024, 2*(len(block)-from)))
				copy(grown, block[from:])
				block, from = grown, 0
			}
			block = append(block, cell)
			if total++; total > limit {
				return nil, &PasteLimitError{"cells", limit}
			}
		}
		rows = append(rows, block[from:len(block):len(block)])
	}
	return rows, nil
}

type paster struct {
	text      string
	at        int
	delimiter byte

	// noClose is set once a search for a closing quote has run to the end of the text: another would too, and a text of
	// nothing but quotes must not cost the square of its length.
	noClose bool
}

// cell reads one cell; more says that another follows in the same row.
func (p *paster) cell() (value string, more bool) {
	if p.at < len(p.text) && p.text[p.at] == '"' && !p.noClose {
		if value, end, ok := p.quoted(); ok {
			p.at = end
			return value, p.end()
		}
	}
	start := p.at
	for p.at < len(p.text) {
		if c := p.text[p.at]; c == '\n' || c == '\r' || c == p.delimiter && p.delimiter != 0 {
			break
		}
		p.at++
	}
	value = p.text[start:p.at]
	return value, p.end()
}

// end steps over the delimiter or the newline behind a cell and says whether it was a delimiter.
func (p *paster) end() bool {
	if p.at == len(p.text) {
		return false
	}
	c := p.text[p.at]
	p.at++
	if c == '\r' && p.at < len(p.text) && p.text[p.at] == '\n' {
		p.at++
	}
	return c == p.delimiter && p.delimiter != 0
}

// quoted reads a cell in quotes and says where what follows it begins; it is not one when something else than a delimiter,
// a newline or the end stands behind its closing quote.
func (p *paster) quoted() (value string, end int, ok bool) {
	from := p.at + 1
	doubled := false
	for i := from; ; {
		n := strings.IndexByte(p.text[i:], '"')
		if n < 0 {
			p.noClose = true
			return "", 0, false
		}
		i += n
		if i+1 < len(p.text) && p.text[i+1] == '"' {
			doubled = true
			i += 2
			continue
		}
		if end = i + 1; end < len(p.text) {
			if c := p.text[end]; c != '\n' && c != '\r' && (c != p.delimiter || p.delimiter == 0) {
				return "", 0, false
			}
		}
		value = p.text[from:i]
		if doubled {
			value = strings.ReplaceAll(value, `""`, `"`)
		}
		return value, end, true
	}
}

func widerThanOne(cells [][]string) bool {
	for _, row := range cells {
		if len(row) > 1 {
			return true
		}
	}
	return false
}

// plainCSV says whether a text without tabs is a table with this delimiter beyond doubt.
func plainCSV(text string, cells [][]string, delimiter byte) bool {
	width := len(cells[0])
	for _, row := range cells {
		if len(row) != width {
			return false
		}
	}
	return width > 1 && text[0] == '"' && strings.Contains(text, `"`+string(delimiter)+`"`)
}

// pemBlocks cuts a text that is PEM blocks and blanks between them into one cell a block; nil where it is something else.
// Blocks on one line have nothing to gain: each is one cell anyway.
func pemBlocks(text string) [][]string {
	const begin, end, dashes = "-----BEGIN ", "-----END ", "-----"
	rest := strings.TrimSpace(text)
	if !strings.HasPrefix(rest, begin) || !strings.ContainsAny(rest, "\r\n") {
		return nil
	}
	var rows [][]string
	for rest != "" {
		if !strings.HasPrefix(rest, begin) {
			return nil
		}
		kind, _, found := strings.Cut(rest[len(begin):], dashes)
		if !found || strings.ContainsAny(kind, "\t\r\n\"") {
			return nil
		}
		last := end + kind + dashes
		i := strings.Index(rest, last)
		if i < 0 || strings.ContainsAny(rest[:i], "\t\",;|") {
			return nil
		}
		rows = append(rows, []string{rest[:i+len(last)]})
		rest = rest[i+len(last):]
		trimmed := strings.TrimLeft(rest, " \r\n")
		if trimmed != "" && len(trimmed) == len(rest) {
			return nil
		}
		rest = trimmed
	}
	return rows
}

// ClipboardText writes a block of cells the way spreadsheets put it on the clipboard: tabs between cells, a newline behind
// each row, quotes around a cell that would read differently without. ParsePaste reads the same cells back. A single cell
// is its bare text where that is not ambiguous, so that it can be pasted into any program.
func ClipboardText(cells [][]string) string {
	width, size := 0, 0
	for _, row := range cells {
		width = max(width, len(row))
		for _, v := range row {
			size += len(v) + 1
		}
	}
	if len(cells) == 1 && width == 1 {
		v := cells[0][0]
		if p, err := ParsePaste(v); err == nil && len(p.Cells) == 1 && len(p.Cells[0]) == 1 && p.Cells[0][0] == v {
			return v
		}
	}
	var b strings.Builder
	b.Grow(size + 16)
	for i, row := range cells {
		if i == 0 && width == 1 && len(cells) > 1 && strings.HasPrefix(row[0], "-----BEGIN ") {
			quoteCell(&b, row[0]) // or several would be taken for PEM blocks between newlines
			b.WriteByte('\n')
			continue
		}
		for j, v := range row {
			if j > 0 {
				b.WriteByte('\t')
			}
			if strings.ContainsAny(v, "\t\r\n") || strings.HasPrefix(v, `"`) {
				quoteCell(&b, v)
			} else {
				b.WriteString(v)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func quoteCell(b *strings.Builder, v string) {
	b.WriteByte('"')
	b.WriteString(strings.ReplaceAll(v, `"`, `""`))
	b.WriteByte('"')
}

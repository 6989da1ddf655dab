package enrollment

import (
	"fmt"
	"strings"
	"unicode"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/csvlist"
	"enrollbench/core/finding"
)

// hit is one rule that one row breaks.
type hit struct {
	rule    *finding.Rule
	column  int    // position, -1 where the whole row is meant
	message string // only where words are wanted
	hint    string // "" takes the rule's
	fix     string // what to write instead
	fixable bool   // fix is certain
}

// checker checks rows one after the other. Each worker has its own.
//
// The same code counts and explains: while a whole document is checked no message is made, because a million findings of
// one cause are kept as a million bits; the messages of a row are made when somebody looks at it.
type checker struct {
	p     *plan
	words bool // messages and repairs are wanted
	hits  []hit
	bits  []charSet     // of the cells of the row at hand
	facts *csr.Examined // of the row's CSR, nil where there is none
	id    csvdoc.RowID  // of the row at hand

	profiles []*profile // take in the values, by columns; nil where they are not wanted
	by       int32      // 1, or -1 to take the values out of the profiles
	light    bool       // the CSR is not looked at
	verdicts []verdict  // what the columns were found to be; nil while that is not known
}

func newChecker(p *plan, words bool) *checker {
	return &checker{p: p, words: words, bits: make([]charSet, len(p.columns))}
}

// add notes a hit; nothing is formatted unless words are wanted.
func (c *checker) add(r *finding.Rule, column int, format string, args ...any) *hit {
	h := hit{rule: r, column: column}
	if c.words {
		h.message = fmt.Sprintf(format, args...)
	}
	c.hits = append(c.hits, h)
	return &c.hits[len(c.hits)-1]
}

func (h *hit) repair(value string) { h.fix, h.fixable = value, true }

// row checks one row by itself and leaves what it breaks in c.hits, until the next call.
func (c *checker) row(id csvdoc.RowID, cells []string) {
	c.hits, c.facts, c.id = c.hits[:0], nil, id
	p := c.p
	empty := true
	for i := range p.columns {
		cell := ""
		if i < len(cells) {
			cell = cells[i]
		}
		if p.columns[i].kind == Request {
			c.bits[i] = 0
			if cell != "" && strings.TrimFunc(cell, isBlankRune) == "" {
				c.bits[i] = blankOnly
			}
		} else {
			c.bits[i] = charsOf(cell)
		}
		if !c.blank(i, cell) {
			empty = false
		}
	}
	if empty {
		c.add(RuleEmptyRow, -1, "all %d cells of the row are empty", len(p.columns)).fixable = true // by deleting it
		return
	}
	if c.noDevice(cells) {
		return
	}
	for i := range p.columns {
		cell := ""
		if i < len(cells) {
			cell = cells[i]
		}
		c.cell(i, cell)
	}
	if p.csr >= 0 && !c.light && p.csr < len(cells) && !c.blank(p.csr, cells[p.csr]) {
		c.request(cells)
	}
	if p.from >= 0 && p.to >= 0 && p.to < len(cells) && p.from < len(cells) {
		c.validity(cells[p.from], cells[p.to])
	}
}

// blank says whether a cell holds nothing that anybody could see.
func (c *checker) blank(i int, cell string) bool {
	return cell == "" || c.bits[i]&blankOnly != 0
}

// cell checks one cell of a column that is not csr.
func (c *checker) cell(i int, cell string) {
	col := &c.p.columns[i]
	if c.blank(i, cell) {
		if col.required {
			c.add(RuleRequired, i, "%s must not be empty", c.p.meaning(col))
		}
		if cell != "" {
			c.add(RuleOuterBlank, i, "%s: nothing but spaces", quoted(cell)).repair("")
		}
		return
	}
	if col.kind == Request {
		return
	}
	if col.unnamed {
		if c.profiles != nil {
			c.profiles[i].fill(c.id, c.by)
		}
		return // nobody knows what it should be
	}
	set := c.bits[i]
	value := cell
	if set&(outerBlank|control|high) != 0 {
		c.text(i, cell)
		value = strings.TrimFunc(cell, isBlankRune)
	}
	if c.damage(i, value, set) {
		return // what a spreadsheet left there is no value to be checked
	}
	value = csvlist.Plain(value)
	if set&high != 0 {
		if meant, ok := disguisedMAC(value); ok {
			c.disguised(i, value, meant)
		}
	}
	if col.profiled {
		if len(value) != len(cell) {
			set = charsOf(value)
		}
		if c.profiles != nil {
			c.profiles[i].note(c.id, value, set, c.by)
		}
		if c.verdicts != nil {
			c.byColumn(i, value, set, &c.verdicts[i])
		}
	}
	if set&punctuation != 0 {
		c.escapes(i, col, value)
	}
	c.value(i, col, value)
}

// charSet is what kinds of characters a cell has, found in one pass.
type charSet uint16

const (
	digit charSet = 1 << iota
	hexLetter
	letter
	blank
	control
	high // beyond ASCII
	quote
	punctuation
	outerBlank
	blankOnly
)

var charSets = func() (t [256]charSet) {
	for c := range t {
		switch {
		case c < 0x20 || c == 0x7F:
			t[c] = control
		case c >= 0x80:
			t[c] = high
		case c == ' ':
			t[c] = blank
		case '0' <= c && c <= '9':
			t[c] = digit
		case 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F':
			t[c] = hexLetter
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			t[c] = letter
		case c == '"':
			t[c] = quote
		default:
			t[c] = punctuation
		}
	}
	return t
}()

func charsOf(s string) charSet {
	var set charSet
	for i := range len(s) {
		set |= charSets[s[i]]
	}
	if set&(blank|control|high) == 0 {
		return set
	}
	if strings.TrimFunc(s, isBlankRune) == "" {
		return set | blankOnly
	}
	if s[0] == ' ' || s[len(s)-1] == ' ' {
		set |= outerBlank
	}
	return set
}

// isBlankRune: what looks like nothing at the ends of a cell: blanks of any kind, tabs, line breaks, and marks without width.
func isBlankRune(r rune) bool {
	return unicode.IsSpace(r) || r == '\u00a0' || r == '\ufeff' || r == '\u200b' || r == '\x1a' || // Ctrl-Z ended files of DOS
		r > 0x7E && unicode.Is(unicode.Zs, r)
}

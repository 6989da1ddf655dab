package csvdoc

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Query says what to look for, and where.
type Query struct {
	Text      string     // empty finds empty cells together with WholeCell, else nothing can be looked for
	Regexp    bool       // Text is a regular expression in Go's syntax (RE2), which takes linear time whatever it is
	MatchCase bool       // else letters are equal that differ in case only, in every script
	WholeCell bool       // the hit must be the whole value
	Columns   []ColumnID // nil: every column
	Rows      []RowID    // nil: every row; the selection
}

// ErrQueryEmpty says that a query has no text.
var ErrQueryEmpty = errors.New("there is nothing to search for")

// QueryError says why a regular expression, or what replaces its hits, cannot be used.
type QueryError struct {
	Text   string
	Reason string
}

func (e *QueryError) Error() string { return fmt.Sprintf("%q: %s", e.Text, e.Reason) }

// matcher is a compiled query. It is safe for several goroutines.
type matcher struct {
	needle []byte
	re     *regexp.Regexp // nil for a plain text
	whole  bool
	fold   bool

	folded []rune     // the needle's canonical runes, with fold
	table  *[256]byte // small to capital letters, where the needle is ASCII: then cells are searched by bytes
	kelvin bool       // the needle has a k or s, which characters beyond ASCII are equal to
}

func (q *Query) compile() (*matcher, error) {
	m := &matcher{needle: []byte(q.Text), whole: q.WholeCell, fold: !q.MatchCase}
	if q.Regexp {
		text := q.Text
		if text == "" {
			return nil, ErrQueryEmpty
		}
		if m.fold {
			text = "(?i:" + text + ")"
		}
		if m.whole {
			text = `\A(?:` + text + `)\z`
		}
		// Compiled as it was typed first: the message must not show what was put around.
		_, err := regexp.Compile(q.Text)
		if err == nil {
			m.re, err = regexp.Compile(text)
		}
		if err != nil {
			return nil, &QueryError{q.Text, strings.TrimPrefix(err.Error(), "error parsing regexp: ")}
		}
		return m, nil
	}
	if q.Text == "" && !q.WholeCell {
		return nil, ErrQueryEmpty
	}
	if m.fold {
		small := true
		for at := 0; at < len(m.needle); {
			r, n := foldedRune(m.needle[at:])
			m.folded = append(m.folded, r)
			m.kelvin = m.kelvin || r == 'K' || r == 'S'
			small = small && r < utf8.RuneSelf
			at += n
		}
		if small {
			m.table = &capitals
		}
	}
	return m, nil
}

var capitals = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if i >= 'a' && i <= 'z' {
			t[i] = byte(i) - 'a' + 'A'
		}
	}
	return t
}()

// foldedRune is the least of the characters that equal the first one of s when case is ignored, and its length in s. A byte
// that is not UTF-8 equals itself only.
func foldedRune(s []byte) (rune, int) {
	c := s[0]
	if c < utf8.RuneSelf {
		return rune(capitals[c]), 1
	}
	r, n := utf8.DecodeRune(s)
	if r == utf8.RuneError && n == 1 {
		return unicode.MaxRune + 1 + rune(c), 1
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least, n
}

// next finds the first hit of a plain text at or behind from; start is -1 where there is none.
func (m *matcher) next(cell []byte, from int) (start, end int) {
	switch {
	case !m.fold:
		i := bytes.Index(cell[from:], m.needle)
		if i < 0 {
			return -1, -1
		}
		return from + i, from + i + len(m.needle)
	case m.table != nil && (!m.kelvin || ascii(cell)):
		first := capitals[m.needle[0]]
	next:
		for i := from; i+len(m.needle) <= len(cell); i++ {
			if m.table[cell[i]] != first {
				continue
			}
			for k := 1; k < len(m.needle); k++ {
				if m.table[cell[i+k]] != capitals[m.needle[k]] {
					continue next
				}
			}
			return i, i + len(m.needle)
		}
		return -1, -1
	}
	for i := from; i < len(cell); {
		if end, ok := m.prefix(cell[i:]); ok {
			return i, i + end
		}
		_, n := foldedRune(cell[i:])
		i += n
	}
	return -1, -1
}

// prefix says whether s begins with the needle when case is ignored, and the length of that in s.
func (m *matcher) prefix(s []byte) (int, bool) {
	at := 0
	for _, want := range m.folded {
		if at == len(s) {
			return 0, false
		}
		r, n := foldedRune(s[at:])
		if r != want {
			return 0, false
		}
		at += n
	}
	return at, true
}

// wholeCell says whether the cell as a whole is what the plain text says.
func (m *matcher) wholeCell(cell []byte) bool {
	if !m.fold {
		return bytes.Equal(cell, m.needle)
	}
	n, ok := m.prefix(cell)
	return ok && n == len(cell)
}

// each calls yield with every hit from left to right; hits do not overlap. An expression may match nothing between two
// characters ("^"): such a hit is empty, and replacing it inserts.
func (m *matcher) each(cell []byte, yield func(start, end int)) {
	switch {
	case m.re != nil && m.whole:
		if m.re.Match(cell) {
			yield(0, len(cell))
		}
	case m.re != nil:
		for _, at := range m.re.FindAllIndex(cell, -1) {
			yield(at[0], at[1])
		}
	case m.whole:
		if m.wholeCell(cell) {
			yield(0, len(cell))
		}
	default:
		for from := 0; ; {
			start, end := m.next(cell, from)
			if start < 0 {
				return
			}
			yield(start, end)
			from = end
		}
	}
}

// has says whether the cell has a hit.
func (m *matcher) has(cell []byte) bool {
	switch {
	case m.re != nil:
		return m.re.Match(cell)
	case m.whole:
		return m.wholeCell(cell)
	}
	start, _ := m.next(cell, 0)
	return start >= 0
}

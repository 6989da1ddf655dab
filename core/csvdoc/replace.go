package csvdoc

import (
	"errors"
	"fmt"
	"strings"
)

// ErrHitStale says that a cell no longer holds what was found in it: it was edited between the search and the replacement.
var ErrHitStale = errors.New("the cell was changed since it was found")

// Replacement is what a query's hits are replaced with, ready for use from several goroutines.
//
// With a regular expression, $1 to $99 in the text stand for what the groups matched, ${name} for a named group, $0 and $&
// for the whole hit and $$ for a dollar sign. Anywhere else, and in a plain search, a dollar sign is itself.
type Replacement struct {
	match *matcher
	parts []templatePart
}

// templatePart is text, or the group whose match is put in.
type templatePart struct {
	text  string
	group int // -1 for text
}

// NewReplacement compiles a query and what replaces its hits. Errors are ErrQueryEmpty and *QueryError.
func NewReplacement(q Query, with string) (*Replacement, error) {
	m, err := q.compile()
	if err != nil {
		return nil, err
	}
	r := &Replacement{match: m}
	if m.re == nil {
		r.parts = []templatePart{{with, -1}}
		return r, nil
	}
	r.parts, err = parseTemplate(with, m.re.NumSubexp(), m.re.SubexpIndex)
	return r, err
}

// parseTemplate takes the text apart that replaces the hits of an expression.
func parseTemplate(with string, groups int, named func(string) int) ([]templatePart, error) {
	var parts []templatePart
	var text strings.Builder
	group := func(g int) {
		if text.Len() > 0 {
			parts = append(parts, templatePart{text.String(), -1})
			text.Reset()
		}
		parts = append(parts, templatePart{group: g})
	}
	for i := 0; i < len(with); i++ {
		rest := with[i+1:]
		switch {
		case with[i] != '$' || rest == "":
			text.WriteByte(with[i])
		case rest[0] == '$':
			text.WriteByte('$')
			i++
		case rest[0] == '&':
			group(0)
			i++
		case rest[0] >= '0' && rest[0] <= '9':
			// Two digits where there is such a group, so that $10 is the tenth or the first and a 0.
			g, n := int(rest[0]-'0'), 1
			if len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9' {
				if two := 10*g + int(rest[1]-'0'); two <= groups {
					g, n = two, 2
				}
			}
			if g > groups {
				return nil, &QueryError{with, fmt.Sprintf("the expression has %d groups in parentheses, and none is number %d", groups, g)}
			}
			group(g)
			i += n
		case rest[0] == '{':
			name, _, closed := strings.Cut(rest[1:], "}")
			g := named(name)
			if n, isNumber := number(name); isNumber && n <= groups {
				g = n
			}
			if !closed || g < 0 {
				return nil, &QueryError{with, fmt.Sprintf("the expression has no group named %q", name)}
			}
			group(g)
			i += len(name) + 2
		default:
			text.WriteByte('$')
		}
	}
	if text.Len() > 0 {
		parts = append(parts, templatePart{text.String(), -1})
	}
	return parts, nil
}

// number reads a group's number of one or two digits.
func number(s string) (int, bool) {
	if s == "" || len(s) > 2 {
		return 0, false
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// all appends the value with every hit replaced; changed is false where it has none.
func (r *Replacement) all(b, value []byte) (replaced []byte, changed bool) {
	if r.match.re != nil {
		at := 0
		for _, groups := range r.match.re.FindAllSubmatchIndex(value, -1) {
			b = append(b, value[at:groups[0]]...)
			b = r.expand(b, value, groups)
			at, changed = groups[1], true
		}
		if !changed {
			return b, false
		}
		return append(b, value[at:]...), true
	}
	at := 0
	r.match.each(value, func(start, end int) {
		b = append(b, value[at:start]...)
		b = append(b, r.text()...)
		at, changed = end, true
	})
	if !changed {
		return b, false
	}
	return append(b, value[at:]...), true
}

// text is what replaces the hits of a plain search.
func (r *Replacement) text() string { return r.parts[0].text }

func (r *Replacement) expand(b, value []byte, groups []int) []byte {
	for _, p := range r.parts {
		if p.group < 0 {
			b = append(b, p.text...)
		} else if start := groups[2*p.group]; start >= 0 {
			b = append(b, value[start:groups[2*p.group+1]]...)
		}
	}
	return b
}

// some appends the value with the given hits replaced, which are in order and of one cell.
func (r *Replacement) some(b, value []byte, hits []Hit) ([]byte, error) {
	at := 0
	put := func(start, end int, groups []int) {
		if len(hits) == 0 || hits[0].Start != start || hits[0].End != end {
			return
		}
		hits = hits[1:]
		b = append(b, value[at:start]...)
		if groups == nil {
			b = append(b, r.text()...)
		} else {
			b = r.expand(b, value, groups)
		}
		at = end
	}
	if r.match.re == nil {
		r.match.each(value, func(start, end int) { put(start, end, nil) })
	} else {
		for _, groups := range r.match.re.FindAllSubmatchIndex(value, -1) {
			put(groups[0], groups[1], groups)
		}
	}
	if len(hits) > 0 {
		return b, ErrHitStale
	}
	return append(b, value[at:]...), nil
}

// Preview shows a cell's value before, and after one hit in it is replaced. ErrHitStale tells that the snapshot's cell does
// not have this hit.
func (r *Replacement) Preview(s *Snapshot, h Hit) (before, after string, err error) {
	row, ok := s.Index(h.Row)
	at, there := s.Column(h.Column)
	if !ok || !there {
		return "", "", ErrHitStale
	}
	before = s.Cell(row, at)
	b, err := r.some(nil, []byte(before), []Hit{h})
	if err != nil {
		return before, "", err
	}
	return before, string(b), nil
}

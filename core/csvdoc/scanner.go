package csvdoc

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// kind is how the bytes of a cell stand for its value.
type kind uint8

const (
	bare    kind = iota // as they are
	quoted              // within quotes, nothing to unescape
	escaped             // within quotes, with escapes
	padded              // within quotes, with spaces before or behind them
	tailed              // within quotes, and something follows the closing one: a stray quote
)

// span is a cell's place in a buffer, quotes included.
type span struct {
	start, end uint32
	kind       kind
}

// rowSpans is one row taken apart. It is used again for the next one.
type rowSpans struct {
	cells []span
	end   int  // of the content: where its terminator begins
	stray bool // a quote stands where none belongs
	space bool // a cell is padded
	open  int  // where a quoted cell begins that is not closed in the buffer; -1 if none
}

// scanner takes rows apart. It works on bytes in which delimiters, quotes and ends of rows are ASCII: UTF-16 becomes
// UTF-8 before (see utf16.go).
//
// The grammar is that of RFC 4180, read as spreadsheets do where a file breaks it: a quote opens a cell only as its
// first byte; what follows a closing quote belongs to the cell up to the next delimiter or end of row; an opening quote
// that nothing closes is an ordinary character. Spaces around a cell in quotes do not count.
type scanner struct {
	delimiter byte
	eol       byte // '\n', or '\r' where the file has no LF
	backslash bool
	literal   []int64 // offsets of opening quotes that nothing closes, ascending; seldom more than none
}

func newScanner(d Dialect) scanner {
	s := scanner{delimiter: d.Delimiter, eol: '\n', backslash: d.Escape == Backslash}
	if d.Newline == CR {
		s.eol = '\r'
	}
	return s
}

const (
	low  = 0x0101010101010101
	high = 0x8080808080808080
)

var le = binary.LittleEndian

// zeros marks the zero bytes of w by their highest bit; the lowest mark is exact.
func zeros(w uint64) uint64 { return (w - low) &^ w & high }

// row takes the row apart that begins at b[p], which lies at offset off+p of the base. final says that nothing follows b. It
// returns where the next row begins, or -1 where b ends before the row does: r.open then tells whether within quotes.
// Where final is true, -1 means that a quote is never closed.
func (s *scanner) row(b []byte, p int, off int64, final bool, r *rowSpans) int {
	// Locals, because what is behind a pointer is loaded again after each store.
	cells, delimiter, eol, backslash, literal := r.cells[:0], s.delimiter, s.eol, s.backslash, len(s.literal) > 0
	r.stray, r.space, r.open = false, false, -1
	delims, eols := uint64(delimiter)*low, uint64(eol)*low
	const quotes = uint64('"') * low
	n := len(b)
	for {
		start, how := p, bare
		if p < n && b[p] == ' ' {
			q := p
			for q < n && b[q] == ' ' {
				q++
			}
			if q == n && !final {
				return -1
			}
			if q < n && b[q] == '"' {
				if end := s.padded(b, q+1, final); end >= 0 {
					p, how, r.space = end, padded, true
				} else if !final && bytes.IndexByte(b[q:], eol) < 0 {
					return -1
				}
			}
		}
		if p < n && b[p] == '"' && how == bare && (!literal || !s.isLiteral(off+int64(p))) {
			how = quoted
			p++
			for {
				q := -1
				if !backslash {
					// The search of quote, here for the sake of speed: most cells are short.
					for stop := min(p+48, n); p+8 <= stop; p += 8 {
						if m := zeros(le.Uint64(b[p:]) ^ quotes); m != 0 {
							q = p + bits.TrailingZeros64(m)>>3
							break
						}
					}
				}
				if q < 0 {
					q = s.quote(b, p, &how)
				}
				if q < 0 {
					r.open = start
					return -1
				}
				p = q + 1
				if p < n && b[p] == '"' {
					how = escaped
					p++
					continue
				}
				break
			}
			if p < n && b[p] == delimiter {
				cells = append(cells, span{uint32(start), uint32(p), how})
				p++
				continue
			}
			if p == n {
				if !final {
					r.open = -1
					return -1
				}
			} else if c := b[p]; c != eol {
				if c == ' ' {
					end := p
					for end < n && b[end] == ' ' {
						end++
					}
					if !final && n-end < 2 {
						return -1
					}
					if s.ends(b, end, final) {
						p, how, r.space = end, padded, true
					}
				}
				if how != padded && (c != '\r' || p+1 < n && b[p+1] != '\n' || p+1 == n && final) {
					how = tailed
					r.stray = true
				}
			}
		}
		// Up to the delimiter or the end of the row; within a tail too.
		stray := uint64(0)
		for p+8 <= n {
			w := le.Uint64(b[p:])
			m := zeros(w^delims) | zeros(w^eols)
			q := zeros(w ^ quotes)
			if m != 0 {
				at := bits.TrailingZeros64(m)
				stray |= q & (1<<uint(at) - 1)
				p += at >> 3
				goto found
			}
			stray |= q
			p += 8
		}
		for ; p < n; p++ {
			c := b[p]
			if c == delimiter || c == eol {
				goto found
			}
			if c == '"' {
				stray = 1
			}
		}
		if !final {
			return -1
		}
		r.stray = r.stray || stray != 0
		cells = append(cells, span{uint32(start), uint32(n), how})
		r.cells, r.end = cells, n
		return n
	found:
		r.stray = r.stray || stray != 0
		if b[p] == delimiter {
			cells = append(cells, span{uint32(start), uint32(p), how})
			p++
			continue
		}
		end, next := p, p+1
		if eol == '\n' {
			if end > start && b[end-1] == '\r' {
				end--
			}
		} else if next < n {
			if b[next] == '\n' {
				next++
			}
		} else if !final {
			return -1
		}
		cells = append(cells, span{uint32(start), uint32(end), how})
		r.cells, r.end = cells, end
		return next
	}
}

// padded finds where a cell in quotes ends whose text begins at p, the spaces behind it included; -1 where it does not end
// so within its line, and the quote is a character. Only one line is looked at, so that the decision needs no other row.
func (s *scanner) padded(b []byte, p int, final bool) int {
	for ; p < len(b) && b[p] != s.eol; p++ {
		switch {
		case b[p] == '\\' && s.backslash:
			p++
		case b[p] == '"' && p+1 < len(b) && b[p+1] == '"':
			p++
		case b[p] == '"':
			for p++; p < len(b) && b[p] == ' '; {
				p++
			}
			if s.ends(b, p, final) {
				return p
			}
			return -1
		}
	}
	return -1
}

// ends tells whether a cell ends at p.
func (s *scanner) ends(b []byte, p int, final bool) bool {
	switch {
	case p >= len(b):
		return final
	case b[p] == '\r' && s.eol == '\n':
		return p+1 < len(b) && b[p+1] == '\n' || p+1 == len(b) && final
	}
	return b[p] == s.delimiter || b[p] == s.eol
}

// quote finds the next quote at or after p that is not escaped by a backslash.
func (s *scanner) quote(b []byte, p int, how *kind) int {
	if s.backslash {
		for ; p < len(b); p++ {
			switch b[p] {
			case '"':
				return p
			case '\\':
				*how = escaped
				p++
			}
		}
		return -1
	}
	if i := bytes.IndexByte(b[p:], '"'); i >= 0 {
		return p + i
	}
	return -1
}

func (s *scanner) isLiteral(at int64) bool {
	_, ok := slices.BinarySearch(s.literal, at)
	return ok
}

// content gives the bytes of a cell without its quotes, still escaped and encoded; tail is what follows a closing quote.
func (s *scanner) content(b []byte, c span) (inner, tail []byte) {
	raw := b[c.start:c.end]
	switch c.kind {
	case bare:
		return raw, nil
	case padded:
		raw = bytes.Trim(raw, " ")
		fallthrough
	case quoted, escaped:
		return raw[1 : len(raw)-1], nil
	}
	how := quoted
	for p := 1; ; {
		q := s.quote(raw, p, &how)
		if q < 0 { // cannot be: the row was taken apart by the same scanner
			return raw[1:], nil
		}
		if q+1 < len(raw) && raw[q+1] == '"' {
			p = q + 2
			continue
		}
		return raw[1:q], raw[q+1:]
	}
}

// unescape appends the inner bytes of a quoted cell without escapes.
func (s *scanner) unescape(dst, inner []byte) []byte {
	for i := 0; i < len(inner); i++ {
		c := inner[i]
		if i+1 < len(inner) {
			switch next := inner[i+1]; {
			case c == '"' && next == '"', s.backslash && c == '\\' && (next == '"' || next == '\\'):
				i++
				c = next
			}
		}
		dst = append(dst, c)
	}
	return dst
}

package csvdoc

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// table is that of a single-byte encoding.
func (e Encoding) table() *charmap.Charmap {
	if e == Windows1252 {
		return charmap.Windows1252
	}
	return charmap.ISO8859_1
}

// decoder turns the bytes of cells into UTF-8. Bytes that stand for nothing read as U+FFFD.
type decoder struct {
	scanner *scanner
	single  *charmap.Charmap // nil: UTF-8
}

func newDecoder(s *scanner, e Encoding) decoder {
	d := decoder{scanner: s}
	if e.singleByte() {
		d.single = e.table()
	}
	return d
}

// cell returns the value of a cell: within b where its bytes are the value, else appended to dst, which is returned too.
func (d *decoder) cell(dst, b []byte, c span) (value, grown []byte) {
	if c.kind <= quoted {
		v := b[c.start:c.end]
		if c.kind == quoted {
			v = v[1 : len(v)-1]
		}
		if d.clean(v) {
			return v, dst
		}
		from := len(dst)
		dst = d.decode(dst, v)
		return dst[from:], dst
	}
	from := len(dst)
	inner, tail := d.scanner.content(b, c)
	dst = d.scanner.unescape(dst, inner)
	dst = append(dst, tail...)
	if !d.clean(dst[from:]) {
		raw := append([]byte(nil), dst[from:]...)
		dst = d.decode(dst[:from], raw)
	}
	return dst[from:], dst
}

// clean tells whether bytes are their own UTF-8.
func (d *decoder) clean(v []byte) bool {
	if d.single != nil {
		return ascii(v)
	}
	return utf8.Valid(v)
}

func (d *decoder) decode(dst, v []byte) []byte {
	if d.single != nil {
		for _, c := range v {
			dst = utf8.AppendRune(dst, d.single.DecodeByte(c))
		}
		return dst
	}
	for len(v) > 0 {
		r, n := utf8.DecodeRune(v)
		dst = utf8.AppendRune(dst, r)
		v = v[n:]
	}
	return dst
}

func ascii(b []byte) bool {
	for len(b) >= 32 {
		if (le.Uint64(b)|le.Uint64(b[8:])|le.Uint64(b[16:])|le.Uint64(b[24:]))&high != 0 {
			return false
		}
		b = b[32:]
	}
	for len(b) >= 8 {
		if le.Uint64(b)&high != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// encoder turns values into the bytes of cells.
type encoder struct {
	dialect Dialect
	single  *charmap.Charmap
}

func newEncoder(d Dialect) encoder {
	e := encoder{dialect: d}
	if d.Encoding.singleByte() {
		e.single = d.Encoding.table()
	}
	return e
}

// unencodable returns the first character of v that the encoding cannot hold.
func (e *encoder) unencodable(v string) (rune, bool) {
	if e.single == nil {
		return 0, false
	}
	for _, r := range v {
		if _, ok := e.single.EncodeRune(r); !ok {
			return r, true
		}
	}
	return 0, false
}

// cell appends the bytes of a cell with that value, quoted where it must or should be. What the encoding cannot hold
// becomes a question mark: Save asks before.
func (e *encoder) cell(dst []byte, v string, quote bool) []byte {
	if !quote && !e.needsQuotes(v) {
		return e.text(dst, v)
	}
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c != '"' && (c != '\\' || e.dialect.Escape != Backslash) {
			continue
		}
		dst = e.text(dst, v[from:i])
		if e.dialect.Escape == Backslash {
			dst = append(dst, '\\')
		} else {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
		from = i + 1
	}
	dst = e.text(dst, v[from:])
	return append(dst, '"')
}

// needsQuotes tells whether v would be read as something else without quotes.
func (e *encoder) needsQuotes(v string) bool {
	for i := 0; i < len(v); i++ {
		if c := v[i]; c == e.dialect.Delimiter || c == '"' || c == '\n' || c == '\r' {
			return true
		}
	}
	const mark = "\uFEFF" // at the beginning of a file it would be taken for the byte order mark
	return len(v) >= len(mark) && v[:len(mark)] == mark
}

func (e *encoder) text(dst []byte, v string) []byte {
	if e.single == nil {
		return append(dst, v...)
	}
	for _, r := range v {
		c, ok := e.single.EncodeRune(r)
		if !ok {
			c = '?'
		}
		dst = append(dst, c)
	}
	return dst
}

package csvdoc

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Encoding is how a file's bytes stand for characters. A byte order mark is told apart by Dialect.BOM.
type Encoding uint8

// The encodings that are found, read and written. US-ASCII is a part of each and is called UTF-8. Those behind UTF16BE are
// never certain: see Document.Guess.
const (
	UTF8        Encoding = iota
	UTF16LE              // RFC 2781
	UTF16BE              // RFC 2781
	Windows1252          // what western Excel calls ANSI
	ISO88591             // Latin-1, with the C1 controls
	Windows1250          // Central European
	Windows1251          // Cyrillic
	Windows1253          // Greek
	Windows1254          // Turkish
	ISO88592
	ISO88595
	ISO885915
	KOI8R
	MacRoman
	ShiftJIS
	EUCJP
	GB18030 // GBK and GB2312 are parts of it
	Big5
	// Journals hold these numbers, so that new ones stand at the end.
	IBM850 // what a console of Windows writes in western Europe, and cmd and PowerShell into a file with ">"
	IBM437 // the same in the United States
	IBM852 // the same in central Europe
	IBM866 // the same in Russia
	EUCKR  // Korean, with what code page 949 adds
	Windows1255
	Windows1256
	Windows1257
	Windows1258
	Windows874
	ISO88597
	KOI8U
)

// encodings has the name that IANA registered, other names in use, and how x/text reads them.
var encodings = [...]struct {
	name, also string
	text       encoding.Encoding
}{
	UTF8: {"UTF-8", "ascii us-ascii", nil}, UTF16LE: {"UTF-16LE", "unicode utf-16", nil}, UTF16BE: {"UTF-16BE", "", nil},
	Windows1252: {"Windows-1252", "cp1252 ansi", charmap.Windows1252}, ISO88591: {"ISO-8859-1", "latin1 l1", charmap.ISO8859_1},
	Windows1250: {"Windows-1250", "cp1250", charmap.Windows1250}, Windows1251: {"Windows-1251", "cp1251", charmap.Windows1251},
	Windows1253: {"Windows-1253", "cp1253", charmap.Windows1253}, Windows1254: {"Windows-1254", "cp1254", charmap.Windows1254},
	ISO88592: {"ISO-8859-2", "latin2 l2", charmap.ISO8859_2}, ISO88595: {"ISO-8859-5", "", charmap.ISO8859_5},
	ISO885915: {"ISO-8859-15", "latin9 latin-9", charmap.ISO8859_15}, KOI8R: {"KOI8-R", "koi8", charmap.KOI8R},
	MacRoman: {"Macintosh", "macroman mac-roman x-mac-roman", charmap.Macintosh},
	ShiftJIS: {"Shift_JIS", "shift-jis sjis cp932 windows-31j", japanese.ShiftJIS}, EUCJP: {"EUC-JP", "", japanese.EUCJP},
	GB18030: {"GB18030", "gbk cp936 gb2312", simplifiedchinese.GB18030}, Big5: {"Big5", "cp950", traditionalchinese.Big5},
	IBM850: {"IBM850", "cp850 850 dos oem", charmap.CodePage850}, IBM437: {"IBM437", "cp437 437", charmap.CodePage437},
	IBM852: {"IBM852", "cp852 852", charmap.CodePage852}, IBM866: {"IBM866", "cp866 866", charmap.CodePage866},
	EUCKR: {"EUC-KR", "cp949 uhc windows-949 ks_c_5601-1987 korean", korean.EUCKR}, Windows1255: {"Windows-1255", "cp1255", charmap.Windows1255},
	Windows1256: {"Windows-1256", "cp1256", charmap.Windows1256}, Windows1257: {"Windows-1257", "cp1257", charmap.Windows1257},
	Windows1258: {"Windows-1258", "cp1258", charmap.Windows1258}, Windows874: {"Windows-874", "cp874 tis-620 iso-8859-11", charmap.Windows874},
	ISO88597: {"ISO-8859-7", "greek", charmap.ISO8859_7}, KOI8U: {"KOI8-U", "", charmap.KOI8U},
}

// Encodings are all of them, those that are certain first.
var Encodings = func() (all []Encoding) {
	for e := range encodings {
		all = append(all, Encoding(e)) // #nosec G115 -- they are few
	}
	return all
}()

// ParseEncoding finds an encoding by the name that IANA registered or another one in use. Case, "-" and "_" do not count.
func ParseEncoding(name string) (Encoding, bool) {
	plain := strings.NewReplacer("-", "", "_", "", " ", "")
	name = plain.Replace(strings.ToLower(name))
	for _, e := range Encodings {
		for _, known := range append(strings.Fields(encodings[e].also), encodings[e].name) {
			if plain.Replace(strings.ToLower(known)) == name {
				return e, true
			}
		}
	}
	return 0, false
}

// String returns the name that IANA registered.
func (e Encoding) String() string {
	if int(e) < len(encodings) {
		return encodings[e].name
	}
	return fmt.Sprintf("encoding(%d)", uint8(e))
}

func (e Encoding) utf16() bool { return e == UTF16LE || e == UTF16BE }

// wide tells the encodings whose characters have two bytes or more, of which the second may be an ASCII letter, a pipe or a
// backslash, but never a comma, semicolon, tab, quote or end of line.
func (e Encoding) wide() bool { return e.legacy() && e.single() == nil }

// legacy tells the encodings that are not Unicode's.
func (e Encoding) legacy() bool { return int(e) < len(encodings) && encodings[e].text != nil }

// single is the table of an encoding with one byte a character; nil for the others.
func (e Encoding) single() *charmap.Charmap {
	if c, ok := encodings[e].text.(*charmap.Charmap); ok {
		return c
	}
	return nil
}

// undecodable tells whether some of the bytes stand for no character.
func (e Encoding) undecodable(b []byte) bool {
	if !e.legacy() {
		return !utf8.Valid(b)
	}
	if ascii(b) {
		return false
	}
	if single := e.single(); single != nil {
		return slices.ContainsFunc(b, func(c byte) bool { return single.DecodeByte(c) == utf8.RuneError })
	}
	text, _ := encodings[e].text.NewDecoder().Bytes(b)
	return bytes.ContainsRune(text, utf8.RuneError)
}

// decoder turns the bytes of cells into UTF-8. Bytes that stand for nothing read as U+FFFD.
type decoder struct {
	scanner *scanner
	single  *charmap.Charmap
	wide    *encoding.Decoder // nil, and single too: UTF-8
}

func newDecoder(s *scanner, e Encoding) decoder {
	d := decoder{scanner: s}
	if d.single = e.single(); d.single == nil && e.legacy() {
		d.wide = encodings[e].text.NewDecoder()
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
	if d.single != nil || d.wide != nil {
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
	if d.wide != nil {
		text, _ := d.wide.Bytes(v) // what cannot be decoded is U+FFFD and no error
		return append(dst, text...)
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
	text    *encoding.Encoder // nil: Unicode
}

func newEncoder(d Dialect) encoder {
	e := encoder{dialect: d}
	if d.Encoding.legacy() {
		e.text = encodings[d.Encoding].text.NewEncoder()
	}
	return e
}

// rune encodes one character; false where the encoding cannot hold it.
func (e *encoder) rune(r rune) (string, bool) {
	b, err := e.text.String(string(r))
	return b, err == nil && r != utf8.RuneError
}

// unencodable returns the first character of v that the encoding cannot hold.
func (e *encoder) unencodable(v string) (rune, bool) {
	if e.text == nil || ascii([]byte(v)) {
		return 0, false
	}
	for _, r := range v {
		if _, ok := e.rune(r); !ok {
			return r, true
		}
	}
	return 0, false
}

// cell appends the bytes of a cell with that value, quoted where it must or should be. What the encoding cannot hold
// becomes a question mark: Save asks before.
func (e *encoder) cell(dst []byte, v string, quote bool) []byte {
	if !quote && !e.needsQuotes(v) {
		return e.append(dst, v)
	}
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c != '"' && (c != '\\' || e.dialect.Escape != Backslash) {
			continue
		}
		dst = e.append(dst, v[from:i])
		if e.dialect.Escape == Backslash {
			dst = append(dst, '\\')
		} else {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
		from = i + 1
	}
	dst = e.append(dst, v[from:])
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

func (e *encoder) append(dst []byte, v string) []byte {
	if e.text == nil {
		return append(dst, v...)
	}
	for _, r := range v {
		b, ok := "?", r < utf8.RuneSelf
		if ok {
			b = string(r)
		} else if c, encoded := e.rune(r); encoded {
			b = c
		}
		dst = append(dst, b...)
	}
	return dst
}

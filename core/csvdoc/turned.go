package csvdoc

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode/utf32"
)

// turnedEncoding is an encoding whose structure is not that of ASCII, so that delimiters and quotes cannot be found in its bytes. A file in
// one is read as UTF-8, which is what saving it writes.
type turnedEncoding struct {
	name string
	text encoding.Encoding
}

var (
	utf32Little = &turnedEncoding{"UTF-32LE", utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)}
	utf32Big    = &turnedEncoding{"UTF-32BE", utf32.UTF32(utf32.BigEndian, utf32.UseBOM)}
	iso2022JP   = &turnedEncoding{"ISO-2022-JP", japanese.ISO2022JP}
)

// turnedOf finds such an encoding from the first bytes of a file, nil where it is in none. Each can only mean itself: no other text has three
// zeros in each four bytes, or the escape sequences that name a Japanese character set (RFC 1468).
func turnedOf(head []byte) *turnedEncoding {
	switch {
	case bytes.HasPrefix(head, []byte("\xFF\xFE\x00\x00")):
		return utf32Little
	case bytes.HasPrefix(head, []byte("\x00\x00\xFE\xFF")):
		return utf32Big
	}
	if little, big := utf32Units(head, 0), utf32Units(head, 3); little {
		return utf32Little
	} else if big {
		return utf32Big
	}
	if !ascii(head) {
		return nil
	}
	for _, escape := range []string{"\x1B$B", "\x1B$@", "\x1B(I"} {
		if bytes.Contains(head, []byte(escape)) {
			return iso2022JP
		}
	}
	return nil
}

// utf32Units tells whether all units of four bytes are characters whose lowest byte is at low: its neighbours up to the highest say a plane of
// Unicode, and hardly any is zero itself.
func utf32Units(head []byte, low int) bool {
	head = head[:min(len(head), 4<<10)&^3]
	text := 0
	for u := head; len(u) > 0; u = u[4:] {
		high, plane := u[3-low], u[1]
		if low == 0 {
			plane = u[2]
		}
		if high != 0 || plane > 0x10 {
			return false
		}
		if plane == 0 && (u[low] != 0 || u[1]|u[2] != 0) {
			text++
		}
	}
	return len(head) >= 16 && text*10 >= len(head)/4*9
}

// decode turns the beginning of a file; what is cut at its end is left out.
func (t *turnedEncoding) decode(head []byte) []byte {
	text, _ := t.text.NewDecoder().Bytes(head)
	for len(text) > 0 && bytes.HasSuffix(text, []byte(string(utf8.RuneError))) {
		text = text[:len(text)-len(string(utf8.RuneError))]
	}
	return text
}

package csvdoc

import (
	"strings"
	"testing"
)

// TestThresholds: detection decides at these very counts.
func TestThresholds(t *testing.T) {
	for c, want := range map[[2]int]bool{{0, 0}: true, {1, 0}: true, {1, 2}: true, {1, 3}: false, {0, 1}: false} {
		if isUTF8(c[0], c[1]) != want {
			t.Errorf("%d characters of UTF-8 beside %d other bytes: %v", c[0], c[1], !want)
		}
	}
	// A word is UTF-8 where more than two thirds of it are, and U+FFFD is a character as any.
	for text, want := range map[string][2]int{
		"éé\xE9": {0, 1}, "ééé\xE9": {1, 0}, "ééé\xE9\xE9": {0, 1}, "éé\xE9 é": {1, 1}, "\uFFFD": {1, 0}, "\uFFFD\xE9": {0, 1}, "é\xE9é\xE9é": {0, 1}, "abc": {0, 0}, "é,ü\"ß": {3, 0}, "\xE9": {0, 1},
	} {
		if valid, invalid := multibyte([]byte(text)); valid != want[0] || invalid != want[1] {
			t.Errorf("%q: %d words of UTF-8, %d others, want %v", text, valid, invalid, want)
		}
	}
	for text, want := range map[string]bool{
		"a\x00b\x00\x2D\x4E\x2D\x4E":                     true, // half of it Chinese
		strings.Repeat("a\x00", 10) + "\x00\x00\x00\x00": false, "ab": false,
	} {
		if e, ok := detectUTF16([]byte(text)); ok != want || ok && e != UTF16LE {
			t.Errorf("%q: %s, %v", text, e, ok)
		}
	}
	comma := Dialect{Delimiter: ',', Newline: LF, NewRows: LF}
	for titles, want := range map[int]int{9: 9, titleRows: titleRows, titleRows + 1: 0} {
		text := strings.Repeat("Batch 12\n", titles) + "subject.common_name,x\nd1,1\n"
		if got := headerRow(takeRows(comma, []byte(text), true, 100)); got != want {
			t.Errorf("%d titles: header in row %d", titles, got)
		}
	}
	type ends struct{ kind, most Newline }
	for _, c := range []struct {
		text  string
		whole bool
		want  ends
	}{
		{"abc\r", false, ends{LF, LF}}, // an LF may follow
		{"abc\r", true, ends{CR, CR}},
		{"a\r\nb\r\nc\nd\n", true, ends{Mixed, CRLF}},
		{"a\r\nb\nc\nd\n", true, ends{Mixed, LF}},
		{"a\r\nb\r\nc\nd\ne\n", true, ends{Mixed, LF}},
	} {
		if kind, most := detectNewline([]byte(c.text), c.whole); (ends{kind, most}) != c.want {
			t.Errorf("%q, whole %v: %v, %v", c.text, c.whole, kind, most)
		}
	}
	mixed := Dialect{Delimiter: ',', Newline: Mixed, NewRows: LF}
	for text, want := range map[string]ends{"a\nb\r\n": {Mixed, CRLF}, "a\nb\nc\r\n": {Mixed, LF}, "\"x\ny\"\r\nb\r\n": {CRLF, CRLF}, "\"x\r\ny\"\nb\n": {LF, LF}} {
		if kind, most := rowNewline(mixed, []byte(text), true); (ends{kind, most}) != want {
			t.Errorf("rows of %q: %v, %v", text, kind, most)
		}
	}
	cr := Dialect{Delimiter: ',', Newline: CR, NewRows: CR}
	whole, _ := rate(cr, []byte("a,b\r1,23\r4,5\r"), true)
	if broken, _ := rate(cr, []byte("a,b\r1,2\n3\r4,5\r"), true); broken >= whole {
		t.Errorf("an LF in a cell without quotes fits as well: %v, %v", broken, whole)
	}
}

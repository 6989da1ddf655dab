package sheet

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDraftKeepsWhatNobodyTouched(t *testing.T) {
	for _, tc := range []struct{ text, shown, edited, want string }{
		{"abc", "abc", "abd", "abd"},
		{"a\r\nb", "a\nb", "a\nb\nc", "a\r\nb\r\nc"},
		{"a\nb", "a\nb", "a\n\nb", "a\n\nb"},
		{"a\rb\r", "a\nb\n", "a\nb\nc\n", "a\rb\rc\r"},
		{"a\r\nb\nc", "a\nb\nc", "a\nB\nc", "a\r\nB\nc"}, // mixed, and each stays
		{"\xff\xfea", "\ufffd\ufffda", "\ufffd\ufffdab", "\xff\xfeab"},
		{"\xffa\xff", "\ufffda\ufffd", "\ufffdb\ufffd", "\xffb\xff"},
		{"a\x00b", "a\x00b", "a\x00bc", "a\x00bc"},
		{"", "", "x\r\ny\rz", "x\ny\nz"}, // pasted into the entry
		{"aaa", "aaa", "aa", "aa"},
		{"a\r\na\r\n", "a\na\n", "a\n", "a\r\n"},
		{"abc", "abc", "", ""},
	} {
		d := newDraft(tc.text)
		if got := string(d.shown); got != tc.shown {
			t.Errorf("%q is shown as %q, want %q", tc.text, got, tc.shown)
		}
		if got := d.result(tc.edited); got != tc.want {
			t.Errorf("%q, edited to %q, becomes %q, want %q", tc.text, tc.edited, got, tc.want)
		}
	}
}

// Whatever a cell holds: left as it is it stays byte for byte; edited, it shows what was typed.
func FuzzDraft(f *testing.F) {
	f.Add("a\r\nb", "a\nc")
	f.Add("\xff\r", "x")
	f.Add("é\n\n\r\n", "é\n\n")
	f.Add("", "\r\n")
	f.Fuzz(func(t *testing.T, text, edited string) {
		d := newDraft(text)
		if got := d.result(string(d.shown)); got != text {
			t.Fatalf("%q left as it is becomes %q", text, got)
		}
		if !utf8.ValidString(edited) {
			return // an entry holds characters
		}
		plain := strings.ReplaceAll(strings.ReplaceAll(edited, "\r\n", "\n"), "\r", "\n")
		now := newDraft(d.result(plain))
		if got := string(now.shown); got != plain && !strings.Contains(plain, "\n") {
			t.Fatalf("%q edited to %q shows %q", text, plain, got)
		}
	})
}

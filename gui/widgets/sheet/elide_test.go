package sheet

import (
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

func rulers() map[string]*ruler {
	size := theme.TextSize()
	return map[string]*ruler{
		"plain": newRuler(size, fyne.TextStyle{}),
		"mono":  newRuler(size, fyne.TextStyle{Monospace: true}),
		"bold":  newRuler(size, fyne.TextStyle{Bold: true}),
	}
}

var samples = []string{
	"", "a", "dev-0001.csr", "WWWWWWWWWWWW", "iiiiiiiiiiiiiiiiii", "00-1a-c2-7b-00-00", "AVAVAVAV To Ty Yo fi ffl",
	"The quick brown fox jumps over the lazy dog", "/home/ana/batches/2026/line-4/device-0001-thermostat.csr",
	"Zürich, Gerät für Straße №7", "Ελληνικά και кириллица", strings.Repeat("3f:9a:77:01:", 16),
}

// An estimate below the real width would let texts run into the next column.
func TestRulerDoesNotUnderestimate(t *testing.T) {
	for name, r := range rulers() {
		for _, text := range samples {
			real := fyne.MeasureText(text, r.size, r.style).Width
			got := r.width(text, 1e6)
			if got < real-1 || got > real*1.06+3 {
				t.Errorf("%s: %q estimated at %g, is %g", name, text, got, real)
			}
		}
	}
}

func TestRulerStopsCounting(t *testing.T) {
	r := rulers()["plain"]
	if w := r.width(strings.Repeat("x", 1<<20), 100); w < 100 || w > 120 {
		t.Errorf("counted to %g with a limit of 100", w)
	}
}

func TestRulerForgets(t *testing.T) {
	r := rulers()["mono"]
	for c := rune(0x4e00); c < 0x4e00+otherRunes; c++ {
		r.other[c] = 1 // measuring so many in truth takes long
	}
	r.rune('ф')
	if len(r.other) > otherRunes {
		t.Errorf("%d characters remembered", len(r.other))
	}
}

func TestElide(t *testing.T) {
	r := rulers()["mono"]
	cell := r.rune('x')
	for _, tc := range []struct {
		text  string
		cells float32
		how   Elide
		want  string
	}{
		{"abcdef", 6, End, "abcdef"},
		{"abcdef", 5, End, "abcd…"},
		{"abcdef", 1, End, "…"},
		{"abcdef", 0.5, End, ""},
		{"abcdef", 0, End, ""},
		{"abcdef", -3, Middle, ""},
		{"", 0, End, ""},
		{"ab cdef", 4, End, "ab…"}, // no blank before the dots
		{"/home/ana/batches/dev-1.csr", 27, Middle, "/home/ana/batches/dev-1.csr"},
		{"/home/ana/batches/dev-1.csr", 20, Middle, "/home/ana…/dev-1.csr"},
		{`C:\batches\line 4\dev-1.csr`, 15, Middle, `C:\b…\dev-1.csr`},
		{"/home/ana/batches/dev-1.csr", 11, Middle, "…/dev-1.csr"},
		{"/home/ana/batches/dev-1.csr", 8, Middle, "dev….csr"}, // the name itself is too long
		{"/home/ana/batches/", 13, Middle, "/ho…/batches/"},
		{"abcdefghijkl", 7, Middle, "abc…jkl"},
		{"e\u0301e\u0301e\u0301e\u0301", 3.1, End, "e\u0301e\u0301…"}, // no accent torn off
	} {
		got, cut := elide(tc.text, tc.cells*cell+0.01, tc.how, r)
		if got != tc.want || cut != (tc.want != tc.text) {
			t.Errorf("%q in %g cells: %q (cut: %v), want %q", tc.text, tc.cells, got, cut, tc.want)
		}
	}
}

// A font without a glyph for a combining mark gives it a width of its own; the mark must still not be torn off.
func TestElideKeepsMarksWithTheirLetters(t *testing.T) {
	r := rulers()["mono"]
	cell := r.rune('x')
	r.other['\u0301'] = cell
	if got, _ := elide("ae\u0301xyz", 3*cell+0.01, End, r); got != "a…" {
		t.Errorf("elided at the end to %q, want %q", got, "a…")
	}
	if got, _ := elide("xyzuve\u0301", 4*cell+0.01, Middle, r); got != "x…e\u0301" {
		t.Errorf("elided in the middle to %q, want %q", got, "x…e\u0301")
	}
	if got, _ := elide("xyzuve\u0301", 3*cell+0.01, Middle, r); got != "x…" {
		t.Errorf("elided in the middle to %q, want %q", got, "x…")
	}
}

func FuzzElide(f *testing.F) {
	for _, text := range samples {
		f.Add(text, float32(60), true)
		f.Add(text, float32(33.3), false)
	}
	f.Add("\xff\xfe\n\u202e\u200d/\\", float32(20), true)
	rs := rulers()
	f.Fuzz(func(t *testing.T, raw string, width float32, middle bool) {
		if width != width || width > 1e5 {
			return
		}
		how := End
		if middle {
			how = Middle
		}
		text := legible(bounded(raw, how), blanks)
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\n\t\r\u202e\u0000") {
			t.Fatalf("legible(%q) = %q", raw, text)
		}
		if legible(text, blanks) != text {
			t.Fatalf("legible twice changes %q", text)
		}
		for name, r := range rs {
			got, cut := elide(text, width, how, r)
			if !utf8.ValidString(got) {
				t.Fatalf("%s: %q elided to %q, not UTF-8", name, text, got)
			}
			if !cut && got != text {
				t.Fatalf("%s: %q became %q and is called uncut", name, text, got)
			}
			if w := r.width(got, 1e9); w > max(width, 0)+0.05 {
				t.Fatalf("%s: %q elided to %q, %g wide, into %g", name, text, got, w, width)
			}
			if cut && got != "" {
				begin, end, found := strings.Cut(got, string(ellipsis))
				if !found || !middle && (end != "" || !strings.HasPrefix(text, begin)) || !strings.HasSuffix(text, end) {
					if strings.Count(text, string(ellipsis)) == 0 {
						t.Fatalf("%s: %q elided to %q", name, text, got)
					}
				}
			}
		}
	})
}

func TestLegible(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                 "plain",
		"Zürich 日本":             "Zürich 日本",
		"two\nlines\ttab\r":     "two lines tab ",
		"a\x00b\x1bc\x7fd":      "a�b�c�d",
		"evil\u202egpj.csr":     "evil�gpj.csr",
		"dev\u200b-1":           "dev�-1",
		"bad \xff byte":         "bad � byte",
		"क\u200dष":              "क\u200dष",
		"a\u2028b\u2066c\ufeff": "a�b�c�",
	} {
		if got := legible(in, blanks); got != want {
			t.Errorf("legible(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestBounded(t *testing.T) {
	long := strings.Repeat("ä", 1<<20)
	for _, how := range []Elide{End, Middle} {
		got := bounded("begin"+long+"end", how)
		if len(got) > longest+8 || !utf8.ValidString(got) || !strings.HasPrefix(got, "begin") {
			t.Errorf("a long text is bounded to %d bytes, UTF-8: %v", len(got), utf8.ValidString(got))
		}
		if how == Middle && !strings.HasSuffix(got, "end") {
			t.Error("the end of a text that is elided in the middle is lost")
		}
		if short := long[:longest]; bounded(short, how) != short {
			t.Error("a text within the bound is changed")
		}
	}
}

// A cell with a megabyte must not be felt, and is known to be elided however wide its column.
func TestHugeCell(t *testing.T) {
	g := &grid{t: t, rows: 100, cols: 1, cell: func(int, int) Cell { return Cell{Text: strings.Repeat("MIIB", 1<<18)} }}
	s, _ := shown(t, g, []Column{{Width: 300}})
	if got := onScreen(s)[0][0]; len(got) > 200 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d bytes are drawn", len(got))
	}
	if !s.elidedAt(0, 0) {
		t.Error("not known as elided")
	}
	if got := s.body.lines[0].cells[0].source; len(got) > longest+8 {
		t.Errorf("%d bytes are compared at each refresh", len(got))
	}
}

package attribute

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	type flaw struct {
		kind FlawKind
		at   int
		word string
	}
	for _, c := range []struct {
		in   string
		want []flaw
	}{
		{"", nil},
		{"Gerät 42, Linie 4", nil},
		{"日本 Sensor日本", nil},
		{"Прибор № 4", nil},
		{"R-Ω2 µF", nil},
		{"a b", nil},
		{" a", []flaw{{OuterBlank, 0, "at the start"}}},
		{"a \u00a0", []flaw{{OuterBlank, 1, "at the end"}, {OuterBlank, 2, "non-breaking space at the end"}}},
		{"  ", []flaw{{OuterBlank, 0, "start"}, {OuterBlank, 1, "start"}}},
		{"dev-1\n", []flaw{{Control, 5, "line feed"}}},
		{"a\x00b\x7f", []flaw{{Control, 1, "NUL"}, {Control, 3, "control"}}},
		{"a\u0085\u2028", []flaw{{Control, 1, "control"}, {Control, 2, "separator"}}},
		{"é\u00a0b", []flaw{{Invisible, 1, "not an ordinary"}}},
		{"a\u200bb\ufeff", []flaw{{Invisible, 1, "zero-width"}, {Invisible, 3, "zero-width"}}},
		{"abc\u202excod", []flaw{{Invisible, 3, "direction"}}},
		{"a\xffb", []flaw{{Damaged, 1, "0xFF"}}},
		{"a\ufffdb", []flaw{{Damaged, 1, "conversion"}}},
		{"p\u0430ypal", []flaw{{MixedScript, 1, "Cyrillic letter among Latin"}}},
		{"\u0420ump x \u0420ump", []flaw{{MixedScript, 1, "Latin letter among Cyrillic"}, {MixedScript, 8, "Latin"}}},
		{"\u0391BC", []flaw{{MixedScript, 1, "Latin letter among Greek"}}},
	} {
		got := Text(c.in)
		if len(got) != len(c.want) {
			t.Errorf("%q: %v, want %d flaws", c.in, got, len(c.want))
			continue
		}
		for i, w := range c.want {
			if g := got[i]; g.Kind != w.kind || g.At != w.at || !strings.Contains(g.Reason, w.word) {
				t.Errorf("%q: %s %+v, want %+v", c.in, g.Kind, g, w)
			}
		}
	}
}

func TestTextOfPlainASCIICostsNoMemory(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Text("00-1a-c2-7b-00-00") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzText: a text without its flawed characters has no flaw but blanks and words that only now came together.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "dev 1", " a\u200b\x00b ", "p\u0430ypal", "\xff\xfe", "日本\u3000", "\u202etxt"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		flaws := Text(s)
		bad, before := map[int]bool{}, -1
		runes := []rune(s)
		for _, x := range flaws {
			if x.At < before || x.At >= len(runes) || runes[x.At] != x.Rune {
				t.Fatalf("%q: flaw %+v is out of order or at another character", s, x)
			}
			before, bad[x.At] = x.At, true
		}
		var kept strings.Builder
		for i, r := range runes {
			if !bad[i] {
				kept.WriteRune(r)
			}
		}
		if !utf8.ValidString(kept.String()) {
			t.Fatalf("%q: what is left is not UTF-8", s)
		}
		for _, x := range Text(kept.String()) {
			if x.Kind != OuterBlank && x.Kind != MixedScript {
				t.Fatalf("%q: %+v was overlooked", s, x)
			}
		}
	})
}

// FuzzNames: what passes stays what it is. A host name survives case folding and being made a URI and an address.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"example.com", "xn--bcher-kva.example", "a@example.com", "https://example.com/x", "192.0.2.7", "::1", "*.a", "DE"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if DNSName(s, false) == nil {
			if len(s) > 253 || DNSName(strings.ToUpper(s), false) != nil || DNSName(strings.ToLower(s), true) != nil {
				t.Fatalf("host name %q does not survive", s)
			}
			if IP(s) == nil {
				t.Fatalf("%q is a host name and an IP address", s)
			}
			if err := URI("https://" + s + "/"); err != nil {
				t.Fatalf("host name %q as URI: %v", s, err)
			}
			if err := Email("a@" + s); err != nil && len(s) < 250 {
				t.Fatalf("host name %q as address: %v", s, err)
			}
		}
		if URI(s) == nil && strings.ContainsAny(s, " \n\x00") {
			t.Fatalf("URI %q passes", s)
		}
		if Email(s) == nil && !strings.Contains(s, "@") {
			t.Fatalf("address %q passes", s)
		}
		if Country(s) == nil && len(s) != 2 {
			t.Fatalf("country %q passes", s)
		}
	})
}

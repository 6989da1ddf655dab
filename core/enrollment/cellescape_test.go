package enrollment

import (
	"slices"
	"testing"
)

// TestEscapedText: what stands for a character is told from what only looks so.
func TestEscapedText(t *testing.T) {
	for value, want := range map[string]string{
		"M&uuml;ller": "Müller", "A &amp; B": "A & B", "K&#246;ln": "Köln", "K&#xF6;ln": "Köln", `M\u00fcller`: "Müller", "M%C3%BCller": "Müller", "Plant%20of%20M": "Plant of M",
		"M=C3=BCller": "Müller", "R&D": "", "A&B;C": "", "AT&T;": "", "100%": "", "50%41": "", "x=1=2": "", "=C3=41": "", `C:\users`: "", "%C3": "", "%ZZ": "", `\u0007`: "", `\ud83d`: "",
	} {
		if got, _, ok := unescaped(value); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v, want %q", value, got, ok, want)
		}
	}
	r := validate(t, document(t, csvOf([]string{nameColumn, "san.uri"}, []string{"d1", "https://a.example/M%C3%BCller"})), Options{})
	if rules := r.Groups(); slices.ContainsFunc(rules, func(g Group) bool { return g.Rule == RuleEscapedText }) {
		t.Error("an escape of a URI is called one of text")
	}
}

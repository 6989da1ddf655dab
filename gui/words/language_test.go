package words

import (
	"slices"
	"testing"
)

func TestUse(t *testing.T) {
	defer Use("en")
	t.Setenv("LC_ALL", "C.UTF-8")
	all := Languages()
	if all[0] != "en" {
		t.Fatalf("%q", all)
	}
	for _, tag := range all {
		Use(tag)
		if in().tag.String() != tag {
			t.Errorf("%s: %s is spoken", tag, in().tag)
		}
		if T("dialog.close") == "dialog.close" || N("connection.since", 3) == "connection.since" {
			t.Errorf("%s: a key is shown", tag)
		}
		if LanguageName(tag) == "" {
			t.Errorf("%s has no name", tag)
		}
	}
	for _, unknown := range []string{"tlh", "", "not a tag"} {
		Use(unknown)
		if in().tag.String() != "en" {
			t.Errorf("%q: %s is spoken", unknown, in().tag)
		}
	}
	Use("en-GB")
	if in().tag.String() != "en" || !slices.Contains(all, "en") {
		t.Error(in().tag)
	}
}

func TestFill(t *testing.T) {
	for _, c := range [][3]string{
		{"no place", "x", "no place"}, {"{{.A}}", "{{.B}}", "{{.B}}"}, {"a {{.A}} b {{.A}}.", "1", "a 1 b 1."},
	} {
		if got := fill(c[0], map[string]any{"A": c[1], "B": "wrong"}); got != c[2] {
			t.Errorf("%q", got)
		}
	}
}

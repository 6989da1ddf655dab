package main

import (
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	tests := []struct {
		names string // separated by "|"
		want  string // part of the problem; "" for none
	}{
		{"README.md|core/csr/names.go|testdata/dev 0002 日本.csr|com10.csv|null.csv", ""},
		{"docs/a.md|docs/b.md|docs", ""},
		{"testdata/csv/nul.csv", "nul.csv"},
		{"aux/x.go", "aux"},
		{"a?.csr", "cannot store"},
		{"a/trailing.", "Windows drops"},
		{"a\tb", "control character"},
		{"docs/Readme.md|docs/README.md", "docs/README.md: on Windows and macOS this is the same name as docs/Readme.md"},
		{"Docs/a.md|docs/b.md", "docs: on Windows and macOS this is the same name as Docs"},
		{"ger\u00e4t|gera\u0308t", "same name"},
		{"STRASSE|straße", "same name"},
	}
	for _, test := range tests {
		t.Run(test.names, func(t *testing.T) {
			got := strings.Join(judge(strings.Split(test.names, "|")), "\n")
			if test.want == "" && got != "" || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
		})
	}
}

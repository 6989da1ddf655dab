package files

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestParsePaths(t *testing.T) {
	home, err := os.UserHomeDir()
	if err != nil {
		t.Skip("no home folder here")
	}
	got := ParsePaths("copy\nfile:///data/a%20b/%C3%BC.csr\n'/x y.csr'\n\n  /plain.csr\t\n~/z.csr\nfile://%zz\n")
	want := []string{"/data/a b/ü.csr", "/x y.csr", "/plain.csr", filepath.Join(home, "z.csr")}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if LooksLikePaths("hello\n/x") || LooksLikePaths("") || !LooksLikePaths("/x\n/y") {
		t.Error("what is on the clipboard is taken for paths, or not, wrongly")
	}
}

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestWildcards(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.csr", "b.CSR", "c.txt", "[x].csr", "none"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	folder := filepath.Base(dir)
	up := ".." + string(filepath.Separator) + folder + string(filepath.Separator)
	for pattern, want := range map[string]string{
		"*.csr": "[x].csr a.csr b.CSR", "?.csr": "a.csr b.CSR", "[x]*": "[x].csr", "*.*": "[x].csr a.csr b.CSR c.txt none", "a.csr": "a.csr",
		"missing.csr": "missing.csr", up + "c*": up + "c.txt",
	} {
		if got, err := wildcards([]string{pattern}, "windows"); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %q, %v, want %s", pattern, got, err, want)
		}
	}
	if got, err := wildcards([]string{"*.pem"}, "windows"); err == nil || !strings.Contains(err.Error(), `no file matches "*.pem"`) {
		t.Errorf("a pattern without a file: %q, %v", got, err)
	}
	if got, err := wildcards([]string{"*.csr", "?"}, "linux"); err != nil || !slices.Equal(got, []string{"*.csr", "?"}) {
		t.Errorf("elsewhere the shell has done it: %q, %v", got, err)
	}
}

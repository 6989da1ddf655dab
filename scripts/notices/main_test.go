package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func tree(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("text of "+name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Only what is built in counts: the packages that are needed, what lies above them, and the fonts and C code below.
func TestTexts(t *testing.T) {
	dir := tree(t, "LICENSE", "license.go", "PATENTS", "README",
		"used/a.go", "used/Copying.txt", "used/font/LICENSE_Inter.txt", "used/font/deep/NOTICE", "used/testdata/LICENSE",
		"used/cmd/main.go", "used/cmd/LICENSE", "used/cmd/data/LICENSE",
		"other/b.go", "other/LICENSE", "docs/LICENSE")
	m := module{"m v1", dir, map[string]bool{filepath.Join(dir, "used"): true}}
	found, err := m.texts()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range found {
		names = append(names, f.file)
		if f.body != "text of "+f.file+"\n" {
			t.Errorf("%s holds %q", f.file, f.body)
		}
	}
	if got, want := strings.Join(names, " "), "LICENSE PATENTS used/Copying.txt used/font/LICENSE_Inter.txt used/font/deep/NOTICE"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// C code beside the package's own folder is found where the package is the module's root, as GLFW's is.
func TestTextsBelowRoot(t *testing.T) {
	dir := tree(t, "a.go", "glfw/LICENSE.md", "glfw/src/x.c", "tools/t.go", "tools/LICENSE")
	found, err := module{"m v1", dir, map[string]bool{dir: true}}.texts()
	if err != nil || len(found) != 1 || found[0].file != "glfw/LICENSE.md" {
		t.Errorf("got %v, %v", found, err)
	}
}

func TestWrite(t *testing.T) {
	var b strings.Builder
	same := clean([]byte("\ufeff\r\n  MIT \r\nfree\r\n\r\n"))
	if err := write(&b, []text{{"a v1", "LICENSE", same}, {"b v2", "COPYING", "GPL\n"}, {"c v3", "LICENSE", clean([]byte("  MIT\nfree"))}}); err != nil {
		t.Fatal(err)
	}
	rule, line := strings.Repeat("=", 80), strings.Repeat("-", 80)
	want := "EnrollBench is built with the software named below. Each part has its own license.\n\n" +
		rule + "\na v1 (LICENSE)\nc v3 (LICENSE)\n" + line + "\n\n  MIT\nfree\n\n" +
		rule + "\nb v2 (COPYING)\n" + line + "\n\nGPL\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

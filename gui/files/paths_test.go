package files

import (
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

func TestParsePaths(t *testing.T) {
	home, err := os.UserHomeDir()
	if err != nil {
		t.Skip("no home folder here")
	}
	got := ParsePaths("copy\nfile:///data/a%20b/%C3%BC.csr\n'/x y.csr'\n\n  /plain.csr\t\n~/z.csr\nfile://%zz\n")
	want := []string{filepath.FromSlash("/data/a b/ü.csr"), "/x y.csr", "/plain.csr", filepath.Join(home, "z.csr"), "file://%zz"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	whole := "/x\n/y"
	if runtime.GOOS == "windows" {
		whole = "C:\\x\nD:\\y"
	}
	if LooksLikePaths("hello\n"+whole) || LooksLikePaths("") || !LooksLikePaths(whole) {
		t.Error("what is on the clipboard is taken for paths, or not, wrongly")
	}
}

func TestAddressed(t *testing.T) {
	for address, want := range map[string]string{
		"file:///C:/a%20b/%C3%BC.csr": `C:\a b\ü.csr`, "file:///c|/x.csr": `c:\x.csr`, "file://server/share/x.csr": `\\server\share\x.csr`,
		"file://localhost/C:/x": `C:\x`, "file:////server/share/x": `\\server\share\x`, "file:///C:/": `C:\`, "file://C:/a%20b/x.csr": `C:\a b\x.csr`,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := addressed(u, "windows"); got != want {
			t.Errorf("%s is %q, want %q", address, got, want)
		}
	}
	u, _ := url.Parse("file:///data/C:/x")
	if got := addressed(u, "linux"); got != "/data/C:/x" {
		t.Errorf("on Linux it is %q", got)
	}
}

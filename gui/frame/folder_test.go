package frame

import (
	"os"
	"path/filepath"
	"testing"
)

// A folder is shown itself, a file in its folder, whatever the names hold.
func TestFolderURL(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "Los ü 100 %")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	want := filepath.ToSlash(dir)
	if filepath.VolumeName(dir) != "" {
		want = "/" + want
	}
	for _, path := range []string{dir, filepath.Join(dir, "result#1.zip")} {
		u := folderURL(path)
		if u.Scheme != "file" || u.Path != want || u.String()[:8] != "file:///" || u.Fragment != "" {
			t.Errorf("%s: %s", path, u)
		}
	}
}

package osfile

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

func TestReserved(t *testing.T) {
	for _, name := range []string{"CON", "con", "nul.csv", "Aux.tar.gz", "COM1", "lpt9.txt", "com¹", "PRN ", "conin$", "CLOCK$"} {
		if !Reserved(name) {
			t.Errorf("%q is not reserved", name)
		}
	}
	for _, name := range []string{"", "console", "com", "com10", "COMA", "null", "a.con", "lpt", ".con", "x nul"} {
		if Reserved(name) {
			t.Errorf("%q is reserved", name)
		}
	}
}

func TestCheckPath(t *testing.T) {
	var reserved *ReservedError
	for path, want := range map[string]string{
		`C:\data\nul.csv`: "nul.csv", `aux/list.csv`: "aux", `con`: "con", `C:\data\list.csv`: "", `\\.\pipe\con`: "", `/data/nul.csv`: "nul.csv", "": "",
	} {
		err := checkPath(path, "windows")
		if want == "" && err != nil || want != "" && (!errors.As(err, &reserved) || reserved.Name != want || !errors.Is(err, fs.ErrInvalid) || !strings.Contains(err.Error(), "choose another name")) {
			t.Errorf("%q: %v, want %q", path, err, want)
		}
		if err := checkPath(path, "linux"); err != nil {
			t.Errorf("on Linux, %q: %v", path, err)
		}
	}
}

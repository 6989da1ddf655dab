package osfile

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
)

// ReservedError says that Windows takes a file's name for a device: what is written to it is lost, and what is read from it
// is not a file.
type ReservedError struct{ Name string }

// Error names the name and the way out.
func (e *ReservedError) Error() string {
	return fmt.Sprintf("%q is a name that Windows reserves for a device: choose another name", e.Name)
}

// Is matches fs.ErrInvalid.
func (*ReservedError) Is(target error) bool { return target == fs.ErrInvalid }

// Reserved says whether Windows takes the name of a file or a folder for a device, whatever extension follows. Microsoft:
// "Naming Files, Paths, and Namespaces". The superscript digits count as digits.
func Reserved(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	base = strings.ToUpper(strings.TrimRight(base, " "))
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	for _, port := range []string{"COM", "LPT"} {
		if rest, ok := strings.CutPrefix(base, port); ok {
			switch rest {
			case "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³":
				return true
			}
		}
	}
	return false
}

// CheckPath is a *ReservedError where a part of the path is reserved on this system, and else nil. Everything that this
// package opens or makes is checked.
func CheckPath(path string) error { return checkPath(path, runtime.GOOS) }

func checkPath(path, system string) error {
	if system != "windows" || strings.HasPrefix(path, `\\.\`) {
		return nil
	}
	for part := range strings.FieldsFuncSeq(path[len(filepath.VolumeName(path)):], func(r rune) bool { return r == '/' || r == '\\' }) {
		if Reserved(part) {
			return &ReservedError{part}
		}
	}
	return nil
}

package osfile

import (
	"strings"
	"testing"
)

func TestExtendedPath(t *testing.T) {
	long := strings.Repeat(`\folder`, 40)
	for path, want := range map[string]string{
		`C:\short`:              `C:\short`,
		`C:/short`:              `C:\short`,
		`C:` + long:             `\\?\C:` + long,
		`\\server\share` + long: `\\?\UNC\server\share` + long,
		`\\?\C:` + long:         `\\?\C:` + long,
		`\\.\device` + long:     `\\.\device` + long,
		long:                    long,
		`C:` + strings.ReplaceAll(long, `\`, "/"): `\\?\C:` + long,
	} {
		if got := extendedPath(path); got != want {
			t.Errorf("extendedPath(%q) = %q, want %q", path, got, want)
		}
	}
}

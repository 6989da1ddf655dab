//go:build unix

package diagnosis

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// system names the kernel and the distribution.
func system() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return "unknown"
	}
	text := unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:])
	release, _ := os.ReadFile("/etc/os-release")
	for line := range strings.Lines(string(release)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "PRETTY_NAME="); ok {
			text += ", " + strings.Trim(name, `"`)
		}
	}
	return text
}

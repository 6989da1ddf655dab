//go:build linux || darwin

package trustmanager

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock waits until no other process holds the file. It goes with the file's Close. A file system without locks grants it.
func lock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX) // #nosec G115 -- a descriptor is a small number
		switch {
		case err == unix.EINTR:
			continue
		case errors.Is(err, unix.ENOLCK), errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL):
			return nil
		}
		return err
	}
}

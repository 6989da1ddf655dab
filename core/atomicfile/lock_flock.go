//go:build linux || darwin

package atomicfile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock waits until no other holder of the file is left. It goes with the file's Close. A file system without locks
// (some network shares) grants it always: see Recover for what that means.
func lock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if err == unix.EINTR {
			continue
		}
		if err == unix.ENOLCK {
			return nil
		}
		return tolerate(err)
	}
}

// tryLock is lock without the wait: false where somebody else holds it.
func tryLock(f *os.File) bool {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	return !errors.Is(err, unix.EWOULDBLOCK)
}

//go:build linux || darwin

package job

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// locksWork says that tryLock can tell whether another program holds a file.
const locksWork = true

// tryLock takes the lock of a file, which goes with its Close or the program's end; false where it is held already.
func tryLock(f *os.File) bool {
	return !errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK)
}

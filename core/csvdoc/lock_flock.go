//go:build linux || darwin

package csvdoc

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock takes the lock of a journal, which goes with the file's Close or the program's end; false where another
// program holds it.
func tryLock(f *os.File) bool {
	return !errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK)
}

// unlock gives the lock back at once. Close alone would not while a program that this one is starting has not yet let
// go of the files that it inherits.
func unlock(f *os.File) { _ = unix.Flock(int(f.Fd()), unix.LOCK_UN) }

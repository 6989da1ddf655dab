package watch

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// writing says whether a program on this computer has a file open for writing. A read lease is given only where nobody has: fcntl(2),
// F_SETLEASE. known is false where the file system has no leases (network shares) or the file is another user's.
func writing(path string) (writing, known bool) {
	f, err := os.Open(path) // #nosec G304 -- a file of the watched folder
	if err != nil {
		return false, false
	}
	defer f.Close() // gives the lease back
	_, err = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	return errors.Is(err, unix.EAGAIN), err == nil
}

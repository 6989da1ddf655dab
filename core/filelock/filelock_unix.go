//go:build unix && !solaris && !aix

package filelock

import (
	"os"

	"golang.org/x/sys/unix"
)

// What the answers of flock(2) mean. NFS servers without a lock service answer ENOLCK.
var (
	held  = []error{unix.EWOULDBLOCK}
	none  = []error{unix.ENOLCK, unix.ENOTSUP, unix.EOPNOTSUPP, unix.ENOSYS, unix.EINVAL}
	again = []error{unix.EINTR}
)

func lock(f *os.File, wait bool) error {
	how := unix.LOCK_EX
	if !wait {
		how |= unix.LOCK_NB
	}
	return unix.Flock(int(f.Fd()), how) // #nosec G115 -- a descriptor is a small number
}

func unlock(f *os.File) { _ = unix.Flock(int(f.Fd()), unix.LOCK_UN) } // #nosec G115 -- a descriptor is a small number

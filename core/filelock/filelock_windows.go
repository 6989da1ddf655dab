package filelock

import (
	"os"

	"golang.org/x/sys/windows"
)

// What the answers of LockFileEx mean.
var (
	held  = []error{windows.ERROR_LOCK_VIOLATION, windows.ERROR_IO_PENDING}
	none  = []error{windows.ERROR_NOT_SUPPORTED, windows.ERROR_INVALID_FUNCTION, windows.ERROR_CALL_NOT_IMPLEMENTED}
	again []error
)

// region is one octet far beyond what a file ever holds: a lock of Windows forbids others to read the octets that it covers.
func region() *windows.Overlapped { return &windows.Overlapped{OffsetHigh: 1 << 30} }

func lock(f *os.File, wait bool) error {
	how := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK)
	if !wait {
		how |= windows.LOCKFILE_FAIL_IMMEDIATELY
	}
	return windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, region())
}

func unlock(f *os.File) { _ = windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, region()) }

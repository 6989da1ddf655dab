package atomicfile

import (
	"os"

	"golang.org/x/sys/windows"
)

// lockAt lies beyond what a record ever holds: locks of Windows forbid others to read the bytes they cover.
var lockAt = windows.Overlapped{Offset: 0, OffsetHigh: 1 << 30}

// lock waits until no other holder of the file is left. It goes with the file's Close.
func lock(f *os.File) error {
	at := lockAt
	return tolerate(windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &at))
}

// tryLock is lock without the wait: false where somebody else holds it.
func tryLock(f *os.File) bool {
	at := lockAt
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	return tolerate(err) == nil
}

package practice

import (
	"os"

	"golang.org/x/sys/windows"
)

// tryLock is false where another program holds the file.
func tryLock(f *os.File) bool {
	return windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped)) == nil
}

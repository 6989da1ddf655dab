package job

import (
	"os"

	"golang.org/x/sys/windows"
)

// locksWork says that tryLock can tell whether another program holds a file.
const locksWork = true

// tryLock takes the lock of a file, which goes with its Close or the program's end; false where it is held already.
func tryLock(f *os.File) bool {
	var at windows.Overlapped
	return windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at) == nil
}

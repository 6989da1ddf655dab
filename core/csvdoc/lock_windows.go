package csvdoc

import (
	"os"

	"golang.org/x/sys/windows"
)

// tryLock takes the lock of a journal, which goes with the file's Close or the program's end; false where another
// program holds it. It covers an octet far beyond the content, because a lock of Windows forbids others to read what it
// covers.
func tryLock(f *os.File) bool {
	at := windows.Overlapped{OffsetHigh: 1 << 30}
	return windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at) == nil
}

// unlock gives the lock back at once: after a mere Close the system takes its time.
func unlock(f *os.File) {
	at := windows.Overlapped{OffsetHigh: 1 << 30}
	_ = windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, &at)
}

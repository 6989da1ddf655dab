package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"

	"enrollbench/core/osfile"
)

// unsupported tells a file system that does not know the call from one that failed in it.
func unsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) ||
		errors.Is(err, windows.ERROR_INVALID_FUNCTION) ||
		errors.Is(err, windows.ERROR_NOT_SUPPORTED) ||
		errors.Is(err, windows.ERROR_CALL_NOT_IMPLEMENTED)
}

func rename(oldPath, newPath string) error {
	return move(oldPath, newPath, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH)
}

func renameNew(oldPath, newPath string) error {
	return move(oldPath, newPath, windows.MOVEFILE_WRITE_THROUGH)
}

// move waits for programs that look into every new file (virus scanners, indexers) for about a second in all.
func move(oldPath, newPath string, flags uint32) error {
	from, err := osfile.Wide(oldPath)
	if err != nil {
		return err
	}
	to, err := osfile.Wide(newPath)
	if err != nil {
		return err
	}
	for wait := 2 * time.Millisecond; ; wait *= 2 {
		err := windows.MoveFileEx(from, to, flags)
		if err == nil {
			return nil
		}
		held := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED) ||
			errors.Is(err, windows.ERROR_LOCK_VIOLATION)
		if !held || wait > 512*time.Millisecond {
			return &os.LinkError{Op: "rename", Old: oldPath, New: newPath, Err: err}
		}
		time.Sleep(wait)
	}
}

// syncDir: Windows offers no flush of a folder to a user who is not an administrator; MOVEFILE_WRITE_THROUGH has the
// rename on the disk before it returns.
func syncDir(string) error { return nil }

// syncTree flushes file by file, the only way Windows has.
func syncTree(root *os.File) error {
	return filepath.WalkDir(root.Name(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		err = tolerate(f.Sync())
		_ = f.Close()
		return err
	})
}

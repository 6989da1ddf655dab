package atomicfile

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

func renameNew(oldPath, newPath string) error {
	err := unix.RenamexNp(oldPath, newPath, unix.RENAME_EXCL)
	if unsupported(err) || errors.Is(err, fs.ErrPermission) {
		return linkNew(oldPath, newPath)
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: oldPath, New: newPath, Err: err}
	}
	return nil
}

// syncTree hands every file to the drive with fsync, which is cheap here, and then has the drive empty its cache once:
// os.File.Sync is F_FULLFSYNC on macOS.
func syncTree(root *os.File) error {
	err := syncEach(root.Name(), func(f *os.File) error { return unix.Fsync(int(f.Fd())) })
	if err != nil {
		return err
	}
	return tolerate(root.Sync())
}

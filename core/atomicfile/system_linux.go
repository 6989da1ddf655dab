package atomicfile

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

func renameNew(oldPath, newPath string) error {
	err := unix.Renameat2(unix.AT_FDCWD, oldPath, unix.AT_FDCWD, newPath, unix.RENAME_NOREPLACE)
	// EPERM: container runtimes answer so to calls that their filter does not know.
	if unsupported(err) || errors.Is(err, fs.ErrPermission) {
		return linkNew(oldPath, newPath)
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: oldPath, New: newPath, Err: err}
	}
	return nil
}

// syncTree syncs the whole file system that holds root: one call instead of two hundred thousand. Since Linux 5.8 it
// reports write errors, those since root was opened; an older kernel waits for the writes but keeps errors to itself.
func syncTree(root *os.File) error {
	err := unix.Syncfs(int(root.Fd()))
	if unsupported(err) {
		return syncEach(root.Name(), (*os.File).Sync)
	}
	if err != nil {
		return &fs.PathError{Op: "syncfs", Path: root.Name(), Err: err}
	}
	return nil
}

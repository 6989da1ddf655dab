package atomicfile

import (
	"errors"
	"io/fs"
	"os"
)

// operations are the calls on the file system that may be refused, so that tests can refuse them.
type operations struct {
	sync      func(*os.File) error                // a file's content to stable storage
	syncDir   func(dir string) error              // a folder's names to stable storage; tolerates "not supported"
	syncTree  func(root *os.File) error           // everything below an open folder
	rename    func(oldPath, newPath string) error // replaces a file
	renameNew func(oldPath, newPath string) error // fails with fs.ErrExist where newPath exists
	remove    func(path string) error             // a file or a whole folder
}

var system = operations{
	sync:      (*os.File).Sync,
	syncDir:   syncDir,
	syncTree:  syncTree,
	rename:    rename,
	renameNew: renameNew,
	remove:    os.RemoveAll,
}

// tolerate drops the answer of a file system that does not know the call.
func tolerate(err error) error {
	if unsupported(err) {
		return nil
	}
	return err
}

// linkNew is renameNew with what POSIX has everywhere. A hard link fails where the name is taken, so it is free of
// races; where links are not to be had, the name is looked at before the rename.
func linkNew(oldPath, newPath string) error {
	info, err := os.Lstat(oldPath)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		err := os.Link(oldPath, newPath)
		if errors.Is(err, fs.ErrExist) {
			// NFS may repeat a request whose answer was lost, and then says "exists" of its own work.
			if made, e := os.Lstat(newPath); e != nil || !os.SameFile(info, made) {
				return err
			}
			err = nil
		}
		if err == nil {
			return os.Remove(oldPath)
		}
	}
	if _, err := os.Lstat(newPath); err == nil {
		return &os.LinkError{Op: "rename", Old: oldPath, New: newPath, Err: fs.ErrExist}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(oldPath, newPath)
}

// exists tells whether something has that name, a broken link included.
func exists(path string) (fs.FileInfo, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return info, err
}

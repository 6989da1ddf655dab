//go:build !windows

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// unsupported tells a file system that does not know the call from one that failed in it.
func unsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL)
}

func rename(oldPath, newPath string) error { return os.Rename(oldPath, newPath) }

// syncDir makes the names in dir durable. CIFS and some FUSE file systems refuse fsync on a folder; a folder that may
// be written but not read cannot even be opened for it.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil
		}
		return err
	}
	err = tolerate(d.Sync())
	_ = d.Close()
	return err
}

// syncEach syncs every file and folder below root, one by one. Errors name the file.
func syncEach(root string, sync func(*os.File) error) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		err = tolerate(sync(f))
		_ = f.Close()
		if err != nil {
			return &fs.PathError{Op: "sync", Path: path, Err: err}
		}
		return nil
	})
}

//go:build unix

package csvdoc

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// syncFolder makes the names in a folder durable. File systems that do not know the call have nothing better to offer.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil
		}
		return err
	}
	err = d.Sync()
	_ = d.Close()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return err
}

// names is how many names a file has.
func names(info fs.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Nlink)
	}
	return 2 // not known: nothing that is the only one's may be done
}

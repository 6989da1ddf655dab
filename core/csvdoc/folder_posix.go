//go:build !windows

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

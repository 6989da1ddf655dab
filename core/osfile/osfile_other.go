//go:build !windows

package osfile

import (
	"errors"
	"os"
	"syscall"
)

func openPrivate(path string, flag int) (*os.File, error) { return os.OpenFile(path, flag, 0o600) } // #nosec G304 -- the caller's file

func openShared(path string) (*os.File, error) { return os.Open(path) } // #nosec G304 -- the caller's file

func mkdirPrivate(path string) error { return os.Mkdir(path, 0o700) }

func others(path string) (names []string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode()&0o070 != 0 {
		names = append(names, "group")
	}
	if info.Mode()&0o007 != 0 {
		names = append(names, "everyone")
	}
	return names, nil
}

// InUse says that another program keeps a file from being opened, replaced or removed (here: a program that is running).
func InUse(err error) bool { return errors.Is(err, syscall.ETXTBSY) }

// Full says that a disk, or what the user may take of it, is full.
func Full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// ReadOnly says that nothing can be written to a disk.
func ReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }

// NoFolder says that what shall hold a file is a file itself.
func NoFolder(err error) bool { return errors.Is(err, syscall.ENOTDIR) }

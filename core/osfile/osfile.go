// Package osfile makes files and folders whose mode means the same on every system. Its functions are those of package os, and
// on Unix nothing else. On Windows package os drops the mode, and a file may be read by everybody who may read its folder.
// There a mode without rights for others (0600, 0700) becomes a protected access control list: the user, whoever owns the
// file, and the system may do all, and nobody else anything; nothing is inherited from the folder. What is made in such a
// folder inherits this list. It is there from the moment of creation.
//
// Only new files and folders get it. File systems without access control (FAT, some network shares) keep none.
package osfile

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Open is os.Open for a file that stays open while its user works with it: other programs may write it, replace it, rename it
// and delete it meanwhile, as on Unix. (os.Open keeps them from the last three on Windows.)
func Open(path string) (*os.File, error) {
	if err := CheckPath(path); err != nil {
		return nil, err
	}
	return openShared(path)
}

// OpenFile is os.OpenFile; flag is O_RDWR or O_WRONLY, with O_CREATE, O_EXCL and O_APPEND as needed.
func OpenFile(path string, flag int, mode fs.FileMode) (*os.File, error) {
	if err := CheckPath(path); err != nil {
		return nil, err
	}
	if flag&os.O_CREATE == 0 || !private(mode) {
		return os.OpenFile(path, flag, mode) // #nosec G304 -- the caller's file
	}
	return openPrivate(path, flag)
}

// Mkdir is os.Mkdir.
func Mkdir(path string, mode fs.FileMode) error {
	if err := CheckPath(path); err != nil {
		return err
	}
	if !private(mode) {
		return os.Mkdir(path, mode)
	}
	return mkdirPrivate(path)
}

// MkdirAll is os.MkdirAll: what is there stays as it is.
func MkdirAll(path string, mode fs.FileMode) error {
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return nil
		}
		return &fs.PathError{Op: "mkdir", Path: path, Err: syscall.ENOTDIR}
	}
	if parent := filepath.Dir(path); parent != path {
		if err := MkdirAll(parent, mode); err != nil {
			return err
		}
	}
	err := Mkdir(path, mode)
	if info, statErr := os.Stat(path); err != nil && statErr == nil && info.IsDir() {
		return nil // another program was faster
	}
	return err
}

// CreateTemp is os.CreateTemp: a new file in dir ("" for the usual folder) that only the user can read. A random text takes
// the place of the last "*" in pattern.
func CreateTemp(dir, pattern string) (f *os.File, err error) {
	err = temporary(dir, pattern, func(path string) error {
		f, err = OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		return err
	})
	return f, err
}

// MkdirTemp is os.MkdirTemp, as CreateTemp is os.CreateTemp.
func MkdirTemp(dir, pattern string) (path string, err error) {
	err = temporary(dir, pattern, func(name string) error {
		path = name
		return Mkdir(name, 0o700)
	})
	return path, err
}

func temporary(dir, pattern string, create func(path string) error) (err error) {
	if dir == "" {
		dir = os.TempDir()
	}
	before, after := pattern, ""
	if star := strings.LastIndexByte(pattern, '*'); star >= 0 {
		before, after = pattern[:star], pattern[star+1:]
	}
	for range 100 {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails, crypto/rand says
		err = create(filepath.Join(dir, before+hex.EncodeToString(b[:])+after))
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return err
}

// Others names who else than the user, the owner and the system may open a file or a folder: nobody for what this package
// made with a private mode.
func Others(path string) ([]string, error) { return others(path) }

// Explain is the text of an error with the next step where another program holds the file (InUse). It is a part of a sentence, as texts
// of errors are in Go; those of Windows are sentences with a full stop.
func Explain(err error) string {
	text := strings.TrimSuffix(err.Error(), ".")
	if InUse(err) {
		text += "; close it in the other program, then try again"
	}
	return text
}

// private says whether a mode keeps others out.
func private(mode fs.FileMode) bool { return mode.Perm()&0o077 == 0 }

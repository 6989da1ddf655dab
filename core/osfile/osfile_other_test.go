//go:build !windows

package osfile

import (
	"fmt"
	"io/fs"
	"syscall"
	"testing"
)

// mayInherit: modes do not depend on the folder.
func mayInherit(string) bool { return true }

// What keeps a file from being written is known by the system's own error, also within others.
func TestWhyNotWritten(t *testing.T) {
	at := func(e syscall.Errno) error {
		return fmt.Errorf("save: %w", &fs.PathError{Op: "write", Path: "a.csv", Err: e})
	}
	if !Full(at(syscall.ENOSPC)) || !Full(at(syscall.EDQUOT)) || Full(at(syscall.EROFS)) || Full(nil) {
		t.Error("a full disk is not known")
	}
	if !ReadOnly(at(syscall.EROFS)) || ReadOnly(at(syscall.ENOSPC)) {
		t.Error("a read-only disk is not known")
	}
	if !NoFolder(at(syscall.ENOTDIR)) || NoFolder(at(syscall.ENOENT)) {
		t.Error("a file in place of a folder is not known")
	}
}

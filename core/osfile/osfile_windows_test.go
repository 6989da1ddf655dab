package osfile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"
)

// mayInherit says whether others may open the folder, so that they may open what inherits from it.
func mayInherit(dir string) bool {
	who, err := Others(dir)
	return err == nil && len(who) > 0
}

// The list is protected: a folder that lets everybody in hands nothing down. What package os makes in a private folder
// inherits its list.
func TestInheritance(t *testing.T) {
	dir := t.TempDir()
	everybody, err := windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;WD)")
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := everybody.DACL()
	if err == nil {
		err = windows.SetNamedSecurityInfo(dir, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	key, folder := filepath.Join(dir, "key"), filepath.Join(dir, "folder")
	f, err := OpenFile(key, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	child := filepath.Join(folder, "database-wal")
	if err := os.WriteFile(child, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{key, folder, child} {
		if who, err := Others(path); err != nil || len(who) > 0 {
			t.Errorf("%s can be opened by %q, %v", path, who, err)
		}
	}
	for _, path := range []string{key, folder} {
		d, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
		if err != nil {
			t.Fatal(err)
		}
		if control, _, err := d.Control(); err != nil || control&windows.SE_DACL_PROTECTED == 0 {
			t.Errorf("%s inherits from its folder: %#x, %v", path, control, err)
		}
	}
}

// What another program holds is told from every other refusal.
func TestInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.csv")
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(name, windows.GENERIC_WRITE, 0, nil, windows.CREATE_NEW, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !InUse(err) {
		t.Errorf("a file that is held: %v", err)
	}
	windows.CloseHandle(h)
	if f, err := Open(path); err != nil {
		t.Error(err)
	} else {
		f.Close()
	}
	if _, err := Open(path + "x"); InUse(err) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := OpenFile(filepath.Join(t.TempDir(), "nul.csv"), os.O_RDWR|os.O_CREATE, 0o600); err == nil {
		t.Error("a device was made")
	}
}

// What keeps a file from being written is known by the system's own error, also within others.
func TestWhyNotWritten(t *testing.T) {
	at := func(e error) error { return fmt.Errorf("save: %w", &fs.PathError{Op: "write", Path: "a.csv", Err: e}) }
	if !Full(at(windows.ERROR_DISK_FULL)) || !Full(at(windows.ERROR_HANDLE_DISK_FULL)) || Full(at(windows.ERROR_WRITE_PROTECT)) || Full(nil) {
		t.Error("a full disk is not known")
	}
	if !ReadOnly(at(windows.ERROR_WRITE_PROTECT)) || ReadOnly(at(windows.ERROR_DISK_FULL)) {
		t.Error("a read-only disk is not known")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadDir(file + `\`); !NoFolder(err) {
		t.Errorf("a file in place of a folder is not known: %v", err)
	}
}

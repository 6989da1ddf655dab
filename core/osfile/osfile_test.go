package osfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The list is read back from the system: nobody else may open what was made with a private mode, and somebody else may open
// what was not, or this test would see nothing.
func TestPrivate(t *testing.T) {
	dir := t.TempDir()
	create := func(name string, mode fs.FileMode) string {
		t.Helper()
		path := filepath.Join(dir, name)
		f, err := OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, "text"); err != nil {
			t.Error(err)
		}
		if f.Name() != path {
			t.Errorf("its name is %q", f.Name())
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != "text" {
			t.Errorf("read back: %q, %v", text, err)
		}
		return path
	}
	alone := func(path string) {
		t.Helper()
		if who, err := Others(path); err != nil || len(who) > 0 {
			t.Errorf("%s can be opened by %q, %v", path, who, err)
		}
	}
	alone(create("key", 0o600))
	list := create("list", 0o644)
	if err := os.Chmod(list, 0o644); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	if who, err := Others(list); err != nil || len(who) == 0 && mayInherit(dir) {
		t.Errorf("what is for everybody can be opened by %q, %v", who, err)
	}

	nested := filepath.Join(dir, "a", "b")
	if err := MkdirAll(nested, 0o700); err != nil {
		t.Fatal(err)
	}
	alone(nested)
	alone(filepath.Dir(nested))
	if err := Mkdir(nested, 0o700); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a folder that is there: %v", err)
	}
	if err := MkdirAll(nested, 0o700); err != nil {
		t.Errorf("a folder that is there: %v", err)
	}
	if err := MkdirAll(filepath.Join(list, "c"), 0o700); err == nil {
		t.Error("a folder within a file was made")
	}

	temp, err := CreateTemp(nested, "x*y.tmp")
	if err != nil {
		t.Fatal(err)
	}
	defer temp.Close()
	alone(temp.Name())
	folder, err := MkdirTemp(dir, "folder-")
	if err != nil {
		t.Fatal(err)
	}
	alone(folder)
	if base := filepath.Base(temp.Name()); !strings.HasPrefix(base, "x") || !strings.HasSuffix(base, "y.tmp") || len(base) != 6+16 {
		t.Errorf("the temporary is named %q", base)
	}
	if base := filepath.Base(folder); !strings.HasPrefix(base, "folder-") || len(base) != 7+16 {
		t.Errorf("the temporary folder is named %q", base)
	}
	if _, err := CreateTemp(filepath.Join(dir, "missing"), "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is missing: %v", err)
	}
}

// The flags mean what they mean to package os.
func TestFlags(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write := func(flag int, text string) error {
		f, err := OpenFile(path, os.O_RDWR|os.O_CREATE|flag, 0o600)
		if err != nil {
			return err
		}
		_, err = io.WriteString(f, text)
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(write(os.O_APPEND, "one"), write(os.O_APPEND, "two"), write(0, "X")); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "Xnetwo" {
		t.Errorf("it holds %q", text)
	}
	var at *fs.PathError
	if err := write(os.O_EXCL, ""); !errors.Is(err, fs.ErrExist) || !errors.As(err, &at) || at.Path != path {
		t.Errorf("a file that is there: %v", err)
	}
	if _, err := OpenFile(path+"/x", os.O_RDWR|os.O_CREATE, 0o600); err == nil {
		t.Error("a file within a file was made")
	}
}

// What is open to be read does not keep other programs from working with the file.
func TestOpenIsShared(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "list.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Rename(path, path+".bak"); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("new"), 0o600); err != nil {
		t.Error(err)
	}
	if err := os.Remove(path + ".bak"); err != nil {
		t.Error(err)
	}
	if text, err := io.ReadAll(f); err != nil || string(text) != "old" {
		t.Errorf("it reads %q, %v", text, err)
	}
	if _, err := f.WriteString("x"); err == nil {
		t.Error("it can be written")
	}
	if _, err := Open(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestExplain(t *testing.T) {
	for text, want := range map[string]string{
		"open a.csr: Access is denied.":    "open a.csr: Access is denied",
		"open a.csr: permission denied":    "open a.csr: permission denied",
		"read ./a.csr: input/output error": "read ./a.csr: input/output error",
	} {
		if got := Explain(errors.New(text)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

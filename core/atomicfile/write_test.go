package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// What is written appears whole, and what fails on the way leaves what was there.
func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	write := func(text string, err error) error {
		return Write(path, Options{Replace: true}, func(w io.Writer) error {
			if _, failed := io.WriteString(w, text); failed != nil {
				return failed
			}
			return err
		})
	}
	broken := errors.New("broken")
	if err := write("half", broken); !errors.Is(err, broken) {
		t.Errorf("the failure is %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 0 {
		t.Errorf("a failure left %v", left)
	}
	if err := write("whole", nil); err != nil {
		t.Fatal(err)
	}
	if err := write("half", broken); !errors.Is(err, broken) {
		t.Errorf("the failure is %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "whole" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}

package filelock

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// child is a program that takes the lock of the file in its argument, says so, and ends when its input does.
const childVariable = "ENROLLBENCH_FILELOCK_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil || Try(f) != Taken {
			os.Exit(1)
		}
		os.Stdout.Write([]byte("1"))
		os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func skipWithoutLocks(t *testing.T) {
	if Try(open(t, filepath.Join(t.TempDir(), "probe"))) == Unknown {
		t.Skip("no locks here")
	}
}

func TestTry(t *testing.T) {
	skipWithoutLocks(t)
	path := filepath.Join(t.TempDir(), "a")
	one, two := open(t, path), open(t, path)
	if got := []Answer{Try(one), Try(two), Try(one)}; got[0] != Taken || got[1] != Held {
		t.Fatalf("first, second: %v", got)
	}
	Release(one)
	if got := Try(two); got != Taken {
		t.Errorf("after Release: %v", got)
	}
	two.Close()
	if got := Try(one); got != Taken {
		t.Errorf("after Close: %v", got)
	}
	// The content stays readable and writable for those that do not hold it: a record is read while its commit goes on.
	three := open(t, path)
	if _, err := three.WriteString("text"); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "text" {
		t.Errorf("%q, %v", text, err)
	}
}

// Another program holds it, and is killed.
func TestKilled(t *testing.T) {
	skipWithoutLocks(t)
	path := filepath.Join(t.TempDir(), "a")
	f := open(t, path)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childVariable+"="+path)
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if got := Try(f); got != Held {
		t.Errorf("while the other program lives: %v", got)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err := Wait(f); err != nil {
		t.Errorf("after it was killed: %v", err)
	}
}

// refuse answers each call of the system with the next of errs, nil at the end.
func refuse(t *testing.T, errs ...error) (calls *int) {
	t.Cleanup(func() { call = lock })
	calls = new(int)
	call = func(*os.File, bool) error {
		*calls++
		if *calls > len(errs) {
			return nil
		}
		return errs[*calls-1]
	}
	return calls
}

func TestRefused(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "a"))
	broken := errors.New("the disk is gone")
	for _, kind := range none {
		refuse(t, kind)
		if got := Try(f); got != Unknown {
			t.Errorf("%v: %v", kind, got)
		}
		refuse(t, kind)
		if err := Wait(f); err != nil {
			t.Errorf("waiting, %v: %v", kind, err)
		}
	}
	for _, kind := range again {
		calls := refuse(t, kind, kind, kind)
		if got := Try(f); got != Taken || *calls != 4 {
			t.Errorf("%v: %v after %d calls", kind, got, *calls)
		}
		refuse(t, kind, held[0])
		if got := Try(f); got != Held {
			t.Errorf("%v, then held: %v", kind, got)
		}
		calls = refuse(t, kind)
		if err := Wait(f); err != nil || *calls != 2 {
			t.Errorf("waiting, %v: %v after %d calls", kind, err, *calls)
		}
	}
	refuse(t, broken)
	if got := Try(f); got != Unknown {
		t.Errorf("a broken disk: %v", got)
	}
	refuse(t, broken)
	if err := Wait(f); !errors.Is(err, broken) {
		t.Errorf("waiting for a broken disk: %v", err)
	}
}

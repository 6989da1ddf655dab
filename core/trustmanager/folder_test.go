package trustmanager

import (
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, path, want string) {
	t.Helper()
	if text, err := os.ReadFile(path); err != nil || string(text) != want {
		t.Errorf("%s holds %q, %v", path, text, err)
	}
}

func TestMoved(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "Roaming", "enrollbench"), filepath.Join(dir, "Local", "enrollbench")
	if got := moved(from, to); got != to {
		t.Errorf("with nothing to move it is %s", got)
	}
	write(t, filepath.Join(from, "connections.json"), "c")
	write(t, filepath.Join(from, "jobs", "1", "result.p7m"), "r")
	write(t, filepath.Join(to, "crash.txt"), "other")
	if got := moved(from, to); got != to {
		t.Fatalf("after the move it is %s", got)
	}
	holds(t, filepath.Join(to, "connections.json"), "c")
	holds(t, filepath.Join(to, "jobs", "1", "result.p7m"), "r")
	holds(t, filepath.Join(to, "crash.txt"), "other")
	if _, err := os.Lstat(from); err == nil {
		t.Error("the old folder is still there")
	}
	if got := moved(from, to); got != to {
		t.Errorf("the second time it is %s", got)
	}
	// A record names its files as they were.
	old := filepath.Join(from, "jobs", "1", "result.p7m")
	if got := relocated(old, from, to); got != filepath.Join(to, "jobs", "1", "result.p7m") {
		t.Errorf("the result is %s", got)
	}
	if elsewhere := filepath.Join(dir, "Roaming", "enrollbench2", "x"); relocated(elsewhere, from, to) != elsewhere || relocated("", from, to) != "" {
		t.Error("another file moved too")
	}
	write(t, old, "back")
	if got := relocated(old, from, to); got != old {
		t.Errorf("a file that is there is %s", got)
	}
}

// All of it moves or nothing: a name that is taken, or a file that a program has open, keeps the rest.
func TestMovedNotHalf(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for _, name := range []string{"1", "2", "3"} {
		write(t, filepath.Join(from, name), "old")
	}
	write(t, filepath.Join(to, "2"), "new")
	if got := moved(from, to); got != from {
		t.Errorf("it is %s", got)
	}
	for _, name := range []string{"1", "2", "3"} {
		holds(t, filepath.Join(from, name), "old")
	}
	holds(t, filepath.Join(to, "2"), "new")
}

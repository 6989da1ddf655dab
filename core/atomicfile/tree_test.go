package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"enrollbench/core/osfile"
)

func TestTree(t *testing.T) {
	dir := t.TempDir()
	tree, err := NewTree(filepath.Join(dir, "result"), Options{Mode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Abort()
	want := map[string]string{}
	var wg sync.WaitGroup
	for i := range 200 {
		name := fmt.Sprintf("line %d/dev-%d.pem", i%7, i)
		want["result/"+name] = name
		wg.Go(func() {
			if err := tree.WriteFile(name, []byte(name)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	f, err := tree.Create("streamed.csv")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "a,b")
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("second Close: %v", err)
	}
	want["result/streamed.csv"] = "a,b"
	shows(t, dir, map[string]string{})
	if err := tree.Commit(); err != nil {
		t.Fatal(err)
	}
	shows(t, dir, want)
	clean(t, dir)
	for _, path := range []string{"result", "result/line 1", "result/line 1/dev-1.pem"} {
		if who, err := osfile.Others(filepath.Join(dir, path)); err != nil || len(who) > 0 {
			t.Errorf("%s can be opened by %q, %v", path, who, err)
		}
	}
	if err := errors.Join(tree.Abort(), tree.Abort()); err != nil {
		t.Errorf("Abort after Commit: %v", err)
	}
	if err := tree.Commit(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("second Commit: %v", err)
	}
	if err := tree.WriteFile("late", nil); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("WriteFile after Commit: %v", err)
	}
	shows(t, dir, want)
}

func TestTreeAbort(t *testing.T) {
	dir := t.TempDir()
	tree, err := NewTree(filepath.Join(dir, "result"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(tree.WriteFile("a/b", nil), tree.Abort(), tree.Abort()); err != nil {
		t.Error(err)
	}
	shows(t, dir, map[string]string{})
	clean(t, dir)
}

func TestTreePaths(t *testing.T) {
	dir := t.TempDir()
	tree, err := NewTree(filepath.Join(dir, "result"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Abort()
	for _, rel := range []string{"", ".", "..", "../x", "a/../../x", "/x", "a//b", "a/", `a\b`, "a\x00b"} {
		if err := tree.WriteFile(rel, nil); err == nil || !strings.Contains(err.Error(), "not a path within") {
			t.Errorf("%q: %v", rel, err)
		}
	}
	if err := tree.WriteFile("twice", nil); err != nil {
		t.Error(err)
	}
	if err := tree.WriteFile("twice", nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a name twice: %v", err)
	}
	// None of these is a failed write: the tree is still good.
	if err := tree.Commit(); err != nil {
		t.Error(err)
	}
	shows(t, dir, map[string]string{"result/twice": ""})
}

func TestTreeTargets(t *testing.T) {
	save := func(dir string, o Options) error {
		tree, err := NewTree(dir, o)
		if err != nil {
			return err
		}
		defer tree.Abort()
		return errors.Join(tree.WriteFile("new", []byte("new")), tree.Commit())
	}
	t.Run("empty folder", func(t *testing.T) {
		dir := t.TempDir()
		if err := errors.Join(os.Mkdir(filepath.Join(dir, "result"), 0o700), save(filepath.Join(dir, "result"), Options{})); err != nil {
			t.Error(err)
		}
		shows(t, dir, map[string]string{"result/new": "new"})
		clean(t, dir)
	})
	t.Run("full folder", func(t *testing.T) {
		dir := t.TempDir()
		fill(t, dir, oldTree)
		if err := save(filepath.Join(dir, "result"), Options{}); !errors.Is(err, ErrExists) {
			t.Errorf("%v, want ErrExists", err)
		}
		shows(t, dir, oldTree)
		if err := save(filepath.Join(dir, "result"), Options{Replace: true}); err != nil {
			t.Error(err)
		}
		shows(t, dir, map[string]string{"result/new": "new", "other": "not ours"})
		clean(t, dir)
	})
	t.Run("file", func(t *testing.T) {
		dir := t.TempDir()
		fill(t, dir, map[string]string{"result": "a file"})
		if err := save(filepath.Join(dir, "result"), Options{Replace: true}); err == nil || !strings.Contains(err.Error(), "a file has that name") {
			t.Error(err)
		}
		shows(t, dir, map[string]string{"result": "a file"})
	})
	t.Run("filled in between", func(t *testing.T) {
		dir := t.TempDir()
		tree, err := NewTree(filepath.Join(dir, "result"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		fill(t, dir, oldTree)
		if err := tree.Commit(); !errors.Is(err, ErrExists) {
			t.Errorf("%v, want ErrExists", err)
		}
		shows(t, dir, oldTree)
		clean(t, dir)
	})
	t.Run("no parent", func(t *testing.T) {
		if err := save(filepath.Join(t.TempDir(), "none", "result"), Options{}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v, want fs.ErrNotExist", err)
		}
	})
}

func TestTreeOpenOrFailedFiles(t *testing.T) {
	dir := t.TempDir()
	tree, err := NewTree(filepath.Join(dir, "result"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := tree.Create("a")
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Commit(); err == nil || !strings.Contains(err.Error(), "still open") {
		t.Errorf("Commit with an open file: %v", err)
	}
	f.Close()
	clean(t, dir)

	tree, err = NewTree(filepath.Join(dir, "result"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if f, err = tree.Create("a"); err != nil {
		t.Fatal(err)
	}
	f.(*treeFile).f.Close()
	fmt.Fprint(f, "lost")
	f.Close()
	clear(tree.open)
	if err := tree.Commit(); err == nil || !strings.Contains(err.Error(), `write "a"`) {
		t.Errorf("Commit after a failed write: %v", err)
	}
	shows(t, dir, map[string]string{})
	clean(t, dir)
}

// Whichever single call is refused: an error leaves the old folder, no error the new one; but for the fsync of the
// parent after the rename.
func TestTreeWhereOneCallIsRefused(t *testing.T) {
	for n := 0; ; n++ {
		dir := t.TempDir()
		fill(t, dir, oldTree)
		c := &counter{n: n, hit: func() error { return syscall.EIO }}
		err := saveTree(dir, c.operations())
		switch {
		case err == nil:
			shows(t, dir, newTreeFiles)
		case strings.Contains(err.Error(), "files are complete"):
			shows(t, dir, newTreeFiles)
			if _, err := Recover(dir); err != nil {
				t.Error(err)
			}
		default:
			shows(t, dir, oldTree)
		}
		if _, err := Sweep(dir, -time.Hour); err != nil {
			t.Error(err)
		}
		clean(t, dir)
		if t.Failed() {
			t.Fatalf("at call %d (%s), error %v", n, c.what, err)
		}
		if c.what == "" {
			if n < 8 {
				t.Errorf("%d calls: the test does not test what it says", n)
			}
			return
		}
	}
}

func TestSyncEach(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, newTreeFiles)
	d, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := syncTree(d); err != nil {
		t.Error(err)
	}
}

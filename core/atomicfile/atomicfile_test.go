package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"enrollbench/core/osfile"
)

// folder is what a folder shows: names, "/" after those of folders, and contents. Hidden names are left out.
func folder(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		if err != nil || rel == "." {
			return err
		}
		if hiddenName.MatchString(d.Name()) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		b, err := os.ReadFile(path)
		got[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func shows(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	if got := folder(t, dir); !maps.Equal(got, want) {
		t.Errorf("the folder shows %q, want %q", got, want)
	}
}

// clean checks that nothing hidden is left.
func clean(t *testing.T, dir string) {
	t.Helper()
	names, err := hiddenNames(dir)
	if err != nil || len(names) > 0 {
		t.Errorf("left behind: %q, %v", names, err)
	}
}

func fill(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	f, err := Create(path, Options{Mode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	if filepath.Dir(f.Name()) != dir || !isHidden(filepath.Base(f.Name()), tempSuffix) {
		t.Errorf("temporary %q is not a hidden name beside the target", f.Name())
	}
	fmt.Fprint(f, "one two")
	shows(t, dir, map[string]string{})
	if _, err := f.WriteAt([]byte("ONE"), 0); err != nil {
		t.Error(err)
	}
	b := make([]byte, 3)
	if _, err := f.ReadAt(b, 4); err != nil || string(b) != "two" {
		t.Errorf("ReadAt: %q, %v", b, err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Error(err)
	}
	if b, err := io.ReadAll(f); err != nil || string(b) != "ONE two" {
		t.Errorf("Read: %q, %v", b, err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	shows(t, dir, map[string]string{"a.txt": "ONE two"})
	clean(t, dir)
	if who, err := osfile.Others(path); err != nil || len(who) > 0 {
		t.Errorf("%s can be opened by %q, %v", path, who, err)
	}
	if err := errors.Join(f.Abort(), f.Abort()); err != nil {
		t.Errorf("Abort after Commit: %v", err)
	}
	if err := f.Commit(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("second Commit: %v, want fs.ErrClosed", err)
	}
	if _, err := f.Write(nil); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Write after Commit: %v, want fs.ErrClosed", err)
	}
	shows(t, dir, map[string]string{"a.txt": "ONE two"})
}

func TestFileAbort(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(filepath.Join(dir, "a.txt"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "never seen")
	if err := errors.Join(f.Abort(), f.Abort()); err != nil {
		t.Error(err)
	}
	if err := f.Commit(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Commit after Abort: %v, want fs.ErrClosed", err)
	}
	shows(t, dir, map[string]string{})
	clean(t, dir)
}

func TestExistingIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	refused := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, ErrExists) || !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), `a.txt"`) {
			t.Errorf("%s: %v, want ErrExists with the path", what, err)
		}
	}
	f, err := Create(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, dir, map[string]string{"a.txt": "came in between"})
	refused("Commit", f.Commit())
	_, err = Create(path, Options{})
	refused("Create", err)
	refused("WriteFile", WriteFile(path, nil, Options{}))
	shows(t, dir, map[string]string{"a.txt": "came in between"})
	clean(t, dir)

	if err := WriteFile(path, []byte("new"), Options{Replace: true}); err != nil {
		t.Error(err)
	}
	shows(t, dir, map[string]string{"a.txt": "new"})
	if err := WriteFile(dir, nil, Options{Replace: true}); err == nil || !strings.Contains(err.Error(), "a folder has that name") {
		t.Errorf("a folder as the target: %v", err)
	}
}

// Of many that create one file at the same time exactly one wins, and its content is whole.
func TestCommitRace(t *testing.T) {
	for name, renameNew := range map[string]func(string, string) error{"platform": renameNew, "hard link": linkNew} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a.txt")
			ops := system
			ops.renameNew = renameNew
			var won atomic.Int32
			var wg sync.WaitGroup
			var files []*File
			for i := range 32 {
				f, err := create(path, Options{}, ops)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprint(f, strings.Repeat(string(rune('A'+i)), 1000))
				files = append(files, f)
			}
			for _, f := range files {
				wg.Go(func() {
					if err := f.Commit(); err == nil {
						won.Add(1)
					} else if !errors.Is(err, ErrExists) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			text := folder(t, dir)["a.txt"]
			if won.Load() != 1 || text != strings.Repeat(text[:1], 1000) {
				t.Errorf("%d winners, %d bytes", won.Load(), len(text))
			}
			clean(t, dir)
		})
	}
}

func TestLinkNewMovesFolders(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, map[string]string{"a/x": "1", "b/y": "2"})
	if err := linkNew(filepath.Join(dir, "a"), filepath.Join(dir, "b")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto another folder: %v", err)
	}
	if err := linkNew(filepath.Join(dir, "a"), filepath.Join(dir, "c")); err != nil {
		t.Error(err)
	}
	shows(t, dir, map[string]string{"c/x": "1", "b/y": "2"})
}

// A write that failed, on a full disk for one, must not be committed even if the caller did not look.
func TestFailedWriteIsRemembered(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, map[string]string{"a.txt": "old"})
	f, err := Create(filepath.Join(dir, "a.txt"), Options{Replace: true})
	if err != nil {
		t.Fatal(err)
	}
	f.f.Close()
	fmt.Fprint(f, "lost")
	if err := f.Commit(); err == nil {
		t.Error("a failed write was committed")
	}
	shows(t, dir, map[string]string{"a.txt": "old"})
	clean(t, dir)
}

func TestFileWhereCallsAreRefused(t *testing.T) {
	notSupported := fmt.Errorf("sync: %w", errors.ErrUnsupported)
	refuse := func(err error) func(string) error { return func(string) error { return err } }
	for _, c := range []struct {
		name   string
		breaks func(*operations)
		want   error
		after  string
	}{
		{"fsync not supported", func(o *operations) { o.sync = func(*os.File) error { return notSupported } }, nil, "new"},
		{"fsync fails", func(o *operations) { o.sync = func(*os.File) error { return syscall.EIO } }, syscall.EIO, "old"},
		{"no space", func(o *operations) { o.sync = func(*os.File) error { return syscall.ENOSPC } }, syscall.ENOSPC, "old"},
		{"rename refused", func(o *operations) { o.rename = func(_, _ string) error { return fs.ErrPermission } }, fs.ErrPermission, "old"},
		{"fsync of the folder fails", func(o *operations) { o.syncDir = refuse(syscall.EIO) }, syscall.EIO, "new"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			fill(t, dir, map[string]string{"a.txt": "old"})
			ops := system
			c.breaks(&ops)
			f, err := create(filepath.Join(dir, "a.txt"), Options{Replace: true}, ops)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprint(f, "new")
			if err := f.Commit(); !errors.Is(err, c.want) {
				t.Errorf("Commit: %v, want %v", err, c.want)
			}
			shows(t, dir, map[string]string{"a.txt": c.after})
			clean(t, dir)
		})
	}
}

func TestSymbolicLinkIsReplacedItself(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, map[string]string{"real": "old"})
	link := filepath.Join(dir, "link")
	if err := os.Symlink("real", link); err != nil {
		t.Skip("SKIPPED: no symbolic links here: ", err)
	}
	if err := WriteFile(link, []byte("new"), Options{Replace: true}); err != nil {
		t.Fatal(err)
	}
	shows(t, dir, map[string]string{"real": "old", "link": "new"})
}

func TestHiddenNames(t *testing.T) {
	for base, want := range map[string]string{
		"a.txt":                       ".a.txt.",
		strings.Repeat("x", 300):      "." + strings.Repeat("x", 64) + ".",
		"x" + strings.Repeat("日", 99): ".x" + strings.Repeat("日", 21) + ".",
	} {
		name := hidden(base, tempSuffix)
		if !strings.HasPrefix(name, want) || len(name) != len(want)+16+len(tempSuffix) || !isHidden(name, tempSuffix) || isHidden(name, asideSuffix) {
			t.Errorf("hidden(%q) = %q", base, name)
		}
	}
	for _, name := range []string{".a.tmp", "a.0123456789abcdef.tmp", ".a.0123456789abcdef.tmp.txt", ".a.0123456789ABCDEF.tmp", "..0123456789abcdef.tmp"} {
		if isHidden(name, tempSuffix) {
			t.Errorf("%q is taken for one of ours", name)
		}
	}
}

// Names and paths near what file systems allow: 255 bytes a name, beyond MAX_PATH in all.
func TestLongPaths(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 120), strings.Repeat("e", 120), strings.Repeat("f", 120))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	name := strings.Repeat("n", 251) + ".txt"
	if err := WriteFile(filepath.Join(dir, name), []byte("file"), Options{}); err != nil {
		t.Error(err)
	}
	s := NewSet(dir, Options{})
	defer s.Abort()
	for _, n := range []string{"a" + name[1:], "b" + name[1:]} {
		f, err := s.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(f, "set")
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := s.Commit(); err != nil {
		t.Error(err)
	}
	tree, err := NewTree(filepath.Join(dir, "tree"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Abort()
	if err := errors.Join(tree.WriteFile("t/"+name, []byte("tree")), tree.Commit()); err != nil {
		t.Error(err)
	}
	if names := slices.Sorted(maps.Values(folder(t, dir))); !slices.Equal(names, []string{"file", "set", "set", "tree"}) {
		t.Errorf("found %q", names)
	}
	clean(t, dir)
}

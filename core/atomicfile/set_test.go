package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	oldFiles = map[string]string{"x.zip": "old x", "x-part2.zip": "old part", "x.manifest.csv": "old manifest", "other": "not ours"}
	newFiles = map[string]string{"x.zip": "new x", "y.zip": "new y", "x.manifest.csv": "new manifest", "other": "not ours"}
)

// saveSet turns oldFiles into newFiles.
func saveSet(dir string, ops operations) error {
	s := newSet(dir, Options{Replace: true}, ops)
	defer s.Abort()
	for _, name := range []string{"x.zip", "draft.zip", "x.manifest.csv"} {
		f, err := s.Create(name)
		if err != nil {
			return err
		}
		if name == "draft.zip" {
			name = "y.zip"
		}
		fmt.Fprint(f, newFiles[name])
		if err := f.Close(); err != nil {
			return err
		}
	}
	if err := s.Rename("draft.zip", "y.zip"); err != nil {
		return err
	}
	s.Remove("x-part2.zip")
	s.Remove("x-part3.zip") // not there
	return s.Commit()
}

func TestSet(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, oldFiles)
	if err := saveSet(dir, system); err != nil {
		t.Fatal(err)
	}
	shows(t, dir, newFiles)
	clean(t, dir)
}

func TestSetAbort(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, oldFiles)
	s := NewSet(dir, Options{Replace: true})
	f, err := s.Create("x.zip")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "half")
	s.Remove("x-part2.zip")
	if err := errors.Join(s.Abort(), s.Abort()); err != nil {
		t.Error(err)
	}
	if err := s.Commit(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Commit after Abort: %v", err)
	}
	if _, err := s.Create("z"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Create after Abort: %v", err)
	}
	shows(t, dir, oldFiles)
	clean(t, dir)
}

func TestSetRefusesExisting(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, oldFiles)
	s := NewSet(dir, Options{})
	defer s.Abort()
	if _, err := s.Create("x.zip"); !errors.Is(err, ErrExists) {
		t.Errorf("Create: %v, want ErrExists", err)
	}
	f, err := s.Create("fresh.zip")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Rename("fresh.zip", "x.zip"); !errors.Is(err, ErrExists) {
		t.Errorf("Rename: %v, want ErrExists", err)
	}
	// Agreed to for one name: that one may be created anew.
	s.Remove("x.zip")
	g, err := s.Create("x.zip")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(g, "agreed")
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	fill(t, dir, map[string]string{"fresh.zip": "came in between"})
	if err := s.Commit(); !errors.Is(err, ErrExists) {
		t.Errorf("Commit: %v, want ErrExists", err)
	}
	want := map[string]string{"fresh.zip": "came in between"}
	for k, v := range oldFiles {
		want[k] = v
	}
	shows(t, dir, want)
	clean(t, dir)
}

func TestSetReplacesWhatRemoveNamed(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, map[string]string{"x.zip": "old", "x-part2.zip": "old"})
	s := NewSet(dir, Options{})
	defer s.Abort()
	s.Remove("x.zip")
	s.Remove("x-part2.zip")
	f, err := s.Create("x.zip")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "new")
	if err := errors.Join(f.Close(), s.Commit()); err != nil {
		t.Fatal(err)
	}
	shows(t, dir, map[string]string{"x.zip": "new"})
	clean(t, dir)
}

func TestSetNames(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, map[string]string{"folder/x": ""})
	s := NewSet(dir, Options{Replace: true})
	defer s.Abort()
	if _, err := s.Create("a.zip"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"":                       "not a file name",
		"..":                     "not a file name",
		"../x":                   "plain name",
		"sub/x":                  "plain name",
		`sub\x`:                  "plain name",
		"a.zip":                  `has "a.zip" already`,
		"A.ZIP":                  `has "a.zip" already`,
		"folder":                 "a folder has that name",
		hidden("x", tempSuffix):  "form of a temporary",
		strings.Repeat("x", 256): "longer than 255",
	} {
		if _, err := s.Create(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Create(%q): %v, want %q", name, err, want)
		}
		if strings.EqualFold(name, "a.zip") {
			continue
		}
		if err := s.Rename("a.zip", name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Rename to %q: %v, want %q", name, err, want)
		}
	}
	if err := s.Rename("a.zip", "A.ZIP"); err != nil {
		t.Errorf("a change of case only: %v", err)
	}
	if err := s.Rename("none", "b"); err == nil {
		t.Error("an unknown file was renamed")
	}
	if err := s.Commit(); err == nil || !strings.Contains(err.Error(), "still open") {
		t.Errorf("Commit with an open file: %v", err)
	}
	clean(t, dir)
	bad := NewSet(dir, Options{})
	bad.Remove("../x")
	if err := bad.Commit(); err == nil {
		t.Error("Remove outside of the folder was accepted")
	}
}

// counter lets the n-th call on the file system, from 0, end as the test says.
type counter struct {
	n    int
	what string // the call that was hit
	hit  func() error
}

func (c *counter) next(what string) error {
	c.n--
	if c.n == -1 {
		c.what = what
		return c.hit()
	}
	return nil
}

func (c *counter) operations() operations {
	return operations{
		sync: func(f *os.File) error { return errors.Join(c.next("sync"), system.sync(f)) },
		syncDir: func(dir string) error {
			if err := c.next("syncDir"); err != nil {
				return err
			}
			return system.syncDir(dir)
		},
		syncTree: func(f *os.File) error {
			if err := c.next("syncTree"); err != nil {
				return err
			}
			return system.syncTree(f)
		},
		rename: func(a, b string) error {
			if err := c.next("rename"); err != nil {
				return err
			}
			return system.rename(a, b)
		},
		renameNew: func(a, b string) error {
			if err := c.next("rename"); err != nil {
				return err
			}
			return system.renameNew(a, b)
		},
		remove: func(path string) error {
			if err := c.next("remove"); err != nil {
				return err
			}
			return system.remove(path)
		},
	}
}

// Whichever single call is refused: an error leaves the old files, no error the new ones. The fsync of the folder after
// the last rename is the documented exception.
func TestSetWhereOneCallIsRefused(t *testing.T) {
	var seen []string
	for n := 0; ; n++ {
		dir := t.TempDir()
		fill(t, dir, oldFiles)
		c := &counter{n: n, hit: func() error { return syscall.EIO }}
		err := saveSet(dir, c.operations())
		if c.what == "" {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		seen = append(seen, c.what)
		switch {
		case err == nil:
			shows(t, dir, newFiles)
		case c.what == "syncDir" && strings.Contains(err.Error(), "files are complete"):
			shows(t, dir, newFiles)
			if done, err := Recover(dir); err != nil || len(done) != 3 {
				t.Errorf("call %d (%s): Recover: %q, %v", n, c.what, done, err)
			}
			shows(t, dir, newFiles)
		default:
			if !errors.Is(err, syscall.EIO) {
				t.Errorf("call %d (%s): error %v hides the cause", n, c.what, err)
			}
			shows(t, dir, oldFiles)
		}
		if t.Failed() {
			t.Fatalf("at call %d (%s), error %v", n, c.what, err)
		}
		if _, err := Sweep(dir, -time.Hour); err != nil {
			t.Error(err)
		}
		clean(t, dir)
	}
	// Files and record are on the disk, and their names, before a name changes; the new names before the mark that all is done; the
	// mark before an old copy goes; the record's end at last.
	calls := strings.Join(seen, " ")
	last := strings.LastIndex(calls, "rename")
	if !strings.Contains(calls, "sync sync sync sync syncDir rename") || !regexp.MustCompile(`^rename syncDir sync( remove)+ syncDir$`).MatchString(calls[last:]) {
		t.Errorf("the calls were %s", calls)
	}
}

// Where the way back is refused as well, the old content still exists and the error says where.
func TestSetWhereTheWayBackIsRefused(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, map[string]string{"a": "old a", "b": "old b"})
	ops := system
	renames := 0
	ops.renameNew = func(from, to string) error {
		if renames++; renames > 1 {
			return fs.ErrPermission
		}
		return system.renameNew(from, to)
	}
	s := newSet(dir, Options{Replace: true}, ops)
	for _, name := range []string{"a", "b"} {
		f, err := s.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	err := s.Commit()
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "could not be undone") {
		t.Fatalf("Commit: %v", err)
	}
	if _, err := Sweep(dir, -time.Hour); err != nil {
		t.Error(err)
	}
	names, _ := hiddenNames(dir)
	if len(names) != 1 || !strings.Contains(err.Error(), names[0]) {
		t.Fatalf("left %q, want the old file, named in %v", names, err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, names[0])); string(b) != "old a" {
		t.Errorf("%q holds %q, want the old content", names[0], b)
	}
	shows(t, dir, map[string]string{"b": "old b"})
}

func TestSetWithoutAFolder(t *testing.T) {
	s := NewSet(filepath.Join(t.TempDir(), "none"), Options{})
	if _, err := s.Create("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Create: %v, want fs.ErrNotExist", err)
	}
}

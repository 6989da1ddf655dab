package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"enrollbench/core/osfile"
)

// Tree is a folder of many files that appears as a whole: it is written beside its final place, synced once and renamed
// once. Create and WriteFile are safe for concurrent use; Commit and Abort wait for nobody and come last.
type Tree struct {
	dir  string // the final folder
	temp string
	opts Options
	ops  operations
	root *os.File // temp, open since its creation so that write errors since then are reported

	mu      sync.Mutex
	folders map[string]bool
	open    map[*os.File]bool
	err     error
	done    bool
}

// NewTree prepares the folder dir, whose parent must exist, and finishes what a crash interrupted in that parent
// (Recover). Folders get the mode 0700, files that of the options. A dir that exists is refused unless o.Replace or it
// is an empty folder: those are what a file dialog makes.
func NewTree(dir string, o Options) (*Tree, error) { return newTree(dir, o, system) }

func newTree(dir string, o Options, ops operations) (*Tree, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	parent, base := filepath.Split(dir)
	if err := checkName(base); err != nil {
		return nil, fmt.Errorf("create the folder %q: %w", dir, err)
	}
	if _, err := recoverDir(parent, ops); err != nil {
		return nil, err
	}
	t := &Tree{dir: dir, opts: o, ops: ops, folders: map[string]bool{".": true}, open: map[*os.File]bool{}}
	if _, err := t.target(); err != nil {
		return nil, err
	}
	for t.root == nil {
		t.temp = filepath.Join(parent, hidden(base, tempSuffix))
		err := osfile.Mkdir(t.temp, 0o700)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			t.root, err = os.Open(t.temp)
		}
		if err != nil {
			return nil, fmt.Errorf("create the folder %q: %w", dir, err)
		}
	}
	return t, nil
}

// target looks at what has the final name and refuses what may not be replaced.
func (t *Tree) target() (fs.FileInfo, error) {
	info, err := exists(t.dir)
	switch {
	case err != nil:
		return nil, fmt.Errorf("create the folder %q: %w", t.dir, err)
	case info == nil:
		return nil, nil
	case !info.IsDir():
		return nil, fmt.Errorf("create the folder %q: a file has that name", t.dir)
	case t.opts.Replace:
		return info, nil
	}
	d, err := os.Open(t.dir)
	if err != nil {
		return nil, err
	}
	_, err = d.Readdirnames(1)
	_ = d.Close()
	if !errors.Is(err, io.EOF) {
		return nil, refuseExisting(t.dir)
	}
	return info, nil
}

// Name is the path of the temporary folder.
func (t *Tree) Name() string { return t.temp }

// WriteFile writes one file of the tree. rel has forward slashes on every platform; its folders are made as needed. A
// name that the tree has already is refused.
func (t *Tree) WriteFile(rel string, data []byte) error {
	f, err := t.Create(rel)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// Create opens one file of the tree for writing, see WriteFile. The caller closes it before Commit. A failed write or
// Close is remembered: Commit refuses.
func (t *Tree) Create(rel string) (io.WriteCloser, error) {
	if !fs.ValidPath(rel) || rel == "." || strings.ContainsAny(rel, "\\\x00") ||
		!filepath.IsLocal(filepath.FromSlash(rel)) {
		return nil, fmt.Errorf("write %q: not a path within the folder", rel)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return nil, fmt.Errorf("write %q: %w", rel, errClosed)
	}
	if folder := path.Dir(rel); !t.folders[folder] {
		if err := osfile.MkdirAll(filepath.Join(t.temp, filepath.FromSlash(folder)), 0o700); err != nil {
			return nil, t.fail(fmt.Errorf("write %q: %w", rel, err))
		}
		t.folders[folder] = true
	}
	f, err := osfile.OpenFile(filepath.Join(t.temp, filepath.FromSlash(rel)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, t.opts.mode())
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("write %q: the folder has that name already: %w", rel, err)
	}
	if err != nil {
		return nil, t.fail(fmt.Errorf("write %q: %w", rel, err))
	}
	t.open[f] = true
	return &treeFile{t: t, f: f, rel: rel}, nil
}

// fail keeps the first error; the lock is held.
func (t *Tree) fail(err error) error {
	if t.err == nil {
		t.err = err
	}
	return err
}

type treeFile struct {
	t   *Tree
	f   *os.File
	rel string
}

func (f *treeFile) Write(b []byte) (int, error) {
	n, err := f.f.Write(b)
	if err != nil {
		f.t.mu.Lock()
		err = f.t.fail(fmt.Errorf("write %q: %w", f.rel, err))
		f.t.mu.Unlock()
	}
	return n, err
}

// Close ends the file; a second call fails with fs.ErrClosed and changes nothing.
func (f *treeFile) Close() error {
	err := f.f.Close()
	if errors.Is(err, fs.ErrClosed) {
		return err
	}
	f.t.mu.Lock()
	defer f.t.mu.Unlock()
	delete(f.t.open, f.f)
	if err != nil {
		return f.t.fail(fmt.Errorf("write %q: %w", f.rel, err))
	}
	return nil
}

// Commit syncs everything and gives the folder its name. A folder that Options.Replace allows to replace is put aside
// first and removed at the end; a crash in between is finished by Recover on the parent folder. After an error what
// stood there stands there again and the temporary folder is gone.
func (t *Tree) Commit() error {
	if err := t.commit(); err != nil {
		_ = t.Abort()
		return fmt.Errorf("save the folder %q: %w", t.dir, err)
	}
	return nil
}

func (t *Tree) commit() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.done:
		return errClosed
	case t.err != nil:
		return t.err
	case len(t.open) > 0:
		return fmt.Errorf("%d files are still open: close them first", len(t.open))
	}
	err := t.ops.syncTree(t.root)
	_ = t.root.Close() // Windows renames no folder that is open
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	old, err := t.target()
	if err != nil {
		return err
	}
	s := step{Name: filepath.Base(t.dir), Temp: filepath.Base(t.temp)}
	emptied := old != nil && !t.opts.Replace
	if emptied {
		// Only an empty folder goes so: a file that somebody put into it by now makes this fail.
		if err := os.Remove(t.dir); err != nil {
			return refuseExisting(t.dir)
		}
	} else if old != nil {
		s.Aside, s.Old = hidden(s.Name, asideSuffix), identify(old)
	}
	c := commit{dir: filepath.Dir(t.dir), steps: []step{s}, ops: t.ops}
	if err := c.run(); err != nil {
		if emptied {
			_ = osfile.Mkdir(t.dir, 0o700)
		}
		return err
	}
	t.done = true
	return nil
}

// Abort removes the temporary folder and all in it. It may be called any number of times, and after Commit, when it
// does nothing. Files that are still open are closed, because Windows removes none that is open.
func (t *Tree) Abort() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return nil
	}
	t.done = true
	_ = t.root.Close()
	for f := range t.open {
		_ = f.Close()
	}
	if err := t.ops.remove(t.temp); err != nil {
		return fmt.Errorf("remove the temporary folder: %w", err)
	}
	return nil
}

package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"enrollbench/core/filelock"
)

// Recover finishes what a crash interrupted in dir: every complete record of a Set or Tree there is carried out, since
// all its temporaries were complete and synced before it was written. It returns the final names that now show the new
// content. A commit that another process is in the middle of is left to it (the record is locked; a file system
// without locks cannot tell, there two processes must not save into one folder at the same time).
//
// Where a set cannot be finished because a temporary is gone, what can be undone is undone and the error says so. Where
// a foreign file has taken a final name, nothing is touched: the error names it and the way out. A folder that does not
// exist needs no recovery.
func Recover(dir string) (done []string, err error) { return recoverDir(dir, system) }

func recoverDir(dir string, ops operations) (done []string, err error) {
	names, err := hiddenNames(dir)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, name := range names {
		if !isHidden(name, recordSuffix) {
			continue
		}
		finished, err := recoverRecord(dir, name, ops)
		done = append(done, finished...)
		if err != nil {
			errs = append(errs, fmt.Errorf("finish an interrupted save in %q: %w", dir, err))
		}
	}
	return done, errors.Join(errs...)
}

func recoverRecord(dir, name string, ops operations) (done []string, err error) {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // another process was faster
	}
	if err != nil {
		return nil, err
	}
	if filelock.Try(f) == filelock.Held {
		return nil, f.Close()
	}
	steps, finished, err := readRecord(f)
	if err != nil {
		// A crash came before the record was complete: nothing was renamed. Sweep takes it away.
		return nil, f.Close()
	}
	c := commit{dir: dir, steps: steps, ops: ops, record: f}
	if finished {
		c.clear()
		c.drop()
		return nil, nil
	}
	for i := range c.steps {
		err := c.forward(&c.steps[i])
		switch {
		case errors.Is(err, errLost):
			if undo := c.back(); undo != nil {
				return nil, fmt.Errorf("%w; and it could not be undone: %w", err, undo)
			}
			return nil, fmt.Errorf("%w; the folder was put back as it was before: save again", err)
		case err != nil:
			_ = f.Close()
			return nil, fmt.Errorf("%w; to discard that save, delete %q", err, f.Name())
		}
	}
	if err := c.close(); err != nil {
		return nil, err
	}
	for _, s := range steps {
		if s.Temp != "" {
			done = append(done, s.Name)
		}
	}
	return done, nil
}

func readRecord(f *os.File) (steps []step, done bool, err error) {
	data, err := io.ReadAll(io.LimitReader(f, recordLimit+1))
	if err != nil {
		return nil, false, err
	}
	return decodeRecord(data)
}

// Sweep removes the temporaries in dir that a crash left: those untouched for at least olderThan, so that a write under
// way elsewhere is not disturbed (a day is a good value). What a complete record names stays for Recover. It returns
// the names it removed.
func Sweep(dir string, olderThan time.Duration) (removed []string, err error) {
	names, err := hiddenNames(dir)
	if err != nil {
		return nil, err
	}
	var stale, needed []string
	for _, name := range names {
		switch {
		case isHidden(name, tempSuffix):
			stale = append(stale, name)
		case isHidden(name, recordSuffix):
			f, err := os.Open(filepath.Join(dir, name))
			if err != nil {
				continue
			}
			steps, _, err := readRecord(f)
			_ = f.Close()
			if err != nil {
				stale = append(stale, name)
			}
			for _, s := range steps {
				needed = append(needed, s.Temp)
			}
		}
	}
	var errs []error
	for _, name := range stale {
		path := filepath.Join(dir, name)
		if slices.Contains(needed, name) || !untouched(path, time.Now().Add(-olderThan)) {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			errs = append(errs, err)
			continue
		}
		removed = append(removed, name)
	}
	return removed, errors.Join(errs...)
}

// untouched tells whether nothing in path, a file or a folder, changed since then. Links and special files are not ours.
func untouched(path string, since time.Time) bool {
	var newer = errors.New("newer")
	err := filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if !d.IsDir() && !info.Mode().IsRegular() || info.ModTime().After(since) {
			return newer
		}
		return nil
	})
	return err == nil
}

// hiddenNames lists what this package may have made in dir, sorted. A folder may hold 500,000 other files: their names
// pass by in portions.
func hiddenNames(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var found []string
	for {
		names, err := d.Readdirnames(4096)
		for _, name := range names {
			if name[0] == '.' && hiddenName.MatchString(name) {
				found = append(found, name)
			}
		}
		if errors.Is(err, io.EOF) {
			slices.Sort(found)
			return found, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

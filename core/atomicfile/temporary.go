package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"enrollbench/core/osfile"
)

// temporary is an open file under a hidden name: what File and SetFile have in common.
type temporary struct {
	f    *os.File // nil once closed
	path string
	ops  operations
	err  error // the first write that failed
	done bool  // renamed away or removed: path is no longer ours
}

// open creates the temporary. A random name that is taken is tried again with another.
func (t *temporary) open(dir, base string, mode fs.FileMode, ops operations) error {
	for range 100 {
		path := filepath.Join(dir, hidden(base, tempSuffix))
		f, err := osfile.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		*t = temporary{f: f, path: path, ops: ops}
		return nil
	}
	return errors.New("no free temporary name")
}

// Name is the path of the temporary, for messages and for tools that look at it before Commit.
func (t *temporary) Name() string { return t.path }

// Write appends at the file's position. A failed write is remembered: Commit will refuse.
func (t *temporary) Write(b []byte) (int, error) {
	if t.f == nil {
		return 0, errClosed
	}
	n, err := t.f.Write(b)
	return n, t.keep(err)
}

// WriteAt writes at an offset and leaves the position alone. A failed write makes Commit refuse.
func (t *temporary) WriteAt(b []byte, off int64) (int, error) {
	if t.f == nil {
		return 0, errClosed
	}
	n, err := t.f.WriteAt(b, off)
	return n, t.keep(err)
}

// ReadAt reads back what was written.
func (t *temporary) ReadAt(b []byte, off int64) (int, error) {
	if t.f == nil {
		return 0, errClosed
	}
	return t.f.ReadAt(b, off)
}

// Read reads from the file's position, as after a Seek back to the start.
func (t *temporary) Read(b []byte) (int, error) {
	if t.f == nil {
		return 0, errClosed
	}
	return t.f.Read(b)
}

// Seek moves the position of Read and Write, as os.File does.
func (t *temporary) Seek(offset int64, whence int) (int64, error) {
	if t.f == nil {
		return 0, errClosed
	}
	return t.f.Seek(offset, whence)
}

func (t *temporary) keep(err error) error {
	if err != nil && t.err == nil {
		t.err = err
	}
	return err
}

// finish syncs and closes the file. A second call does nothing.
func (t *temporary) finish() error {
	if t.f == nil {
		return t.err
	}
	err := t.err
	if err == nil {
		err = tolerate(t.ops.sync(t.f))
		if err != nil {
			// Never synced again: after a failed fsync the kernel may forget what was dirty and report success.
			err = fmt.Errorf("sync: %w", err)
		}
	}
	if closeErr := t.f.Close(); err == nil {
		err = closeErr
	}
	t.f = nil
	return t.keep(err)
}

// discard closes and removes the file unless it went its way.
func (t *temporary) discard() error {
	if t.f != nil {
		_ = t.f.Close()
		t.f = nil
	}
	if t.done {
		return nil
	}
	t.done = true
	if err := t.ops.remove(t.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the temporary: %w", err)
	}
	return nil
}

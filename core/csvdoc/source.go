package csvdoc

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"enrollbench/core/osfile"
)

// source is the bytes below a document. They are read by offset; the file may move under it: a save closes it for the
// moment of the rename, because Windows replaces no open file, and opens it under its new name.
type source struct {
	mu   sync.RWMutex
	f    *os.File
	path string
	temp bool // to be removed when closed
}

func openSource(path string) (*source, error) {
	// Looked at before it is opened: opening a pipe waits for somebody who writes to it.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("open %q: it is not a regular file", path)
	}
	f, err := osfile.Open(path)
	if err != nil {
		return nil, err
	}
	return &source{f: f, path: path}, nil
}

// ReadAt reads as io.ReaderAt does.
func (s *source) ReadAt(b []byte, off int64) (int, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.f == nil {
		return 0, fs.ErrClosed
	}
	return s.f.ReadAt(b, off)
}

// WriteAt writes to a spool that is being filled.
func (s *source) WriteAt(b []byte, off int64) (int, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.f == nil {
		return 0, fs.ErrClosed
	}
	return s.f.WriteAt(b, off)
}

// stat describes the open file.
func (s *source) stat() (fs.FileInfo, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.f == nil {
		return nil, fs.ErrClosed
	}
	return s.f.Stat()
}

// move closes the file, lets f do what needs that, and opens the file that f names.
func (s *source) move(f func() (path string, err error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.f != nil {
		_ = s.f.Close()
		s.f = nil
	}
	path, err := f()
	opened, openErr := osfile.Open(path)
	if openErr == nil {
		s.f, s.path = opened, path
	}
	return errors.Join(err, openErr)
}

// close closes the file and removes it if it is a temporary.
func (s *source) close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.f == nil {
		return nil
	}
	err := s.f.Close()
	s.f = nil
	if s.temp {
		if e := os.Remove(s.path); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// Names of temporaries.
const (
	spoolPrefix = "enrollbench-csv-"
	spoolSuffix = ".spool"
)

// newSpool makes a private temporary for content that cannot be read where it lies: unpacked from a ZIP, or UTF-16
// turned into UTF-8. Where the system allows it the file has no name, so that a crash leaves nothing.
func newSpool(dir string) (*source, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	sweepSpools(dir)
	f, err := osfile.CreateTemp(dir, spoolPrefix+"*"+spoolSuffix) // 0600
	if err != nil {
		return nil, fmt.Errorf("cannot create a temporary file: %w", err)
	}
	s := &source{f: f, path: f.Name(), temp: true}
	if os.Remove(f.Name()) == nil {
		s.temp = false
	}
	return s, nil
}

// sweepSpools removes what a crash left where open files keep their names: a system that refuses to remove open files
// spares those in use.
func sweepSpools(dir string) {
	names, err := filepath.Glob(filepath.Join(dir, spoolPrefix+"*"+spoolSuffix))
	if err != nil {
		return
	}
	for _, name := range names {
		if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(name)
		}
	}
}

// isZIP tells by the first bytes: a local header, or the end record of an empty archive.
func isZIP(head []byte) bool {
	return strings.HasPrefix(string(head), "PK\x03\x04") || strings.HasPrefix(string(head), "PK\x05\x06")
}

// readFull reads len(b) bytes at off; fewer are an error.
func readFull(r io.ReaderAt, b []byte, off int64) error {
	n, err := r.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

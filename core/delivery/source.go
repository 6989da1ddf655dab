package delivery

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"enrollbench/core/archive"
	"enrollbench/core/work"
)

// maxUnit is the largest file or JSON object with certificates and keys that is taken apart; it is held in memory.
const maxUnit = 64 << 20

// source is one opened container of certificates and keys. walk hands every unit to visit, on as many goroutines as
// there are workers; the parts and what they point to belong to visit for the time of the call. parts reads one unit
// again. Both check what the container can check (CRC-32) before anything is handed out.
type source interface {
	path() string // as the user gave it
	weight() int64
	walk(ctx context.Context, workers int, visit visitor) error
	parts(at ref) ([]part, error)
	member(at ref) string  // name within the container
	position(at ref) int64 // about how much of the weight lies before it
	io.Closer
}

type visitor func(worker int, at ref, parts []part) error

// zipSource is a ZIP, on the disk or in a spool. Units are its entries.
type zipSource struct {
	name   string
	bytes  int64
	zip    *archive.Reader
	closer io.Closer
	inner  map[int]bool // entries that are results by themselves, and sources of their own
}

// openZIP refuses an archive whose names could not be unpacked safely: we never unpack by these names, but the people
// who get the result may.
func openZIP(name string, r io.ReaderAt, size int64, l archive.Limits, c io.Closer) (*zipSource, error) {
	z, err := archive.Open(r, size, l)
	if err != nil {
		return nil, err
	}
	if err := z.CheckExtraction(); err != nil {
		return nil, err
	}
	return &zipSource{name: name, bytes: size, zip: z, closer: c}, nil
}

func (s *zipSource) path() string  { return s.name }
func (s *zipSource) weight() int64 { return s.bytes }
func (s *zipSource) Close() error  { return s.closer.Close() }

func (s *zipSource) position(at ref) int64 { return s.bytes / int64(s.zip.Len()) * at.unit }

func (s *zipSource) member(at ref) string {
	e, err := s.zip.Entry(int(at.unit))
	if err != nil {
		return fmt.Sprintf("entry %d", at.unit+1)
	}
	return e.Name
}

func (s *zipSource) walk(ctx context.Context, workers int, visit visitor) error {
	buffers := make([][]byte, workers)
	return work.Each(ctx, workers, s.zip.Len(), 128, func(w, i int) error {
		parts, err := s.read(i, &buffers[w])
		if err != nil || parts == nil {
			return err
		}
		return visit(w, ref{unit: int64(i)}, parts)
	})
}

func (s *zipSource) parts(at ref) ([]part, error) {
	var buf []byte
	return s.read(int(at.unit), &buf)
}

// read takes entry i apart; nothing for a folder, or a result within. Content that is too large is read through, for its CRC-32.
func (s *zipSource) read(i int, buf *[]byte) ([]part, error) {
	if s.inner[i] {
		return nil, nil
	}
	e, err := s.zip.Entry(i)
	if err != nil {
		return nil, err
	}
	if e.Size > maxUnit {
		r, err := s.zip.Open(i)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		if _, err := io.Copy(io.Discard, r); err != nil {
			return nil, err
		}
		return []part{tooLarge(e.Size)}, nil
	}
	data, err := s.zip.ReadEntry(i, *buf)
	if err != nil {
		return nil, err
	}
	*buf = data
	if e.IsDir {
		return nil, nil
	}
	return split(data), nil
}

func tooLarge(size int64) part {
	return part{kind: foreignPart, err: fmt.Errorf("it has %d bytes; files with certificates and keys may have at most %d", size, int64(maxUnit))}
}

// plainSource is one file or payload that holds certificates and keys by themselves.
type plainSource struct {
	name   string
	r      io.ReaderAt
	bytes  int64
	closer io.Closer
}

func (s *plainSource) path() string       { return s.name }
func (s *plainSource) weight() int64      { return s.bytes }
func (s *plainSource) Close() error       { return s.closer.Close() }
func (s *plainSource) member(ref) string  { return "" }
func (s *plainSource) position(ref) int64 { return 0 }

func (s *plainSource) walk(_ context.Context, _ int, visit visitor) error {
	parts, err := s.parts(ref{})
	if err != nil {
		return err
	}
	return visit(0, ref{}, parts)
}

func (s *plainSource) parts(ref) ([]part, error) {
	if s.bytes > maxUnit {
		return []part{tooLarge(s.bytes)}, nil
	}
	data := make([]byte, s.bytes)
	if err := readFull(s.r, data); err != nil {
		return nil, err
	}
	return split(data), nil
}

// filesSource is many small files of one folder that was given: a result that somebody unpacked. Units are the files.
type filesSource struct {
	root  string
	names []string // relative, with forward slashes
	bytes int64
}

func (s *filesSource) path() string          { return s.root }
func (s *filesSource) weight() int64         { return s.bytes }
func (s *filesSource) Close() error          { return nil }
func (s *filesSource) member(at ref) string  { return s.names[at.unit] }
func (s *filesSource) position(at ref) int64 { return s.bytes / int64(len(s.names)) * at.unit }

func (s *filesSource) walk(ctx context.Context, workers int, visit visitor) error {
	return work.Each(ctx, workers, len(s.names), 64, func(w, i int) error {
		at := ref{unit: int64(i)}
		parts, err := s.parts(at)
		if err != nil {
			return err
		}
		return visit(w, at, parts)
	})
}

func (s *filesSource) parts(at ref) ([]part, error) {
	f, err := os.Open(filepath.Join(s.root, filepath.FromSlash(s.names[at.unit])))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxUnit+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxUnit {
		return []part{tooLarge(int64(len(data)))}, nil
	}
	return split(data), nil
}

func readFull(r io.ReaderAt, b []byte) error {
	n, err := r.ReadAt(b, 0)
	if n == len(b) {
		return nil
	}
	return err
}

// sources are all containers of a delivery, by number.
type sources []source

func (s sources) close() {
	for _, one := range slices.Backward(s) {
		_ = one.Close()
	}
}

package csvdoc

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/flate"

	"enrollbench/core/atomicfile"
	"enrollbench/core/progress"
)

// SaveOptions are what a user agreed to.
type SaveOptions struct {
	// Force replaces a file that another program changed (ChangedError), and a file that is not the document's own
	// (atomicfile.ErrExists).
	Force bool
	// ReplaceUnencodable puts a question mark for each character that the file's encoding cannot hold, in the document
	// too, as a step of its own that can be undone. Without it such cells are an *EncodingError.
	ReplaceUnencodable bool
}

// Save writes the document to path, "" for its own, and makes that the document's file. What nobody edited is written
// byte for byte. A path that ends in .zip, or a document from a ZIP saved to its own path, is written as a ZIP; other
// files within the original ZIP are kept. It reports rows.
//
// The file appears whole or not at all; on an error the old one is there unchanged. Errors: *ChangedError,
// *EncodingError, *SpaceError, atomicfile.ErrExists, and those of the system. The bytes from before the first save stay
// in a private file until Close, so that every step can still be undone.
func (d *Document) Save(ctx context.Context, path string, o SaveOptions, report progress.Func) error {
	j, err := d.beginSave(&path, o)
	if err != nil {
		return err
	}
	defer d.busy.Unlock()
	return d.save(ctx, j, report)
}

// saving is one save under way: what there was when it was asked for.
type saving struct {
	path  string
	own   bool // path is the document's file
	s     *Snapshot
	edits uint64
}

// beginSave checks all that can be wrong before anything is written. Without an error it leaves busy locked.
func (d *Document) beginSave(path *string, o SaveOptions) (j saving, err error) {
	d.mu.Lock()
	err = d.editable()
	d.mu.Unlock()
	if err != nil {
		return j, err
	}
	d.busy.Lock()
	defer func() {
		if err != nil {
			d.busy.Unlock()
		}
	}()
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.editable(); err != nil {
		return j, err
	}
	if j.path, j.own, err = d.target(*path); err != nil {
		return j, err
	}
	if j.own && d.base.faults.sheet != nil && d.path == d.base.path || isWorkbookName(j.path) {
		return j, fmt.Errorf("save %q: %w", j.path, ErrWorkbook)
	}
	if err := d.checkUnchanged(j.path, j.own, o.Force); err != nil {
		return j, err
	}
	if err := d.checkEncoding(o.ReplaceUnencodable); err != nil {
		return j, err
	}
	j.s, j.edits = d.Snapshot(), d.edits
	return j, d.checkSpace(j.path)
}

// target resolves a path; own tells whether it is the document's file.
func (d *Document) target(path string) (resolved string, own bool, err error) {
	if path == "" {
		if d.path == "" {
			return "", false, ErrUntitled
		}
		path = d.path
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", false, err
	}
	// A link stays a link: what it points to is replaced.
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if d.path == "" {
		return path, false, nil
	}
	mine, err := filepath.Abs(d.path)
	if err != nil {
		return "", false, err
	}
	if real, err := filepath.EvalSymlinks(mine); err == nil {
		mine = real
	}
	if mine == path {
		return path, true, nil
	}
	a, errA := os.Stat(mine)
	b, errB := os.Stat(path)
	return path, errA == nil && errB == nil && os.SameFile(a, b), nil
}

// checkUnchanged holds the file below the document, and the one that is to be replaced, against what they were.
func (d *Document) checkUnchanged(path string, own, force bool) error {
	// The file below is still needed, unless it was turned or unpacked as a whole.
	if src := d.base.below(); src != nil && (d.base.outer == nil || d.base.member != "") {
		info, err := src.stat()
		if err != nil {
			return err
		}
		if !d.base.file.quick(info) {
			// Rows that were not edited come from here, so nothing helps if it changed. A file that only grew is whole.
			if sum, err := checksum(src, d.base.file.Size); err != nil || sum != d.base.file.Sum {
				return &ChangedError{Path: d.base.path, Damaged: true}
			}
		}
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && own && !force:
		if !d.onDisk.quick(info) && !d.onDisk.matches(path) {
			return &ChangedError{Path: path}
		}
	case err == nil && !own && !force:
		return fmt.Errorf("save %q: %w", path, atomicfile.ErrExists)
	case errors.Is(err, fs.ErrNotExist) && own && !force:
		return &ChangedError{Path: path, Gone: true}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("save %q: %w", path, err)
	}
	return nil
}

// checkSpace estimates from above what will be written.
func (d *Document) checkSpace(path string) error {
	s := d.Snapshot()
	need := int64(len(d.base.header)) + 4096
	switch {
	case d.base.outer != nil && !d.zipped(path) && !d.base.dialect.Encoding.utf16():
		need += s.view.end
	case d.base.src != nil:
		need += d.base.file.Size
	}
	for i := range s.cells {
		for _, t := range []texts{s.cells[i].file, s.cells[i].fresh} {
			t.each(func(_ uint64, v string) bool { need += int64(len(v)) + 3; return true })
		}
	}
	free, err := d.options.free(filepath.Dir(path))
	if err != nil {
		return nil // a folder that cannot be asked may well be written
	}
	if free < need {
		return &SpaceError{Path: path, Need: need, Free: free}
	}
	return nil
}

// zipped tells whether path gets a ZIP.
func (d *Document) zipped(path string) bool {
	if strings.EqualFold(filepath.Ext(path), ".zip") {
		return true
	}
	return d.base.member != "" && d.base.path != "" && filepath.Base(path) == filepath.Base(d.base.path)
}

// measured counts and sums what is written.
type measured struct {
	w   io.Writer
	n   int64
	sum hash.Hash32
}

func (m *measured) Write(b []byte) (int, error) {
	n, err := m.w.Write(b)
	m.n += int64(n)
	m.sum.Write(b[:n])
	return n, err
}

func (d *Document) save(ctx context.Context, j saving, report progress.Func) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(j.path); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := atomicfile.Create(j.path, atomicfile.Options{Mode: mode, Replace: true})
	if err != nil {
		return err
	}
	defer f.Abort()
	_ = os.Chmod(f.Name(), mode) // past the umask; a file system without modes refuses
	m := &measured{w: f, sum: crc32.New(castagnoli)}
	if d.zipped(j.path) {
		err = d.writeZIP(ctx, m, j, report)
	} else {
		err = j.s.Write(ctx, m, report)
	}
	if err != nil {
		return fmt.Errorf("save %q: %w", j.path, err)
	}
	if err := syncNow(f.Name()); err != nil {
		return fmt.Errorf("save %q: %w", j.path, err)
	}
	if err := d.keepOld(j.path); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	file := identity{Size: m.n, Sum: m.sum.Sum32()}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.journal != nil {
		if err := d.keepFor(j.path, d.journal); err != nil { // if it began just now
			return err
		}
		if err := d.recordSave(j, file); err != nil {
			return err
		}
	}
	if err := d.replace(f); err != nil {
		return err
	}
	if info, err := os.Stat(j.path); err == nil {
		file.ModTime, file.info = info.ModTime().UnixNano(), info
	}
	if !j.own {
		d.path = j.path
	}
	d.onDisk, d.saved = file, j.s
	report.Report(int64(j.s.Rows()), int64(j.s.Rows()))
	return nil
}

// Write writes the document to w as the file that Save would write, a ZIP aside. It reports rows.
func (s *Snapshot) Write(ctx context.Context, w io.Writer, report progress.Func) error {
	dialect := s.view.dialect
	if _, err := io.WriteString(w, dialect.bom()); err != nil {
		return err
	}
	if !dialect.Encoding.utf16() {
		return s.writeText(ctx, w, report)
	}
	out := bufio.NewWriterSize(w, readAhead)
	t := newToUTF16(out, dialect.Encoding)
	if err := s.writeText(ctx, t, report); err != nil {
		return err
	}
	if err := t.Close(); err != nil {
		return err
	}
	if _, err := out.Write(s.view.tail); err != nil {
		return err
	}
	return out.Flush()
}

// writeZIP writes the document into a ZIP: in the place of the one that it came from, beside its other files.
func (d *Document) writeZIP(ctx context.Context, w io.Writer, j saving, report progress.Func) error {
	out := bufio.NewWriterSize(w, readAhead)
	z := zip.NewWriter(out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 6) })
	member := func(name string) error {
		e, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: d.options.Now()})
		if err != nil {
			return err
		}
		return j.s.Write(ctx, e, report)
	}
	if d.base.member == "" {
		name := filepath.Base(j.path)
		name = strings.TrimSuffix(name, filepath.Ext(name))
		if !strings.EqualFold(filepath.Ext(name), ".csv") {
			name += ".csv"
		}
		if err := member(name); err != nil {
			return err
		}
	} else {
		old, err := zip.NewReader(d.base.outer, d.base.file.Size)
		if err != nil {
			return err
		}
		for _, e := range old.File {
			if e.Name == d.base.member {
				err = member(e.Name)
			} else {
				err = z.Copy(e)
			}
			if err != nil {
				return err
			}
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return out.Flush()
}

// checkEncoding finds cells and names that the file's encoding cannot hold.
func (d *Document) checkEncoding(replace bool) error {
	enc := newEncoder(d.base.dialect)
	if enc.text == nil {
		return nil
	}
	s := d.Snapshot()
	bad := &EncodingError{Encoding: d.base.dialect.Encoding}
	for _, c := range s.columns {
		if r, ok := enc.unencodable(c.Name); ok {
			bad.Cells = append(bad.Cells, Unencodable{Row: 1, Column: c, Rune: r})
		}
	}
	names := len(bad.Cells)
	for i := range s.cells {
		at, ok := s.Column(s.cells[i].column)
		if !ok {
			continue
		}
		check := func(id RowID, v string) bool {
			if r, ok := enc.unencodable(v); ok {
				if row, ok := s.Index(id); ok {
					bad.Cells = append(bad.Cells, Unencodable{Row: s.FileRow(row), ID: id, Column: s.columns[at], Rune: r})
				}
			}
			return true
		}
		s.cells[i].file.each(func(k uint64, v string) bool { return check(RowID(k), v) })
		s.cells[i].fresh.each(func(k uint64, v string) bool { return check(RowID(k)+firstFresh, v) })
	}
	if len(bad.Cells) == 0 {
		return nil
	}
	if !replace {
		return bad
	}
	var log *opWriter
	if d.options.Journal != "" {
		log = new(opWriter)
	}
	e := newEdit(s, d.options.Limits, log)
	for _, c := range bad.Cells[:names] {
		if err := e.RenameColumn(c.Column.ID, enc.replaced(c.Column.Name)); err != nil {
			return err
		}
	}
	for _, c := range bad.Cells[names:] {
		if err := e.SetCell(c.ID, c.Column.ID, enc.replaced(s.Value(c.ID, c.Column.ID))); err != nil {
			return err
		}
	}
	_, err := d.commit("replace what "+d.base.dialect.Encoding.String()+" cannot hold", s, e)
	return err
}

// replaced is v with question marks for what the encoding cannot hold.
func (e *encoder) replaced(v string) string {
	return strings.Map(func(r rune) rune {
		if _, ok := e.rune(r); !ok {
			return '?'
		}
		return r
	}, v)
}

package csr

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"enrollbench/core/archive"
	"enrollbench/core/finding"
	"enrollbench/core/form"
	"enrollbench/core/osfile"
)

// ChangedError says that a file is not what it was when it was checked.
type ChangedError struct {
	At     finding.Location
	Reason string
}

// Error names the place, what is different, and the next step.
func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s changed since it was checked (%s): %s", e.At, e.Reason, RuleChanged.Hint)
}

// Finding is the same as a finding, for where a list of them is shown.
func (e *ChangedError) Finding() finding.Finding { return RuleChanged.Finding(e.At, e.Reason, "") }

// loader reads entries again. It keeps the file it read last open, because neighbours often come from one file.
// Not safe for concurrent use; its buffers are valid until the next load.
type loader struct {
	x    examiner
	open *source
	file *os.File
	zip  *archive.Reader
	text []byte
	der  []byte
	pool *spool    // members with several CSRs, unpacked; nil where none was made
	zips *openZIPs // shared with other loaders; nil for one that works alone
}

func newLoader() *loader { return &loader{} }

func (l *loader) close() {
	if l.file != nil {
		l.file.Close()
	}
	l.open, l.file, l.zip = nil, nil, nil
}

// load returns the DER of e, valid until the next load, after comparing it with the check.
func (l *loader) load(e *Entry) ([]byte, error) {
	der, err := l.read(e)
	if err != nil {
		return nil, &ChangedError{At: e.At, Reason: err.Error()}
	}
	if sha256.Sum256(der) != e.Facts.DER {
		return nil, &ChangedError{At: e.At, Reason: "its SHA-256 is another"}
	}
	return der, nil
}

func (l *loader) read(e *Entry) ([]byte, error) {
	text, err := l.bytes(e)
	if err != nil {
		return nil, err
	}
	if e.size == 0 {
		der, _ := withoutPadding(text)
		return der, nil
	}
	b, ok, _ := form.NextBlock(text, 0)
	if !ok { // base64 without its lines
		b = form.Block{End: len(text), Body: text}
	}
	if b.Start != 0 || b.End != len(text) || b.Err != nil {
		return nil, fmt.Errorf("its PEM block is elsewhere")
	}
	der, _, err := decodeBody(l.der, b.Body)
	if err == nil {
		l.der = der
	}
	return bytes.TrimLeft(der, "\x00"), err
}

// bytes returns the PEM block of e, or its whole file or member where that is one DER.
func (l *loader) bytes(e *Entry) ([]byte, error) {
	if e.member < 0 && e.size == 0 && !e.coated {
		return l.x.readFile(e.src.path)
	}
	if e.shared && l.pool != nil {
		m := l.pool.base[e.memberOf()]
		if e.size == 0 {
			return l.readAt(l.pool.file, m.at, int(m.size))
		}
		return l.readAt(l.pool.file, m.at+e.off, int(e.size))
	}
	if err := l.reopen(e.src); err != nil {
		return nil, err
	}
	if e.shared {
		return l.unpacked(e)
	}
	if e.member < 0 {
		return l.readAt(l.file, e.off, int(e.size))
	}
	if int(e.member) >= l.zip.Len() {
		return nil, fmt.Errorf("the ZIP has fewer members")
	}
	data, err := l.zip.ReadEntry(int(e.member), l.text[:0])
	if err != nil {
		return nil, err
	}
	l.text = data
	if e.size == 0 {
		return data, nil
	}
	if int64(len(data)) < e.off+int64(e.size) {
		return nil, fmt.Errorf("it is shorter")
	}
	return data[e.off : e.off+int64(e.size)], nil
}

// unpacked reads one request by unpacking its file or member up to there: right for one entry, a spool is for all.
func (l *loader) unpacked(e *Entry) ([]byte, error) {
	r, err := l.stream(e.memberOf())
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if e.size == 0 {
		return io.ReadAll(io.LimitReader(r, 2*smallFile))
	}
	if _, err := io.CopyN(io.Discard, r, e.off); err != nil {
		return nil, err
	}
	l.text = growTo(l.text, int(e.size))
	_, err = io.ReadFull(r, l.text)
	return l.text, err
}

// stream reads what m holds, its coat taken off. m's source is the open one.
func (l *loader) stream(m memberOf) (io.ReadCloser, error) {
	r := io.NopCloser(io.Reader(io.NewSectionReader(l.file, 0, math.MaxInt64)))
	if m.member >= 0 {
		if int(m.member) >= l.zip.Len() {
			return nil, fmt.Errorf("the ZIP has fewer members")
		}
		var err error
		if r, err = l.zip.Open(int(m.member)); err != nil {
			return nil, err
		}
	}
	if !m.coated {
		return r, nil
	}
	inner, _, err := form.Unwrap(r)
	return struct {
		io.Reader
		io.Closer
	}{inner, r}, err
}

func (l *loader) readAt(f io.ReaderAt, off int64, n int) ([]byte, error) {
	l.text = growTo(l.text, n)
	if m, err := f.ReadAt(l.text, off); m < n {
		return nil, fmt.Errorf("it is shorter (%w)", err)
	}
	return l.text, nil
}

func growTo(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n, n+n/2)
	}
	return b[:n]
}

// reopen makes src the open source: its file, or for a ZIP its reader.
func (l *loader) reopen(src *source) error {
	if l.open == src {
		return nil
	}
	l.close()
	if src.zip {
		z, err := l.openZIP(src)
		if err == nil {
			l.open, l.zip = src, z
		}
		return err
	}
	f, err := os.Open(src.path)
	if err != nil {
		return errors.New(readReason(err))
	}
	l.open, l.file = src, f
	return nil
}

func (l *loader) openZIP(src *source) (*archive.Reader, error) {
	if l.zips != nil {
		if z, err := l.zips.get(src); z != nil || err != nil {
			return z, err
		}
	}
	f, z, err := openSourceZIP(src)
	l.file = f
	return z, err
}

func openSourceZIP(src *source) (*os.File, *archive.Reader, error) {
	f, err := os.Open(src.path)
	if err != nil {
		return nil, nil, errors.New(readReason(err))
	}
	info, err := f.Stat()
	if err == nil {
		var z *archive.Reader
		if z, err = archive.Open(f, info.Size(), DefaultLimits.Archive); err == nil {
			return f, z, nil
		}
	}
	f.Close()
	return nil, nil, err
}

// memberOf names a file or ZIP member that has to be unpacked before its CSRs are found.
type memberOf struct {
	src    *source
	member int32
	coated bool
}

func (e *Entry) memberOf() memberOf { return memberOf{e.src, e.member, e.coated} }

// spool holds the unpacked text of such members, so that a bundle in the order of names need not unpack one of them
// again for each CSR. CSRs are public; the file is removed with close, and where the system allows it has no name.
type spool struct {
	file *os.File
	base map[memberOf]extent
}

// extent is where in a spool something lies.
type extent struct{ at, size int64 }

// newSpool unpacks the shared members of the given entries, or returns nil where there are none.
func newSpool(entries []*Entry) (*spool, error) {
	var order []memberOf
	seen := map[memberOf]bool{}
	for _, e := range entries {
		if m := e.memberOf(); e.shared && !seen[m] {
			seen[m] = true
			order = append(order, m)
		}
	}
	if len(order) == 0 {
		return nil, nil
	}
	f, err := osfile.CreateTemp("", "enrollbench-csr-*.tmp")
	if err != nil {
		return nil, err
	}
	os.Remove(f.Name()) // Windows refuses while it is open; close removes it there
	s := &spool{file: f, base: make(map[memberOf]extent, len(order))}
	l := newLoader()
	defer l.close()
	var at int64
	for _, m := range order {
		n, err := l.unpack(m, f)
		s.base[m] = extent{at, n}
		if err != nil {
			s.close()
			return nil, &ChangedError{At: finding.Location{File: m.src.path}, Reason: err.Error()}
		}
		at += n
	}
	return s, nil
}

func (l *loader) unpack(m memberOf, w io.Writer) (int64, error) {
	if err := l.reopen(m.src); err != nil {
		return 0, err
	}
	r, err := l.stream(m)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(w, r)
}

func (s *spool) close() {
	if s != nil {
		s.file.Close()
		os.Remove(s.file.Name())
	}
}

package csvdoc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math"
	"strings"

	"golang.org/x/text/transform"

	"enrollbench/core/archive"
	"enrollbench/core/form"
	"enrollbench/core/progress"
	"enrollbench/core/workbook"
)

// Limits bound what a file may ask of us. A field that is 0 takes its value from DefaultLimits.
type Limits struct {
	Bytes    int64 // of the file, unpacked
	Rows     int
	Columns  int // cells of one row
	RowBytes int // of one row
}

// DefaultLimits are far above what can be uploaded and far below what harms a workstation.
var DefaultLimits = Limits{Bytes: 8 << 30, Rows: 50_000_000, Columns: 16_384, RowBytes: 16 << 20}

func (l Limits) orDefault() Limits {
	d := DefaultLimits
	if l.Bytes > 0 {
		d.Bytes = l.Bytes
	}
	if l.Rows > 0 {
		d.Rows = l.Rows
	}
	if l.Columns > 0 {
		d.Columns = l.Columns
	}
	if l.RowBytes > 0 {
		d.RowBytes = l.RowBytes
	}
	// What the index and the scanner count in 32 bits.
	d.Rows, d.RowBytes = min(d.Rows, math.MaxInt32), min(d.RowBytes, 1<<30)
	return d
}

// readAhead is what one read takes.
const readAhead = 256 << 10

// castagnoli has an instruction of its own on most processors.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// intake delivers the text of a file, whatever it lies in, from front to back; what cannot be read again where it lies
// is kept in a spool on the way.
type intake struct {
	in    io.Reader
	sum   hash.Hash32 // of the file at the path, as far as it was read; nil where that is not what is read
	turn  *fromUTF16
	spool *source
	at    int64     // where in the spool the next bytes go
	size  int64     // of the text as far as it is known: for progress
	entry io.Closer // of a ZIP; nil else
}

// close ends the reading of a member of a ZIP.
func (in *intake) close() error {
	if in == nil || in.entry == nil {
		return nil
	}
	return in.entry.Close()
}

// openBase opens the file and finds its dialect. What follows is read by an indexer.
func openBase(path string, o Options) (*base, *intake, error) {
	f, err := openSource(path)
	if err != nil {
		return nil, nil, err
	}
	b := &base{src: f, path: path, faults: newFaults()}
	in, err := b.begin(o)
	if err != nil {
		if in != nil {
			_ = errors.Join(in.close(), in.spool.close())
		}
		_ = f.close()
		return nil, nil, err
	}
	return b, in, nil
}

// begin looks at the file and sets up the way in.
func (b *base) begin(o Options) (*intake, error) {
	info, err := b.src.stat()
	if err != nil {
		return nil, err
	}
	b.file = identity{Size: info.Size(), ModTime: info.ModTime().UnixNano(), info: info}
	size := info.Size()
	raw := io.Reader(io.NewSectionReader(b.src, 0, size))
	in := &intake{size: size}
	head := make([]byte, min(size, sampleBytes))
	if err := readFull(b.src, head, 0); err != nil {
		return nil, fmt.Errorf("open %q: %w", b.path, err)
	}
	if f := form.Detect(head); isZIP(head) && (f.Kind == form.OfficeDocument || f.Kind == form.Numbers) {
		return nil, fmt.Errorf("open %q: it is %s; %s", b.path, f, f.Kind.Advice())
	}
	if isZIP(head) {
		entry, n, err := b.openMember(o.Limits)
		if err != nil {
			return nil, fmt.Errorf("open %q: %w", b.path, err)
		}
		raw, in.entry, in.size = entry, entry, n
		if b.faults.sheet != nil {
			in.size = b.file.Size // a measure of the work, if not of the bytes
		}
		head = make([]byte, sampleBytes)
		k, err := io.ReadFull(raw, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return in, fmt.Errorf("open %q: %w", b.path, err)
		}
		if head, size = head[:k], n; err != nil {
			size = int64(k) // a workbook does not say how many bytes its rows have
		}
		if f := form.Detect(head); b.faults.sheet == nil && turnedOf(head) == nil && (f.Table() || f.Archive() || o.Dialect == nil && noTable(f, head)) {
			if f.Table() || f.Archive() {
				return in, fmt.Errorf("open %q: %q in it is %s; unpack the ZIP, then give that file itself", b.path, b.member, f)
			}
			return in, fmt.Errorf("open %q: %q in it is %s; a table is expected: pack the CSV itself", b.path, b.member, f)
		}
		raw = io.MultiReader(bytes.NewReader(head), raw)
		b.outer = b.src
	} else if f := form.Detect(head); turnedOf(head) == nil && (f.Table() || f.Archive() || o.Dialect == nil && noTable(f, head)) {
		advice := f.Kind.Advice()
		if advice == "" {
			advice = "a table is expected: export it as CSV, then give the CSV"
		}
		return nil, fmt.Errorf("open %q: it is %s; %s", b.path, f, advice)
	} else {
		in.sum = crc32.New(castagnoli)
		raw = io.TeeReader(raw, in.sum)
	}
	if size > o.Limits.Bytes {
		return nil, &LimitError{What: "bytes", Value: size, Max: o.Limits.Bytes}
	}
	whole := int64(len(head)) >= size
	if t := turnedOf(head); t != nil && b.faults.sheet == nil && (o.Dialect == nil || !o.Dialect.Encoding.legacy()) {
		b.faults.turned = t.name
		raw, head = transform.NewReader(raw, t.text.NewDecoder()), t.decode(head)
		b.outer = b.src
		if o.Dialect != nil {
			d := *o.Dialect
			d.Encoding, d.BOM = UTF8, false
			o.Dialect = &d
		}
	}
	certain := true
	if b.faults.sheet != nil {
		header := o.Dialect == nil || o.Dialect.Header
		b.dialect = sheetDialect
		b.dialect.Header = header
		o.Dialect = &b.dialect
	} else if o.Dialect != nil {
		b.dialect = *o.Dialect
	} else if b.dialect.Header = true; b.faults.turned == "" {
		b.dialect.Encoding, b.dialect.BOM, certain = detectEncoding(head, whole)
		b.dialect.Guessed = b.dialect.Encoding.legacy()
	}
	b.faults.unsure = !certain
	in.in = raw
	// The mark is no part of the text. A dialect of the user's says whether one is there; the file decides.
	mark := Dialect{Encoding: b.dialect.Encoding, BOM: true}.bom()
	b.dialect.BOM = mark != "" && strings.HasPrefix(string(head), mark)
	if b.dialect.BOM {
		if _, err := io.CopyN(io.Discard, raw, int64(len(mark))); err != nil {
			return nil, err
		}
		head = head[len(mark):]
		in.at = int64(len(mark))
	}
	if b.dialect.Encoding.utf16() {
		in.turn = newFromUTF16(raw, b.dialect.Encoding)
		in.in = in.turn
		head, _ = io.ReadAll(newFromUTF16(bytes.NewReader(head[:len(head)&^1]), b.dialect.Encoding))
		b.outer = b.src
	}
	if b.outer != nil {
		if in.spool, err = newSpool(o.scratch()); err != nil {
			return nil, err
		}
		b.src, in.at = in.spool, 0
	}
	n, delimiter := sepLine(head)
	if b.faults.sep = delimiter; n > 0 {
		b.lead = bytes.Clone(head[:n])
		if _, err := io.CopyN(io.Discard, in, int64(n)); err != nil {
			return in, err
		}
		head = head[n:]
	}
	if o.Dialect == nil {
		detectForm(&b.dialect, head, whole)
		if bytes.IndexByte(Delimiters, delimiter) >= 0 {
			b.dialect.Delimiter = delimiter
		}
	}
	if err := b.dialect.check(); err != nil {
		return in, err
	}
	b.scanner = newScanner(b.dialect)
	if rows := takeRows(b.dialect, head, whole, 100); b.dialect.Header && len(rows) > 0 {
		b.faults.headerAt = headerRow(rows)
		b.faults.odd = oddities(rows)
	}
	return in, nil
}

// isUTF16 says whether a head that may be taken for binary data is text in UTF-16: of Chinese letters hardly a byte is a zero.
func isUTF16(head []byte) bool {
	e, _, _ := detectEncoding(head, false)
	return e.utf16()
}

// Read passes the text on and keeps it where it must be kept.
func (in *intake) Read(p []byte) (int, error) {
	n, err := in.in.Read(p)
	if n > 0 && in.spool != nil {
		if _, e := in.spool.WriteAt(p[:n], in.at); e != nil {
			return 0, fmt.Errorf("cannot unpack to a temporary file: %w", e)
		}
	}
	in.at += int64(n)
	return n, err
}

// openMember finds the one CSV of an archive. Folders and what macOS adds do not count; where other files stand beside
// it, the one that is called .csv (or .tsv, .txt) is meant.
func (b *base) openMember(l Limits) (io.ReadCloser, int64, error) {
	z, err := archive.Open(b.src, b.file.Size, archive.Limits{EntryBytes: l.Bytes, TotalBytes: 2 * l.Bytes})
	if err != nil {
		return nil, 0, err
	}
	book, err := workbook.Open(z)
	if err != nil {
		return nil, 0, err
	}
	if book.Kind != workbook.None {
		b.faults.sheet = &sheetFacts{kind: book.Kind, sheet: book.Sheet, sheets: book.Sheets, others: book.Others, book: book}
		return newSheetReader(book, b.faults.sheet, min(l.Bytes, max(64<<20, archive.DefaultLimits.Ratio*b.file.Size))), l.Bytes, nil
	}
	var found, files []archive.Entry
	for i := range z.Len() {
		e, err := z.Entry(i)
		if err != nil {
			return nil, 0, err
		}
		if !carries(e) {
			continue
		}
		files = append(files, e)
		if lower := strings.ToLower(e.Name); strings.HasSuffix(lower, ".csv") {
			found = append(found, e)
		}
	}
	if len(found) == 0 && len(files) == 1 {
		found = files
	}
	if len(found) != 1 {
		which := "none; give the CSV itself"
		if len(found) > 1 {
			which = fmt.Sprintf("more than one (%d); unpack it and give one of them", len(found))
		}
		return nil, 0, fmt.Errorf("%w: it holds %s", ErrNotOneCSV, which)
	}
	b.member, b.faults.untidy = found[0].Name, z.Notices()
	r, err := z.Open(found[0].Index)
	if err != nil {
		return nil, 0, err
	}
	return r, found[0].Size, nil
}

// carries tells an entry that a user put into an archive from what tools add.
func carries(e archive.Entry) bool {
	base := e.Name[strings.LastIndexByte(e.Name, '/')+1:]
	return !e.IsDir && !strings.HasPrefix(e.Name, "__MACOSX/") && base != ".DS_Store" && base != "Thumbs.db"
}

// indexer reads a text once and finds its rows.
type indexer struct {
	b      *base
	in     *intake
	limits Limits
	view   index
	buf    []byte
	at     int   // of the row in buf that is not indexed yet
	off    int64 // of buf[0] in the base
	eof    bool
	row    rowSpans
	opened bool // the header was read
}

func newIndexer(b *base, in *intake, l Limits) *indexer {
	return &indexer{b: b, in: in, limits: l, buf: make([]byte, 0, readAhead), off: in.at, view: index{begin: in.at, end: in.at}}
}

// step reads one piece and indexes the rows that it completes; done after the last one.
func (x *indexer) step() (done bool, err error) {
	if x.at > 0 {
		n := copy(x.buf[:cap(x.buf)], x.buf[x.at:])
		x.off += int64(x.at)
		x.buf, x.at = x.buf[:n], 0
	}
	if len(x.buf) == cap(x.buf) {
		grown := make([]byte, len(x.buf), 2*cap(x.buf))
		copy(grown, x.buf)
		x.buf = grown
	}
	for !x.eof && len(x.buf) < cap(x.buf) {
		n, err := x.in.Read(x.buf[len(x.buf):cap(x.buf)])
		x.buf = x.buf[:len(x.buf)+n]
		if err == io.EOF {
			x.eof = true
		} else if err != nil {
			return false, err
		}
	}
	if x.off+int64(len(x.buf)) > x.limits.Bytes {
		return false, &LimitError{What: "bytes", Value: x.off + int64(len(x.buf)), Max: x.limits.Bytes}
	}
	if err := x.rows(); err != nil {
		return false, err
	}
	return x.eof && x.at == len(x.buf), nil
}

// rows indexes what is complete in buf.
func (x *indexer) rows() error {
	s := x.b.scanner
	from, number := x.at, x.number()
	defer func() {
		s.literal = x.view.literal
		x.b.faults.examine(&s, x.b.dialect.Encoding, x.buf[from:x.at], x.off+int64(from), number)
	}()
	for x.at < len(x.buf) {
		s.literal = x.view.literal
		next := s.row(x.buf, x.at, x.off, x.eof, &x.row)
		if next < 0 {
			long := len(x.buf)-x.at > x.limits.RowBytes
			if !long && !x.eof {
				return nil
			}
			if x.row.open < 0 {
				return &LimitError{What: "bytes in a row", Value: int64(len(x.buf) - x.at), Max: int64(x.limits.RowBytes), Row: x.view.rows + 2}
			}
			// Nothing closes this quote: it is a character, and the row ends where its line does. This happens at most
			// once in RowBytes: what was searched for a closing quote holds escapes only, and those, read from the
			// beginning of a cell, close themselves.
			x.view.literal = append(x.view.literal, x.off+int64(x.row.open))
			x.b.faults.unclosed.add(x.number())
			continue
		}
		if n := len(x.row.cells); n > x.limits.Columns {
			return &LimitError{What: "cells in a row", Value: int64(n), Max: int64(x.limits.Columns), Row: x.view.rows + 2}
		}
		if x.view.rows == x.limits.Rows {
			return &LimitError{What: "rows", Value: int64(x.limits.Rows) + 1, Max: int64(x.limits.Rows)}
		}
		x.take(next)
	}
	return nil
}

// number is that of the row being read, counted as faults do: the header is 0.
func (x *indexer) number() int {
	if x.b.dialect.Header && !x.opened {
		return 0
	}
	return x.view.rows + 1
}

// take indexes the row from at to next.
func (x *indexer) take(next int) {
	n := len(x.row.cells)
	x.view.cells = max(x.view.cells, n)
	number := x.number()
	if !x.opened {
		x.opened = true
		x.b.width = n
		if x.b.dialect.Header {
			x.b.takeHeader(x.buf[x.at:next], x.buf, &x.row, x.at)
			x.b.faults.note(number, x.buf, &x.row, x.b.width)
			x.at = next
			x.view.begin = x.off + int64(next)
			x.view.end = x.view.begin
			return
		}
	}
	if n != x.b.width || x.row.stray || x.row.space {
		x.b.faults.note(number, x.buf, &x.row, x.b.width)
	}
	x.view.add(x.off + int64(x.at))
	x.view.unended = x.row.end == next
	x.at = next
	x.view.end = x.off + int64(next)
}

// takeHeader keeps the header row and its names.
func (b *base) takeHeader(row, buf []byte, r *rowSpans, at int) {
	end := r.end - at
	b.header, b.ending = bytes.Clone(row[:end]), bytes.Clone(row[end:])
	b.nameColumns()
}

// nameColumns reads the names of the columns.
func (b *base) nameColumns() {
	var r rowSpans
	s := b.scanner
	if s.row(b.header, 0, 0, true, &r) < 0 && r.open >= 0 {
		s.literal = []int64{int64(r.open)}
		s.row(b.header, 0, 0, true, &r)
	}
	d := newDecoder(&s, b.dialect.Encoding)
	if !b.dialect.Header {
		return
	}
	b.names = make([]string, len(r.cells))
	for i, c := range r.cells {
		v, _ := d.cell(nil, b.header, c)
		b.names[i] = string(v)
	}
}

// run indexes all that is left; publish is called after each piece.
func (x *indexer) run(ctx context.Context, publish func(), report progress.Func) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		done, err := x.step()
		if err != nil {
			return err
		}
		report.Report(x.off+int64(x.at), max(x.in.size, x.off+int64(x.at)))
		if done {
			break
		}
		publish()
	}
	return x.finish()
}

// finish settles what only the end of the file tells.
func (x *indexer) finish() error {
	_ = x.in.close() // it was read to its end, where its checksum is
	x.settle()
	b := x.b
	if x.in.turn != nil {
		b.tail = x.in.turn.odd
	}
	if x.in.sum != nil {
		b.file.Sum = x.in.sum.Sum32()
		return nil
	}
	sum, err := checksum(b.outer, b.file.Size)
	if err != nil {
		return errors.Join(fmt.Errorf("read %q", b.path), err)
	}
	b.file.Sum = sum
	return nil
}

// settle decides on the encoding where the first bytes were ASCII: bytes beyond it that are never UTF-8 are those of a
// single-byte encoding. Rows do not move by that.
func (x *indexer) settle() {
	f := x.b.faults
	if !f.unsure || isUTF8(f.valid, f.invalid) {
		return
	}
	encoding := guessEncoding(f.foreign)
	f.foreign, f.undecodable = nil, rowSet{}
	// Snapshots that were handed out keep the base that they have.
	b := x.b
	settled := &base{
		src: b.src, outer: b.outer, lead: b.lead, path: b.path, member: b.member, dialect: b.dialect, scanner: b.scanner,
		header: b.header, ending: b.ending, width: b.width, tail: b.tail, faults: f, file: b.file,
	}
	settled.dialect.Encoding, settled.dialect.Guessed = encoding, true
	settled.nameColumns()
	x.b = settled
}

// noTable knows what was given in place of a table: binary data, JSON, a mail, a key or certificate in PEM. A CSV whose first column is PEM begins
// with a header.
func noTable(f form.Form, head []byte) bool {
	switch f.Kind {
	case form.JSON, form.JWK, form.Mail:
		return true
	}
	pem := f.Label != "" && bytes.HasPrefix(bytes.TrimLeft(head, "\xEF\xBB\xBF \t\r\n"), []byte("-----BEGIN "))
	return pem || f.Binary() && !isUTF16(head)
}

package csvdoc

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// base is the file below a document, as it was when it was opened. Edits lie above it and never change it.
type base struct {
	src     *source // nil for a new document
	outer   *source // the ZIP that src was unpacked from, or the file that it was turned from; nil if src is the file
	path    string  // as the user gave it; "" for a new document
	member  string  // the name within a ZIP
	dialect Dialect
	scanner scanner
	lead    []byte // a line "sep=;" above the header with its end, in the bytes of src
	header  []byte // the header row as it stands, without its end
	ending  []byte // the end of the header row
	names   []string
	width   int // cells of the first row
	tail    []byte
	cache   blockCache
	failed  atomic.Pointer[error]
	faults  *faults
	file    identity // of the file at path when it was read
}

// fail remembers the first error of reading where a caller cannot take one.
func (b *base) fail(err error) {
	if err != nil {
		b.failed.CompareAndSwap(nil, &err)
	}
}

// view is a base together with the part of it that was indexed.
type view struct {
	*base
	index
}

func (v *view) rowScanner() scanner {
	s := v.scanner
	s.literal = v.literal
	return s
}

// blockOf reads the block that holds a row.
func (v *view) blockOf(row int) (*block, error) {
	k := v.block(row)
	_, to := v.extent(k)
	if b := v.cache.get(k, to); b != nil {
		return b, nil
	}
	b := &block{starts: make([]uint32, 0, blockRows)}
	if err := v.load(b, k); err != nil {
		return nil, err
	}
	b.spans = rowSpans{}
	v.cache.put(b)
	return b, nil
}

// load reads block k into b's memory.
func (v *view) load(b *block, k int) error {
	from, to := v.extent(k)
	b.number, b.first, b.off = k, int(v.firsts[k]), from
	b.bytes, b.starts = slices.Grow(b.bytes[:0], int(to-from))[:to-from], b.starts[:0]
	if err := readFull(v.src, b.bytes, from); err != nil {
		b.bytes = b.bytes[:0]
		return fmt.Errorf("read row %d: %w", b.first+2, err)
	}
	s := v.rowScanner()
	for p := 0; p < len(b.bytes); {
		b.starts = append(b.starts, uint32(p))
		if p = s.row(b.bytes, p, from, true, &b.spans); p < 0 {
			b.bytes = b.bytes[:0]
			return errShifted(b.first)
		}
	}
	return nil
}

// take takes a row of a block apart.
func (v *view) take(b *block, row int, r *rowSpans) (next int, err error) {
	k := row - b.first
	if k < 0 || k >= len(b.starts) {
		return 0, errShifted(row)
	}
	s := v.rowScanner()
	if next = s.row(b.bytes, int(b.starts[k]), b.off, true, r); next < 0 {
		return 0, errShifted(row)
	}
	return next, nil
}

// errShifted: a row is not where the index says.
func errShifted(row int) error {
	return fmt.Errorf("read row %d: the file was changed by another program", row+2)
}

// row takes one row apart; its bytes are valid as long as the block is held.
func (v *view) row(row int, r *rowSpans) (bytes []byte, next int, err error) {
	b, err := v.blockOf(row)
	if err != nil {
		return nil, 0, err
	}
	next, err = v.take(b, row, r)
	return b.bytes, next, err
}

// offset is where a row begins; that of the row after the last one is the end.
func (v *view) offset(row int) (int64, error) {
	if row >= v.rows {
		return v.end, nil
	}
	b, err := v.blockOf(row)
	if err != nil {
		return 0, err
	}
	k := row - b.first
	if k >= len(b.starts) {
		return 0, errShifted(row)
	}
	return b.off + int64(b.starts[k]), nil
}

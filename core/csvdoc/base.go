package csvdoc

import (
	"fmt"
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
	from, to := v.extent(k)
	if b := v.cache.get(k, to); b != nil {
		return b, nil
	}
	b := &block{number: k, first: int(v.firsts[k]), off: from, bytes: make([]byte, to-from)}
	if err := readFull(v.src, b.bytes, from); err != nil {
		return nil, fmt.Errorf("read row %d: %w", row+2, err)
	}
	s := v.rowScanner()
	var r rowSpans
	for p := 0; p < len(b.bytes); {
		b.starts = append(b.starts, uint32(p))
		if p = s.row(b.bytes, p, from, true, &r); p < 0 {
			return nil, fmt.Errorf("read row %d: the file was changed by another program", row+2)
		}
	}
	v.cache.put(b)
	return b, nil
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
	k := row - b.first
	if k >= len(b.starts) {
		return nil, 0, errShifted(row)
	}
	s := v.rowScanner()
	next = s.row(b.bytes, int(b.starts[k]), b.off, true, r)
	if next < 0 {
		return nil, 0, errShifted(row)
	}
	return b.bytes, next, nil
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

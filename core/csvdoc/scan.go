package csvdoc

import (
	"context"
	"fmt"
	"io"

	"enrollbench/core/work"
)

// streamRows is the length of a run from which reading it as a stream costs less than by blocks.
const streamRows = 64

// checkEvery is after how many rows a scan looks at its context.
const checkEvery = 1024

// Scan calls f for the rows from from up to to, in order, with a value for each column. cells belongs to Scan and is
// overwritten by the next row; the strings in it may be kept.
func (s *Snapshot) Scan(ctx context.Context, from, to int, f func(i int, id RowID, cells []string) error) error {
	var cells []string
	var all []byte
	return s.ScanBytes(ctx, from, to, func(i int, id RowID, values [][]byte, _ []byte) error {
		// One string for the row, cut into its cells: one allocation instead of one a cell.
		all = all[:0]
		for _, v := range values {
			all = append(all, v...)
		}
		text := string(all)
		cells = cells[:0]
		for _, v := range values {
			cells = append(cells, text[:len(v)])
			text = text[len(v):]
		}
		return f(i, id, cells)
	})
}

// ScanBytes is Scan without a copy: cells are UTF-8. raw is the row as it stands in the file, without its end, where
// nothing of it was edited and no column was added, removed or moved, else nil; it is in the file's encoding, but UTF-8 where that is UTF-16.
// Both are valid during the call only and must not be changed.
func (s *Snapshot) ScanBytes(ctx context.Context, from, to int, f func(i int, id RowID, cells [][]byte, raw []byte) error) error {
	from, to = max(from, 0), min(to, s.Rows())
	r := newReader(s)
	return r.each(ctx, from, to, func(i int, id RowID) error {
		return f(i, id, r.values(id), r.raw())
	})
}

// ScanParallel is ScanBytes by several workers: each takes pieces of the range, in no order, and f is called by worker
// 0 ≤ w < workers with rows in order within a piece. f must be safe for concurrent use.
func (s *Snapshot) ScanParallel(ctx context.Context, workers, from, to int, f func(w, i int, id RowID, cells [][]byte, raw []byte) error) error {
	from, to = max(from, 0), min(to, s.Rows())
	workers = max(workers, 1)
	readers := make([]*reader, workers)
	return work.Each(ctx, workers, (max(to-from, 0)+scanRows-1)/scanRows, 1, func(w, step int) error {
		if readers[w] == nil {
			readers[w] = newReader(s)
		}
		r, first := readers[w], from+step*scanRows
		return r.each(ctx, first, min(first+scanRows, to), func(i int, id RowID) error { return f(w, i, id, r.values(id), r.raw()) })
	})
}

// reader goes through rows in order. Its buffers serve all rows.
type reader struct {
	s       *Snapshot
	scanner scanner
	decoder decoder
	buf     []byte // a part of the base
	off     int64  // of buf[0]
	at      int    // of the current row in buf
	next    int    // of the row after it
	row     rowSpans
	bytes   []byte     // that row.cells lie in: buf, or a block's
	touched bool       // the current row has edits
	set     []*overlay // by column; nil where nothing was set
	cells   [][]byte
	scratch []byte
	block   block // for rows that are read one by one
}

func newReader(s *Snapshot) *reader {
	r := &reader{s: s, scanner: s.view.rowScanner(), set: s.overlays()}
	r.decoder = newDecoder(&r.scanner, s.view.dialect.Encoding)
	return r
}

// each goes through rows from up to to and calls f with the row taken apart.
func (r *reader) each(ctx context.Context, from, to int, f func(i int, id RowID) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var err error
	r.s.order.walk(from, to, func(at int, x run) bool {
		err = r.run(ctx, at, x, f)
		return err == nil
	})
	return err
}

func (r *reader) run(ctx context.Context, at int, x run, f func(i int, id RowID) error) error {
	stream := false
	for k := range x.n {
		if (at+k)%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		id := x.first + RowID(k)
		switch {
		case id >= firstFresh:
			r.row.cells, r.touched = r.row.cells[:0], true
		case x.n < streamRows:
			if err := r.single(int(id)); err != nil {
				return err
			}
			r.touched = r.hasEdits(id)
		default:
			if !stream {
				off, err := r.s.view.offset(int(id))
				if err != nil {
					return err
				}
				r.seek(off)
				stream = true
			}
			if err := r.advance(int(id)); err != nil {
				return err
			}
			r.touched = r.hasEdits(id)
		}
		if err := f(at+k, id); err != nil {
			return err
		}
	}
	return nil
}

// single takes one row apart, by a block in memory of its own: rows in an order that is not the file's would push each
// other out of the cache.
func (r *reader) single(row int) error {
	v := r.s.view
	if k := v.block(row); k != r.block.number || len(r.block.bytes) == 0 {
		if err := v.load(&r.block, k); err != nil {
			return err
		}
	}
	next, err := v.take(&r.block, row, &r.row)
	r.bytes, r.next = r.block.bytes, next
	return err
}

// seek begins to stream at an offset of the base.
func (r *reader) seek(off int64) {
	r.buf, r.off, r.next = r.buf[:0], off, 0
	if r.buf == nil {
		r.buf = make([]byte, 0, readAhead)
	}
}

// advance takes the next row apart.
func (r *reader) advance(row int) error {
	for {
		r.at = r.next
		end := r.off + int64(len(r.buf))
		final := end >= r.s.view.end
		if r.at < len(r.buf) {
			if next := r.scanner.row(r.buf, r.at, r.off, final, &r.row); next >= 0 {
				r.next, r.bytes = next, r.buf
				return nil
			}
		}
		if final {
			return errShifted(row)
		}
		n := copy(r.buf[:cap(r.buf)], r.buf[r.at:])
		r.off += int64(r.at)
		r.next = 0
		if n == cap(r.buf) {
			grown := make([]byte, n, 2*n)
			copy(grown, r.buf[r.at:])
			r.buf = grown
		}
		want := min(int64(cap(r.buf)-n), r.s.view.end-r.off-int64(n))
		got, err := r.s.view.src.ReadAt(r.buf[n:n+int(want)], r.off+int64(n))
		r.buf = r.buf[:n+got]
		if got < int(want) {
			if err == nil || err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("read row %d: %w", row+2, err)
		}
	}
}

// hasEdits tells whether any cell of a row of the file was set.
func (r *reader) hasEdits(id RowID) bool {
	if len(r.s.cells) == 0 {
		return false
	}
	key := uint64(id)
	for i := range r.s.cells {
		n := r.s.cells[i].file.leaf(key)
		if n != nil && n.has&slot(key, 0) != 0 {
			return true
		}
	}
	return false
}

// raw returns the bytes of the current row if they are what the row is.
func (r *reader) raw() []byte {
	if r.touched || !r.s.plain || len(r.row.cells) == 0 {
		return nil
	}
	return r.bytes[r.row.cells[0].start:r.row.end]
}

// values returns the cells of the current row, one for each column.
func (r *reader) values(id RowID) [][]byte {
	r.cells, r.scratch = r.cells[:0], r.scratch[:0]
	// One look at the row instead of one at each cell: ASCII is its own UTF-8 in every encoding that is scanned.
	plain := id < firstFresh && len(r.row.cells) > 0 && ascii(r.bytes[r.row.cells[0].start:r.row.end])
	for i, c := range r.s.columns {
		if r.touched {
			if v, ok := r.set[i].get(id); ok {
				from := len(r.scratch)
				r.scratch = append(r.scratch, v...)
				r.cells = append(r.cells, r.scratch[from:])
				continue
			}
		}
		if int(c.ID) >= len(r.row.cells) || id >= firstFresh {
			r.cells = append(r.cells, nil)
			continue
		}
		cell := r.row.cells[c.ID]
		if plain && cell.kind <= quoted {
			if cell.kind == quoted {
				cell.start, cell.end = cell.start+1, cell.end-1
			}
			r.cells = append(r.cells, r.bytes[cell.start:cell.end])
			continue
		}
		var v []byte
		v, r.scratch = r.decoder.cell(r.scratch, r.bytes, cell)
		r.cells = append(r.cells, v)
	}
	return r.cells
}

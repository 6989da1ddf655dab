package csvdoc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// An edit is recorded as what it did to the document, not as what was asked for: then doing it again gives the same
// document whatever this program's search or series may do in a later version.
const (
	opColumn  = 'c' // column: that of the cells that follow
	opCell    = 'v' // row, as the signed distance from the one before; value
	opInsert  = 'i' // place, number of new rows
	opDelete  = 'd' // number of extents; for each the distance from the end of the one before, and its length
	opPut     = 'p' // place, number of runs; for each its first id and length: rows that opDelete took
	opColumns = 'h' // number of columns; for each id and name
)

// Kinds of records.
const (
	opEdit = 'E' // label, operations
	opUndo = 'U'
	opRedo = 'R'
	opSave = 'S' // saveRecord as JSON
	opHead = 'H' // journalHead as JSON
)

// opWriter collects the operations of one edit. Nil collects nothing.
type opWriter struct {
	b      []byte
	column ColumnID
	any    bool // column was written
	row    RowID
}

func (w *opWriter) cell(row RowID, column ColumnID, value string) {
	if w == nil {
		return
	}
	if !w.any || w.column != column {
		w.b = append(w.b, opColumn)
		w.b = binary.AppendUvarint(w.b, uint64(column))
		w.column, w.any = column, true
	}
	w.b = append(w.b, opCell)
	w.b = binary.AppendVarint(w.b, int64(row)-int64(w.row))
	w.row = row
	w.b = appendString(w.b, value)
}

func (w *opWriter) insert(at, n int) {
	if w != nil {
		w.b = append(w.b, opInsert)
		w.b = binary.AppendUvarint(w.b, uint64(at))
		w.b = binary.AppendUvarint(w.b, uint64(n))
	}
}

func (w *opWriter) delete(cut []extent) {
	if w == nil {
		return
	}
	w.b = append(w.b, opDelete)
	w.b = binary.AppendUvarint(w.b, uint64(len(cut)))
	end := 0
	for _, c := range cut {
		w.b = binary.AppendUvarint(w.b, uint64(c.at-end))
		w.b = binary.AppendUvarint(w.b, uint64(c.n))
		end = c.at + c.n
	}
}

func (w *opWriter) put(at int, runs []run) {
	if w == nil {
		return
	}
	w.b = append(w.b, opPut)
	w.b = binary.AppendUvarint(w.b, uint64(at))
	w.b = binary.AppendUvarint(w.b, uint64(len(runs)))
	for _, r := range runs {
		w.b = binary.AppendUvarint(w.b, uint64(r.first))
		w.b = binary.AppendUvarint(w.b, uint64(r.n))
	}
}

func (w *opWriter) columns(columns []Column) {
	if w == nil {
		return
	}
	w.b = append(w.b, opColumns)
	w.b = binary.AppendUvarint(w.b, uint64(len(columns)))
	for _, c := range columns {
		w.b = binary.AppendUvarint(w.b, uint64(c.ID))
		w.b = appendString(w.b, c.Name)
	}
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// errRecord: a record whose checksum is right does not fit the document.
var errRecord = errors.New("a record of the journal does not fit its file")

// opReader takes a record apart. The first thing that does not fit stays as err; all that is read after it is zero.
type opReader struct {
	b   []byte
	err error
}

func (r *opReader) byte() byte {
	if len(r.b) == 0 {
		r.err = errRecord
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *opReader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b, r.err = nil, errRecord
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *opReader) int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.b, r.err = nil, errRecord
		return 0
	}
	r.b = r.b[n:]
	return v
}

// upTo reads a number that is at most limit.
func (r *opReader) upTo(limit int) int {
	v := r.uint()
	if v > uint64(max(limit, 0)) {
		r.err = errRecord
		return 0
	}
	return int(v)
}

// column reads an id. The upper half is never given out.
func (r *opReader) column() ColumnID {
	v := r.uint()
	if v > math.MaxInt32 {
		r.err = errRecord
		return 0
	}
	return ColumnID(v)
}

func (r *opReader) string() string {
	n := r.uint()
	if r.err != nil || n > uint64(len(r.b)) {
		r.err = errRecord
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

// replay does the operations of a record again.
func (e *Edit) replay(ops []byte) error {
	r := &opReader{b: ops}
	var column ColumnID
	var row RowID
	for len(r.b) > 0 && r.err == nil {
		switch op := r.byte(); op {
		case opColumn:
			column = r.column()
		case opCell:
			row = RowID(int64(row) + r.int())
			value := r.string()
			if r.err == nil {
				if err := e.SetCell(row, column, value); err != nil {
					return errors.Join(errRecord, err)
				}
			}
		case opInsert:
			at, n := r.upTo(e.s.Rows()), r.upTo(e.limits.Rows-e.s.Rows())
			if r.err == nil && n > 0 {
				e.insert(at, n)
			}
		case opDelete:
			if cut := e.readExtents(r); r.err == nil {
				e.s.order = e.s.order.without(cut)
				e.reshaped()
			}
		case opPut:
			if at, runs := e.readRuns(r); r.err == nil {
				e.s.order = e.s.order.with(at, runs)
				e.reshaped()
			}
		case opColumns:
			columns := make([]Column, r.upTo(min(e.limits.Columns, len(r.b))))
			for i := range columns {
				columns[i] = Column{ID: r.column(), Name: r.string()}
			}
			if r.err == nil {
				e.setColumns(columns)
			}
		default:
			return fmt.Errorf("%w: operation %q", errRecord, op)
		}
	}
	return r.err
}

func (e *Edit) readExtents(r *opReader) []extent {
	cut := make([]extent, r.upTo(len(r.b)/2))
	end := 0
	for i := range cut {
		cut[i].at = end + r.upTo(e.s.Rows()-end)
		cut[i].n = r.upTo(e.s.Rows() - cut[i].at)
		end = cut[i].at + cut[i].n
	}
	return cut
}

func (e *Edit) readRuns(r *opReader) (at int, runs []run) {
	at = r.upTo(e.s.Rows())
	runs = make([]run, r.upTo(len(r.b)/2))
	for i := range runs {
		first, n := r.uint(), r.upTo(e.limits.Rows)
		last := first + uint64(max(n, 1)) - 1
		if n == 0 || first < uint64(firstFresh) && last >= uint64(e.s.view.rows) || last >= uint64(e.s.fresh) {
			r.err = errRecord
			return at, nil
		}
		runs[i] = run{RowID(first), n}
	}
	return at, runs
}

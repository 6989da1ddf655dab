package csvdoc

import (
	"slices"
)

// RowID names a row for the life of the document. Rows of the file have their number in it, from 0 without the header;
// rows that were added count from 1<<40.
type RowID uint64

const firstFresh RowID = 1 << 40

// ColumnID names a column for the life of the document. Columns of the file have their number in it.
type ColumnID uint32

// firstAdded is the id of the first column that is no column of the file.
const firstAdded ColumnID = 1 << 20

// Column is a column as the header names it. Cells beyond the header's are columns without a name.
type Column struct {
	ID   ColumnID
	Name string
}

// Snapshot is a document at one moment. It never changes and may be used by several goroutines; it shares with other
// snapshots all that is equal. Rows are data rows and count from 0 without the header, columns count from 0.
type Snapshot struct {
	view    *view
	order   *order
	columns []Column
	plain   bool // columns are those of the file in its order: a row without edits is its bytes
	cells   []overlay
	fresh   RowID    // of the next row that is added
	added   ColumnID // of the next column that is added
}

// Rows is the number of data rows.
func (s *Snapshot) Rows() int { return s.order.len() }

// Columns returns the columns in order. The slice must not be changed.
func (s *Snapshot) Columns() []Column { return s.columns }

// Column returns the place of a column.
func (s *Snapshot) Column(id ColumnID) (int, bool) {
	if int(id) < len(s.columns) && s.columns[id].ID == id {
		return int(id), true
	}
	i := slices.IndexFunc(s.columns, func(c Column) bool { return c.ID == id })
	return i, i >= 0
}

// ID names row i, 0 ≤ i < Rows.
func (s *Snapshot) ID(i int) RowID { return s.order.at(i).first }

// Index returns the place of a row; false where it was deleted.
func (s *Snapshot) Index(id RowID) (int, bool) { return s.order.find(id) }

// FileRow is the number of row i as a spreadsheet shows it once the document is saved: the header is row 1.
func (s *Snapshot) FileRow(i int) int {
	if s.view.dialect.Header {
		return i + 2
	}
	return i + 1
}

// Dialect returns the form of the file.
func (s *Snapshot) Dialect() Dialect { return s.view.dialect }

// Ragged tells whether the file's rows are of several widths, so that columns without names stand behind the header's.
func (s *Snapshot) Ragged() bool { return s.view.cells > s.view.width }

// edited returns what was set in a cell.
func (s *Snapshot) edited(id RowID, c ColumnID) (string, bool) {
	if o := findOverlay(s.cells, c); o != nil {
		return o.get(id)
	}
	return "", false
}

func findOverlay(cells []overlay, c ColumnID) *overlay {
	i, ok := slices.BinarySearchFunc(cells, c, func(o overlay, c ColumnID) int { return int(o.column) - int(c) })
	if !ok {
		return nil
	}
	return &cells[i]
}

// Cell returns the value of a cell: "" where the row is too short or the place does not exist. A file that cannot be
// read any more reads as "", and Err tells why.
func (s *Snapshot) Cell(i, c int) string {
	if i < 0 || i >= s.Rows() || c < 0 || c >= len(s.columns) {
		return ""
	}
	return s.Value(s.ID(i), s.columns[c].ID)
}

// Value is Cell by names.
func (s *Snapshot) Value(id RowID, column ColumnID) string {
	if v, ok := s.edited(id, column); ok {
		return v
	}
	if id >= RowID(s.view.rows) || column >= firstAdded {
		return ""
	}
	var r rowSpans
	b, _, err := s.view.row(int(id), &r)
	if err != nil {
		s.view.fail(err)
		return ""
	}
	if int(column) >= len(r.cells) {
		return ""
	}
	sc := s.view.rowScanner()
	d := newDecoder(&sc, s.view.dialect.Encoding)
	v, _ := d.cell(nil, b, r.cells[column])
	return string(v)
}

// Row appends the values of row i, one for each column, to into[:0].
func (s *Snapshot) Row(i int, into []string) []string {
	into = into[:0]
	if i < 0 || i >= s.Rows() {
		return into
	}
	return s.RowByID(s.ID(i), into)
}

// RowByID is Row by name.
func (s *Snapshot) RowByID(id RowID, into []string) []string {
	into = into[:0]
	var r rowSpans
	var b []byte
	if id < RowID(s.view.rows) {
		var err error
		if b, _, err = s.view.row(int(id), &r); err != nil {
			s.view.fail(err)
			r.cells = nil
		}
	}
	sc := s.view.rowScanner()
	d := newDecoder(&sc, s.view.dialect.Encoding)
	var scratch []byte
	for _, c := range s.columns {
		if v, ok := s.edited(id, c.ID); ok {
			into = append(into, v)
			continue
		}
		if int(c.ID) >= len(r.cells) {
			into = append(into, "")
			continue
		}
		var v []byte
		v, scratch = d.cell(scratch[:0], b, r.cells[c.ID])
		into = append(into, string(v))
	}
	return into
}

// Edited tells whether a cell was set since the file was opened; every cell of a new row was.
func (s *Snapshot) Edited(id RowID, column ColumnID) bool {
	if id >= firstFresh {
		return true
	}
	_, ok := s.edited(id, column)
	return ok
}

// Err is the first error of reading the file that Cell, Value or Row could not return.
func (s *Snapshot) Err() error {
	if e := s.view.failed.Load(); e != nil {
		return *e
	}
	return nil
}

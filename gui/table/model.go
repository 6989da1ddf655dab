package table

import (
	"context"
	"strings"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// csvRows is what the sheet shows: one state of the document, in the order of a view, with the marks of one report. It
// does not change.
type csvRows struct {
	snap    *csvdoc.Snapshot
	saved   *csvdoc.Snapshot   // what the file holds
	view    *csvdoc.View       // nil: the file's own order
	result  *enrollment.Result // nil: not checked yet
	columns []csvdoc.Column
	pem     []bool // columns of the monospaced face
}

func newCSVRows(snap, saved *csvdoc.Snapshot, view *csvdoc.View, result *enrollment.Result) *csvRows {
	r := &csvRows{snap: snap, saved: saved, view: view, result: result, columns: snap.Columns()}
	r.pem = make([]bool, len(r.columns))
	for i, c := range r.columns {
		r.pem[i] = monospaced(c.Name)
	}
	return r
}

// monospaced says whether a column's values are compared letter by letter.
func monospaced(name string) bool {
	n := strings.ToLower(name)
	return n == "csr" || strings.Contains(n, "mac") || strings.HasSuffix(n, "serial_number") || strings.Contains(n, "fingerprint")
}

// Rows implements sheet.Model.
func (r *csvRows) Rows() int {
	if r.view != nil {
		return r.view.Rows()
	}
	return r.snap.Rows()
}

// Columns implements sheet.Model.
func (r *csvRows) Columns() int { return len(r.columns) }

// index is the place in the document of a row of the sheet.
func (r *csvRows) index(row int) int {
	if r.view != nil {
		return r.view.Index(row)
	}
	return row
}

func (r *csvRows) id(row int) csvdoc.RowID      { return r.snap.ID(r.index(row)) }
func (r *csvRows) number(row int) int           { return r.snap.FileRow(r.index(row)) }
func (r *csvRows) text(row, col int) string     { return r.snap.Cell(r.index(row), col) }
func (r *csvRows) column(col int) csvdoc.Column { return r.columns[col] }

// Cell implements sheet.Model.
func (r *csvRows) Cell(row, col int) sheet.Cell {
	i := r.index(row)
	c := sheet.Cell{Text: r.snap.Cell(i, col), Mono: r.pem[col]}
	id := r.snap.ID(i)
	c.Mark = r.mark(id, col)
	c.Changed = r.unsaved(id, r.columns[col].ID, c.Text)
	return c
}

// unsaved says whether a cell differs from what the file holds.
func (r *csvRows) unsaved(id csvdoc.RowID, column csvdoc.ColumnID, text string) bool {
	if r.snap == r.saved || !r.snap.Edited(id, column) && !r.saved.Edited(id, column) {
		return false
	}
	if _, ok := r.saved.Index(id); !ok {
		return true
	}
	if _, ok := r.saved.Column(column); !ok {
		return true
	}
	return r.saved.Value(id, column) != text
}

// ids are those of the rows from…to of the sheet.
func (r *csvRows) ids(ctx context.Context, from, to int) ([]csvdoc.RowID, error) {
	out := make([]csvdoc.RowID, 0, to-from+1)
	for row := from; row <= to; row++ {
		if row&0xffff == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		out = append(out, r.id(row))
	}
	return out, nil
}

// columnIDs are those of the columns of an area.
func (r *csvRows) columnIDs(a sheet.Area) []csvdoc.ColumnID {
	var out []csvdoc.ColumnID
	for c := a.Left; c <= a.Right && c < len(r.columns); c++ {
		out = append(out, r.columns[c].ID)
	}
	return out
}

// columnIndex is the place of a column, -1 if it is gone.
func (r *csvRows) columnIndex(id csvdoc.ColumnID) int {
	for i, c := range r.columns {
		if c.ID == id {
			return i
		}
	}
	return -1
}

// columnTitle is a column's name for people.
func columnTitle(name string) string {
	if strings.TrimSpace(name) == "" {
		return words.T("csv.unnamed")
	}
	return words.Visible(name)
}

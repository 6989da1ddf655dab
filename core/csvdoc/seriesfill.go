package csvdoc

import (
	"context"
	"errors"
)

// ErrNoRows says that an operation was asked for on no rows, or on no columns.
var ErrNoRows = errors.New("no rows are chosen")

// FillDown copies the values of the first row into all that follow, in the given columns, as one undo step.
func (d *Document) FillDown(rows []RowID, columns []ColumnID) (Change, error) {
	if len(rows) < 2 || len(columns) == 0 {
		return Change{}, ErrNoRows
	}
	s := d.Snapshot()
	first, ok := s.Index(rows[0])
	if !ok {
		return Change{}, ErrNoRow
	}
	cells := make([]Cell, 0, (len(rows)-1)*len(columns))
	for _, c := range queryColumns(s, columns) {
		value := s.Cell(first, c.at)
		for _, row := range rows[1:] {
			cells = append(cells, Cell{row, c.id, value})
		}
	}
	if err := s.Err(); err != nil {
		return Change{}, err // a value that cannot be read is empty, and must not be copied
	}
	return d.fill("fill down", s, cells)
}

// FillSeries writes one value of the series into each row of a column, in the order of rows, as one undo step. The series is
// checked before: a *SeriesError tells which value does not exist, and nothing is written.
func (d *Document) FillSeries(rows []RowID, column ColumnID, series Series) (Change, error) {
	if len(rows) == 0 {
		return Change{}, ErrNoRows
	}
	if err := series.Check(len(rows)); err != nil {
		return Change{}, err
	}
	s := d.Snapshot()
	cells := make([]Cell, len(rows))
	for from := 0; from < len(rows); from += scanRows {
		part := cells[from:min(from+scanRows, len(rows))]
		var values []byte
		ends := make([]int, len(part))
		for i := range part {
			part[i] = Cell{Row: rows[from+i], Column: column}
			values = series.Append(values, from+i)
			ends[i] = len(values)
		}
		cut(part, string(values), ends)
	}
	return d.fill("fill series", s, cells)
}

// fill sets cells, but for those that have their value already: their bytes stay as they are.
func (d *Document) fill(label string, s *Snapshot, cells []Cell) (Change, error) {
	ctx := context.Background()
	same := make([]bool, len(cells))
	err := visitCells(ctx, s, cells, nil, func(k int, value, _ []byte) ([]byte, error) {
		same[k] = string(value) == cells[k].Value
		return nil, nil
	})
	if err != nil {
		return Change{}, err
	}
	return d.put(ctx, label, s, changedCells(cells, same))
}

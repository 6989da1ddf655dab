package csvdoc

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"enrollbench/core/progress"
)

const labelReplace = "replace"

// ErrChangedMeanwhile says that the document was edited while a long operation looked at it. Nothing was changed by that
// operation; it can be tried again.
var ErrChangedMeanwhile = errors.New("the document was changed meanwhile")

// Replace replaces the hits that are given, those of a search or the ones among them that the user ticked, as one undo
// step. ErrHitStale tells that some cell has changed since; then nothing is replaced. Progress counts cells.
func (d *Document) Replace(ctx context.Context, hits []Hit, with string, q Query, report progress.Func) (Change, error) {
	r, err := NewReplacement(q, with)
	if err != nil {
		return Change{}, err
	}
	if !slices.IsSortedFunc(hits, compareHits) {
		// The order within a cell is what matters, and that each cell is met once.
		hits = slices.Clone(hits)
		slices.SortFunc(hits, compareHits)
	}
	s := d.Snapshot()
	var cells []Cell
	var ends []int // in hits, by cell
	for i := range hits {
		if i+1 < len(hits) && hits[i+1].Row == hits[i].Row && hits[i+1].Column == hits[i].Column {
			continue
		}
		cells = append(cells, Cell{Row: hits[i].Row, Column: hits[i].Column})
		ends = append(ends, i+1)
	}
	same := make([]bool, len(cells))
	err = visitCells(ctx, s, cells, report, func(k int, value, scratch []byte) ([]byte, error) {
		from := 0
		if k > 0 {
			from = ends[k-1]
		}
		b, err := r.some(scratch[:0], value, hits[from:ends[k]])
		cells[k].Value, same[k] = string(b), bytes.Equal(b, value)
		return b, err
	})
	if errors.Is(err, ErrNoRow) || errors.Is(err, ErrNoColumn) {
		err = fmt.Errorf("%w: %w", ErrHitStale, err)
	}
	if err != nil {
		return Change{}, err
	}
	return d.put(ctx, labelReplace, s, changedCells(cells, same))
}

// changedCells leaves out the cells that have their value already: their bytes in the file stay as they are.
func changedCells(cells []Cell, same []bool) []Cell {
	n := 0
	for k, c := range cells {
		if !same[k] {
			cells[n] = c
			n++
		}
	}
	return cells[:n]
}

func compareHits(a, b Hit) int {
	return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

// ReplaceAll replaces every hit of a query as one undo step, without a list of hits. It returns how many cells it changed.
// Progress counts rows.
func (d *Document) ReplaceAll(ctx context.Context, q Query, with string, report progress.Func) (Change, int, error) {
	r, err := NewReplacement(q, with)
	if err != nil {
		return Change{}, 0, err
	}
	s := d.Snapshot()
	columns, rows := queryColumns(s, q.Columns), s.chosen(q.Rows)
	var parts [][]Cell
	n := 0
	err = scanOrdered(ctx, s, report, func(ctx context.Context, from, to int) ([]Cell, error) {
		if !rows.overlaps(from, to) {
			return nil, nil
		}
		var found []Cell
		var values []byte
		var ends []int
		err := s.ScanBytes(ctx, from, to, func(i int, id RowID, cells [][]byte, _ []byte) error {
			if !rows.has(i) {
				return nil
			}
			for _, c := range columns {
				n := len(values)
				grown, changed := r.all(values, cells[c.at])
				values = grown[:n]
				if !changed || string(grown[n:]) == string(cells[c.at]) {
					continue
				}
				values = grown
				found = append(found, Cell{Row: id, Column: c.id})
				ends = append(ends, len(values))
			}
			return nil
		})
		cut(found, string(values), ends)
		return found, err
	}, func(found []Cell) error {
		parts = append(parts, found)
		n += len(found)
		return nil
	})
	if err != nil || n == 0 {
		return Change{}, 0, err
	}
	change, err := d.put(ctx, labelReplace, s, parts...)
	if err != nil {
		return Change{}, 0, err
	}
	return change, n, nil
}

// cut gives cells their values from one string: one allocation for thousands of cells.
func cut(cells []Cell, values string, ends []int) {
	start := 0
	for i, end := range ends {
		cells[i].Value = values[start:end]
		start = end
	}
}

// put sets cells of a snapshot that is still the document's, as one step. Unlike SetCells it reads no cell again.
func (d *Document) put(ctx context.Context, label string, s *Snapshot, parts ...[]Cell) (Change, error) {
	return d.Apply(label, func(e *Edit) error {
		if d.Snapshot() != s {
			return ErrChangedMeanwhile
		}
		for _, cells := range parts {
			for k, c := range cells {
				if k%scanRows == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
				if err := e.SetCell(c.Row, c.Column, c.Value); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// fewCells is how many cells of one step of a scan are read one by one instead of with all that stands between them.
const fewCells = 200

// visitCells calls f with the present value of each cell, from several goroutines and in no order; k is the cell's place in
// cells. The value is valid during the call; scratch is what f returned before, to be used again. ErrNoRow and ErrNoColumn
// tell that a cell is not there.
func visitCells(ctx context.Context, s *Snapshot, cells []Cell, report progress.Func, f func(k int, value, scratch []byte) ([]byte, error)) error {
	type place struct{ row, column, k int32 }
	places := make([]place, len(cells))
	for k, c := range cells {
		row, ok := s.Index(c.Row)
		if !ok {
			return fmt.Errorf("%w: %d", ErrNoRow, c.Row)
		}
		column, ok := s.Column(c.Column)
		if !ok {
			return fmt.Errorf("%w: %d", ErrNoColumn, c.Column)
		}
		places[k] = place{int32(row), int32(column), int32(k)}
	}
	byRow := func(a, b place) int { return cmp.Compare(a.row, b.row) }
	if !slices.IsSortedFunc(places, byRow) {
		slices.SortFunc(places, byRow)
	}
	first := func(row int) int {
		i, _ := slices.BinarySearchFunc(places, row, func(p place, row int) int { return cmp.Compare(int(p.row), row) })
		return i
	}
	done := 0
	return scanOrdered(ctx, s, nil, func(ctx context.Context, from, to int) (int, error) {
		mine := places[first(from):first(to)]
		var scratch []byte
		var err error
		if len(mine) < fewCells {
			for _, p := range mine {
				if scratch, err = f(int(p.k), []byte(s.Cell(int(p.row), int(p.column))), scratch); err != nil {
					return 0, err
				}
			}
			return len(mine), s.Err()
		}
		at := 0
		return len(mine), s.ScanBytes(ctx, from, to, func(i int, _ RowID, values [][]byte, _ []byte) error {
			for ; at < len(mine) && int(mine[at].row) == i; at++ {
				if scratch, err = f(int(mine[at].k), values[mine[at].column], scratch); err != nil {
					return err
				}
			}
			return nil
		})
	}, func(n int) error {
		done += n
		report.Report(int64(done), int64(len(cells)))
		return nil
	})
}

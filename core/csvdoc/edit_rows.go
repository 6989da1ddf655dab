package csvdoc

import (
	"fmt"
	"slices"
)

// InsertRows puts rows before row at, 0 ≤ at ≤ Rows. A row may have fewer values than there are columns.
func (d *Document) InsertRows(at int, rows [][]string) (Change, error) {
	return d.Apply("insert rows", func(e *Edit) error { return e.InsertRows(at, rows) })
}

// DeleteRows removes rows.
func (d *Document) DeleteRows(ids []RowID) (Change, error) {
	return d.Apply("delete rows", func(e *Edit) error { return e.DeleteRows(ids) })
}

// MoveRows puts rows, in the order given, before the row that is at place to now.
func (d *Document) MoveRows(ids []RowID, to int) (Change, error) {
	return d.Apply("move rows", func(e *Edit) error { return e.MoveRows(ids, to) })
}

// InsertRows is Document.InsertRows as a part of a step.
func (e *Edit) InsertRows(at int, rows [][]string) error {
	if at < 0 || at > e.s.Rows() {
		return fmt.Errorf("%w: %d", ErrNoRow, at)
	}
	if n := e.s.Rows() + len(rows); n > e.limits.Rows {
		return &LimitError{What: "rows", Value: int64(n), Max: int64(e.limits.Rows)}
	}
	for _, values := range rows {
		if len(values) > len(e.s.columns) {
			return fmt.Errorf("%w: %d values for %d columns", ErrNoColumn, len(values), len(e.s.columns))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	first := e.s.fresh
	e.insert(at, len(rows))
	e.log.insert(at, len(rows))
	for k, values := range rows {
		for j, v := range values {
			if v != "" {
				if err := e.SetCell(first+RowID(k), e.s.columns[j].ID, v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// insert makes n new rows.
func (e *Edit) insert(at, n int) {
	first := e.s.fresh
	e.s.fresh += RowID(n)
	e.s.order = e.s.order.with(at, []run{{first, n}})
	e.reshaped()
	if n > listedRows {
		e.all, e.rows = true, nil
		return
	}
	for k := range n {
		e.touch(first + RowID(k))
	}
}

func (e *Edit) reshaped() { e.changed, e.shape, e.whole = true, true, true }

// DeleteRows is Document.DeleteRows as a part of a step.
func (e *Edit) DeleteRows(ids []RowID) error {
	cut, err := e.places(ids)
	if err != nil || len(cut) == 0 {
		return err
	}
	e.s.order = e.s.order.without(cut)
	e.reshaped()
	e.log.delete(cut)
	return nil
}

// MoveRows is Document.MoveRows as a part of a step.
func (e *Edit) MoveRows(ids []RowID, to int) error {
	if to < 0 || to > e.s.Rows() {
		return fmt.Errorf("%w: %d", ErrNoRow, to)
	}
	cut, err := e.places(ids)
	if err != nil || len(cut) == 0 {
		return err
	}
	n := 0
	for _, c := range cut {
		n += c.n
	}
	if n != len(ids) {
		return fmt.Errorf("move rows: a row is named twice")
	}
	before := 0 // rows that leave from above the place where all go
	for _, c := range cut {
		before += max(0, min(c.at+c.n, to)-c.at)
	}
	to -= before
	var runs []run
	for _, id := range ids {
		runs = appendRun(runs, run{id, 1})
	}
	e.move(cut, to, runs)
	e.log.delete(cut)
	e.log.put(to, runs)
	return nil
}

func (e *Edit) move(cut []extent, to int, runs []run) {
	e.s.order = e.s.order.without(cut).with(to, runs)
	e.reshaped()
}

// places returns where rows are, as ascending extents that do not touch.
func (e *Edit) places(ids []RowID) ([]extent, error) {
	at := make([]int, 0, len(ids))
	const few = 1024
	if len(ids) <= few {
		for _, id := range ids {
			i, ok := e.s.order.find(id)
			if !ok {
				return nil, fmt.Errorf("%w: %d", ErrNoRow, id)
			}
			at = append(at, i)
		}
	} else {
		// One walk over all runs instead of a search for each row.
		sorted := slices.Clone(ids)
		slices.Sort(sorted)
		sorted = slices.Compact(sorted)
		e.s.order.walk(0, e.s.Rows(), func(place int, x run) bool {
			k, _ := slices.BinarySearch(sorted, x.first)
			for ; k < len(sorted) && sorted[k] < x.first+RowID(x.n); k++ {
				at = append(at, place+int(sorted[k]-x.first))
			}
			return true
		})
		if len(at) != len(sorted) {
			return nil, fmt.Errorf("%w: %d of %d are gone", ErrNoRow, len(sorted)-len(at), len(sorted))
		}
	}
	slices.Sort(at)
	var cut []extent
	for _, i := range slices.Compact(at) {
		if k := len(cut) - 1; k >= 0 && cut[k].at+cut[k].n == i {
			cut[k].n++
		} else {
			cut = append(cut, extent{i, 1})
		}
	}
	return cut, nil
}

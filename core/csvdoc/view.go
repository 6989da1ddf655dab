package csvdoc

import (
	"context"
	"maps"
	"slices"
	"sync"

	"enrollbench/core/progress"
)

// View is an order and a choice of a snapshot's rows. It does not change, and making one does not change the file: a window
// keeps the view beside the snapshot that it is of. It costs 4 bytes a row.
type View struct {
	snapshot *Snapshot
	order    []int32 // nil: every row in file order

	inverse   sync.Once
	positions []int32 // by row of the snapshot: its place in the view + 1, 0 where it is not shown
}

// Filter says which rows a view shows: those that are in Rows and meet every condition. The zero value shows all.
type Filter struct {
	All  []Condition
	Rows []RowID // nil: any; the rows that a validation found fault with, for example
}

// Condition is met by a row when the query has a hit in it, within the query's columns; with Not, when it has none.
type Condition struct {
	Query
	Not bool
}

func (f *Filter) zero() bool { return len(f.All) == 0 && f.Rows == nil }

// NewView sorts and filters the rows of a snapshot. The sort is stable: rows that are equal by all keys stay in file order.
// Without keys the rows stay in file order. Progress counts rows. Errors are those of the filter's queries, of reading the
// file, and the context's.
func NewView(ctx context.Context, s *Snapshot, keys []SortKey, f Filter, report progress.Func) (*View, error) {
	v := &View{snapshot: s}
	if !f.zero() {
		order, err := filtered(ctx, s, f, half(report, 0, len(keys) > 0))
		if err != nil {
			return nil, err
		}
		v.order = order
	}
	if len(keys) > 0 {
		order, err := sorted(ctx, s, v.order, keys, half(report, 1, !f.zero()))
		if err != nil {
			return nil, err
		}
		v.order = order
	}
	return v, ctx.Err()
}

// half reports one of two equal parts of the work, where there are two.
func half(report progress.Func, part int64, two bool) progress.Func {
	if !two {
		return report
	}
	return func(done, total int64) { report.Report(part*total+done, 2*total) }
}

// Snapshot is what the view is of.
func (v *View) Snapshot() *Snapshot { return v.snapshot }

// Rows is the number of rows shown.
func (v *View) Rows() int {
	if v.order == nil {
		return v.snapshot.Rows()
	}
	return len(v.order)
}

// Index is the row of the snapshot that stands at place row of the view.
func (v *View) Index(row int) int {
	if v.order == nil {
		return row
	}
	return int(v.order[row])
}

// Position is the place in the view of a row of the snapshot, and whether it is shown. The first call costs a pass over
// the view and 4 bytes a row.
func (v *View) Position(index int) (int, bool) {
	if index < 0 || index >= v.snapshot.Rows() {
		return 0, false
	}
	if v.order == nil {
		return index, true
	}
	v.inverse.Do(func() {
		v.positions = make([]int32, v.snapshot.Rows())
		for at, i := range v.order {
			v.positions[i] = int32(at) + 1
		}
	})
	at := v.positions[index]
	return int(at) - 1, at > 0
}

// Follow is the view of a later (or, after an undo, earlier) snapshot in which no row has moved: a row that is edited stays
// where it is until the user sorts again. Rows that are gone are left out; new ones stand behind the row that they follow in
// the file, or at the top.
func (v *View) Follow(ctx context.Context, s *Snapshot) (*View, error) {
	if v.order == nil {
		return &View{snapshot: s}, ctx.Err()
	}
	if s.order == v.snapshot.order {
		return &View{snapshot: s, order: v.order}, ctx.Err()
	}
	rows, old := s.Rows(), v.snapshot.Rows()
	// Rows that the old snapshot does not have, by the row that they follow; -1 for the top.
	added := map[int32][]int32{}
	before := int32(-1)
	where := make([]int32, old) // old index to new index + 1
	for i := range rows {
		if i%scanRows == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if at, ok := v.snapshot.Index(s.ID(i)); ok {
			where[at] = int32(i) + 1
			before = int32(i)
			continue
		}
		added[before] = append(added[before], int32(i))
	}
	order := make([]int32, 0, len(v.order)+8)
	order = append(order, added[-1]...)
	shown := make([]bool, rows)
	for _, at := range v.order {
		if i := where[at] - 1; i >= 0 {
			shown[i] = true
			order = append(order, i)
			order = append(order, added[i]...)
		}
	}
	// New rows behind a row that a filter hides would be lost from sight while they are typed into.
	for _, i := range slices.Sorted(maps.Keys(added)) {
		if i >= 0 && !shown[i] {
			order = append(order, added[i]...)
		}
	}
	return &View{snapshot: s, order: order}, ctx.Err()
}

// filtered lists the rows that a filter shows, in file order.
func filtered(ctx context.Context, s *Snapshot, f Filter, report progress.Func) ([]int32, error) {
	type condition struct {
		*matcher
		columns []column
		rows    *chosenRows
		not     bool
	}
	conditions := make([]condition, len(f.All))
	for i, c := range f.All {
		m, err := c.compile()
		if err != nil {
			return nil, err
		}
		conditions[i] = condition{m, queryColumns(s, c.Columns), s.chosen(c.Rows), c.Not}
	}
	rows := s.chosen(f.Rows)
	order := []int32{} // not nil, which would be every row
	err := scanOrdered(ctx, s, report, func(ctx context.Context, from, to int) ([]int32, error) {
		if !rows.overlaps(from, to) {
			return nil, nil
		}
		var found []int32
		if len(conditions) == 0 {
			for i := from; i < to; i++ {
				if rows.has(i) {
					found = append(found, int32(i))
				}
			}
			return found, nil
		}
		err := s.ScanBytes(ctx, from, to, func(i int, _ RowID, cells [][]byte, _ []byte) error {
			if !rows.has(i) {
				return nil
			}
			for _, c := range conditions {
				hit := false
				if c.rows.has(i) {
					hit = slices.ContainsFunc(c.columns, func(at column) bool {
						return c.has(cells[at.at])
					})
				}
				if hit == c.not {
					return nil
				}
			}
			found = append(found, int32(i))
			return nil
		})
		return found, err
	}, func(found []int32) error {
		order = append(order, found...)
		return nil
	})
	return order, err
}

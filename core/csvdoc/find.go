package csvdoc

import (
	"context"
	"slices"

	"enrollbench/core/progress"
)

// Hit is one place where a query was found: bytes Start to End of a cell's value.
type Hit struct {
	Row        RowID
	Column     ColumnID
	Start, End int
}

// Find returns every hit in file order: rows from the top, cells from the left, hits in a cell from the left. Progress counts
// rows. Errors are ErrQueryEmpty, *QueryError, those of reading the file, and the context's.
func Find(ctx context.Context, s *Snapshot, q Query, report progress.Func) ([]Hit, error) {
	var hits []Hit
	err := FindEach(ctx, s, q, func(batch []Hit) error {
		hits = append(hits, batch...)
		return nil
	}, report)
	if err != nil {
		return nil, err
	}
	return hits, nil
}

// FindEach gives the hits in file order as they are found, some thousand at a time, so that a list fills while the search
// goes on and costs no memory of its own. An error from yield ends it and is returned. The batch is the caller's to keep.
func FindEach(ctx context.Context, s *Snapshot, q Query, yield func([]Hit) error, report progress.Func) error {
	m, err := q.compile()
	if err != nil {
		return err
	}
	columns := queryColumns(s, q.Columns)
	rows := s.chosen(q.Rows)
	return scanOrdered(ctx, s, report, func(ctx context.Context, from, to int) ([]Hit, error) {
		var hits []Hit
		if !rows.overlaps(from, to) {
			return nil, nil
		}
		err := s.ScanBytes(ctx, from, to, func(i int, id RowID, cells [][]byte, _ []byte) error {
			if !rows.has(i) {
				return nil
			}
			for _, c := range columns {
				m.each(cells[c.at], func(start, end int) { hits = append(hits, Hit{id, c.id, start, end}) })
			}
			return nil
		})
		return hits, err
	}, func(hits []Hit) error {
		if len(hits) == 0 {
			return nil
		}
		return yield(hits)
	})
}

// column is where a column stands in a snapshot.
type column struct {
	at int
	id ColumnID
}

// queryColumns finds the columns that are meant, from the left; ones that the snapshot does not have are left out.
func queryColumns(s *Snapshot, ids []ColumnID) []column {
	var found []column
	for at, c := range s.Columns() {
		if ids == nil || slices.Contains(ids, c.ID) {
			found = append(found, column{at, c.ID})
		}
	}
	return found
}

// chosenRows is a set of rows of one snapshot, by their places; nil has every row.
type chosenRows struct {
	bits        []uint64
	first, last int // last is excluded
}

// chosen makes the set of the rows that are named; ones that the snapshot does not have are left out.
func (s *Snapshot) chosen(ids []RowID) *chosenRows {
	if ids == nil {
		return nil
	}
	set := &chosenRows{bits: make([]uint64, (s.Rows()+63)/64), first: s.Rows()}
	for _, id := range ids {
		if i, ok := s.Index(id); ok {
			set.bits[i/64] |= 1 << (i % 64)
			set.first, set.last = min(set.first, i), max(set.last, i+1)
		}
	}
	return set
}

func (r *chosenRows) has(i int) bool { return r == nil || r.bits[i/64]>>(i%64)&1 != 0 }

// overlaps says whether rows from ≤ i < to may be in the set: to search a selection of ten rows must not read two million.
func (r *chosenRows) overlaps(from, to int) bool { return r == nil || from < r.last && to > r.first }

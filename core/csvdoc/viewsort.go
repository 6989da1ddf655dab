package csvdoc

import (
	"cmp"
	"context"
	"math"
	"slices"

	"enrollbench/core/progress"
	"enrollbench/core/work"
)

// sorted orders rows (nil: all; else ascending) by keys. Each column is turned into ranks, 4 bytes a row, so that the sort
// itself compares numbers and what one column needs in memory is free when the next is read.
func sorted(ctx context.Context, s *Snapshot, rows []int32, keys []SortKey, report progress.Func) ([]int32, error) {
	if rows == nil {
		rows = make([]int32, s.Rows())
		for i := range rows {
			rows[i] = int32(i)
		}
	}
	var columns [][]uint32
	for i, k := range keys {
		at, ok := s.Column(k.Column)
		if !ok {
			continue
		}
		r := &ranking{snapshot: s, rows: rows, key: k, column: at}
		ranks, err := r.ranks(ctx, func(done, total int64) { report.Report(int64(i)*total+done, int64(len(keys))*total) })
		if err != nil {
			return nil, err
		}
		columns = append(columns, ranks)
	}
	if len(columns) == 0 {
		return rows, ctx.Err()
	}
	items := make([]sortItem, len(rows))
	for i := range items {
		items[i] = sortItem{prefix: uint64(columns[0][i]), at: int32(i)}
		if len(columns) > 1 {
			items[i].rank = columns[1][i]
		}
	}
	items, err := sortItems(ctx, items, func(a, b sortItem) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		if a.rank != b.rank {
			return cmp.Compare(a.rank, b.rank)
		}
		for _, ranks := range columns[min(2, len(columns)):] {
			if ra, rb := ranks[a.at], ranks[b.at]; ra != rb {
				return cmp.Compare(ra, rb)
			}
		}
		return cmp.Compare(a.at, b.at)
	})
	if err != nil {
		return nil, err
	}
	order := make([]int32, len(items))
	for i, it := range items {
		order[i] = rows[it.at]
	}
	return order, nil
}

// emptyRank is that of empty cells: the last one.
const emptyRank = math.MaxUint32

// ranking numbers the values of one column in their order; equal values have equal ranks.
type ranking struct {
	snapshot *Snapshot
	rows     []int32 // rows of the snapshot, ascending
	key      SortKey
	column   int
}

// ranks returns the rank of each row. A column is ranked by the beginnings of its keys first; those rows that this leaves
// equal are ranked by what follows, until none are: a column of requests that have 100 bytes in common costs two or three
// passes over the file, and not a read for each comparison.
func (r *ranking) ranks(ctx context.Context, report progress.Func) ([]uint32, error) {
	ranks := make([]uint32, len(r.rows))
	open := make([]int32, len(r.rows)) // indices in rows, ascending
	for i := range open {
		open[i] = int32(i)
	}
	for from, size := 0, keyBytes; len(open) > 0; {
		keys, err := r.read(ctx, open, from, size, report)
		if err != nil {
			return nil, err
		}
		report = nil // what more passes there are is not known before
		items := make([]sortItem, 0, len(open))
		for i, at := range open {
			if keys.flags[i]&keyEmpty != 0 {
				ranks[at] = emptyRank
				continue
			}
			items = append(items, sortItem{keys.prefix(i), ranks[at], int32(i)})
		}
		if items, err = sortItems(ctx, items, keys.compare); err != nil {
			return nil, err
		}
		open = keys.number(items, ranks)
		from += size
		size = max(keyBytes, min(keyBudget/max(1, len(open)), math.MaxUint16))
	}
	if r.key.Descending {
		for i, rank := range ranks {
			if rank != emptyRank {
				ranks[i] = uint32(len(ranks)) - rank
			}
		}
	}
	return ranks, nil
}

// sortItem is a row with what decides most comparisons, so that they need no look elsewhere.
type sortItem struct {
	prefix uint64
	rank   uint32
	at     int32
}

// sortChunk is how many items are sorted between two looks at the context.
const sortChunk = 1 << 15

// sortItems orders items on every core; no two may be equal. It returns them, in the memory given or in other.
func sortItems(ctx context.Context, items []sortItem, compare func(a, b sortItem) int) ([]sortItem, error) {
	var tasks []func()
	for chunk := range slices.Chunk(items, sortChunk) {
		tasks = append(tasks, func() { slices.SortFunc(chunk, compare) })
	}
	if err := inParallel(ctx, tasks); err != nil {
		return nil, err
	}
	if len(items) <= sortChunk {
		return items, nil
	}
	buffer := make([]sortItem, len(items))
	for run := sortChunk; run < len(items); run *= 2 {
		tasks = tasks[:0]
		for from := 0; from < len(items); from += 2 * run {
			middle, to := min(from+run, len(items)), min(from+2*run, len(items))
			tasks = append(tasks, merges(buffer[from:to], items[from:middle], items[middle:to], compare)...)
		}
		if err := inParallel(ctx, tasks); err != nil {
			return nil, err
		}
		items, buffer = buffer, items
	}
	return items, nil
}

// merges cuts a merge into parts that can be done at the same time, of about sortChunk items.
func merges(into, a, b []sortItem, compare func(a, b sortItem) int) []func() {
	var tasks []func()
	for len(a) > 0 {
		n, m := min(len(a), sortChunk), len(b)
		if n < len(a) {
			m, _ = slices.BinarySearchFunc(b, a[n], compare) // what of b comes before the next part of a
		}
		to, left, right := into[:n+m], a[:n], b[:m]
		tasks = append(tasks, func() { merge(to, left, right, compare) })
		into, a, b = into[n+m:], a[n:], b[m:]
	}
	if len(b) > 0 {
		tasks = append(tasks, func() { copy(into, b) })
	}
	return tasks
}

func merge(into, a, b []sortItem, compare func(a, b sortItem) int) {
	for i := range into {
		switch {
		case len(b) == 0:
			copy(into[i:], a)
			return
		case len(a) == 0:
			copy(into[i:], b)
			return
		case compare(a[0], b[0]) < 0:
			into[i], a = a[0], a[1:]
		default:
			into[i], b = b[0], b[1:]
		}
	}
}

// inParallel runs tasks on every core; between them it obeys the context.
func inParallel(ctx context.Context, tasks []func()) error {
	return work.Each(ctx, 0, len(tasks), 1, func(_, i int) error {
		tasks[i]()
		return nil
	})
}

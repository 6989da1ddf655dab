package enrollment

import (
	"cmp"
	"context"
	"hash/maphash"
	"iter"
	"maps"
	"slices"

	"enrollbench/core/csvdoc"
	"enrollbench/core/work"
)

// valueSeed keys the hashes of values, so that nobody can make a file whose values collide. Two different values of a
// million collide with a chance of one in 10^7.
var valueSeed = maphash.MakeSeed()

// valueHash is what a value is compared by.
type valueHash uint64

func hashText(s string) valueHash { return valueHash(maphash.String(valueSeed, s)) }

func hashBytes(b []byte) valueHash { return valueHash(maphash.Bytes(valueSeed, b)) }

// valueAt says which row has a value, in 12 bytes: there are as many as rows. Rows of the file keep their number, rows that
// were added have the highest bit (csvdoc.RowID).
type valueAt struct{ high, low, place uint32 }

const addedRow, addedPlace = csvdoc.RowID(1) << 40, uint32(1) << 31

func newValueAt(v valueHash, id csvdoc.RowID) valueAt {
	at := valueAt{high: uint32(v >> 32), low: uint32(v), place: uint32(id)} // #nosec G115 -- cut on purpose
	if id >= addedRow {
		at.place |= addedPlace
	}
	return at
}

func (a valueAt) value() valueHash { return valueHash(a.high)<<32 | valueHash(a.low) }

func (a valueAt) row() csvdoc.RowID {
	if a.place&addedPlace != 0 {
		return addedRow | csvdoc.RowID(a.place&^addedPlace)
	}
	return csvdoc.RowID(a.place)
}

// compare orders by value, then row.
func (a valueAt) compare(b valueAt) int {
	return cmp.Or(cmp.Compare(a.high, b.high), cmp.Compare(a.low, b.low), cmp.Compare(a.place, b.place))
}

// valueIndex finds the rows that have a value in common. It does not change; with makes another one that shares the base.
type valueIndex struct {
	shards *[shards][]valueAt // sorted by value, then row
	over   map[valueHash][]csvdoc.RowID
}

// shards is into how many parts an index is divided by the first bits of the values, for sorting on all cores.
const shards = 256

func shardOf(v valueHash) int { return int(v >> 56) }

// rebaseAt is how many values may lie over the base before it is made anew: each edit copies them.
const rebaseAt = 1 << 15

// valueList is what a worker collects: by shards, so that the lists of all workers become one index shard by shard and no
// value is held twice for long.
type valueList [shards][]valueAt

func (l *valueList) add(v valueAt) { l[shardOf(v.value())] = append(l[shardOf(v.value())], v) }

// newValueIndex sorts what the workers collected, and empties their lists.
func newValueIndex(ctx context.Context, workers int, parts []*valueList) (*valueIndex, error) {
	x := &valueIndex{shards: new([shards][]valueAt)}
	err := work.Each(ctx, workers, shards, 1, func(_, s int) error {
		n := 0
		for _, part := range parts {
			n += len(part[s])
		}
		shard := make([]valueAt, 0, n)
		for _, part := range parts {
			shard = append(shard, part[s]...)
			part[s] = nil
		}
		slices.SortFunc(shard, valueAt.compare)
		x.shards[s] = shard
		return nil
	})
	return x, err
}

// each yields the rows that have the value, by their names: there may be as many as the file has.
func (x *valueIndex) each(v valueHash) iter.Seq[csvdoc.RowID] {
	if rows, ok := x.over[v]; ok {
		return slices.Values(rows)
	}
	shard := x.shards[shardOf(v)]
	i, _ := slices.BinarySearchFunc(shard, v, func(a valueAt, v valueHash) int { return cmp.Compare(a.value(), v) })
	return func(yield func(csvdoc.RowID) bool) {
		for ; i < len(shard) && shard[i].value() == v; i++ {
			if !yield(shard[i].row()) {
				return
			}
		}
	}
}

// rows are those of each.
func (x *valueIndex) rows(v valueHash) []csvdoc.RowID { return slices.Collect(x.each(v)) }

// shared calls do for each value that several rows have.
func (x *valueIndex) shared(do func(v valueHash, rows []csvdoc.RowID)) {
	var rows []csvdoc.RowID
	for _, shard := range x.shards {
		for i := 0; i < len(shard); {
			j := i + 1
			for j < len(shard) && shard[j].value() == shard[i].value() {
				j++
			}
			if _, ok := x.over[shard[i].value()]; !ok && j > i+1 {
				rows = slices.Grow(rows[:0], j-i)
				for _, v := range shard[i:j] {
					rows = append(rows, v.row())
				}
				do(shard[i].value(), rows)
			}
			i = j
		}
	}
	for v, rows := range x.over {
		if len(rows) > 1 {
			do(v, rows)
		}
	}
}

// with is the index after rows lost values and got others.
func (x *valueIndex) with(removed, added []valueAt) *valueIndex {
	if len(removed) == 0 && len(added) == 0 {
		return x
	}
	y := &valueIndex{shards: x.shards, over: maps.Clone(x.over)}
	if y.over == nil {
		y.over = map[valueHash][]csvdoc.RowID{}
	}
	fresh := map[valueHash]bool{}
	own := func(v valueHash) []csvdoc.RowID {
		if !fresh[v] {
			fresh[v] = true
			y.over[v] = slices.Clone(x.rows(v))
		}
		return y.over[v]
	}
	for _, r := range removed {
		rows := own(r.value())
		if i, ok := slices.BinarySearch(rows, r.row()); ok {
			y.over[r.value()] = slices.Delete(rows, i, i+1)
		}
	}
	for _, a := range added {
		rows := own(a.value())
		if i, ok := slices.BinarySearch(rows, a.row()); !ok {
			y.over[a.value()] = slices.Insert(rows, i, a.row())
		}
	}
	if len(y.over) > rebaseAt {
		return y.rebased()
	}
	return y
}

// rebased is the same index with nothing over its base.
func (x *valueIndex) rebased() *valueIndex {
	out := &valueIndex{shards: new([shards][]valueAt)}
	for s, shard := range x.shards {
		out.shards[s] = make([]valueAt, 0, len(shard))
		for _, v := range shard {
			if _, ok := x.over[v.value()]; !ok {
				out.shards[s] = append(out.shards[s], v)
			}
		}
	}
	for v, rows := range x.over {
		for _, row := range rows {
			out.shards[shardOf(v)] = append(out.shards[shardOf(v)], newValueAt(v, row))
		}
	}
	for s := range out.shards {
		slices.SortFunc(out.shards[s], valueAt.compare)
	}
	return out
}

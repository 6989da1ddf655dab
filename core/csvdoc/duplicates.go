package csvdoc

import (
	"context"
	"hash/maphash"
	"slices"
	"sync/atomic"

	"enrollbench/core/progress"
)

// Duplicate is a row that has the same values as one above it.
type Duplicate struct {
	Row, First RowID
}

// FindDuplicates lists the rows that equal an earlier one in the given columns (nil: all), in file order. Values are equal
// byte for byte: blanks and case count. Rows that are empty in all those columns are duplicates of each other too, as
// they are for whoever removes blank rows. Rows are found by a hash and proven by comparison. It needs about 16 bytes a row;
// progress counts rows.
func FindDuplicates(ctx context.Context, s *Snapshot, columns []ColumnID, report progress.Func) ([]Duplicate, error) {
	found := queryColumns(s, columns)
	hashes, err := rowHashes(ctx, s, found, report)
	if err != nil {
		return nil, err
	}
	first := newFirstRows(hashes)
	var pairs []pair
	for i := range hashes {
		if i%scanRows == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for at := range first.candidates(i) {
			pairs = append(pairs, pair{int32(i), int32(at)})
			break
		}
	}
	// Equal hashes are proven on every core. Should two rows differ all the same, which 64 bits make a matter of principle,
	// each row is compared with every candidate.
	proven, err := s.proven(ctx, found, pairs)
	if err != nil {
		return nil, err
	}
	if !proven {
		first, pairs = newFirstRows(hashes), pairs[:0]
		for i := range hashes {
			if i%scanRows == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			for at := range first.candidates(i) {
				if equalRows(s, found, at, i) {
					pairs = append(pairs, pair{int32(i), int32(at)})
					break
				}
			}
		}
	}
	if err := s.Err(); err != nil {
		return nil, err // what cannot be read compares as empty
	}
	list := make([]Duplicate, len(pairs))
	for k, p := range pairs {
		list[k] = Duplicate{s.ID(int(p.row)), s.ID(int(p.first))}
	}
	return list, ctx.Err()
}

// pair is a row and an earlier one of the same hash.
type pair struct{ row, first int32 }

// proven says whether the rows of all pairs are equal.
func (s *Snapshot) proven(ctx context.Context, columns []column, pairs []pair) (bool, error) {
	var tasks []func()
	var differ atomic.Bool
	for chunk := range slices.Chunk(pairs, scanRows/8) {
		tasks = append(tasks, func() {
			for _, p := range chunk {
				if !equalRows(s, columns, int(p.row), int(p.first)) {
					differ.Store(true)
					return
				}
			}
		})
	}
	err := inParallel(ctx, tasks)
	return !differ.Load(), err
}

// RemoveDuplicates deletes every row that equals an earlier one in the given columns (nil: all), as one undo step. See
// FindDuplicates. It returns how many it deleted.
func (d *Document) RemoveDuplicates(ctx context.Context, columns []ColumnID, report progress.Func) (Change, int, error) {
	list, err := FindDuplicates(ctx, d.Snapshot(), columns, report)
	if err != nil || len(list) == 0 {
		return Change{}, 0, err
	}
	rows := make([]RowID, len(list))
	for i, dup := range list {
		rows[i] = dup.Row
	}
	change, err := d.DeleteRows(rows)
	return change, len(rows), err
}

func rowHashes(ctx context.Context, s *Snapshot, columns []column, report progress.Func) ([]uint64, error) {
	hashes := make([]uint64, s.Rows())
	seed := maphash.MakeSeed() // new each time, so that no file can be made to collide
	err := scanOrdered(ctx, s, report, func(ctx context.Context, from, to int) (struct{}, error) {
		var h maphash.Hash
		h.SetSeed(seed)
		var length [8]byte
		return struct{}{}, s.ScanBytes(ctx, from, to, func(i int, _ RowID, cells [][]byte, _ []byte) error {
			h.Reset()
			for _, c := range columns {
				value := cells[c.at]
				le.PutUint64(length[:], uint64(len(value))) // or "ab","c" would be hashed as "a","bc"
				h.Write(length[:])
				h.Write(value)
			}
			hashes[i] = h.Sum64()
			return nil
		})
	}, func(struct{}) error { return nil })
	return hashes, err
}

// firstRows is an open hash table of the rows that no earlier row has the hash of: 8 to 16 bytes a row.
type firstRows struct {
	hashes []uint64
	slots  []int32 // row + 1
	mask   uint64

	// Different rows of one hash.
	more map[uint64][]int32
}

func newFirstRows(hashes []uint64) *firstRows {
	size := 16
	for size < 2*len(hashes) {
		size *= 2
	}
	return &firstRows{hashes: hashes, slots: make([]int32, size), mask: uint64(size - 1)}
}

// candidates yields the rows before row i that may equal it. Where the caller took none of them, row i is entered as a
// candidate for those below.
func (f *firstRows) candidates(i int) func(func(int) bool) {
	return func(yield func(int) bool) {
		h := f.hashes[i]
		at := h & f.mask
		for ; f.slots[at] != 0; at = (at + 1) & f.mask {
			first := int(f.slots[at]) - 1
			if f.hashes[first] != h {
				continue
			}
			if !yield(first) {
				return
			}
			for _, other := range f.more[h] {
				if !yield(int(other)) {
					return
				}
			}
			if f.more == nil {
				f.more = map[uint64][]int32{}
			}
			f.more[h] = append(f.more[h], int32(i))
			return
		}
		f.slots[at] = int32(i) + 1
	}
}

func equalRows(s *Snapshot, columns []column, a, b int) bool {
	if len(columns) > 3 {
		x, y := s.Row(a, nil), s.Row(b, nil)
		return !slices.ContainsFunc(columns, func(c column) bool { return x[c.at] != y[c.at] })
	}
	for _, c := range columns {
		if s.Cell(a, c.at) != s.Cell(b, c.at) {
			return false
		}
	}
	return true
}

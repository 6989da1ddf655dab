package enrollment

import (
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

// TestRowSet compares a set with a map, and its clones with copies of it.
func TestRowSet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	id := func() csvdoc.RowID {
		if random.IntN(8) == 0 {
			return 1<<40 + csvdoc.RowID(random.IntN(50))
		}
		return csvdoc.RowID(random.IntN(20_000))
	}
	type pair struct {
		set  *rowSet
		want map[csvdoc.RowID]bool
	}
	same := func(p pair) {
		t.Helper()
		if got := slices.Collect(p.set.all()); !slices.Equal(got, slices.Sorted(maps.Keys(p.want))) || p.set.len() != len(p.want) {
			t.Fatalf("%d rows, want %d", len(got), len(p.want))
		}
	}
	now := pair{new(rowSet), map[csvdoc.RowID]bool{}}
	var before []pair
	for step := range 4000 {
		switch i := id(); random.IntN(3) {
		case 0, 1:
			now.set.add(i)
			now.want[i] = true
		default:
			now.set.remove(i)
			delete(now.want, i)
		}
		if i := id(); now.set.has(i) != now.want[i] {
			t.Fatalf("row %d", i)
		}
		if step%500 == 0 {
			before = append(before, now)
			now = pair{now.set.clone(), maps.Clone(now.want)}
		}
	}
	same(now)
	for _, p := range before {
		same(p)
	}
	for _, p := range before {
		both, want := now.set.clone(), maps.Clone(now.want)
		both.merge(p.set)
		maps.Copy(want, p.want)
		same(pair{both, want})
		maps.DeleteFunc(want, func(id csvdoc.RowID, _ bool) bool { return now.want[id] })
		same(pair{both.without(now.set), want})
	}
	same(now)
}

// TestValueIndex compares an index, changed many times, with lists.
func TestValueIndex(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	values := map[csvdoc.RowID]valueHash{}
	value := func() valueHash { return valueHash(random.Uint64N(40)) << 58 >> random.IntN(3) }
	parts := []*valueList{new(valueList), new(valueList), new(valueList)}
	for i := range 300 {
		id, v := csvdoc.RowID(i), value()
		values[id] = v
		parts[i%3].add(newValueAt(v, id))
	}
	x, err := newValueIndex(ctx, 2, parts)
	if err != nil {
		t.Fatal(err)
	}
	for range 200 {
		var removed, added []valueAt
		for range random.IntN(5) {
			id := csvdoc.RowID(random.IntN(400))
			if slices.ContainsFunc(added, func(a valueAt) bool { return a.row() == id }) {
				continue
			}
			if v, ok := values[id]; ok {
				removed = append(removed, newValueAt(v, id))
				delete(values, id)
			}
			if random.IntN(3) > 0 {
				values[id] = value()
				added = append(added, newValueAt(values[id], id))
			}
		}
		x = x.with(removed, added)
		if random.IntN(20) == 0 {
			x = x.rebased()
		}
		want := map[valueHash][]csvdoc.RowID{}
		for _, id := range slices.Sorted(maps.Keys(values)) {
			want[values[id]] = append(want[values[id]], id)
		}
		for v, rows := range want {
			if !slices.Equal(x.rows(v), rows) {
				t.Fatalf("%x: %v, want %v", v, x.rows(v), rows)
			}
		}
		several := map[valueHash]bool{}
		x.shared(func(v valueHash, rows []csvdoc.RowID) {
			if several[v] || !slices.Equal(rows, want[v]) {
				t.Fatalf("%x: %v, want %v", v, rows, want[v])
			}
			several[v] = true
		})
		for v, rows := range want {
			if several[v] != (len(rows) > 1) {
				t.Fatalf("%x: %v", v, rows)
			}
		}
	}
}

// The first places of many are those that sorting would bring to the front, and all are counted.
func TestSmallest(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		k, all := 1+random.IntN(6), make([]int32, 0, 30)
		for _, x := range random.Perm(1000)[:random.IntN(30)] {
			all = append(all, int32(x))
		}
		first, n := smallest(slices.Values(all), k)
		slices.Sort(all)
		if n != len(all) || !slices.Equal(first, all[:min(k, len(all))]) {
			t.Fatalf("%v, %d", first, n)
		}
	}
}

// A file of equal rows is put into words in memory and steps that grow with it, not with its square: what all rows share is held once.
func TestEqualRowsAreHeldOnce(t *testing.T) {
	const rows = 30_000
	r := validate(t, document(t, nameColumn+"\n"+strings.Repeat("dev-1\n", rows)), Options{})
	sets := map[*finding.Partners]bool{}
	n := 0
	if err := r.Each(t.Context(), "a.csv", nil, func(f finding.Finding) error {
		if f.Rule == RuleDuplicateName.Name {
			n++
			sets[f.Partners] = true
		}
		return nil
	}); err != nil || n != rows || len(sets) != 1 {
		t.Errorf("%d findings, %d sets: %v", n, len(sets), err)
	}
	e := newExplainer(r)
	e.brief = true
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	e.row(0, r.snap.ID(0), []string{"dev-1"})
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > rows { // a byte for each row would be a set
		t.Errorf("%d bytes for the words of one row", n)
	}
}

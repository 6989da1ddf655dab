package csvdoc

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func (o *order) ids() []RowID {
	var ids []RowID
	o.walk(0, o.len(), func(_ int, x run) bool {
		for k := range x.n {
			ids = append(ids, x.first+RowID(k))
		}
		return true
	})
	return ids
}

// sound checks balance, counts and bounds.
func (o *order) sound(t *testing.T) {
	if o == nil || o.height == 0 {
		if o != nil && (len(o.runs) == 0 || len(o.runs) > maxRuns+1) {
			t.Fatalf("a leaf of %d runs", len(o.runs))
		}
		return
	}
	l, r := o.left, o.right
	if d := l.height - r.height; d < -1 || d > 1 || o.height != max(l.height, r.height)+1 || o.rows != l.rows+r.rows || o.min != min(l.min, r.min) || o.max != max(l.max, r.max) {
		t.Fatalf("heights %d and %d, rows %d and %d of %d", l.height, r.height, l.rows, r.rows, o.rows)
	}
	l.sound(t)
	r.sound(t)
}

// Random operations on the tree are those on a slice, older trees stay as they were, and the tree stays balanced.
func TestOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	o := leaf([]run{{0, 5000}})
	want := o.ids()
	fresh := firstFresh
	type old struct {
		o   *order
		ids []RowID
	}
	var past []old
	for step := range 1500 {
		if step%100 == 0 {
			past = append(past, old{o, slices.Clone(want)})
		}
		n := len(want)
		at := random.IntN(n + 1)
		switch random.IntN(4) {
		case 0:
			k := 1 + random.IntN(3)
			o = o.with(at, []run{{fresh, k}})
			for i := range k {
				want = slices.Insert(want, at+i, fresh+RowID(i))
			}
			fresh += RowID(k)
		case 1, 2: // move
			k := min(1+random.IntN(20), n-at)
			cut := slices.Clone(want[at : at+k])
			want = slices.Delete(want, at, at+k)
			to := random.IntN(len(want) + 1)
			want = slices.Insert(want, to, cut...)
			var runs []run
			for _, id := range cut {
				runs = appendRun(runs, run{id, 1})
			}
			if k > 0 {
				o = o.without([]extent{{at, k}})
			}
			o = o.with(to, runs)
		case 3:
			if n < 100 {
				continue
			}
			// Few cuts go one by one, many in one walk.
			var cuts []extent
			for p := random.IntN(3); len(cuts) < random.IntN(90) && p+3 < n; p += 2 + random.IntN(8) {
				cuts = append(cuts, extent{p, 1})
			}
			for _, c := range slices.Backward(cuts) {
				want = slices.Delete(want, c.at, c.at+c.n)
			}
			o = o.without(cuts)
		}
		o.sound(t)
		if o.len() != len(want) {
			t.Fatalf("step %d: %d rows, want %d", step, o.len(), len(want))
		}
		if i := random.IntN(len(want)); o.at(i).first != want[i] {
			t.Fatalf("step %d: row %d is %d, want %d", step, i, o.at(i).first, want[i])
		} else if p, ok := o.find(want[i]); !ok || p != i {
			t.Fatalf("step %d: %d found at %d, want %d", step, want[i], p, i)
		}
		if step%50 == 0 && !slices.Equal(o.ids(), want) {
			t.Fatalf("step %d: the order differs", step)
		}
	}
	for i, p := range past {
		if !slices.Equal(p.o.ids(), p.ids) {
			t.Errorf("the tree of step %d changed", 100*i)
		}
	}
	if _, ok := o.find(fresh); ok {
		t.Error("a row that never was is found")
	}
}

// Deleting every other row of many, and bringing all into another order, costs by one walk.
func TestOrderInBulk(t *testing.T) {
	const n = 200_000
	o := leaf([]run{{0, n}})
	var cuts []extent
	for i := 0; i < n; i += 2 {
		cuts = append(cuts, extent{i, 1})
	}
	odd := o.without(cuts)
	odd.sound(t)
	if odd.len() != n/2 || odd.at(7).first != 15 {
		t.Error(odd.len())
	}
	var runs []run
	for i := range n {
		runs = appendRun(runs, run{RowID(n - 1 - i), 1})
	}
	back := o.without([]extent{{0, n}}).with(0, runs)
	back.sound(t)
	if i, ok := back.find(3); !ok || i != n-4 || back.len() != n {
		t.Error(i, ok)
	}
}

func TestTexts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	want := map[uint64]string{}
	var a texts
	type old struct {
		a    texts
		want map[uint64]string
	}
	var past []old
	by := new(owner)
	for step := range 5000 {
		if step%500 == 0 {
			clone := map[uint64]string{}
			for k, v := range want {
				clone[k] = v
			}
			past = append(past, old{a, clone})
			by = new(owner)
		}
		key := random.Uint64() >> (random.IntN(10)*6 + 4)
		v := string(rune('a' + step%26))
		a, want[key] = a.set(key, v, by), v
	}
	past = append(past, old{a, want})
	for i, p := range past {
		n := 0
		last, first := uint64(0), true
		p.a.each(func(k uint64, v string) bool {
			if p.want[k] != v || !first && k <= last {
				t.Fatalf("at %d: %d is %q, want %q", i, k, v, p.want[k])
			}
			last, first = k, false
			n++
			return true
		})
		if n != len(p.want) {
			t.Errorf("at %d: %d set, want %d", i, n, len(p.want))
		}
		at := uint64(0)
		for range n {
			k, ok := p.a.next(at)
			if _, set := p.want[k]; !ok || !set {
				t.Fatalf("next after %d is %d, %t", at, k, ok)
			}
			at = k + 1
		}
		if k, ok := p.a.next(at); ok {
			t.Errorf("one more: %d", k)
		}
	}
	if _, ok := a.get(12345678901); ok != (want[12345678901] != "") {
		t.Error("get")
	}
}

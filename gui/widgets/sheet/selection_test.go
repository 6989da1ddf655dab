package sheet

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

// naive is a selection as anybody would write it: one flag a row.
type naive [64]bool

func (n *naive) set(from, to int, on bool) {
	for i := from; i <= to; i++ {
		if i >= 0 && i < len(n) {
			n[i] = on
		}
	}
}

// ranges lists the runs of set flags.
func (n *naive) ranges() ranges {
	var out ranges
	for i, on := range n {
		switch {
		case !on:
		case i > 0 && n[i-1]:
			out[len(out)-1][1] = i
		default:
			out = append(out, [2]int{i, i})
		}
	}
	return out
}

func TestRangesAgreeWithFlags(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var flags naive
		var r ranges
		for range 30 {
			from := random.IntN(len(flags))
			to := min(from+random.IntN(12)-1, len(flags)-1) // empty now and then
			old := append(ranges(nil), r...)
			before := r
			switch op := random.IntN(10); {
			case op < 6:
				r = r.with(from, to)
				flags.set(from, to, true)
			case op < 9:
				r = r.without(from, to)
				flags.set(from, to, false)
			default:
				r = r.below(from)
				flags.set(from, len(flags), false)
			}
			if !reflect.DeepEqual(append(ranges(nil), before...), old) {
				t.Fatalf("the old set changed from %v to %v", old, before)
			}
			want := flags.ranges()
			if len(r) != len(want) || len(r) > 0 && !reflect.DeepEqual(r, want) {
				t.Fatalf("%v, then %d…%d: %v, want %v", old, from, to, r, want)
			}
			count := 0
			for i := range flags {
				if flags[i] {
					count++
				}
				if r.has(i) != flags[i] {
					t.Fatalf("%v has(%d) = %v", r, i, r.has(i))
				}
			}
			if r.count() != count {
				t.Fatalf("%v counts %d rows, want %d", r, r.count(), count)
			}
		}
	}
}

// TestGesturesAgreeWithFlags plays random clicks with modifiers and compares with what a file manager would select.
func TestGesturesAgreeWithFlags(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const rows = 10
	s, _ := shown(t, &grid{t: t, rows: rows, cols: 1}, columns(1))
	for range 200 {
		s.Select(-1)
		var flags naive
		anchor := -1
		for range 15 {
			row := random.IntN(rows)
			before := flags
			switch random.IntN(3) {
			case 0:
				click(s, row, 0)
				flags, anchor = naive{}, row
				flags.set(row, row, true)
			case 1:
				click(s, row, ctrl)
				anchor = row
				flags.set(row, row, !flags[row])
			case 2:
				click(s, row, shift)
				if anchor < 0 {
					anchor = 0
				}
				flags = naive{}
				flags.set(min(anchor, row), max(anchor, row), true)
			}
			if got, want := ranges(s.Selected()), flags.ranges(); len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
				t.Fatalf("from %v by row %d: %v, want %v", before.ranges(), row, got, want)
			}
			if s.CurrentRow() != row {
				t.Fatalf("current row %d, want %d", s.CurrentRow(), row)
			}
		}
	}
}

func TestSelectCallbacks(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 100, cols: 1}, columns(1))
	var told []int
	s.OnSelect = func(row int) {
		if row != s.CurrentRow() {
			t.Errorf("told of row %d while the current row is %d", row, s.CurrentRow())
		}
		told = append(told, row)
	}
	s.Select(5)
	s.Select(5) // nothing new
	s.SelectRange(8, 6)
	s.SelectAll()
	s.SelectAll()
	s.SetSelected([][2]int{{30, 40}, {10, 12}, {13, 20}})
	s.SetSelected([][2]int{{15, 16}, {90, 200}})
	s.Select(100) // not there
	if want := []int{5, 6, 6, 10, 15, -1}; !reflect.DeepEqual(told, want) {
		t.Errorf("OnSelect heard %v, want %v", told, want)
	}
}

func TestSelectionIsWithinTheModel(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 100, cols: 1}, columns(1))
	for _, step := range []struct {
		do      func()
		want    [][2]int
		current int
	}{
		{func() { s.SelectRange(90, 200) }, [][2]int{{90, 99}}, 99},
		{func() { s.SelectRange(-5, 3) }, [][2]int{{0, 3}}, 3},
		{func() { s.SelectRange(100, 200) }, nil, -1},
		{func() { s.SelectAll() }, [][2]int{{0, 99}}, 0},
		{func() { s.SetSelected([][2]int{{98, 300}, {-3, -1}, {4, 4}, {5, 6}}) }, [][2]int{{4, 6}, {98, 99}}, 4},
		{func() { s.SetSelected(nil) }, nil, -1},
		{func() { s.Select(-1) }, nil, -1},
	} {
		step.do()
		if got := s.Selected(); len(got) != len(step.want) || len(got) > 0 && !reflect.DeepEqual(got, step.want) {
			t.Errorf("selected %v, want %v", got, step.want)
		}
		if s.CurrentRow() != step.current {
			t.Errorf("current row %d, want %d", s.CurrentRow(), step.current)
		}
	}
}

func TestSelectedIsACopy(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 100, cols: 1}, columns(1))
	s.Select(7)
	s.Selected()[0][1] = 50
	if s.selected.count() != 1 {
		t.Error("the owner changed the selection through what Selected returned")
	}
}

// TestBandsCoverTheSelection checks what is drawn, not only what is known.
func TestBandsCoverTheSelection(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 5_000_000, cols: 1}, columns(1))
	s.SetSelected([][2]int{{0, 101}, {104, 104}, {106, 4_000_000}})
	s.scrollTo(100, 0)
	got := map[int]bool{}
	for _, r := range s.body.bands {
		if r.Hidden {
			continue
		}
		for y := r.Position().Y; y < r.Position().Y+r.Size().Height; y += s.page.row {
			got[s.top+int(y/s.page.row)] = true
		}
	}
	want := map[int]bool{100: true, 101: true, 104: true, 106: true, 107: true, 108: true, 109: true}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("bands cover %v, want %v", got, want)
	}
}

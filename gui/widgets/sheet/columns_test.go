package sheet

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

func widths(columns []column) (out []float32) {
	for _, c := range columns {
		out = append(out, c.width)
	}
	return out
}

func TestSpread(t *testing.T) {
	for name, tc := range map[string]struct {
		columns []Column
		room    float32
		want    []float32
	}{
		"fixed columns leave room":      {[]Column{{Width: 100}, {Width: 50}}, 400, []float32{100, 50}},
		"fixed columns overflow":        {[]Column{{Width: 300}, {Width: 200}}, 400, []float32{300, 200}},
		"defaults":                      {[]Column{{}, {MinWidth: 150}}, 400, []float32{120, 150}},
		"one takes the rest":            {[]Column{{Width: 100}, {Width: 50, Flexible: true}}, 400, []float32{100, 300}},
		"two share the rest":            {[]Column{{Width: 100, Flexible: true}, {Width: 50, Flexible: true}}, 401, []float32{225, 176}},
		"one gives way":                 {[]Column{{Width: 300}, {Width: 200, MinWidth: 60, Flexible: true}}, 400, []float32{300, 100}},
		"one gives way to its least":    {[]Column{{Width: 390}, {Width: 200, MinWidth: 60, Flexible: true}}, 400, []float32{390, 60}},
		"no room at all":                {[]Column{{Width: 100, Flexible: true}}, 0, []float32{40}},
		"flexible that cannot give way": {[]Column{{Width: 100, MinWidth: 100, Flexible: true}, {Width: 90}}, 120, []float32{100, 90}},
	} {
		columns := makeColumns(tc.columns)
		sum := spread(columns, tc.room)
		if got := widths(columns); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
		var x float32
		for i, c := range columns {
			if c.x != x {
				t.Errorf("%s: column %d begins at %g, want %g", name, i, c.x, x)
			}
			x += c.width
		}
		if sum != x {
			t.Errorf("%s: the columns are %g wide, and %g was said", name, x, sum)
		}
	}
}

// Whatever the columns: least widths hold, a flexible column fills the room, and there is no scrolling while anything can
// give way.
func TestSpreadProperties(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 5000 {
		var in []Column
		flexible, least := false, float32(0)
		for range 1 + random.IntN(6) {
			c := Column{Width: float32(random.IntN(300)), MinWidth: float32(random.IntN(120)), Flexible: random.IntN(3) == 0}
			in = append(in, c)
			made := makeColumns([]Column{c})[0]
			if flexible = flexible || c.Flexible; c.Flexible {
				least += made.MinWidth
			} else {
				least += made.Width
			}
		}
		room := float32(random.IntN(1200))
		columns := makeColumns(in)
		sum := spread(columns, room)
		for i, c := range columns {
			if c.width < c.MinWidth || c.width != float32(int(c.width)) {
				t.Fatalf("room %g: column %d of %+v is %g wide", room, i, in, c.width)
			}
		}
		if flexible && least <= room && (sum > room || sum < room-float32(len(in))) {
			t.Fatalf("room %g: %+v take %g", room, in, sum)
		}
	}
}

func TestFitColumn(t *testing.T) {
	g := &grid{t: t, rows: 5_000_000, cols: 2, record: true}
	g.cell = func(row, col int) Cell {
		return Cell{Text: strings.Repeat("W", 5+row%10)}
	}
	s, _ := shown(t, g, columns(2))
	g.asked = nil
	s.header.dividers[0].DoubleTapped(&fyne.PointEvent{})
	for k := range 10 {
		if s.elidedAt(k, 0) {
			t.Errorf("row %d is still elided in a column of %g", k, s.columns[0].width)
		}
	}
	if want := s.style.plain.width(strings.Repeat("W", 14), mostWidth) + 2*cellPad; s.columns[0].width < want || s.columns[0].width > want+3 {
		t.Errorf("fitted to %g, want about %g", s.columns[0].width, want)
	}
	for _, at := range g.asked {
		if at[0] >= 10 {
			t.Fatalf("fitting asked for row %d, which is not on the screen", at[0])
		}
	}

	g.cell = func(int, int) Cell { return Cell{Text: strings.Repeat("W", 1_000_000)} }
	s.Refresh()
	s.fitColumn(1)
	if s.columns[1].width > mostWidth {
		t.Errorf("a megabyte of text fitted to %g", s.columns[1].width)
	}
	g.cell = func(int, int) Cell { return Cell{} }
	s.Refresh()
	s.fitColumn(1)
	if got, least := s.columns[1].width, s.style.bold.width("column 1", mostWidth); got < least {
		t.Errorf("without texts fitted to %g, less than the title's %g", got, least)
	}
}

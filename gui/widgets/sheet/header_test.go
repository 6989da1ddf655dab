package sheet

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func TestHeaderSorts(t *testing.T) {
	cols := columns(9)
	cols[0].Sortable, cols[8].Sortable = true, true
	s, w := shown(t, &grid{t: t, rows: 50, cols: 9}, cols)
	type sorted struct {
		col       int
		ascending bool
	}
	var got []sorted
	s.OnSort = func(col int, ascending bool) { got = append(got, sorted{col, ascending}) }
	tap := func(x float32) { test.TapCanvas(w.Canvas(), fyne.NewPos(x, s.page.header/2)) }
	if s.header.arrow.Visible() {
		t.Error("an arrow before anything is sorted")
	}
	tap(50)
	if !s.header.arrow.Visible() || s.header.arrow.Resource != theme.MenuDropUpIcon() {
		t.Error("ascending: no arrow, or the wrong one")
	}
	tap(50)
	if s.header.arrow.Resource != theme.MenuDropDownIcon() {
		t.Error("descending: wrong arrow")
	}
	tap(150) // not sortable
	s.scrollTo(0, 300)
	tap(550) // column 8, scrolled
	if x := s.header.arrow.Position().X; x < 500 || x > 600 {
		t.Errorf("the arrow stands at %g, the column at 500", x)
	}
	if want := []sorted{{0, true}, {0, false}, {8, true}}; !slices.Equal(got, want) {
		t.Errorf("OnSort heard %v, want %v", got, want)
	}
	s.SetSort(3, false)
	if len(got) != 3 || s.sortColumn != 3 || s.ascending {
		t.Error("SetSort must show the arrow and not ask for sorting")
	}
	s.SetSort(99, true)
	if s.header.arrow.Visible() {
		t.Error("an arrow for a column that is not there")
	}
}

func TestBorderDragResizes(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 50, cols: 3}, []Column{{Width: 100, MinWidth: 60}, {Width: 100, Flexible: true}, {Width: 100}})
	if s.columns[1].width != 400 {
		t.Fatalf("the flexible column is %g wide, want 400", s.columns[1].width)
	}
	// Through the canvas, at the border's place: it must be what the pointer finds.
	test.Drag(w.Canvas(), fyne.NewPos(100, 10), 50, 0)
	if got := widths(s.columns); !slices.Equal(got, []float32{150, 350, 100}) {
		t.Errorf("widths %v after dragging the first border by 50", got)
	}
	d, told := s.header.dividers[0], 0
	s.OnResized = func() { told++ }
	d.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(-500, 0)})
	d.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(480, 0)}) // the pointer returns: 20 left of where it began
	d.DragEnd()
	if got := s.columns[0].width; got != 130 {
		t.Errorf("width %g, want 130: a limit must not shift the border from the pointer", got)
	}
	if told != 1 || !slices.Equal(s.Widths(), []float64{130, 0, 0}) {
		t.Errorf("told %d times of the widths %v, want once, when the drag has ended", told, s.Widths())
	}
	if d.DoubleTapped(&fyne.PointEvent{}); told != 2 {
		t.Error("nobody hears of a column that was fitted")
	}
	s.SetWidths([]float64{130, 0, 0})
	test.Drag(w.Canvas(), fyne.NewPos(130, 10), -1000, 0)
	if got := s.columns[0].width; got != 60 {
		t.Errorf("width %g, want the least, 60", got)
	}
	test.Drag(w.Canvas(), fyne.NewPos(500, 10), 300, 0)
	if got := widths(s.columns); !slices.Equal(got, []float32{60, 740, 100}) || !s.hbar.Visible() {
		t.Errorf("widths %v: a flexible column dragged by hand keeps its width, and the sheet scrolls", got)
	}
	if d.Cursor() != desktop.HResizeCursor {
		t.Error("no resize pointer over the border")
	}
}

func TestColumnsChangeDuringBorderDrag(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 50, cols: 3}, columns(3))
	d := s.header.dividers[2]
	d.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(10, 0)})
	s.SetColumns(columns(1))
	d.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(10, 0)})
	d.DoubleTapped(&fyne.PointEvent{})
	d.DragEnd()
	if got := widths(s.columns); !slices.Equal(got, []float32{100}) || d.Visible() {
		t.Errorf("widths %v, border of a column that is gone visible: %v", got, d.Visible())
	}
}

func TestHeaderLightsUpWhatSorts(t *testing.T) {
	cols := columns(2)
	cols[1].Sortable = true
	s, w := shown(t, &grid{t: t, rows: 50, cols: 2}, cols)
	for _, step := range []struct {
		x   float32
		lit bool
	}{{50, false}, {150, true}, {450, false}, {150, true}} {
		test.MoveMouse(w.Canvas(), fyne.NewPos(step.x, 10))
		if s.header.light.Visible() != step.lit {
			t.Errorf("pointer at %g: lit %v", step.x, !step.lit)
		}
	}
	test.MoveMouse(w.Canvas(), at(s, 2))
	if s.header.light.Visible() {
		t.Error("still lit after the pointer left")
	}
}

func TestTitlesFollowTheColumns(t *testing.T) {
	cols := []Column{{Title: "left", Width: 100}, {Title: "right", Width: 100, Align: fyne.TextAlignTrailing},
		{Title: "a title that is much too long for its column", Width: 100}}
	s, _ := shown(t, &grid{t: t, rows: 5, cols: 3}, cols)
	box := func(i int) (from, to float32) {
		o := s.header.titles[i].text
		return o.Position().X, o.Position().X + o.Size().Width
	}
	if from, _ := box(0); from != cellPad {
		t.Errorf("left title begins at %g", from)
	}
	if _, to := box(1); to < 200-cellPad-2 || to > 200-cellPad {
		t.Errorf("right title ends at %g, want %d", to, 200-cellPad)
	}
	if _, to := box(2); to > 300-cellPad {
		t.Errorf("long title ends at %g, beyond its column", to)
	}
}

package sheet

import (
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// beside is a place in the margin of numbers beside a row.
func beside(e *Editor, row int) fyne.Position {
	pos, size := e.cellBounds(row, 0)
	return fyne.NewPos(e.page.left/2, pos.Y+size.Height/2)
}

// above is a place in the title over a column.
func above(e *Editor, col int) fyne.Position {
	return fyne.NewPos(e.columnX(col)+20, e.page.header/2)
}

func TestEditorClicks(t *testing.T) {
	e, w := edited(t, newBook(t, 200, 8), columns(8))
	w.Canvas().Unfocus()
	clickAt(e, where(e, 3, 2), 0)
	wantArea(t, e, Area{3, 2, 3, 2, Cells})
	if w.Canvas().Focused() != fyne.Focusable(e) {
		t.Error("a click does not take the focus")
	}
	clickAt(e, where(e, 6, 4), shift)
	wantArea(t, e, Area{3, 2, 6, 4, Cells})
	wantAt(t, e, 3, 2)
	clickAt(e, where(e, 1, 0), shift) // the corner stays
	wantArea(t, e, Area{1, 0, 3, 2, Cells})
	wantAt(t, e, 3, 2)

	clickAt(e, beside(e, 5), 0)
	wantArea(t, e, Area{5, 0, 5, 7, Rows})
	clickAt(e, beside(e, 8), shift)
	wantArea(t, e, Area{5, 0, 8, 7, Rows})
	wantAt(t, e, 5, 0)
	clickAt(e, above(e, 3), 0)
	wantArea(t, e, Area{0, 3, 199, 3, Columns})
	clickAt(e, above(e, 1), shift)
	wantArea(t, e, Area{0, 1, 199, 3, Columns})
	wantAt(t, e, 0, 3)
	clickAt(e, fyne.NewPos(5, 5), 0)
	wantArea(t, e, Area{0, 0, 199, 7, All})

	// Where nothing is, nothing is selected.
	e.Select(0, 0)
	e.SetColumns(columns(2))
	e.Select(1, 1)
	clickAt(e, fyne.NewPos(e.page.left+400, e.page.header+20), 0)
	clickAt(e, fyne.NewPos(e.page.left+400, 5), 0)
	wantArea(t, e, Area{1, 1, 1, 1, Cells})
}

func TestTitleClickKeepsTheScreen(t *testing.T) {
	e, _ := edited(t, newBook(t, 200, 20), columns(20))
	e.scrollTo(100, 500)
	clickAt(e, above(e, 7), 0)
	wantAt(t, e, 100, 7)
	clickAt(e, beside(e, 104), 0)
	wantAt(t, e, 104, 5)
	if e.top != 100 || e.left != 500 {
		t.Errorf("clicks scrolled to row %d, pixel %g", e.top, e.left)
	}
}

func TestEditorDragSelects(t *testing.T) {
	e, _ := edited(t, newBook(t, 200, 8), columns(8))
	e.MouseDown(pressAt(e, where(e, 2, 1), 0))
	dragTo(e, where(e, 5, 3))
	wantArea(t, e, Area{2, 1, 5, 3, Cells})
	dragTo(e, where(e, 1, 0))
	wantArea(t, e, Area{1, 0, 2, 1, Cells})
	wantAt(t, e, 2, 1)
	e.DragEnd()
	dragTo(e, where(e, 9, 3))
	wantArea(t, e, Area{1, 0, 2, 1, Cells})

	e.MouseDown(pressAt(e, beside(e, 2), 0))
	dragTo(e, beside(e, 6))
	wantArea(t, e, Area{2, 0, 6, 7, Rows})
	e.DragEnd()
	e.MouseDown(pressAt(e, above(e, 1), 0))
	dragTo(e, above(e, 4))
	wantArea(t, e, Area{0, 1, 199, 4, Columns})
	e.DragEnd()

	calls := 0
	e.OnSelect = func(Place, Area) { calls++ }
	e.MouseDown(pressAt(e, where(e, 2, 1), 0))
	for range 5 {
		dragTo(e, where(e, 3, 2))
	}
	if calls != 2 {
		t.Errorf("OnSelect was called %d times, want once for the press and once for the drag", calls)
	}
}

func TestEditorDragBeyondTheEdges(t *testing.T) {
	e, _ := edited(t, newBook(t, 1000, 40), columns(40))
	e.MouseDown(pressAt(e, where(e, 4, 1), 0))
	dragTo(e, fyne.NewPos(e.page.left+150, e.page.header+e.page.body.Height+40))
	if e.drift.animation == nil {
		t.Fatal("holding the pointer below does not go on scrolling")
	}
	for range 10 {
		e.driftFor(0.1)
	}
	if e.top < 10 || e.left != 0 {
		t.Errorf("scrolled to row %d, pixel %g", e.top, e.left)
	}
	wantArea(t, e, Area{4, 1, e.top + 9, 1, Cells})

	dragTo(e, fyne.NewPos(e.page.left+700, e.page.header+100))
	for range 20 {
		e.driftFor(0.1)
	}
	if e.left == 0 {
		t.Error("holding the pointer on the right does not scroll sideways")
	}
	if a := e.Selection(); a.Right < 7 || a.Top != 4 || a.Left != 1 {
		t.Errorf("selected %+v", a)
	}
	dragTo(e, fyne.NewPos(-400, -400)) // the upper left corner, beyond both
	for range 300 {
		e.driftFor(0.1)
	}
	wantArea(t, e, Area{0, 0, 4, 1, Cells})
	dragTo(e, where(e, 2, 2))
	if e.drift.animation != nil {
		t.Error("still scrolling after the pointer came back")
	}
	e.DragEnd()

	e.MouseDown(pressAt(e, beside(e, 2), 0)) // rows scroll up and down only
	dragTo(e, fyne.NewPos(2000, e.page.header+100))
	if e.drift.animation != nil || e.left != 0 {
		t.Error("dragging over numbers scrolls sideways")
	}
	dragTo(e, fyne.NewPos(5, 5000))
	if e.drift.animation == nil {
		t.Error("dragging numbers beyond the edge does not scroll")
	}
	e.SetModel(newBook(t, 3, 3))
	if e.drift.animation != nil {
		t.Error("still scrolling over another model")
	}
}

func TestEditorContextMenu(t *testing.T) {
	e, _ := edited(t, newBook(t, 5, 4), columns(4))
	type call struct {
		Target
		pos fyne.Position
	}
	var calls []call
	e.OnContext = func(target Target, pos fyne.Position) { calls = append(calls, call{target, pos}) }
	secondary := func(pos fyne.Position) {
		e.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: pos}, Button: desktop.MouseButtonSecondary})
		test.TapSecondaryAt(e, pos)
	}
	e.SelectArea(Area{1, 1, 3, 2, Cells})
	secondary(where(e, 2, 2)) // among the selected: the menu is about all of them
	wantArea(t, e, Area{1, 1, 3, 2, Cells})
	secondary(where(e, 4, 3))
	wantArea(t, e, Area{4, 3, 4, 3, Cells})
	secondary(beside(e, 2))
	wantArea(t, e, Area{2, 0, 2, 3, Rows})
	secondary(above(e, 1))
	wantArea(t, e, Area{0, 1, 4, 1, Columns})
	secondary(fyne.NewPos(5, 5))
	wantArea(t, e, Area{0, 0, 4, 3, All})
	secondary(where(e, 1, 1)) // everything is selected
	wantArea(t, e, Area{0, 0, 4, 3, All})
	below := fyne.NewPos(100, e.page.header+8*e.page.row)
	secondary(below)
	want := []Target{{2, 2}, {4, 3}, {2, -1}, {-1, 1}, {-1, -1}, {1, 1}, {-1, -1}}
	var got []Target
	for _, c := range calls {
		got = append(got, c.Target)
	}
	if !reflect.DeepEqual(got, want) || calls[6].pos != below {
		t.Errorf("menus about %v, want %v", calls, want)
	}
}

func TestEditorWheel(t *testing.T) {
	e, w := edited(t, newBook(t, 1000, 40), columns(40))
	test.Scroll(w.Canvas(), where(e, 3, 3), 0, -25)
	if e.top != 3 {
		t.Errorf("one notch moves to row %d, want 3", e.top)
	}
	test.Scroll(w.Canvas(), beside(e, 5), 0, -25) // over the numbers too
	if e.top != 6 {
		t.Errorf("one notch over the numbers moves to row %d, want 6", e.top)
	}
	test.Scroll(w.Canvas(), where(e, 8, 3), -250, 0)
	if e.left != 250 {
		t.Errorf("left %g, want 250", e.left)
	}
}

func TestHints(t *testing.T) {
	b := newBook(t, 50, 4)
	b.rows[1][1] = "a text that is much too long for its column"
	cols := columns(4)
	cols[2].Hint = "what it is for"
	cols[3].Title = "a title that is much too long for its column"
	e, w := edited(t, b, cols)
	e.CellHint = func(row, col int) string {
		if row == 3 {
			return "bad"
		}
		return ""
	}
	for _, tc := range []struct {
		pos  fyne.Position
		want string
	}{
		{where(e, 1, 1), b.rows[1][1]},
		{where(e, 2, 1), ""},
		{where(e, 3, 1), "bad"},
		{above(e, 0), ""},
		{above(e, 2), "what it is for"},
		{above(e, 3), cols[3].Title},
		{beside(e, 2), ""},
	} {
		test.MoveMouse(w.Canvas(), tc.pos)
		told := ""
		if e.hover.wait != nil {
			told = e.told(Place{e.hover.row, e.hover.col})
		}
		if told != tc.want {
			t.Errorf("at %v: %q, want %q", tc.pos, told, tc.want)
		}
	}
	b.rows[3][1] = b.rows[1][1]
	e.Refresh()
	if got, want := e.told(Place{3, 1}), b.rows[1][1]+" · bad"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	var heard []string
	e.OnHover = func(text string) { heard = append(heard, text) }
	e.tellPlace(Place{titleRow, 2})
	e.leave()
	if !reflect.DeepEqual(heard, []string{"what it is for", ""}) {
		t.Errorf("OnHover heard %q", heard)
	}
	e.OnHover = nil
	e.tellPlace(Place{3, 1})
	if e.tip.back.Hidden {
		t.Error("no tooltip")
	}
	typeInto(t, e, fyne.KeyDown, 0)
	if !e.tip.back.Hidden {
		t.Error("the tooltip stays when a key is typed")
	}
}

func TestArrowSorts(t *testing.T) {
	cols := columns(4)
	cols[1].Sortable, cols[2].Sortable = true, true
	e, w := edited(t, newBook(t, 50, 4), cols)
	e.Select(2, 2)
	arrow := func(col int) fyne.Position { return fyne.NewPos(e.columnX(col)+100-dividerWidth/2-10, 10) }
	type sorted struct {
		col       int
		ascending bool
	}
	var got []sorted
	clickAt(e, arrow(1), 0) // nobody sorts: the column is selected
	wantArea(t, e, Area{0, 1, 49, 1, Columns})
	e.Select(2, 2)
	e.OnSort = func(col int, ascending bool) { got = append(got, sorted{col, ascending}) }
	clickAt(e, arrow(1), 0)
	clickAt(e, arrow(1), 0)
	clickAt(e, arrow(2), 0)
	e.MouseDown(pressAt(e, arrow(1), 0)) // thought better of it
	e.MouseUp(pressAt(e, where(e, 3, 3), 0))
	wantArea(t, e, Area{2, 2, 2, 2, Cells})
	clickAt(e, arrow(0), 0)
	wantArea(t, e, Area{0, 0, 49, 0, Columns})
	if want := []sorted{{1, true}, {1, false}, {2, true}}; !reflect.DeepEqual(got, want) {
		t.Errorf("OnSort heard %v, want %v", got, want)
	}
	e.MouseDown(pressAt(e, arrow(1), 0)) // a drag that begins on the arrow
	dragTo(e, above(e, 3))
	e.DragEnd()
	wantArea(t, e, Area{0, 1, 49, 3, Columns})
	if len(got) != 3 {
		t.Error("a drag sorts")
	}
	test.MoveMouse(w.Canvas(), above(e, 1))
	if !e.header.offer.Visible() || !e.header.arrow.Visible() {
		t.Error("the arrow is not offered over a sortable title, or the sorted column's is gone")
	}
	if x := e.header.offer.Position().X; x < 100+60 || x > 200 {
		t.Errorf("the offered arrow stands at %g", x)
	}
	test.MoveMouse(w.Canvas(), above(e, 0))
	if e.header.offer.Visible() {
		t.Error("an arrow is offered where nothing sorts")
	}
	e.SetSort(-1, true)
	if e.header.arrow.Visible() {
		t.Error("an arrow without a sort")
	}
}

func TestEditorBorderDrag(t *testing.T) {
	e, w := edited(t, newBook(t, 50, 12), columns(12))
	e.Freeze(1)
	e.scrollTo(0, 250)
	x := e.columnX(4) + 100
	test.Drag(w.Canvas(), fyne.NewPos(x, 10), 40, 0)
	if got := e.columns[4].width; got != 140 {
		t.Errorf("column 4 is %g wide after dragging its border by 40", got)
	}
	test.Drag(w.Canvas(), fyne.NewPos(e.columnX(0)+100, 10), 30, 0)
	if got := e.columns[0].width; got != 130 || e.page.frozen != 130 {
		t.Errorf("the frozen column is %g wide, %g are frozen", got, e.page.frozen)
	}
	wantArea(t, e, Area{0, 0, 0, 0, Cells}) // a border is no title
	e.fitColumn(4)
	if got, least := e.columns[4].width, e.style.bold.width("column 4", mostWidth); got < least || got > least+60 {
		t.Errorf("fitted to %g, the title is %g", got, least)
	}
}

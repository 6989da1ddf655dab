package sheet

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
)

func TestFrozenColumnsStay(t *testing.T) {
	e, _ := edited(t, newBook(t, 100, 12), columns(12))
	e.Freeze(2)
	if e.Frozen() != 2 || e.page.frozen != 200 || !e.boundary.Visible() {
		t.Fatalf("%d columns, %g pixels frozen", e.Frozen(), e.page.frozen)
	}
	e.scrollTo(0, 300)
	if got, want := readScreen(e)[0], []string{"0.0", "0.1", "0.5", "0.6", "0.7", "0.8"}; !slices.Equal(got, want) {
		t.Errorf("row 0 shows %q, want %q", got, want)
	}
	for col, x := range map[int]float32{0: 0, 1: 100, 5: 200, 8: 500} {
		if got := e.columnX(col) - e.page.left; got != x {
			t.Errorf("column %d begins at %g, want %g", col, got, x)
		}
		if got := e.columnAt(e.page.left + x + 50); got != col {
			t.Errorf("at %g is column %d, want %d", x+50, got, col)
		}
	}
	if e.hbar.total != 1000 || e.hbar.page != 400 || e.hbar.Position().X != e.page.left+200 {
		t.Errorf("the bar has %g units of which %g are seen, from %g", e.hbar.total, e.hbar.page, e.hbar.Position().X)
	}
	// Keys go through both parts and bring the other columns back.
	e.Select(0, 8)
	for range 7 {
		typeInto(t, e, fyne.KeyLeft, 0)
	}
	wantAt(t, e, 0, 1)
	if e.left != 0 {
		t.Errorf("after walking to the left the columns begin at %g", e.left)
	}
	typeInto(t, e, fyne.KeyEnd, 0)
	if e.left != e.lastLeft() {
		t.Errorf("End shows pixel %g, want %g", e.left, e.lastLeft())
	}
	typeInto(t, e, fyne.KeyHome, 0)
	if e.left != 0 {
		t.Errorf("Home shows pixel %g", e.left)
	}
	clickAt(e, where(e, 3, 0), 0)
	wantAt(t, e, 3, 0)
}

func TestFreezeLeavesRoom(t *testing.T) {
	e, w := edited(t, newBook(t, 10, 12), columns(12))
	e.Freeze(9)
	if e.Frozen() != 9 || e.page.fixed != 4 {
		t.Errorf("%d columns are frozen in 600 pixels, want 4", e.page.fixed)
	}
	w.Resize(fyne.NewSize(200, 300))
	if e.page.fixed != 0 || e.boundary.Visible() {
		t.Errorf("%d columns are frozen in a narrow window", e.page.fixed)
	}
	w.Resize(fyne.NewSize(1300, 300))
	if e.page.fixed != 9 {
		t.Errorf("%d columns are frozen in a wide window, want 9", e.page.fixed)
	}
	e.SetColumns(columns(3))
	if e.page.fixed != 2 {
		t.Errorf("%d of 3 columns are frozen", e.page.fixed)
	}
	e.Freeze(-3)
	if e.Frozen() != 0 || e.page.fixed != 0 {
		t.Errorf("%d columns are frozen", e.page.fixed)
	}
}

func TestDragBetweenFrozenAndOthers(t *testing.T) {
	e, _ := edited(t, newBook(t, 100, 20), columns(20))
	e.Freeze(2)
	// From a frozen column to the others: no scrolling until the right edge.
	e.scrollTo(0, 500)
	e.MouseDown(pressAt(e, where(e, 1, 1), 0))
	dragTo(e, where(e, 3, 8))
	wantArea(t, e, Area{1, 1, 3, 8, Cells})
	if e.left != 500 {
		t.Errorf("scrolled to %g", e.left)
	}
	dragTo(e, where(e, 3, 0)) // and back
	wantArea(t, e, Area{1, 0, 3, 1, Cells})
	e.DragEnd()
	// From the others over the frozen ones: the others come back first.
	e.MouseDown(pressAt(e, where(e, 1, 8), 0))
	dragTo(e, where(e, 2, 0))
	if e.drift.animation == nil || e.left >= 500 {
		t.Fatalf("dragging over frozen columns does not scroll: %g", e.left)
	}
	for range 400 {
		e.driftFor(0.1)
	}
	if e.left != 0 {
		t.Fatalf("scrolled to %g", e.left)
	}
	dragTo(e, where(e, 2, 0))
	wantArea(t, e, Area{1, 0, 2, 8, Cells})
	e.DragEnd()
}

func TestSelectionIsDrawnInBothParts(t *testing.T) {
	e, _ := edited(t, newBook(t, 100, 20), columns(20))
	e.Freeze(2)
	e.SelectArea(Area{2, 1, 4, 5, Cells})
	fixed, other := e.fixed[0].body, e.body
	if !fixed.frame.Visible() || !other.frame.Visible() || !fixed.cursor.Visible() || other.cursor.Visible() {
		t.Error("the selection must be seen in both parts, the current cell in one")
	}
	if got := fixed.cursor.Position(); got.X != 100 || got.Y != 2*e.page.row {
		t.Errorf("the current cell is outlined at %v", got)
	}
	if got := other.bands[0].Position().X + other.bands[0].Size().Width; got != 399 {
		t.Errorf("the selection ends at %g, want 399", got)
	}
	e.scrollTo(0, 400) // columns 2…5 are scrolled out
	if other.frame.Visible() {
		t.Error("the selection is drawn where it is not")
	}
	e.scrollTo(50, 400)
	if fixed.frame.Visible() || fixed.cursor.Visible() {
		t.Error("the selection is drawn though its rows are scrolled out")
	}
}

func TestFiveHundredColumns(t *testing.T) {
	g := &grid{t: t, rows: 2_000_000, cols: 500, record: true}
	cols := columns(500)
	cols[7].Width = 330
	e, _ := edited(t, g, cols)
	e.Freeze(1)
	for _, col := range []int{0, 1, 250, 499, 498, 7, 8, 300} {
		e.Select(1_234_567, col)
		g.asked = nil
		e.Refresh()
		from, to := e.visible(false)
		if col > 0 && (col < from || col >= to) || e.columnX(col)+e.columns[col].width > e.page.left+600 {
			t.Errorf("column %d is not in view: %d to %d", col, from, to)
		}
		for _, at := range g.asked {
			if at[1] != 0 && (at[1] < from || at[1] >= to) {
				t.Fatalf("asked for column %d while %d to %d are shown", at[1], from, to)
			}
		}
	}
	for range 20 {
		typeInto(t, e, fyne.KeyRight, 0)
	}
	wantAt(t, e, 1_234_567, 320)
	e.hbar.onMove(e.hbar.total - e.hbar.page)
	if got := readScreen(e)[e.seen]; got[len(got)-1] == "" || e.left != e.lastLeft() {
		t.Errorf("the bar's end shows %q", got)
	}
	texts := 0
	for _, l := range e.body.lines {
		texts += len(l.cells)
	}
	if texts > 11*8 || len(e.header.titles) > 8 {
		t.Errorf("%d texts and %d titles for 500 columns of which 6 are seen", texts, len(e.header.titles))
	}
}

package sheet

import (
	"reflect"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

const (
	shift = fyne.KeyModifierShift
	ctrl  = fyne.KeyModifierControl
)

// at is the middle of the k-th row on the screen, within the sheet.
func at(s *Sheet, k int) fyne.Position {
	return fyne.NewPos(30, s.page.header+(float32(k)+0.5)*s.page.row)
}

func press1(s *Sheet, k int, held fyne.KeyModifier) *desktop.MouseEvent {
	return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: at(s, k)}, Button: desktop.MouseButtonPrimary, Modifier: held}
}

func drag(s *Sheet, k int) *fyne.DragEvent {
	return &fyne.DragEvent{PointEvent: fyne.PointEvent{Position: at(s, k)}}
}

// click presses and releases on the k-th row on the screen.
func click(s *Sheet, k int, held fyne.KeyModifier) {
	s.MouseDown(press1(s, k, held))
	s.MouseUp(press1(s, k, held))
}

func wantSelected(t *testing.T, s *Sheet, current int, want ...[2]int) {
	t.Helper()
	if got := s.Selected(); !slices.Equal(got, want) {
		t.Errorf("selected %v, want %v", got, want)
	}
	if s.CurrentRow() != current {
		t.Errorf("current row %d, want %d", s.CurrentRow(), current)
	}
}

func TestClicks(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 1000, cols: 1}, columns(1))
	s.scrollTo(100, 0)
	click(s, 2, 0)
	wantSelected(t, s, 102, [2]int{102, 102})
	click(s, 5, shift)
	wantSelected(t, s, 105, [2]int{102, 105})
	click(s, 0, shift) // the anchor stays
	wantSelected(t, s, 100, [2]int{100, 102})
	click(s, 8, ctrl)
	wantSelected(t, s, 108, [2]int{100, 102}, [2]int{108, 108})
	click(s, 101-100, ctrl) // off again
	wantSelected(t, s, 101, [2]int{100, 100}, [2]int{102, 102}, [2]int{108, 108})
	click(s, 5, ctrl)
	click(s, 6, ctrl|shift) // a further range
	wantSelected(t, s, 106, [2]int{100, 100}, [2]int{102, 102}, [2]int{105, 106}, [2]int{108, 108})
}

func TestClickBelowTheLastRow(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 3, cols: 1}, columns(1))
	s.Select(1)
	click(s, 6, 0)
	wantSelected(t, s, 1, [2]int{1, 1})
	s.Dragged(drag(s, 0)) // a drag that began on nothing selects nothing
	wantSelected(t, s, 1, [2]int{1, 1})
}

func TestDragSelects(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 1000, cols: 1}, columns(1))
	s.MouseDown(press1(s, 4, 0))
	s.Dragged(drag(s, 7))
	wantSelected(t, s, 7, [2]int{4, 7})
	s.Dragged(drag(s, 1)) // back over the beginning
	wantSelected(t, s, 1, [2]int{1, 4})
	s.DragEnd()
	s.Dragged(drag(s, 9))
	wantSelected(t, s, 1, [2]int{1, 4})

	// With Control on a selected row a drag takes rows away, and gives back what it returns from.
	s.MouseDown(press1(s, 2, ctrl))
	s.Dragged(drag(s, 8))
	wantSelected(t, s, 8, [2]int{1, 1})
	s.Dragged(drag(s, 3))
	wantSelected(t, s, 3, [2]int{1, 1}, [2]int{4, 4})
	s.MouseUp(press1(s, 3, ctrl))
}

func TestDragBeyondTheEdgeScrolls(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 1000, cols: 1}, columns(1))
	below := fyne.NewPos(30, s.page.header+s.page.body.Height+40)
	s.MouseDown(press1(s, 4, 0))
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: below}})
	if s.drift.animation == nil {
		t.Fatal("holding the pointer below the sheet does not go on scrolling")
	}
	wantSelected(t, s, 10, [2]int{4, 10})
	top := s.top
	for range 10 {
		s.driftFor(0.1)
	}
	if moved := s.top - top; moved < 15 || moved > 25 {
		t.Errorf("40 pixels below the edge move %d rows in a second, want about %g", moved, 41*driftRate)
	}
	wantSelected(t, s, s.top+9, [2]int{4, s.top + 9})
	s.Dragged(drag(s, 5))
	if s.drift.animation != nil {
		t.Error("still scrolling after the pointer came back")
	}

	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(30, -5000)}})
	for range 100 {
		s.driftFor(0.1)
	}
	wantSelected(t, s, 0, [2]int{0, 4})
	s.MouseUp(press1(s, 0, 0))
	if s.drift.animation != nil {
		t.Error("still scrolling after the button was released")
	}
}

func TestWheel(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 1000, cols: 1}, columns(1))
	pos := at(s, 3)
	test.Scroll(w.Canvas(), pos, 0, -25)
	if s.top != 3 {
		t.Errorf("one notch moves to row %d, want 3", s.top)
	}
	wantScreen(t, s, 3, 10, 1)
	for range 25 { // small steps of a touchpad add up to the same
		test.Scroll(w.Canvas(), pos, 0, -1)
	}
	if s.top != 5 && s.top != 6 {
		t.Errorf("25 steps of a pixel move to row %d, want 6", s.top)
	}
	test.Scroll(w.Canvas(), pos, 0, 1e6)
	test.Scroll(w.Canvas(), pos, 0, 8) // not yet a row
	test.Scroll(w.Canvas(), pos, 0, -25)
	if s.top != 3 {
		t.Errorf("turning on at the top must not be remembered: row %d after one notch, want 3", s.top)
	}
	test.Scroll(w.Canvas(), pos, 0, -1e6)
	wantScreen(t, s, 990, 10, 1)
}

func TestWheelSideways(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 1000, cols: 12}, columns(12))
	test.Scroll(w.Canvas(), at(s, 3), -250, 0)
	if s.left != 250 {
		t.Errorf("left %g, want 250", s.left)
	}
	if got := onScreen(s)[0]; len(got) != 7 || got[0] != "0.2" || got[6] != "0.8" {
		t.Errorf("row 0 shows %q, want columns 2 to 8", got)
	}
	s.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	test.Scroll(w.Canvas(), at(s, 3), 0, -1e6)
	if s.left != 600 || s.top != 0 {
		t.Errorf("Shift and the wheel: left %g, top %d, want 600 and 0", s.left, s.top)
	}
}

func TestDoubleClick(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 1000, cols: 1}, columns(1))
	var activated []int
	s.OnActivate = func(row int) { activated = append(activated, row) }
	double := func(first, second int) {
		click(s, first, 0)
		click(s, second, 0)
		s.DoubleTapped(&fyne.PointEvent{Position: at(s, second)})
	}
	double(3, 3)
	double(4, 5) // two quick clicks on two rows
	if !reflect.DeepEqual(activated, []int{3}) {
		t.Errorf("activated %v, want row 3 only", activated)
	}
}

func TestContextMenu(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 5, cols: 1}, columns(1))
	type call struct {
		row int
		pos fyne.Position
	}
	var calls []call
	s.OnSecondary = func(row int, pos fyne.Position) { calls = append(calls, call{row, pos}) }
	secondary := func(k int) {
		s.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: at(s, k)}, Button: desktop.MouseButtonSecondary})
		test.TapSecondaryAt(s, at(s, k))
	}
	s.SelectRange(1, 3)
	secondary(2) // among the selected: the menu is about all of them
	wantSelected(t, s, 3, [2]int{1, 3})
	secondary(4)
	wantSelected(t, s, 4, [2]int{4, 4})
	secondary(7)
	wantSelected(t, s, 4, [2]int{4, 4})
	if want := []call{{2, at(s, 2)}, {4, at(s, 4)}, {-1, at(s, 7)}}; !reflect.DeepEqual(calls, want) {
		t.Errorf("OnSecondary heard %v, want %v", calls, want)
	}
	_ = w
}

func TestClickTakesTheFocus(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 5, cols: 1}, columns(1))
	if s.ring.Visible() {
		t.Error("the focus ring is there before the focus")
	}
	click(s, 2, 0)
	if w.Canvas().Focused() != fyne.Focusable(s) || !s.ring.Visible() {
		t.Error("a click does not focus the sheet, or the ring is missing")
	}
	focused := s.body.bands[0].FillColor
	w.Canvas().Unfocus()
	if s.ring.Visible() || s.body.bands[0].FillColor == focused {
		t.Error("without focus the ring must go and the selection be calmer")
	}
}

// Releasing the button over another widget makes the window take the focus away; the keyboard must stay where the hand
// was.
func TestDragKeepsTheFocus(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 500, cols: 12}, columns(12))
	for name, end := range map[string]func(){
		"rows": s.DragEnd, "bar": s.vbar.DragEnd, "lower bar": s.hbar.DragEnd, "border": s.header.dividers[0].DragEnd,
	} {
		w.Canvas().Unfocus()
		end()
		if w.Canvas().Focused() != fyne.Focusable(s) {
			t.Errorf("%s: the focus is lost after a drag", name)
		}
	}
}

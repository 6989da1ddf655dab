package sight_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
)

// column is thirty buttons, one below another, in a scroll of 100 pixels with a button below it.
func column(t *testing.T) (*sight.Scroll, []*widgets.Button, *widgets.Button, fyne.Window) {
	t.Helper()
	test.NewTempApp(t)
	var all []*widgets.Button
	box := container.NewVBox()
	for range 30 {
		b := widgets.NewButton("step", nil, func() {})
		all = append(all, b)
		box.Add(b)
	}
	s, below := sight.New(box), widgets.NewButton("below", nil, func() {})
	w := test.NewTempWindow(t, container.NewBorder(nil, below, nil, nil, s))
	w.Resize(fyne.NewSize(200, 200))
	return s, all, below, w
}

func TestFocusComesIntoSight(t *testing.T) {
	s, all, below, w := column(t)
	for _, i := range []int{0, 12, 29, 15, 0} {
		w.Canvas().Focus(all[i])
		if sight.Hidden(all[i]) || sight.Gone(all[i]) {
			t.Errorf("button %d has the focus and is out of sight", i)
		}
		top := all[i].Position().Y - s.Offset.Y
		if top < 0 || top+all[i].Size().Height > s.Size().Height {
			t.Errorf("button %d lies at %v of %v", i, top, s.Size().Height)
		}
	}
	if s.Offset.Y != 0 {
		t.Errorf("at the first button the scroll stands at %v", s.Offset.Y)
	}
	if !sight.Hidden(all[29]) {
		t.Error("the last button is in sight together with the first")
	}
	// What is in sight moves nothing, nor does what lies beside the scroll.
	w.Canvas().Focus(all[15])
	at := s.Offset.Y
	w.Canvas().Focus(below)
	w.Canvas().Focus(all[14])
	if s.Offset.Y != at && all[14].Position().Y >= at {
		t.Errorf("the scroll moved from %v to %v", at, s.Offset.Y)
	}
	w.Canvas().Focus(below)
	if sight.Hidden(below) || s.Holds(below) || !s.Holds(all[3]) {
		t.Error("what lies beside the scroll counts as within")
	}
}

func TestFocusStaysInSightInASmallerWindow(t *testing.T) {
	_, all, _, w := column(t)
	w.Resize(fyne.NewSize(200, 900))
	w.Canvas().Focus(all[14])
	w.Resize(fyne.NewSize(200, 160))
	if sight.Hidden(all[14]) {
		t.Error("the window became smaller, and the focus is out of sight")
	}
}

func TestGone(t *testing.T) {
	s, all, _, w := column(t)
	w.Canvas().Focus(all[2])
	if sight.Gone(all[2]) {
		t.Error("a button is not there that is")
	}
	s.Content = container.NewVBox(widgets.NewButton("another", nil, func() {}))
	s.Refresh()
	if !sight.Gone(all[2]) {
		t.Error("a button that was replaced is there still")
	}
}

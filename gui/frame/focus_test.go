package frame_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/widgets"
)

// What replaces something that has the focus must not leave the keyboard on nothing.
func TestFocusOfWhatIsGone(t *testing.T) {
	r := newRig(t)
	first, second := widgets.NewButton("first", nil, func() {}), widgets.NewButton("second", nil, func() {})
	box := r.Else.Content().(*fyne.Container)
	box.Objects = []fyne.CanvasObject{container.NewVBox(widgets.NewText("above"), first)}
	box.Refresh()
	settle := func() {
		done := false
		r.Tasks().Post(func() { done = true })
		r.Until(func() bool { return done })
	}
	r.Canvas().Focus(first)
	settle()
	if r.Canvas().Focused() != fyne.Focusable(first) {
		t.Fatal("what is there lost the focus")
	}
	box.Objects = []fyne.CanvasObject{container.NewVBox(widgets.NewText("above"), second)}
	box.Refresh()
	settle()
	if f := r.Canvas().Focused(); f != nil {
		t.Errorf("%v has the focus and is not there", f)
	}
}

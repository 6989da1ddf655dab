package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func TestValueIsSelectedAndShowsItsFocus(t *testing.T) {
	app := test.NewTempApp(t)
	v := NewValue("first second")
	w := test.NewTempWindow(t, v)
	w.Resize(fyne.NewSize(300, 100))
	heard := ""
	w.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) { heard = string(ev.Name) })
	press := func(x float32) {
		at := fyne.PointEvent{Position: fyne.NewPos(x, 18)}
		v.MouseDown(&desktop.MouseEvent{PointEvent: at, Button: desktop.MouseButtonPrimary})
		v.MouseUp(&desktop.MouseEvent{PointEvent: at, Button: desktop.MouseButtonPrimary})
	}
	copied := func() string {
		v.TypedShortcut(&fyne.ShortcutCopy{})
		return app.Clipboard().Content()
	}
	press(20)
	if w.Canvas().Focused() != fyne.Focusable(v) || v.ring.StrokeColor == nil {
		t.Fatalf("after a press %T has the focus, the ring is %v", w.Canvas().Focused(), v.ring.StrokeColor)
	}
	if got := copied(); got != "first second" {
		t.Errorf("without a selection %q is copied", got)
	}
	v.DoubleTapped(&fyne.PointEvent{Position: fyne.NewPos(20, 18)})
	if got := copied(); got != "first" {
		t.Errorf("a double press selects %q", got)
	}
	v.TypedShortcut(&fyne.ShortcutSelectAll{})
	if v.SelectedText() != "first second" || len(v.marks.Objects()) == 0 {
		t.Errorf("Ctrl+A selects %q, %d marks", v.SelectedText(), len(v.marks.Objects()))
	}
	v.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF5})
	if heard != "F5" {
		t.Errorf("the window hears %q", heard)
	}
	w.Canvas().Unfocus()
	if v.ring.StrokeColor != nil {
		t.Error("without the focus the ring stays")
	}
}

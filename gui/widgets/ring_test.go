package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
)

// What has the focus is told by a ring in a colour of its own, on the main button too.
func TestFocusIsSeen(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.NewTheme())
	plain, main, quiet := NewButton("Add", nil, nil), NewPrimary("Save", nil, nil), NewQuiet("More", nil, nil)
	danger := NewButton("Delete", nil, nil)
	danger.Importance = widget.DangerImportance
	check, choice := NewCheck("All", nil), NewSelect([]string{"a", "b"}, nil)
	w := test.NewTempWindow(t, container.NewVBox(plain, main, quiet, danger, check, choice))
	for name, o := range map[string]struct {
		widget fyne.Focusable
		ring   *ring
	}{
		"button": {plain, &plain.ring}, "main button": {main, &main.ring}, "quiet button": {quiet, &quiet.ring}, "dangerous button": {danger, &danger.ring},
		"tick box": {check, &check.ring}, "choice": {choice, &choice.ring},
	} {
		if o.ring.shape.StrokeColor != nil {
			t.Errorf("%s: a ring without the focus", name)
		}
		w.Canvas().Focus(o.widget)
		if o.ring.shape.StrokeColor == nil || o.ring.shape.Size().Height < look.Target-4 {
			t.Errorf("%s: no ring with the focus, %v", name, o.ring.shape.Size())
		}
		w.Canvas().Unfocus()
		if o.ring.shape.StrokeColor != nil {
			t.Errorf("%s: the ring stays", name)
		}
	}
	w.Canvas().Focus(main)
	if main.ring.shape.StrokeColor == look.Color(fyne.ThemeColorName("primary")) {
		t.Error("the ring of the main button has the colour of the button")
	}
}

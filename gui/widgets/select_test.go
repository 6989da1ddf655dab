package widgets

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestManyChoicesAreSearched(t *testing.T) {
	w := test.NewTempWindow(t, WithTips(NewText("")))
	w.Resize(fyne.NewSize(800, 700))
	var asked *Dialog
	chosen := ""
	s := NewSelect(nil, nil)
	s.OnChanged = func(text string) { chosen = text }
	Searched(s, "Profile", func(d *Dialog) { asked = d; d.Show(w.Canvas()) })
	w.SetContent(WithTips(s))
	few := []string{"Alpha", "Beta"}
	s.Options = few
	s.Tapped(&fyne.PointEvent{})
	if asked != nil {
		t.Fatal("two choices are searched")
	}
	w.Canvas().Overlays().Remove(w.Canvas().Overlays().Top())
	for i := range 300 {
		s.Options = append(s.Options, fmt.Sprintf("Thermostat %d", i))
	}
	open := func() (*Entry, func() []*Row) {
		t.Helper()
		if asked == nil {
			t.Fatal("no field searches 302 choices")
		}
		body := asked.Body.(*fyne.Container)
		list := body.Objects[1].(*fyne.Container).Objects[0].(interface{ MinSize() fyne.Size })
		return body.Objects[0].(*Entry), func() []*Row { return rowsIn(list.(fyne.CanvasObject)) }
	}
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	field, rows := open()
	if w.Canvas().Focused() != fyne.Focusable(field) || len(rows()) != listedAtOnce {
		t.Errorf("the focus is on %T, %d are listed", w.Canvas().Focused(), len(rows()))
	}
	field.SetText("STAT 29")
	if all := rows(); len(all) != 11 || all[0].Label != "Thermostat 29" {
		t.Errorf("%d fit, the first is %v", len(all), all)
	}
	field.OnSubmitted(field.Text)
	if chosen != "Thermostat 29" || asked.popup != nil {
		t.Errorf("Enter chose %q", chosen)
	}
	s.Tapped(&fyne.PointEvent{})
	field, rows = open()
	field.SetText("nothing")
	field.OnSubmitted(field.Text)
	if len(rows()) != 0 || chosen != "Thermostat 29" || asked.popup == nil {
		t.Errorf("%d fit nothing, and Enter chose %q", len(rows()), chosen)
	}
	field.SetText("bet")
	rows()[0].Tapped(nil)
	if chosen != "Beta" || s.SelectedIndex() != 1 {
		t.Errorf("a press chose %q", chosen)
	}
	asked = nil
	s.Disable()
	s.Tapped(&fyne.PointEvent{})
	if asked != nil {
		t.Error("a disabled choice opens")
	}
}

// rowsIn are the rows within an object.
func rowsIn(o fyne.CanvasObject) (rows []*Row) {
	switch o := o.(type) {
	case *Row:
		return []*Row{o}
	case *fyne.Container:
		for _, inside := range o.Objects {
			rows = append(rows, rowsIn(inside)...)
		}
	case fyne.Widget:
		for _, inside := range test.WidgetRenderer(o).Objects() {
			rows = append(rows, rowsIn(inside)...)
		}
	}
	return rows
}

package gui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"enrollbench/gui/widgets"
)

// A note covers neither the room in front nor the names of the tabs, however much it says.
func TestANoteHasAPlaceOfItsOwn(t *testing.T) {
	r := newRig(t)
	r.Window().Resize(fyne.NewSize(1000, 700))
	driver := fyne.CurrentApp().Driver()
	top, bottom := float32(0), r.Canvas().Size().Height
	walk(r.Window().Content(), func(o fyne.CanvasObject) {
		row, ok := o.(*widgets.Row)
		if !ok {
			return
		}
		switch at := driver.AbsolutePositionForObject(row); row.Label {
		case r.Settings.Name():
			top = at.Y + row.Size().Height
		case "Help":
			bottom = at.Y
		}
	})
	for _, text := range []string{"Removed.", strings.Repeat("a long text ", 60)} {
		r.Note(widgets.Note{Text: text, Detail: "/a/long/path/of/a/file.csv", Action: "Undo", Act: func() {}})
		var labels []string
		walk(r.Toast(), func(o fyne.CanvasObject) {
			at, size := driver.AbsolutePositionForObject(o), o.Size()
			if b, ok := o.(*widgets.Button); ok {
				labels = append(labels, b.Text)
				if at.X+size.Width > driver.AbsolutePositionForObject(r.Current().Content()).X || at.Y < top || at.Y+size.Height > bottom {
					t.Errorf("the button %q lies at %v, %v", b.Text, at, size)
				}
			}
		})
		if len(labels) != 2 {
			t.Errorf("the note's buttons: %q", labels)
		}
	}
	if top == 0 || bottom == r.Canvas().Size().Height {
		t.Error("the tabs or the help were not found")
	}
}

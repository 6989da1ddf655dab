package frame_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets"
)

// Enter submits a dialog wherever the focus is in it, unless its last answer is dangerous or disabled.
func TestEnterSubmitsEveryDialog(t *testing.T) {
	r := newRig(t)
	for _, danger := range []bool{false, true} {
		for _, name := range []string{"entry", "field", "choice", "box", "value", "nothing", "several lines"} {
			taken := false
			entry, lines := widgets.NewEntry(), widgets.NewTextArea()
			field := widgets.NewField("f", "", "", false, nil)
			choice, box, value := widgets.NewSelect([]string{"a", "b"}, func(int) {}), widgets.NewCheck("c", func(bool) {}), widgets.NewValue("v")
			d := &widgets.Dialog{Title: "T", Body: widgets.Down(0, entry, field.Content(), lines, choice, box, value),
				Answers: []widgets.Answer{{Text: "Go back"}, {Text: "Do it", Danger: danger, Act: func() { taken = true }}}}
			r.Ask(d)
			key := &fyne.KeyEvent{Name: fyne.KeyReturn}
			on := func(f fyne.Focusable) { r.Canvas().Focus(f); f.TypedKey(key) }
			switch name {
			case "entry":
				on(entry)
			case "field":
				on(field.Entry)
			case "choice":
				on(choice)
			case "box":
				on(box)
			case "value":
				on(value)
			case "nothing":
				r.Canvas().Unfocus()
				r.Canvas().OnTypedKey()(key)
			case "several lines":
				on(lines)
				if taken {
					t.Error("Enter in a text of several lines submits")
				}
				lines.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyReturn, Modifier: fyne.KeyModifierShortcutDefault})
			}
			if taken == danger {
				t.Errorf("%s, danger %v: Enter submits: %v", name, danger, taken)
			}
			r.Dismiss()
		}
	}
}

// working is a room in which something runs that Escape cancels.
type working struct {
	frame.Room
	runs bool
}

func (w *working) Busy() bool { return w.runs }
func (w *working) Escape()    { w.runs = false }

// The first Esc cancels what runs, the second closes the note, and each closes one thing.
func TestEscapeCancelsWorkFirst(t *testing.T) {
	r := &rig{Rig: frametest.New(t)}
	r.Frame = r.F
	room := &working{Room: r.Else}
	r.Begin(frame.Layout{Rooms: []frame.Room{room}})
	esc := func() { r.OnKey(&fyne.KeyEvent{Name: fyne.KeyEscape}) }
	room.runs = true
	r.Note(widgets.Note{Text: "said"})
	if esc(); room.runs || r.ToastText() != "said" {
		t.Errorf("the first Esc: runs %v, note %q", room.runs, r.ToastText())
	}
	if esc(); r.ToastText() != "" {
		t.Error("the second Esc leaves the note")
	}
	r.Ask(&widgets.Dialog{Title: "one", Answers: []widgets.Answer{{Text: "Close"}}})
	r.Ask(&widgets.Dialog{Title: "two", Answers: []widgets.Answer{{Text: "Close"}}})
	if esc(); len(r.Dialogs()) != 1 || r.Dialog().Title != "one" {
		t.Error("Esc closes more or less than the dialog in front")
	}
	r.Dismiss()
}

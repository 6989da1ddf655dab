package sheet

import (
	"fmt"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func newWindow(t testing.TB, o fyne.CanvasObject) fyne.Window {
	w := test.NewTempWindow(t, o)
	w.SetPadded(false)
	return w
}

func TestCommands(t *testing.T) {
	e, w := edited(t, newBook(t, 50, 4), columns(4))
	window := &shortcuts{Canvas: w.Canvas()}
	var heard []string
	hear := func(format string, args ...any) { heard = append(heard, fmt.Sprintf(format, args...)) }
	custom := func(key fyne.KeyName, held fyne.KeyModifier) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: key, Modifier: held}
	}
	all := []fyne.Shortcut{&fyne.ShortcutUndo{}, &fyne.ShortcutRedo{}, custom(fyne.KeyZ, ctrl|shift), custom(fyne.KeyF, ctrl),
		custom(fyne.KeyH, ctrl), custom(fyne.KeyS, ctrl), custom(fyne.KeyD, ctrl), custom(fyne.KeyPlus, ctrl), custom(fyne.KeyEqual, ctrl|shift),
		custom(fyne.KeyMinus, ctrl)}
	for _, sc := range append(all, custom(fyne.KeyS, ctrl|shift), custom(fyne.Key3, ctrl)) {
		window.handler.AddShortcut(sc, func(sc fyne.Shortcut) { hear("window") })
	}
	for _, sc := range all { // nobody listens: all are the window's
		e.shortcutOn(window, sc)
	}
	if len(heard) != len(all) || slices.ContainsFunc(heard, func(s string) bool { return s != "window" }) {
		t.Errorf("without callbacks: %q", heard)
	}

	e.OnUndo, e.OnRedo = func() { hear("undo") }, func() { hear("redo") }
	e.OnFind, e.OnReplace, e.OnSave = func() { hear("find") }, func() { hear("replace") }, func() { hear("save") }
	e.OnFillDown = func(a Area) { hear("fill %d-%d", a.Top, a.Bottom) }
	e.OnInsertRows = func(row, count int) { hear("insert %d at %d", count, row) }
	e.OnDeleteRows = func(from, to int) { hear("delete %d-%d", from, to) }
	heard = nil
	e.SelectArea(Area{5, 1, 7, 2, Cells})
	for _, sc := range append(all, custom(fyne.KeyS, ctrl|shift), custom(fyne.Key3, ctrl)) {
		e.shortcutOn(window, sc)
	}
	want := []string{"undo", "redo", "redo", "find", "replace", "save", "fill 5-7", "insert 3 at 5", "insert 3 at 5", "delete 5-7", "window", "window"}
	if !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}

	heard = nil
	e.Select(4, 1)
	e.shortcutOn(window, custom(fyne.KeyD, ctrl)) // the row above is copied down
	e.Select(0, 1)
	e.shortcutOn(window, custom(fyne.KeyD, ctrl)) // there is none above
	clickAt(e, above(e, 1), 0)
	e.shortcutOn(window, custom(fyne.KeyMinus, ctrl)) // columns are no rows
	e.shortcutOn(window, custom(fyne.KeyPlus, ctrl))
	e.shortcutOn(window, &fyne.ShortcutSelectAll{})
	e.shortcutOn(window, custom(fyne.KeyPlus, ctrl))
	e.shortcutOn(window, custom(fyne.KeyMinus, ctrl))
	want = []string{"fill 3-4", "window", "window", "insert 1 at 0", "delete 0-49"}
	if !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
}

func TestOtherKeysOfAnEditorReachTheWindow(t *testing.T) {
	e, w := edited(t, newBook(t, 50, 4), columns(4))
	var heard []string
	w.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) { heard = append(heard, string(ev.Name)) })
	for _, key := range []fyne.KeyName{fyne.KeyF1, fyne.KeyF5, fyne.KeyF8, fyne.KeyEscape, fyne.KeyDelete, fyne.KeyA, fyne.KeyDown} {
		typeInto(t, e, key, 0)
	}
	if want := []string{"F1", "F5", "F8", "Escape", "Delete"}; !slices.Equal(heard, want) {
		t.Errorf("the window heard %q, want %q", heard, want)
	}
	e.OnEdit = nil // only shown: letters may be the window's
	heard = nil
	typeInto(t, e, fyne.KeyA, 0)
	typeInto(t, e, fyne.KeyF2, 0)
	if want := []string{"A", "F2"}; !slices.Equal(heard, want) {
		t.Errorf("the window heard %q, want %q", heard, want)
	}
}

func TestShiftSpaceTypesNothing(t *testing.T) {
	e, _ := edited(t, newBook(t, 50, 4), columns(4))
	e.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	e.TypedRune(' ')
	e.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	if e.Editing() || e.Selection().Kind != Rows {
		t.Errorf("editing %v, selected %+v", e.Editing(), e.Selection())
	}
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	e.TypedRune(' ')
	if !e.Editing() || e.edit.entry.Text != " " {
		t.Error("a blank is a character as any other")
	}
}

func TestFocusIsSeen(t *testing.T) {
	e, w := edited(t, newBook(t, 50, 4), columns(4))
	e.SelectArea(Area{1, 1, 2, 2, Cells})
	if !e.ring.Visible() || e.body.cursor.StrokeColor != e.style.accent {
		t.Error("with the focus there is no ring, or the current cell is not in the accent colour")
	}
	fill := e.body.bands[0].FillColor
	w.Canvas().Unfocus()
	if e.ring.Visible() || e.body.cursor.StrokeColor == e.style.accent || e.body.bands[0].FillColor == fill {
		t.Error("without the focus the ring must go, and the selection be calmer")
	}
}

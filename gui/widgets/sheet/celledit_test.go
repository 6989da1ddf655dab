package sheet

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

func newPair(a, b fyne.CanvasObject) fyne.CanvasObject {
	return container.NewBorder(nil, b, nil, nil, a)
}

func wantText(t *testing.T, b *book, row, col int, want string) {
	t.Helper()
	if got := b.rows[row][col]; got != want {
		t.Errorf("cell %d, %d is %q, want %q", row, col, got, want)
	}
}

func TestTypeToEdit(t *testing.T) {
	b := newBook(t, 50, 4)
	e, w := edited(t, b, columns(4))
	e.Select(3, 1)
	typeText(t, e, "00ä日本é") // a character at a time, as input methods give them
	if !e.Editing() || !e.focused {
		t.Fatal("typing does not edit, or the sheet looks as if it had no focus")
	}
	wantText(t, b, 3, 1, "3.1")
	typeInto(t, e, fyne.KeyReturn, 0)
	wantText(t, b, 3, 1, "00ä日本é")
	wantAt(t, e, 4, 1)
	if e.Editing() || w.Canvas().Focused() != fyne.Focusable(e) {
		t.Error("after Enter the sheet must have the focus, and no entry")
	}

	typeText(t, e, " x")
	typeInto(t, e, fyne.KeyTab, 0)
	wantText(t, b, 4, 1, " x")
	wantAt(t, e, 4, 2)
	typeText(t, e, "u")
	typeInto(t, e, fyne.KeyReturn, shift)
	wantText(t, b, 4, 2, "u")
	wantAt(t, e, 3, 2)
	typeText(t, e, "a")
	typeInto(t, e, fyne.KeyLeft, 0) // typing began it: an arrow leaves
	wantText(t, b, 3, 2, "a")
	wantAt(t, e, 3, 1)
	typeText(t, e, "gone")
	typeInto(t, e, fyne.KeyEscape, 0)
	wantText(t, b, 3, 1, "00ä日本é")
	wantAt(t, e, 3, 1)
	if w.Canvas().Focused() != fyne.Focusable(e) {
		t.Error("the focus is lost after Escape")
	}
}

func TestF2Edits(t *testing.T) {
	b := newBook(t, 50, 4)
	calls := 0
	e, _ := edited(t, b, columns(4))
	apply := e.OnEdit
	e.OnEdit = func(row, col int, text string) { calls++; apply(row, col, text) }
	e.Select(2, 2)
	typeInto(t, e, fyne.KeyF2, 0)
	typeText(t, e, "!")
	typeInto(t, e, fyne.KeyLeft, 0) // moves in the text
	typeInto(t, e, fyne.KeyLeft, 0)
	typeText(t, e, "-")
	typeInto(t, e, fyne.KeyReturn, 0)
	wantText(t, b, 2, 2, "2.-2!")

	// Nothing typed is nothing edited.
	typeInto(t, e, fyne.KeyF2, 0)
	typeInto(t, e, fyne.KeyReturn, 0)
	if calls != 1 {
		t.Errorf("OnEdit was called %d times, want once", calls)
	}
	// F2 again: arrows leave.
	typeInto(t, e, fyne.KeyF2, 0)
	typeInto(t, e, fyne.KeyF2, 0)
	typeText(t, e, "x")
	typeInto(t, e, fyne.KeyDown, 0)
	wantText(t, b, 4, 2, "4.2x")
	wantAt(t, e, 5, 2)
}

func TestClickElsewhereCommits(t *testing.T) {
	b := newBook(t, 50, 4)
	e, w := edited(t, b, columns(4))
	e.Select(2, 2)
	typeText(t, e, "abc")
	clickAt(e, where(e, 5, 1), 0)
	wantText(t, b, 2, 2, "abc")
	wantAt(t, e, 5, 1)
	if w.Canvas().Focused() != fyne.Focusable(e) {
		t.Error("the sheet has no focus")
	}

	other := widget.NewEntry()
	w.SetContent(newPair(e, other))
	w.Canvas().Focus(e)
	typeText(t, e, "xyz")
	w.Canvas().Focus(other)
	wantText(t, b, 5, 1, "xyz")
	if e.Editing() || e.focused || e.ring.Visible() || w.Canvas().Focused() != fyne.Focusable(other) {
		t.Error("the focus went elsewhere: the sheet must not look focused, or take it back")
	}
}

// The window may give the focus back to the entry that had it, and that is over.
func TestFocusComesBack(t *testing.T) {
	b := newBook(t, 50, 4)
	e, w := edited(t, b, columns(4))
	typeText(t, e, "abc")
	entry := e.edit.entry
	entry.FocusLost() // Alt+Tab
	wantText(t, b, 0, 0, "abc")
	entry.FocusGained()
	if w.Canvas().Focused() != fyne.Focusable(e) {
		t.Error("the focus is on an entry that nobody sees")
	}
	entry.TypedRune('q')
	if !e.Editing() || e.edit.entry.Text != "q" {
		t.Error("what is typed is lost")
	}
}

func TestDoubleClickEdits(t *testing.T) {
	e, _ := edited(t, newBook(t, 50, 4), columns(4))
	double := func(first, second fyne.Position) {
		clickAt(e, first, 0)
		clickAt(e, second, 0)
		e.DoubleTapped(&fyne.PointEvent{Position: second})
	}
	double(where(e, 3, 1), where(e, 3, 2))
	if e.Editing() {
		t.Error("two quick clicks on two cells are two selections")
	}
	double(where(e, 3, 2), where(e, 3, 2))
	if !e.Editing() || e.edit.entry.Text != "3.2" {
		t.Error("a double click does not edit the cell")
	}
	e.edit.entry.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
	if !e.Editing() {
		t.Error("a click into the text must not end the editing")
	}
}

func TestEntryLiesOverItsCell(t *testing.T) {
	b := newBook(t, 50, 9)
	e, w := edited(t, b, columns(9))
	e.Select(40, 8)
	typeInto(t, e, fyne.KeyF2, 0)
	over := func() {
		t.Helper()
		entry, cell := e.edit.entry, where(e, e.edit.at.Row, e.edit.at.Column)
		pos, size := entry.Position(), entry.Size()
		if cell.X < pos.X || cell.X > pos.X+size.Width || cell.Y < pos.Y || cell.Y > pos.Y+size.Height {
			t.Errorf("the entry lies at %v, %v; the cell's middle at %v", pos, size, cell)
		}
		if pos.X < e.page.left || pos.X+size.Width > e.page.left+600.5 || pos.Y < e.page.header || pos.Y+size.Height > e.page.header+e.page.body.Height+0.5 {
			t.Errorf("the entry at %v, %v leaves the cells", pos, size)
		}
	}
	over()
	before := e.edit.entry.Size()
	typeText(t, e, strings.Repeat("long text ", 5))
	over()
	if got := e.edit.entry.Size(); got.Width <= before.Width {
		t.Errorf("the entry does not grow with its text: %v", got)
	}
	typeText(t, e, strings.Repeat("long text ", 50))
	over()
	if got := e.edit.entry.Size(); got.Height < 5*e.style.plain.height {
		t.Errorf("a text of many lines in an entry of %v", got)
	}
	w.Resize(w.Canvas().Size().SubtractWidthHeight(200, 100))
	e.revealCell(e.edit.at)
	if got := e.edit.entry.Position().X + e.edit.entry.Size().Width; got > e.page.left+e.page.body.Width+0.5 {
		t.Errorf("the window shrank, the entry ends at %g", got)
	}
	e.scrollTo(0, 0) // far from the cell: the entry stays in sight
	if pos := e.edit.entry.Position(); pos.Y < e.page.header || pos.Y > e.page.header+e.page.body.Height {
		t.Errorf("the entry is at %v after scrolling", pos)
	}
	typeText(t, e, "x") // and typing leads back
	if e.top > 40 || e.top+e.page.full <= 40 {
		t.Errorf("shown from row %d while row 40 is edited", e.top)
	}
}

func TestLineBreaksAreShownAndKept(t *testing.T) {
	b := newBook(t, 5, 2)
	b.rows[1][1] = "-----BEGIN\r\nMIIB\r\n-----END\r\n"
	e, _ := edited(t, b, columns(2))
	e.resizeColumn(1, 400)
	if got, want := readScreen(e)[1][1], "-----BEGIN⏎MIIB⏎-----END⏎"; got != want {
		t.Errorf("shown as %q, want %q", got, want)
	}
	e.Select(1, 1)
	typeInto(t, e, fyne.KeyF2, 0)
	if got, want := e.edit.entry.Text, "-----BEGIN\nMIIB\n-----END\n"; got != want {
		t.Errorf("edited as %q, want %q", got, want)
	}
	typeText(t, e, "x")
	typeInto(t, e, fyne.KeyReturn, desktopAlt)
	typeText(t, e, "y")
	typeInto(t, e, fyne.KeyReturn, 0)
	wantText(t, b, 1, 1, "-----BEGIN\r\nMIIB\r\n-----END\r\nx\r\ny")
}

func TestWhatCannotBeEdited(t *testing.T) {
	b := newBook(t, 5, 3)
	e, w := edited(t, b, columns(3))
	var failed []error
	var runes []rune
	e.OnFail = func(err error) { failed = append(failed, err) }
	w.Canvas().SetOnTypedRune(func(r rune) { runes = append(runes, r) })
	e.CanEdit = func(row, col int) bool { return col != 1 }
	e.Select(1, 1)
	typeText(t, e, "x")
	typeInto(t, e, fyne.KeyF2, 0)
	if e.Editing() || string(runes) != "x" {
		t.Errorf("editing %v, the window heard %q", e.Editing(), string(runes))
	}
	b.rows[2][2] = strings.Repeat("x", CellBytes+1)
	e.Select(2, 2)
	typeInto(t, e, fyne.KeyF2, 0)
	if e.Editing() || len(failed) != 1 || failed[0] != ErrCellTooLong {
		t.Errorf("editing %v, OnFail heard %v", e.Editing(), failed)
	}
	typeText(t, e, "y") // but it may be replaced
	typeInto(t, e, fyne.KeyReturn, 0)
	wantText(t, b, 2, 2, "y")
	e.OnEdit = nil
	typeText(t, e, "z")
	if e.Editing() {
		t.Error("edited without OnEdit")
	}
}

func TestCellChangesWhileEdited(t *testing.T) {
	b := newBook(t, 5, 3)
	e, w := edited(t, b, columns(3))
	e.Select(1, 1)
	typeText(t, e, "typed")
	e.Refresh() // something else changed
	if !e.Editing() {
		t.Fatal("a refresh ends the editing")
	}
	b.rows[1], b.rows[2] = b.rows[2], b.rows[1] // a sort: another row stands there now
	e.Refresh()
	if e.Editing() || w.Canvas().Focused() != fyne.Focusable(e) {
		t.Error("what was typed for one row would go to another")
	}
	typeInto(t, e, fyne.KeyReturn, 0)
	wantText(t, b, 1, 1, "2.1")
	e.Select(4, 2)
	typeText(t, e, "typed")
	b.rows = b.rows[:2]
	e.Refresh()
	if e.Editing() {
		t.Error("the edited cell is gone and the entry still there")
	}
	typeText(t, e, "again")
	e.SetModel(nil)
	if e.Editing() {
		t.Error("the model is gone and the entry still there")
	}
}

func TestShortcutsWhileEditing(t *testing.T) {
	b := newBook(t, 9, 3)
	e, w := edited(t, b, columns(3))
	heard := ""
	e.OnSave = func() { heard += "save:" + b.rows[1][1] + " " }
	e.OnFind = func() { heard += "find " }
	e.OnUndo = func() { heard += "undo " }
	w.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) { heard += string(ev.Name) + " " })
	e.Select(1, 1)
	typeText(t, e, "abc")
	e.edit.entry.TypedShortcut(&fyne.ShortcutUndo{}) // in the text
	if heard != "" || !e.Editing() || e.edit.entry.Text == "abc" {
		t.Errorf("undo in the entry: heard %q, text %q", heard, e.edit.entry.Text)
	}
	e.edit.entry.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyZ, Modifier: ctrl | shift})
	if e.edit.entry.Text != "abc" {
		t.Errorf("redo in the entry gives %q", e.edit.entry.Text)
	}
	typeInto(t, e, fyne.KeyQ, ctrl|desktopAlt) // the way to @ on some keyboards
	if !e.Editing() {
		t.Error("AltGr ends the editing")
	}
	typeInto(t, e, fyne.KeyS, ctrl)
	typeText(t, e, "d")
	typeInto(t, e, fyne.KeyF, ctrl)
	typeText(t, e, "e")
	typeInto(t, e, fyne.KeyF8, 0)
	if want := "save:abc find F8 "; heard != want || e.Editing() {
		t.Errorf("heard %q, want %q", heard, want)
	}
	wantText(t, b, 1, 1, "e")

	fyne.CurrentApp().Clipboard().SetContent(strings.Repeat("x", CellBytes+1))
	var failed error
	e.OnFail = func(err error) { failed = err }
	typeText(t, e, "f")
	e.edit.entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: fyne.CurrentApp().Clipboard()})
	if failed != ErrCellTooLong || e.edit.entry.Text != "f" {
		t.Errorf("a long paste into a cell: %v, text of %d bytes", failed, len(e.edit.entry.Text))
	}
}

func TestControlEnterFillsTheSelection(t *testing.T) {
	b := newBook(t, 9, 3)
	e, _ := edited(t, b, columns(3))
	var got [][]string
	var at Place
	e.OnPaste = func(row, col int, block [][]string) { at, got = Place{row, col}, block }
	e.SelectArea(Area{2, 1, 4, 2, Cells})
	typeText(t, e, "k")
	typeInto(t, e, fyne.KeyReturn, ctrl)
	if at != (Place{2, 1}) || len(got) != 3 || len(got[2]) != 2 || got[2][1] != "k" || e.Editing() {
		t.Errorf("filled %v at %v", got, at)
	}
	wantArea(t, e, Area{2, 1, 4, 2, Cells})
}

func TestCommitFromOutside(t *testing.T) {
	b := newBook(t, 9, 3)
	e, w := edited(t, b, columns(3))
	if !e.Edit() {
		t.Fatal("Edit does not edit")
	}
	typeText(t, e, "x")
	e.Commit()
	wantText(t, b, 0, 0, "0.0x")
	if w.Canvas().Focused() != fyne.Focusable(e) {
		t.Error("the focus is lost")
	}
	e.Commit() // nothing to do
}

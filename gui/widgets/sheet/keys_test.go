package sheet

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// typeKey types as the window does: with Control held a key arrives as a shortcut.
func typeKey(s *Sheet, key fyne.KeyName, held fyne.KeyModifier) {
	if held&shift != 0 {
		s.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
		defer s.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	}
	if held&ctrl != 0 {
		s.TypedShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: held})
		return
	}
	s.TypedKey(&fyne.KeyEvent{Name: key})
}

func TestKeysMoveTheCurrentRow(t *testing.T) {
	const rows = 5_000_000
	s, w := shown(t, &grid{t: t, rows: rows, cols: 1}, columns(1))
	w.Canvas().Focus(s)
	for i, step := range []struct {
		key          fyne.KeyName
		held         fyne.KeyModifier
		current, top int
		selected     [][2]int
	}{
		{fyne.KeyDown, 0, 0, 0, [][2]int{{0, 0}}}, // the first key only arrives
		{fyne.KeyUp, 0, 0, 0, [][2]int{{0, 0}}},
		{fyne.KeyDown, 0, 1, 0, [][2]int{{1, 1}}},
		{fyne.KeyPageDown, 0, 10, 1, [][2]int{{10, 10}}},
		{fyne.KeyPageDown, 0, 19, 10, [][2]int{{19, 19}}},
		{fyne.KeyUp, 0, 18, 10, [][2]int{{18, 18}}},
		{fyne.KeyDown, shift, 19, 10, [][2]int{{18, 19}}},
		{fyne.KeyDown, shift, 20, 11, [][2]int{{18, 20}}},
		{fyne.KeyPageUp, shift, 11, 11, [][2]int{{11, 18}}},
		{fyne.KeyDown, ctrl, 12, 11, [][2]int{{11, 18}}}, // moves without selecting
		{fyne.KeyDown, ctrl, 13, 11, [][2]int{{11, 18}}},
		{fyne.KeySpace, 0, 13, 11, [][2]int{{11, 12}, {14, 18}}},
		{fyne.KeySpace, ctrl, 13, 11, [][2]int{{11, 18}}},
		{fyne.KeyDown, shift, 14, 11, [][2]int{{13, 14}}}, // from the last row turned over, and nothing else
		{fyne.KeyEnd, 0, rows - 1, rows - 10, [][2]int{{rows - 1, rows - 1}}},
		{fyne.KeyDown, 0, rows - 1, rows - 10, [][2]int{{rows - 1, rows - 1}}},
		{fyne.KeyPageUp, 0, rows - 10, rows - 10, [][2]int{{rows - 10, rows - 10}}},
		{fyne.KeyPageUp, 0, rows - 19, rows - 19, [][2]int{{rows - 19, rows - 19}}},
		{fyne.KeyHome, shift, 0, 0, [][2]int{{0, rows - 19}}},
		{fyne.KeyEnd, ctrl, rows - 1, rows - 10, [][2]int{{rows - 1, rows - 1}}},
		{fyne.KeyHome, ctrl | shift, 0, 0, [][2]int{{0, rows - 1}}},
		{fyne.KeyHome, ctrl, 0, 0, [][2]int{{0, 0}}},
	} {
		typeKey(s, step.key, step.held)
		if s.CurrentRow() != step.current || s.top != step.top || !slices.Equal(s.Selected(), step.selected) {
			t.Fatalf("step %d, %s with %d: current %d, top %d, selected %v; want %d, %d, %v", i, step.key, step.held,
				s.CurrentRow(), s.top, s.Selected(), step.current, step.top, step.selected)
		}
	}
}

func TestKeysMoveSideways(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 50, cols: 12}, columns(12))
	for i, step := range []struct {
		key  fyne.KeyName
		held fyne.KeyModifier
		left float32
	}{
		{fyne.KeyLeft, 0, 0}, {fyne.KeyRight, 0, 100}, {fyne.KeyRight, 0, 200}, {fyne.KeyLeft, 0, 100},
		{fyne.KeyEnd, 0, 100}, {fyne.KeyEnd, ctrl, 600}, {fyne.KeyRight, 0, 600}, {fyne.KeyLeft, 0, 500},
		{fyne.KeyHome, 0, 500}, {fyne.KeyHome, ctrl, 0},
	} {
		typeKey(s, step.key, step.held)
		if s.left != step.left {
			t.Fatalf("step %d, %s: left %g, want %g", i, step.key, s.left, step.left)
		}
	}
}

func TestEnterAndDelete(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 50, cols: 1}, columns(1))
	var activated []int
	deleted := 0
	var window []fyne.KeyName
	w.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) { window = append(window, ev.Name) })
	typeKey(s, fyne.KeyReturn, 0) // nobody listens: the window's default button may want it
	s.OnActivate = func(row int) { activated = append(activated, row) }
	s.OnDelete = func() { deleted++ }
	typeKey(s, fyne.KeyReturn, 0) // no current row
	typeKey(s, fyne.KeyDelete, 0)
	s.Select(7)
	typeKey(s, fyne.KeyReturn, 0)
	typeKey(s, fyne.KeyEnter, 0)
	typeKey(s, fyne.KeyDelete, 0)
	if !slices.Equal(activated, []int{7, 7}) || deleted != 1 {
		t.Errorf("activated %v, deleted %d times", activated, deleted)
	}
	if want := []fyne.KeyName{fyne.KeyReturn, fyne.KeyReturn, fyne.KeyDelete}; !slices.Equal(window, want) {
		t.Errorf("the window heard %v, want %v", window, want)
	}
}

// A focused widget gets every key; what means nothing in a sheet must reach the window nevertheless.
func TestOtherKeysReachTheWindow(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 50, cols: 1}, columns(1))
	var heard []string
	w.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) { heard = append(heard, string(ev.Name)) })
	w.Canvas().SetOnTypedRune(func(r rune) { heard = append(heard, string(r)) })

	typeKey(s, fyne.KeyF5, 0)
	typeKey(s, fyne.KeyEscape, 0)
	typeKey(s, fyne.KeyDown, 0)
	s.TypedRune('x')
	s.TypedRune(' ') // comes with the Space key, which the sheet took
	if want := []string{"F5", "Escape", "x"}; !slices.Equal(heard, want) {
		t.Errorf("the window heard %q, want %q", heard, want)
	}
	wantSelected(t, s, 0, [2]int{0, 0})
}

// shortcuts stands for a window's canvas; the one of the test driver does not take shortcuts.
type shortcuts struct {
	fyne.Canvas
	handler fyne.ShortcutHandler
}

func (s *shortcuts) TypedShortcut(sc fyne.Shortcut) { s.handler.TypedShortcut(sc) }

func TestOtherShortcutsReachTheWindow(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 50, cols: 1}, columns(1))
	window := &shortcuts{Canvas: w.Canvas()}
	var heard []string
	find := &desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: ctrl}
	altUp := &desktop.CustomShortcut{KeyName: fyne.KeyUp, Modifier: fyne.KeyModifierAlt}
	for _, sc := range []fyne.Shortcut{find, altUp, &fyne.ShortcutUndo{}, &fyne.ShortcutSelectAll{}, &fyne.ShortcutCopy{}} {
		window.handler.AddShortcut(sc, func(sc fyne.Shortcut) { heard = append(heard, sc.ShortcutName()) })
	}
	for _, sc := range []fyne.Shortcut{find, altUp, &fyne.ShortcutUndo{}, &fyne.ShortcutSelectAll{}, &fyne.ShortcutCopy{},
		&desktop.CustomShortcut{KeyName: fyne.KeyEnd, Modifier: ctrl}, &fyne.ShortcutPaste{}} {
		s.shortcutOn(window, sc)
	}
	if want := []string{find.ShortcutName(), altUp.ShortcutName(), "Undo"}; !slices.Equal(heard, want) {
		t.Errorf("the window heard %q, want %q", heard, want)
	}
	wantSelected(t, s, 49, [2]int{49, 49})
}

func TestShiftIsForgottenWithTheFocus(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 50, cols: 1}, columns(1))
	w.Canvas().Focus(s)
	s.Select(3)
	s.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftRight})
	w.Canvas().Unfocus() // Alt+Tab: the release goes elsewhere
	w.Canvas().Focus(s)
	typeKey(s, fyne.KeyDown, 0)
	wantSelected(t, s, 4, [2]int{4, 4})
}

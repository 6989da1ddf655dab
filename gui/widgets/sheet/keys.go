package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"enrollbench/gui/widgets/sight"
)

var (
	_ fyne.Focusable    = (*Sheet)(nil)
	_ fyne.Shortcutable = (*Sheet)(nil)
	_ desktop.Keyable   = (*Sheet)(nil)
	_ fyne.Accessible   = (*Sheet)(nil)
)

// FocusGained implements fyne.Focusable.
func (s *Sheet) FocusGained() {
	s.focused = true
	s.place()
	sight.Gained(s)
}

// FocusLost implements fyne.Focusable.
func (s *Sheet) FocusLost() {
	s.focused, s.held = false, 0
	s.leave()
	s.place()
}

// heldModifiers are the modifier keys down now. The drivers of a desktop know; for others the sheet has watched.
func (v *view) heldModifiers() fyne.KeyModifier {
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		return d.CurrentKeyModifiers()
	}
	return v.held
}

// KeyDown implements desktop.Keyable.
func (v *view) KeyDown(ev *fyne.KeyEvent) { v.held |= modifierOf(ev.Name) }

// KeyUp implements desktop.Keyable.
func (v *view) KeyUp(ev *fyne.KeyEvent) { v.held &^= modifierOf(ev.Name) }

func modifierOf(key fyne.KeyName) fyne.KeyModifier {
	switch key {
	case desktop.KeyShiftLeft, desktop.KeyShiftRight:
		return fyne.KeyModifierShift
	case desktop.KeyControlLeft, desktop.KeyControlRight:
		return fyne.KeyModifierControl
	case desktop.KeySuperLeft, desktop.KeySuperRight:
		return fyne.KeyModifierSuper
	}
	return 0
}

// TypedKey implements fyne.Focusable. A key that means nothing here goes on to the window, which would not see it
// otherwise: F1, F5 and Escape work wherever the focus is.
func (s *Sheet) TypedKey(ev *fyne.KeyEvent) {
	if !s.handleKey(ev.Name, s.heldModifiers()) {
		if c := s.canvas(); c != nil && c.OnTypedKey() != nil {
			c.OnTypedKey()(ev)
		}
	}
}

// TypedRune passes characters on to the window; nothing is typed into a sheet that cannot be edited.
func (s *Sheet) TypedRune(r rune) {
	if c := s.canvas(); r != ' ' && c != nil && c.OnTypedRune() != nil {
		c.OnTypedRune()(r)
	}
}

// TypedShortcut implements fyne.Shortcutable and passes on to the window what is not the sheet's.
func (s *Sheet) TypedShortcut(shortcut fyne.Shortcut) {
	s.shortcutOn(s.canvas(), shortcut)
}

func (s *Sheet) shortcutOn(window fyne.Canvas, shortcut fyne.Shortcut) {
	switch k := shortcut.(type) {
	case *fyne.ShortcutSelectAll:
		s.SelectAll()
		return
	case *fyne.ShortcutCopy:
		s.copyWanted()
		return
	case *desktop.CustomShortcut:
		if k.Modifier&additive != 0 && k.Modifier&fyne.KeyModifierAlt == 0 && s.handleKey(k.KeyName, k.Modifier) {
			return
		}
	}
	s.pass(window, shortcut)
}

// handleKey reports whether the key means something here.
func (s *Sheet) handleKey(key fyne.KeyName, held fyne.KeyModifier) bool {
	s.countRows()
	s.leave()
	page := max(s.page.full-1, 1) // one row stays in view, to read on from
	switch key {
	case fyne.KeyUp:
		s.step(-1, held)
	case fyne.KeyDown:
		s.step(1, held)
	case fyne.KeyPageUp:
		s.step(-page, held)
	case fyne.KeyPageDown:
		s.step(page, held)
	case fyne.KeyHome:
		s.scrollSideways(held, 0)
		s.goTo(0, held&fyne.KeyModifierShift)
	case fyne.KeyEnd:
		s.scrollSideways(held, s.lastLeft())
		s.goTo(s.rows-1, held&fyne.KeyModifierShift)
	case fyne.KeyLeft:
		s.scrollTo(s.top, s.columnBeside(s.left, -1))
	case fyne.KeyRight:
		s.scrollTo(s.top, s.columnBeside(s.left, 1))
	case fyne.KeySpace:
		if s.current >= 0 {
			s.flip(s.current)
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		if held&additive != 0 || s.current < 0 || s.OnActivate == nil {
			return false
		}
		s.OnActivate(s.current)
	case fyne.KeyDelete:
		if held&additive != 0 || len(s.selected) == 0 || s.OnDelete == nil {
			return false
		}
		s.OnDelete()
	default:
		return false
	}
	return true
}

// scrollSideways goes to the left or right end too when Home or End is pressed with Control.
func (s *Sheet) scrollSideways(held fyne.KeyModifier, left float32) {
	if held&additive != 0 {
		s.scrollTo(s.top, left)
	}
}

// step moves the current row. Without one the first visible row comes first.
func (s *Sheet) step(by int, held fyne.KeyModifier) {
	if s.current < 0 {
		s.goTo(s.top, 0)
		return
	}
	s.goTo(s.current+by, held)
}

// goTo makes row current: alone selected, with Shift up to there, with Control without selecting.
func (s *Sheet) goTo(row int, held fyne.KeyModifier) {
	if s.rows == 0 {
		return
	}
	row = min(max(row, 0), s.rows-1)
	switch {
	case held&fyne.KeyModifierShift != 0:
		s.extendOnly(row)
	case held&additive != 0:
		s.span = span{anchor: row}
		s.adopt(s.selected, row)
	default:
		s.choose(ranges{{row, row}}, row, row)
	}
	s.reveal(row)
}

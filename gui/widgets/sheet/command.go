package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"enrollbench/gui/widgets/sight"
)

var (
	_ fyne.Focusable    = (*Editor)(nil)
	_ fyne.Shortcutable = (*Editor)(nil)
	_ fyne.Tabbable     = (*Editor)(nil)
	_ desktop.Keyable   = (*Editor)(nil)
	_ fyne.Accessible   = (*Editor)(nil)
)

// AcceptsTab implements fyne.Tabbable: Tab goes from cell to cell; Ctrl+Tab leaves the sheet.
func (e *Editor) AcceptsTab() bool { return true }

// FocusGained implements fyne.Focusable.
func (e *Editor) FocusGained() {
	e.focused = true
	e.place()
	sight.Gained(e)
}

// FocusLost implements fyne.Focusable. An entry laid over a cell is part of the sheet.
func (e *Editor) FocusLost() {
	e.focused = e.edit.entry != nil
	if !e.focused {
		e.held = 0
	}
	e.leave()
	e.place()
}

// TypedKey implements fyne.Focusable. A key that means nothing here goes on to the window, which would not see it
// otherwise; a letter does not: it comes again as a character.
func (e *Editor) TypedKey(ev *fyne.KeyEvent) {
	if e.handleKey(ev.Name, e.heldModifiers()) || len(ev.Name) == 1 && e.editable(e.at) {
		return
	}
	if c := e.canvas(); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(ev)
	}
}

// TypedRune begins to edit the current cell with the character. Where it cannot be edited it goes on to the window.
func (e *Editor) TypedRune(r rune) {
	if r == ' ' && e.heldModifiers()&(fyne.KeyModifierShift|additive) != 0 {
		return // came with the key that selected
	}
	e.countRows()
	if r >= ' ' && r != 0x7f && e.beginEdit(&r) {
		return
	}
	if c := e.canvas(); r != ' ' && c != nil && c.OnTypedRune() != nil {
		c.OnTypedRune()(r)
	}
}

// TypedShortcut implements fyne.Shortcutable and passes on to the window what is not the sheet's.
func (e *Editor) TypedShortcut(shortcut fyne.Shortcut) { e.shortcutOn(e.canvas(), shortcut) }

func (e *Editor) shortcutOn(window fyne.Canvas, shortcut fyne.Shortcut) {
	e.countRows()
	e.leave()
	if !e.handleShortcut(shortcut) {
		e.pass(window, shortcut)
	}
}

// handleShortcut reports whether the shortcut means something here.
func (e *Editor) handleShortcut(shortcut fyne.Shortcut) bool {
	switch k := shortcut.(type) {
	case *fyne.ShortcutSelectAll:
		e.pick(e.at, Place{e.rows - 1, e.cols - 1}, All)
		return true
	case *fyne.ShortcutCopy:
		e.copyArea(false)
		return true
	case *fyne.ShortcutCut:
		return ask(e.OnClear != nil, e.cut)
	case *fyne.ShortcutPaste:
		return ask(e.OnPaste != nil, e.paste)
	case *fyne.ShortcutUndo:
		return ask(e.OnUndo != nil, e.OnUndo)
	case *fyne.ShortcutRedo:
		return ask(e.OnRedo != nil, e.OnRedo)
	case *desktop.CustomShortcut:
		if k.Modifier&fyne.KeyModifierAlt != 0 {
			return k.Modifier&^fyne.KeyModifierShift == fyne.KeyModifierAlt && e.turnSideways(k.KeyName)
		}
		return k.Modifier&additive != 0 && (e.handleControl(k.KeyName, k.Modifier) || e.handleKey(k.KeyName, k.Modifier))
	}
	return false
}

// ask does something that is possible, and reports whether it is.
func ask(possible bool, do func()) bool {
	if possible {
		do()
	}
	return possible
}

// handleControl reports whether a key held with Control means something here. What moves is handleKey's.
func (e *Editor) handleControl(key fyne.KeyName, held fyne.KeyModifier) bool {
	shift := held&fyne.KeyModifierShift != 0
	switch key {
	case fyne.KeyZ:
		return ask(shift && e.OnRedo != nil, e.OnRedo)
	case fyne.KeyPlus, fyne.KeyEqual:
		return ask(e.OnInsertRows != nil && e.rowsMeant(), e.insertRows)
	case fyne.KeyMinus:
		return ask(e.OnDeleteRows != nil && e.at.Row >= 0 && e.rowsMeant(), func() { e.OnDeleteRows(e.area.Top, e.area.Bottom) })
	case fyne.KeySpace:
		e.widen(Columns)
		return true
	case fyne.KeyTab:
		e.leaveFocus(shift)
		return true
	}
	if shift {
		return false
	}
	switch key {
	case fyne.KeyD:
		return ask(e.OnFillDown != nil, e.fillDown)
	case fyne.KeyF:
		return ask(e.OnFind != nil, e.OnFind)
	case fyne.KeyH:
		return ask(e.OnReplace != nil, e.OnReplace)
	case fyne.KeyS:
		return ask(e.OnSave != nil, e.OnSave)
	}
	return false
}

// rowsMeant reports a selection that rows can be inserted before, or that can be deleted as rows: not whole columns.
func (e *Editor) rowsMeant() bool { return e.area.Kind != Columns }

func (e *Editor) insertRows() {
	switch {
	case e.at.Row < 0:
		e.OnInsertRows(0, 1)
	case e.area.Kind == All:
		e.OnInsertRows(0, 1) // as many again as there are is nobody's wish
	default:
		e.OnInsertRows(e.area.Top, e.area.Rows())
	}
}

func (e *Editor) fillDown() {
	a := e.area
	if e.at.Row < 0 {
		return
	}
	if a.Rows() == 1 {
		if a.Top == 0 {
			return
		}
		a.Top--
	}
	e.OnFillDown(a)
}

// turnSideways goes a page to the left or right: Alt+PageUp, Alt+PageDown.
func (e *Editor) turnSideways(key fyne.KeyName) bool {
	if key != fyne.KeyPageUp && key != fyne.KeyPageDown || e.at.Row < 0 {
		return false
	}
	from, to := e.visibleAt(e.left)
	page := max(to-from-1, 1)
	if key == fyne.KeyPageUp {
		page = -page
	}
	e.moveTo(Place{e.at.Row, e.at.Column + page}, false)
	return true
}

// handleKey reports whether the key means something here.
func (e *Editor) handleKey(key fyne.KeyName, held fyne.KeyModifier) bool {
	e.countRows()
	e.leave()
	shift, control := held&fyne.KeyModifierShift != 0, held&additive != 0
	page := max(e.page.full-1, 1) // one row stays in view, to read on from
	from := e.start(shift)
	switch key {
	case fyne.KeyUp:
		e.step(-1, 0, shift, control)
	case fyne.KeyDown:
		e.step(1, 0, shift, control)
	case fyne.KeyLeft:
		e.step(0, -1, shift, control)
	case fyne.KeyRight:
		e.step(0, 1, shift, control)
	case fyne.KeyPageUp:
		e.moveTo(Place{from.Row - page, from.Column}, shift)
	case fyne.KeyPageDown:
		e.moveTo(Place{from.Row + page, from.Column}, shift)
	case fyne.KeyHome:
		e.moveTo(Place{toEnd(control, from.Row, 0), 0}, shift)
		e.scrollTo(e.top, 0) // the first column may be one that is always in sight
	case fyne.KeyEnd:
		e.moveTo(Place{toEnd(control, from.Row, e.rows-1), e.cols - 1}, shift)
	case fyne.KeyTab:
		e.tab(shift)
	case fyne.KeyReturn, fyne.KeyEnter:
		if control || e.at.Row < 0 {
			return false
		}
		e.enter(shift)
	case fyne.KeyF2:
		return e.beginEdit(nil)
	case fyne.KeySpace:
		if shift {
			e.widen(Rows)
		}
		return shift || e.editable(e.at) // the character follows
	case fyne.KeyDelete, fyne.KeyBackspace:
		if control || shift || e.at.Row < 0 || e.OnClear == nil {
			return false
		}
		e.OnClear(e.area)
	case desktop.KeyMenu:
		return e.askMenu()
	case fyne.KeyF10:
		return shift && e.askMenu()
	default:
		return false
	}
	return true
}

// toEnd is where a key leads that with Control goes to the sheet's end, and without stays in its row.
func toEnd(control bool, row, end int) int {
	if control {
		return end
	}
	return row
}

// step moves by a cell, or with Control to the end of the filled ones.
func (e *Editor) step(down, right int, shift, control bool) {
	if e.at.Row < 0 {
		return
	}
	p := e.start(shift)
	if control {
		p = e.nextFilled(p, down, right)
	} else {
		p = Place{p.Row + down, p.Column + right}
	}
	e.moveTo(p, shift)
}

// askMenu asks for the menu about what is selected, beneath the current cell.
func (e *Editor) askMenu() bool {
	if e.OnContext == nil {
		return false
	}
	target, pos := Target{-1, -1}, fyne.NewPos(e.page.left, e.page.header)
	if e.at.Row >= 0 {
		e.revealCell(e.at)
		target = Target{e.at.Row, e.at.Column}
		switch e.area.Kind {
		case Rows:
			target.Column = -1
		case Columns:
			target.Row = -1
		case All:
			target = Target{-1, -1}
		}
		at, size := e.cellBounds(e.at.Row, e.at.Column)
		pos = at.AddXY(0, size.Height)
	}
	e.OnContext(target, fyne.CurrentApp().Driver().AbsolutePositionForObject(e).Add(pos))
	return true
}

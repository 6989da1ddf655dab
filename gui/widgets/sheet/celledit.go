package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// edit is the editing of one cell in place.
type edit struct {
	entry *cellEntry // nil when nothing is edited
	at    Place
	draft draft
	quick bool // typing began it: arrows leave the cell, as spreadsheets have it; F2 or a click into the text ends that
}

const (
	editLines = 10  // that an entry shows at most
	editWidth = 640 // to which an entry grows beyond its column at most
)

// beginEdit lays an entry over the current cell, with the cell's text, or with nothing but the character that was typed. It
// reports whether the cell may be edited.
func (e *Editor) beginEdit(typed *rune) bool {
	e.countRows()
	window := e.canvas()
	if e.edit.entry != nil || window == nil || !e.editable(e.at) {
		return e.edit.entry != nil
	}
	if typed != nil && e.full != nil {
		if !e.refused {
			e.refused = true // once, not for each character
			e.fail(e.full)
		}
		return true
	}
	text := e.model.Cell(e.at.Row, e.at.Column).Text
	if typed == nil && len(text) > CellBytes {
		e.fail(ErrCellTooLong)
		return true
	}
	e.tabbed = -1
	e.release()
	e.leave()
	e.revealCell(e.at)
	if e.pace.wait != nil {
		e.settle() // an entry belongs over the cell that it is about
	}
	entry := newCellEntry(e, e.style.ruler(e.model.Cell(e.at.Row, e.at.Column).Mono || e.columns[e.at.Column].Mono))
	e.edit = edit{entry: entry, at: e.at, draft: newDraft(text), quick: typed != nil}
	if typed == nil {
		entry.SetText(string(e.edit.draft.shown))
	}
	e.lay(entry)
	e.fitEntry()
	window.Focus(entry)
	if typed != nil {
		entry.TypedRune(*typed)
	} else {
		entry.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown}) // to the end of the text
	}
	return true
}

// editable reports whether a cell may be edited in place.
func (e *Editor) editable(p Place) bool {
	return e.OnEdit != nil && p.Row >= 0 && (e.CanEdit == nil || e.CanEdit(p.Row, p.Column))
}

func (e *Editor) fail(err error) {
	if e.OnFail != nil {
		e.OnFail(err)
	}
}

// commit ends the editing and tells the new text, if it is another.
func (e *Editor) commit() {
	if e.edit.entry == nil {
		return
	}
	done := e.edit
	e.endEdit()
	if text := done.draft.result(done.entry.Text); text != done.draft.text && e.OnEdit != nil {
		e.OnEdit(done.at.Row, done.at.Column, text)
	}
}

// endEdit takes the entry away and forgets what is in it.
func (e *Editor) endEdit() {
	if e.edit.entry == nil {
		return
	}
	e.edit = edit{at: Place{Row: -1}}
	e.lay(nil)
	e.place()
}

// doubt gives an edit up when its cell has become another meanwhile: the text would go to where nobody meant it to.
func (e *Editor) doubt() {
	d := &e.edit
	if d.entry != nil && e.model.Cell(d.at.Row, d.at.Column).Text != d.draft.text {
		entry := d.entry
		e.endEdit()
		if c := e.canvas(); c != nil && c.Focused() == fyne.Focusable(entry) {
			e.requestFocus()
		}
	}
}

// fitEntry lays the entry over its cell, as large as its text asks for and the sheet has room.
func (e *Editor) fitEntry() {
	entry := e.edit.entry
	if entry == nil {
		return
	}
	pos, cell := e.cellBounds(e.edit.at.Row, e.edit.at.Column)
	begin, end := e.page.left, e.page.left+e.page.frozen+e.page.body.Width
	if e.edit.at.Column >= e.page.fixed {
		begin += e.page.frozen
	}
	pad := 2 * (entry.Theme().Size(theme.SizeNameInnerPadding) + entry.Theme().Size(theme.SizeNameInputBorder))
	slack := entry.ruler.rune('W') // for the character that is typed next
	widest, lines := textExtent(entry.Text, entry.ruler, editWidth)

	width := min(max(cell.Width+1, min(widest+slack+pad, editWidth)), end-begin)
	x := max(min(pos.X-1, end-width), begin)
	if room := width - pad - slack; room > 0 {
		_, lines = textExtent(entry.Text, entry.ruler, room)
	}
	line := entry.ruler.height
	height := max(float32(min(lines, editLines))*line+2*entry.Theme().Size(theme.SizeNameInnerPadding), cell.Height+1)
	height = min(height, max(e.page.body.Height, cell.Height))
	y := pos.Y - 1
	if lines == 1 {
		y = pos.Y - float32(int((height-cell.Height)/2))
	}
	y = max(min(y, e.page.header+e.page.body.Height-height), e.page.header)
	put(entry, x, y, width, height)
}

// textExtent is the width of the longest line of text, counted up to room, and the number of lines that room breaks it into.
func textExtent(text string, r *ruler, room float32) (widest float32, lines int) {
	var w float32
	lines = 1
	for _, c := range text {
		if c == '\n' {
			w = 0
			lines++
			continue
		}
		step := r.rune(c)
		if w+step > room {
			w = 0
			lines++
			widest = room
		}
		w += step
		widest = max(widest, w)
	}
	return widest, lines
}

// cellEntry is the entry that is laid over a cell. Its text has as many lines as the cell's; Enter leaves it and Alt+Enter
// begins a new line.
type cellEntry struct {
	widget.Entry
	editor *Editor
	ruler  *ruler
	asking bool // its own menu opens, which takes the focus away for a while
}

func newCellEntry(e *Editor, r *ruler) *cellEntry {
	c := &cellEntry{editor: e, ruler: r}
	c.MultiLine, c.Wrapping, c.TextStyle = true, fyne.TextWrapBreak, r.style
	c.SetMinRowsVisible(1)
	c.ExtendBaseWidget(c)
	c.OnChanged = func(string) {
		if c.current() {
			e.revealCell(e.edit.at)
			e.fitEntry()
		}
	}
	return c
}

// current reports whether the entry is the one in use.
func (c *cellEntry) current() bool { return c.editor.edit.entry == c }

// CreateRenderer puts an opaque ground beneath the entry: themes may have input fields that shine through.
func (c *cellEntry) CreateRenderer() fyne.WidgetRenderer {
	return &grounded{WidgetRenderer: c.Entry.CreateRenderer(), entry: c, ground: canvas.NewRectangle(c.editor.style.background)}
}

// FocusGained implements fyne.Focusable. The window may give the focus back to an entry that was left meanwhile.
func (c *cellEntry) FocusGained() {
	c.Entry.FocusGained()
	if !c.current() {
		c.editor.requestFocus()
	}
}

// FocusLost commits.
func (c *cellEntry) FocusLost() {
	c.Entry.FocusLost()
	if !c.current() || c.asking {
		return
	}
	c.editor.commit()
	c.editor.FocusLost()
}

// KeyDown implements desktop.Keyable.
func (c *cellEntry) KeyDown(ev *fyne.KeyEvent) {
	c.editor.KeyDown(ev)
	c.Entry.KeyDown(ev)
}

// KeyUp implements desktop.Keyable.
func (c *cellEntry) KeyUp(ev *fyne.KeyEvent) {
	c.editor.KeyUp(ev)
	c.Entry.KeyUp(ev)
}

// MouseDown implements desktop.Mouseable: who clicks into the text wants to move in it.
func (c *cellEntry) MouseDown(ev *desktop.MouseEvent) {
	c.editor.edit.quick = false
	c.Entry.MouseDown(ev)
}

// TappedSecondary opens the entry's menu.
func (c *cellEntry) TappedSecondary(ev *fyne.PointEvent) {
	c.asking = true
	c.Entry.TappedSecondary(ev)
	c.asking = false
}

// TypedRune implements fyne.Focusable.
func (c *cellEntry) TypedRune(r rune) {
	if !c.current() {
		c.editor.requestFocus()
		c.editor.TypedRune(r)
		return
	}
	c.Entry.TypedRune(r)
}

// TypedKey implements fyne.Focusable.
func (c *cellEntry) TypedKey(ev *fyne.KeyEvent) {
	e := c.editor
	held := e.heldModifiers()
	back := held&fyne.KeyModifierShift != 0
	switch ev.Name {
	case fyne.KeyEscape:
		if c.current() {
			e.endEdit()
			e.requestFocus()
			return
		}
		c.hand(func() { e.TypedKey(ev) })
	case fyne.KeyReturn, fyne.KeyEnter:
		c.hand(func() { e.enter(back) })
	case fyne.KeyTab:
		c.hand(func() { e.tab(back) })
	case fyne.KeyF2:
		e.edit.quick = !e.edit.quick
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight, fyne.KeyPageUp, fyne.KeyPageDown:
		if e.edit.quick || !c.current() {
			c.hand(func() { e.TypedKey(ev) })
			return
		}
		c.Entry.TypedKey(ev)
	default:
		if len(ev.Name) > 1 && ev.Name[0] == 'F' || !c.current() { // F1…F12: the window's
			c.hand(func() { e.TypedKey(ev) })
			return
		}
		c.Entry.TypedKey(ev)
	}
}

// hand commits, gives the focus back and goes on.
func (c *cellEntry) hand(on func()) {
	c.editor.commit()
	c.editor.requestFocus()
	on()
}

// TypedShortcut implements fyne.Shortcutable. What is not about the text is about the sheet.
func (c *cellEntry) TypedShortcut(s fyne.Shortcut) {
	e := c.editor
	switch k := s.(type) {
	case *fyne.ShortcutPaste:
		if clipboard := k.Clipboard; clipboard != nil && len(clipboard.Content()) > CellBytes {
			e.fail(ErrCellTooLong)
			return
		}
	case *desktop.CustomShortcut:
		enter := k.KeyName == fyne.KeyReturn || k.KeyName == fyne.KeyEnter
		switch {
		case enter && k.Modifier&fyne.KeyModifierAlt != 0:
			c.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			return
		case enter:
			e.fill()
			return
		case k.KeyName == fyne.KeyZ && k.Modifier&additive != 0 && k.Modifier&fyne.KeyModifierShift != 0:
			c.Redo()
			return
		case k.Modifier&fyne.KeyModifierAlt != 0 && k.KeyName != fyne.KeyLeft && k.KeyName != fyne.KeyRight:
			e.pass(e.canvas(), s) // on some keyboards the way to a character
			return
		case !inText(k.KeyName):
			c.hand(func() { e.TypedShortcut(s) })
			return
		}
	}
	c.Entry.TypedShortcut(s)
}

// inText reports keys that with Control move or delete within a text.
func inText(key fyne.KeyName) bool {
	switch key {
	case fyne.KeyLeft, fyne.KeyRight, fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd, fyne.KeyBackspace, fyne.KeyDelete:
		return true
	}
	return false
}

// fill commits, and gives the text to every selected cell: Ctrl+Enter.
func (e *Editor) fill() {
	text := e.edit.draft.result(e.edit.entry.Text)
	if !e.several() || e.OnPaste == nil {
		e.Commit()
		return
	}
	e.endEdit()
	e.requestFocus()
	e.pasteBlock([][]string{{text}})
}

// grounded is the renderer of an entry on an opaque ground.
type grounded struct {
	fyne.WidgetRenderer
	entry  *cellEntry
	ground fyne.CanvasObject
}

func (g *grounded) Layout(size fyne.Size) {
	put(g.ground, 0, 0, size.Width, size.Height)
	g.WidgetRenderer.Layout(size)
}

func (g *grounded) Objects() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{g.ground}, g.WidgetRenderer.Objects()...)
}

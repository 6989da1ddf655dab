package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// grip is what a drag has hold of.
type grip struct {
	kind  Kind          // what it selects
	fixed bool          // it began on a column that does not scroll
	pos   fyne.Position // where the pointer was last
	sort  int           // the column whose arrow was pressed, -1 for none
}

// zone is a part of the editor.
type zone uint8

const (
	onNothing zone = iota
	onCells
	onNumbers
	onTitles
	onCorner
	onStrip
)

// titleRow stands for the row of the titles in hover.
const titleRow = -2

var (
	_ desktop.Mouseable      = (*Editor)(nil)
	_ desktop.Hoverable      = (*Editor)(nil)
	_ fyne.Draggable         = (*Editor)(nil)
	_ fyne.Scrollable        = (*Editor)(nil)
	_ fyne.DoubleTappable    = (*Editor)(nil)
	_ fyne.SecondaryTappable = (*Editor)(nil)
)

// under is what lies under a position within the editor: row and column are -1 where there is none.
func (e *Editor) under(pos fyne.Position) (zone, Place) {
	p := Place{e.rowAt(pos.Y), e.columnAt(pos.X)}
	if p.Column >= e.cols {
		p.Column = -1
	}
	size := e.Size()
	switch {
	case pos.Y < e.page.header && pos.X < e.page.left:
		return onCorner, Place{-1, -1}
	case pos.Y < e.page.header && p.Column >= 0:
		return onTitles, Place{-1, p.Column}
	case pos.Y < e.page.header || pos.Y >= e.page.header+e.page.body.Height:
		return onNothing, Place{-1, -1}
	case pos.X < e.page.left && p.Row >= 0:
		return onNumbers, Place{p.Row, -1}
	case e.strip.Visible() && pos.X >= size.Width-barWidth-stripWidth && pos.X < size.Width-barWidth:
		return onStrip, Place{-1, -1}
	case p.Row >= 0 && p.Column >= 0:
		return onCells, p
	}
	return onNothing, Place{-1, -1}
}

// MouseDown selects: a cell, a row by its number, a column by its title, everything by the corner; with Shift up to there.
// The secondary button takes what is under the pointer only if it is not selected, so that a menu can be about all of it.
func (e *Editor) MouseDown(ev *desktop.MouseEvent) {
	e.commit()
	e.requestFocus()
	e.countRows()
	e.leave()
	where, p := e.under(ev.Position)
	switch ev.Button {
	case desktop.MouseButtonPrimary:
		e.press.before, e.press.at = e.press.at, p
		e.grip = grip{pos: ev.Position, sort: -1, fixed: p.Column >= 0 && p.Column < e.page.fixed}
		e.press.dragging = where == onCells || where == onNumbers || where == onTitles
		switch {
		case where == onStrip:
			e.strip.clicked(ev.Position.Y - e.page.header)
		case where == onTitles && e.onArrow(ev.Position.X, p.Column):
			e.grip.sort, e.press.dragging = p.Column, false
		default:
			e.take(where, p, ev.Modifier&fyne.KeyModifierShift != 0)
		}
	case desktop.MouseButtonSecondary:
		if !e.taken(where, p) {
			e.take(where, p, false)
		}
	}
}

// take selects what is under the pointer, or extends the selection to it.
func (e *Editor) take(where zone, p Place, extend bool) {
	if e.at.Row < 0 {
		return
	}
	e.tabbed = -1
	switch where {
	case onCells:
		e.grip.kind = Cells
		if extend {
			e.pick(e.at, p, Cells)
		} else {
			e.pick(p, p, Cells)
		}
	case onNumbers:
		e.grip.kind = Rows
		at, _ := e.visible(false)
		begin := Place{p.Row, min(at, e.cols-1)}
		if extend {
			begin = e.at
		}
		e.pick(begin, Place{p.Row, e.cols - 1}, Rows)
	case onTitles:
		e.grip.kind = Columns
		begin := Place{e.top, p.Column}
		if extend {
			begin = e.at
		}
		e.pick(begin, Place{e.rows - 1, p.Column}, Columns)
	case onCorner:
		e.pick(e.at, Place{e.rows - 1, e.cols - 1}, All)
	}
}

// taken reports that what is under the pointer is selected.
func (e *Editor) taken(where zone, p Place) bool {
	a := e.area
	switch where {
	case onCells:
		return a.Has(p.Row, p.Column)
	case onNumbers:
		return (a.Kind == Rows || a.Kind == All) && p.Row >= a.Top && p.Row <= a.Bottom
	case onTitles:
		return (a.Kind == Columns || a.Kind == All) && p.Column >= a.Left && p.Column <= a.Right
	}
	return where != onCorner
}

// onArrow reports that x, within the editor, is where a click sorts by the column.
func (e *Editor) onArrow(x float32, col int) bool {
	c := &e.columns[col]
	end := e.columnX(col) + c.width - dividerWidth/2
	return c.Sortable && e.OnSort != nil && x >= end-arrowZone && x < end
}

// MouseUp implements desktop.Mouseable.
func (e *Editor) MouseUp(ev *desktop.MouseEvent) {
	if ev.Button != desktop.MouseButtonPrimary {
		return
	}
	col := e.grip.sort
	e.release()
	if where, p := e.under(ev.Position); col >= 0 && where == onTitles && p.Column == col && e.onArrow(ev.Position.X, col) {
		e.ascending = col != e.sortColumn || !e.ascending
		e.sortColumn = col
		e.place()
		e.OnSort(col, e.ascending)
	}
}

// Dragged extends the selection to the pointer; beyond an edge the sheet scrolls, faster with distance.
func (e *Editor) Dragged(ev *fyne.DragEvent) {
	if col := e.grip.sort; col >= 0 && col < e.cols {
		// Who drags from the arrow wants columns and not a sort.
		e.grip.sort, e.press.dragging = -1, true
		e.take(onTitles, Place{-1, col}, false)
	}
	if !e.press.dragging {
		return
	}
	e.countRows()
	if !e.press.dragging || e.at.Row < 0 {
		return
	}
	e.grip.pos = ev.Position
	begin := e.page.left
	if !e.grip.fixed && e.left > 0 {
		begin += e.page.frozen // over columns that stay, a drag that came from the others wants more of the others
	}
	right := beyond(ev.Position.X-begin, e.page.left+e.page.frozen+e.page.body.Width-begin)
	down := beyond(ev.Position.Y-e.page.header, e.page.body.Height)
	switch e.grip.kind {
	case Rows:
		right = 0
	case Columns:
		down = 0
	}
	if right != 0 || down != 0 {
		e.startDrift(right, down)
		return
	}
	e.stopDrift()
	e.stretch()
}

// stretch moves the loose corner of the selection to the cell that is nearest to the pointer.
func (e *Editor) stretch() {
	x := min(max(e.grip.pos.X-e.page.left, 0), e.page.frozen+e.page.body.Width-1)
	if x >= e.page.frozen || !e.grip.fixed && e.left > 0 {
		x = max(x, e.page.frozen) + e.left
	}
	y := min(max(e.grip.pos.Y-e.page.header, 0), float32(max(e.page.full, 1))*e.page.row-1)
	p := e.inside(Place{e.top + int(y/e.page.row), e.columnOver(x)})
	switch e.grip.kind {
	case Rows:
		p.Column = e.cols - 1
	case Columns:
		p.Row = e.rows - 1
	}
	e.adopt(e.at, p, e.spanned(e.at, p, e.grip.kind))
}

// drifted implements host: the selection follows the edge beyond which the pointer is.
func (e *Editor) drifted(_, _ int) {
	if e.at.Row >= 0 {
		e.stretch()
	}
}

// DragEnd ends the drag. The button may have been released over something else, which takes the focus away.
func (e *Editor) DragEnd() {
	e.release()
	e.requestFocus()
}

// DoubleTapped edits the cell if both clicks met it.
func (e *Editor) DoubleTapped(ev *fyne.PointEvent) {
	e.countRows()
	where, p := e.under(ev.Position)
	if where == onCells && p == e.press.at && p == e.press.before && p == e.at {
		e.beginEdit(nil)
	}
}

// TappedSecondary asks for the context menu.
func (e *Editor) TappedSecondary(ev *fyne.PointEvent) {
	e.countRows()
	where, p := e.under(ev.Position)
	if e.OnContext != nil && where != onStrip {
		e.OnContext(Target(p), ev.AbsolutePosition)
	}
}

// MouseIn implements desktop.Hoverable.
func (e *Editor) MouseIn(ev *desktop.MouseEvent) { e.MouseMoved(ev) }

// MouseMoved offers the arrow of the title under the pointer, and tells its hint, or the text of the cell.
func (e *Editor) MouseMoved(ev *desktop.MouseEvent) {
	where, p := e.under(ev.Position)
	over := -1
	if where == onTitles && e.OnSort != nil {
		over = p.Column
	}
	e.header.lightUp(over)
	e.fixed[0].header.lightUp(over)
	switch {
	case where == onTitles:
		p.Row = titleRow
	case where != onCells:
		e.leave()
		return
	}
	if p.Row == e.hover.row && p.Column == e.hover.col {
		return
	}
	e.leave()
	if !e.press.dragging && e.edit.entry == nil && e.told(p) != "" {
		e.rest(p.Row, p.Column, func() { e.tellPlace(p) })
	}
}

// MouseOut implements desktop.Hoverable.
func (e *Editor) MouseOut() {
	e.header.lightUp(-1)
	e.fixed[0].header.lightUp(-1)
	e.leave()
}

// told is what is told about a title, or a cell: a hint, and the whole text where less is seen.
func (e *Editor) told(p Place) string {
	if p.Row == titleRow {
		c := &e.columns[p.Column]
		if c.Hint != "" {
			return c.Hint
		}
		if e.style.bold.width(c.Title, mostWidth) > c.width-2*cellPad-e.header.room(c) {
			return c.Title
		}
		return ""
	}
	hint := ""
	if e.CellHint != nil {
		hint = e.CellHint(p.Row, p.Column)
	}
	if !e.elidedAt(p.Row, p.Column) {
		return hint
	}
	text := e.model.Cell(p.Row, p.Column).Text
	if hint != "" {
		return bounded(text, End) + " · " + hint
	}
	return text
}

// tellPlace tells it.
func (e *Editor) tellPlace(p Place) {
	e.countRows()
	if p.Row >= e.rows || p.Column >= e.cols {
		return
	}
	text := e.told(p)
	if p.Row == titleRow {
		e.tellText(text, e.style.plain, fyne.NewPos(e.columnX(p.Column), 0), fyne.NewSize(e.columns[p.Column].width, e.page.header))
		return
	}
	pos, size := e.cellBounds(p.Row, p.Column)
	e.tellText(text, e.style.ruler(e.columns[p.Column].Mono), pos, size)
}

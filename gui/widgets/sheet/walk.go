package sheet

// inside is the cell nearest to p that exists. There must be cells.
func (e *Editor) inside(p Place) Place {
	return Place{min(max(p.Row, 0), e.rows-1), min(max(p.Column, 0), e.cols-1)}
}

// several reports a selection of more than the current cell.
func (e *Editor) several() bool { return e.area.Rows() > 1 || e.area.Columns() > 1 }

// spanned is the area between the current cell and another, as whole rows or columns where these are selected.
func (e *Editor) spanned(at, loose Place, kind Kind) Area {
	a := between(at, loose, kind)
	return a.within(e.rows, e.cols)
}

// adopt draws the selection and calls OnSelect once, last, when something is different.
func (e *Editor) adopt(at, loose Place, area Area) {
	e.loose = loose
	if at == e.at && area == e.area {
		return
	}
	e.at, e.area = at, area
	e.place()
	if e.OnSelect != nil {
		e.OnSelect(at, area)
	}
}

// moveTo goes to a cell: it alone is selected, or with extend what lies between it and the current one.
func (e *Editor) moveTo(p Place, extend bool) {
	if e.at.Row < 0 {
		return
	}
	p = e.inside(p)
	e.tabbed, e.full = -1, nil
	if !extend {
		e.adopt(p, p, between(p, p, Cells))
	} else {
		kind := e.area.Kind
		if kind == All {
			kind = Cells
		}
		e.adopt(e.at, p, e.spanned(e.at, p, kind))
	}
	e.revealCell(p)
}

// start is the cell from which a key moves: the corner that Shift moves, or the current one.
func (e *Editor) start(extend bool) Place {
	if extend {
		return e.loose
	}
	return e.at
}

// pick selects whole rows or columns, or everything, between two cells.
func (e *Editor) pick(at, loose Place, kind Kind) {
	if e.at.Row < 0 {
		return
	}
	e.tabbed, e.full = -1, nil
	at, loose = e.inside(at), e.inside(loose)
	e.adopt(at, loose, e.spanned(at, loose, kind))
}

// widen makes whole rows or columns of what is selected; both make everything.
func (e *Editor) widen(kind Kind) {
	if e.at.Row < 0 {
		return
	}
	if k := e.area.Kind; k == All || k == Rows && kind == Columns || k == Columns && kind == Rows {
		kind = All
	}
	a := e.area
	a.Kind = kind
	e.adopt(e.at, Place{a.Bottom, a.Right}, a.within(e.rows, e.cols))
}

// enter goes to the cell below, or above; below the last row it asks for another; within a larger selection it stays within, column by column.
func (e *Editor) enter(back bool) {
	if e.at.Row < 0 {
		return
	}
	if e.several() {
		e.cycle(back, func(a Area, p Place) int { return (p.Column-a.Left)*a.Rows() + p.Row - a.Top },
			func(a Area, i int) Place { return Place{a.Top + i%a.Rows(), a.Left + i/a.Rows()} })
		return
	}
	p := e.at
	if e.tabbed >= 0 && !back {
		p.Column = e.tabbed
	}
	if p.Row++; back {
		p.Row -= 2
	}
	if p.Row < e.rows || e.appended() {
		e.moveTo(p, false)
	}
}

// appended asks for a row behind the last, and reports whether it is there.
func (e *Editor) appended() bool {
	if e.OnAppend == nil {
		return false
	}
	before := e.rows
	err := e.OnAppend()
	e.countRows()
	e.full, e.refused = err, false
	return e.rows > before
}

// tab goes to the cell on the right, or left, and on to the next row at the end of a row; within a larger selection it stays
// within, row by row. At the sheet's end it asks for another row; where none comes the focus goes on.
func (e *Editor) tab(back bool) {
	if e.at.Row < 0 {
		e.leaveFocus(back)
		return
	}
	if e.several() {
		e.cycle(back, func(a Area, p Place) int { return (p.Row-a.Top)*a.Columns() + p.Column - a.Left },
			func(a Area, i int) Place { return Place{a.Top + i/a.Columns(), a.Left + i%a.Columns()} })
		return
	}
	p, from := e.at, e.tabbed
	if from < 0 {
		from = p.Column
	}
	if back {
		if p.Column--; p.Column < 0 {
			p, from = Place{p.Row - 1, e.cols - 1}, -1
		}
	} else if p.Column++; p.Column == e.cols {
		p = Place{p.Row + 1, 0}
	}
	if p.Row < 0 || p.Row == e.rows && !e.appended() {
		if e.full == nil {
			e.leaveFocus(back)
		}
		return
	}
	e.moveTo(p, false)
	e.tabbed = from
}

// cycle moves the current cell within the selection, whose cells order numbers and cell finds again.
func (e *Editor) cycle(back bool, order func(Area, Place) int, cell func(Area, int) Place) {
	a, n := e.area, e.area.Rows()*e.area.Columns()
	step := 1
	if back {
		step = n - 1
	}
	p := cell(a, (order(a, e.at)+step)%n)
	e.adopt(p, p, a)
	e.revealCell(p)
}

// leaveFocus gives the focus to the next or previous widget.
func (e *Editor) leaveFocus(back bool) {
	c := e.canvas()
	switch {
	case c == nil:
	case back:
		c.FocusPrevious()
	default:
		c.FocusNext()
	}
}

// revealCell scrolls as little as possible until a cell is wholly visible.
func (e *Editor) revealCell(p Place) {
	top, full := e.top, max(e.page.full, 1)
	switch {
	case p.Row < top:
		top = p.Row
	case p.Row >= top+full:
		top = p.Row - full + 1
	}
	e.scrollTo(top, e.leftFor(p.Column))
}

// showCell brings a cell into view as ScrollTo has it.
func (e *Editor) showCell(p Place) {
	if e.page.body.Width <= 0 {
		e.unseen = true
	}
	e.showRow(p.Row)
	e.scrollTo(e.top, e.leftFor(p.Column))
}

// leftFor is the horizontal position nearest to the present one at which a column is wholly visible, or begins at the left.
func (e *Editor) leftFor(col int) float32 {
	if col < e.page.fixed || col >= len(e.columns) || e.page.body.Width <= 0 {
		return e.left
	}
	c := &e.columns[col]
	begin := c.x - e.page.frozen
	return min(begin, max(e.left, begin+c.width-e.page.body.Width))
}

// recount implements host.
func (e *Editor) recount() {
	if e.edit.entry != nil && (e.edit.at.Row >= e.rows || e.edit.at.Column >= e.cols) {
		e.endEdit() // there is nothing left to give the text to
	}
	if e.rows == 0 || e.cols == 0 {
		e.release()
		e.adopt(Place{Row: -1}, Place{Row: -1}, nowhere)
		return
	}
	at, loose := e.inside(e.at), e.inside(e.loose)
	area := e.area.within(e.rows, e.cols)
	if area.Empty() || !area.Has(at.Row, at.Column) {
		area = between(at, at, Cells)
	}
	e.adopt(at, loose, area)
}

// release implements host: a drag ends.
func (e *Editor) release() {
	e.press.dragging = false
	e.grip.sort = -1
	e.stopDrift()
}

// hovered implements host.
func (e *Editor) hovered() func(text string) { return e.OnHover }

// resized implements host.
func (e *Editor) resized() {}

// numberOf is the number that stands before a row.
func (e *Editor) numberOf(row int) int {
	if e.RowNumber != nil {
		return e.RowNumber(row)
	}
	return row + 1
}

// rowSet is the area's rows as a set.
func (a Area) rowSet() ranges { return ranges(nil).with(a.Top, a.Bottom) }

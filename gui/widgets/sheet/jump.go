package sheet

// FilledModel is a Model that knows where its filled cells end. Without it Ctrl+arrow looks at no more than JumpCells cells.
type FilledModel interface {
	Model
	// NextFilled is the place to which Ctrl+arrow goes from a cell, in steps of down rows or right columns, one of which is
	// -1 or 1 and the other 0: the last filled cell of the run that the next cell belongs to, or if the next cell is empty
	// the first filled cell beyond, or the sheet's edge. It must answer at once.
	NextFilled(from Place, down, right int) Place
}

// nextFilled is the cell to which Ctrl+arrow goes.
func (e *Editor) nextFilled(from Place, down, right int) Place {
	if m, ok := e.model.(FilledModel); ok {
		return e.inside(m.NextFilled(from, down, right))
	}
	next := func(p Place) Place { return Place{p.Row + down, p.Column + right} }
	filled := func(p Place) bool { return e.model.Cell(p.Row, p.Column).Text != "" }
	at := next(from)
	if e.inside(at) != at {
		return from
	}
	run := filled(at) // follow a run of filled cells to its end, or cross empty ones to the next filled
	for range JumpCells {
		beyond := next(at)
		if e.inside(beyond) != beyond || !run && filled(at) || run && !filled(beyond) {
			break
		}
		at = beyond
	}
	return at
}

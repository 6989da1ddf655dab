package sheet

import (
	"image/color"

	"fyne.io/fyne/v2"
)

// frame implements host: the rows' numbers on the left, the strip of marks on the right.
func (e *Editor) frame() (left, right float32) {
	if e.Marks != nil {
		right = stripWidth
	}
	return e.numbers.width(), right
}

// adorn implements host.
func (e *Editor) adorn() {
	p, size := e.page, e.Size()
	put(e.numbers, 0, 0, p.left, min(p.header+p.body.Height, size.Height))
	e.numbers.place(p.left, p.header+p.body.Height)

	strip := e.Marks != nil && p.body.Height > 0
	if strip {
		put(e.strip, size.Width-barWidth-stripWidth, p.header, stripWidth, p.body.Height)
		e.strip.place(p.body.Height)
	}
	e.show(e.strip, strip)

	if p.fixed > 0 {
		put(e.boundary, p.left+p.frozen-1, 0, 2, p.header+p.body.Height)
		paint(e.boundary, e.style.thumb)
	}
	e.show(e.boundary, p.fixed > 0)
	e.fitEntry()

	if e.unseen && p.body.Width > 0 && p.shown > 0 && e.at.Row >= 0 {
		e.unseen = false
		e.scrollTo(e.top, e.leftFor(e.at.Column))
	}
}

// mark implements host: the selection's ground and frame, and an outline around the current cell.
func (e *Editor) mark(b *body) {
	from, to := e.visible(b.fixed)
	end := min(e.seen+e.page.shown, e.rows)
	a := e.area
	seen := e.at.Row >= 0 && a.Top < end && a.Bottom >= e.seen && a.Left < to && a.Right >= from && len(b.bands) > 0
	band := seen && e.several()
	if band {
		// One cell beyond the screen, so that no edge is drawn where the selection goes on.
		pos, size := e.cover(b, Area{Top: max(a.Top, e.seen-1), Left: max(a.Left, from-1), Bottom: min(a.Bottom, end), Right: min(a.Right, to)})
		fill := e.style.selectionIdle
		if e.focused {
			fill = e.style.selection
		}
		put(b.bands[0], pos.X, pos.Y, size.Width-1, size.Height-1)
		paint(b.bands[0], fill)
		put(b.frame, pos.X-1, pos.Y-1, size.Width+1, size.Height+1)
		outline(b.frame, e.ink(), 1)
	}
	for i, r := range b.bands {
		e.show(r, band && i == 0)
	}
	e.show(b.frame, band)

	visible := seen && e.at.Row >= e.seen && e.at.Row < end && e.at.Column >= from && e.at.Column < to
	if visible {
		pos, size := e.cover(b, between(e.at, e.at, Cells))
		if band {
			ground := e.style.background
			if m := min(e.model.Cell(e.at.Row, e.at.Column).Mark, MarkError); m != Unmarked {
				ground = e.style.tint[m]
			}
			put(b.hole, pos.X, pos.Y, size.Width-1, size.Height-1)
			paint(b.hole, ground)
		}
		put(b.cursor, pos.X, pos.Y, size.Width-1, size.Height-1)
		outline(b.cursor, e.ink(), 2)
	}
	e.show(b.hole, visible && band)
	e.show(b.cursor, visible)
}

// cover is where an area lies within a body.
func (e *Editor) cover(b *body, a Area) (fyne.Position, fyne.Size) {
	last := len(e.columns) - 1
	left, right := &e.columns[min(max(a.Left, 0), last)], &e.columns[min(a.Right, last)]
	return fyne.NewPos(left.x-b.offset(), float32(a.Top-e.seen)*e.page.row),
		fyne.NewSize(right.x+right.width-left.x, float32(a.Bottom-a.Top+1)*e.page.row)
}

// ink is the colour of outlines: calmer without the focus.
func (e *Editor) ink() color.NRGBA {
	if e.focused {
		return e.style.accent
	}
	return e.style.thumbHover
}

// lit implements host: the titles over the selection.
func (e *Editor) lit() (from, to int, fill color.NRGBA) {
	if e.at.Row < 0 {
		return 0, -1, fill
	}
	return e.area.Left, e.area.Right, e.style.headerFill(e.area.Kind == Columns || e.area.Kind == All)
}

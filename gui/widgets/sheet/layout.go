package sheet

import (
	"image/color"

	"fyne.io/fyne/v2"
)

const (
	barWidth  = 16 // of a scroll bar: wide enough for a gloved hand
	leastRow  = 34 // height of a row at the usual text size
	rowPad    = 14 // height of a row beyond its text
	headerPad = 16
	cellPad   = 10 // between a cell's edge and its text
	iconSize  = 18
	iconGap   = 6

	cursorInset = 2 // the bar at the current row, beside the focus ring
	cursorWidth = 4
)

// pageSize is the geometry of one screen.
type pageSize struct {
	body    fyne.Size // the part that shows rows
	header  float32   // height
	row     float32   // height
	columns float32   // width of all columns
	full    int       // rows wholly visible
	shown   int       // rows visible at least in part
}

// measure works out the screen. The scroll bar in rows always has its strip, so that no column moves when rows come or
// go; the other appears when the columns do not fit.
func (s *Sheet) measure() {
	size := s.Size()
	p := pageSize{header: s.style.headerHeight, row: s.style.rowHeight}
	p.body.Width = max(size.Width-barWidth, 0)
	p.columns = spread(s.columns, p.body.Width)
	p.body.Height = max(size.Height-p.header, 0)
	if p.columns > p.body.Width {
		p.body.Height = max(p.body.Height-barWidth, 0)
	}
	p.full = int(p.body.Height / p.row)
	p.shown = p.full
	if float32(p.full)*p.row < p.body.Height {
		p.shown++
	}
	if p != s.page {
		s.leave() // the cell under the pointer is another
	}
	s.page = p
}

// lastTop is the top row at which the last row is just wholly visible.
func (s *Sheet) lastTop() int {
	return max(s.rows-max(s.page.full, 1), 0)
}

// lastLeft is the farthest that the columns scroll.
func (s *Sheet) lastLeft() float32 {
	return max(s.page.columns-s.page.body.Width, 0)
}

// scrollTo moves the screen, as far as there is something to show.
func (s *Sheet) scrollTo(top int, left float32) {
	s.countRows()
	if s.page.shown > 0 {
		left = min(left, s.lastLeft())
	}
	top, left = max(min(top, s.lastTop()), 0), max(float32(int(left)), 0)
	if top == s.top && left == s.left {
		return
	}
	s.top, s.left = top, left
	s.leave()
	s.turn()
}

// rowAt is the row at y, a position within the sheet, or -1.
func (s *Sheet) rowAt(y float32) int {
	y -= s.page.header
	if y < 0 || y >= s.page.body.Height {
		return -1
	}
	if row := s.seen + int(y/s.page.row); row < s.rows {
		return row
	}
	return -1
}

// cellBounds is where a visible cell lies within the sheet: what a tooltip, or an entry laid over the cell, needs.
func (s *Sheet) cellBounds(row, col int) (fyne.Position, fyne.Size) {
	c := &s.columns[col]
	return fyne.NewPos(c.x-s.left, s.page.header+float32(row-s.seen)*s.page.row), fyne.NewSize(c.width, s.page.row)
}

// place brings the screen into agreement with model, selection and position. It touches only what changed, so that it
// may be called after anything.
func (s *Sheet) place() {
	s.countRows()
	s.measure()
	s.top, s.seen = min(s.top, s.lastTop()), min(s.seen, s.lastTop())
	if s.pace.wait == nil {
		s.seen = s.top
	}
	s.left = min(s.left, s.lastLeft())

	size, p := s.Size(), s.page
	put(s.back, 0, 0, size.Width, size.Height)
	paint(s.back, s.style.background)
	put(s.ring, 1, 1, max(size.Width-2, 0), max(size.Height-2, 0))
	if accent := s.style.accent; s.ring.StrokeColor != accent {
		s.ring.FillColor, s.ring.StrokeColor, s.ring.StrokeWidth = color.Transparent, accent, 2
		s.ring.Refresh()
	}
	s.show(s.ring, s.focused)
	put(s.header, 0, 0, p.body.Width, min(p.header, size.Height))
	put(s.edge, 0, p.header-1, size.Width, 1)
	paint(s.edge, s.style.headerLine)
	put(s.body, 0, p.header, p.body.Width, p.body.Height)
	put(s.vbar, size.Width-barWidth, p.header, barWidth, p.body.Height)
	put(s.hbar, 0, p.header+p.body.Height, p.body.Width, barWidth)
	s.header.place()
	s.body.place()
	s.show(s.vbar, s.vbar.set(float64(s.rows), float64(max(p.full, 1)), float64(s.top), &s.style))
	s.show(s.hbar, s.hbar.set(float64(p.columns), float64(p.body.Width), float64(s.left), &s.style))
}

// put moves and sizes an object if it is elsewhere; each change means work for the driver.
func put(o fyne.CanvasObject, x, y, width, height float32) {
	if pos := fyne.NewPos(x, y); o.Position() != pos {
		o.Move(pos)
	}
	if size := fyne.NewSize(width, height); o.Size() != size {
		o.Resize(size)
	}
}

// show shows or hides an object if that is a change.
func (s *Sheet) show(o fyne.CanvasObject, visible bool) {
	switch {
	case o.Visible() == visible:
	case visible:
		o.Show()
		// Hiding makes a driver draw the next frame, showing does not; and a driver does not know an object that was
		// hidden so far, so it is told of one that it knows.
		s.back.Refresh()
	default:
		o.Hide()
	}
}

package sheet

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
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
	body    fyne.Size // the part that shows rows, with the columns that scroll
	header  float32   // height
	row     float32   // height
	left    float32   // width of what the host has on the left
	right   float32   // and on the right, between the cells and the scroll bar
	frozen  float32   // width of the columns that do not scroll
	fixed   int       // how many these are
	columns float32   // width of all columns
	full    int       // rows wholly visible
	shown   int       // rows visible at least in part
}

// leastScrolled is what frozen columns leave the others at least.
const leastScrolled = 160

// measure works out the screen. The scroll bar in rows always has its strip, so that no column moves when rows come or
// go; the other appears when the columns do not fit.
func (v *view) measure() {
	size := v.Size()
	p := pageSize{header: v.style.headerHeight, row: v.style.rowHeight}
	p.left, p.right = v.host.frame()
	room := max(size.Width-barWidth-p.left-p.right, 0)
	p.columns = spread(v.columns, room)
	for p.fixed < min(v.hold, len(v.columns)-1) && p.frozen+v.columns[p.fixed].width <= room-leastScrolled {
		p.frozen += v.columns[p.fixed].width
		p.fixed++
	}
	p.body.Width = room - p.frozen
	p.body.Height = max(size.Height-p.header, 0)
	if p.columns > room {
		p.body.Height = max(p.body.Height-barWidth, 0)
	}
	p.full = int(p.body.Height / p.row)
	p.shown = p.full
	if float32(p.full)*p.row < p.body.Height {
		p.shown++
	}
	if p != v.page {
		v.leave() // the cell under the pointer is another
	}
	v.page = p
}

// lastTop is the top row at which the last row is just wholly visible.
func (v *view) lastTop() int {
	return max(v.rows-max(v.page.full, 1), 0)
}

// lastLeft is the farthest that the columns scroll.
func (v *view) lastLeft() float32 {
	return max(v.page.columns-v.page.frozen-v.page.body.Width, 0)
}

// scrollTo moves the screen, as far as there is something to show.
func (v *view) scrollTo(top int, left float32) {
	v.countRows()
	if v.page.shown > 0 {
		left = min(left, v.lastLeft())
	}
	top, left = max(min(top, v.lastTop()), 0), max(float32(int(left)), 0)
	if top == v.top && left == v.left {
		return
	}
	v.top, v.left = top, left
	v.leave()
	v.turn()
}

// rowAt is the row at y, a position within the sheet, or -1.
func (v *view) rowAt(y float32) int {
	y -= v.page.header
	if y < 0 || y >= v.page.body.Height {
		return -1
	}
	if row := v.seen + int(y/v.page.row); row < v.rows {
		return row
	}
	return -1
}

// columnX is where a column begins within the view; of one that is scrolled out, where it would.
func (v *view) columnX(col int) float32 {
	if col < v.page.fixed {
		return v.page.left + v.columns[col].x
	}
	return v.page.left + v.columns[col].x - v.across
}

// cellBounds is where a visible cell lies within the view: what a tooltip, or an entry laid over the cell, needs.
func (v *view) cellBounds(row, col int) (fyne.Position, fyne.Size) {
	return fyne.NewPos(v.columnX(col), v.page.header+float32(row-v.seen)*v.page.row), fyne.NewSize(v.columns[col].width, v.page.row)
}

// place brings the screen into agreement with model, selection and position. It touches only what changed, so that it
// may be called after anything.
func (v *view) place() {
	v.countRows()
	v.measure()
	v.top, v.seen = min(v.top, v.lastTop()), min(v.seen, v.lastTop())
	if v.pace.wait == nil {
		v.seen, v.across = v.top, min(v.left, v.lastLeft())
	}
	v.left, v.across = min(v.left, v.lastLeft()), min(v.across, v.lastLeft())

	size, p := v.Size(), v.page
	put(v.back, 0, 0, size.Width, size.Height)
	paint(v.back, v.style.background)
	put(v.ring, 1, 1, max(size.Width-2, 0), max(size.Height-2, 0))
	outline(v.ring, v.style.accent, 2)
	v.show(v.ring, v.focused)
	put(v.edge, 0, p.header-1, size.Width, 1)
	paint(v.edge, v.style.headerLine)
	for _, pane := range v.fixed {
		pane.place(v, p.left, p.frozen)
	}
	pane{v.header, v.body}.place(v, p.left+p.frozen, p.body.Width)
	put(v.vbar, size.Width-barWidth, p.header, barWidth, p.body.Height)
	put(v.hbar, p.left+p.frozen, p.header+p.body.Height, p.body.Width, barWidth)
	v.show(v.vbar, v.vbar.set(float64(v.rows), float64(max(p.full, 1)), float64(v.top), &v.style))
	v.show(v.hbar, v.hbar.set(float64(p.columns-p.frozen), float64(p.body.Width), float64(v.left), &v.style))
	v.host.adorn()
}

// place lays a part of the columns out and fills it.
func (p pane) place(v *view, x, width float32) {
	put(p.header, x, 0, width, min(v.page.header, v.Size().Height))
	put(p.body, x, v.page.header, width, v.page.body.Height)
	p.header.place()
	p.body.place()
}

// outline makes a rectangle a frame of this colour and width.
func outline(r *canvas.Rectangle, c color.NRGBA, width float32) {
	if old, ok := r.StrokeColor.(color.NRGBA); ok && old == c && r.StrokeWidth == width {
		return
	}
	r.FillColor, r.StrokeColor, r.StrokeWidth = color.Transparent, c, width
	r.Refresh()
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
func (v *view) show(o fyne.CanvasObject, visible bool) {
	switch {
	case o.Visible() == visible:
	case visible:
		o.Show()
		// Hiding makes a driver draw the next frame, showing does not; and a driver does not know an object that was
		// hidden so far, so it is told of one that it knows.
		v.back.Refresh()
	default:
		o.Hide()
	}
}

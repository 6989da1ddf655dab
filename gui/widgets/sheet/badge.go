package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

const (
	underHeight  = 3  // of the line that marks an error
	changedWidth = 3  // of the bar at an edited cell
	cornerError  = 13 // length of a corner's sides
	cornerSmall  = 8
)

// badge is what a cell shows beside its text: that it is bad, and how, or that it was edited.
type badge struct {
	tint    *canvas.Rectangle // behind everything
	under   *canvas.Rectangle
	changed *canvas.Rectangle
	corner  *canvas.ArbitraryPolygon
}

func newBadge() *badge {
	b := &badge{tint: hidden(canvas.NewRectangle(nil)), under: hidden(canvas.NewRectangle(nil)), changed: hidden(canvas.NewRectangle(nil))}
	b.corner = newTriangle(true)
	b.corner.Hidden = true
	return b
}

func (b *badge) hide() {
	if b == nil {
		return
	}
	for _, o := range []fyne.CanvasObject{b.tint, b.under, b.changed, b.corner} {
		if o.Visible() {
			o.Hide()
		}
	}
}

// mark shows that a cell is bad or changed. The place gets its badge when it first needs one.
func (p *place) mark(b *body, cell *Cell, x, width, y float32) {
	v := b.view
	if p.badge == nil {
		if cell.Mark == Unmarked && !cell.Changed {
			return
		}
		p.badge = newBadge()
		b.stale = true
	}
	g, m := p.badge, min(cell.Mark, MarkError)
	v.show(g.tint, m != Unmarked)
	v.show(g.corner, m != Unmarked)
	v.show(g.under, m == MarkError)
	v.show(g.changed, cell.Changed)
	height := v.page.row - 1
	if m != Unmarked {
		put(g.tint, x, y, width, height)
		paint(g.tint, v.style.tint[m])
		side := float32(cornerSmall)
		if m == MarkError {
			side = cornerError
			put(g.under, x, y+height-underHeight, width, underHeight)
			paint(g.under, v.style.mark[m])
		}
		put(g.corner, x+width-side-1, y, side, side)
		if ink := v.style.mark[m]; g.corner.FillColor != ink {
			g.corner.FillColor = ink
			g.corner.Refresh()
		}
	}
	if cell.Changed {
		put(g.changed, x, y, changedWidth, height)
		paint(g.changed, v.style.accent)
	}
}

// newTriangle returns a triangle in the upper right corner of its bounds, or the lower right one.
func newTriangle(upper bool) *canvas.ArbitraryPolygon {
	t := &canvas.ArbitraryPolygon{NormalizedPoints: true, Points: []fyne.Position{{X: 1, Y: 0}, {X: 1, Y: 1}, {X: 0, Y: 1}}}
	if upper {
		t.Points = []fyne.Position{{X: 0, Y: 0}, {X: 1, Y: 0}, {X: 1, Y: 1}}
	}
	return t
}

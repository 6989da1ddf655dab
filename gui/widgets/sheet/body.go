package sheet

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// body shows the cells of one screen. Its pool of texts is a ring in both directions: a cell keeps its text while it is
// visible, so that scrolling by three rows fills three lines and moves the rest, and two hundred columns cost no more than
// those in sight.
type body struct {
	widget.BaseWidget
	view  *view
	fixed bool // shows the columns that do not scroll

	lines  []line
	bands  []*canvas.Rectangle // the selection, one for each run of rows
	rules  []*canvas.Rectangle // the thin line beneath each row
	stems  []*canvas.Rectangle // and at the right of each column, where the host wants a grid
	hole   *canvas.Rectangle   // the current cell within a selection
	frame  *canvas.Rectangle   // around a selection of cells
	cursor *canvas.Rectangle   // marks the current row or cell
	drawn  []fyne.CanvasObject
	slots  int  // cells in a line of the pool
	stale  bool // drawn lacks something
}

// line is the pool's place for one row.
type line struct {
	cells []place
}

// place is the pool's place for one cell, with what it was last asked to show.
type place struct {
	text  *canvas.Text
	icon  *canvas.Image // nil until the place needs one
	badge *badge        // nil until the place needs one

	source string
	width  float32
	ruler  *ruler
	how    Elide
	elided bool
	lift   float32
}

func newBody(v *view, fixed bool) *body {
	b := &body{view: v, fixed: fixed, hole: hidden(canvas.NewRectangle(nil)),
		frame: hidden(canvas.NewRectangle(nil)), cursor: hidden(canvas.NewRectangle(nil))}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *body) CreateRenderer() fyne.WidgetRenderer {
	return &part{owner: b, objects: func() []fyne.CanvasObject { return b.drawn }}
}

// offset is where the pane begins within all columns.
func (b *body) offset() float32 {
	if b.fixed {
		return 0
	}
	return b.view.page.frozen + b.view.across
}

// place fills the screen.
func (b *body) place() {
	v := b.view
	from, to := v.visible(b.fixed)
	b.grow(v.page.shown, to-from)
	b.grid(from, to)
	to = min(to, v.cols)
	n := len(b.lines)
	for k := range n {
		row := v.seen + k
		there := k < v.page.shown && row < v.rows
		y := float32(k) * v.page.row
		b.rule(k, there, y)
		cells := b.lines[row%n].cells
		for slot := range cells {
			p, col := &cells[slot], inRing(from, slot, b.slots)
			if !there || col >= to {
				p.hide()
				continue
			}
			p.fill(b, v.model.Cell(row, col), &v.columns[col], y)
		}
	}
	v.host.mark(b)
	if b.stale {
		b.collect()
	}
}

// inRing is the first number from on that has this slot in a ring of n.
func inRing(from, slot, n int) int {
	return from + (slot-from%n+n)%n
}

// at is the pool's place for a visible cell, nil for one that is not.
func (b *body) at(row, col int) *place {
	from, to := b.view.visible(b.fixed)
	n := len(b.lines)
	if row < b.view.seen || row >= b.view.seen+n || col < from || col >= to || to-from > b.slots {
		return nil
	}
	return &b.lines[row%n].cells[col%b.slots]
}

// grow makes room for so many rows and columns. The pool never shrinks; a screen bounds it.
func (b *body) grow(rows, slots int) {
	if rows <= len(b.lines) && slots <= b.slots {
		return
	}
	b.slots = max(b.slots, slots)
	for b.view.grid && len(b.stems) < b.slots {
		b.stems = append(b.stems, hidden(canvas.NewRectangle(nil)))
	}
	for len(b.lines) < rows {
		b.lines = append(b.lines, line{})
		b.bands = append(b.bands, hidden(canvas.NewRectangle(nil)))
		b.rules = append(b.rules, hidden(canvas.NewRectangle(nil)))
	}
	for i := range b.lines {
		l := &b.lines[i]
		for len(l.cells) < b.slots {
			text := canvas.NewText("", nil)
			text.Hidden = true
			l.cells = append(l.cells, place{text: text})
		}
	}
	b.stale = true
}

func hidden(r *canvas.Rectangle) *canvas.Rectangle {
	r.Hidden = true
	return r
}

// collect lists what is drawn, from back to front.
func (b *body) collect() {
	b.stale = false
	b.drawn = b.drawn[:0:0]
	for _, l := range b.lines {
		for i := range l.cells {
			if badge := l.cells[i].badge; badge != nil {
				b.drawn = append(b.drawn, badge.tint)
			}
		}
	}
	for _, r := range b.bands {
		b.drawn = append(b.drawn, r)
	}
	b.drawn = append(b.drawn, b.hole)
	for _, r := range b.rules {
		b.drawn = append(b.drawn, r)
	}
	for _, r := range b.stems {
		b.drawn = append(b.drawn, r)
	}
	for _, l := range b.lines {
		for i := range l.cells {
			p := &l.cells[i]
			b.drawn = append(b.drawn, p.text)
			if p.icon != nil {
				b.drawn = append(b.drawn, p.icon)
			}
			if p.badge != nil {
				b.drawn = append(b.drawn, p.badge.under, p.badge.changed, p.badge.corner)
			}
		}
	}
	b.drawn = append(b.drawn, b.frame, b.cursor)
	canvas.Refresh(b)
}

// rule draws the thin line beneath the k-th row of the screen.
func (b *body) rule(k int, there bool, y float32) {
	r := b.rules[k]
	if there {
		put(r, 0, y+b.view.page.row-1, b.Size().Width, 1)
		paint(r, b.view.style.line)
	}
	b.view.show(r, there)
}

// grid draws the line at the right of the columns from…to-1, as far down as there are rows.
func (b *body) grid(from, to int) {
	v := b.view
	height := min(float32(v.rows-v.seen)*v.page.row, v.page.body.Height)
	for slot, r := range b.stems {
		col := inRing(from, slot, len(b.stems))
		there := col < to && height > 0
		if there {
			c := &v.columns[col]
			put(r, c.x+c.width-b.offset()-1, 0, 1, height)
			paint(r, v.style.line)
		}
		v.show(r, there)
	}
}

// paint gives a rectangle its colour if it has another.
func paint(r *canvas.Rectangle, c color.NRGBA) {
	if old, ok := r.FillColor.(color.NRGBA); ok && old == c {
		return
	}
	r.FillColor = c
	r.Refresh()
}

func (p *place) hide() {
	if !p.text.Hidden {
		p.text.Hide()
	}
	if p.icon != nil && !p.icon.Hidden {
		p.icon.Hide()
	}
	p.badge.hide()
}

// fill shows a cell at height y of the body.
func (p *place) fill(b *body, cell Cell, c *column, y float32) {
	v := b.view
	align := cell.Align
	if align == fyne.TextAlignLeading {
		align = c.Align
	}
	p.mark(b, &cell, c.x-b.offset(), c.width, y)
	x, width := c.x-b.offset()+cellPad, c.width-2*cellPad
	if cell.Icon != nil {
		at := x
		if cell.Text == "" && align == fyne.TextAlignCenter {
			at = x + float32(int((width-iconSize)/2))
		}
		p.picture(cell.Icon, at, y+float32(int((v.page.row-iconSize)/2)), b)
		x, width = x+iconSize+iconGap, width-iconSize-iconGap
	} else if p.icon != nil {
		v.show(p.icon, false)
	}

	t, r := p.text, v.style.ruler(cell.Mono || c.Mono)
	changed := false
	source := bounded(cell.Text, c.Elide)
	if width != p.width || r != p.ruler || c.Elide != p.how || source != p.source {
		p.source, p.width, p.ruler, p.how = source, width, r, c.Elide
		var text string
		text, p.elided = elide(legible(source, v.breaks), width, c.Elide, r)
		if text != t.Text || t.TextStyle != r.style || t.TextSize != r.size {
			t.Text, t.TextStyle, t.TextSize = text, r.style, r.size
			changed = true
			p.lift = v.liftOf(text, r)
		}
	}
	ink := v.style.text[min(int(cell.Importance), importances-1)]
	if old, ok := t.Color.(color.NRGBA); !ok || old != ink {
		t.Color = ink
		changed = true
	}
	if t.Alignment != align {
		t.Alignment = align
		changed = true
	}
	put(t, x, y+p.lift, max(width, 0), v.page.row)
	if changed {
		t.Refresh()
	}
	v.show(t, true)
}

// lastLatin ends Latin Extended-B; up to it every text face has the letters itself.
const lastLatin = 0x24f

// liftOf is how far a text must move down to stand on the row's baseline. Letters from a fallback font change the height
// of their line, so text beyond the Latin letters is measured itself.
func (v *view) liftOf(text string, r *ruler) float32 {
	for _, c := range text {
		if c > lastLatin && c != ellipsis {
			return v.style.lift(lineMetrics(text, r.size, r.style))
		}
	}
	if r == v.style.mono {
		return v.style.monoShift
	}
	return 0
}

// picture shows an icon.
func (p *place) picture(icon fyne.Resource, x, y float32, b *body) {
	if p.icon == nil {
		p.icon = canvas.NewImageFromResource(icon)
		p.icon.FillMode = canvas.ImageFillContain
		b.stale = true
	} else if p.icon.Resource != icon {
		p.icon.Resource = icon
		p.icon.Refresh()
	}
	put(p.icon, x, y, iconSize, iconSize)
	b.view.show(p.icon, true)
}

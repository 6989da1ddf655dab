package sheet

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// body shows the rows of one screen. Its pool of lines is a ring: a row keeps its texts while it is visible, so that
// scrolling by three rows fills three lines and moves the rest.
type body struct {
	widget.BaseWidget
	sheet *Sheet

	lines   []line
	bands   []*canvas.Rectangle // the selection, one for each run of rows
	rules   []*canvas.Rectangle // the thin line beneath each row
	cursor  *canvas.Rectangle   // marks the current row
	drawn   []fyne.CanvasObject
	columns int  // of the pool
	stale   bool // drawn lacks something
}

// line is the pool's place for one row.
type line struct {
	cells []place
}

// place is the pool's place for one cell, with what it was last asked to show.
type place struct {
	text *canvas.Text
	icon *canvas.Image // nil until the place needs one

	source string
	width  float32
	ruler  *ruler
	how    Elide
	elided bool
	lift   float32
}

func newBody(s *Sheet) *body {
	b := &body{sheet: s, cursor: canvas.NewRectangle(nil)}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *body) CreateRenderer() fyne.WidgetRenderer {
	return &part{owner: b, objects: func() []fyne.CanvasObject { return b.drawn }}
}

// place fills the screen.
func (b *body) place() {
	s := b.sheet
	b.grow(s.page.shown, len(s.columns))
	modelColumns := 0
	if s.model != nil {
		modelColumns = s.model.Columns()
	}
	n := len(b.lines)
	for k := range n {
		row := s.seen + k
		cells := b.lines[row%n].cells
		there := k < s.page.shown && row < s.rows
		y := float32(k) * s.page.row
		b.rule(k, there, y)
		for col := range cells {
			p := &cells[col]
			if !there || col >= modelColumns || col >= len(s.columns) || !s.columnVisible(col) {
				p.hide()
				continue
			}
			p.fill(s, s.model.Cell(row, col), &s.columns[col], y, b)
		}
	}
	b.mark()
	if b.stale {
		b.collect()
	}
}

// columnVisible reports whether a column has a pixel on the screen.
func (s *Sheet) columnVisible(col int) bool {
	c := &s.columns[col]
	return c.x+c.width > s.left && c.x < s.left+s.page.body.Width
}

// grow makes room for so many rows and columns. The pool never shrinks; a screen bounds it.
func (b *body) grow(rows, columns int) {
	if rows <= len(b.lines) && columns <= b.columns {
		return
	}
	b.columns = max(b.columns, columns)
	for len(b.lines) < rows {
		b.lines = append(b.lines, line{})
		b.bands = append(b.bands, hidden(canvas.NewRectangle(nil)))
		b.rules = append(b.rules, hidden(canvas.NewRectangle(nil)))
	}
	for i := range b.lines {
		l := &b.lines[i]
		for len(l.cells) < b.columns {
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
	for _, r := range b.bands {
		b.drawn = append(b.drawn, r)
	}
	for _, r := range b.rules {
		b.drawn = append(b.drawn, r)
	}
	for _, l := range b.lines {
		for i := range l.cells {
			b.drawn = append(b.drawn, l.cells[i].text)
			if l.cells[i].icon != nil {
				b.drawn = append(b.drawn, l.cells[i].icon)
			}
		}
	}
	b.drawn = append(b.drawn, b.cursor)
	canvas.Refresh(b)
}

// rule draws the thin line beneath the k-th row of the screen.
func (b *body) rule(k int, there bool, y float32) {
	r := b.rules[k]
	if there {
		put(r, 0, y+b.sheet.page.row-1, b.sheet.page.body.Width, 1)
		paint(r, b.sheet.style.line)
	}
	b.sheet.show(r, there)
}

// mark draws the selection, one rectangle for each run of visible rows, and the current row's bar.
func (b *body) mark() {
	s := b.sheet
	fill := s.style.selectionIdle
	if s.focused {
		fill = s.style.selection
	}
	used := 0
	end := min(s.seen+s.page.shown, s.rows)
	for i := s.selected.after(s.seen); i < len(s.selected) && s.selected[i][0] < end; i++ {
		from, to := max(s.selected[i][0], s.seen), min(s.selected[i][1], end-1)
		r := b.bands[used]
		used++
		put(r, 0, float32(from-s.seen)*s.page.row, s.page.body.Width, float32(to-from+1)*s.page.row)
		paint(r, fill)
		s.show(r, true)
	}
	for _, r := range b.bands[used:] {
		s.show(r, false)
	}

	visible := s.current >= s.seen && s.current < end
	if visible {
		put(b.cursor, cursorInset, float32(s.current-s.seen)*s.page.row, cursorWidth, s.page.row)
		if s.focused {
			paint(b.cursor, s.style.accent)
		} else {
			paint(b.cursor, s.style.thumb)
		}
	}
	s.show(b.cursor, visible)
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
}

// fill shows a cell at height y of the body.
func (p *place) fill(s *Sheet, cell Cell, c *column, y float32, b *body) {
	align := cell.Align
	if align == fyne.TextAlignLeading {
		align = c.Align
	}
	x, width := c.x-s.left+cellPad, c.width-2*cellPad
	if cell.Icon != nil {
		at := x
		if cell.Text == "" && align == fyne.TextAlignCenter {
			at = x + float32(int((width-iconSize)/2))
		}
		p.picture(cell.Icon, at, y+float32(int((s.page.row-iconSize)/2)), b)
		x, width = x+iconSize+iconGap, width-iconSize-iconGap
	} else if p.icon != nil {
		s.show(p.icon, false)
	}

	t, r := p.text, s.style.ruler(cell.Mono || c.Mono)
	changed := false
	source := bounded(cell.Text, c.Elide)
	if width != p.width || r != p.ruler || c.Elide != p.how || source != p.source {
		p.source, p.width, p.ruler, p.how = source, width, r, c.Elide
		var text string
		text, p.elided = elide(legible(source), width, c.Elide, r)
		if text != t.Text || t.TextStyle != r.style || t.TextSize != r.size {
			t.Text, t.TextStyle, t.TextSize = text, r.style, r.size
			changed = true
			p.lift = s.liftOf(text, r)
		}
	}
	ink := s.style.text[min(int(cell.Importance), importances-1)]
	if old, ok := t.Color.(color.NRGBA); !ok || old != ink {
		t.Color = ink
		changed = true
	}
	if t.Alignment != align {
		t.Alignment = align
		changed = true
	}
	put(t, x, y+p.lift, max(width, 0), s.page.row)
	if changed {
		t.Refresh()
	}
	s.show(t, true)
}

// lastLatin ends Latin Extended-B; up to it every text face has the letters itself.
const lastLatin = 0x24f

// liftOf is how far a text must move down to stand on the row's baseline. Letters from a fallback font change the height
// of their line, so text beyond the Latin letters is measured itself.
func (s *Sheet) liftOf(text string, r *ruler) float32 {
	for _, c := range text {
		if c > lastLatin && c != ellipsis {
			return s.style.lift(lineMetrics(text, r.size, r.style))
		}
	}
	if r == s.style.mono {
		return s.style.monoShift
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
	b.sheet.show(p.icon, true)
}

package sheet

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	arrowSize = 16
	arrowGap  = 2
	arrowZone = 28 // of a title in which a click sorts, left of the border, where titles select
)

// header is the row of titles over a body. It draws, and its borders drag; what a click on a title does is its host's.
type header struct {
	widget.BaseWidget
	view  *view
	fixed bool // of the columns that do not scroll
	self  fyne.Widget

	// selects says that a click on a title selects the column: the arrow then stands at the right end, as a thing to click
	// on, and over is the column on which it is offered.
	selects bool
	over    int // the column under the pointer, -1 for none

	back, light *canvas.Rectangle
	titles      []title       // a ring, as the cells of a body
	arrow       *canvas.Image // at the column by which is sorted
	offer       *canvas.Image // at the column under the pointer, by which one could sort
	dividers    []*divider
	drawn       []fyne.CanvasObject
}

// title is the text over one column, with what it was last asked to show.
type title struct {
	text, sign *canvas.Text
	under      *canvas.Rectangle // the mark
	source     string
	width      float32
	ruler      *ruler
}

// signs are the glyphs and their colours.
var signs = [...]struct {
	glyph string
	ink   Importance
}{NoSign: {}, Required: {"●", Info}, Unknown: {"?", Warning}, DeviceField: {"◇", Muted}}

func newHeader(v *view, fixed, selects bool) *header {
	h := &header{}
	h.begin(v, h)
	h.fixed, h.selects = fixed, selects
	return h
}

// begin makes the header of which self is the widget.
func (h *header) begin(v *view, self fyne.Widget) {
	h.view, h.self, h.over = v, self, -1
	h.back, h.light = canvas.NewRectangle(nil), hidden(canvas.NewRectangle(nil))
	h.arrow = canvas.NewImageFromResource(theme.MenuDropDownIcon())
	h.arrow.FillMode = canvas.ImageFillContain
	h.arrow.Hidden = true
	h.offer = canvas.NewImageFromResource(theme.MenuDropUpIcon())
	h.offer.FillMode = canvas.ImageFillContain
	h.offer.Translucency = 0.5
	h.offer.Hidden = true
	h.ExtendBaseWidget(self)
}

// CreateRenderer implements fyne.Widget.
func (h *header) CreateRenderer() fyne.WidgetRenderer {
	return &part{owner: h.self, objects: func() []fyne.CanvasObject { return h.drawn }}
}

// room is what a title's column must leave beside the text.
func (h *header) room(c *column) float32 {
	var room float32
	if c.Sortable {
		room = arrowSize + arrowGap
	}
	if sign := signs[min(int(c.Sign), len(signs)-1)]; sign.glyph != "" {
		room += h.view.style.bold.width(sign.glyph, mostWidth) + iconGap
	}
	return room
}

// place draws titles, arrow and borders where the columns are.
func (h *header) place() {
	v := h.view
	height := v.page.header
	from, to := v.visible(h.fixed)
	h.grow(to - from)
	put(h.back, 0, 0, h.Size().Width, height)
	paint(h.back, v.style.background)

	first, last, fill := v.host.lit()
	first, last = max(first, from), min(last, to-1)
	lit := first <= last
	if lit {
		begin, end := h.left(first), h.left(last)+v.columns[last].width
		put(h.light, begin, 0, end-begin, height-1)
		paint(h.light, fill)
	}
	v.show(h.light, lit)

	sorted, offered := false, false
	for slot := range h.titles {
		t, d, col := &h.titles[slot], h.dividers[slot], inRing(from, slot, len(h.titles))
		there := col < to
		v.show(t.text, there)
		v.show(d, there)
		if !there {
			v.show(t.sign, false)
			v.show(t.under, false)
			continue
		}
		d.col = col
		h.placeTitle(col, t)
		sorted = sorted || col == v.sortColumn
		offered = offered || h.offers(col)
		put(d, h.left(col)+v.columns[col].width-dividerWidth/2, 0, dividerWidth, height)
		d.place(&v.style)
	}
	v.show(h.arrow, sorted)
	v.show(h.offer, offered)
}

// left is where a column begins within the header.
func (h *header) left(col int) float32 {
	if h.fixed {
		return h.view.columns[col].x
	}
	return h.view.columns[col].x - h.view.page.frozen - h.view.across
}

// offers reports that a column's title has the arrow that one can click on.
func (h *header) offers(col int) bool {
	return h.selects && col == h.over && col != h.view.sortColumn && h.view.columns[col].Sortable
}

// placeTitle draws a title, and the arrow that stands there.
func (h *header) placeTitle(col int, t *title) {
	v, c := h.view, &h.view.columns[col]
	x, room := h.left(col)+cellPad, c.width-2*cellPad
	r := v.style.bold
	sorted := col == v.sortColumn
	offered := h.offers(col)
	if sorted || offered {
		room -= arrowSize + arrowGap
	}
	sign := signs[min(int(c.Sign), len(signs)-1)]
	var signed float32
	if sign.glyph != "" {
		write(t.sign, sign.glyph, r, v.style.text[sign.ink])
		signed = r.width(sign.glyph, mostWidth) + iconGap
		x, room = x+signed, room-signed
	}
	v.show(t.sign, sign.glyph != "" && room > 0)
	if c.Mark != Unmarked {
		width := c.width
		if c.Mark == MarkWarning {
			width /= 2
		}
		put(t.under, h.left(col), v.page.header-1-underHeight, width, underHeight)
		paint(t.under, v.style.mark[c.Mark])
	}
	v.show(t.under, c.Mark != Unmarked)

	text := t.text.Text
	if t.source != c.Title || t.width != room || t.ruler != r {
		t.source, t.width, t.ruler = c.Title, room, r
		text, _ = elide(legible(c.Title, v.breaks), room, End, r)
	}
	write(t.text, text, r, v.style.text[Muted])
	used := r.width(text, mostWidth)
	at := x
	switch c.Align {
	case fyne.TextAlignCenter:
		at += max((room-used)/2, 0)
	case fyne.TextAlignTrailing:
		at += max(room-used, 0)
		if sorted && !h.selects {
			at += arrowSize + arrowGap
		}
	}
	put(t.text, float32(int(at)), 0, used, v.page.header)
	put(t.sign, float32(int(at-signed)), 0, max(signed-iconGap, 0), v.page.header)
	switch {
	case sorted:
		h.placeArrow(h.arrow, v.ascending, col, at, used)
	case offered:
		h.placeArrow(h.offer, true, col, at, used)
	}
}

// placeArrow draws an arrow at a column whose title begins at a place and is so wide.
func (h *header) placeArrow(arrow *canvas.Image, ascending bool, col int, at, used float32) {
	v, c := h.view, &h.view.columns[col]
	icon := theme.MenuDropDownIcon()
	if ascending {
		icon = theme.MenuDropUpIcon()
	}
	if arrow.Resource != icon {
		arrow.Resource = icon
		arrow.Refresh()
	}
	// Beside the title, on the side where it cannot push a right-aligned title away from its numbers.
	arrowAt := at + used + arrowGap
	switch {
	case h.selects:
		arrowAt = h.left(col) + c.width - dividerWidth/2 - arrowSize - arrowGap
	case c.Align == fyne.TextAlignTrailing:
		arrowAt = at - arrowGap - arrowSize
	}
	put(arrow, float32(int(arrowAt)), float32(int((v.page.header-arrowSize)/2)), arrowSize, arrowSize)
}

// write gives a text its letters, face and colour if it has others.
func write(t *canvas.Text, text string, r *ruler, ink color.NRGBA) {
	old, ok := t.Color.(color.NRGBA)
	if ok && old == ink && t.Text == text && t.TextStyle == r.style && t.TextSize == r.size {
		return
	}
	t.Text, t.TextStyle, t.TextSize, t.Color = text, r.style, r.size, ink
	t.Refresh()
}

// grow makes room for so many columns.
func (h *header) grow(columns int) {
	if h.drawn != nil && columns <= len(h.titles) {
		return
	}
	for len(h.titles) < columns {
		t := title{text: canvas.NewText("", nil), sign: canvas.NewText("", nil), under: hidden(canvas.NewRectangle(nil))}
		t.sign.Hidden = true
		h.titles = append(h.titles, t)
		h.dividers = append(h.dividers, newDivider(h))
	}
	h.drawn = []fyne.CanvasObject{h.back, h.light}
	for _, t := range h.titles {
		h.drawn = append(h.drawn, t.text, t.sign, t.under)
	}
	h.drawn = append(h.drawn, h.arrow, h.offer)
	for _, d := range h.dividers {
		h.drawn = append(h.drawn, d)
	}
	canvas.Refresh(h.self)
}

func (h *header) endDrag() {
	for _, d := range h.dividers {
		d.release()
	}
}

// lightUp lets the pointer be over a column, or over none.
func (h *header) lightUp(col int) {
	if col != h.over {
		h.over = col
		h.place()
	}
}

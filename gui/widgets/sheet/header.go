package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	arrowSize = 16
	arrowGap  = 2
)

// header is the row of titles: a click sorts, a border drags.
type header struct {
	widget.BaseWidget
	sheet *Sheet

	back, light *canvas.Rectangle
	titles      []title
	arrow       *canvas.Image
	dividers    []*divider
	drawn       []fyne.CanvasObject
	over        int // the sortable column under the pointer, -1 for none
}

// title is the text over one column, with what it was last asked to show.
type title struct {
	text   *canvas.Text
	source string
	width  float32
	ruler  *ruler
}

var (
	_ desktop.Hoverable = (*header)(nil)
	_ fyne.Tappable     = (*header)(nil)
)

func newHeader(s *Sheet) *header {
	h := &header{sheet: s, over: -1,
		back: canvas.NewRectangle(nil), light: hidden(canvas.NewRectangle(nil)),
		arrow: canvas.NewImageFromResource(theme.MenuDropDownIcon()),
	}
	h.arrow.FillMode = canvas.ImageFillContain
	h.arrow.Hidden = true
	h.ExtendBaseWidget(h)
	return h
}

// CreateRenderer implements fyne.Widget.
func (h *header) CreateRenderer() fyne.WidgetRenderer {
	return &part{owner: h, objects: func() []fyne.CanvasObject { return h.drawn }}
}

// titleRoom is what a title's column must leave beside the text.
func titleRoom(sortable bool) float32 {
	if sortable {
		return arrowSize + arrowGap
	}
	return 0
}

// place draws titles, arrow and borders where the columns are.
func (h *header) place() {
	s := h.sheet
	height := s.page.header
	h.grow(len(s.columns))
	put(h.back, 0, 0, s.page.body.Width, height)
	paint(h.back, s.style.background)

	lit := h.over >= 0 && h.over < len(s.columns)
	if lit {
		c := &s.columns[h.over]
		put(h.light, c.x-s.left, 0, c.width, height-1)
		paint(h.light, s.style.headerHover)
	}
	s.show(h.light, lit)

	s.show(h.arrow, s.sortColumn >= 0 && s.sortColumn < len(s.columns))
	for i := range h.titles {
		there := i < len(s.columns)
		s.show(h.titles[i].text, there)
		s.show(h.dividers[i], there)
		if there {
			h.placeTitle(i)
		}
	}
}

func (h *header) placeTitle(col int) {
	s, c, t := h.sheet, &h.sheet.columns[col], &h.titles[col]
	x, room := c.x-s.left+cellPad, c.width-2*cellPad
	sorted := col == s.sortColumn
	if sorted {
		room -= titleRoom(true)
	}
	r := s.style.bold
	changed := false
	if t.source != c.Title || t.width != room || t.ruler != r {
		t.source, t.width, t.ruler = c.Title, room, r
		t.text.Text, _ = elide(legible(c.Title), room, End, r)
		t.text.TextStyle, t.text.TextSize = r.style, r.size
		changed = true
	}
	if ink := s.style.text[Muted]; t.text.Color != ink {
		t.text.Color = ink
		changed = true
	}
	used := r.width(t.text.Text, mostWidth)
	at := x
	switch c.Align {
	case fyne.TextAlignCenter:
		at += max((room-used)/2, 0)
	case fyne.TextAlignTrailing:
		at += max(room-used, 0)
		if sorted {
			at += titleRoom(true)
		}
	}
	put(t.text, float32(int(at)), 0, used, s.page.header)
	if changed {
		t.text.Refresh()
	}
	put(h.dividers[col], c.x+c.width-s.left-dividerWidth/2, 0, dividerWidth, s.page.header)
	h.dividers[col].place(&s.style)

	if !sorted {
		return
	}
	icon := theme.MenuDropDownIcon()
	if s.ascending {
		icon = theme.MenuDropUpIcon()
	}
	if h.arrow.Resource != icon {
		h.arrow.Resource = icon
		h.arrow.Refresh()
	}
	// Beside the title, on the side where it cannot push a right-aligned title away from its numbers.
	arrowAt := at + used + arrowGap
	if c.Align == fyne.TextAlignTrailing {
		arrowAt = at - arrowGap - arrowSize
	}
	put(h.arrow, float32(int(arrowAt)), float32(int((s.page.header-arrowSize)/2)), arrowSize, arrowSize)
}

// grow makes room for so many columns.
func (h *header) grow(columns int) {
	if h.drawn != nil && columns <= len(h.titles) {
		return
	}
	for i := len(h.titles); i < columns; i++ {
		h.titles = append(h.titles, title{text: canvas.NewText("", nil)})
		h.dividers = append(h.dividers, newDivider(h, i))
	}
	h.drawn = []fyne.CanvasObject{h.back, h.light}
	for _, t := range h.titles {
		h.drawn = append(h.drawn, t.text)
	}
	h.drawn = append(h.drawn, h.arrow)
	for _, d := range h.dividers {
		h.drawn = append(h.drawn, d)
	}
	canvas.Refresh(h)
}

func (h *header) endDrag() {
	for _, d := range h.dividers {
		d.release()
	}
}

// Tapped sorts by the column, or the other way round if it is sorted by it already.
func (h *header) Tapped(ev *fyne.PointEvent) {
	s := h.sheet
	s.requestFocus()
	col := s.columnAt(ev.Position.X)
	if col < 0 || !s.columns[col].Sortable {
		return
	}
	s.ascending = col != s.sortColumn || !s.ascending
	s.sortColumn = col
	s.place()
	if s.OnSort != nil {
		s.OnSort(col, s.ascending)
	}
}

// MouseIn implements desktop.Hoverable.
func (h *header) MouseIn(ev *desktop.MouseEvent) { h.MouseMoved(ev) }

// MouseMoved lights up the title that a click would sort by.
func (h *header) MouseMoved(ev *desktop.MouseEvent) {
	col := h.sheet.columnAt(ev.Position.X)
	if col >= 0 && !h.sheet.columns[col].Sortable {
		col = -1
	}
	h.lightUp(col)
}

// MouseOut implements desktop.Hoverable.
func (h *header) MouseOut() { h.lightUp(-1) }

func (h *header) lightUp(col int) {
	if col != h.over {
		h.over = col
		h.place()
	}
}

package sheet

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// sorter is the header of a Sheet: a click on a title sorts by the column.
type sorter struct {
	header
	sheet *Sheet
}

var (
	_ desktop.Hoverable = (*sorter)(nil)
	_ fyne.Tappable     = (*sorter)(nil)
)

func newSorter(s *Sheet) *sorter {
	h := &sorter{sheet: s}
	h.begin(&s.view, h)
	return h
}

// Tapped sorts by the column, or the other way round if it is sorted by it already.
func (h *sorter) Tapped(ev *fyne.PointEvent) {
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
func (h *sorter) MouseIn(ev *desktop.MouseEvent) { h.MouseMoved(ev) }

// MouseMoved lights up the title that a click would sort by.
func (h *sorter) MouseMoved(ev *desktop.MouseEvent) {
	col := h.sheet.columnAt(ev.Position.X)
	if col >= 0 && !h.sheet.columns[col].Sortable {
		col = -1
	}
	h.lightUp(col)
}

// MouseOut implements desktop.Hoverable.
func (h *sorter) MouseOut() { h.lightUp(-1) }

// lit implements host: the title under the pointer.
func (s *Sheet) lit() (from, to int, fill color.NRGBA) {
	if s.header.over < 0 {
		return 0, -1, fill
	}
	return s.header.over, s.header.over, s.style.headerHover
}

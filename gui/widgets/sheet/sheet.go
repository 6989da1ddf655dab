// Package sheet is a table for data of any length: a few rows or five million, in the same memory.
//
// A Sheet shows rows and selects them; an Editor shows cells, selects and edits them. Both draw through one view, which
// keeps an integer top row and draws one screen from a pool of texts, so nothing depends on the number of rows and no position
// is ever a large floating-point number. Use a Sheet wherever a list may grow beyond some hundred rows or needs
// columns; widget.List serves short lists of one column.
//
// Both own what is seen: scrolling, widths, selection, focus. They own no data: a Model answers for visible cells, and the
// owner edits, sorts or filters its model and calls Refresh. Every method belongs to the UI thread, every callback runs
// there, and nothing here starts a goroutine. Text for the clipboard, and from it, goes through
// csvdoc.ClipboardText and csvdoc.ParsePaste.
package sheet

import (
	"slices"

	"fyne.io/fyne/v2"
)

// Model is the data that a Sheet shows. Rows and Columns are asked often and must answer at once. Cell is asked on the
// UI thread for visible cells, and for the selected rows when they are copied; 0 ≤ row < Rows(), 0 ≤ col < Columns().
type Model interface {
	Rows() int
	Columns() int
	Cell(row, col int) Cell
}

// Cell is what one cell shows. Control characters and invisible direction marks in Text are shown as replacement
// characters, a line break or tab as a blank in a Sheet and as an arrow in an Editor: what is seen is one line, and no cell can disguise another.
type Cell struct {
	Text       string
	Importance Importance
	Icon       fyne.Resource  // drawn before the text; use the same resource value each time, it is compared by identity
	Mono       bool           // monospaced, as for a MAC address or fingerprint; Column.Mono asks for the whole column
	Align      fyne.TextAlign // when leading (the zero value) the column decides
	Mark       Mark           // corner and colour of a bad cell; add what is wrong as text elsewhere
	Changed    bool           // a bar at the left edge: not yet saved
}

// Importance is the meaning that a cell's colour repeats. Never let colour be the only sign: add an icon or a word.
type Importance uint8

const (
	Normal Importance = iota
	Success
	Warning
	Danger
	Info
	Muted
	importances int = iota
)

// Sheet shows rows. Make one with New; set callbacks before it is shown, all of them are optional.
type Sheet struct {
	view

	OnSelect    func(row int)                    // the current row or the selection changed; row is CurrentRow()
	OnActivate  func(row int)                    // Enter, or a double click on the row
	OnSort      func(col int, ascending bool)    // a sortable header was clicked: sort the model, then Refresh
	OnSecondary func(row int, pos fyne.Position) // context menu wanted; pos is absolute, row -1 below the last row
	OnDelete    func()                           // Delete, with something selected
	OnCopy      func()                           // takes the place of Copy for Ctrl+C
	OnCopied    func(copied, selected int)       // after Copy: rows on the clipboard, rows selected
	OnNotice    func(text string)                // something the user should know, such as a copy that hit its limit
	OnResized   func()                           // the user gave a column another width
	OnHover     func(text string)                // full text of the elided cell under the pointer, "" after; replaces the tooltip

	selected ranges
	current  int // the row that the keyboard is on, -1 for none
	span     span
}

// New returns a sheet of these columns over model, which may be nil until the data is there.
func New(columns []Column, model Model) *Sheet {
	s := &Sheet{current: -1}
	s.span.anchor = -1
	s.begin(s, columns, model)
	titles := newSorter(s)
	s.header = &titles.header
	s.parts = []fyne.CanvasObject{s.back, s.body, titles, s.edge, s.vbar, s.hbar, s.ring}
	s.ExtendBaseWidget(s)
	s.restyle()
	return s
}

// ScrollTo brings row into view: not at all if it is visible, by as little as possible if it is near, otherwise with
// some rows above it for context. Rows outside the model are taken for the nearest.
func (s *Sheet) ScrollTo(row int) { s.showRow(row) }

// CurrentRow is the row that the keyboard is on, -1 if there is none.
func (s *Sheet) CurrentRow() int { return s.current }

// Selected returns the selected rows as ascending, disjoint ranges; both ends belong to a range.
func (s *Sheet) Selected() [][2]int { return slices.Clone(s.selected) }

// Select makes row the current and only selected one and brings it into view. A row that is not there selects nothing.
func (s *Sheet) Select(row int) {
	s.countRows()
	if row < 0 || row >= s.rows {
		s.choose(nil, -1, -1)
		return
	}
	s.choose(ranges{{row, row}}, row, row)
	s.ScrollTo(row)
}

// SelectRange selects the rows between from and to, both included and in either order, as far as they exist. The
// keyboard is then on to. The sheet does not scroll.
func (s *Sheet) SelectRange(from, to int) {
	s.countRows()
	picked := ranges(nil).with(min(from, to), max(from, to)).below(s.rows)
	if len(picked) == 0 {
		s.choose(nil, -1, -1)
		return
	}
	last := s.rows - 1
	s.choose(picked, min(max(to, 0), last), min(max(from, 0), last))
}

// SetSelected selects these ranges, given in any order, as after a sort that moved the selected rows elsewhere. The
// current row stays if it is among them, otherwise it becomes the first of them.
func (s *Sheet) SetSelected(rows [][2]int) {
	s.countRows()
	var picked ranges
	for _, r := range rows {
		picked = picked.with(r[0], r[1])
	}
	picked = picked.below(s.rows)
	current := s.current
	if !picked.has(current) {
		current = -1
		if len(picked) > 0 {
			current = picked[0][0]
		}
	}
	s.choose(picked, current, current)
}

// SelectAll selects every row.
func (s *Sheet) SelectAll() {
	s.countRows()
	if s.rows == 0 {
		return
	}
	s.choose(ranges{{0, s.rows - 1}}, max(s.current, 0), max(s.current, 0))
}

// Widths are those that the user gave to columns, 0 for the others.
func (s *Sheet) Widths() []float64 {
	out := make([]float64, len(s.columns))
	for i, c := range s.columns {
		if c.byHand {
			out[i] = float64(c.Width)
		}
	}
	return out
}

// SetWidths gives columns the widths that Widths told before. Those of another number of columns are not taken.
func (s *Sheet) SetWidths(widths []float64) {
	if len(widths) != len(s.columns) {
		return
	}
	for i, w := range widths {
		if w > 0 {
			s.resizeColumn(i, float32(w))
		}
	}
}

// resized implements host.
func (s *Sheet) resized() {
	if s.OnResized != nil {
		s.OnResized()
	}
}

// recount implements host.
func (s *Sheet) recount() {
	rows := s.rows
	if s.current < rows && s.span.anchor < rows && (len(s.selected) == 0 || s.selected[len(s.selected)-1][1] < rows) {
		return
	}
	s.release()
	s.choose(s.selected.below(rows), min(s.current, rows-1), min(s.span.anchor, rows-1))
}

// frame implements host: the cells have all the room.
func (s *Sheet) frame() (left, right float32) { return 0, 0 }

// adorn implements host: the view is all there is.
func (s *Sheet) adorn() {}

// hovered implements host.
func (s *Sheet) hovered() func(text string) { return s.OnHover }

// AccessibilityLabel reads the current row aloud, or the column titles while there is none.
func (s *Sheet) AccessibilityLabel() string {
	return s.spoken()
}

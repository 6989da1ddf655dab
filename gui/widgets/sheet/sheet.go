// Package sheet is a table for data of any length: a few rows or five million, in the same memory.
//
// It keeps an integer top row and draws one screen from a pool of texts, so nothing depends on the number of rows and
// no position is ever a large floating-point number. Use it wherever a list may grow beyond some hundred rows or needs
// columns; widget.List serves short lists of one column.
//
// The sheet owns what is seen: scrolling, widths, selection, focus. It owns no data: a Model answers for visible cells,
// and the owner sorts or filters its model and calls Refresh. Every method belongs to the UI thread, every callback runs
// there, and the sheet starts no goroutine.
package sheet

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Model is the data that a Sheet shows. Rows and Columns are asked often and must answer at once. Cell is asked on the
// UI thread for visible cells, and for the selected rows when they are copied; 0 ≤ row < Rows(), 0 ≤ col < Columns().
type Model interface {
	Rows() int
	Columns() int
	Cell(row, col int) Cell
}

// Cell is what one cell shows. Control characters and invisible direction marks in Text are shown as replacement
// characters, a line break or tab as a blank: what is seen is one line, and no cell can disguise another.
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

// Sheet is the widget. Make one with New; set callbacks before it is shown, all of them are optional.
type Sheet struct {
	widget.BaseWidget

	OnSelect    func(row int)                    // the current row or the selection changed; row is CurrentRow()
	OnActivate  func(row int)                    // Enter, or a double click on the row
	OnSort      func(col int, ascending bool)    // a sortable header was clicked: sort the model, then Refresh
	OnSecondary func(row int, pos fyne.Position) // context menu wanted; pos is absolute, row -1 below the last row
	OnDelete    func()                           // Delete, with something selected
	OnCopy      func()                           // takes the place of Copy for Ctrl+C
	OnCopied    func(copied, selected int)       // after Copy: rows on the clipboard, rows selected
	OnNotice    func(text string)                // something the user should know, such as a copy that hit its limit
	OnHover     func(text string)                // full text of the elided cell under the pointer, "" after; replaces the tooltip

	model   Model
	rows    int // model.Rows() when last asked
	columns []column

	top   int     // first row that should be drawn
	seen  int     // first row that is drawn; behind top for a moment when pace holds the screen back
	left  float32 // pixels of the columns that are scrolled out on the left
	wheel float32 // part of a row that the wheel has turned and the sheet not yet moved
	page  pageSize

	selected ranges
	current  int // the row that the keyboard is on, -1 for none
	span     span

	sortColumn int // -1 for none
	ascending  bool
	focused    bool
	held       fyne.KeyModifier // keys seen going down, for drivers that cannot be asked
	press      press
	hover      hover
	drift      drift
	pace       pace

	style  style
	back   *canvas.Rectangle
	ring   *canvas.Rectangle
	edge   *canvas.Rectangle // beneath the header
	header *header
	body   *body
	vbar   *scrollBar
	hbar   *scrollBar
	tip    *tooltip
}

// New returns a sheet of these columns over model, which may be nil until the data is there.
func New(columns []Column, model Model) *Sheet {
	s := &Sheet{model: model, current: -1, sortColumn: -1, ascending: true}
	s.span.anchor = -1
	s.hover.row = -1
	s.press.row = -1
	s.back = canvas.NewRectangle(nil)
	s.ring = canvas.NewRectangle(nil)
	s.edge = canvas.NewRectangle(nil)
	s.header = newHeader(s)
	s.body = newBody(s)
	s.vbar = newScrollBar(false, func(v float64) { s.scrollTo(int(v+0.5), s.left) }, s.requestFocus)
	s.hbar = newScrollBar(true, func(v float64) { s.scrollTo(s.top, float32(v)) }, s.requestFocus)
	s.tip = newTooltip()
	s.columns = makeColumns(columns)
	s.ExtendBaseWidget(s)
	s.restyle()
	return s
}

// SetModel shows another model, or the same after great changes. The scroll position and the selection stay, by row
// number, as far as the new model reaches. A drag in progress ends: what it was dragging over is gone.
func (s *Sheet) SetModel(model Model) {
	s.endDrag()
	s.model = model
	s.Refresh()
}

// SetColumns replaces the columns. Widths that were dragged, the sort arrow and the horizontal position start anew.
func (s *Sheet) SetColumns(columns []Column) {
	s.columns = makeColumns(columns)
	s.sortColumn, s.ascending, s.left = -1, true, 0
	s.header.endDrag()
	s.Refresh()
}

// SetSort shows the sort arrow without calling OnSort; col -1 shows none.
func (s *Sheet) SetSort(col int, ascending bool) {
	if col < 0 || col >= len(s.columns) {
		col = -1
	}
	s.sortColumn, s.ascending = col, ascending
	s.place()
}

// Refresh asks the model again for everything visible. Call it after each change of the model; it costs one screen
// whatever the model's size, and draws only the cells that changed.
func (s *Sheet) Refresh() {
	s.BaseWidget.Refresh()
}

// ScrollTo brings row into view: not at all if it is visible, by as little as possible if it is near, otherwise with
// some rows above it for context. Rows outside the model are taken for the nearest.
func (s *Sheet) ScrollTo(row int) {
	s.countRows()
	if s.rows == 0 {
		return
	}
	row = min(max(row, 0), s.rows-1)
	full := max(s.page.full, 1)
	switch {
	case row < s.top-full || row >= s.top+2*full:
		s.scrollTo(row-full/3, s.left)
	default:
		s.reveal(row)
	}
}

// reveal scrolls as little as possible until row is wholly visible.
func (s *Sheet) reveal(row int) {
	full := max(s.page.full, 1)
	if row < s.top {
		s.scrollTo(row, s.left)
	} else if row >= s.top+full {
		s.scrollTo(row-full+1, s.left)
	}
}

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

// countRows asks the model for its length and cuts current row, selection and position to it. It reports a selection
// that thereby changed only after the sheet is consistent again.
func (s *Sheet) countRows() {
	rows := 0
	if s.model != nil {
		rows = max(s.model.Rows(), 0)
	}
	if rows == s.rows {
		return
	}
	s.rows = rows
	s.top = min(s.top, s.lastTop())
	if s.current < rows && s.span.anchor < rows && (len(s.selected) == 0 || s.selected[len(s.selected)-1][1] < rows) {
		return
	}
	s.endDrag()
	s.choose(s.selected.below(rows), min(s.current, rows-1), min(s.span.anchor, rows-1))
}

// AccessibilityLabel reads the current row aloud, or the column titles while there is none.
func (s *Sheet) AccessibilityLabel() string {
	return s.spoken()
}

// AccessibilityRole implements fyne.Accessible.
func (s *Sheet) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

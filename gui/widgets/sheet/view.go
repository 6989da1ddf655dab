package sheet

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// view is what is seen of a model, and what Sheet and Editor share: position, columns, drawing, scroll bars, the focus, the
// tooltip. What can be selected, and what keys and buttons do, is its host's.
type view struct {
	widget.BaseWidget
	host host

	model   Model
	rows    int // model.Rows() when last asked
	cols    int // columns that are shown and that the model has, when last asked
	columns []column
	hold    int // leading columns that should not scroll

	top    int     // first row that should be drawn
	seen   int     // first row that is drawn; behind top for a moment when pace holds the screen back
	left   float32 // pixels of the columns that should be scrolled out on the left
	across float32 // and those that are; as seen follows top
	grid   bool    // lines between columns too
	wheel  float32 // part of a row that the wheel has turned and the view not yet moved
	page   pageSize

	sortColumn int // -1 for none
	ascending  bool
	focused    bool
	held       fyne.KeyModifier // keys seen going down, for drivers that cannot be asked
	press      press
	hover      hover
	drift      drift
	pace       pace

	style  style
	breaks breaks
	parts  []fyne.CanvasObject // from back to front, what lies over the cells aside
	over   fyne.CanvasObject   // laid over the cells, nil for none
	drawn  []fyne.CanvasObject // the parts, what lies over the cells, the tooltip
	back   *canvas.Rectangle
	ring   *canvas.Rectangle
	edge   *canvas.Rectangle // beneath the header
	header *header
	body   *body
	fixed  []pane // the columns that do not scroll, where the host has such
	vbar   *scrollBar
	hbar   *scrollBar
	tip    *tooltip
}

// pane is a part of the columns with its titles.
type pane struct {
	header *header
	body   *body
}

// host is the widget whose view this is.
type host interface {
	fyne.Widget
	fyne.Focusable
	frame() (left, right float32)          // what the host keeps for itself beside the cells; asked before the screen is laid out
	adorn()                                // lays out what the host has there and on the cells; called when everything else is placed
	mark(b *body)                          // draws selection and current cell
	lit() (from, to int, fill color.NRGBA) // the titles that are lit up, from > to for none
	recount()                              // the model has another number of rows or columns: cut the selection to it
	release()                              // ends a drag, the model it was over is another
	drifted(down, right int)               // a drag beyond an edge has scrolled so far
	hovered() func(text string)            // takes the place of the tooltip, nil for none
	resized()                              // a column has another width by hand
}

// begin makes the view of a host. The host then lists the parts and calls ExtendBaseWidget and restyle.
func (v *view) begin(h host, columns []Column, model Model) {
	v.host, v.model, v.breaks = h, model, blanks
	v.sortColumn, v.ascending = -1, true
	v.hover.row = -1
	v.press.at.Row = -1
	v.back = canvas.NewRectangle(nil)
	v.ring = canvas.NewRectangle(nil)
	v.edge = canvas.NewRectangle(nil)
	v.body = newBody(v, false)
	v.vbar = newScrollBar(false, func(at float64) { v.scrollTo(int(at+0.5), v.left) }, v.requestFocus)
	v.hbar = newScrollBar(true, func(at float64) { v.scrollTo(v.top, float32(at)) }, v.requestFocus)
	v.tip = newTooltip()
	v.columns = makeColumns(columns)
}

// SetModel shows another model, or the same after great changes. The scroll position and the selection stay, by row
// number, as far as the new model reaches. A drag in progress ends: what it was dragging over is gone.
func (v *view) SetModel(model Model) {
	v.host.release()
	v.model = model
	v.Refresh()
}

// SetColumns replaces the columns. The sort arrow and the horizontal position start anew. So do the widths, except that a
// column whose ID is not 0 keeps the width that it was given by hand.
func (v *view) SetColumns(columns []Column) {
	before := v.columns
	v.columns = makeColumns(columns)
	keepWidths(v.columns, before)
	v.sortColumn, v.ascending, v.left, v.across = -1, true, 0, 0
	v.header.endDrag()
	for _, p := range v.fixed {
		p.header.endDrag()
	}
	v.host.release()
	v.countRows()
	v.Refresh()
}

// SetSort shows the sort arrow without calling OnSort; col -1 shows none.
func (v *view) SetSort(col int, ascending bool) {
	if col < 0 || col >= len(v.columns) {
		col = -1
	}
	v.sortColumn, v.ascending = col, ascending
	v.place()
}

// Refresh asks the model again for everything visible. Call it after each change of the model; it costs one screen
// whatever the model's size, and draws only the cells that changed.
func (v *view) Refresh() {
	v.BaseWidget.Refresh()
}

// showRow brings row into view: not at all if it is visible, by as little as possible if it is near, otherwise with some
// rows above it for context. Rows outside the model are taken for the nearest.
func (v *view) showRow(row int) {
	v.countRows()
	if v.rows == 0 {
		return
	}
	row = min(max(row, 0), v.rows-1)
	full := max(v.page.full, 1)
	switch {
	case row < v.top-full || row >= v.top+2*full:
		v.scrollTo(row-full/3, v.left)
	default:
		v.reveal(row)
	}
}

// reveal scrolls as little as possible until row is wholly visible.
func (v *view) reveal(row int) {
	full := max(v.page.full, 1)
	if row < v.top {
		v.scrollTo(row, v.left)
	} else if row >= v.top+full {
		v.scrollTo(row-full+1, v.left)
	}
}

// countRows asks the model for its size and cuts position and selection to it. The host reports a selection that thereby
// changed only after everything is consistent again.
func (v *view) countRows() {
	rows, cols := 0, 0
	if v.model != nil {
		rows, cols = max(v.model.Rows(), 0), min(max(v.model.Columns(), 0), len(v.columns))
	}
	if rows == v.rows && cols == v.cols {
		return
	}
	v.rows, v.cols = rows, cols
	v.top = min(v.top, v.lastTop())
	v.host.recount()
}

// pass hands a shortcut that means nothing here on to the window.
func (v *view) pass(window fyne.Canvas, shortcut fyne.Shortcut) {
	if c, ok := window.(fyne.Shortcutable); ok {
		c.TypedShortcut(shortcut)
	}
}

// lay puts an object over the cells, in place of the one before; nil for none.
func (v *view) lay(o fyne.CanvasObject) {
	v.over = o
	v.stack()
	canvas.Refresh(v.host)
}

// stack lists what is drawn, from back to front.
func (v *view) stack() {
	v.drawn = append([]fyne.CanvasObject{}, v.parts...)
	if v.over != nil {
		v.drawn = append(v.drawn, v.over)
	}
	v.drawn = append(v.drawn, v.tip.objects()...)
}

// canvas is where the view is shown, nil if nowhere.
func (v *view) canvas() fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(v.host)
}

func (v *view) requestFocus() {
	if c := v.canvas(); c != nil && c.Focused() != fyne.Focusable(v.host) {
		c.Focus(v.host)
	}
}

// AccessibilityRole implements fyne.Accessible.
func (v *view) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

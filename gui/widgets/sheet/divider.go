package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// dividerWidth is how much of the header around a column's right border takes hold of the border.
const dividerWidth = 14

// divider is the right border of a column in the header: dragging it resizes the column, a double click fits it. It is a
// widget of its own because only that gives the right pointer without delay.
type divider struct {
	widget.BaseWidget
	header *header
	col    int
	line   *canvas.Rectangle

	dragging bool
	grabbed  int     // column that is dragged; the place of a divider may pass to another meanwhile
	wanted   float32 // width that the pointer asks for, which limits may keep from the column
	over     bool
}

var (
	_ desktop.Cursorable  = (*divider)(nil)
	_ desktop.Hoverable   = (*divider)(nil)
	_ fyne.Draggable      = (*divider)(nil)
	_ fyne.DoubleTappable = (*divider)(nil)
)

func newDivider(h *header) *divider {
	d := &divider{header: h, line: canvas.NewRectangle(nil)}
	d.ExtendBaseWidget(d)
	return d
}

// CreateRenderer implements fyne.Widget.
func (d *divider) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{d.line}
	return &part{owner: d, objects: func() []fyne.CanvasObject { return objects }}
}

func (d *divider) place(st *style) {
	height := d.Size().Height
	if d.over || d.dragging {
		put(d.line, dividerWidth/2-1, 0, 2, height)
		paint(d.line, st.accent)
		return
	}
	put(d.line, dividerWidth/2-1, float32(int(height*0.3)), 1, float32(int(height*0.4)))
	paint(d.line, st.headerLine)
}

// Cursor implements desktop.Cursorable.
func (d *divider) Cursor() desktop.Cursor { return desktop.HResizeCursor }

// MouseIn implements desktop.Hoverable.
func (d *divider) MouseIn(*desktop.MouseEvent) { d.lightUp(true) }

// MouseMoved implements desktop.Hoverable.
func (d *divider) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (d *divider) MouseOut() { d.lightUp(false) }

func (d *divider) lightUp(over bool) {
	d.over = over
	d.place(&d.header.view.style)
}

// Dragged implements fyne.Draggable.
func (d *divider) Dragged(ev *fyne.DragEvent) {
	v := d.header.view
	if !d.dragging {
		d.grabbed = d.col
	}
	if d.grabbed >= len(v.columns) {
		return
	}
	if !d.dragging {
		d.dragging, d.wanted = true, v.columns[d.grabbed].width
	}
	d.wanted += ev.Dragged.DX
	v.resizeColumn(d.grabbed, d.wanted)
}

// DragEnd implements fyne.Draggable.
func (d *divider) DragEnd() {
	d.release()
	d.header.view.host.resized()
	d.header.view.requestFocus()
}

func (d *divider) release() {
	d.dragging = false
	d.place(&d.header.view.style)
}

// DoubleTapped makes the column fit what is on the screen.
func (d *divider) DoubleTapped(*fyne.PointEvent) {
	if d.col < len(d.header.view.columns) {
		d.header.view.fitColumn(d.col)
		d.header.view.host.resized()
	}
}

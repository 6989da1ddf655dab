package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

const (
	leastThumb = 48 // length of the thumb, however many rows there are
	thumbInset = 4
)

// scrollBar scrolls a number of units, rows or pixels. Its arithmetic is in float64: a float32 cannot tell row
// 4,999,998 from 4,999,999 once it is multiplied.
type scrollBar struct {
	widget.BaseWidget
	horizontal bool
	onMove     func(value float64)
	onTouch    func() // pressed or released: the sheet wants the focus

	total, page, value float64
	style              *style
	track, thumb       *canvas.Rectangle

	dragging bool
	grip     float32 // where the thumb was taken hold of, from its beginning
	over     bool
}

var (
	_ desktop.Mouseable = (*scrollBar)(nil)
	_ desktop.Hoverable = (*scrollBar)(nil)
	_ fyne.Draggable    = (*scrollBar)(nil)
)

func newScrollBar(horizontal bool, onMove func(value float64), onTouch func()) *scrollBar {
	b := &scrollBar{horizontal: horizontal, onMove: onMove, onTouch: onTouch, track: canvas.NewRectangle(nil), thumb: canvas.NewRectangle(nil)}
	b.Hidden = true
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *scrollBar) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{b.track, b.thumb}
	return &part{owner: b, objects: func() []fyne.CanvasObject { return objects }}
}

// set shows that of total units page are visible from value on, and reports whether that needs a bar.
func (b *scrollBar) set(total, page, value float64, st *style) bool {
	b.total, b.page, b.value, b.style = total, page, value, st
	needed := total > page && b.length() > 0
	if !needed {
		b.dragging = false
		return false
	}
	b.place()
	return true
}

func (b *scrollBar) place() {
	size := b.Size()
	put(b.track, 0, 0, size.Width, size.Height)
	paint(b.track, b.style.track)
	begin, length := b.thumbSpan()
	if b.horizontal {
		put(b.thumb, begin, thumbInset, length, size.Height-2*thumbInset)
	} else {
		put(b.thumb, thumbInset, begin, size.Width-2*thumbInset, length)
	}
	b.thumb.CornerRadius = barWidth/2 - thumbInset
	if b.over || b.dragging {
		paint(b.thumb, b.style.thumbHover)
	} else {
		paint(b.thumb, b.style.thumb)
	}
}

// length is the bar's extent in the direction that it scrolls.
func (b *scrollBar) length() float32 {
	if b.horizontal {
		return b.Size().Width
	}
	return b.Size().Height
}

func (b *scrollBar) along(pos fyne.Position) float32 {
	if b.horizontal {
		return pos.X
	}
	return pos.Y
}

// thumbSpan is where the thumb begins and how long it is.
func (b *scrollBar) thumbSpan() (begin, length float32) {
	track := b.length()
	length = min(max(float32(float64(track)*b.page/b.total), leastThumb), track)
	return float32(float64(track-length) * b.value / (b.total - b.page)), length
}

// moveTo asks for the value at which the thumb begins at a place along the track.
func (b *scrollBar) moveTo(begin float32) {
	_, length := b.thumbSpan()
	run := b.length() - length
	if run <= 0 {
		return
	}
	b.onMove(min(max(float64(begin)/float64(run), 0), 1) * (b.total - b.page))
}

// MouseDown takes hold of the thumb, or moves by a page towards the pointer.
func (b *scrollBar) MouseDown(ev *desktop.MouseEvent) {
	if ev.Button != desktop.MouseButtonPrimary || b.total <= b.page {
		return
	}
	b.onTouch()
	at := b.along(ev.Position)
	begin, length := b.thumbSpan()
	switch {
	case at < begin:
		b.onMove(max(b.value-b.page, 0))
	case at >= begin+length:
		b.onMove(min(b.value+b.page, b.total-b.page))
	default:
		b.dragging, b.grip = true, at-begin
		b.place()
	}
}

// MouseUp implements desktop.Mouseable.
func (b *scrollBar) MouseUp(*desktop.MouseEvent) { b.release() }

// Dragged implements fyne.Draggable.
func (b *scrollBar) Dragged(ev *fyne.DragEvent) {
	if b.dragging {
		b.moveTo(b.along(ev.Position) - b.grip)
	}
}

// DragEnd implements fyne.Draggable. A button released beside the bar takes the focus away.
func (b *scrollBar) DragEnd() {
	b.release()
	b.onTouch()
}

func (b *scrollBar) release() {
	if b.dragging {
		b.dragging = false
		b.place()
	}
}

// MouseIn implements desktop.Hoverable.
func (b *scrollBar) MouseIn(*desktop.MouseEvent) { b.lightUp(true) }

// MouseMoved implements desktop.Hoverable.
func (b *scrollBar) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *scrollBar) MouseOut() { b.lightUp(false) }

func (b *scrollBar) lightUp(over bool) {
	b.over = over
	if b.style != nil && b.total > b.page {
		b.place()
	}
}

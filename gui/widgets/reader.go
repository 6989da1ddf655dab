package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets/sight"
)

// Reader shows something long and scrolls it by the keys that readers expect: arrows, Page Up and Page Down, Home and End.
type Reader struct {
	widget.BaseWidget
	scroll *sight.Scroll
	ring   ring
}

var _ fyne.Focusable = (*Reader)(nil)

// NewReader makes one of what it shows.
func NewReader(content fyne.CanvasObject) *Reader {
	r := &Reader{scroll: sight.New(content)}
	r.ExtendBaseWidget(r)
	return r
}

// Show puts something else in, from its beginning.
func (r *Reader) Read(content fyne.CanvasObject) {
	r.scroll.Content = content
	r.scroll.ScrollToTop()
	r.scroll.Refresh()
}

// Content is what it shows.
func (r *Reader) Content() fyne.CanvasObject { return r.scroll.Content }

// FocusGained implements fyne.Focusable.
func (r *Reader) FocusGained() { r.ring.focused = true; r.Refresh(); sight.Gained(r) }

// FocusLost implements fyne.Focusable.
func (r *Reader) FocusLost() { r.ring.focused = false; r.Refresh() }

// TypedRune implements fyne.Focusable.
func (r *Reader) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (r *Reader) TypedKey(ev *fyne.KeyEvent) {
	page := r.scroll.Size().Height - look.Target
	switch ev.Name {
	case fyne.KeyDown:
		r.by(look.Target)
	case fyne.KeyUp:
		r.by(-look.Target)
	case fyne.KeyPageDown, fyne.KeySpace:
		r.by(page)
	case fyne.KeyPageUp:
		r.by(-page)
	case fyne.KeyHome:
		r.scroll.ScrollToTop()
	case fyne.KeyEnd:
		r.scroll.ScrollToBottom()
	default:
		passOn(r, ev)
	}
}

func (r *Reader) by(pixels float32) {
	most := r.scroll.Content.MinSize().Height - r.scroll.Size().Height
	r.scroll.ScrollToOffset(fyne.NewPos(0, max(min(r.scroll.Offset.Y+pixels, most), 0)))
}

// CreateRenderer implements fyne.Widget.
func (r *Reader) CreateRenderer() fyne.WidgetRenderer {
	return r.ring.around(widget.NewSimpleRenderer(r.scroll), func() fyne.ThemeColorName { return theme.ColorNamePrimary })
}

// Offset is how many pixels of what it shows lie above.
func (r *Reader) Offset() float32 { return r.scroll.Offset.Y }

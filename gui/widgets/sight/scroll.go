// Package sight keeps what has the keyboard's focus in sight (WCAG 2.2, 2.4.11): the toolkit's scrolls stay where they are when
// Tab reaches something below their edge. Every method and function belongs to the UI thread.
package sight

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// margin is how far from the edge something is brought, in pixels of the toolkit.
const margin = 8

// drawn are the scrolls that have a renderer: those that can be on the screen.
var drawn = map[*Scroll]bool{}

// Scroll is the toolkit's vertical scroll, in which whatever gets the focus comes into sight, and stays there when the window
// becomes smaller.
type Scroll struct{ container.Scroll }

// New makes a vertical scroll around content.
func New(content fyne.CanvasObject) *Scroll {
	s := &Scroll{}
	s.Content, s.Direction = content, container.ScrollVerticalOnly
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *Scroll) CreateRenderer() fyne.WidgetRenderer {
	drawn[s] = true
	return &renderer{s.Scroll.CreateRenderer(), s}
}

type renderer struct {
	fyne.WidgetRenderer
	s *Scroll
}

// Destroy implements fyne.WidgetRenderer.
func (r *renderer) Destroy() {
	delete(drawn, r.s)
	r.WidgetRenderer.Destroy()
}

// Resize implements fyne.CanvasObject.
func (s *Scroll) Resize(size fyne.Size) {
	if size == s.Size() {
		return
	}
	s.Scroll.Resize(size)
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil {
		if o, ok := c.Focused().(fyne.CanvasObject); ok {
			s.show(o)
		}
	}
}

// Gained brings what got the focus into sight. Every focusable widget calls it.
func Gained(o fyne.CanvasObject) {
	for range 2 { // a scroll may lie within another
		for s := range drawn {
			s.show(o)
		}
	}
}

// Hidden says whether a scroll has moved o out of sight.
func Hidden(o fyne.CanvasObject) bool {
	for s := range drawn {
		if top := place(o).Y - place(s).Y; s.Holds(o) && (top >= s.Size().Height || top+o.Size().Height <= 0) {
			return true
		}
	}
	return false
}

// Gone says whether o is nowhere on the screen any more: it was replaced, say. Nothing that can have the focus lies in the corner.
func Gone(o fyne.CanvasObject) bool { return place(o).IsZero() }

// Holds says whether o lies somewhere within s. The toolkit knows no parents: what moves with the content is in it.
func (s *Scroll) Holds(o fyne.CanvasObject) bool {
	before, at := place(o), s.Content.Position()
	s.Content.Move(at.AddXY(0, 1))
	defer s.Content.Move(at)
	return place(o) != before
}

// show moves the content as little as brings o into sight; its upper end if it is too high.
func (s *Scroll) show(o fyne.CanvasObject) {
	if s.Content.Size().Height <= s.Size().Height || !s.Holds(o) {
		return
	}
	top := place(o).Y - place(s).Y
	by := float32(0)
	if below := top + o.Size().Height + margin - s.Size().Height; top < 0 {
		by = top - margin
	} else if below > 0 {
		by = max(0, min(below, top-margin))
	}
	if by != 0 {
		at := min(max(0, s.Offset.Y+by), s.Content.Size().Height-s.Size().Height)
		s.ScrollToOffset(fyne.NewPos(s.Offset.X, at))
	}
}

func place(o fyne.CanvasObject) fyne.Position {
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
}

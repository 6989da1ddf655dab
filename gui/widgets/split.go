package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
)

// Split shows two parts with a thin line between them that can be dragged.
type Split struct {
	widget.BaseWidget
	OnMoved func(share float64) // the line was dragged

	vertical      bool
	share         float64 // of the room that the first part takes
	first, second fyne.CanvasObject
	grip          *grip
}

// NewSplit puts two parts side by side, or with vertical below each other.
func NewSplit(vertical bool, share float64, first, second fyne.CanvasObject) *Split {
	s := &Split{vertical: vertical, share: share, first: first, second: second}
	s.grip = &grip{split: s, line: canvas.NewRectangle(nil)}
	s.grip.ExtendBaseWidget(s.grip)
	s.ExtendBaseWidget(s)
	return s
}

// Share is how much of the room the first part takes.
func (s *Split) Share() float64 { return s.share }

// along is how far a size reaches in the direction of the split.
func (s *Split) along(size fyne.Size) float32 {
	if s.vertical {
		return size.Height
	}
	return size.Width
}

// at is where the line lies: where it was put, but so that both parts have room if there is enough.
func (s *Split) at() float32 {
	room := s.along(s.Size())
	least, most := s.along(s.first.MinSize()), room-1-s.along(s.second.MinSize())
	return float32(int(max(min(room*float32(s.share), most), min(least, room))))
}

func (s *Split) dragged(by float32) {
	room := s.along(s.Size())
	if room <= 0 {
		return
	}
	s.share = float64((s.at() + by) / room)
	s.share = float64(s.at() / room)
	s.Refresh()
	if s.OnMoved != nil {
		s.OnMoved(s.share)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Split) CreateRenderer() fyne.WidgetRenderer { return &splitRenderer{s} }

type splitRenderer struct{ s *Split }

func (r *splitRenderer) Layout(size fyne.Size) {
	s, at := r.s, r.s.at()
	if s.vertical {
		s.first.Resize(fyne.NewSize(size.Width, at))
		s.second.Move(fyne.NewPos(0, at+1))
		s.second.Resize(fyne.NewSize(size.Width, size.Height-at-1))
		s.grip.Move(fyne.NewPos(0, at-gripReach))
		s.grip.Resize(fyne.NewSize(size.Width, 2*gripReach+1))
		return
	}
	s.first.Resize(fyne.NewSize(at, size.Height))
	s.second.Move(fyne.NewPos(at+1, 0))
	s.second.Resize(fyne.NewSize(size.Width-at-1, size.Height))
	s.grip.Move(fyne.NewPos(at-gripReach, 0))
	s.grip.Resize(fyne.NewSize(2*gripReach+1, size.Height))
}

func (r *splitRenderer) MinSize() fyne.Size {
	a, b := r.s.first.MinSize(), r.s.second.MinSize()
	if r.s.vertical {
		return fyne.NewSize(max(a.Width, b.Width), a.Height+b.Height+1)
	}
	return fyne.NewSize(a.Width+b.Width+1, max(a.Height, b.Height))
}

func (r *splitRenderer) Refresh() {
	r.Layout(r.s.Size())
	r.s.grip.Refresh()
	canvas.Refresh(r.s)
}

func (r *splitRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.s.first, r.s.second, r.s.grip}
}
func (r *splitRenderer) Destroy() {}

// gripReach is how far from the line it can still be taken hold of.
const gripReach = 4

// grip is the line.
type grip struct {
	widget.BaseWidget
	split *Split
	line  *canvas.Rectangle
	hot   bool
}

var (
	_ fyne.Draggable     = (*grip)(nil)
	_ desktop.Hoverable  = (*grip)(nil)
	_ desktop.Cursorable = (*grip)(nil)
)

// Dragged implements fyne.Draggable.
func (g *grip) Dragged(ev *fyne.DragEvent) {
	g.hot = true
	if g.split.vertical {
		g.split.dragged(ev.Dragged.DY)
	} else {
		g.split.dragged(ev.Dragged.DX)
	}
}

// DragEnd implements fyne.Draggable.
func (g *grip) DragEnd() { g.hot = false; g.Refresh() }

// MouseIn implements desktop.Hoverable.
func (g *grip) MouseIn(*desktop.MouseEvent) { g.hot = true; g.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (g *grip) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (g *grip) MouseOut() { g.hot = false; g.Refresh() }

// Cursor implements desktop.Cursorable.
func (g *grip) Cursor() desktop.Cursor {
	if g.split.vertical {
		return desktop.VResizeCursor
	}
	return desktop.HResizeCursor
}

// CreateRenderer implements fyne.Widget.
func (g *grip) CreateRenderer() fyne.WidgetRenderer {
	r := &gripRenderer{g}
	r.paint()
	return r
}

type gripRenderer struct{ g *grip }

func (r *gripRenderer) paint() {
	r.g.line.FillColor = look.Color(theme.ColorNameSeparator)
	if r.g.hot {
		r.g.line.FillColor = look.Color(theme.ColorNamePrimary)
	}
}

func (r *gripRenderer) Layout(size fyne.Size) {
	thick, from := float32(1), float32(gripReach)
	if r.g.hot {
		thick, from = 3, gripReach-1
	}
	if r.g.split.vertical {
		r.g.line.Move(fyne.NewPos(0, from))
		r.g.line.Resize(fyne.NewSize(size.Width, thick))
		return
	}
	r.g.line.Move(fyne.NewPos(from, 0))
	r.g.line.Resize(fyne.NewSize(thick, size.Height))
}
func (r *gripRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *gripRenderer) Refresh() {
	r.paint()
	r.Layout(r.g.Size())
	r.g.line.Refresh()
}
func (r *gripRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.g.line} }
func (r *gripRenderer) Destroy()                     {}

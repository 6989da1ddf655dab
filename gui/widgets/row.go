package widgets

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets/sight"
)

// Row is something wide that can be pressed: an entry of the navigation, a group of findings, the head of a drawer. It
// shows hover, focus and whether it is the chosen one.
type Row struct {
	widget.BaseWidget
	OnTapped func()
	Label    string // what a screen reader says

	content          fyne.CanvasObject
	selected         bool
	hovered, focused bool
	radius           float32
	back, ring       *canvas.Rectangle
}

var (
	_ fyne.Tappable      = (*Row)(nil)
	_ fyne.Focusable     = (*Row)(nil)
	_ desktop.Hoverable  = (*Row)(nil)
	_ desktop.Cursorable = (*Row)(nil)
)

// NewRow makes a row of content; radius is that of its corners.
func NewRow(content fyne.CanvasObject, radius float32, tapped func()) *Row {
	r := &Row{content: content, radius: radius, OnTapped: tapped, back: canvas.NewRectangle(nil), ring: canvas.NewRectangle(nil)}
	r.back.CornerRadius, r.ring.CornerRadius = radius, radius
	r.ring.StrokeWidth = 2
	r.ExtendBaseWidget(r)
	hoverBehind(content, r)
	return r
}

// Renew has fill build the rows of box anew. Where the focus was on one of them it goes to the row of the same label, or to the
// one that stands where it stood.
func Renew(box *fyne.Container, fill func()) {
	c := fyne.CurrentApp().Driver().CanvasForObject(box)
	var at int
	var was *Row
	if c != nil {
		focused := c.Focused()
		at = slices.IndexFunc(rowsOf(box), func(r *Row) bool { return focused == fyne.Focusable(r) })
		if at >= 0 {
			was = rowsOf(box)[at]
		}
	}
	box.Objects = nil
	fill()
	box.Refresh()
	rows := rowsOf(box)
	if was == nil || len(rows) == 0 {
		return
	}
	to := rows[min(at, len(rows)-1)]
	for _, r := range rows {
		if r.Label == was.Label {
			to = r
		}
	}
	c.Focus(to)
}

// rowsOf are the rows in a container, from the top down.
func rowsOf(box *fyne.Container) (all []*Row) {
	for _, o := range box.Objects {
		switch o := o.(type) {
		case *Row:
			all = append(all, o)
		case *fyne.Container:
			all = append(all, rowsOf(o)...)
		}
	}
	return all
}

// Content is what stands in it.
func (r *Row) Content() fyne.CanvasObject { return r.content }

// SetSelected marks it as the chosen one.
func (r *Row) SetSelected(on bool) {
	if r.selected != on {
		r.selected = on
		r.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (r *Row) Tapped(*fyne.PointEvent) {
	if r.OnTapped != nil {
		r.OnTapped()
	}
}

// Cursor implements desktop.Cursorable.
func (r *Row) Cursor() desktop.Cursor { return desktop.PointerCursor }

// MouseIn implements desktop.Hoverable.
func (r *Row) MouseIn(*desktop.MouseEvent) { r.hovered = true; r.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (r *Row) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (r *Row) MouseOut() { r.hovered = false; r.Refresh() }

// FocusGained implements fyne.Focusable.
func (r *Row) FocusGained() { r.focused = true; r.Refresh(); sight.Gained(r) }

// FocusLost implements fyne.Focusable.
func (r *Row) FocusLost() { r.focused = false; r.Refresh() }

// TypedRune implements fyne.Focusable.
func (r *Row) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (r *Row) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		r.Tapped(nil)
	default:
		passOn(r, ev)
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (r *Row) AccessibilityLabel() string { return r.Label }

// AccessibilityRole implements fyne.Accessible.
func (r *Row) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer implements fyne.Widget.
func (r *Row) CreateRenderer() fyne.WidgetRenderer {
	p := &rowRenderer{r}
	p.paint()
	return p
}

type rowRenderer struct{ r *Row }

func (p *rowRenderer) paint() {
	r := p.r
	r.back.FillColor, r.ring.StrokeColor = nil, nil
	switch {
	case r.selected:
		r.back.FillColor = look.Color(look.ColorAccent)
	case r.hovered:
		r.back.FillColor = look.Color(theme.ColorNameHover)
	}
	if r.focused {
		r.ring.StrokeColor = look.Color(theme.ColorNamePrimary)
	}
}

func (p *rowRenderer) Layout(size fyne.Size) {
	p.r.back.Resize(size)
	p.r.ring.Resize(size)
	p.r.content.Resize(size)
}

func (p *rowRenderer) MinSize() fyne.Size {
	s := p.r.content.MinSize()
	return fyne.NewSize(s.Width, max(s.Height, look.Target))
}

func (p *rowRenderer) Refresh() {
	p.paint()
	p.r.back.Refresh()
	p.r.ring.Refresh()
	p.r.content.Refresh()
}

func (p *rowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{p.r.back, p.r.content, p.r.ring}
}
func (p *rowRenderer) Destroy() {}

// Link is text that can be pressed.
func Link(text string, tapped func()) *Row {
	t := NewText(text)
	t.Color = theme.ColorNamePrimary
	t.Style.Bold = true
	r := NewRow(Inset(look.Gap, look.Gap*1.5, Middle(t)), 6, tapped)
	r.Label = text
	return r
}

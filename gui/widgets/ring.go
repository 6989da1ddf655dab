package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"enrollbench/gui/look"
)

// ring marks the focus of a widget of Fyne's, whose own mark is a breath of colour, and none at all on the main button: it has
// the colour of the focus already (WCAG 2.2, 2.4.7 and 1.4.11).
type ring struct {
	focused bool
	shape   *canvas.Rectangle
}

// around draws the ring over what the widget draws, in the colour that ink names.
func (r *ring) around(inner fyne.WidgetRenderer, ink func() fyne.ThemeColorName) fyne.WidgetRenderer {
	r.shape = canvas.NewRectangle(nil)
	r.shape.StrokeWidth = 2
	r.shape.CornerRadius = theme.Size(theme.SizeNameButtonRadius)
	p := &ringed{inner, r, ink}
	p.paint()
	return p
}

type ringed struct {
	fyne.WidgetRenderer
	ring *ring
	ink  func() fyne.ThemeColorName
}

func (p *ringed) paint() {
	p.ring.shape.StrokeColor = nil
	if p.ring.focused {
		p.ring.shape.StrokeColor = look.Color(p.ink())
	}
	p.ring.shape.Refresh()
}

// Layout implements fyne.WidgetRenderer.
func (p *ringed) Layout(size fyne.Size) {
	p.WidgetRenderer.Layout(size)
	p.ring.shape.Move(fyne.NewPos(1, 1))
	p.ring.shape.Resize(size.SubtractWidthHeight(2, 2))
}

// Objects implements fyne.WidgetRenderer.
func (p *ringed) Objects() []fyne.CanvasObject {
	all := p.WidgetRenderer.Objects()
	return append(all[:len(all):len(all)], p.ring.shape)
}

// Refresh implements fyne.WidgetRenderer.
func (p *ringed) Refresh() {
	p.WidgetRenderer.Refresh()
	p.paint()
}

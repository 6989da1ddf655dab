package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
)

// Area is a rectangle in a colour of the theme, which it follows.
type Area struct {
	widget.BaseWidget
	color  fyne.ThemeColorName
	radius float32
	rect   *canvas.Rectangle
}

// NewArea makes an area with corners of that radius.
func NewArea(color fyne.ThemeColorName, radius float32) *Area {
	a := &Area{color: color, radius: radius, rect: canvas.NewRectangle(nil)}
	a.rect.CornerRadius = radius
	a.ExtendBaseWidget(a)
	return a
}

// SetColor changes the colour.
func (a *Area) SetColor(color fyne.ThemeColorName) {
	if a.color != color {
		a.color = color
		a.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (a *Area) CreateRenderer() fyne.WidgetRenderer {
	r := &areaRenderer{WidgetRenderer: widget.NewSimpleRenderer(a.rect), a: a}
	r.paint()
	return r
}

type areaRenderer struct {
	fyne.WidgetRenderer
	a *Area
}

func (r *areaRenderer) paint() {
	if r.a.color == "" {
		r.a.rect.FillColor = nil
	} else {
		r.a.rect.FillColor = look.Color(r.a.color)
	}
}

func (r *areaRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *areaRenderer) Refresh() {
	r.paint()
	r.a.rect.Refresh()
}

// Rule is a thin line across.
func Rule() fyne.CanvasObject { return AtLeast(0, 1, NewArea(theme.ColorNameSeparator, 0)) }

// Upright is a thin line down.
func Upright() fyne.CanvasObject { return AtLeast(1, 0, NewArea(theme.ColorNameSeparator, 0)) }

// outline is the frame that Fyne draws around entries.
type outline struct {
	widget.BaseWidget
	rect *canvas.Rectangle
}

func newOutline() *outline {
	o := &outline{rect: canvas.NewRectangle(nil)}
	o.ExtendBaseWidget(o)
	return o
}

// CreateRenderer implements fyne.Widget.
func (o *outline) CreateRenderer() fyne.WidgetRenderer {
	r := &outlineRenderer{widget.NewSimpleRenderer(o.rect), o}
	r.Refresh()
	return r
}

type outlineRenderer struct {
	fyne.WidgetRenderer
	o *outline
}

func (r *outlineRenderer) MinSize() fyne.Size { return fyne.Size{} }

func (r *outlineRenderer) Refresh() {
	r.o.rect.StrokeWidth = theme.InputBorderSize()
	r.o.rect.StrokeColor = look.Color(theme.ColorNameInputBorder)
	r.o.rect.CornerRadius = theme.InputRadiusSize()
	r.o.rect.Refresh()
}

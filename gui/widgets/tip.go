package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
)

const (
	tipDelay = 500 * time.Millisecond
	tipWidth = 560
)

// Tips is the layer on which the whole of a cut text is shown while the mouse rests on it. It lies over all that can be pressed
// and takes nothing from it.
type Tips struct {
	widget.BaseWidget
	text *Text
	back *canvas.Rectangle
	of   *tip // whose text it shows, nil for none
}

// WithTips puts the layer over an object.
func WithTips(o fyne.CanvasObject) *fyne.Container {
	l := &Tips{text: NewParagraph(""), back: canvas.NewRectangle(nil)}
	l.back.StrokeWidth, l.back.CornerRadius = 1, 4
	l.ExtendBaseWidget(l)
	return container.NewStack(o, l)
}

// ClearTips shows nothing any more: what the mouse rested on is not there any more.
func ClearTips(c fyne.Canvas) {
	if l := tipsOf(c); l != nil && l.of != nil {
		l.of.end()
	}
}

// tipsOf is the layer in front: that of a dialog, or else of the window. nil where there is none.
func tipsOf(c fyne.Canvas) *Tips {
	content := c.Content()
	if p, ok := c.Overlays().Top().(*widget.PopUp); ok {
		content = p.Content
	}
	if stack, ok := content.(*fyne.Container); ok && len(stack.Objects) > 0 {
		l, _ := stack.Objects[len(stack.Objects)-1].(*Tips)
		return l
	}
	return nil
}

// Text is what it shows, "" for nothing.
func (l *Tips) Text() string {
	if l.of == nil {
		return ""
	}
	return l.text.Text()
}

// show shows a text below an object, or above where there is no room.
func (l *Tips) show(t *tip, o fyne.CanvasObject) {
	l.of = t
	l.text.SetText(t.text)
	driver, within := fyne.CurrentApp().Driver(), l.Size()
	at := driver.AbsolutePositionForObject(o).Subtract(driver.AbsolutePositionForObject(l))
	width := min(l.text.measure(t.text)+1, tipWidth, within.Width-4*look.Gap)
	l.text.Resize(fyne.NewSize(width, 0))
	size := fyne.NewSize(width+2*look.Gap, l.text.MinSize().Height+2*look.Gap)
	x, y := max(min(at.X, within.Width-size.Width-look.Gap), 0), at.Y+o.Size().Height+2
	if y+size.Height > within.Height {
		y = max(at.Y-size.Height-2, 0)
	}
	l.back.Move(fyne.NewPos(x, y))
	l.back.Resize(size)
	l.text.Move(fyne.NewPos(x+look.Gap, y+look.Gap))
	l.Refresh()
}

// hide shows that text no more.
func (l *Tips) hide(t *tip) {
	if l.of == t {
		l.of = nil
		l.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (l *Tips) CreateRenderer() fyne.WidgetRenderer { return &tipsRenderer{l} }

type tipsRenderer struct{ l *Tips }

func (r *tipsRenderer) Layout(fyne.Size)   {}
func (r *tipsRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *tipsRenderer) Refresh() {
	r.l.back.FillColor, r.l.back.StrokeColor = look.Color(theme.ColorNameOverlayBackground), look.Color(theme.ColorNameInputBorder)
	r.l.back.Refresh()
	canvas.Refresh(r.l)
}
func (r *tipsRenderer) Objects() []fyne.CanvasObject {
	if r.l.of == nil {
		return nil
	}
	return []fyne.CanvasObject{r.l.back, r.l.text}
}
func (r *tipsRenderer) Destroy() {}

// tip is a text that is shown once the mouse has rested on what shows too little of it.
type tip struct {
	text string
	wait *fyne.Animation
	on   *Tips // where it is shown now, nil for nowhere
}

// rest begins to wait, for the mouse came to an object.
func (t *tip) rest(o fyne.CanvasObject) {
	t.end()
	// An animation is the toolkit's clock on the UI thread.
	t.wait = fyne.NewAnimation(tipDelay, func(done float32) {
		if done == 1 && t.wait != nil && o.Visible() {
			t.tell(o)
		}
	})
	t.wait.Start()
}

// tell shows it now.
func (t *tip) tell(o fyne.CanvasObject) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil {
		t.on = tipsOf(c)
	}
	if t.on != nil {
		t.on.show(t, o)
	}
}

// end shows it no more.
func (t *tip) end() {
	if t.wait != nil {
		t.wait.Stop()
		t.wait = nil
	}
	if t.on != nil {
		t.on.hide(t)
		t.on = nil
	}
}

// tipArea lies over a text that is cut.
type tipArea struct {
	widget.BaseWidget
	tip
	over desktop.Hoverable // what hears of the mouse too, since it lies behind; may be nil
}

var _ desktop.Hoverable = (*tipArea)(nil)

// MouseIn implements desktop.Hoverable.
func (a *tipArea) MouseIn(ev *desktop.MouseEvent) {
	if a.over != nil {
		a.over.MouseIn(ev)
	}
	a.rest(a)
}

// MouseMoved implements desktop.Hoverable.
func (a *tipArea) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (a *tipArea) MouseOut() {
	if a.over != nil {
		a.over.MouseOut()
	}
	a.end()
}

// CreateRenderer implements fyne.Widget.
func (a *tipArea) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRectangle(nil))
}

// hoverBehind lets what lies behind the texts in an object hear of the mouse where a cut text covers it.
func hoverBehind(o fyne.CanvasObject, behind desktop.Hoverable) {
	switch o := o.(type) {
	case *Text:
		o.tip.over = behind
	case *fyne.Container:
		for _, inside := range o.Objects {
			hoverBehind(inside, behind)
		}
	}
}

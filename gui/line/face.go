package line

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// face is the state across a room: the whole area in its colour, its drawing, its word as large as there is room, a sentence below.
type face struct {
	widget.BaseWidget
	now  shown
	back *canvas.Rectangle
	icon *canvas.Image
	word *canvas.Text
	text *widgets.Text
}

func newFace() *face {
	f := &face{back: canvas.NewRectangle(nil), icon: widgets.Icon(look.Notice.SignalIcon(), 0), word: canvas.NewText("", nil), text: widgets.NewParagraph("")}
	f.word.TextStyle.Bold = true
	f.text.Face, f.text.Lines = look.SizeVerdict, 4
	f.ExtendBaseWidget(f)
	return f
}

func (f *face) set(now shown) {
	f.now = now
	f.Refresh()
}

// AccessibilityLabel implements fyne.Accessible.
func (f *face) AccessibilityLabel() string { return f.now.word + ". " + f.now.text }

// AccessibilityRole implements fyne.Accessible.
func (f *face) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (f *face) CreateRenderer() fyne.WidgetRenderer { return &faceRenderer{f} }

type faceRenderer struct{ f *face }

// wordPoints is the size by which words are measured, to be scaled.
const wordPoints = 100

// Shares of the face's height and width.
const (
	wordShare = 0.55
	iconShare = 0.2
)

func (r *faceRenderer) Layout(size fyne.Size) {
	f := r.f
	f.back.Resize(size)
	edge := 3 * look.Gap
	inner := fyne.NewSize(size.Width-2*edge, size.Height-2*edge)
	icon := min(inner.Height*wordShare, inner.Width*iconShare)
	at := edge + icon + edge
	room := size.Width - at - edge
	measured := fyne.MeasureText(f.word.Text, wordPoints, f.word.TextStyle)
	if measured.Width > 0 {
		f.word.TextSize = max(theme.TextSize(), wordPoints*min(0.97*room/measured.Width, inner.Height*wordShare/measured.Height))
	}
	height := fyne.MeasureText("Mg", f.word.TextSize, f.word.TextStyle).Height
	f.text.Resize(fyne.NewSize(room, 0))
	below := f.text.MinSize().Height
	top := max(edge, (size.Height-height-look.Gap-below)/2)
	f.icon.Move(fyne.NewPos(edge, top+(height-icon)/2))
	f.icon.Resize(fyne.NewSquareSize(icon))
	f.word.Move(fyne.NewPos(at, top))
	f.word.Resize(fyne.NewSize(room, height))
	f.text.Move(fyne.NewPos(at, top+height+look.Gap))
	f.text.Resize(fyne.NewSize(room, below))
}

func (r *faceRenderer) MinSize() fyne.Size { return fyne.NewSize(480, 260) }

func (r *faceRenderer) Refresh() {
	f := r.f
	area, on := f.now.state.Signal()
	f.back.FillColor = look.Color(area)
	f.icon.Resource = f.now.state.SignalIcon()
	f.word.Text, f.word.Color = f.now.word, look.Color(on)
	f.text.SetColor(on)
	f.text.SetText(f.now.text)
	r.Layout(f.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(f)
}

func (r *faceRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.f.back, r.f.icon, r.f.word, r.f.text}
}

func (r *faceRenderer) Destroy() {}

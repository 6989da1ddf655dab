package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
)

// Note is what a toast says: what went well, or a thing worth knowing. Action is optional.
type Note struct {
	State  look.State
	Text   string
	Detail string // a second line in small print, such as a path
	Action string // of a button, such as "Undo"
	Act    func()
}

// Toast shows one note at a time at the lower edge of a place of its own, which it covers nothing from. A text that is too long
// for the place ends in an ellipsis. Whoever shows a note also ends it: the toast keeps no time.
type Toast struct {
	widget.BaseWidget
	note *Note
	text *Text
	box  *fyne.Container
}

// NewToast makes one that shows nothing.
func NewToast() *Toast {
	t := &Toast{box: container.NewStack()}
	t.ExtendBaseWidget(t)
	return t
}

// Show shows a note in place of another.
func (t *Toast) ShowNote(n Note) {
	t.note = &n
	t.text = NewParagraph(n.Text)
	lines := Down(look.Gap/2, container.NewBorder(nil, nil, Middle(Icon(n.State.Icon(), 22)), NewQuiet("", look.Icon("close"), t.Clear)), t.text)
	if n.Detail != "" {
		detail := NewParagraph(n.Detail).Muted().Small()
		detail.Lines = 2
		lines.Add(detail)
	}
	if n.Action != "" {
		lines.Add(NewButton(n.Action, nil, func() {
			t.Clear()
			n.Act()
		}))
	}
	back := canvas.NewRectangle(look.Color(theme.ColorNameOverlayBackground))
	back.CornerRadius, back.StrokeWidth, back.StrokeColor = 8, 1, look.Color(theme.ColorNameInputBorder)
	t.box.Objects = []fyne.CanvasObject{back, Inset(look.Gap/2, look.Gap, lines)}
	t.Refresh()
}

// Clear shows nothing.
func (t *Toast) Clear() {
	if t.note != nil {
		t.note = nil
		t.box.Objects = nil
		t.Refresh()
	}
}

// Note is what it shows, nil for nothing.
func (t *Toast) Note() *Note { return t.note }

// CreateRenderer implements fyne.Widget.
func (t *Toast) CreateRenderer() fyne.WidgetRenderer { return &toastRenderer{t} }

type toastRenderer struct{ t *Toast }

func (r *toastRenderer) Layout(size fyne.Size) {
	if r.t.note == nil {
		return
	}
	box, text := r.t.box, r.t.text
	text.Lines = 0
	text.Refresh()
	box.Resize(fyne.NewSize(size.Width, box.MinSize().Height))
	height := box.MinSize().Height // a wrapped text knows its height once it knows its width
	if over := height - size.Height; over > 0 {
		line := text.lineHeight()
		text.Lines = max(int((text.MinSize().Height-over)/line), 1)
		text.Refresh()
		height = box.MinSize().Height
	}
	box.Resize(fyne.NewSize(size.Width, height))
	box.Move(fyne.NewPos(0, size.Height-height))
}
func (r *toastRenderer) MinSize() fyne.Size { return fyne.Size{} }
func (r *toastRenderer) Refresh() {
	r.Layout(r.t.Size())
	canvas.Refresh(r.t)
}
func (r *toastRenderer) Objects() []fyne.CanvasObject {
	if r.t.note == nil {
		return nil
	}
	return []fyne.CanvasObject{r.t.box}
}
func (r *toastRenderer) Destroy() {}

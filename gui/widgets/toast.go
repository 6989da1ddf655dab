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

// Toast shows one note at a time near the lower edge, above everything, and takes no clicks but its own. Whoever shows a
// note also ends it: the toast keeps no time.
type Toast struct {
	widget.BaseWidget
	note *Note
	box  *fyne.Container
}

const toastWidth = 460

// NewToast makes one that shows nothing.
func NewToast() *Toast {
	t := &Toast{box: container.NewStack()}
	t.ExtendBaseWidget(t)
	return t
}

// Show shows a note in place of another.
func (t *Toast) ShowNote(n Note) {
	t.note = &n
	text := NewParagraph(n.Text)
	lines := Down(look.Gap/4, text)
	if n.Detail != "" {
		detail := NewParagraph(n.Detail).Muted().Small()
		detail.Lines = 2
		lines.Add(detail)
	}
	right := Across(look.Gap / 2)
	if n.Action != "" {
		right.Add(Middle(NewButton(n.Action, nil, func() {
			t.Clear()
			n.Act()
		})))
	}
	closing := NewQuiet("", look.Icon("close"), t.Clear)
	right.Add(Middle(closing))
	back := canvas.NewRectangle(look.Color(theme.ColorNameOverlayBackground))
	back.CornerRadius, back.StrokeWidth, back.StrokeColor = 8, 1, look.Color(theme.ColorNameInputBorder)
	t.box.Objects = []fyne.CanvasObject{back, Inset(look.Gap, 1.5*look.Gap, container.NewBorder(nil, nil,
		Across(0, Middle(Icon(n.State.Icon(), 22)), Space(look.Gap*1.25, 0)), right, Middle(lines)))}
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
	width := min(toastWidth, size.Width-4*look.Gap)
	box := r.t.box
	box.Resize(fyne.NewSize(width, box.MinSize().Height))
	height := box.MinSize().Height // a wrapped text knows its height once it knows its width
	box.Resize(fyne.NewSize(width, height))
	box.Move(fyne.NewPos(size.Width-width-2*look.Gap, size.Height-height-10*look.Gap))
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

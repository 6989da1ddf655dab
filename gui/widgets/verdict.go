package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/look"
)

// Verdict is an answer as a picture: a large area in the colour of its state, with the state's drawing, a sentence that is
// read across a room and what else there is to say below it.
type Verdict struct {
	state   look.State
	area    fyne.ThemeColorName
	back    *Area
	icon    *canvas.Image
	head    *Text
	below   *Text
	content fyne.CanvasObject
}

const (
	verdictIcon   = 60
	verdictRadius = 12
)

// NewVerdict makes one without words.
func NewVerdict() *Verdict {
	v := &Verdict{back: NewArea("", verdictRadius), icon: Icon(look.Ready.SignalIcon(), verdictIcon), head: NewParagraph(""), below: NewParagraph("")}
	v.head.Face, v.head.Style.Bold, v.head.Lines = look.SizeVerdict, true, 2
	v.below.Title().Lines = 3
	v.below.Style.Bold = false
	v.content = container.NewStack(v.back, Inset(2*look.Gap, 3*look.Gap, container.NewBorder(nil, nil,
		Across(0, Middle(v.icon), Space(3*look.Gap, 0)), nil, Middle(Down(look.Gap/2, v.head, v.below)))))
	return v
}

// Content is what to show.
func (v *Verdict) Content() fyne.CanvasObject { return v.content }

// Set gives the answer; below may be "".
func (v *Verdict) Set(state look.State, head, below string) {
	area, on := state.Signal()
	v.set(state, area, on, state.SignalIcon(), head, below)
}

// SetPractice gives an answer about practice: violet, whatever the state is. head has to say so too.
func (v *Verdict) SetPractice(state look.State, head, below string) {
	v.set(state, look.ColorViolet, look.ColorOnViolet, state.PracticeIcon(), head, below)
}

func (v *Verdict) set(state look.State, area, on fyne.ThemeColorName, icon fyne.Resource, head, below string) {
	v.state, v.area = state, area
	v.back.SetColor(area)
	v.icon.Resource = icon
	v.icon.Refresh()
	for _, t := range []*Text{v.head, v.below} {
		t.SetColor(on)
	}
	v.head.SetText(head)
	v.below.SetText(below)
	if below == "" {
		v.below.Hide()
	} else {
		v.below.Show()
	}
	v.content.Refresh()
}

// Area is the colour that it is read by across a room.
func (v *Verdict) Area() fyne.ThemeColorName { return v.area }

// State is the state that it shows.
func (v *Verdict) State() look.State { return v.state }

// Text is what it says: the sentence, and what stands below.
func (v *Verdict) Text() (head, below string) { return v.head.Text(), v.below.Text() }

// Figure is a number that counts, with its name above.
type Figure struct {
	value   *Text
	content fyne.CanvasObject
}

// NewFigure makes a figure.
func NewFigure(name string) *Figure {
	f := &Figure{value: NewText("")}
	f.value.Face, f.value.Style.Bold = look.SizeFigure, true
	f.content = Down(0, NewText(name).Muted(), f.value)
	return f
}

// Content is what to show.
func (f *Figure) Content() fyne.CanvasObject { return f.content }

// Set changes the number and its colour.
func (f *Figure) Set(value string, color fyne.ThemeColorName) {
	f.value.SetText(value)
	f.value.SetColor(color)
}

// Value is the number as text.
func (f *Figure) Value() string { return f.value.Text() }

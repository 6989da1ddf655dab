package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/look"
)

// Fact is one part of the sentence in a bottom bar: "✕ 3 errors". Without a state it has no icon.
type Fact struct {
	Text  string
	State look.State
	Plain bool // no icon, ordinary colour
}

// BottomBar says in one sentence how things stand, always in the same place, beside the one button that does what the
// tab is for. While the button is disabled, the reason stands next to it.
type BottomBar struct {
	Primary *Button

	facts   *fyne.Container
	reason  *Text
	content fyne.CanvasObject
}

// NewBottomBar makes a bar; extra stands before the primary button.
func NewBottomBar(primary *Button, extra ...fyne.CanvasObject) *BottomBar {
	b := &BottomBar{Primary: primary, facts: Across(2 * look.Gap), reason: NewText("").Muted().Giving()}
	b.reason.Align = fyne.TextAlignTrailing
	right := Across(look.Gap, append(extra, primary)...)
	line := container.NewBorder(nil, nil, Middle(b.facts), right, Inset(0, 2*look.Gap, Middle(b.reason)))
	b.content = container.NewStack(NewArea(look.ColorRail, 0),
		Edged(Rule(), nil, nil, nil, Inset(1.25*look.Gap, 2*look.Gap, line)))
	return b
}

// Content is what to show.
func (b *BottomBar) Content() fyne.CanvasObject { return b.content }

// SetFacts says how things stand.
func (b *BottomBar) SetFacts(facts ...Fact) {
	objects := make([]fyne.CanvasObject, 0, 2*len(facts))
	for i, f := range facts {
		if i > 0 {
			objects = append(objects, Middle(NewText("·").Muted()))
		}
		text := NewText(f.Text)
		text.Style.Bold = true
		if f.Plain {
			text.Style.Bold = false
			objects = append(objects, Middle(text))
			continue
		}
		text.Color = f.State.Color()
		objects = append(objects, Across(look.Gap*0.75, Middle(Icon(f.State.Icon(), 20)), Middle(text)))
	}
	b.facts.Objects = objects
	b.facts.Refresh()
}

// Sentence is the sentence as text.
func (b *BottomBar) Sentence() string {
	s := ""
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *Text:
			if s != "" {
				s += " "
			}
			s += o.Text()
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		}
	}
	walk(b.facts)
	return s
}

// SetAction enables the button, or disables it for a reason.
func (b *BottomBar) SetAction(enabled bool, reason string) {
	b.Primary.SetEnabled(enabled)
	if enabled {
		reason = ""
	}
	b.reason.SetText(reason)
}

// Reason is why the button is disabled.
func (b *BottomBar) Reason() string { return b.reason.Text() }

package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/look"
)

// Fact is one part of the sentence in a bottom bar: "✕ 3 errors". Without a state it has no icon.
type Fact struct {
	Text     string
	State    look.State
	Plain    bool // no icon, ordinary colour
	Practice bool // about practice: violet, whatever the state is
}

// BottomBar says in one sentence how things stand, always in the same place, beside the one button that does what the
// tab is for. While the button is disabled, the reason stands next to it.
type BottomBar struct {
	Primary *Button

	facts   *fyne.Container
	reason  *Text
	more    *tipArea // tells what there is no room for
	content fyne.CanvasObject
}

// NewBottomBar makes a bar; extra stands before the primary button.
func NewBottomBar(primary *Button, extra ...fyne.CanvasObject) *BottomBar {
	b := &BottomBar{Primary: primary, facts: container.New(factsLayout{}), reason: NewText("").Muted().Giving(), more: &tipArea{}}
	b.more.ExtendBaseWidget(b.more)
	b.reason.Align = fyne.TextAlignTrailing
	right := Across(look.Gap, append(extra, primary)...)
	sentence := container.New(sentenceLayout{b}, Middle(b.facts), Inset(0, 2*look.Gap, Middle(b.reason)), b.more)
	line := Sides(sentence, right, sentence)
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
		icon := f.State.Icon()
		if f.Practice {
			text.Color, icon = look.ColorPractice, look.ColoredIcon("practice", look.ColorPractice)
		}
		objects = append(objects, Across(look.Gap*0.75, Middle(Icon(icon, 20)), Middle(text)))
	}
	b.facts.Objects = objects
	b.facts.Refresh()
	if b.content != nil {
		b.content.Refresh() // the reason moves with them
	}
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
	if b.reason.Text() != reason {
		b.reason.SetText(reason)
		b.content.Refresh() // there may be no room for it
	}
}

// Reason is why the button is disabled.
func (b *BottomBar) Reason() string { return b.reason.Text() }

// factsLayout puts facts side by side. Where there is no room for all, the last ones are told where the mouse rests: no window
// grows with its sentence. Every other object is the dot between two facts.
type factsLayout struct{}

const factsGap = 1.25 * look.Gap

// Layout implements fyne.Layout.
func (factsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x, full := float32(0), false
	for i, o := range objects {
		m := o.MinSize()
		need := m.Width
		if i%2 == 1 && i+1 < len(objects) { // no dot without what stands behind it
			need += factsGap + objects[i+1].MinSize().Width
		}
		full = full || i > 0 && x+need > size.Width+0.5
		if full {
			o.Hide()
			continue
		}
		o.Show()
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(m.Width, size.Height))
		x += m.Width + factsGap
	}
}

// MinSize implements fyne.Layout.
func (factsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for i, o := range objects {
		m := o.MinSize()
		size.Height = max(size.Height, m.Height)
		if i == 0 {
			size.Width = m.Width
		}
	}
	return size
}

// natural is the width at which every fact is shown.
func natural(objects []fyne.CanvasObject) (width float32) {
	for i, o := range objects {
		if i > 0 {
			width += factsGap
		}
		width += o.MinSize().Width
	}
	return width
}

// sentenceLayout gives the facts the room they want, as far as there is, and the reason what is left.
type sentenceLayout struct{ bar *BottomBar }

// Layout implements fyne.Layout.
func (l sentenceLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	all, reason := natural(l.bar.facts.Objects)+1, l.bar.Reason()
	wants := min(all, size.Width)
	objects[0].Move(fyne.Position{})
	objects[0].Resize(fyne.NewSize(wants, size.Height))
	untold := reason != "" && size.Width-wants < reasonRoom // no letter of it could be read
	l.bar.more.Hidden = all <= size.Width && !untold
	l.bar.more.text = strings.TrimSpace(l.bar.Sentence() + "\n" + reason)
	l.bar.more.Resize(objects[0].Size())
	if size.Width-wants < reasonRoom {
		objects[1].Hide()
		return
	}
	objects[1].Show()
	objects[1].Move(fyne.NewPos(wants, 0))
	objects[1].Resize(fyne.NewSize(size.Width-wants, size.Height))
}

// reasonRoom is how much room there must be for the reason.
const reasonRoom = 12 * look.Gap

// MinSize implements fyne.Layout.
func (l sentenceLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	a, b := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(a.Width, max(a.Height, b.Height))
}

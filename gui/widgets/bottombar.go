package widgets

import (
	"slices"
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
	weights []int // of the facts: which of them stay where there is no room for all
	reason  *Text
	more    *tipArea // tells what there is no room for
	content fyne.CanvasObject
}

// NewBottomBar makes a bar; extra stands before the primary button.
func NewBottomBar(primary *Button, extra ...fyne.CanvasObject) *BottomBar {
	b := &BottomBar{Primary: primary, reason: NewText("").Muted().Giving(), more: &tipArea{}}
	b.facts = container.New(factsLayout{b})
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
	b.weights = b.weights[:0]
	for i, f := range facts {
		b.weights = append(b.weights, weight(f))
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

// weight orders facts by how much they matter: errors, warnings, other states, numbers.
func weight(f Fact) int {
	switch {
	case f.Plain:
		return 0
	case f.State == look.Failed:
		return 3
	case f.State == look.Warning:
		return 2
	}
	return 1
}

// factsLayout puts facts side by side. Where there is no room for all, those that matter least are told where the mouse rests: no window
// grows with its sentence. Every other object is the dot between two facts.
type factsLayout struct{ bar *BottomBar }

const factsGap = 1.25 * look.Gap

// Layout implements fyne.Layout.
func (l factsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for n := len(l.bar.weights); ; n-- {
		l.keep(objects, n)
		if n <= 1 || natural(objects, false) <= size.Width+0.5 {
			break
		}
	}
	x := float32(0)
	for _, o := range objects {
		if o.Visible() {
			width := o.MinSize().Width
			o.Move(fyne.NewPos(x, 0))
			o.Resize(fyne.NewSize(width, size.Height))
			x += width + factsGap
		}
	}
}

// keep shows the n facts that matter most, of equals the first, and the dots between them.
func (l factsLayout) keep(objects []fyne.CanvasObject, n int) {
	kept := l.order()[:n]
	before := false
	for i := range l.bar.weights {
		show := slices.Contains(kept, i)
		objects[2*i].Show()
		if !show {
			objects[2*i].Hide()
		}
		if i > 0 {
			objects[2*i-1].Show()
			if !show || !before {
				objects[2*i-1].Hide()
			}
		}
		before = before || show
	}
}

// order is the numbers of the facts, those that matter most first.
func (l factsLayout) order() []int {
	all := make([]int, len(l.bar.weights))
	for i := range all {
		all[i] = i
	}
	slices.SortStableFunc(all, func(a, b int) int { return l.bar.weights[b] - l.bar.weights[a] })
	return all
}

// MinSize implements fyne.Layout.
func (l factsLayout) MinSize(objects []fyne.CanvasObject) (size fyne.Size) {
	for _, o := range objects {
		size.Height = max(size.Height, o.MinSize().Height)
	}
	if order := l.order(); len(order) > 0 {
		size.Width = objects[2*order[0]].MinSize().Width
	}
	return size
}

// natural is how wide the facts are: all, or those that are shown.
func natural(objects []fyne.CanvasObject, all bool) (width float32) {
	for _, o := range objects {
		if all || o.Visible() {
			width += factsGap + o.MinSize().Width
		}
	}
	return max(width-factsGap, 0)
}

// sentenceLayout gives the facts the room they want, as far as there is, and the reason what is left.
type sentenceLayout struct{ bar *BottomBar }

// Layout implements fyne.Layout.
func (l sentenceLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	all, reason := natural(l.bar.facts.Objects, true)+1, l.bar.Reason()
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

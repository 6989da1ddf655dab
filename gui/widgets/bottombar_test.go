package widgets

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/gui/look"
)

// Where there is no room for the reason it is not drawn over what stands beside it.
func TestTheReasonGivesWay(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.NewTheme())
	b := NewBottomBar(NewPrimary("Start 4 certificates", nil, func() {}))
	b.SetFacts(Fact{State: look.Failed, Text: "One error"})
	b.SetAction(false, "Fix the errors first")
	visible := func(width float32) bool {
		b.Content().Resize(fyne.NewSize(width, b.Content().MinSize().Height))
		var shown func(fyne.CanvasObject) bool
		shown = func(o fyne.CanvasObject) bool {
			if !o.Visible() {
				return false
			}
			if c, ok := o.(*fyne.Container); ok {
				return slices.ContainsFunc(c.Objects, shown)
			}
			return o == fyne.CanvasObject(b.reason)
		}
		return shown(b.Content())
	}
	if !visible(1000) {
		t.Error("with room the reason is not shown")
	}
	if visible(b.Content().MinSize().Width + 20) {
		t.Error("without room the reason lies over the facts")
	}
	if b.more.Hidden || b.more.text != "One error\nFix the errors first" {
		t.Errorf("resting on the facts tells %q, hidden: %v", b.more.text, b.more.Hidden)
	}
	if !visible(1000) || !b.more.Hidden {
		t.Error("with room again the reason stays away")
	}
	// So do facts.
	b.SetAction(true, "")
	b.SetFacts(Fact{State: look.Ready, Text: "12,340 ready"}, Fact{State: look.Failed, Text: "3 errors"}, Fact{Plain: true, Text: "41.2 of 200 MB"})
	visible(b.Content().MinSize().Width + 20)
	if b.more.Hidden || b.more.text != "12,340 ready · 3 errors · 41.2 of 200 MB" {
		t.Errorf("resting on the first of the facts tells %q, hidden: %v", b.more.text, b.more.Hidden)
	}
	// The errors stay longest, then the warnings; what is left are one dot less than facts.
	shown := func(width float32) (text string) {
		b.facts.Layout.Layout(b.facts.Objects, fyne.NewSize(width, 20))
		for _, o := range b.facts.Objects {
			if !o.Visible() {
				continue
			}
			if c, ok := o.(*fyne.Container); ok {
				for _, inside := range c.Objects {
					if t, ok := inside.(*Text); ok {
						text += t.Text()
					} else if m, ok := inside.(*fyne.Container); ok && len(m.Objects) == 1 {
						if t, ok := m.Objects[0].(*Text); ok {
							text += t.Text()
						}
					}
				}
			}
		}
		return text
	}
	b.SetFacts(Fact{State: look.Ready, Text: "5 ready"}, Fact{State: look.Failed, Text: "3 errors"}, Fact{State: look.Warning, Text: "2 warnings"}, Fact{Plain: true, Text: "1 of 200 MB"})
	var all []string
	for width := natural(b.facts.Objects, true) + 1; width > 0; width -= 10 {
		if now := shown(width); len(all) == 0 || all[len(all)-1] != now {
			all = append(all, now)
		}
	}
	if want := []string{"5 ready·3 errors·2 warnings·1 of 200 MB", "5 ready·3 errors·2 warnings", "3 errors·2 warnings", "3 errors"}; !slices.Equal(all, want) {
		t.Errorf("with less and less room it says %q", all)
	}
	if got, want := b.facts.MinSize().Width, b.facts.Objects[2].MinSize().Width; got != want {
		t.Errorf("it asks for %v, and what stays is %v wide", got, want)
	}
}

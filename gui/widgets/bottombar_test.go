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
}

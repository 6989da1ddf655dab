package widgets

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/look"
	"enrollbench/gui/words"
)

// ProgressPage shows work that a tab waits for, large enough to be read from a few steps away, with a way to stop it.
type ProgressPage struct {
	title, share, numbers *Text
	bar                   *bar
	cancel                *Button
	content               fyne.CanvasObject
}

const (
	pageWidth     = 560
	pageBarHeight = 18
)

// NewProgressPage makes a page at nothing done.
func NewProgressPage(cancel func()) *ProgressPage {
	p := &ProgressPage{title: NewText("").Title(), share: NewText(""), numbers: NewText(""), bar: newBar(pageBarHeight)}
	p.share.Face, p.share.Style.Bold = look.SizeVerdict, true
	p.numbers = NewText("").Muted()
	for _, t := range []*Text{p.title, p.share, p.numbers} {
		t.Align = fyne.TextAlignCenter
	}
	p.title.Giving()
	p.numbers.Giving()
	p.cancel = NewButton(words.T("progress.cancel"), look.Icon("close"), cancel)
	p.content = container.NewCenter(Wide(pageWidth, Down(2*look.Gap, p.title, p.share, p.bar, p.numbers, container.NewCenter(p.cancel))))
	return p
}

// Content is what to show.
func (p *ProgressPage) Content() fyne.CanvasObject { return p.content }

// Cancel is its button.
func (p *ProgressPage) Cancel() *Button { return p.cancel }

// Set shows how far the work is.
func (p *ProgressPage) Set(s Progress) {
	p.title.SetText(s.Title)
	p.share.SetText(strconv.Itoa(int(100*s.Share())) + " %")
	p.numbers.SetText(s.Numbers())
	p.bar.set(s.Share())
	p.cancel.SetEnabled(!s.Stopping)
}

package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
)

// RangeBar draws which part of a block a range takes: where it begins, where it ends, and whether it runs out of the
// block.
type RangeBar struct {
	widget.BaseWidget
	from, to           float64 // 0…1 of the block
	spills, there      bool
	left, right, title *Text
	back, part, beyond *canvas.Rectangle
}

// NewRangeBar makes an empty one.
func NewRangeBar() *RangeBar {
	r := &RangeBar{left: NewText("").Muted().Small().Mono(), right: NewText("").Muted().Small().Mono(), title: NewText("").Small().Giving(),
		back: canvas.NewRectangle(nil), part: canvas.NewRectangle(nil), beyond: canvas.NewRectangle(nil)}
	r.right.Align = fyne.TextAlignTrailing
	r.ExtendBaseWidget(r)
	return r
}

// Set draws a range that takes from…to of the block, each between 0 and 1; spills says that it goes on beyond. first and
// last are the block's ends, title says it in words.
func (r *RangeBar) Set(from, to float64, spills bool, first, last, title string) {
	r.from, r.to, r.spills, r.there = from, to, spills, true
	r.left.SetText(first)
	r.right.SetText(last)
	r.title.SetText(title)
	r.Refresh()
}

// Clear draws an empty block.
func (r *RangeBar) Clear() {
	r.there, r.spills = false, false
	r.left.SetText("")
	r.right.SetText("")
	r.title.SetText("")
	r.Refresh()
}

// Shares are what it draws.
func (r *RangeBar) Shares() (from, to float64, spills bool) { return r.from, r.to, r.spills }

// CreateRenderer implements fyne.Widget.
func (r *RangeBar) CreateRenderer() fyne.WidgetRenderer {
	p := &rangeRenderer{r}
	p.paint()
	return p
}

type rangeRenderer struct{ r *RangeBar }

const (
	rangeHeight = 20
	rangeLeast  = 4 // a range of a few addresses is still seen
)

func (p *rangeRenderer) paint() {
	r := p.r
	r.back.FillColor = look.Color(theme.ColorNameSeparator)
	r.back.CornerRadius = 4
	r.part.FillColor = look.Color(theme.ColorNamePrimary)
	r.part.CornerRadius = 2
	r.beyond.FillColor = look.Color(theme.ColorNameWarning)
	r.beyond.CornerRadius = 2
	r.part.Hidden, r.beyond.Hidden = !r.there, !r.spills
}

func (p *rangeRenderer) Layout(size fyne.Size) {
	r := p.r
	line := r.title.MinSize().Height
	r.title.Move(fyne.NewPos(0, 0))
	r.title.Resize(fyne.NewSize(size.Width, line))
	y := line + look.Gap/2
	r.back.Move(fyne.NewPos(0, y))
	r.back.Resize(fyne.NewSize(size.Width, rangeHeight))
	from, to := float32(r.from)*size.Width, float32(r.to)*size.Width
	if to-from < rangeLeast {
		from = min(from, size.Width-rangeLeast)
		to = from + rangeLeast
	}
	r.part.Move(fyne.NewPos(from, y))
	r.part.Resize(fyne.NewSize(to-from, rangeHeight))
	r.beyond.Move(fyne.NewPos(size.Width-8, y))
	r.beyond.Resize(fyne.NewSize(8, rangeHeight))
	y += rangeHeight + look.Gap/2
	r.left.Move(fyne.NewPos(0, y))
	r.left.Resize(fyne.NewSize(size.Width/2, line))
	r.right.Move(fyne.NewPos(size.Width/2, y))
	r.right.Resize(fyne.NewSize(size.Width/2, line))
}

func (p *rangeRenderer) MinSize() fyne.Size {
	return fyne.NewSize(200, 2*p.r.title.MinSize().Height+rangeHeight+look.Gap)
}

func (p *rangeRenderer) Refresh() {
	p.paint()
	p.Layout(p.r.Size())
	canvas.Refresh(p.r)
}

func (p *rangeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{p.r.title, p.r.back, p.r.part, p.r.beyond, p.r.left, p.r.right}
}
func (p *rangeRenderer) Destroy() {}

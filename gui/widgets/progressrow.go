package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
	"enrollbench/gui/numbers"
)

// Progress is how far a piece of work is.
type Progress struct {
	Title       string
	Done, Total int64 // Total 0: not known
	Elapsed     time.Duration
	Stopping    bool // it was cancelled and has not ended yet
}

// settled is how long a rate is not worth showing.
const settled = time.Second

// Numbers says it in words: "12,340 of 20,000 · 4,100 a second · 2 s left".
func (p Progress) Numbers() string {
	if p.Stopping {
		return lang.X("progress.stopping", "Stopping…")
	}
	var s string
	switch {
	case p.Total > 0:
		s = lang.X("progress.of", "{{.Done}} of {{.Total}}", map[string]any{"Done": numbers.Group(p.Done), "Total": numbers.Group(p.Total)})
	case p.Done > 0:
		s = numbers.Group(p.Done)
	default:
		return lang.X("progress.starting", "Starting…")
	}
	if p.Elapsed < settled || p.Done == 0 {
		return s
	}
	rate := float64(p.Done) / p.Elapsed.Seconds()
	s += " · " + lang.X("progress.rate", "{{.Rate}} a second", map[string]any{"Rate": numbers.Rate(rate)})
	if left := p.Total - p.Done; left > 0 {
		wait := time.Duration(float64(left) / rate * float64(time.Second))
		s += " · " + lang.X("progress.left", "{{.Time}} left", map[string]any{"Time": numbers.Duration(wait)})
	}
	return s
}

// ProgressRow shows work that takes a while, in the tab that it belongs to, with a way to stop it. Hidden, it takes no
// room.
type ProgressRow struct {
	widget.BaseWidget
	OnCancel func()

	title, numbers *Text
	bar            *bar
	cancel         *Button
	content        fyne.CanvasObject
}

// NewProgressRow makes a hidden row.
func NewProgressRow(cancel func()) *ProgressRow {
	p := &ProgressRow{OnCancel: cancel, title: NewText("").Bold(), numbers: NewText("").Muted().Giving(), bar: newBar()}
	p.numbers.Align = fyne.TextAlignTrailing
	p.cancel = NewButton(lang.X("progress.cancel", "Cancel"), look.Icon("close"), func() {
		if p.OnCancel != nil {
			p.OnCancel()
		}
	})
	line := container.NewBorder(nil, nil, p.title, nil, p.numbers)
	p.content = Backed(look.ColorAccent, Inset(look.Gap, 2*look.Gap,
		container.NewBorder(nil, nil, Across(0, Middle(Icon(look.Running.Icon(), 20)), Space(look.Gap, 0)),
			Across(0, Space(2*look.Gap, 0), p.cancel), Middle(Down(look.Gap*0.75, line, p.bar)))))
	p.ExtendBaseWidget(p)
	p.Hide()
	return p
}

// Set shows how far the work is; nil hides the row.
func (p *ProgressRow) Set(s *Progress) {
	if s == nil {
		p.Hide()
		return
	}
	p.title.SetText(s.Title)
	p.numbers.SetText(s.Numbers())
	p.bar.set(s.Done, s.Total)
	p.cancel.SetEnabled(!s.Stopping)
	p.Show()
}

// Cancel is its button.
func (p *ProgressRow) Cancel() *Button { return p.cancel }

// CreateRenderer implements fyne.Widget.
func (p *ProgressRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(p.content)
}

// bar is a progress bar that costs two rectangles and never animates: it moves when there is something to tell.
type bar struct {
	widget.BaseWidget
	share       float64
	back, front *canvas.Rectangle
}

const barHeight = 8

func newBar() *bar {
	b := &bar{back: canvas.NewRectangle(nil), front: canvas.NewRectangle(nil)}
	b.back.CornerRadius, b.front.CornerRadius = barHeight/2, barHeight/2
	b.ExtendBaseWidget(b)
	return b
}

func (b *bar) set(done, total int64) {
	share := 0.0
	if total > 0 {
		share = min(float64(done)/float64(total), 1)
	}
	if share != b.share {
		b.share = share
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *bar) CreateRenderer() fyne.WidgetRenderer { return &barRenderer{b} }

type barRenderer struct{ b *bar }

func (r *barRenderer) Layout(size fyne.Size) {
	r.b.back.Resize(size)
	width := size.Width * float32(r.b.share)
	if width > 0 {
		width = max(width, barHeight)
	}
	r.b.front.Resize(fyne.NewSize(width, size.Height))
}
func (r *barRenderer) MinSize() fyne.Size { return fyne.NewSize(64, barHeight) }
func (r *barRenderer) Refresh() {
	r.b.back.FillColor = look.Color(theme.ColorNameSeparator)
	r.b.front.FillColor = look.Color(theme.ColorNamePrimary)
	r.Layout(r.b.Size())
	r.b.back.Refresh()
	r.b.front.Refresh()
}
func (r *barRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.b.back, r.b.front} }
func (r *barRenderer) Destroy()                     {}

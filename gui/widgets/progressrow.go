package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
	"enrollbench/gui/words"
)

// Progress is how far a piece of work is.
type Progress struct {
	Title       string
	Done, Total int64 // Total 0: not known
	Elapsed     time.Duration
	Octets      bool // Done and Total are octets of files
	Stopping    bool // it was cancelled and has not ended yet
}

func (p Progress) amount(n int64) string {
	if p.Octets {
		return words.Size(n)
	}
	return words.Group(n)
}

// Share is how much of the work is done, from 0 to 1.
func (p Progress) Share() float64 {
	if p.Total <= 0 {
		return 0
	}
	return min(float64(p.Done)/float64(p.Total), 1)
}

// settled is how long a rate is not worth showing.
const settled = time.Second

// Numbers says it in words: "12,340 of 20,000 · 4,100 a second · 2 s left".
func (p Progress) Numbers() string {
	if p.Stopping {
		return words.T("progress.stopping")
	}
	var s string
	switch {
	case p.Total > 0:
		s = words.T("progress.of", "Done", p.amount(p.Done), "Total", p.amount(p.Total))
	case p.Done > 0:
		s = p.amount(p.Done)
	default:
		return words.T("progress.starting")
	}
	if p.Elapsed < settled || p.Done == 0 {
		return s
	}
	rate := float64(p.Done) / p.Elapsed.Seconds()
	shown := words.Rate(rate)
	if p.Octets {
		shown = words.Size(int64(rate))
	}
	s += " · " + words.T("progress.rate", "Rate", shown)
	if left := p.Total - p.Done; left > 0 {
		wait := time.Duration(float64(left) / rate * float64(time.Second))
		s += " · " + words.T("progress.left", "Time", words.Duration(wait))
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
	p := &ProgressRow{OnCancel: cancel, title: NewText("").Bold(), numbers: NewText("").Muted().Giving(), bar: newBar(barHeight)}
	p.numbers.Align = fyne.TextAlignTrailing
	p.cancel = NewButton(words.T("progress.cancel"), look.Icon("close"), func() {
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
	p.bar.set(s.Share())
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
	height      float32
	back, front *canvas.Rectangle
}

const barHeight = 8

// NewBar is a bar for a share from 0 to 1.
func NewBar(share float64) fyne.CanvasObject {
	b := newBar(barHeight)
	b.share = min(share, 1)
	return b
}

func newBar(height float32) *bar {
	b := &bar{height: height, back: canvas.NewRectangle(nil), front: canvas.NewRectangle(nil)}
	b.back.CornerRadius, b.front.CornerRadius = height/2, height/2
	b.ExtendBaseWidget(b)
	return b
}

func (b *bar) set(share float64) {
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
		width = max(width, r.b.height)
	}
	r.b.front.Resize(fyne.NewSize(width, size.Height))
}
func (r *barRenderer) MinSize() fyne.Size { return fyne.NewSize(64, r.b.height) }
func (r *barRenderer) Refresh() {
	r.b.back.FillColor = look.Color(theme.ColorNameSeparator)
	r.b.front.FillColor = look.Color(theme.ColorNamePrimary)
	r.Layout(r.b.Size())
	r.b.back.Refresh()
	r.b.front.Refresh()
}
func (r *barRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.b.back, r.b.front} }
func (r *barRenderer) Destroy()                     {}

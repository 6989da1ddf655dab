package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// CreateRenderer implements fyne.Widget.
func (s *Sheet) CreateRenderer() fyne.WidgetRenderer {
	s.restyle()
	r := &renderer{sheet: s}
	r.objects = append(r.objects, s.back, s.body, s.header, s.edge, s.vbar, s.hbar, s.ring)
	r.objects = append(r.objects, s.tip.objects()...)
	s.place()
	return r
}

// renderer hands the sheet's parts to the driver; place does the work.
type renderer struct {
	sheet   *Sheet
	objects []fyne.CanvasObject
}

func (r *renderer) Destroy() {
	s := r.sheet
	s.endDrag()
	s.leave()
	if s.pace.wait != nil {
		s.pace.wait.Stop()
		s.pace.wait = nil
	}
}

// Layout is called for a new size, and by the driver whenever a text in the sheet has another width.
func (r *renderer) Layout(fyne.Size) { r.sheet.place() }

func (r *renderer) MinSize() fyne.Size {
	return fyne.NewSize(120, r.sheet.style.headerHeight+2*r.sheet.style.rowHeight)
}

func (r *renderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *renderer) Refresh() {
	if r.sheet.restyle() {
		// The same text in another font or colour: every texture is out of date.
		defer canvas.Refresh(r.sheet)
	}
	r.sheet.place()
}

// part is the renderer of what the sheet is made of. The sheet lays its parts out and fills them; a part only clips.
type part struct {
	owner   fyne.Widget
	objects func() []fyne.CanvasObject
}

func (p *part) Destroy()                     {}
func (p *part) Layout(fyne.Size)             {}
func (p *part) MinSize() fyne.Size           { return fyne.Size{} }
func (p *part) Objects() []fyne.CanvasObject { return p.objects() }
func (p *part) Refresh()                     { canvas.Refresh(p.owner) }

// IsClip makes the drivers clip at the part's bounds, for the row that is visible in part and the column scrolled half
// out.
func (p *part) IsClip() {}

package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// CreateRenderer implements fyne.Widget.
func (v *view) CreateRenderer() fyne.WidgetRenderer {
	v.restyle()
	r := &renderer{view: v}
	v.stack()
	v.place()
	return r
}

// renderer hands the view's parts to the driver; place does the work.
type renderer struct {
	view *view
}

func (r *renderer) Destroy() {
	v := r.view
	v.host.release()
	v.leave()
	if v.pace.wait != nil {
		v.pace.wait.Stop()
		v.pace.wait = nil
	}
}

// Layout is called for a new size, and by the driver whenever a text in the view has another width.
func (r *renderer) Layout(fyne.Size) { r.view.place() }

func (r *renderer) MinSize() fyne.Size {
	return fyne.NewSize(120, r.view.style.headerHeight+2*r.view.style.rowHeight)
}

func (r *renderer) Objects() []fyne.CanvasObject { return r.view.drawn }

func (r *renderer) Refresh() {
	if r.view.restyle() {
		// The same text in another font or colour: every texture is out of date.
		defer canvas.Refresh(r.view.host)
	}
	r.view.place()
}

// part is the renderer of what the view is made of. The view lays its parts out and fills them; a part only clips.
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

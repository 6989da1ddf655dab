package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/look"
)

// Disclosure is the head of a part that opens and closes.
type Disclosure struct {
	Row *Row

	OnToggle func(open bool)
	open     bool
	title    *Text
	chevron  *canvas.Image
}

// NewDisclosure makes the head of a closed part; right, which may be nil, stands at its end.
func NewDisclosure(title string, right fyne.CanvasObject, toggle func(open bool)) *Disclosure {
	d := &Disclosure{title: NewText(title).Bold().Giving(), chevron: Icon(look.Icon("right"), 14), OnToggle: toggle}
	d.Row = NewRow(Inset(0, look.Gap, container.NewBorder(nil, nil,
		Across(0, Middle(d.chevron), Space(look.Gap, 0)), right, Middle(d.title))), 0, func() { d.SetOpen(!d.open) })
	d.Row.Label = title
	return d
}

// Open says whether it is open.
func (d *Disclosure) Open() bool { return d.open }

// SetOpen opens or closes it.
func (d *Disclosure) SetOpen(open bool) {
	if d.open == open {
		return
	}
	d.open = open
	name := "right"
	if open {
		name = "down"
	}
	d.chevron.Resource = look.Icon(name)
	d.chevron.Refresh()
	if d.OnToggle != nil {
		d.OnToggle(open)
	}
}

// SetTitle changes the title.
func (d *Disclosure) SetTitle(title string) {
	d.title.SetText(title)
	d.Row.Label = title
}

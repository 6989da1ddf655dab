package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"enrollbench/core/trustmanager"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
	"enrollbench/resources"
)

// header is the line with the program's name and who works where.
func (a *Frame) header() fyne.CanvasObject {
	name := widgets.NewText("EnrollBench").Title()
	a.pills = container.New(pillsLayout{}, a.linkRow(), a.pillRow())
	line := container.NewBorder(nil, nil,
		widgets.Across(look.Gap*1.25, widgets.Middle(widgets.Icon(resources.AppIcon(), 28)), widgets.Middle(name)),
		widgets.Middle(a.whoRow()), widgets.Inset(0, 2*look.Gap, a.pills))
	return container.NewStack(widgets.NewArea(look.ColorRail, 0),
		widgets.Edged(nil, widgets.Rule(), nil, nil, widgets.Inset(look.Gap*1.25, look.Gap*2, line)))
}

// pillRow is the part of the header that says whom results are encrypted to.
func (a *Frame) pillRow() fyne.CanvasObject {
	a.pillIcon, a.pillText = widgets.Icon(look.Icon("key"), 20), widgets.NewText("").Giving()
	a.pill = widgets.NewRow(widgets.Inset(0, look.Gap*1.5, pillContent(a.pillIcon, a.pillText)), 8, func() { a.Below(a.pill, a.RecipientMenu()...) })
	return widgets.Outlined(a.pill)
}

// linkRow is the part of the header that says which connection is used.
func (a *Frame) linkRow() fyne.CanvasObject {
	a.linkIcon, a.linkText = widgets.Icon(look.Icon("connection"), 20), widgets.NewText("").Bold().Giving()
	a.link = widgets.NewRow(widgets.Inset(0, look.Gap*1.5, pillContent(a.linkIcon, a.linkText)), 8, func() { a.Below(a.link, a.ConnectionMenu()...) })
	return widgets.Outlined(a.link)
}

// showPill says in the header whom results are encrypted to.
func (a *Frame) showPill() {
	icon, phrase := look.Icon("key"), words.T("app.nobody")
	if a.recipient != nil {
		icon, phrase = a.RecipientState(a.recipient).Icon(), a.RecipientWords(a.recipient)
	}
	a.pillIcon.Resource = icon
	a.pillIcon.Refresh()
	a.pillText.SetText(words.T("app.encrypt-to", "Key", phrase))
	a.pill.Label = a.pillText.Text()
	a.pills.Refresh()
}

// showLink says in the header which connection is used: practice can't be mistaken for production.
func (a *Frame) showLink() {
	c := a.connected.Find(a.connected.Standard)
	icon, phrase := look.ColoredIcon("connection", look.ColorMuted), words.T("app.no-connection")
	color := look.ColorMuted
	switch {
	case c == nil && len(a.connected.All) > 0:
		phrase = words.T("app.choose-connection")
	case c == nil:
	case c.Kind == trustmanager.Practice:
		icon, phrase, color = PracticeIcon(), c.Name, look.ColorPractice
	default:
		icon, phrase, color = look.Icon("connection"), c.Name+" · "+c.Host(), theme.ColorNamePrimary
	}
	a.linkIcon.Resource = icon
	a.linkIcon.Refresh()
	a.linkText.SetColor(color)
	a.linkText.SetText(phrase)
	a.link.Label = phrase
	a.pills.Refresh()
}

// pillContent is what stands in a pill: a drawing, words that give way, and the sign that it opens.
func pillContent(icon *canvas.Image, text *widgets.Text) fyne.CanvasObject {
	return container.NewBorder(nil, nil, widgets.Across(0, widgets.Middle(icon), widgets.Space(look.Gap, 0)),
		widgets.Across(0, widgets.Space(look.Gap, 0), widgets.Middle(widgets.Icon(look.ColoredIcon("down", look.ColorMuted), 14))), widgets.Middle(text))
}

// pillsLayout sets the pills of the header side by side, as wide as their words are. Where there is no room for that, the
// widest gives way first.
type pillsLayout struct{}

// pillRoom is how wide the words of a pill are at least.
const pillRoom = 88

// Layout implements fyne.Layout.
func (pillsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	widths, total := make([]float32, len(objects)), look.Gap*float32(len(objects)-1)
	for i, o := range objects {
		widths[i] = o.MinSize().Width + wordsWidth(o)
		total += widths[i]
	}
	for total > size.Width {
		widest := 0
		for i := range widths {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		second := float32(0)
		for i := range widths {
			if i != widest {
				second = max(second, widths[i])
			}
		}
		less := min(total-size.Width, max(widths[widest]-second, 1))
		widths[widest] -= less
		total -= less
	}
	x := size.Width - total
	for i, o := range objects {
		h := o.MinSize().Height
		o.Move(fyne.NewPos(x, (size.Height-h)/2))
		o.Resize(fyne.NewSize(widths[i], h))
		x += widths[i] + look.Gap
	}
}

// MinSize implements fyne.Layout.
func (pillsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	s := fyne.NewSize(look.Gap*float32(len(objects)-1), 0)
	for _, o := range objects {
		m := o.MinSize()
		s.Width += m.Width + min(wordsWidth(o), pillRoom)
		s.Height = max(s.Height, m.Height)
	}
	return s
}

// wordsWidth is how wide the words within a pill are, which give way and so count for nothing in its least size.
func wordsWidth(o fyne.CanvasObject) float32 {
	switch o := o.(type) {
	case *widgets.Text:
		if o.Gives {
			return fyne.MeasureText(o.Text(), theme.Size(o.Face), o.Style).Width + 1
		}
	case *widgets.Row:
		return wordsWidth(o.Content())
	case *fyne.Container:
		w := float32(0)
		for _, c := range o.Objects {
			w += wordsWidth(c)
		}
		return w
	}
	return 0
}

package start

import (
	"path/filepath"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"enrollbench/core/trustmanager"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// startNames is the width of the names on the page.
const startNames = 156

// line is a name and what stands beside it: a field, a choice.
func line(name string, o fyne.CanvasObject) fyne.CanvasObject { return spaced(1.5*look.Gap, name, o) }

func spaced(above float32, name string, o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewBorder(nil, nil, widgets.Down(0, widgets.Inset(above, 0, widgets.Wide(startNames, widgets.NewText(name).Muted()))), nil, o)
}

// fact is a name and a value that is text.
func fact(name, value string, mono bool) fyne.CanvasObject {
	t := widgets.NewParagraph(words.Visible(value))
	if mono {
		t.Mono()
	}
	return spaced(0.25*look.Gap, name, widgets.Inset(0.25*look.Gap, 0, t))
}

// showOrdered says what is ordered: the files it was made from, or first, last and step; what is left out; what is sent.
func (p *Room) showOrdered() {
	g := p.given
	p.ordered.Objects = nil
	add := func(name, value string, mono bool) { p.ordered.Add(fact(name, value, mono)) }
	if len(g.Sources) > 0 {
		add(words.T("start.source"), named(g.Sources, len(g.Sources)), false)
	}
	if r := g.Batch.Range; r.Count > 0 {
		add(words.T("mac.first"), r.Start.String(), true)
		add(words.T("mac.last"), r.Last().String(), true)
		add(words.T("mac.step"), strconv.FormatUint(r.Step, 10), true)
	} else {
		out := words.T("start.left-out-none")
		if g.LeftOut > 0 {
			out = words.N("start.left-out-names", g.LeftOut, "Names", named(g.LeftNames, g.LeftOut))
		}
		add(words.T("start.left-out"), out, false)
		var files []string
		for _, f := range g.Batch.Files {
			files = append(files, filepath.Base(f.Path))
		}
		add(words.T("jobs.fact-file"), named(files, len(files)), false)
	}
	p.ordered.Refresh()
}

// showWhere says what ordering through the connection means: practice can't be mistaken for production.
func (p *Room) showWhere() {
	c := p.chosen()
	switch {
	case c == nil:
		p.where.SetText("")
		p.where.Hide()
		return
	case c.Kind == trustmanager.Practice:
		p.where.SetColor(look.ColorPractice)
		p.where.SetText(words.T("start.practice"))
	default:
		p.where.SetColor(theme.ColorNamePrimary)
		p.where.SetText(words.T("start.production", "Host", c.Host()))
	}
	p.where.Show()
}

// showRequest says what is sent, and where to.
func (p *Room) showRequest(text string) {
	p.request.Objects = nil
	if text != "" {
		p.request.Add(fact(words.T("start.request"), text, true))
	}
	p.request.Refresh()
}

// named are the first of so many names, with how many more there are.
func named(names []string, total int) string {
	names = names[:min(len(names), frame.ShownNames)]
	text := strings.Join(names, ", ")
	if more := total - len(names); more > 0 && len(names) > 0 {
		text += " " + words.N("start.more", more)
	}
	return text
}

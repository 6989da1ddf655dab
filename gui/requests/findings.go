package requests

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// findingsPane lists what was found, grouped by cause. A group opens to its places; a click on a place goes to the entry.
type findingsPane struct {
	tab  *Room
	view *csrView
	open string // rule of the open group, "" for the list of groups

	root    *fyne.Container
	groups  *fyne.Container
	heading *widgets.Text
	scroll  *sight.Scroll
	list    fyne.CanvasObject
	group   *groupPage
}

func newFindingsPane(t *Room) *findingsPane {
	p := &findingsPane{tab: t, view: t.view, groups: widgets.Down(look.Gap / 2), heading: widgets.NewText(words.T("findings.title")).Title()}
	p.scroll = sight.New(widgets.Inset(0, look.Gap/2, p.groups))
	p.list = container.NewBorder(widgets.Inset(look.Gap*1.5, look.Gap*1.5, p.heading), nil, nil, nil, p.scroll)
	p.group = newGroupPage(p)
	p.root = container.NewStack(p.list, p.group.root)
	p.group.root.Hide()
	return p
}

func (p *findingsPane) content() fyne.CanvasObject {
	return container.NewStack(widgets.NewArea(look.ColorFill, 0), widgets.Wide(264, p.root))
}

// show shows the groups of a view. The open group stays open as long as it exists.
func (p *findingsPane) show(v *csrView) {
	p.view = v
	found := slices.ContainsFunc(v.groups, func(g finding.Group) bool { return g.Rule == p.open })
	widgets.Renew(p.groups, p.fill)
	if !found {
		p.back()
		return
	}
	p.enter(p.open)
}

// fill lists the groups.
func (p *findingsPane) fill() {
	v := p.view
	for i := range v.groups {
		g := &v.groups[i]
		if frame.IsSecret(g.Rule) {
			p.groups.Add(widgets.Inset(0, look.Gap/2, p.alarm(g)))
		} else {
			p.groups.Add(p.row(g))
		}
	}
	if len(v.groups) == 0 && v.set.Len() > 0 {
		text := widgets.NewParagraph(words.N("findings.none", v.set.Len()))
		p.groups.Add(widgets.Inset(look.Gap, look.Gap, container.NewBorder(nil, nil,
			widgets.Across(0, widgets.Middle(widgets.Icon(look.Ready.Icon(), 22)), widgets.Space(look.Gap, 0)), nil, widgets.Middle(text))))
	}
}

// row is one group in the list.
func (p *findingsPane) row(g *finding.Group) fyne.CanvasObject {
	state := look.OfSeverity(g.Severity)
	title := widgets.NewParagraph(frame.RuleTitle(g.Rule))
	title.Style.Bold = true
	count := widgets.NewText(state.Word() + " · " + words.Places(len(g.Findings))).Small()
	count.Color = state.Color()
	r := widgets.NewRow(widgets.Inset(look.Gap, look.Gap, container.NewBorder(nil, nil,
		widgets.Across(0, widgets.Down(0, widgets.Space(0, 1), widgets.Icon(state.Icon(), 20)), widgets.Space(look.Gap, 0)),
		widgets.Middle(widgets.Icon(look.ColoredIcon("right", look.ColorMuted), 14)),
		widgets.Down(2, title, count))), 8, func() { p.pick(g.Rule) })
	r.Label = title.Text() + ", " + count.Text()
	return r
}

// alarm is a group that nobody shall overlook.
func (p *findingsPane) alarm(g *finding.Group) fyne.CanvasObject {
	text := func(s string) *widgets.Text {
		t := widgets.NewParagraph(s)
		t.Color = theme.ColorNameForegroundOnError
		return t
	}
	title := text(frame.RuleTitle(g.Rule))
	title.Style.Bold = true
	lines := widgets.Down(look.Gap/2, title, text(words.Places(len(g.Findings))).Small())
	if rule := frame.Rules[g.Rule]; rule != nil {
		lines.Add(text(words.Sentence(rule.Hint)).Small())
	}
	r := widgets.NewRow(widgets.Inset(look.Gap, look.Gap/2, container.NewBorder(nil, nil,
		widgets.Across(0, widgets.Down(0, widgets.Icon(look.ColoredIcon("warning", theme.ColorNameForegroundOnError), 22)), widgets.Space(look.Gap, 0)),
		widgets.Middle(widgets.Icon(look.ColoredIcon("right", theme.ColorNameForegroundOnError), 14)), lines)), 8, func() { p.pick(g.Rule) })
	r.Label = title.Text()
	return container.NewStack(widgets.NewArea(theme.ColorNameError, 8), r)
}

// pick opens a group and goes to its first place.
func (p *findingsPane) pick(rule string) {
	p.enter(rule)
	p.group.sheet.Select(0)
}

// enter opens a group.
func (p *findingsPane) enter(rule string) {
	for i := range p.view.groups {
		if p.view.groups[i].Rule == rule {
			p.open = rule
			p.group.show(&p.view.groups[i])
			p.list.Hide()
			p.group.root.Show()
			return
		}
	}
}

// back closes the group.
func (p *findingsPane) back() {
	p.open = ""
	p.group.root.Hide()
	p.list.Show()
}

// groupPage is one group: what it is, what to do, why, and its places.
type groupPage struct {
	pane  *findingsPane
	group *finding.Group

	root    *fyne.Container
	head    *fyne.Container
	why     *widgets.Disclosure
	reasons *fyne.Container
	sheet   *sheet.Sheet
	message *fyne.Container
	actions *fyne.Container
}

func newGroupPage(p *findingsPane) *groupPage {
	g := &groupPage{pane: p, head: widgets.Down(look.Gap), reasons: widgets.Down(look.Gap / 2), message: widgets.Down(look.Gap / 4), actions: widgets.Down(look.Gap / 2)}
	g.sheet = sheet.New([]sheet.Column{{Title: words.T("findings.where"), Width: 200, MinWidth: 100, Flexible: true, Elide: sheet.Middle}}, nil)
	g.sheet.OnSelect = g.onSelect
	g.sheet.OnActivate = g.onSelect
	g.reasons.Hide()
	g.why = widgets.NewDisclosure(words.T("findings.why"), nil, func(open bool) {
		if open {
			g.reasons.Show()
		} else {
			g.reasons.Hide()
		}
		g.root.Refresh()
	})
	back := widgets.NewQuiet(words.T("findings.back"), look.Icon("left"), p.back)
	top := widgets.Down(look.Gap, container.NewHBox(back), widgets.Inset(0, look.Gap*1.5, g.head),
		widgets.Inset(0, look.Gap/2, g.why.Row), widgets.Inset(0, look.Gap*1.5, g.reasons), widgets.Inset(0, look.Gap*1.5, g.actions))
	g.root = container.NewBorder(widgets.Inset(look.Gap, 0, top), widgets.Inset(look.Gap*1.5, look.Gap*1.5, g.message), nil, nil, g.sheet)
	return g
}

func (g *groupPage) show(group *finding.Group) {
	same := g.group != nil && g.group.Rule == group.Rule
	g.group = group
	rule := frame.Rules[group.Rule]
	state := look.OfSeverity(group.Severity)
	title := widgets.NewParagraph(frame.RuleTitle(group.Rule)).Title()
	count := widgets.NewText(state.Word() + " · " + words.Places(len(group.Findings))).Small()
	count.Color = state.Color()
	g.head.Objects = []fyne.CanvasObject{container.NewBorder(nil, nil,
		widgets.Across(0, widgets.Down(0, widgets.Icon(state.Icon(), 24)), widgets.Space(look.Gap, 0)), nil, widgets.Down(2, title, count))}
	g.reasons.Objects = nil
	if rule != nil {
		if rule.Hint != "" && group.Severity != finding.Notice {
			g.head.Add(widgets.NewParagraph(words.Sentence(rule.Hint)))
		}
		g.reasons.Add(frame.Reasons(rule))
	}
	if !same {
		g.why.SetOpen(false)
	}
	g.showActions()
	g.sheet.SetModel(placeRows{g})
	if !same {
		g.sheet.Select(-1)
		g.sheet.ScrollTo(0)
	}
	g.onPlace(g.sheet.CurrentRow())
	g.root.Refresh()
}

// showActions offers what can be done with all places of the group at once.
func (g *groupPage) showActions() {
	g.actions.Objects = nil
	t := g.pane.tab
	add := func(text, icon string, act func()) { g.actions.Add(widgets.NewButton(text, look.Icon(icon), act)) }
	data := map[string]any{"Number": words.Group(len(g.group.Findings))}
	switch {
	case g.group.Rule == csr.RuleSharedPrimeSkipped.Name:
		add(words.T("findings.compare"), "search", t.comparePrimes)
	case g.group.Rule == csr.RuleSameFile.Name:
		add(words.T("findings.leave-copies"), "excluded", func() { t.setOut(g.entries(), true) }) // core blames the later ones
	case g.group.Severity == finding.Error && len(g.entries()) > 0:
		add(words.N("findings.leave-out", len(g.group.Findings), data), "excluded", func() { t.setOut(g.entries(), true) })
	}
	if len(g.actions.Objects) == 0 {
		g.actions.Hide()
	} else {
		g.actions.Show()
	}
}

// entries are the indexes of the entries that the group is about, each once.
func (g *groupPage) entries() []int {
	var out []int
	seen := map[int]bool{}
	for _, f := range g.group.Findings {
		if i := g.pane.view.set.Index(f.Location); i >= 0 && !seen[i] {
			seen[i] = true
			out = append(out, i)
		}
	}
	return out
}

// onSelect goes to the entry of a place.
func (g *groupPage) onSelect(row int) {
	g.onPlace(row)
	if g.group == nil || row < 0 || row >= len(g.group.Findings) {
		return
	}
	if i := g.pane.view.set.Index(g.group.Findings[row].Location); i >= 0 {
		g.pane.tab.reveal(i)
	}
}

// onPlace shows what was found at a place.
func (g *groupPage) onPlace(row int) {
	g.message.Objects = nil
	if g.group != nil && row >= 0 && row < len(g.group.Findings) {
		f := g.group.Findings[row]
		text := widgets.NewParagraph(words.Sentence(words.Visible(f.Message)))
		text.Lines = 6
		g.message.Add(text)
		if rule := frame.Rules[f.Rule]; f.Hint != "" && (rule == nil || f.Hint != rule.Hint) {
			g.message.Add(widgets.NewParagraph(words.Sentence(f.Hint)).Muted())
		}
	}
	g.message.Refresh()
	g.root.Refresh()
}

// placeRows is the group's places as a sheet shows them.
type placeRows struct{ g *groupPage }

// Rows implements sheet.Model.
func (p placeRows) Rows() int { return len(p.g.group.Findings) }

// Columns implements sheet.Model.
func (p placeRows) Columns() int { return 1 }

// Cell implements sheet.Model.
func (p placeRows) Cell(row, _ int) sheet.Cell {
	return sheet.Cell{Text: p.g.pane.view.place(p.g.group.Findings[row].Location)}
}

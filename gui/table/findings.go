package table

import (
	"cmp"
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// csvFindings lists what was found, grouped by cause. A group opens to its places; a place leads to its cell.
type csvFindings struct {
	tab     *Room
	content fyne.CanvasObject

	groups   *fyne.Container
	checking *widgets.Text
	stop     *widgets.Button
	scroll   *sight.Scroll
	list     fyne.CanvasObject
	page     *csvGroupPage
	shown    []enrollment.Group
	rows     []*widgets.Row // one for each of shown
	open     groupKey       // the zero value is the list of groups
}

// groupKey tells causes apart.
type groupKey struct{ rule, column string }

// keyOf is a group's cause. A name tells columns apart also where the column is missing.
func keyOf(g *enrollment.Group) groupKey {
	if g.Rule == nil {
		return groupKey{}
	}
	return groupKey{g.Rule.Name, g.Name}
}

func newCSVFindings(t *Room) *csvFindings {
	p := &csvFindings{tab: t, groups: widgets.Down(look.Gap / 2), checking: widgets.NewText("").Small().Muted().Giving()}
	p.checking.Align = fyne.TextAlignTrailing
	p.stop = widgets.NewQuiet("", look.Icon("close"), func() { t.check.Cancel() })
	p.stop.Hide()
	head := widgets.AtLeast(0, look.Target, container.NewBorder(nil, nil, widgets.Middle(widgets.NewText(words.T("findings.title")).Title()), p.stop,
		widgets.Inset(0, look.Gap, widgets.Middle(p.checking))))
	p.scroll = sight.New(widgets.Inset(0, look.Gap/2, p.groups))
	p.list = container.NewBorder(widgets.Inset(look.Gap/2, look.Gap*1.5, head), nil, nil, nil, p.scroll)
	p.page = newCSVGroupPage(p)
	p.page.root.Hide()
	p.content = container.NewStack(widgets.NewArea(look.ColorFill, 0), p.list, p.page.root)
	return p
}

// showProgress says that a check runs.
func (p *csvFindings) showProgress(w *widgets.Progress) {
	p.checking.SetText(progressWords(w))
	if busy := w != nil; busy != p.stop.Visible() {
		if busy {
			p.stop.Show()
		} else {
			p.stop.Hide()
		}
		p.list.Refresh()
	}
}

// show shows the groups of the latest result. The open group stays open as long as it exists.
func (p *csvFindings) show() {
	f := p.tab.file
	focused, held := p.focusedRow()
	p.groups.Objects, p.shown, p.rows = nil, nil, nil
	if f == nil || f.checked.result == nil {
		p.back()
		if f != nil && !f.indexing && !p.tab.check.Busy() {
			text := widgets.NewParagraph(words.T("csv.not-checked")).Muted()
			p.groups.Add(widgets.Inset(look.Gap, look.Gap, text))
		}
		p.groups.Refresh()
		return
	}
	r := f.checked.result
	p.shown = slices.DeleteFunc(slices.Clone(r.Groups()), f.expected)
	slices.SortStableFunc(p.shown, func(a, b enrollment.Group) int { return cmp.Compare(b.Rule.Severity, a.Rule.Severity) })
	found, rows := false, r.Counts().Rows
	if n := r.Fixable(); n > 0 {
		p.groups.Add(widgets.Inset(look.Gap/2, look.Gap, container.NewHBox(
			widgets.NewButton(words.N("csv.fix-everything", n), look.Icon("ready"), p.tab.fixEverything))))
	}
	for i := range p.shown {
		g := &p.shown[i]
		row := p.row(g)
		p.groups.Add(row)
		p.rows = append(p.rows, row)
		if held && keyOf(g) == focused {
			defer p.tab.app.Canvas().Focus(row) // the keyboard stays on the cause that it was on, wherever that stands now
		}
		found = found || keyOf(g) == p.open
	}
	if len(p.shown) == 0 {
		text := widgets.NewParagraph(words.N("csv.all-good", rows))
		if f.fresh() {
			text = widgets.NewParagraph(words.T("csv.fresh-text"))
		}
		p.groups.Add(widgets.Inset(look.Gap, look.Gap, container.NewBorder(nil, nil,
			widgets.Across(0, widgets.Middle(widgets.Icon(look.Ready.Icon(), 22)), widgets.Space(look.Gap, 0)), nil, widgets.Middle(text))))
	}
	p.groups.Refresh()
	if !found {
		p.back()
		return
	}
	p.enter(p.open)
}

// focusedRow is the cause in the list that the keyboard is on.
func (p *csvFindings) focusedRow() (groupKey, bool) {
	focus := p.tab.app.Canvas().Focused()
	for i, row := range p.rows {
		if focus == fyne.Focusable(row) {
			return keyOf(&p.shown[i]), true
		}
	}
	return groupKey{}, false
}

// groupWords is the second line of a group: "error · 41,200 places · san.dns_name".
func groupWords(g *enrollment.Group) string {
	s := look.OfSeverity(g.Rule.Severity).Word()
	if !g.Header {
		s += " · " + words.Places(g.Rows)
	}
	if g.HasColumn || g.Name != "" {
		s += " · " + columnTitle(g.Name)
	}
	return s
}

// row is one group in the list.
func (p *csvFindings) row(g *enrollment.Group) *widgets.Row {
	state := look.OfSeverity(g.Rule.Severity)
	title := widgets.NewParagraph(words.Core(g.Rule.Title))
	title.Style.Bold = true
	count := widgets.NewText(groupWords(g)).Small().Giving()
	count.Color = state.Color()
	key := keyOf(g)
	r := widgets.NewRow(widgets.Inset(look.Gap, look.Gap, container.NewBorder(nil, nil,
		widgets.Across(0, widgets.Down(0, widgets.Space(0, 1), widgets.Icon(state.Icon(), 20)), widgets.Space(look.Gap, 0)),
		widgets.Middle(widgets.Icon(look.ColoredIcon("right", look.ColorMuted), 14)),
		widgets.Down(2, title, count))), 8, func() { p.pick(key) })
	r.Label = title.Text() + ", " + count.Text()
	return r
}

// pick opens a group and goes to its first place.
func (p *csvFindings) pick(k groupKey) {
	p.page.first = true
	p.enter(k)
	if focus := p.tab.app.Canvas(); p.page.places.Visible() { // the row that was pressed is out of sight
		focus.Focus(p.page.places)
	} else {
		focus.Focus(p.page.back)
	}
}

// enter opens a group.
func (p *csvFindings) enter(k groupKey) {
	for i := range p.shown {
		if keyOf(&p.shown[i]) == k {
			p.open = k
			p.page.show(p.shown[i])
			p.list.Hide()
			p.page.root.Show()
			return
		}
	}
}

// back closes the group.
func (p *csvFindings) back() {
	p.open = groupKey{}
	p.page.clear()
	p.page.root.Hide()
	p.list.Show()
}

// csvGroupPage is one group: what it is, what to do, why, the repair, and its places.
type csvGroupPage struct {
	pane   *csvFindings
	group  enrollment.Group
	result *enrollment.Result

	root    *fyne.Container
	back    *widgets.Button
	head    *fyne.Container
	why     *widgets.Disclosure
	reasons *fyne.Container
	actions *fyne.Container
	places  *sheet.Sheet
	at      []int // of the places in the snapshot of the result
	first   bool  // go to the first place once they are known
}

func newCSVGroupPage(p *csvFindings) *csvGroupPage {
	g := &csvGroupPage{pane: p, head: widgets.Down(look.Gap), reasons: widgets.Down(look.Gap / 2), actions: widgets.Down(look.Gap / 2)}
	g.places = sheet.New([]sheet.Column{
		{Title: words.T("find.column-row"), Width: 84, MinWidth: 60, Align: fyne.TextAlignTrailing},
		{Title: words.T("csv.column-value"), Width: 160, MinWidth: 80, Flexible: true},
	}, nil)
	g.places.OnSelect = g.onSelect
	g.places.OnActivate = func(int) { p.tab.focusSheet() }
	g.reasons.Hide()
	g.why = widgets.NewDisclosure(words.T("findings.why"), nil, func(open bool) {
		if open {
			g.reasons.Show()
		} else {
			g.reasons.Hide()
		}
		g.root.Refresh()
	})
	g.back = widgets.NewQuiet(words.T("findings.back"), look.Icon("left"), func() {
		p.back()
		p.tab.focusSheet()
	})
	top := widgets.Down(look.Gap, container.NewHBox(g.back), widgets.Inset(0, look.Gap*1.5, g.head),
		widgets.Inset(0, look.Gap/2, g.why.Row), widgets.Inset(0, look.Gap*1.5, g.reasons), widgets.Inset(0, look.Gap*1.5, g.actions))
	g.root = widgets.Topped(widgets.Inset(look.Gap, 0, top), g.places)
	return g
}

func (g *csvGroupPage) show(group enrollment.Group) {
	same := keyOf(&g.group) == keyOf(&group)
	g.group, g.result = group, g.pane.tab.file.checked.result
	rule, state := group.Rule, look.OfSeverity(group.Rule.Severity)
	title := widgets.NewParagraph(words.Core(group.Rule.Title)).Title()
	count := widgets.NewParagraph(groupWords(&group)).Small()
	count.Color = state.Color()
	g.head.Objects = []fyne.CanvasObject{container.NewBorder(nil, nil,
		widgets.Across(0, widgets.Down(0, widgets.Icon(state.Icon(), 24)), widgets.Space(look.Gap, 0)), nil, widgets.Down(2, title, count))}
	g.reasons.Objects = nil
	if rule.Hint != "" {
		g.head.Add(widgets.NewParagraph(words.Sentence(rule.Hint)))
	}
	g.reasons.Add(frame.Reasons(rule))
	if !same {
		g.why.SetOpen(false)
	}
	g.showActions()
	if !same {
		g.at = nil
		g.places.SetModel(g)
		g.places.Select(-1)
		g.places.ScrollTo(0)
	}
	if group.Header {
		g.places.Hide()
		for _, f := range g.result.HeaderFindings() {
			if f.Rule == rule.Name && f.Column == group.Name && f.Message != "" {
				g.head.Add(widgets.NewParagraph(words.Sentence(words.Visible(f.Message))))
			}
		}
	} else {
		g.places.Show()
	}
	g.root.Refresh()
	g.find()
}

// showActions offers what can be done with all places of the group at once.
func (g *csvGroupPage) showActions() {
	g.actions.Objects = nil
	t := g.pane.tab
	if n := g.group.Fixable; n > 0 {
		g.actions.Add(widgets.NewPrimary(words.N("csv.fix-all", n), look.Icon("ready"), func() { t.fixAll(g.group) }))
	}
	if g.group.Rows > 1 {
		g.actions.Add(widgets.NewButton(words.T("csv.show-only"), look.Icon("filter"), func() { t.filterGroup(g.group) }))
	}
	if len(g.actions.Objects) == 0 {
		g.actions.Hide()
	} else {
		g.actions.Show()
	}
	g.actions.Refresh()
}

// expected says whether a group is about what is so in every table that somebody fills by hand: it has no row yet, or an
// empty one at its end, to type in.
func (f *csvFile) expected(g enrollment.Group) bool {
	return g.Rule == enrollment.RuleTrailingRow && g.Rows == 1 || g.Rule == enrollment.RuleNoRows && f.facts.path == ""
}

// fresh says whether this is a new table that holds nothing yet.
func (f *csvFile) fresh() bool {
	r := f.checked.result
	return r != nil && f.facts.path == "" && slices.ContainsFunc(r.Groups(), func(g enrollment.Group) bool { return g.Rule == enrollment.RuleNoRows })
}

// fixAll mends every place of a group whose repair is certain, as one step.
func (t *Room) fixAll(g enrollment.Group) {
	key := keyOf(&g)
	t.fix(words.T("csv.label-fix", "Title", g.Rule.Title), func(ctx context.Context, result *enrollment.Result, report progress.Func) (*enrollment.Repair, error) {
		groups := result.Groups() // of the document as it is now, so that the cause may be another
		i := slices.IndexFunc(groups, func(now enrollment.Group) bool { return keyOf(&now) == key })
		if i < 0 {
			return nil, enrollment.ErrNoFix
		}
		return result.Fix(ctx, &groups[i], report)
	})
}

// fixEverything mends every place of every group whose repair is certain, as one step.
func (t *Room) fixEverything() {
	t.fix(words.T("csv.label-fix-everything"), func(ctx context.Context, result *enrollment.Result, report progress.Func) (*enrollment.Repair, error) {
		return result.FixAll(ctx, report)
	})
}

// fix applies a repair that is found in the check of the document as it is now.
func (t *Room) fix(label string, find func(context.Context, *enrollment.Result, progress.Func) (*enrollment.Repair, error)) {
	f := t.file
	t.whenReady(func() {
		result, n := f.checked.result, 0
		t.alter(edit{title: words.T("csv.fixing"), cells: fewCells + 1, work: func(ctx context.Context, d *csvdoc.Document, report progress.Func) (csvdoc.Change, error) {
			repair, err := find(ctx, result, report)
			if err != nil {
				return csvdoc.Change{}, err
			}
			repair.Label, n = label, repair.Len()
			return repair.Apply(d)
		}, then: func(csvdoc.Change) {
			t.focusSheet()
			t.noteUndo(words.N("csv.fixed", n))
		}})
	})
}

// clear forgets the group: its rows cannot be read once the document is closed.
func (g *csvGroupPage) clear() {
	g.pane.tab.list.Drop()
	g.group, g.result, g.at, g.first = enrollment.Group{}, nil, nil, false
	g.places.SetModel(nil)
}

// find lists the places of the group off the UI thread: there may be millions.
func (g *csvGroupPage) find() {
	t, r, group := g.pane.tab, g.result, g.group
	key := keyOf(&group)
	frame.Run(t.list, "", func(context.Context, progress.Func) ([]int, error) {
		if group.Header {
			return nil, nil
		}
		return slices.Collect(r.GroupRows(&group)), nil
	}, func(at []int, err error) {
		if err != nil || t.file == nil || g.result != r || keyOf(&g.group) != key {
			return
		}
		g.at = at
		g.places.SetModel(g)
		if first := g.first; first {
			g.first = false
			g.places.Select(0)
		}
	})
}

// Rows implements sheet.Model.
func (g *csvGroupPage) Rows() int { return len(g.at) }

// Columns implements sheet.Model.
func (g *csvGroupPage) Columns() int { return 2 }

// id is the row of a place. What has been edited since the check may have moved it.
func (g *csvGroupPage) id(place int) csvdoc.RowID { return g.result.Snapshot().ID(g.at[place]) }

// Cell implements sheet.Model.
func (g *csvGroupPage) Cell(place, col int) sheet.Cell {
	f := g.pane.tab.file
	id := g.id(place)
	if col == 0 {
		if i, ok := f.rows.snap.Index(id); ok {
			return sheet.Cell{Text: words.Group(f.rows.snap.FileRow(i))}
		}
		return sheet.Cell{}
	}
	if !g.group.HasColumn {
		return sheet.Cell{Text: f.rows.snap.Value(id, f.rows.columns[0].ID), Importance: sheet.Muted}
	}
	return sheet.Cell{Text: f.rows.snap.Value(id, g.group.Column)}
}

// onSelect goes to the cell of a place. What is wrong with it stands beneath the sheet.
func (g *csvGroupPage) onSelect(place int) {
	if place >= 0 && place < g.Rows() {
		column := g.group.Column
		if !g.group.HasColumn {
			column = g.pane.tab.file.rows.columns[0].ID
		}
		g.pane.tab.reveal(g.id(place), column)
	}
}

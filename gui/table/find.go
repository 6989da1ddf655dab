package table

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// csvFind finds and replaces. It takes the place of the findings, so that the sheet stays as it is, and lists every hit
// with what would become of it.
type csvFind struct {
	tab     *Room
	content fyne.CanvasObject

	find, with              *widgets.Entry
	plain, matchCase, whole *widgets.Check // plain is the tick box of regular expressions
	scope                   *widgets.Select
	count                   *widgets.Text
	replace                 *widgets.Button
	next                    *widgets.Button
	ticks                   *widgets.Button
	list                    *hitList
	delay                   func()

	scopes []findScope // what the choices of scope mean
}

// findScope is where to look.
type findScope struct {
	columns  []csvdoc.ColumnID // nil: all
	rows     *csvRows          // nil: all
	from, to int               // rows of the sheet
}

// searchDelay is how long somebody may pause while typing before the search begins.
const searchDelay = 250 * time.Millisecond

func newCSVFind(t *Room) *csvFind {
	p := &csvFind{tab: t, count: widgets.NewText("").Small().Muted().Giving()}
	field := func(hint string) *widgets.Entry {
		e := widgets.NewEntry()
		e.PlaceHolder = hint
		e.TypeOver = true
		e.OnEscape = func() bool { p.close(); return true }
		return e
	}
	p.find = field(words.T("find.find"))
	p.find.Icon = look.ColoredIcon("search", look.ColorMuted)
	p.with = field(words.T("find.with"))
	p.find.OnChanged = func(string) { p.later() }
	p.find.OnSubmitted = func(string) { p.goNext() }
	p.with.OnChanged = func(string) { p.prepare() }
	p.with.OnSubmitted = func(string) { p.replaceTicked() }
	check := func(text string) *widgets.Check { return widgets.NewCheck(text, func(bool) { p.search() }) }
	p.plain = check(words.T("find.regexp"))
	p.matchCase = check(words.T("find.case"))
	p.whole = check(words.T("find.whole"))
	p.scope = widgets.NewSelect([]string{words.T("find.everywhere")}, func(int) { p.search() })
	p.next = widgets.NewButton(words.T("find.next"), look.Icon("down"), p.goNext)
	p.replace = widgets.NewButton(words.T("find.replace"), look.Icon("ready"), p.replaceTicked)
	p.ticks = widgets.NewQuiet(words.T("find.untick"), nil, p.tickAll)
	p.list = newHitList(p)

	closing := widgets.NewQuiet("", look.Icon("close"), p.close)
	head := container.NewBorder(nil, nil, nil, closing, widgets.Middle(widgets.NewText(words.T("find.title")).Title()))
	count := widgets.Middle(p.count)
	top := widgets.Down(look.Gap, head, p.find, p.with, widgets.Flow(0, p.matchCase, p.whole, p.plain), widgets.Outlined(p.scope),
		widgets.Sides(count, p.ticks, count))
	bottom := widgets.Flow(look.Gap, p.next, p.replace)
	p.content = container.NewStack(widgets.NewArea(look.ColorFill, 0), sight.New(
		widgets.Topped(widgets.Inset(look.Gap, look.Gap*1.5, top), widgets.Edged(nil, widgets.Inset(look.Gap, look.Gap*1.5, bottom), nil, nil, p.list.content))))
	p.show(nil, "")
	return p
}

// open shows the page; replace puts the cursor into the second field.
func (p *csvFind) open(replace bool) {
	t := p.tab
	if t.file == nil {
		return
	}
	t.showAside(p.content)
	p.fillScopes()
	field := p.find
	if replace && p.find.Text != "" {
		field = p.with
	}
	t.app.Canvas().Focus(field)
	if p.find.Text != "" {
		p.search()
	}
}

// fillScopes offers where to look: everywhere, in the current column, in what is selected.
func (p *csvFind) fillScopes() {
	t := p.tab
	rows, at, area := t.file.rows, t.editor.Current(), t.editor.Selection()
	names := []string{words.T("find.everywhere")}
	p.scopes = []findScope{{}}
	if at.Row >= 0 {
		c := rows.column(at.Column)
		names = append(names, words.T("find.in-column", "Column", columnTitle(c.Name)))
		p.scopes = append(p.scopes, findScope{columns: []csvdoc.ColumnID{c.ID}})
	}
	chosen := 0
	if area.Rows()*area.Columns() > 1 {
		names = append(names, words.T("find.in-selection"))
		p.scopes = append(p.scopes, findScope{columns: rows.columnIDs(area), rows: rows, from: area.Top, to: area.Bottom})
		chosen = len(names) - 1
	}
	p.scope.Options = names
	widgets.ChooseQuietly(p.scope, chosen)
}

// close goes back to the findings.
func (p *csvFind) close() {
	if p.delay != nil {
		p.delay()
	}
	p.tab.seek.Drop()
	p.show(nil, "")
	p.tab.showAside(nil)
	p.tab.app.Canvas().Focus(p.tab.editor)
}

// opened says whether the page is in front.
func (p *csvFind) opened() bool { return p.tab.aside == p.content }

// later searches once the typing has paused.
func (p *csvFind) later() {
	if p.delay != nil {
		p.delay()
	}
	p.delay = p.tab.app.Tasks().After(searchDelay, p.search)
}

// query is what is asked for.
func (p *csvFind) query() csvdoc.Query {
	return csvdoc.Query{Text: p.find.Text, Regexp: p.plain.Checked, MatchCase: p.matchCase.Checked, WholeCell: p.whole.Checked}
}

// within narrows a query down, off the UI thread.
func (s findScope) within(ctx context.Context, q csvdoc.Query) (csvdoc.Query, error) {
	q.Columns = s.columns
	if s.rows == nil {
		return q, nil
	}
	var err error
	q.Rows, err = s.rows.ids(ctx, s.from, min(s.to, s.rows.Rows()-1))
	return q, err
}

// prepare makes what shows the hits as they would become.
func (p *csvFind) prepare() {
	if p.list.Rows() == 0 {
		return
	}
	r, err := csvdoc.NewReplacement(p.list.query, p.with.Text)
	p.list.become(r)
	if err != nil {
		p.show(p.list.hits, words.Sentence(words.Error(err)))
		p.replace.SetEnabled(false)
		return
	}
	p.show(p.list.hits, "")
}

// search lists all hits; a later search takes the place of one that still runs.
func (p *csvFind) search() {
	t := p.tab
	if t.file == nil || !p.opened() {
		return
	}
	if p.find.Text == "" {
		t.seek.Drop()
		p.show(nil, "")
		return
	}
	f, snap, q, scope := t.file, t.file.doc.Snapshot(), p.query(), p.scopes[max(p.scope.SelectedIndex(), 0)]
	type found struct {
		query csvdoc.Query
		hits  []csvdoc.Hit
	}
	p.count.SetColor(look.ColorMuted)
	p.count.SetText(words.T("find.searching"))
	frame.Run(t.seek, "", func(ctx context.Context, report progress.Func) (found, error) {
		q, err := scope.within(ctx, q)
		if err != nil {
			return found{}, err
		}
		hits, err := csvdoc.Find(ctx, snap, q, report)
		return found{q, hits}, err
	}, func(r found, err error) {
		if t.file != f {
			return
		}
		if err != nil {
			if !frame.Cancelled(err) {
				p.show(nil, words.Sentence(words.Error(err)))
			}
			return
		}
		p.list.show(snap, r.query, r.hits)
		p.show(r.hits, "")
		p.prepare()
	})
}

// show says how many hits there are, or why there can be none.
func (p *csvFind) show(hits []csvdoc.Hit, problem string) {
	if hits == nil {
		p.list.clear()
	}
	p.count.SetColor(look.ColorMuted)
	ticked := p.list.ticked()
	switch {
	case problem != "":
		p.count.SetColor(look.Failed.Color())
		p.count.SetText(problem)
	case p.find.Text == "":
		p.count.SetText("")
	case ticked == p.list.Rows():
		p.count.SetText(words.N("find.hits", ticked))
	default:
		p.count.SetText(words.T("find.some", "Ticked", words.Group(ticked), "Number", words.Group(p.list.Rows())))
	}
	p.replace.SetText(words.T("find.replace"))
	if ticked > 0 {
		p.replace.SetText(words.T("find.replace-number", "Number", words.Group(ticked)))
	}
	p.replace.SetEnabled(ticked > 0)
	p.next.SetEnabled(p.list.Rows() > 0)
	p.ticks.SetEnabled(p.list.Rows() > 0)
	if ticked > 0 || p.list.Rows() == 0 {
		p.ticks.SetText(words.T("find.untick"))
	} else {
		p.ticks.SetText(words.T("find.tick"))
	}
}

// tickAll ticks all hits, or none where some are ticked.
func (p *csvFind) tickAll() {
	p.list.setAll(p.list.ticked() == 0)
	p.show(p.list.hits, "")
}

// goNext goes to the next hit.
func (p *csvFind) goNext() {
	if p.list.Rows() == 0 {
		return
	}
	p.list.sheet.Select((p.list.sheet.CurrentRow() + 1) % p.list.Rows())
}

// replaceTicked replaces the ticked hits as one step.
func (p *csvFind) replaceTicked() {
	t := p.tab
	n := p.list.ticked()
	if n == 0 || t.file == nil {
		return
	}
	chosen, with, q := p.list.chosen(), p.with.Text, p.list.query
	t.alter(edit{title: words.T("find.replacing"), cells: n,
		work: func(ctx context.Context, d *csvdoc.Document, report progress.Func) (csvdoc.Change, error) {
			return d.Replace(ctx, chosen(), with, q, report)
		},
		then: func(csvdoc.Change) {
			t.noteUndo(words.N("find.replaced", n))
		}})
}

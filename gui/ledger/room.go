// Package ledger is the room of core/ledger: what was ever ordered, by whom, and what ends when; the stock of MAC addresses; the audit log.
package ledger

import (
	"context"
	"io"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/atomicfile"
	"enrollbench/core/eui48"
	core "enrollbench/core/ledger"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// Window is what the room needs of the window around it.
type Window interface {
	frame.Voice
	frame.Bench
	frame.Picker
	frame.Writer
	frame.Station
	frame.LedgerKeeper
	UseRange(r eui48.Range) // takes a range to the room of MAC ranges
}

// Room shows a ledger in four views, and above them what a search found.
type Room struct {
	app  Window
	work *frame.Runner // what is written
	read *frame.Runner // what is shown

	root     *fyne.Container
	progress *widgets.ProgressRow
	bar      *widgets.BottomBar
	viewBox  *widgets.Select
	search   *widgets.Entry
	stage    *fyne.Container
	trouble  *fyne.Container // instead of a view: why there is none
	locked   *fyne.Container // above a view: why the ledger can be read but not changed
	life     *lifePane
	batches  *batchView
	stock    *stockView
	expiry   *expiryView
	log      *logView

	place  string // where the ledger lies, "" before it was read
	shared bool   // by several stations
	view   view   // the one that is shown
}

// view is one of the room's views. query is called on the window's thread; what it gives runs beside it, and takes along what it needs of
// the view.
type view interface {
	content() fyne.CanvasObject
	query() query
}

// query reads something of a ledger; show shows it.
type query func(ctx context.Context, l *core.Ledger, environment string) (show func(), err error)

func New(a Window) *Room {
	t := &Room{app: a}
	t.progress = widgets.NewProgressRow(t.Escape)
	t.work = a.Tasks().NewRunner(func(p *widgets.Progress) { t.progress.Set(p); t.showBar() })
	t.read = a.Tasks().NewRunner(nil)
	t.build()
	t.showBar()
	return t
}

func (t *Room) Name() string               { return words.T("ledger.tab") }
func (t *Room) Icon() string               { return "ledger" }
func (t *Room) Content() fyne.CanvasObject { return t.root }

func (t *Room) build() {
	t.batches, t.stock, t.expiry, t.log = newBatchView(t), newStockView(t), newExpiryView(t), newLogView(t)
	t.life = newLifePane()
	all := []view{t.batches, t.stock, t.expiry, t.log}
	t.view = t.batches
	t.viewBox = widgets.NewSelect([]string{words.T("ledger.batches"), words.T("ledger.stock"), words.T("ledger.expiry"), words.T("ledger.log")},
		func(i int) { t.view = all[i]; t.Recheck() })
	widgets.ChooseQuietly(t.viewBox, 0)
	t.search = widgets.NewSearch(words.T("ledger.search"), t.onSearch, func() { t.find(t.search.Text) })
	line := widgets.Inset(look.Gap, 1.5*look.Gap, container.NewBorder(nil, nil, widgets.Wide(200, widgets.Outlined(t.viewBox)), nil,
		widgets.Inset(0, look.Gap, t.search)))
	t.trouble, t.locked = container.NewStack(), container.NewStack()
	t.locked.Hide()
	t.stage = container.NewStack()
	t.bar = widgets.NewBottomBar(widgets.NewPrimary(words.T("ledger.find"), look.Icon("search"), func() { t.find(t.search.Text) }),
		widgets.NewButton(words.T("ledger.import"), look.Icon("add"), t.Open), widgets.NewButton(words.T("ledger.backup"), look.Icon("save"), t.Save))
	t.root = widgets.Edged(widgets.Down(0, line, widgets.Rule(), t.locked), widgets.Down(0, t.progress, t.bar.Content()), nil, nil, container.NewStack(t.stage, t.trouble))
	t.put(t.view.content())
}

func (t *Room) put(o fyne.CanvasObject) {
	t.trouble.Hide()
	t.stage.Objects = []fyne.CanvasObject{o}
	t.stage.Show()
	t.stage.Refresh()
}

// Shown reads the view again: other stations work on a shared ledger.
func (t *Room) Shown() {
	t.Recheck()
	t.app.Canvas().Focus(t.search)
}

// Recheck reads what is shown again.
func (t *Room) Recheck() {
	if text := strings.TrimSpace(t.search.Text); text != "" {
		t.find(text)
		return
	}
	t.show(t.view)
}

// DeskOpened and ConnectionsRead: another ledger may belong to the connection.
func (t *Room) DeskOpens()           {}
func (t *Room) DeskFailed(err error) { t.fails(err) }
func (t *Room) DeskOpened()          { t.Recheck() }
func (t *Room) LedgerChanged()       { t.Recheck() }
func (t *Room) ConnectionsRead(_ frame.ConnectionList, first bool) {
	if !first {
		t.Recheck()
	}
}

// show reads a view and shows it.
func (t *Room) show(v view) {
	ask := v.query()
	t.using(func(ctx context.Context, l *core.Ledger, environment string) (func(), error) {
		show, err := ask(ctx, l, environment)
		return func() { show(); t.put(v.content()) }, err
	})
}

// using opens the ledger and reads something of it, shows that, or says why there is nothing.
func (t *Room) using(ask query) {
	if t.app.Desk() == nil {
		return // DeskOpened comes, or DeskFailed
	}
	type answer struct {
		show     func()
		place    string
		shared   bool
		restored *core.RestoredError
	}
	open := t.app.Ledger()
	frame.Run(t.read, "", func(ctx context.Context, _ progress.Func) (a answer, err error) {
		l, environment, err := open(ctx)
		if err != nil {
			return a, err
		}
		a.place, a.shared, a.restored = l.Where(), l.Shared(), l.Restored()
		a.show, err = ask(ctx, l, environment)
		return a, err
	}, func(a answer, err error) {
		if frame.Cancelled(err) {
			return
		}
		t.place, t.shared = a.place, a.shared
		t.lock(a.restored)
		if err != nil {
			t.fails(err)
		} else {
			a.show()
		}
		t.showBar()
	})
}

// fails shows why nothing can be shown, with the way on.
func (t *Room) fails(err error) {
	if frame.Cancelled(err) {
		return
	}
	p := frame.Explain(words.T("ledger.unreadable"), err)
	again := widgets.NewButton(words.T("jobs.again"), look.Icon("refresh"), t.Recheck)
	head := widgets.NewParagraph(p.Title).Title()
	head.Color = look.Failed.Color()
	t.trouble.Objects = []fyne.CanvasObject{sight.New(widgets.Inset(3*look.Gap, 3*look.Gap,
		widgets.Down(look.Gap, widgets.Across(look.Gap, widgets.Icon(look.Failed.Icon(), 22)), head, widgets.NewParagraph(p.Text), widgets.NewParagraph(words.Visible(p.Raw)).Muted().Small(), widgets.Across(look.Gap, again))))}
	t.trouble.Show()
	t.trouble.Refresh()
	t.stage.Hide()
}

// lock says above the views that a restored or copied ledger can only be read, and offers to use it; nil takes that away again.
func (t *Room) lock(r *core.RestoredError) {
	if r == nil {
		if t.locked.Visible() {
			t.locked.Hide()
			t.root.Refresh()
		}
		return
	}
	why := widgets.NewParagraph(words.Sentence(words.Error(r))).Bold()
	use := widgets.NewButton(words.T("ledger.adopt"), look.Icon("ready"), t.askAdopt)
	t.locked.Objects = []fyne.CanvasObject{widgets.Down(0, widgets.Inset(look.Gap, 1.5*look.Gap,
		container.NewBorder(nil, nil, widgets.Across(0, widgets.Icon(look.Warning.Icon(), 22), widgets.Space(look.Gap, 0)), widgets.Middle(use),
			widgets.Down(0, why, widgets.NewParagraph(words.T("ledger.read-only"))))), widgets.Rule())}
	t.locked.Show()
	for range 3 { // the views give room to it; how much it wants, its texts know once they have their width
		t.root.Refresh()
	}
}

// onSearch goes back to the view when the field is emptied.
func (t *Room) onSearch(text string) {
	if strings.TrimSpace(text) == "" {
		t.show(t.view)
	}
}

// find shows the whole life of what a text names. A barcode scanner types it and ends with Enter.
func (t *Room) find(text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		t.app.Canvas().Focus(t.search)
		return
	}
	t.using(func(ctx context.Context, l *core.Ledger, _ string) (func(), error) {
		found, err := l.Find(ctx, text)
		return func() { t.life.fill(text, found); t.put(t.life.root) }, err
	})
}

// Find is Ctrl+F.
func (t *Room) Find() { t.app.Canvas().Focus(t.search) }

// Escape cancels what runs, else goes back from a search.
func (t *Room) Escape() {
	switch {
	case t.work.Busy():
		t.work.Cancel()
	case t.search.Text != "":
		t.search.SetText("")
	}
}

// Busy says whether anything is read or written.
func (t *Room) Busy() bool { return t.work.Busy() || t.read.Busy() }

// Telling says how things stand, for tests of the real window.
func (t *Room) Telling() (bar *widgets.BottomBar, busy bool, rows int, current string) {
	return t.bar, t.Busy(), len(t.batches.rows), ""
}

func (t *Room) showBar() {
	fact := widgets.Fact{Plain: true, Text: words.T("ledger.not-open")}
	if t.place != "" {
		fact = widgets.Fact{State: look.Notice, Text: words.T("ledger.here")}
		if t.shared {
			fact.Text = words.T("ledger.shared")
		}
	}
	t.bar.SetFacts(fact)
	t.bar.SetAction(t.place != "" && !t.work.Busy(), words.T("ledger.not-open"))
}

// write does something to the ledger, says so, and reads the view again.
func (t *Room) write(title, failed string, do func(ctx context.Context, l *core.Ledger, environment, operator string, report progress.Func) (said string, err error), known ...func(err error) bool) {
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	operator, open := t.app.Operator(), t.app.Ledger()
	frame.Run(t.work, title, func(ctx context.Context, report progress.Func) (string, error) {
		l, environment, err := open(ctx)
		if err != nil {
			return "", err
		}
		return do(ctx, l, environment, operator, report)
	}, func(said string, err error) {
		switch {
		case frame.Cancelled(err):
		case err != nil && slices.ContainsFunc(known, func(answers func(error) bool) bool { return answers(err) }):
		case err != nil:
			t.app.Fail(failed, err)
		case said != "":
			t.app.Note(widgets.Note{State: look.Ready, Text: said})
		}
		if err == nil {
			t.Recheck()
		}
	})
}

// saveAs lets the user name a file and writes it with what the ledger has, or the room shows.
func (t *Room) saveAs(o files.Options, said string, write func(ctx context.Context, w io.Writer) error) {
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	t.app.SaveFile(o, func(path string, replace bool) {
		frame.Run(t.work, o.Title, func(ctx context.Context, _ progress.Func) (struct{}, error) {
			return struct{}{}, atomicfile.Write(path, atomicfile.Options{Replace: replace}, func(w io.Writer) error { return write(ctx, w) })
		}, func(_ struct{}, err error) {
			switch {
			case frame.Cancelled(err):
			case err != nil:
				t.app.Fail(words.T("ledger.not-saved"), err)
			default:
				t.app.Written(look.Ready, said, path)
			}
		})
	})
}

package jobs

import (
	"context"
	"errors"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/eui48"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// jobWindow is what the room needs of the window around it.
type Window interface {
	frame.Voice
	frame.Bench
	frame.Picker
	frame.Writer
	frame.Stage
	frame.Station
	Badge(r frame.Room, n int)
	Notify(text string)
	ReopenDesk()
	OpenResult(r *job.Record)
	OpenTable(path string)
	UseRange(r eui48.Range)
}

// jobTab shows core/job: every batch with its state, and the one next step of each.
type Room struct {
	app   Window
	work  *frame.Runner // a step of one batch: sending, fetching
	peek  *frame.Runner // reading one batch in full
	paper *frame.Runner // writing a job traveller
	list  *frame.Runner // reading the list
	wait  *frame.Runner // asking the service, as long as the window is open

	turns        []func() // steps that wait for the one that runs
	sending      int      // batches that are being sent, or wait for it
	leaving      bool     // the question about that is open
	afterSending func()   // closes the window; nil unless that was asked for

	all    []*job.Record   // every batch that there is, in no order
	at     map[string]int  // where in all a batch is, by its id
	gone   map[string]bool // ids of records that were deleted, of which a change may still be told
	rows   []*job.Record   // as shown
	filter jobFilter
	chosen string // id of the batch whose details are shown, "" for none

	root     fyne.CanvasObject
	empty    fyne.CanvasObject
	full     fyne.CanvasObject
	trouble  *widgets.Text     // why there are no jobs, or none that are kept up to date
	wrong    fyne.CanvasObject // it, with the way to try again
	progress *widgets.ProgressRow
	bar      *widgets.BottomBar
	sheet    *sheet.Sheet
	kindBox  *widgets.Select
	findBox  *widgets.Entry
	details  *jobDetails
}

// prefJobs remembers where the line before the details stands.
const prefJobs = "jobs.details"

func New(a Window) *Room {
	t := &Room{app: a, filter: jobFilter{column: -1}, at: map[string]int{}, gone: map[string]bool{}}
	t.progress = widgets.NewProgressRow(t.Escape)
	t.work = a.Tasks().NewRunner(func(p *widgets.Progress) {
		if p != nil {
			p.Octets = true
		}
		t.progress.Set(p)
		t.showBar()
	})
	t.paper = a.Tasks().NewRunner(nil)
	t.peek, t.list, t.wait = a.Tasks().NewRunner(nil), a.Tasks().NewRunner(nil), a.Tasks().NewRunner(nil)
	t.build()
	t.show()
	return t
}

func (t *Room) Name() string               { return words.T("jobs.tab") }
func (t *Room) Icon() string               { return "jobs" }
func (t *Room) Content() fyne.CanvasObject { return t.root }

func (t *Room) build() {
	primary := widgets.NewPrimary(words.T("jobs.next"), look.Icon("right"), t.act)
	t.bar = widgets.NewBottomBar(primary)

	t.trouble = widgets.NewParagraph("")
	t.trouble.Color = look.Failed.Color()
	again := widgets.NewButton(words.T("jobs.again"), look.Icon("refresh"), t.again)
	t.wrong = widgets.Down(0, widgets.Inset(look.Gap, 1.5*look.Gap, container.NewBorder(nil, nil,
		widgets.Across(0, widgets.Middle(widgets.Icon(look.Failed.Icon(), 22)), widgets.Space(look.Gap, 0)), widgets.Middle(again), widgets.Inset(0, look.Gap, t.trouble))), widgets.Rule())
	t.wrong.Hide()
	importing := widgets.NewButton(words.T("jobs.import"), look.Icon("add"), t.Open)
	zone := widgets.DropZone(words.T("jobs.none"), words.T("jobs.none-hint"), widgets.Space(0, 0), importing)
	t.empty = zone

	t.sheet = sheet.New([]sheet.Column{
		{Title: words.T("jobs.column-state"), Width: 132, MinWidth: 118, Sortable: true},
		{Title: words.T("jobs.column-name"), Width: 160, MinWidth: 110, Sortable: true, Flexible: true, Elide: sheet.Middle},
		{Title: words.T("jobs.column-count"), Width: 104, MinWidth: 90, Sortable: true, Align: fyne.TextAlignTrailing},
		{Title: words.T("jobs.column-connection"), Width: 122, MinWidth: 108, Sortable: true, Flexible: true},
		{Title: words.T("jobs.column-profile"), Width: 180, MinWidth: 110, Sortable: true, Flexible: true},
		{Title: words.T("jobs.column-time"), Width: 128, MinWidth: 60, Sortable: true},
	}, nil)
	t.sheet.OnSelect = func(int) { t.onSelect() }
	t.sheet.OnActivate = func(int) { t.act() }
	t.sheet.OnSort = func(col int, ascending bool) {
		t.filter.column, t.filter.ascending = col, ascending
		t.arrange()
	}
	t.sheet.OnDelete = t.remove
	t.sheet.OnSecondary = t.onSecondary
	widgets.KeepWidths(t.app.Preferences(), "jobs.columns", t.sheet)
	t.details = newJobDetails(t)

	t.kindBox = widgets.NewSelect([]string{words.T("jobs.all"), words.T("jobs.to-do"), words.T("jobs.under-way"), words.T("jobs.ended")},
		func(i int) { t.filter.kind = i; t.arrange() })
	t.findBox = widgets.NewSearch(words.T("csr.find"), func(text string) { t.filter.text = text; t.arrange() }, func() { t.app.Canvas().Focus(t.sheet) })
	taking := widgets.NewButton(words.T("jobs.import"), look.Icon("add"), t.Open)
	line := widgets.Inset(look.Gap, 1.5*look.Gap, container.NewBorder(nil, nil, widgets.Wide(136, widgets.Outlined(t.kindBox)), taking,
		widgets.Inset(0, look.Gap, t.findBox)))
	split := widgets.NewSplit(false, t.app.Preferences().FloatWithFallback(prefJobs, 0.66), t.sheet, t.details.content())
	split.OnMoved = func(share float64) { t.app.Preferences().SetFloat(prefJobs, share) }
	t.full = widgets.Edged(widgets.Down(0, line, widgets.Rule()), nil, nil, nil, split)
	t.root = widgets.Edged(t.wrong, widgets.Down(0, t.progress, t.bar.Content()), nil, nil, container.NewStack(t.empty, t.full))
}

// begin reads the list, settles what an interrupted run left, and asks for what is under way until the window closes. The
// desk is open by now.
func (t *Room) DeskOpened() {
	d := t.app.Desk()
	t.watch() // before the list is read, so that nothing that changes meanwhile is missed
	frame.Run(t.list, "", func(ctx context.Context, _ progress.Func) ([]*job.Record, error) {
		return d.Jobs.List(ctx, job.Filter{})
	}, func(all []*job.Record, err error) {
		if err != nil {
			t.DeskFailed(err)
			return
		}
		for _, r := range all {
			t.put(*r)
		}
		t.show()
		t.resume()
	})
}

// again tries once more what failed.
func (t *Room) again() {
	t.DeskOpens()
	if t.app.Desk() == nil {
		t.app.ReopenDesk()
		return
	}
	t.DeskOpened()
}

// settled hides what was wrong.
func (t *Room) DeskOpens() {
	t.wrong.Hide()
	t.root.Refresh()
}

// resume asks the service what became of batches that were being sent when the program ended.
func (t *Room) resume() {
	if !slices.ContainsFunc(t.all, func(r *job.Record) bool { return r.State == job.Starting }) {
		return
	}
	d := t.app.Desk()
	frame.Run(t.list, "", func(ctx context.Context, _ progress.Func) ([]*job.Record, error) { return d.Jobs.Resume(ctx) },
		func(settled []*job.Record, err error) {
			for _, r := range settled {
				t.Take(*r)
			}
			if err != nil && !frame.Cancelled(err) {
				t.app.Note(widgets.Note{State: look.Warning, Detail: words.Error(err), Text: words.T("jobs.resume-failed")})
			}
		})
}

// watch hears of every change, whoever made it.
func (t *Room) watch() {
	a := t.app
	frame.Run(t.wait, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
		return struct{}{}, a.Desk().Jobs.Watch(ctx, func(r job.Record) { a.Tasks().Post(func() { t.Take(r) }) })
	}, func(_ struct{}, err error) {
		if err != nil && !frame.Cancelled(err) {
			t.DeskFailed(err)
		}
	})
}

// fails says why there is no list.
func (t *Room) DeskFailed(err error) {
	if frame.Cancelled(err) {
		return
	}
	p := frame.Explain(words.T("jobs.unreadable"), err)
	t.trouble.SetText(p.Title + ". " + p.Text + "\n" + words.Visible(p.Raw))
	t.wrong.Show()
	t.root.Refresh()
	t.show()
}

// put puts a record in the place of its earlier self, and says in which state that was; false is for one that is older than
// what is known.
func (t *Room) put(r job.Record) (before job.State, fresh bool) {
	i, there := t.at[r.ID]
	if t.gone[r.ID] || there && t.all[i].Change > r.Change {
		return "", false
	}
	r.RecipientText = "" // kilobytes in each of thousands, which nothing here needs
	if there {
		before = t.all[i].State
		t.all[i] = &r
		return before, true
	}
	t.at[r.ID] = len(t.all)
	t.all = append(t.all, &r)
	return "", true
}

// TakeAll takes records that were made together.
func (t *Room) TakeAll(all []*job.Record) {
	for _, r := range all {
		t.put(*r)
	}
	t.show()
}

// drops takes a record off the list that is not there any more.
func (t *Room) drops(id string) {
	t.gone[id] = true
	i, there := t.at[id]
	if !there {
		return
	}
	last := len(t.all) - 1
	t.all[i] = t.all[last]
	t.at[t.all[i].ID] = i
	delete(t.at, id)
	t.all[last] = nil
	t.all = t.all[:last]
	if t.chosen == id {
		t.chosen = ""
	}
	t.show()
}

// Take puts a record in the place of its earlier self, and says so when a batch ended or wants somebody.
func (t *Room) Take(r job.Record) {
	before, fresh := t.put(r)
	if !fresh {
		return
	}
	t.show()
	if r.ID == t.chosen {
		t.details.read(r.ID)
	}
	if before != "" && before != r.State {
		t.announce(&r, before)
	}
}

// announce tells, in the window and on the desktop, that the service is done with a batch, or waits for somebody.
func (t *Room) announce(r *job.Record, before job.State) {
	if !before.UnderWay() && before != job.Starting && before != job.MayExist {
		return
	}
	switch r.State {
	case job.Complete, job.Failed, job.Rejected, job.WaitingForApproval:
		if r.State == job.Complete && t.underWay(r.Series) {
			return // a series is told of once, when its last job has ended
		}
		state, _ := jobState(r)
		text := words.T("jobs.announced", "Name", words.Visible(r.Short()), "Connection", words.Visible(r.Connection.Name), "Sentence", words.Visible(words.Core(r.Sentence())))
		t.app.Notify(text)
		t.app.Note(widgets.Note{State: state, Text: text, Action: words.T("jobs.show"), Act: func() { t.Choose(r.ID) }})
	}
}

// underWay says whether a job of a series is still being worked at.
func (t *Room) underWay(series string) bool {
	return series != "" && slices.ContainsFunc(t.all, func(r *job.Record) bool {
		return r.Series == series && (r.State.UnderWay() || r.State == job.Starting)
	})
}

// Choose brings a batch to the front.
func (t *Room) Choose(id string) {
	t.app.Bring(t)
	t.chosen = id
	if !slices.ContainsFunc(t.rows, func(r *job.Record) bool { return r.ID == id }) {
		t.filter.kind, t.filter.text = jobsAll, ""
		t.findBox.SetText("")
		t.kindBox.SetSelectedIndex(jobsAll)
	}
	t.arrange()
	t.details.read(id)
	t.app.Canvas().Focus(t.sheet)
}

// show shows how things stand.
func (t *Room) show() {
	if len(t.all) == 0 {
		t.empty.Show()
		t.full.Hide()
	} else {
		t.empty.Hide()
		t.full.Show()
	}
	t.arrange()
	t.app.Badge(t, t.calls())
}

// arrange shows the rows again; the chosen batch stays chosen.
func (t *Room) arrange() {
	t.rows = arrangeJobs(t.all, t.filter)
	t.sheet.SetModel(jobRows(t.rows))
	row := slices.IndexFunc(t.rows, func(r *job.Record) bool { return r.ID == t.chosen })
	if row < 0 && len(t.rows) > 0 {
		row = 0
	}
	if row != t.sheet.CurrentRow() {
		t.sheet.Select(row)
	}
	t.onSelect()
}

// onSelect shows the details of the current batch.
func (t *Room) onSelect() {
	r := t.current()
	if r == nil {
		t.chosen = ""
		t.details.clear()
	} else if r.ID != t.chosen || t.details.record == nil {
		t.chosen = r.ID
		t.details.read(r.ID)
	}
	t.showBar()
}

// current is the batch that the keyboard is on.
func (t *Room) current() *job.Record {
	if row := t.sheet.CurrentRow(); row >= 0 && row < len(t.rows) {
		return t.rows[row]
	}
	return nil
}

// calls is what stands beside the tab's name: how many run or want somebody.
func (t *Room) calls() int {
	n := 0
	for _, r := range t.all {
		if r.State.UnderWay() || r.State == job.Starting || wantsSomebody(r) && r.State != job.Prepared {
			n++
		}
	}
	return n
}

// showBar says how things stand, and what the next step of the current batch is.
func (t *Room) showBar() {
	if t.bar == nil {
		return
	}
	running, todo, prepared, failed := 0, 0, 0, 0
	for _, r := range t.all {
		switch {
		case r.State.UnderWay() && r.State != job.WaitingForApproval, r.State == job.Starting:
			running++
		case r.State == job.Prepared && r.Exported.IsZero():
			prepared++
		case r.State == job.Failed:
			failed++
		case wantsSomebody(r):
			todo++
		}
	}
	var facts []widgets.Fact
	add := func(n int, s look.State, text string) {
		if n > 0 {
			facts = append(facts, widgets.Fact{State: s, Text: text})
		}
	}
	add(running, look.Running, words.N("jobs.n-running", running))
	add(todo, look.Notice, words.N("jobs.n-to-do", todo))
	add(prepared, look.Notice, words.N("jobs.n-prepared", prepared))
	add(failed, look.Failed, words.N("jobs.n-failed", failed))
	if len(facts) == 0 {
		facts = []widgets.Fact{{Plain: true, Text: words.N("jobs.n-batches", len(t.all))}}
	}
	if n := len(t.turns); n > 0 {
		facts = append(facts, widgets.Fact{State: look.Running, Text: words.N("jobs.n-waiting", n)})
	}
	t.bar.SetFacts(facts...)
	r := t.current()
	step := nextStep(r)
	t.bar.Primary.SetText(step.text())
	switch {
	case t.work.Busy():
		t.bar.SetAction(false, words.T("open.wait"))
	case r == nil:
		t.bar.SetAction(false, words.T("jobs.choose"))
	case step == stepNone:
		t.bar.SetAction(false, words.T("jobs.nothing-to-do"))
	default:
		t.bar.SetAction(true, "")
	}
}

// Open takes in a batch that was prepared on another computer.
func (t *Room) Open() {
	t.app.PickFiles(files.Options{Title: words.T("jobs.pick"), Kind: words.T("jobs.kind"), Ends: []string{batchEnd}}, t.Drop)
}

// batchEnd is the ending of a file that holds a prepared batch.
const batchEnd = ".batch.zip"

func (t *Room) Find() { t.app.Canvas().Focus(t.findBox) }
func (t *Room) Save() { t.act() }

// Recheck asks the service for the current batch now; what failed before is tried again.
func (t *Room) Recheck() {
	r := t.current()
	switch {
	case t.app.Desk() == nil || t.wrong.Visible():
		t.again()
	case r != nil && (r.State.UnderWay() || r.State == job.MayExist):
		t.step(stepAsk, r)
	case r != nil:
		t.details.read(r.ID)
	}
}

// NextProblem goes to the next batch that wants somebody.
func (t *Room) NextProblem() {
	for k := 1; k <= len(t.rows); k++ {
		i := (max(t.sheet.CurrentRow(), 0) + k) % len(t.rows)
		if r := t.rows[i]; wantsSomebody(r) || r.State == job.Failed {
			t.sheet.Select(i)
			t.sheet.ScrollTo(i)
			t.onSelect()
			return
		}
	}
}

func (t *Room) Shown() {
	if len(t.rows) > 0 {
		t.app.Canvas().Focus(t.sheet)
	}
}

func (t *Room) Escape() {
	if t.work.Busy() {
		t.work.Cancel()
	}
}

// busy says whether anything runs that ends by itself.
func (t *Room) Busy() bool { return t.work.Busy() || t.peek.Busy() || t.paper.Busy() || t.list.Busy() }

// unsettled says whether an error means that nobody knows whether a batch was started.
func unsettled(err error) bool {
	e := (*job.UnsettledError)(nil)
	return errors.As(err, &e)
}

func (t *Room) Telling() (*widgets.BottomBar, bool, int, string) {
	current := ""
	if r := t.current(); r != nil {
		_, word := jobState(r)
		current = r.Short() + ": " + word
	}
	return t.bar, t.work.Busy() || t.list.Busy(), len(t.rows), current
}

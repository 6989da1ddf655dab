package table

import (
	"path/filepath"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// csvWindow is what the room needs of the window around it.
type Window interface {
	frame.Voice
	frame.Bench
	frame.Picker
	frame.Writer
	frame.Stage
	frame.Station
	Below(o fyne.CanvasObject, items ...*fyne.MenuItem)
	Badge(r frame.Room, n int)
	Covered() bool
	Config() string
	ShowWelcome()
	StartBatch(o *frame.Order)
	DiscardOrder(o *frame.Order)
}

// csvTab shows core/csvdoc, a document in a sheet, with what core/enrollment found in it and the way to the upload file.
type Room struct {
	app    Window
	work   *frame.Runner // what opens, changes or saves the document (csvtab_work.go)
	steps  []func()      // what waits for it
	check  *frame.Runner // the rules
	sift   *frame.Runner // sorting and filtering
	seek   *frame.Runner // finding
	peek   *frame.Runner // decoding the current value
	chart  *frame.Runner // where problems lie
	leap   *frame.Runner // to the next problem
	list   *frame.Runner // the places of a cause
	given  *frame.Runner // what was dropped, and the template of last time
	remote *frame.Runner // profiles and templates from the service
	ledger *frame.Runner // what was ordered before
	hush   func()        // stops asking it, which waits for a pause; nil before the first time

	file     *csvFile // nil: the start page is shown
	options  enrollment.Options
	journals string // folder of journals
	sample   string // folder of the sample, "" for none
	leaving  bool   // it is being asked what becomes of edits

	root     fyne.CanvasObject
	start    *csvStart
	full     fyne.CanvasObject
	progress *widgets.ProgressRow
	bar      *widgets.BottomBar
	saving   *widgets.Button
	ordering *widgets.Button
	source   *csvSource
	strip    *csvViewStrip
	guess    *guessStrip
	editor   *sheet.Editor
	findings *csvFindings
	finder   *csvFind
	value    *csvValue
	right    *fyne.Container
	aside    fyne.CanvasObject // in place of the findings, nil for nothing
}

// csvFile is the open document with what the tab knows about it. It belongs to the UI thread; work elsewhere gets the
// parts of it that do not change.
type csvFile struct {
	doc      *csvdoc.Document
	rows     *csvRows         // what the sheet shows
	indexing bool             // its end is not known yet
	saved    *csvdoc.Snapshot // what its file holds
	arrange  csvArrangement
	checked  csvChecked
	facts    csvFacts
	watched  bool // somebody looks soon whether edits reach the disk
	warned   bool // it was said that they do not
}

// csvFacts is what the tab shows of the document. It is read when nothing works on the document: its methods wait while it
// is read or saved, and the UI thread never waits.
type csvFacts struct {
	path       string // "" for a document without a file
	dirty      bool
	undo, redo string // what would be taken back or done again
	undoes     bool
	redoes     bool
	guess      string // how letters beyond ASCII are read by a guess that nobody confirmed, in words; "" for none
}

// learn reads the facts.
func (f *csvFile) learn() {
	d := f.doc
	f.facts = csvFacts{path: d.Path(), dirty: d.Dirty()}
	if g, ok := d.Guess(); ok {
		f.facts.guess = guessWords(g)
	}
	f.facts.undo, f.facts.undoes = d.UndoLabel()
	f.facts.redo, f.facts.redoes = d.RedoLabel()
}

// prefCSVFindings remembers where the line before the findings stands.
const prefCSVFindings = "csv.findings"

// shownAfter is how long work takes until its progress is shown, so that nothing flashes.
const shownAfter = 300e6 // nanoseconds

func New(a Window) *Room {
	t := &Room{app: a, journals: filepath.Join(a.Config(), "journals")}
	t.progress = widgets.NewProgressRow(t.Escape)
	t.work = a.Tasks().NewRunner(t.onProgress)
	t.check = a.Tasks().NewRunner(t.onCheckProgress)
	t.sift = a.Tasks().NewRunner(func(p *widgets.Progress) {
		if !t.work.Busy() {
			t.onProgress(p)
		}
	})
	t.seek, t.peek, t.chart, t.leap, t.list = a.Tasks().NewRunner(nil), a.Tasks().NewRunner(nil), a.Tasks().NewRunner(nil), a.Tasks().NewRunner(nil), a.Tasks().NewRunner(nil)
	t.ledger = a.Tasks().NewRunner(nil)
	t.remote, t.given = a.Tasks().NewRunner(t.progress.Set), a.Tasks().NewRunner(nil)
	t.build()
	t.recallOptions()
	t.showFile()
	t.start.search()
	return t
}

func (t *Room) Name() string               { return words.T("csv.tab") }
func (t *Room) Icon() string               { return "csv" }
func (t *Room) Content() fyne.CanvasObject { return t.root }

func (t *Room) build() {
	primary := widgets.NewPrimary(words.T("csv.upload"), look.Icon("save"), t.saveUpload)
	t.saving = widgets.NewButton(words.T("csv.save"), nil, t.Save)
	t.ordering = widgets.NewButton(words.T("start.open"), look.Icon("jobs"), t.StartBatch)
	t.bar = widgets.NewBottomBar(primary, widgets.NewButton("", look.Icon("options"), t.openOptions), t.saving, t.ordering)

	t.editor = sheet.NewEditor(nil, nil)
	t.listen()
	t.start = newCSVStart(t)
	t.source = newCSVSource(t)
	t.strip, t.guess = newCSVViewStrip(t), newGuessStrip(t)
	t.findings = newCSVFindings(t)
	t.finder = newCSVFind(t)
	t.value = newCSVValue(t)

	left := container.NewStack()
	t.strip.area = widgets.Topped(widgets.Down(0, t.guess.content, t.strip.content), t.editor)
	t.value.place(left, t.strip.area)
	t.right = container.NewStack(t.findings.content)
	p := t.app.Preferences()
	split := widgets.NewSplit(false, p.FloatWithFallback(prefCSVFindings, 0.7), left, widgets.Wide(280, t.right))
	split.OnMoved = func(share float64) { p.SetFloat(prefCSVFindings, share) }
	t.full = widgets.Topped(widgets.Down(0, t.source.content, widgets.Rule()), split)
	t.root = widgets.Edged(nil, widgets.Down(0, t.progress, t.bar.Content()), nil, nil, container.NewStack(t.start.content, t.full))
}

// onProgress shows how far work is once it takes longer than a moment.
func (t *Room) onProgress(p *widgets.Progress) {
	if p != nil && p.Elapsed < shownAfter && !p.Stopping {
		return
	}
	t.progress.Set(p)
	if f := t.file; f != nil && f.indexing && p != nil {
		t.grown()
	}
	t.showBar()
}

// showAside shows something in place of the findings, and with nil the findings again.
func (t *Room) showAside(o fyne.CanvasObject) {
	t.aside = o
	if o == nil {
		o = t.findings.content
	}
	t.right.Objects = []fyne.CanvasObject{o}
	t.right.Refresh()
}

// showFile shows the document, or the start page where none is open.
func (t *Room) showFile() {
	f := t.file
	if f == nil {
		t.start.content.Show()
		t.full.Hide()
		t.editor.SetModel(nil)
		t.showBar()
		return
	}
	t.start.content.Hide()
	t.full.Show()
	t.showColumns()
	t.editor.SetModel(f.rows)
	t.source.show()
	t.strip.show()
	t.findings.show()
	t.onSelect(t.editor.Current(), t.editor.Selection())
	t.showBar()
}

// enter makes a document the open one.
func (t *Room) enter(d *csvdoc.Document) {
	t.file = &csvFile{doc: d, saved: d.Snapshot()}
	t.file.learn()
	t.file.rows = t.file.show(nil)
	t.editor.Freeze(0)
	t.showAside(nil)
	t.showFile()
	t.editor.Select(0, 0)
	if t.app.Current() == frame.Room(t) && !t.app.Covered() {
		t.focusSheet()
	}
}

// forsake forgets the document, which is closed already.
func (t *Room) forsake() {
	t.stop()
	t.findings.back()
	t.finder.list.clear()
	t.steps = nil
	t.file = nil
	t.showAside(nil)
	t.showFile()
	t.app.Tasks().FreeMemory()
}

// stop ends everything that only looks at the document.
func (t *Room) stop() {
	for _, r := range []*frame.Runner{t.check, t.sift, t.seek, t.peek, t.chart, t.leap, t.list, t.ledger} {
		r.Drop()
	}
}

// grown shows the rows that have been found meanwhile.
func (t *Room) grown() {
	f := t.file
	f.saved = f.doc.Snapshot()
	f.rows = f.show(nil)
	t.editor.SetModel(f.rows)
}

// show is the document as it is now, in the order of a view.
func (f *csvFile) show(v *csvdoc.View) *csvRows {
	return newCSVRows(f.doc.Snapshot(), f.saved, v, f.checked.result)
}

// changed shows a change of the document and has it checked.
func (t *Room) changed(c csvdoc.Change) {
	f := t.file
	f.learn()
	f.checked.pending = append(f.checked.pending, c)
	switch {
	case f.rows.view == nil:
		f.rows = f.show(nil)
	case !c.Structure:
		f.rows = f.show(f.rows.view) // an edited row stays where it is seen until it is sorted again
	default:
		t.follow() // the old rows are shown until then
	}
	if c.Structure || len(c.Columns) > 0 {
		t.showColumns()
	}
	t.editor.SetModel(f.rows)
	t.source.show()
	t.value.show(t.editor.Current(), false)
	t.showBar()
	t.recheckSoon()
	t.watchJournal()
	if t.finder.opened() {
		t.finder.later()
	}
}

// Shown puts the focus into the sheet, and asks the ledger again: other stations order too.
func (t *Room) Shown() {
	t.askLedger()
	if t.file != nil {
		t.focusSheet()
	}
}

func (t *Room) focusSheet() { t.app.Canvas().Focus(t.editor) }

// busy says whether anything of the tab is at work.
func (t *Room) busy() bool {
	for _, r := range []*frame.Runner{t.work, t.check, t.sift, t.seek, t.peek, t.chart, t.leap, t.list, t.given, t.ledger} {
		if r.Busy() {
			return true
		}
	}
	return len(t.steps) > 0
}

// Close removes what the tab made for itself. As a rule the document was left before.
func (t *Room) Close() {
	if t.file != nil { // it ends another way than by the user's: the edits are offered at the next start
		if err := t.file.doc.Suspend(); err != nil {
			fyne.LogError("the journal of a CSV", err)
		}
	}
	t.forgetSample()
}

// Escape cancels what runs, or closes what is open.
func (t *Room) Escape() {
	switch {
	case t.work.Busy():
		t.work.Cancel()
	case t.sift.Busy():
		t.sift.Cancel()
	case t.check.Busy() && t.file != nil && t.file.checked.result == nil:
		t.check.Cancel()
	case t.aside != nil:
		t.finder.close()
	}
}

func (t *Room) Telling() (*widgets.BottomBar, bool, int, string) {
	f := t.file
	if f == nil {
		return t.bar, t.busy(), 0, ""
	}
	current := ""
	if at := t.editor.Current(); at.Row >= 0 && at.Row < f.rows.Rows() && at.Column < f.rows.Columns() {
		current = strconv.Itoa(f.rows.number(at.Row)) + " " + f.rows.column(at.Column).Name
	}
	return t.bar, t.busy(), f.rows.Rows(), current
}

// Busy says whether anything runs that ends by itself.
func (t *Room) Busy() bool { return t.busy() || t.remote.Busy() }

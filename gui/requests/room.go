package requests

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/upload"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// csrWindow is what the room needs of the window around it.
type Window interface {
	frame.Voice
	frame.Bench
	frame.Picker
	frame.Writer
	frame.Station
	StartBatch(o *frame.Order)
}

// csrTab shows core/csr: what was given, what is in it, what is wrong with it, and the way to the upload file.
type Room struct {
	app  Window
	work *frame.Runner // adding, checking, saving: one after the other
	sift *frame.Runner // filtering and sorting
	peek *frame.Runner // reading the details of one CSR

	ledger  *frame.Runner     // asking what was ordered before
	ordered []finding.Finding // what it said last
	view    *csrView
	filter  csrFilter
	before  []past   // to undo, the latest last
	pending []string // paths that were given while something ran
	sample  string   // folder of samples that the program made itself, "" for none

	root     fyne.CanvasObject
	empty    fyne.CanvasObject
	full     fyne.CanvasObject
	progress *widgets.ProgressRow
	bar      *widgets.BottomBar
	ordering *widgets.Button
	sheet    *sheet.Sheet
	stateBox *widgets.Select
	findBox  *widgets.Entry
	clear    *widgets.Button
	findings *findingsPane
	details  *detailsPane
}

// prefFindings remembers where the line before the findings stands.
const prefFindings = "csr.findings"

func New(a Window) *Room {
	t := &Room{app: a, filter: csrFilter{state: anyState, column: -1, ascending: true}}
	t.view = &csrView{csrState: emptyState()}
	t.progress = widgets.NewProgressRow(t.Escape)
	t.work = a.Tasks().NewRunner(func(p *widgets.Progress) { t.progress.Set(p); t.showBar() })
	t.sift, t.peek, t.ledger = a.Tasks().NewRunner(nil), a.Tasks().NewRunner(nil), a.Tasks().NewRunner(nil)
	t.build()
	t.show(t.view)
	return t
}

func (t *Room) Name() string               { return words.T("csr.tab") }
func (t *Room) Icon() string               { return "csr" }
func (t *Room) Content() fyne.CanvasObject { return t.root }

// Shown asks the ledger again: other stations order too.
func (t *Room) Shown()                                     { t.askLedger() }
func (t *Room) ConnectionsRead(frame.ConnectionList, bool) { t.askLedger() }
func (t *Room) LedgerChanged()                             { t.askLedger() }

func (t *Room) addButtons(quiet bool) []fyne.CanvasObject {
	files := widgets.NewButton(words.T("csr.add-files"), look.Icon("add"), t.Open)
	folder := widgets.NewButton(words.T("csr.add-folder"), look.Icon("folder"), t.openFolder)
	paste := widgets.NewButton(words.T("csr.paste"), look.Icon("paste"), t.openPaste)
	if quiet {
		return []fyne.CanvasObject{files, folder, paste}
	}
	files = widgets.NewPrimary(files.Text, look.Icon("add"), t.Open)
	return []fyne.CanvasObject{files, folder, paste}
}

func (t *Room) build() {
	save := widgets.NewPrimary(words.T("csr.save"), look.Icon("save"), t.Save)
	options := widgets.NewButton("", look.Icon("options"), t.openOptions)
	t.ordering = widgets.NewButton(words.T("start.open"), look.Icon("jobs"), t.StartBatch)
	t.bar = widgets.NewBottomBar(save, options, t.ordering)

	sample := widgets.Link(words.T("csr.samples"), t.trySamples)
	t.empty = widgets.DropZone(words.T("csr.drop"), words.T("csr.drop-hint"), sample, t.addButtons(false)...)

	t.sheet = sheet.New([]sheet.Column{
		{Title: words.T("csr.column-state"), Width: 118, MinWidth: 96, Sortable: true},
		{Title: words.T("csr.column-file"), Width: 220, MinWidth: 120, Sortable: true, Flexible: true, Elide: sheet.Middle},
		{Title: words.T("csr.column-name"), Width: 160, MinWidth: 112, Sortable: true, Flexible: true},
		{Title: words.T("csr.column-key"), Width: 100, MinWidth: 64, Sortable: true},
		{Title: words.T("csr.column-spki"), Width: 92, MinWidth: 60, Sortable: true, Mono: true, Flexible: true},
	}, nil)
	t.sheet.OnSelect = func(int) { t.onSelect() }
	t.sheet.OnActivate = func(int) { t.details.head.SetOpen(true) }
	t.sheet.OnSort = t.onSort
	t.sheet.OnSecondary = t.onSecondary
	t.sheet.OnDelete = t.removeSelected
	widgets.KeepWidths(t.app.Preferences(), "requests.columns", t.sheet)
	t.sheet.OnNotice = func(text string) { t.app.Note(widgets.Note{State: look.Notice, Text: text}) }
	t.sheet.OnCopied = func(copied, selected int) {
		if copied == selected {
			t.app.Note(widgets.Note{State: look.Ready, Text: words.N("csr.copied", copied)})
		}
	}
	t.details = newDetailsPane(t)
	t.findings = newFindingsPane(t)

	left := container.NewStack()
	t.details.place(left, t.sheet)
	split := widgets.NewSplit(false, t.app.Preferences().FloatWithFallback(prefFindings, 0.68), left, t.findings.content())
	split.OnMoved = func(share float64) { t.app.Preferences().SetFloat(prefFindings, share) }
	t.full = widgets.Edged(widgets.Down(0, t.sourceRow(), widgets.Rule()), nil, nil, nil, split)
	t.root = widgets.Edged(nil, widgets.Down(0, t.progress, t.bar.Content()), nil, nil,
		container.NewStack(t.empty, t.full))
}

// sourceRow is the line above the list: what adds to it, and what narrows it down.
func (t *Room) sourceRow() fyne.CanvasObject {
	t.stateBox = widgets.NewSelect(t.stateNames(), t.onState)
	t.findBox = widgets.NewSearch(words.T("csr.find"), t.onFind, t.focusSheet)
	t.clear = widgets.NewQuiet(words.T("csr.clear"), look.Icon("remove"), t.clearAll)
	filter := container.NewBorder(nil, nil, widgets.Wide(136, widgets.Outlined(t.stateBox)), t.clear,
		widgets.Inset(0, look.Gap, widgets.Wide(100, t.findBox)))
	return widgets.Inset(look.Gap, look.Gap*1.5, widgets.Sides(widgets.Across(look.Gap, t.addButtons(true)...), filter, filter))
}

// stateNames are the choices of the state filter; their index is the status plus one.
func (t *Room) stateNames() []string {
	names := []string{words.T("csr.all")}
	for s := csr.Ready; s <= csr.Excluded; s++ {
		name := stateOf(s).Word()
		if n := t.view.counts[s]; n > 0 {
			name += " (" + words.Group(n) + ")"
		}
		names = append(names, name)
	}
	return names
}

// show makes a view what is seen. The current entry stays current if it is still there.
func (t *Room) show(v *csrView) {
	current := t.currentEntry()
	t.view = v
	if v.set.Len() == 0 {
		t.empty.Show()
		t.full.Hide()
	} else {
		t.empty.Hide()
		t.full.Show()
	}
	t.stateBox.Options = t.stateNames()
	changed := t.stateBox.OnChanged
	t.stateBox.OnChanged = nil
	t.stateBox.SetSelectedIndex(t.filter.state + 1)
	t.stateBox.OnChanged = changed
	t.findings.show(v)
	t.showRows(current)
	t.showBar()
}

// showRows shows the rows of the view and puts the selection back on the entry of that place, which after checking again
// is another one.
func (t *Room) showRows(current *csr.Entry) {
	t.sheet.SetModel(newCSRRows(t.view))
	row := -1
	if current != nil {
		for r, i := range t.view.rows {
			if t.view.set.Entry(int(i)).At == current.At {
				row = r
				break
			}
		}
	}
	t.sheet.Select(row)
	t.onSelect()
}

// currentEntry is the entry that the keyboard is on.
func (t *Room) currentEntry() *csr.Entry {
	if i := t.currentIndex(); i >= 0 {
		return t.view.set.Entry(i)
	}
	return nil
}

// currentIndex is its index, -1 for none.
func (t *Room) currentIndex() int {
	if t.sheet == nil {
		return -1
	}
	if row := t.sheet.CurrentRow(); row >= 0 && row < len(t.view.rows) {
		return int(t.view.rows[row])
	}
	return -1
}

// selected are the indexes of the selected entries.
func (t *Room) selected() []int {
	var out []int
	for _, r := range t.sheet.Selected() {
		for row := r[0]; row <= r[1] && row < len(t.view.rows); row++ {
			out = append(out, int(t.view.rows[row]))
		}
	}
	return out
}

// showBar says how things stand.
func (t *Room) showBar() {
	v := t.view
	t.ordering.SetEnabled(v.accepted > 0 && !t.work.Busy())
	if v.set.Len() == 0 {
		t.bar.SetFacts(widgets.Fact{Plain: true, Text: words.T("csr.nothing")})
		t.bar.SetAction(false, words.T("csr.add-first"))
		if t.work.Busy() {
			t.bar.SetAction(false, words.T("csr.wait"))
		}
		return
	}
	number := func(n int) map[string]any { return map[string]any{"Number": words.Group(n)} }
	facts := []widgets.Fact{{State: look.Ready, Text: words.N("csr.ready", v.accepted, number(v.accepted))}}
	if n := v.set.Count(csr.Failed); n > 0 {
		facts = append(facts, widgets.Fact{State: look.Failed, Text: words.N("csr.errors", n, number(n))})
	}
	if n := len(v.taken); n > 0 {
		facts = append(facts, widgets.Fact{State: look.OfSeverity(v.ordered[0].Severity), Text: words.N("csr.ordered-before", n, number(n))})
	}
	if n := v.set.Count(csr.Warned); n > 0 {
		facts = append(facts, widgets.Fact{State: look.Warning, Text: words.N("csr.warnings", n, number(n))})
	}
	if n := v.counts[csr.Ignored]; n > 0 {
		facts = append(facts, widgets.Fact{State: look.Stranger, Text: words.N("csr.strangers", n, number(n))})
	}
	if n := v.counts[csr.Excluded]; n > 0 {
		facts = append(facts, widgets.Fact{State: look.LeftOut, Text: words.N("csr.stay-out", n, number(n))})
	}
	facts = append(facts, widgets.Fact{Plain: true, Text: words.UploadSize(v.bytes, upload.MaxBytes)})
	t.bar.SetFacts(facts...)
	switch {
	case t.work.Busy():
		t.bar.SetAction(false, words.T("csr.wait"))
	case v.accepted == 0:
		t.bar.SetAction(false, words.T("csr.none-ready"))
	default:
		t.bar.SetAction(true, "")
	}
}

func (t *Room) Telling() (*widgets.BottomBar, bool, int, string) {
	current := ""
	if e := t.currentEntry(); e != nil {
		current = t.view.place(e.At)
	}
	return t.bar, t.work.Busy() || t.sift.Busy(), len(t.view.rows), current
}

// Busy says whether anything runs that ends by itself.
func (t *Room) Busy() bool { return t.work.Busy() || t.sift.Busy() || t.peek.Busy() || t.ledger.Busy() }

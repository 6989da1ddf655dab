package results

import (
	"context"
	"errors"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// openWindow is what the room needs of the window around it.
type Window interface {
	frame.Voice
	frame.Bench
	frame.Picker
	frame.Writer
	frame.Stage
	frame.Station
	frame.KeyRing
	Trust() frame.TrustStore
	TakeJob(r job.Record)
	ResultGone(r *job.Record)
	FetchAgain(r *job.Record)
}

// openTab shows core/delivery: what was dropped, which key it wants, and whether it is what was ordered.
type Room struct {
	app    Window
	work   *frame.Runner // looking at what was given, opening, exporting: one after the other
	sift   *frame.Runner // filtering a list
	peek   *frame.Runner // reading one certificate
	noting *frame.Runner // writing into the record of a batch
	notes  []func()      // what is to be written there after what is being written

	given  *files.Given   // nil: nothing was dropped
	job    *job.Record    // the batch that it is the result of, nil for a file that was dropped
	key    *frame.HeldKey // read and unlocked, until another file is opened or the window closes
	result *result        // nil: not opened yet

	root  fyne.CanvasObject
	empty fyne.CanvasObject
	page  *givenPage
	doing *widgets.ProgressPage
	shows *resultPage

	exports *exportPage
	octets  bool // what runs counts octets of files

	bar   *widgets.BottomBar
	extra *widgets.Button // hand over
	again *widgets.Button // another file
}

// result is what opening came to: a delivery, or why there is none.
type result struct {
	delivery *delivery.Delivery
	problem  error // the result cannot be used at all
	verdict  delivery.Verdict
	at       time.Time
	request  openRequest

	groups      []finding.Group // the findings by cause
	views       []resultView    // the lists, of a usable result
	state       look.State      // the verdict in words, see words
	head, below string
}

// openRequest is what a handler read from the widgets for the work to do.
type openRequest struct {
	given   *files.Given
	key     string // path, "" for none
	order   orderChoice
	anchors string // path, "" for none
}

func New(a Window) *Room {
	t := &Room{app: a}
	t.doing = widgets.NewProgressPage(t.Escape)
	t.work = a.Tasks().NewRunner(t.onProgress)
	t.sift, t.peek, t.noting = a.Tasks().NewRunner(nil), a.Tasks().NewRunner(nil), a.Tasks().NewRunner(nil)
	t.build()
	t.show()
	return t
}

func (t *Room) Name() string               { return words.T("open.tab") }
func (t *Room) Icon() string               { return "open" }
func (t *Room) Content() fyne.CanvasObject { return t.root }

func (t *Room) build() {
	primary := widgets.NewPrimary(words.T("open.open"), look.Icon("open"), t.act)
	t.extra = widgets.NewButton(words.T("open.hand-over"), look.Icon("sealed"), t.handOver)
	t.again = widgets.NewButton(words.T("open.another"), look.Icon("left"), t.forget)
	t.bar = widgets.NewBottomBar(primary, t.again, t.extra)

	files := widgets.NewPrimary(words.T("open.files"), look.Icon("add"), t.Open)
	folder := widgets.NewButton(words.T("open.folder"), look.Icon("folder"), t.openFolder)
	t.empty = widgets.DropZone(words.T("open.drop"), words.T("open.drop-hint"), widgets.Space(0, 0), files, folder)
	t.page = newGivenPage(t)
	t.shows = newResultPage(t)
	t.exports = newExportPage(t)
	t.root = widgets.Edged(nil, t.bar.Content(), nil, nil,
		container.NewStack(t.empty, t.page.root, t.shows.root, t.exports.root, t.doing.Content()))
}

// show brings the part to the front that fits how far things are.
func (t *Room) show() {
	busy := t.work.Busy()
	for o, on := range map[fyne.CanvasObject]bool{
		t.doing.Content(): busy,
		t.exports.root:    !busy && t.result != nil && t.exports.open,
		t.shows.root:      !busy && t.result != nil && !t.exports.open,
		t.page.root:       !busy && t.result == nil && t.given != nil,
		t.empty:           !busy && t.result == nil && t.given == nil,
	} {
		if on {
			o.Show()
		} else {
			o.Hide()
		}
	}
	t.root.Refresh()
	t.showBar()
}

func (t *Room) onProgress(p *widgets.Progress) {
	if p != nil {
		p.Octets = t.octets
		t.doing.Set(*p)
	}
	if p == nil || p.Done == 0 {
		t.show()
	}
}

// showBar says how things stand.
func (t *Room) showBar() {
	set := func(b *widgets.Button, on bool) {
		if on {
			b.Show()
		} else {
			b.Hide()
		}
	}
	usable := t.result != nil && t.result.usable()
	set(t.extra, usable && !t.work.Busy() && !t.exports.open)
	set(t.again, (t.given != nil || t.result != nil) && !t.work.Busy())
	t.again.SetText(words.T("open.another"))
	t.bar.Primary.SetText(words.T("open.open"))
	t.bar.Primary.SetIcon(look.Icon("open"))
	switch {
	case t.work.Busy():
		t.bar.SetFacts(widgets.Fact{State: look.Running, Text: words.T("open.working")})
		t.bar.SetAction(false, words.T("open.wait"))
	case t.result != nil && t.exports.open:
		t.again.SetText(words.T("dialog.back"))
		t.bar.Primary.SetText(words.T("open.export-now"))
		t.bar.Primary.SetIcon(look.Icon("save"))
		t.bar.SetFacts(t.result.fact())
		reason := t.exports.lacks()
		t.bar.SetAction(reason == "", reason)
	case t.result != nil:
		t.bar.Primary.SetText(words.T("open.export"))
		t.bar.Primary.SetIcon(look.Icon("save"))
		t.bar.SetFacts(t.result.fact())
		t.bar.SetAction(usable, words.T("open.not-usable"))
	case t.given != nil:
		t.bar.SetFacts(t.page.fact())
		reason := t.page.lacks()
		t.bar.SetAction(reason == "", reason)
	default:
		t.bar.SetFacts(widgets.Fact{Plain: true, Text: words.T("open.nothing")})
		t.bar.SetAction(false, words.T("open.drop-first"))
	}
}

// busy says whether anything of the tab runs.
func (t *Room) Busy() bool {
	return t.work.Busy() || t.sift.Busy() || t.peek.Busy() || t.noting.Busy() || t.exports.naming.Busy()
}

// act is the primary button: open, or export what was opened.
func (t *Room) act() {
	switch {
	case t.bar.Primary.Disabled():
		t.app.Note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
	case t.result != nil && t.exports.open:
		t.exports.write(false)
	case t.result != nil:
		t.export()
	default:
		t.start(t.page.request())
	}
}

// Takes says that results belong here, with the key of one that waits to be opened and its order.
func (t *Room) Takes() (home, also files.Use) {
	also = files.Key | files.Vague
	if t.given != nil && t.result == nil {
		also |= files.Table
	}
	return files.Sealed | files.Plain, also
}

// Drop takes a result; on the page of a given result also its key or its order.
func (t *Room) Drop(paths []string) {
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	t.octets = false
	frame.Run(t.work, words.T("open.looking"), func(ctx context.Context, report progress.Func) (*files.Given, error) {
		return files.Inspect(ctx, paths, report)
	}, func(g *files.Given, err error) {
		if err != nil {
			t.show()
			t.app.Fail(words.T("open.look-failed"), err, widgets.Answer{Text: words.T("problem.other-file"), Act: t.Open})
			return
		}
		t.take(g)
	})
}

func (t *Room) take(g *files.Given) {
	key, isKey := g.Only(files.Key)
	order, isOrder := g.Only(files.Table)
	waits := t.given != nil && t.result == nil
	switch {
	case isKey && waits:
		t.page.setKey(key)
		t.show()
	case isOrder && waits:
		t.page.setOrderFile(order)
		t.show()
		t.page.focusNext()
	case g.Known == 0 && (isKey || isOrder):
		t.show()
		t.app.Note(widgets.Note{State: look.Notice, Text: words.T("open.result-first")})
	case g.Count == 0:
		t.show()
		t.app.Note(widgets.Note{State: look.Warning, Text: words.T("open.no-file")})
	default:
		t.closeResult()
		t.given = nil // the page tells of changes while it is cleared
		key := t.page.keyPath.Text
		t.page.clear() // another result has another order
		t.page.keep(key)
		t.given, t.job = g, nil
		t.page.setGiven(g)
		t.show()
		t.page.focusNext()
	}
}

// start opens and checks.
func (t *Room) start(r openRequest) {
	held := t.key
	t.page.keyRemark(nil)
	store := t.app.Trust()
	t.octets = true
	frame.Run(t.work, words.T("open.opening"), func(ctx context.Context, report progress.Func) (*outcome, error) {
		return t.open(ctx, r, held, store, report)
	}, func(o *outcome, err error) {
		if o != nil && o.key != nil && o.key != t.key {
			t.key.Wipe()
			t.key = o.key
		}
		t.ended(r, o, err)
	})
}

// onlyName is the name of the one key that a result is sealed to: of several it is not known which one opened it.
func onlyName(g *files.Given) []string {
	names := slices.Compact(slices.Sorted(slices.Values(g.Names())))
	if len(names) != 1 {
		return nil
	}
	return names
}

// outcome is what the work hands back; the key even if the result did not open.
type outcome struct {
	key    *frame.HeldKey
	result *result
}

// open is the work of opening. It runs off the UI thread.
func (t *Room) open(ctx context.Context, r openRequest, held *frame.HeldKey, store frame.TrustStore, report progress.Func) (*outcome, error) {
	o := &outcome{}
	order, err := r.order.read()
	if err != nil {
		return o, &orderError{err}
	}
	anchors, err := store.Anchors(r.anchors)
	if err != nil {
		return o, &anchorError{err}
	}
	for _, c := range r.given.Anchors {
		anchors.Add(c)
	}
	req := delivery.OpenRequest{Paths: r.given.Paths, Order: order, Anchors: anchors, Practice: r.given.Practice}
	if r.key != "" {
		if held == nil || held.Path != r.key {
			if held, err = t.app.ReadKey(ctx, r.key); err != nil {
				return o, err
			}
		}
		held.Use(ctx)
		o.key = held
		req.Opener = delivery.WithKey(held.Opener)
	}
	d, err := delivery.Open(ctx, req, func(done, total int64) { report.Report(done/2, total/2) }) // it counts octets twice
	if err == nil && o.key != nil {
		t.app.KeepPassphrase(ctx, o.key)
	}
	if err == nil || delivery.Damaged(err) {
		o.result = newResult(r, d, err, t.app.Tasks().Now())
	}
	return o, err
}

// ended shows what opening came to.
func (t *Room) ended(r openRequest, o *outcome, err error) {
	form := (*delivery.FormError)(nil)
	switch {
	case err == nil || o.result != nil:
		if err == nil && r.key != "" {
			t.app.RememberKey(r.key, onlyName(r.given)...)
		}
		t.closeResult()
		t.result = o.result
		t.shows.set(t.result)
		t.tellJob(t.result)
	case frame.Cancelled(err):
		t.app.Note(widgets.Note{State: look.Notice, Text: words.T("note.cancelled")})
	case errors.As(err, &form) && r.given.Count == 1 && r.given.Sealed == 1:
		t.offerUnseal(r, err)
	default:
		t.page.failed(err)
	}
	t.show()
	if t.result != nil {
		t.shows.focus()
	}
}

// forget goes back to the empty tab.
func (t *Room) forget() {
	if t.work.Busy() {
		return
	}
	if t.exports.open {
		t.exports.leave()
		return
	}
	t.closeResult()
	t.given, t.job = nil, nil
	t.key.Wipe()
	t.key = nil
	t.page.clear()
	t.show()
	t.app.Tasks().FreeMemory()
}

func (t *Room) closeResult() {
	t.sift.Drop()
	t.peek.Drop()
	if t.result != nil && t.result.delivery != nil {
		if err := t.result.delivery.Close(); err != nil {
			fyne.LogError("the temporaries of a result", err)
		}
	}
	t.result = nil
	t.exports.open = false
	t.exports.naming.Drop()
	t.shows.set(nil)
}

// Close ends what is left when the window closes.
func (t *Room) Close() {
	t.closeResult()
	t.key.Wipe()
	t.key = nil
}

// Open lets the user pick the result.
func (t *Room) Open() { t.app.PickFiles(files.Options{Title: words.T("open.pick")}, t.Drop) }

func (t *Room) openFolder() {
	t.app.PickFolder(files.Options{Title: words.T("open.pick-folder")}, func(path string) { t.Drop([]string{path}) })
}

func (t *Room) Save() { t.act() }

func (t *Room) Paste(text string) {
	if paths := files.ParsePaths(text); len(paths) > 0 && files.LooksLikePaths(text) {
		t.Drop(paths)
	}
}

func (t *Room) Find() {
	if t.result != nil {
		t.shows.focusFind()
	}
}

// Recheck opens the result once more.
func (t *Room) Recheck() {
	if t.result != nil && !t.work.Busy() {
		t.start(t.result.request)
	}
}

func (t *Room) NextProblem() {
	if t.result != nil {
		t.shows.nextProblem()
	}
}

func (t *Room) Shown() {
	if t.given != nil && t.result == nil {
		t.page.focusNext()
	}
}

// Escape cancels what runs, closes the details, or goes back from a result to its page.
func (t *Room) Escape() {
	switch {
	case t.work.Busy():
		t.work.Cancel()
	case t.exports.open:
		t.exports.leave()
	case t.result != nil && t.shows.escape():
	case t.result != nil:
		t.back()
	}
}

// back leaves a result for the page where key and order are chosen.
func (t *Room) back() {
	t.closeResult()
	t.page.showPinned()
	t.page.showRecent()
	t.show()
	t.page.focusNext()
}

// clock writes a time of today.

func (t *Room) Telling() (*widgets.BottomBar, bool, int, string) {
	rows, current := 0, ""
	if t.result != nil && t.result.usable() && len(t.shows.views) > 0 {
		v := t.shows.views[t.shows.view]
		rows = siftedRows{v.model, t.shows.rows}.Rows()
		if i := t.shows.current(); i >= 0 {
			current = v.name(i)
		}
	}
	return t.bar, t.work.Busy() || t.sift.Busy(), rows, current
}

// Verdict is what opening came to, in a line, "" before.
func (t *Room) Verdict() string {
	if t.result == nil {
		return ""
	}
	return t.result.state.Word() + ": " + t.result.head
}

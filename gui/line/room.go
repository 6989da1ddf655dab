// Package line is the operator's half of the window, on the whole screen: one state word a hand high, one button, the lights of the
// watched folders. Folders are watched while it is in front. It has no settings: those lie in gui/settings.
package line

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/delivery"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/core/watch"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// Window is what the room needs of the window around it.
type Window interface {
	frame.Voice
	frame.Bench
	frame.Station
	frame.KeyRing
	ShowAlone(page frame.Alone)
	LeaveAlone()
	Current() frame.Room
}

const (
	poll      = 2 * time.Second // between looks at a folder
	scanShown = 8 * time.Second // an answer to a scan
	handover  = 20              // times half a second that a folder may still be held by what ended before
)

// Room is line mode.
type Room struct {
	app     Window
	copying *frame.Runner
	finding *frame.Runner
	playing *frame.Runner

	root     fyne.CanvasObject
	face     *face
	practice fyne.CanvasObject
	scan     *widgets.Entry
	button   *widgets.Button
	lights   *fyne.Container
	act      func()

	on      bool // line mode is in front
	asking  bool // whether to leave it
	lanes   []*lane
	none    error  // why there are no plans
	answer  *shown // to a scan or a drop, for a while
	endShow func()
	last    watch.State // that was heard
}

// lane is one watched folder.
type lane struct {
	plan    watch.Plan
	runner  *frame.Runner
	watcher *watch.Watcher // nil until it watches
	events  []watch.Event
	trouble error // why it does not
}

// shown is what the face says.
type shown struct {
	state look.State
	word  string
	text  string
}

// New makes the room.
func New(a Window) *Room {
	t := &Room{app: a, copying: a.Tasks().NewRunner(nil), finding: a.Tasks().NewRunner(nil), playing: a.Tasks().NewRunner(nil)}
	t.face = newFace()
	t.scan = widgets.NewEntry()
	t.scan.PlaceHolder = words.T("line.scan")
	t.scan.TypeOver = true
	t.scan.OnSubmitted = t.scanned
	t.button = widgets.NewPrimary("", nil, func() {
		if t.act != nil {
			t.act()
		}
		t.focus()
	})
	t.button.Face = look.SizeFigure // read from two steps away
	t.lights = widgets.Down(look.Gap / 2)
	t.practice = widgets.PracticePill()
	leave := widgets.NewQuiet(words.T("line.leave"), look.Icon("close"), t.askLeave)
	top := container.NewBorder(nil, nil, widgets.Across(look.Gap, widgets.Middle(widgets.NewText(words.T("line.title")).Title()), widgets.Middle(t.practice)), leave)
	bottom := container.NewGridWithColumns(2, widgets.Middle(t.scan), widgets.AtLeast(0, buttonHeight, t.button))
	t.root = widgets.Edged(widgets.Inset(look.Gap, 2*look.Gap, top), widgets.Inset(2*look.Gap, 2*look.Gap, widgets.Down(1.5*look.Gap, bottom, t.lights)), nil, nil, t.face)
	t.show()
	return t
}

// buttonHeight is that of the one button: gloves.
const buttonHeight = 2.5 * look.Target

func (t *Room) Name() string               { return words.T("line.title") }
func (t *Room) Icon() string               { return "scanner" }
func (t *Room) Content() fyne.CanvasObject { return t.root }
func (t *Room) Shown()                     { t.focus() }

// Busy says whether something runs that ends by itself; watching does not.
func (t *Room) Busy() bool { return t.copying.Busy() || t.finding.Busy() }

func (t *Room) focus() {
	if t.on {
		t.app.Canvas().Focus(t.scan)
	}
}

// Toggle is the key for line mode: it leads in, and asks before it leads out.
func (t *Room) Toggle() {
	if t.on {
		t.askLeave()
		return
	}
	t.Enter()
}

// Enter takes the screen and begins to watch.
func (t *Room) Enter() {
	if t.on {
		return
	}
	t.on, t.last, t.answer = true, "", nil
	t.app.ShowAlone(t)
	if t.app.Desk() != nil {
		t.watch()
	}
	t.show()
}

// askLeave asks before line mode ends: whoever wipes the screen must not end it.
func (t *Room) askLeave() {
	if t.asking {
		return
	}
	t.asking = true
	t.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("line.leave-title"), Text: words.T("line.leave-text"),
		OnClosed: func() { t.asking = false; t.focus() },
		Answers:  []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("line.leave-now"), Danger: true, Act: t.app.LeaveAlone}}})
}

// Left implements frame.Alone: what is being done is ended first, then nothing is watched any more.
func (t *Room) Left() {
	t.on = false
	for _, l := range t.lanes {
		l.runner.Cancel()
	}
	t.lanes = nil
}

// Escape implements frame.Escaper.
func (t *Room) Escape() { t.askLeave() }

// DeskOpens, DeskOpened and DeskFailed implement frame.DeskWatcher.
func (t *Room) DeskOpens() {}
func (t *Room) DeskOpened() {
	if t.on && t.lanes == nil {
		t.watch()
	}
}
func (t *Room) DeskFailed(err error) { t.none = err; t.show() }

// watch begins to watch the folders of the settings.
func (t *Room) watch() {
	plans, err := watch.Plans(t.app.Desk().Folder())
	t.none, t.lanes = err, nil
	for _, p := range plans {
		l := &lane{plan: p, runner: t.app.Tasks().NewRunner(nil)}
		t.lanes = append(t.lanes, l)
		t.run(l)
	}
	t.show()
}

func (t *Room) run(l *lane) {
	tasks, station := t.app.Tasks(), t.app.Desk().Station
	frame.Run(l.runner, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
		var w *watch.Watcher
		o := l.plan.Options()
		o.Poll, o.Key = poll, t.key
		o.Tell = func(watch.Event) {
			events := w.Events()
			tasks.Post(func() { l.events = events; t.show() })
		}
		var err error
		for range handover { // line mode was left a moment ago, and its last act still runs
			if w, err = watch.Open(station, o); !errors.Is(err, watch.ErrWatched) {
				break
			}
			select {
			case <-ctx.Done():
				return struct{}{}, ctx.Err()
			case <-time.After(time.Second / 2):
			}
		}
		if err != nil {
			return struct{}{}, err
		}
		tasks.Post(func() { l.watcher = w; t.show() })
		return struct{}{}, errors.Join(w.Run(ctx), w.Close())
	}, func(_ struct{}, err error) {
		l.watcher = nil
		if err != nil && !frame.Cancelled(err) {
			l.trouble = err
		}
		t.show()
	})
}

// key is the private key that a sealed result asks for: the one that opened such results before, else the one used last.
func (t *Room) key(ctx context.Context, wants []string) (delivery.Opener, func(), error) {
	path := t.app.KeyFor(wants)
	if recent := t.app.RecentKeys(); path == "" && len(recent) > 0 {
		path = recent[0]
	}
	if path == "" {
		return nil, nil, delivery.ErrNeedKey
	}
	held, err := t.app.ReadKey(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	return delivery.WithKey(held.Opener), held.Wipe, nil
}

// Drop implements frame.Alone: what is dropped goes where a machine drops its files. Which of several folders is asked: each sends to a
// profile of its own.
func (t *Room) Drop(paths []string) {
	switch len(t.lanes) {
	case 0:
		t.say(&shown{look.Warning, words.T("line.needs-you"), words.T("line.no-folders")})
		return
	case 1:
		t.copy(t.lanes[0].plan.Folder, paths)
		return
	}
	d := &widgets.Dialog{State: look.Notice, Title: words.T("line.which"), Text: words.T("line.which-text"), OnClosed: t.focus, Answers: []widgets.Answer{{Text: words.T("dialog.back")}}}
	choices := widgets.Down(look.Gap)
	for _, l := range t.lanes {
		name := filepath.Base(l.plan.Folder)
		if l.plan.ProfileName != "" {
			name += " · " + l.plan.ProfileName
		}
		choices.Add(widgets.AtLeast(0, buttonHeight, widgets.NewButton(words.Visible(name), nil, func() {
			d.Close()
			t.copy(l.plan.Folder, paths)
		})))
	}
	d.Body = choices
	t.app.Ask(d)
}

func (t *Room) copy(folder string, paths []string) {
	frame.Run(t.copying, "", func(ctx context.Context, _ progress.Func) (int, error) { return copyInto(ctx, folder, paths) }, func(n int, err error) {
		switch {
		case frame.Cancelled(err):
		case err != nil:
			t.say(&shown{look.Failed, words.T("line.refused"), frame.Words(err)})
		default:
			t.say(&shown{look.Ready, words.T("line.taken"), words.N("line.taken-text", n)})
		}
	})
}

// scanned answers a scan: how the batch stands that a job traveller names.
func (t *Room) scanned(text string) {
	t.scan.SetText("")
	d := t.app.Desk()
	if d == nil || text == "" {
		return
	}
	frame.Run(t.finding, "", func(ctx context.Context, _ progress.Func) (*job.Record, error) { return d.Jobs.Scanned(ctx, text) }, func(r *job.Record, err error) {
		switch {
		case errors.Is(err, job.ErrNotFound):
			t.say(&shown{look.Failed, words.T("line.unknown"), words.T("line.unknown-text", "Text", words.Short(words.Visible(text)))})
		case err != nil:
			t.say(&shown{look.Warning, words.T("line.needs-you"), frame.Words(err)})
		default:
			t.say(&shown{stateOf(r), words.SentenceCase(string(r.State)), r.Short() + " · " + words.Sentence(r.Sentence())})
		}
	})
}

// stateOf is how a batch looks across the room.
func stateOf(r *job.Record) look.State {
	switch r.State {
	case job.Opened, job.Delivered:
		if !r.Partial() {
			return look.Ready
		}
		return look.Warning
	case job.Failed, job.Rejected, job.Cancelled:
		return look.Failed
	case job.MayExist:
		return look.Warning
	}
	return look.Running
}

// say shows an answer for a while.
func (t *Room) say(s *shown) {
	if t.endShow != nil {
		t.endShow()
	}
	t.answer = s
	t.endShow = t.app.Tasks().After(scanShown, func() { t.answer = nil; t.show() })
	t.sound(s.state)
	t.show()
	t.focus()
}

// light is the most urgent of all folders, with its lane.
func (t *Room) light() (e watch.Event, of *lane) {
	var all []watch.Event
	for _, l := range t.lanes {
		if l.trouble != nil {
			all = append(all, watch.Event{State: watch.NeedsYou, Folder: l.plan.Folder, Message: frame.Words(l.trouble)})
			continue
		}
		all = append(all, watch.Light(l.events))
	}
	e = watch.Light(all)
	i := slices.IndexFunc(t.lanes, func(l *lane) bool { return l.plan.Folder == e.Folder })
	if i >= 0 {
		of = t.lanes[i]
	}
	return e, of
}

// show draws everything as it is now.
func (t *Room) show() {
	e, _ := t.light()
	now := shown{looks[e.State], stateWord(e.State), sentence(e)}
	t.act = nil
	text := words.T("line.nothing")
	switch {
	case t.none != nil:
		now = shown{look.Warning, words.T("line.needs-you"), frame.Words(t.none)}
	case len(t.lanes) == 0:
		now.text = words.T("line.no-folders")
	case e.State == watch.Gathering:
		text, t.act = words.T("line.send-now"), t.hurry
	case e.State == watch.NeedsYou:
		text, t.act = words.T("line.again"), t.hurry
	case e.State == watch.Refused, e.State == watch.Opened:
		text, t.act = words.T("line.seen"), t.seen
	}
	if e.State != t.last {
		t.last = e.State
		t.sound(looks[e.State])
	}
	if t.answer != nil {
		now = *t.answer
	}
	t.face.set(now)
	t.button.SetText(text)
	t.button.SetEnabled(t.act != nil)
	t.lights.Objects = nil
	practice := false
	for _, l := range t.lanes {
		practice = practice || l.plan.Connection == job.PracticeID
		t.lights.Add(t.row(l))
	}
	if practice {
		t.practice.Show()
	} else {
		t.practice.Hide()
	}
	t.lights.Refresh()
	t.root.Refresh()
}

// hurry has every folder act now.
func (t *Room) hurry() {
	for _, l := range t.lanes {
		switch {
		case l.watcher != nil:
			l.watcher.Hurry()
		case l.trouble != nil && !l.runner.Busy():
			l.trouble = nil
			t.run(l)
		}
	}
	t.show()
}

// seen puts out the lights of what is done or refused.
func (t *Room) seen() {
	for _, l := range t.lanes {
		if l.watcher != nil {
			l.watcher.Acknowledge()
			l.events = l.watcher.Events()
		}
	}
	t.show()
}

// row is the light of one folder: icon, word and numbers.
func (t *Room) row(l *lane) fyne.CanvasObject {
	e := watch.Light(l.events)
	if l.trouble != nil {
		e = watch.Event{State: watch.NeedsYou, Message: frame.Words(l.trouble)}
	}
	s := looks[e.State]
	text := widgets.NewText(words.Visible(filepath.Base(l.plan.Folder)) + " · " + stateWord(e.State) + " · " + sentence(e)).Giving()
	return container.NewBorder(nil, nil, widgets.Across(look.Gap, widgets.Middle(widgets.Icon(s.Icon(), 22)), widgets.Space(0, 0)), nil, widgets.Middle(text))
}

// looks is what a state of the watch looks like.
var looks = map[watch.State]look.State{watch.Waiting: look.Notice, watch.Gathering: look.Running, watch.Sending: look.Running, watch.Sent: look.Running,
	watch.Opened: look.Ready, watch.Refused: look.Failed, watch.NeedsYou: look.Warning}

// stateWord is the one word of a state.
func stateWord(s watch.State) string {
	switch s {
	case watch.Gathering:
		return words.T("line.gathering")
	case watch.Sending:
		return words.T("line.sending")
	case watch.Sent:
		return words.T("line.sent")
	case watch.Opened:
		return words.T("line.opened")
	case watch.Refused:
		return words.T("line.refused")
	case watch.NeedsYou:
		return words.T("line.needs-you")
	}
	return words.T("line.waiting")
}

// sentence is what is said below the word.
func sentence(e watch.Event) string {
	switch {
	case e.State == watch.Gathering:
		return words.T("line.gathering-text", "Count", words.Group(e.Count), "Of", words.Group(e.Of))
	case e.State == watch.Sending:
		return words.N("line.sending-text", e.Count)
	case e.State == watch.Waiting && e.Message == "":
		return words.T("line.waiting-text")
	}
	text := words.Sentence(words.Visible(e.Message))
	if e.File != "" && e.State == watch.Refused {
		text = words.Visible(e.File) + ": " + text
	}
	if e.Hint != "" {
		text += " " + words.Sentence(e.Hint)
	}
	return text
}

// Verdict implements frame.Judging: what the face says.
func (t *Room) Verdict() string { return t.face.AccessibilityLabel() }

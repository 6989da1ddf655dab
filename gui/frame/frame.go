package frame

import (
	"context"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/core/delivery"
	"enrollbench/core/keychain"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/files"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
	"enrollbench/resources"
)

// Frame is what stands around the rooms: the rail and the header, the room in front, notes and dialogs, work off the UI
// thread, file dialogs and preferences, the desk with its connections, and the recipient. Each room states as an interface
// what it needs of it. Methods belong to the UI thread unless they say otherwise.
type Frame struct {
	fyne       fyne.App
	window     fyne.Window
	tasks      *Tasks
	choose     files.Chooser
	starting   *Runner // what is done once when the program starts
	opening    *Runner // the desk, and what it keeps
	practising *Runner // the start of the practice service
	asking     *Runner // file dialogs of the operating system, which take their time

	placed   fyne.Focusable // what had the focus at a place of the window last
	missed   fyne.Focusable // what has it and has not been seen yet
	rooms    []Room
	pages    []Room // that are shown in front of the rooms
	active   int
	aside    Room                // the page in front of the rooms, nil for none
	alone    Alone               // the page that has the screen to itself, nil for none
	around   []fyne.CanvasObject // what stands around the rooms
	layout   Layout
	rail     []*widgets.Row
	stage    *fyne.Container
	toast    *widgets.Toast
	endToast func()
	dialogs  []*widgets.Dialog
	closing  bool
	leading  int  // drops that are being looked at
	given    bool // files came with the start of the program

	savedBefore string // the folder that files were saved to before the last choice

	config        string // folder for what is to be kept
	documentation fs.FS
	traces        string // folder of notes about temporaries
	trust         TrustStore

	desk        *Desk // nil until it is open
	deskTrouble error // why it did not open
	secrets     SecretStore
	connected   ConnectionList
	recipient   *recipient.Recipient // whom results are encrypted to, nil for nobody

	pills    *fyne.Container
	link     *widgets.Row // in the header: the connection that is used
	linkIcon *canvas.Image
	linkText *widgets.Text
	badges   []*widgets.Text // beside the names of the rooms
	pill     *widgets.Row
	pillIcon *canvas.Image
	pillText *widgets.Text
	who      *widgets.Row
	whoText  *widgets.Text
}

// Options of the window; the zero value is for ordinary use.
type Options struct {
	Tasks   *Tasks
	Chooser files.Chooser
	Config  string                                      // folder for what is to be kept, "" for the user's own
	Secrets SecretStore                                 // nil for the keychain of the system
	Pages   fs.FS                                       // the pages of the documentation, by their paths in the repository
	Traces  string                                      // folder of notes about temporaries (delivery.Sweep), "" for the usual one
	OnPanic func(value any, stack []byte) (file string) // told of a defect that ended a piece of work, but not the program; says where it wrote that down
}

// Layout is where the rooms are, and what is asked before the window closes.
type Layout struct {
	Rooms       []Room             // on the rail, in their order
	Pages       []Room             // shown in front of the rooms
	Keys        Room               // the page behind the recipient in the header
	Connections Room               // the room behind the connection in the header
	Help        Helper             // the page behind F1; nil for none
	Line        func()             // behind Ctrl+8: line mode, or out of it; nil for none
	Leave       func(leave func()) // calls leave unless somebody wants to stay
}

// NewFrame makes the window without rooms, and shows nothing yet.
func New(f fyne.App, o Options) *Frame {
	f.Settings().SetTheme(look.NewTheme())
	a := &Frame{fyne: f, tasks: o.Tasks, choose: o.Chooser, traces: o.Traces, documentation: o.Pages}
	if a.tasks == nil {
		a.tasks = NewTasks()
	}
	a.tasks.onPanic = o.OnPanic
	post := a.tasks.post
	a.tasks.post = func(f func()) { post(func() { f(); a.dropGoneFocus() }) }
	a.window = f.NewWindow("EnrollBench")
	a.window.SetIcon(resources.AppIcon())
	a.window.SetMaster()
	a.window.SetPadded(false)
	if a.choose == nil {
		a.choose = files.First{files.Portal{}, files.Native{Window: a.window}, files.Toolkit{Window: a.window, Post: a.tasks.post, Ask: a.Ask}}
	}
	a.asking, a.starting, a.opening = a.tasks.NewRunner(nil), a.tasks.NewRunner(nil), a.tasks.NewRunner(nil)
	a.practising = a.tasks.NewRunner(nil)
	if a.secrets = o.Secrets; a.secrets == nil {
		a.secrets = keychain.New()
	}
	a.toast = widgets.NewToast()
	if a.config = o.Config; a.config == "" {
		a.config = trustmanager.DefaultFolder()
	}
	a.trust = newTrustStore(a.config)
	return a
}

// Furnish puts the rooms onto the rail and the pages in front of them, and begins what the program does by itself: what a
// crash left is removed, and the desk is opened.
func (a *Frame) Furnish(l Layout) {
	a.rooms, a.pages, a.layout = l.Rooms, l.Pages, l
	a.window.SetContent(a.content())
	a.window.SetOnDropped(a.OnDropped)
	a.window.SetCloseIntercept(a.OnClose)
	a.shortcuts()
	p := a.Preferences()
	a.window.Resize(fyne.NewSize(
		float32(p.FloatWithFallback(prefWidth, 1280)), float32(p.FloatWithFallback(prefHeight, 860))))
	a.showRoom(0)
	a.showPill()
	a.showLink()
	a.sweep(a.traces)
	a.offerCrash()
	a.openDesk()
}

// dropGoneFocus takes the focus from something that is no longer there: work that ended has replaced it, or a step back hid it.
// What got the focus just now has no place before the next frame, so that it is waited for.
func (a *Frame) dropGoneFocus() {
	f := a.Canvas().Focused()
	o, ok := f.(fyne.CanvasObject)
	switch {
	case !ok:
	case !sight.Gone(o):
		a.placed, a.missed = f, nil
	case a.placed == f:
		a.Canvas().Unfocus()
	case a.missed != f:
		a.missed = f
		a.tasks.After(frameTime, func() {
			if a.missed == f && a.Canvas().Focused() == f && sight.Gone(o) {
				a.Canvas().Unfocus()
			}
		})
	}
}

// frameTime is longer than the first frame of anything takes.
const frameTime = 2 * time.Second

// Preferences that are remembered.
const (
	prefWidth      = "window.width"
	prefHeight     = "window.height"
	PrefOpenFolder = "folder.open"
	PrefSaveFolder = "folder.save"
	PrefLanguage   = "language"    // a tag of words.Languages; "" is the system's
	PrefSilent     = "line.silent" // no sounds in line mode
	prefKeyFolder  = "folder.keys"
)

// Run shows the window and returns when it is closed.
func (a *Frame) Run() {
	a.TellTests()
	a.window.ShowAndRun()
}

// Window is the window.
func (a *Frame) Window() fyne.Window { return a.window }

// Canvas is what the focus is set on.
func (a *Frame) Canvas() fyne.Canvas { return a.window.Canvas() }

// Clipboard is the system's.
func (a *Frame) Clipboard() fyne.Clipboard { return a.fyne.Clipboard() }

// Preferences are what the program remembers of its user.
func (a *Frame) Preferences() fyne.Preferences { return a.fyne.Preferences() }

// Tasks runs work off the UI thread.
func (a *Frame) Tasks() *Tasks { return a.tasks }

// Config is the folder for what is to be kept.
func (a *Frame) Config() string { return a.config }

// Documentation is the pages that help shows, by their paths in the repository.
func (a *Frame) Documentation() fs.FS { return a.documentation }

// Version is that of the program, as the build names it.
func (a *Frame) Version() string { return a.fyne.Metadata().Version }

// Trust keeps the pinned issuers.
func (a *Frame) Trust() TrustStore { return a.trust }

// Secrets is the keychain.
func (a *Frame) Secrets() SecretStore { return a.secrets }

// Desk is what batches need besides the window, nil until it is open.
func (a *Frame) Desk() *Desk { return a.desk }

// Connections are those that were read last.
func (a *Frame) Connections() ConnectionList { return a.connected }

// Recipient is whom results are encrypted to, nil for nobody.
func (a *Frame) Recipient() *recipient.Recipient { return a.recipient }

// Dialogs are those that are open, the latest last.
func (a *Frame) Dialogs() []*widgets.Dialog { return a.dialogs }

// Toast is what notes are shown in.
func (a *Frame) Toast() *widgets.Toast { return a.toast }

// Header is what stands in the header: the connection and the recipient.
func (a *Frame) Header() (connection, recipient *widgets.Text) { return a.linkText, a.pillText }

// Closing says whether the window is about to close.
func (a *Frame) Closing() bool { return a.closing }

// Idle says whether nothing runs that ends by itself, in the frame and in any room.
func (a *Frame) Idle() bool {
	idle := a.leading == 0 && !a.asking.Busy() && !a.starting.Busy() && !a.opening.Busy() && !a.practising.Busy()
	tell(a, func(w Working) { idle = idle && !w.Busy() })
	return idle
}

// content is everything in the window.
func (a *Frame) content() fyne.CanvasObject {
	a.stage = container.NewStack()
	for _, r := range slices.Concat(a.rooms, a.pages) {
		r.Content().Hide()
		a.stage.Add(r.Content())
	}
	rail := widgets.Down(look.Gap / 2)
	line := func(icon, name string, act func(), more ...fyne.CanvasObject) *widgets.Row {
		r := widgets.NewRow(widgets.Inset(look.Gap*1.25, look.Gap*1.5, widgets.Across(look.Gap*1.5, append([]fyne.CanvasObject{
			widgets.Middle(widgets.Icon(look.Icon(icon), 20)), widgets.Middle(widgets.NewText(name))}, more...)...)), 8, act)
		r.Label = name
		return r
	}
	for i, r := range a.rooms {
		badge := widgets.NewText("").Bold()
		badge.Color = theme.ColorNamePrimary
		a.badges = append(a.badges, badge)
		a.rail = append(a.rail, line(r.Icon(), r.Name(), func() { a.showRoom(i) }, widgets.Middle(badge)))
		rail.Add(a.rail[i])
	}
	side := widgets.Wide(168, container.NewStack(widgets.NewArea(look.ColorRail, 0),
		widgets.Inset(look.Gap*1.5, look.Gap, container.NewBorder(rail, line("help", words.T("app.help"), a.help), nil, nil, widgets.Inset(look.Gap, 0, a.toast)))))
	a.around = []fyne.CanvasObject{a.header(), widgets.Edged(nil, nil, nil, widgets.Upright(), side)}
	return widgets.WithTips(widgets.Edged(a.around[0], nil, a.around[1], nil, a.stage))
}

// showRoom brings the room of a number to the front.
func (a *Frame) showRoom(i int) {
	if i < 0 || i >= len(a.rooms) || a.alone != nil {
		return
	}
	a.active = i
	a.front(a.rooms[i])
}

// Bring brings a room to the front.
func (a *Frame) Bring(r Room) { a.showRoom(slices.Index(a.rooms, r)) }

// Back leaves a page for the room that it was opened from.
func (a *Frame) Back() { a.showRoom(a.active) }

// ShowAside brings a page to the front that is no room: leaving it leads back to the room it was opened from.
func (a *Frame) ShowAside(page Room) { a.front(page) }

// ShowKeys brings the panel of encryption keys to the front.
func (a *Frame) ShowKeys() { a.front(a.layout.Keys) }

// ShowConnections brings the connections to the front.
func (a *Frame) ShowConnections() { a.Bring(a.layout.Connections) }

// front shows a room or page and hides the others.
func (a *Frame) front(front Room) {
	if a.alone != nil && front != Room(a.alone) {
		return
	}
	a.aside = nil
	for i, r := range a.rooms {
		a.rail[i].SetSelected(r == front)
		show(r.Content(), r == front)
	}
	for _, p := range a.pages {
		if show(p.Content(), p == front); p == front {
			a.aside = p
		}
	}
	a.pill.SetSelected(front == a.layout.Keys)
	widgets.ClearTips(a.Canvas())
	a.Canvas().Unfocus()
	front.Shown()
}

// ShowAlone gives a page the whole screen.
func (a *Frame) ShowAlone(page Alone) {
	if a.alone == nil {
		a.alone = page
		a.showAround()
		a.front(page)
	}
}

// LeaveAlone leads back from a page that has the screen to itself.
func (a *Frame) LeaveAlone() {
	if page := a.alone; page != nil {
		a.alone = nil
		a.showAround()
		a.Back()
		page.Left()
	}
}

func (a *Frame) showAround() {
	for _, o := range a.around {
		show(o, a.alone == nil)
	}
	a.window.SetFullScreen(a.alone != nil)
	a.window.Content().Refresh()
}

// show shows an object or hides it.
func show(o fyne.CanvasObject, on bool) {
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}

// Current is the room or page in front.
func (a *Frame) Current() Room {
	if a.aside != nil {
		return a.aside
	}
	return a.rooms[a.active]
}

// Badge says beside the name of a room how many things call for somebody; 0 says nothing.
func (a *Frame) Badge(r Room, n int) {
	i := slices.Index(a.rooms, r)
	if i < 0 {
		return
	}
	text := ""
	if n > 0 {
		text = words.Group(n)
	}
	a.badges[i].SetText(text)
	a.rail[i].Refresh()
}

// BadgeOf is what stands beside the name of a room.
func (a *Frame) BadgeOf(r Room) string { return a.badges[slices.Index(a.rooms, r)].Text() }

// sweep removes the plaintext that a crash left, and then recalls the recipient.
func (a *Frame) sweep(traces string) {
	Run(a.starting, "", func(context.Context, progress.Func) ([]string, error) { return delivery.Sweep(traces) }, func(removed []string, err error) {
		switch {
		case len(removed) > 0:
			a.Note(widgets.Note{State: look.Warning, Detail: strings.Join(removed, "\n"), Text: words.N("app.swept", len(removed))})
		case err != nil:
			a.Note(widgets.Note{State: look.Warning, Detail: words.Error(err), Text: words.T("app.sweep-failed")})
		}
		a.recall()
	})
}

// onClose asks about what is being sent and about edits that are not saved, and then closes.
func (a *Frame) OnClose() {
	if !a.closing {
		a.layout.Leave(a.quit)
	}
}

// quit cancels what runs, waits for it and closes.
func (a *Frame) quit() {
	if a.closing {
		return
	}
	a.closing = true
	size, p := a.Canvas().Size(), a.Preferences()
	p.SetFloat(prefWidth, float64(size.Width))
	p.SetFloat(prefHeight, float64(size.Height))
	a.tasks.Close(func() {
		a.CloseRooms()
		a.window.Close()
	})
}

// closeRooms takes away what rooms and desk left on the disk for themselves.
func (a *Frame) CloseRooms() {
	tell(a, Closer.Close)
	if a.desk != nil {
		if err := a.desk.Close(); err != nil {
			fyne.LogError("the list of jobs", err)
		}
	}
}

// noteTime is how long a toast stays; one with a way back stays longer.
const (
	noteTime       = 7 * time.Second
	noteActionTime = 14 * time.Second
)

// Note says something in passing.
func (a *Frame) Note(n widgets.Note) {
	if a.endToast != nil {
		a.endToast()
	}
	a.toast.ShowNote(n)
	d := noteTime
	if n.Action != "" {
		d = noteActionTime
	}
	a.endToast = a.tasks.After(d, a.toast.Clear)
}

// Written says that a file was written, and offers to show it in its folder.
func (a *Frame) Written(state look.State, text, path string) {
	a.Note(widgets.Note{State: state, Text: text, Detail: path, Action: words.T("save.show"), Act: func() { a.ShowInFolder(path) }})
}

// ShowInFolder opens a folder, or that of a file, in the system's file browser. Where there is none the path is copied.
func (a *Frame) ShowInFolder(path string) {
	if err := a.fyne.OpenURL(folderURL(path)); err != nil {
		a.Clipboard().SetContent(path)
		a.Note(widgets.Note{State: look.Warning, Text: words.T("save.not-shown"), Detail: path})
	}
}

// folderURL names a folder, or that of a file, as file browsers want it: with three slashes on Windows too.
func folderURL(path string) *url.URL {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		path = filepath.Dir(path)
	}
	return &url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(path), "/")}
}

// Busy says that one thing comes after the other.
func (a *Frame) Busy() { a.Note(widgets.Note{State: look.Running, Text: words.T("csr.busy")}) }

// Below opens a menu beneath an object.
func (a *Frame) Below(o fyne.CanvasObject, items ...*fyne.MenuItem) {
	pos := a.fyne.Driver().AbsolutePositionForObject(o)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), a.Canvas(), pos.AddXY(0, o.Size().Height))
}

// Ask shows a dialog.
func (a *Frame) Ask(d *widgets.Dialog) {
	a.toast.Clear()
	closed := d.OnClosed
	d.OnClosed = func() {
		a.dialogs = slices.DeleteFunc(a.dialogs, func(other *widgets.Dialog) bool { return other == d })
		if closed != nil {
			closed()
		}
	}
	a.dialogs = append(a.dialogs, d)
	d.Show(a.Canvas())
}

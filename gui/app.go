// Package gui is the window: a rail of tabs, each of which shows one package of core. Tabs hold plain models; what takes
// time runs through Tasks (task.go), and what goes wrong is put into words in messages.go.
package gui

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"enrollbench/core/delivery"
	"enrollbench/core/keychain"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
	"enrollbench/resources"
)

// tab is one part of the program in the rail. Every method belongs to the UI thread.
type tab interface {
	name() string
	icon() string
	content() fyne.CanvasObject
	drop(paths []string)
	open()        // Ctrl+O
	save()        // Ctrl+S
	find()        // Ctrl+F
	paste(string) // Ctrl+V while no field has the focus
	undo()        // Ctrl+Z
	recheck()     // F5
	nextProblem() // F8
	escape()      // Escape while no dialog is open
	shown()       // the tab came to the front
	close()       // the window closes: what the tab left on the disk for itself goes
}

// App is the window with all that is in it.
type App struct {
	fyne       fyne.App
	window     fyne.Window
	tasks      *Tasks
	choose     Chooser
	starting   *Runner // what is done once when the program starts
	opening    *Runner // the desk, and what it keeps
	practising *Runner // the start of the practice service
	asking     *Runner // file dialogs of the operating system, which take their time

	tabs     []tab
	pages    []tab // that are shown in front of the tabs
	active   int
	rail     []*widgets.Row
	stage    *fyne.Container
	toast    *widgets.Toast
	endToast func()
	dialogs  []*widgets.Dialog
	closing  bool

	config string // folder for what is to be kept
	trust  trustStore

	desk        *desk // nil until it is open
	deskTrouble error // why it did not open
	secrets     secretStore
	connected   connectionList

	CSR      *csrTab
	CSV      *csvTab
	MAC      *macTab
	Jobs     *jobTab
	Results  *openTab
	Settings *settingsTab
	Keys     *keyPanel
	Start    *startPage
	Welcome  *welcomePage
	Contract *contractPage
	aside    tab // a page in front of the tabs, such as the key panel; nil for none

	Recipient *recipient.Recipient // whom results are encrypted to, nil for nobody
	pills     *fyne.Container
	link      *widgets.Row // in the header: the connection that is used
	linkIcon  *canvas.Image
	linkText  *widgets.Text
	badges    []*widgets.Text // beside the names of the tabs
	pill      *widgets.Row
	pillIcon  *canvas.Image
	pillText  *widgets.Text
}

// Options of the window; the zero value is for ordinary use.
type Options struct {
	Tasks   *Tasks
	Chooser Chooser
	Config  string                        // folder for what is to be kept, "" for the user's own
	Secrets secretStore                   // nil for the keychain of the system
	Traces  string                        // folder of notes about temporaries (delivery.Sweep), "" for the usual one
	OnPanic func(value any, stack []byte) // told of a defect that ended a piece of work, but not the program
}

// New makes the window, and shows nothing yet.
func New(f fyne.App, o Options) *App {
	f.Settings().SetTheme(look.NewTheme())
	a := &App{fyne: f, tasks: o.Tasks, choose: o.Chooser}
	if a.tasks == nil {
		a.tasks = NewTasks()
	}
	a.tasks.onPanic = o.OnPanic
	a.window = f.NewWindow("EnrollBench")
	a.window.SetIcon(resources.AppIcon())
	a.window.SetMaster()
	a.window.SetPadded(false)
	if a.choose == nil {
		a.choose = firstChooser{portalChooser{}, nativeChooser{}, fyneChooser{window: a.window, post: a.tasks.post, ask: a.ask}}
	}
	a.asking, a.starting, a.opening = a.tasks.NewRunner(nil), a.tasks.NewRunner(nil), a.tasks.NewRunner(nil)
	a.practising = a.tasks.NewRunner(nil)
	if a.secrets = o.Secrets; a.secrets == nil {
		a.secrets = keychain.New()
	}
	a.toast = widgets.NewToast()
	if o.Config == "" {
		o.Config = trustmanager.DefaultFolder()
	}
	a.config = o.Config
	a.trust = newTrustStore(o.Config)
	a.CSR, a.CSV, a.MAC, a.Results = newCSRTab(a), newCSVTab(a), newMACTab(a), newOpenTab(a)
	a.Jobs, a.Settings = newJobTab(a), newSettingsTab(a)
	a.tabs = []tab{a.CSR, a.CSV, a.MAC, a.Jobs, a.Results, a.Settings}
	a.Keys = newKeyPanel(a)
	a.Start, a.Welcome, a.Contract = newStartPage(a), newWelcomePage(a), newContractPage(a)
	a.pages = []tab{a.Keys, a.Start, a.Welcome, a.Contract}

	a.window.SetContent(a.frame())
	a.window.SetOnDropped(a.onDropped)
	a.window.SetCloseIntercept(a.onClose)
	a.shortcuts()
	p := f.Preferences()
	a.window.Resize(fyne.NewSize(
		float32(p.FloatWithFallback(prefWidth, 1280)), float32(p.FloatWithFallback(prefHeight, 860))))
	a.showTab(0)
	a.showPill()
	a.showLink()
	a.sweep(o.Traces)
	a.openDesk(o.Config)
	return a
}

// Preferences that are remembered.
const (
	prefWidth      = "window.width"
	prefHeight     = "window.height"
	prefOpenFolder = "folder.open"
	prefSaveFolder = "folder.save"
)

// Run shows the window and returns when it is closed.
func (a *App) Run() {
	a.tellTests()
	a.window.ShowAndRun()
}

// Window is the window.
func (a *App) Window() fyne.Window { return a.window }

// AddPaths takes what the command line gives: a CSV is opened, files and folders otherwise go to the CSR tab.
func (a *App) AddPaths(paths []string) {
	if len(paths) == 1 && strings.EqualFold(filepath.Ext(paths[0]), ".csv") {
		a.showTab(1)
		a.CSV.openPath(paths[0])
		return
	}
	a.CSR.drop(paths)
}

// frame is everything in the window.
func (a *App) frame() fyne.CanvasObject {
	a.stage = container.NewStack()
	for _, t := range a.tabs {
		c := t.content()
		c.Hide()
		a.stage.Add(c)
	}
	for _, p := range a.pages {
		p.content().Hide()
		a.stage.Add(p.content())
	}
	rail := widgets.Down(look.Gap / 2)
	for i, t := range a.tabs {
		badge := widgets.NewText("").Bold()
		badge.Color = theme.ColorNamePrimary
		r := widgets.NewRow(widgets.Inset(look.Gap*1.25, look.Gap*1.5, widgets.Across(look.Gap*1.5,
			widgets.Middle(widgets.Icon(look.Icon(t.icon()), 20)), widgets.Middle(widgets.NewText(t.name())), widgets.Middle(badge))), 8,
			func() { a.showTab(i) })
		r.Label = t.name()
		a.badges = append(a.badges, badge)
		a.rail = append(a.rail, r)
		rail.Add(r)
	}
	help := widgets.NewRow(widgets.Inset(look.Gap*1.25, look.Gap*1.5, widgets.Across(look.Gap*1.5,
		widgets.Middle(widgets.Icon(look.Icon("help"), 20)), widgets.Middle(widgets.NewText(words.T("app.help"))))), 8, a.help)
	help.Label = words.T("app.help")
	side := widgets.Wide(168, container.NewStack(widgets.NewArea(look.ColorRail, 0),
		widgets.Inset(look.Gap*1.5, look.Gap, container.NewBorder(nil, help, nil, nil, rail))))
	return container.NewStack(
		widgets.Edged(a.header(), nil, widgets.Edged(nil, nil, nil, widgets.Upright(), side), nil, a.stage),
		a.toast)
}

// showTab brings a tab to the front.
func (a *App) showTab(i int) {
	if i < 0 || i >= len(a.tabs) {
		return
	}
	a.active = i
	a.setAside(nil)
	for k := range a.tabs {
		a.rail[k].SetSelected(k == i)
		if k == i {
			a.stage.Objects[k].Show()
		} else {
			a.stage.Objects[k].Hide()
		}
	}
	a.window.Canvas().Unfocus()
	a.tabs[i].shown()
}

// bring brings a tab to the front.
func (a *App) bring(t tab) { a.showTab(slices.Index(a.tabs, t)) }

// current is the tab in front.
func (a *App) current() tab {
	if a.aside != nil {
		return a.aside
	}
	return a.tabs[a.active]
}

// showKeys brings the key panel to the front.
func (a *App) showKeys() { a.showAside(a.Keys) }

// showAside brings a page to the front that is no tab: leaving it leads back to the tab it was opened from.
func (a *App) showAside(page tab) {
	for k := range a.tabs {
		a.rail[k].SetSelected(false)
		a.stage.Objects[k].Hide()
	}
	a.setAside(page)
	a.window.Canvas().Unfocus()
	page.shown()
}

// setAside shows a page and hides the others; nil hides all.
func (a *App) setAside(page tab) {
	a.aside = page
	for _, p := range a.pages {
		if p == page {
			p.content().Show()
		} else {
			p.content().Hide()
		}
	}
	a.pill.SetSelected(page == tab(a.Keys))
}

// badge says beside the name of a tab how many things call for somebody; 0 says nothing.
func (a *App) badge(t tab, n int) {
	for i, other := range a.tabs {
		if other == t && i < len(a.badges) {
			text := ""
			if n > 0 {
				text = count(n)
			}
			a.badges[i].SetText(text)
			a.rail[i].Refresh()
		}
	}
}

// sweep removes the plaintext that a crash left, and then recalls the recipient.
func (a *App) sweep(traces string) {
	Run(a.starting, "", func(context.Context, progress.Func) ([]string, error) { return delivery.Sweep(traces) }, func(removed []string, err error) {
		switch {
		case len(removed) > 0:
			a.note(widgets.Note{State: look.Warning, Detail: strings.Join(removed, "\n"), Text: words.N("app.swept", len(removed))})
		case err != nil:
			a.note(widgets.Note{State: look.Warning, Detail: visible(err.Error()), Text: words.T("app.sweep-failed")})
		}
		a.recall()
	})
}

// onDropped gives what was dropped anywhere on the window to the tab in front.
func (a *App) onDropped(_ fyne.Position, uris []fyne.URI) {
	if a.covered() {
		return
	}
	var paths []string
	for _, u := range uris {
		if u.Scheme() == "file" {
			paths = append(paths, filepath.FromSlash(u.Path()))
		}
	}
	if len(paths) > 0 {
		a.current().drop(paths)
	}
}

// onClose asks about what is being sent and about edits that are not saved, and then closes.
func (a *App) onClose() {
	if !a.closing {
		a.Jobs.leave(func() { a.CSV.leave(a.quit) })
	}
}

// quit cancels what runs, waits for it and closes.
func (a *App) quit() {
	if a.closing {
		return
	}
	a.closing = true
	size, p := a.window.Canvas().Size(), a.fyne.Preferences()
	p.SetFloat(prefWidth, float64(size.Width))
	p.SetFloat(prefHeight, float64(size.Height))
	a.tasks.Close(func() {
		for _, t := range a.tabs {
			t.close()
		}
		for _, p := range a.pages {
			p.close()
		}
		if a.desk != nil {
			if err := a.desk.Close(); err != nil {
				fyne.LogError("the list of jobs", err)
			}
		}
		a.window.Close()
	})
}

// noteTime is how long a toast stays; one with a way back stays longer.
const (
	noteTime       = 7 * time.Second
	noteActionTime = 14 * time.Second
)

// note says something in passing.
func (a *App) note(n widgets.Note) {
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

// ask shows a dialog.
func (a *App) ask(d *widgets.Dialog) {
	a.toast.Clear()
	closed := d.OnClosed
	d.OnClosed = func() {
		for i := range a.dialogs {
			if a.dialogs[i] == d {
				a.dialogs = append(a.dialogs[:i], a.dialogs[i+1:]...)
				break
			}
		}
		if closed != nil {
			closed()
		}
	}
	a.dialogs = append(a.dialogs, d)
	d.Show(a.window.Canvas())
}

// pick lets the user choose with work, which runs off the UI thread and waits for the answer, and hands the answer on
// unless there is none.
func pick[T any](a *App, work func(ctx context.Context) (T, error), done func(T)) {
	if a.asking.Busy() {
		return // one file dialog at a time
	}
	Run(a.asking, "", func(ctx context.Context, _ progress.Func) (T, error) { return work(ctx) },
		func(v T, err error) {
			if err != nil {
				if !cancelled(err) {
					a.fail(words.T("problem.no-dialog"), err)
				}
				return
			}
			done(v)
		})
}

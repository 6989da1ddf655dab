// Package gui is the window: it furnishes the frame (gui/frame) with the rooms, each of which shows one package of core, and
// leads from one room to another. Rooms do not know of each other.
package gui

import (
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"enrollbench/core/job"
)

// App is the window with all that is in it.
type App struct {
	*Frame

	CSR      *csrTab
	CSV      *csvTab
	MAC      *macTab
	Jobs     *jobTab
	Results  *openTab
	Settings *settingsTab
	Keys     *keyPanel
	Start    *startPage
	Welcome  *welcomePage
}

// New makes the window, and shows nothing yet.
func New(f fyne.App, o Options) *App {
	a := &App{Frame: NewFrame(f, o)}
	a.CSR, a.CSV, a.MAC, a.Results = newCSRTab(a), newCSVTab(a), newMACTab(a), newOpenTab(a)
	a.Jobs, a.Settings = newJobTab(a), newSettingsTab(a)
	a.Keys, a.Start = newKeyPanel(a), newStartPage(a)
	a.Welcome = newWelcomePage(a, a.Start)
	a.Furnish([]Room{a.CSR, a.CSV, a.MAC, a.Jobs, a.Results, a.Settings}, []Room{a.Keys, a.Start, a.Welcome, a.Settings.contract},
		Places{Keys: a.Keys, Connections: a.Settings, Leave: func(leave func()) { a.Jobs.Leave(func() { a.CSV.Leave(leave) }) }}, o)
	return a
}

// AddPaths takes what the command line gives: a CSV is opened, files and folders otherwise go to the requests.
func (a *App) AddPaths(paths []string) {
	if len(paths) == 1 && strings.EqualFold(filepath.Ext(paths[0]), ".csv") {
		a.Bring(a.CSV)
		a.CSV.OpenPath(paths[0])
		return
	}
	a.CSR.Drop(paths)
}

// StartBatch opens the start page with an order; DiscardOrder removes what was written for one that nobody wants any more.
func (a *App) StartBatch(o *Order)   { a.Start.Take(o) }
func (a *App) DiscardOrder(o *Order) { a.Start.Discard(o) }

// ShowWelcome offers to practise or to connect.
func (a *App) ShowWelcome() { a.Welcome.Welcome() }

// AddConnection begins a new connection in the settings.
func (a *App) AddConnection() {
	a.ShowConnections()
	a.Settings.Add()
}

// The records of batches belong to the jobs.
func (a *App) TakeJobs(all ...*job.Record)        { a.Jobs.TakeAll(all) }
func (a *App) TakeJob(r job.Record)               { a.Jobs.Take(r) }
func (a *App) ShowJob(id string)                  { a.Jobs.Choose(id) }
func (a *App) SendJob(id string)                  { a.Jobs.Send(id) }
func (a *App) ShowJobs()                          { a.Bring(a.Jobs) }
func (a *App) JobsThatNeed(connection string) int { return a.Jobs.Need(connection) }
func (a *App) ResultGone(r *job.Record)           { a.Jobs.ResultGone(r) }

// OpenResult opens the fetched result of a batch, with its order.
func (a *App) OpenResult(r *job.Record) { a.Results.OpenJob(r) }

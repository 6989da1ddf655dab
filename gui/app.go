// Package gui is the window: it furnishes the frame (gui/frame) with the rooms, each of which shows one package of core, and
// leads from one room to another. Rooms do not know of each other.
package gui

import (
	"fyne.io/fyne/v2"

	"enrollbench/core/eui48"
	"enrollbench/core/job"
	"enrollbench/gui/frame"
	"enrollbench/gui/help"
	"enrollbench/gui/jobs"
	"enrollbench/gui/keys"
	"enrollbench/gui/ledger"
	"enrollbench/gui/line"
	"enrollbench/gui/macs"
	"enrollbench/gui/requests"
	"enrollbench/gui/results"
	"enrollbench/gui/settings"
	"enrollbench/gui/start"
	"enrollbench/gui/table"
	"enrollbench/gui/words"
)

// Options of the window; the zero value is for ordinary use.
type Options = frame.Options

// App is the window with all that is in it.
type App struct {
	*frame.Frame

	CSR      *requests.Room
	CSV      *table.Room
	MAC      *macs.Room
	Jobs     *jobs.Room
	Results  *results.Room
	Memory   *ledger.Room
	Settings *settings.Room
	Keys     *keys.Room
	Start    *start.Room
	Welcome  *start.Welcome
	Help     *help.Room
	Line     *line.Room
}

// New makes the window, and shows nothing yet.
func New(f fyne.App, o Options) *App {
	words.Use(f.Preferences().String(frame.PrefLanguage))
	a := open(frame.New(f, o))
	a.Furnish(a.layout())
	return a
}

// open makes the rooms within a frame.
func open(f *frame.Frame) *App {
	a := &App{Frame: f}
	a.CSR, a.CSV, a.MAC, a.Results = requests.New(a), table.New(a), macs.New(a), results.New(a)
	a.Jobs, a.Memory, a.Settings = jobs.New(a), ledger.New(a), settings.New(a)
	a.Keys, a.Start = keys.New(a), start.New(a)
	a.Welcome = start.NewWelcome(a, a.Start)
	a.Line = line.New(a)
	a.Help = help.New(a, []help.Page{{Room: a.Welcome, Name: "first-result"}, {Room: a.CSR, Name: "csr"}, {Room: a.CSV, Name: "csv"}, {Room: a.MAC, Name: "mac"},
		{Room: a.Start, Name: "order"}, {Room: a.Jobs, Name: "jobs"}, {Room: a.Results, Name: "results"}, {Room: a.Memory, Name: "ledger"},
		{Room: a.Keys, Name: "key"}, {Room: a.Settings, Name: "settings"}, {Room: a.Settings.Contract, Name: "settings"},
		{Room: a.Line, Name: "line"}})
	return a
}

// layout is where the rooms are.
func (a *App) layout() frame.Layout {
	return frame.Layout{Rooms: []frame.Room{a.CSR, a.CSV, a.MAC, a.Jobs, a.Results, a.Memory, a.Settings}, Pages: []frame.Room{a.Keys, a.Start, a.Welcome, a.Settings.Contract, a.Help, a.Line},
		Keys: a.Keys, Connections: a.Settings, Help: a.Help, Line: a.Line.Toggle, Leave: func(leave func()) { a.Jobs.Leave(func() { a.CSV.Leave(leave) }) }}
}

// StartBatch opens the start page with an order; DiscardOrder removes what was written for one that nobody wants any more.
func (a *App) StartBatch(o *frame.Order)   { a.Start.Take(o) }
func (a *App) DiscardOrder(o *frame.Order) { a.Start.Discard(o) }

// ShowWelcome offers to practise or to connect.
func (a *App) ShowWelcome() { a.Welcome.Welcome() }

// OrderSamples shows requests to practise with.
func (a *App) OrderSamples() {
	a.Bring(a.CSR)
	a.CSR.OrderSamples()
}

// AddConnection begins a new connection in the settings.
func (a *App) AddConnection() {
	a.ShowConnections()
	a.Settings.Add()
}

// ShowLine enters line mode.
func (a *App) ShowLine() { a.Line.Enter() }

// UseRange shows a range of MAC addresses where it is ordered.
func (a *App) UseRange(r eui48.Range) {
	a.Bring(a.MAC)
	a.MAC.Take(r)
}

// The records of batches belong to the jobs.
func (a *App) TakeJobs(all ...*job.Record)        { a.Jobs.TakeAll(all) }
func (a *App) TakeJob(r job.Record)               { a.Jobs.Take(r) }
func (a *App) ShowJob(id string)                  { a.Jobs.Choose(id) }
func (a *App) SendJob(id string)                  { a.Jobs.Send(id) }
func (a *App) ShowJobs()                          { a.Bring(a.Jobs) }
func (a *App) JobsThatNeed(connection string) int { return a.Jobs.Need(connection) }
func (a *App) ResultGone(r *job.Record)           { a.Jobs.ResultGone(r) }
func (a *App) FetchAgain(r *job.Record)           { a.Jobs.FetchAgain(r) }

// OpenTable opens a table to edit it.
func (a *App) OpenTable(path string) {
	a.Bring(a.CSV)
	a.CSV.OpenPath(path)
}

// OpenResult opens the fetched result of a batch, with its order.
func (a *App) OpenResult(r *job.Record) { a.Results.OpenJob(r) }

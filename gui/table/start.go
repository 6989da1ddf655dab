package table

import (
	"context"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// Preferences of the start page.
const (
	prefRecentCSV = "csv.recent" // paths, the latest first
	keptRecent    = 8
	shownRecent   = 4
)

// csvStart is the tab without a document: an invitation, what was open lately, and what a crash left.
type csvStart struct {
	tab     *Room
	content fyne.CanvasObject
	zone    fyne.CanvasObject
	recent  *fyne.Container
	offers  *fyne.Container
	found   []csvdoc.Recovery
	fresh   *widgets.Button
}

func newCSVStart(t *Room) *csvStart {
	s := &csvStart{tab: t, recent: widgets.Down(0), offers: widgets.Down(look.Gap / 2)}
	open := widgets.NewPrimary(words.T("csv.open"), look.Icon("folder"), t.Open)
	s.fresh = widgets.NewButton(words.T("csv.new"), look.Icon("add"), func() { t.offerNew(s.fresh) })
	s.zone = widgets.DropZone(words.T("csv.drop"), words.T("csv.drop-hint"), widgets.Link(words.T("csv.sample"), t.trySample), open, s.fresh)
	s.content = widgets.Edged(s.offers, s.recent, nil, nil, s.zone)
	s.showRecent()
	s.offers.Hide()
	return s
}

// recentFiles are the paths of files that were open lately.
func (t *Room) recentFiles() []string { return t.app.Preferences().StringList(prefRecentCSV) }

// remember puts a path in front of the recent files.
func (t *Room) remember(path string) {
	if t.sample != "" && filepath.Dir(path) == t.sample {
		return // it is gone when the program ends
	}
	paths := slices.DeleteFunc(t.recentFiles(), func(p string) bool { return p == path })
	paths = append([]string{path}, paths...)
	t.app.Preferences().SetStringList(prefRecentCSV, paths[:min(len(paths), keptRecent)])
	t.start.showRecent()
}

// forget takes a path off the recent files, because it leads nowhere any more.
func (t *Room) forget(path string) {
	t.app.Preferences().SetStringList(prefRecentCSV, slices.DeleteFunc(t.recentFiles(), func(p string) bool { return p == path }))
	t.start.showRecent()
}

// showRecent lists the recent files.
func (s *csvStart) showRecent() {
	s.recent.Objects = nil
	paths := s.tab.recentFiles()
	if len(paths) > 0 {
		s.recent.Add(widgets.Inset(0, look.Gap*3, widgets.NewText(words.T("csv.recent")).Muted()))
	}
	for _, p := range paths[:min(len(paths), shownRecent)] {
		line := widgets.Across(look.Gap, widgets.Middle(widgets.Icon(look.ColoredIcon("csv", look.ColorMuted), 18)), widgets.Middle(widgets.NewText(words.Visible(filepath.Base(p))).Bold()))
		r := widgets.NewRow(widgets.Inset(0, look.Gap*3, container.NewBorder(nil, nil, line, nil,
			widgets.Inset(0, look.Gap, widgets.Middle(widgets.NewText(words.Visible(filepath.Dir(p))).Muted().Giving())))), 0, func() { s.tab.OpenPath(p) })
		r.Label = p
		s.recent.Add(r)
	}
	if len(paths) > 0 {
		s.recent.Add(widgets.Space(0, look.Gap))
	}
	s.recent.Refresh()
}

// look for what a crash left; the start page offers it.
func (s *csvStart) search() {
	t := s.tab
	folder := t.journals
	frame.Run(t.seek, "", func(context.Context, progress.Func) ([]csvdoc.Recovery, error) { return csvdoc.Recoverable(folder) },
		func(found []csvdoc.Recovery, err error) {
			if err != nil {
				t.app.Note(widgets.Note{State: look.Warning, Detail: words.Error(err), Text: words.T("csv.no-recovery")})
			}
			s.found = found
			s.showOffers()
		})
}

// showOffers shows what can be recovered, and on the rail how much that is.
func (s *csvStart) showOffers() {
	s.tab.app.Badge(s.tab, len(s.found))
	s.offers.Objects = nil
	for i := range s.found {
		s.offers.Add(s.offer(s.found[i]))
	}
	if len(s.found) == 0 {
		s.offers.Hide()
		return
	}
	s.offers.Show()
	s.offers.Refresh()
}

// dropOffer takes one off the list.
func (s *csvStart) dropOffer(r csvdoc.Recovery) {
	s.found = slices.DeleteFunc(s.found, func(o csvdoc.Recovery) bool { return o.Journal == r.Journal })
	s.showOffers()
}

// offerNew asks what the new document shall hold.
func (t *Room) offerNew(at fyne.CanvasObject) {
	items := []*fyne.MenuItem{
		widgets.MenuItem(words.T("csv.new-profile"), "connection", func() { t.chooseProfile(true) }),
		widgets.MenuItem(words.T("csv.new-file"), "folder", t.newFromFile),
		widgets.MenuItem(words.T("csv.new-client"), "csr", func() { t.newSheet(clientColumns) }),
		widgets.MenuItem(words.T("csv.new-server"), "key", func() { t.newSheet(serverColumns) }),
	}
	t.app.Below(at, items...)
}

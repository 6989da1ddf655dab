// Package help is the page behind F1: what each room is for, the keys, what is new, and what the program is.
package help

import (
	"io/fs"
	"path"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// Window is what the page needs of the window around it.
type Window interface {
	frame.Bench
	frame.Stage
	ToFront(r frame.Room)
	CopyDiagnosis()
	Documentation() fs.FS
	Version() string
	Config() string
	Given() bool
}

// Page names what explains a room: docs/help/NAME.md, in the language of the window where that is there.
type Page struct {
	Room frame.Room
	Name string
}

// folder of the pages, in the repository.
const folder = "docs/help"

// topic is a line of the list on the left, with what it shows.
type topic struct {
	name string
	page string // path of a page of the documentation, "" for none
	show func() fyne.CanvasObject
	row  *widgets.Row
}

// Room is the page.
type Room struct {
	app    Window
	pages  []Page
	topics []*topic
	from   frame.Room // where it was called, nil for nowhere
	shown  string     // name of what is shown
	known  bool       // the program was started before

	root   fyne.CanvasObject
	stage  *fyne.Container // the reader, or a list that scrolls by itself
	reader *widgets.Reader
	bar    *widgets.BottomBar
}

// New makes the page; pages are in the order of the list, and the first explains what has no page of its own.
func New(a Window, pages []Page) *Room {
	r := &Room{app: a, pages: pages, known: a.Preferences().Bool(frame.PrefWelcomed)}
	r.bar = widgets.NewBottomBar(widgets.NewPrimary(words.T("dialog.back"), look.Icon("left"), r.Escape))
	r.bar.SetAction(true, "")
	for i, p := range pages {
		if slices.ContainsFunc(pages[:i], func(before Page) bool { return before.Name == p.Name }) {
			continue
		}
		name := p.Room.Name()
		if i == 0 {
			name = words.T("help.first")
		}
		at := r.locate(p.Name)
		r.topics = append(r.topics, &topic{name: name, page: at, show: func() fyne.CanvasObject { return r.page(at) }})
	}
	r.topics = append(r.topics, &topic{name: words.T("help.title"), show: r.keys},
		&topic{name: words.T("help.news"), show: func() fyne.CanvasObject { return r.news("") }},
		&topic{name: words.T("help.about"), show: r.about})
	list := widgets.Down(look.Gap / 4)
	for _, t := range r.topics {
		t.row = widgets.NewRow(widgets.Inset(look.Gap, 1.5*look.Gap, widgets.Middle(widgets.NewText(t.name).Giving())), 8, func() { r.open(t) })
		t.row.Label = t.name
		list.Add(t.row)
	}
	r.reader = widgets.NewReader(container.NewStack())
	r.stage = container.NewStack(r.reader)
	side := widgets.Wide(224, sight.New(widgets.Inset(1.5*look.Gap, look.Gap, list)))
	r.root = widgets.Edged(nil, r.bar.Content(), widgets.Edged(nil, nil, nil, widgets.Upright(), side), nil, r.stage)
	return r
}

// locate finds a page in the language of the window, else in English.
func (r *Room) locate(name string) string {
	own := path.Join(folder, words.Language(), name+".md")
	if _, err := fs.Stat(r.app.Documentation(), own); err == nil {
		return own
	}
	return path.Join(folder, name+".md")
}

func (r *Room) Name() string               { return words.T("app.help") }
func (r *Room) Icon() string               { return "help" }
func (r *Room) Content() fyne.CanvasObject { return r.root }

// Shown gives the keys to the text.
func (r *Room) Shown() {
	if r.shown == "" {
		r.open(r.topics[0])
		return
	}
	r.app.Canvas().Focus(r.stage.Objects[0].(fyne.Focusable))
}

// Help explains a room.
func (r *Room) Help(of frame.Room) {
	if of != frame.Room(r) {
		r.from = of
	}
	i := max(slices.IndexFunc(r.pages, func(p Page) bool { return p.Room == of }), 0)
	at := r.locate(r.pages[i].Name)
	r.openTopic(func(t *topic) bool { return t.page == at })
}

func (r *Room) openTopic(is func(*topic) bool) {
	if i := slices.IndexFunc(r.topics, is); i >= 0 {
		r.open(r.topics[i])
	}
}

// open shows what a line of the list stands for.
func (r *Room) open(t *topic) { r.show(t.name, t.show(), t) }

// show shows something under a name; t is its line in the list, nil for none.
func (r *Room) show(name string, content fyne.CanvasObject, t *topic) {
	r.shown = name
	for _, other := range r.topics {
		other.row.SetSelected(other == t)
	}
	r.bar.SetFacts(widgets.Fact{Plain: true, Text: name})
	if list, scrolls := content.(*sheet.Sheet); scrolls {
		r.stage.Objects = []fyne.CanvasObject{list}
	} else {
		r.reader.Read(widgets.Inset(2.5*look.Gap, 3*look.Gap, content))
		r.stage.Objects = []fyne.CanvasObject{r.reader}
	}
	r.stage.Refresh()
	r.app.ShowAside(r)
}

// Escape goes back to where the page was called from.
func (r *Room) Escape() {
	if r.from == nil {
		r.app.Back()
		return
	}
	r.app.ToFront(r.from)
}

// Save is the main button.
func (r *Room) Save() { r.Escape() }

// Yield lets the page that it was called from go: files were dropped, and their room comes to the front.
func (r *Room) Yield() {
	if y, ok := r.from.(frame.Yielder); ok {
		y.Yield()
	}
	r.from = nil
}

func (r *Room) Telling() (*widgets.BottomBar, bool, int, string) {
	return r.bar, false, len(r.topics), r.shown
}

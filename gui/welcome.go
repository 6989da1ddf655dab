package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// welcomePage is what the first start shows, and whoever starts a batch without a connection: practise, or connect.
type welcomePage struct {
	app   *App
	start *startPage // where a batch may wait
	root  fyne.CanvasObject
	bar   *widgets.BottomBar
}

func newWelcomePage(a *App, start *startPage) *welcomePage {
	p := &welcomePage{app: a, start: start}
	p.build()
	return p
}

func (p *welcomePage) Name() string               { return words.T("welcome.tab") }
func (p *welcomePage) Icon() string               { return "practice" }
func (p *welcomePage) Content() fyne.CanvasObject { return p.root }

const welcomeWidth = 372

func (p *welcomePage) build() {
	practise := widgets.NewPrimary(words.T("welcome.practise"), practiceIcon(), p.practise)
	connect := widgets.NewButton(words.T("welcome.connect"), look.Icon("connection"), p.connect)
	card := func(icon fyne.Resource, title, text string, b *widgets.Button) fyne.CanvasObject {
		head := widgets.NewText(title)
		head.Face, head.Style.Bold = look.SizeFigure, true
		inside := widgets.Inset(3*look.Gap, 3*look.Gap, container.NewBorder(
			widgets.Down(1.5*look.Gap, container.NewHBox(widgets.Icon(icon, 48)), head), b, nil, nil,
			widgets.Inset(2*look.Gap, 0, widgets.NewParagraph(text))))
		return widgets.Wide(welcomeWidth, widgets.AtLeast(welcomeWidth, 320, widgets.Outlined(container.NewStack(widgets.NewArea(look.ColorFill, 8), inside))))
	}
	cards := container.NewHBox(layout.NewSpacer(),
		card(practiceIcon(), words.T("welcome.practise"), words.T("welcome.practise-text"), practise),
		widgets.Space(3*look.Gap, 0),
		card(look.Icon("connection"), words.T("welcome.connect"), words.T("welcome.connect-text"), connect),
		layout.NewSpacer())
	title := widgets.NewText(words.T("welcome.title"))
	title.Face, title.Style.Bold, title.Align = look.SizeVerdict, true, fyne.TextAlignCenter
	below := widgets.NewText(words.T("welcome.text")).Muted()
	below.Align = fyne.TextAlignCenter
	later := widgets.NewPrimary(words.T("welcome.later"), look.Icon("right"), p.later)
	p.bar = widgets.NewBottomBar(later)
	p.showBar()
	p.root = widgets.Edged(nil, p.bar.Content(), nil, nil, container.NewVScroll(widgets.Inset(5*look.Gap, 2*look.Gap, widgets.Down(4*look.Gap, widgets.Down(look.Gap, title, below), cards))))
}

// showBar says how things stand.
func (p *welcomePage) showBar() {
	if p.app.Practising() {
		p.bar.SetFacts(widgets.Fact{State: look.Running, Text: words.T("welcome.starting")})
	} else {
		p.bar.SetFacts(widgets.Fact{Plain: true, Text: words.T("welcome.not-connected")})
	}
	p.bar.SetAction(true, "")
}

// Welcome brings the page to the front.
func (p *welcomePage) Welcome() {
	p.showBar()
	p.app.ShowAside(p)
}

// ConnectionsRead offers to practise or to connect at the first start.
func (p *welcomePage) ConnectionsRead(l ConnectionList, first bool) {
	if first && len(l.all) == 0 && !p.app.Preferences().Bool(prefWelcomed) {
		p.Welcome()
	}
}

// PracticeChanged shows that the practice service is being started.
func (p *welcomePage) PracticeChanged() { p.showBar() }

// back goes on with what was being done: a batch that waits to be started, else the tab.
func (p *welcomePage) back() {
	switch {
	case p.app.Current() != Room(p): // somebody has gone on meanwhile
	case p.start.given != nil:
		p.app.ShowAside(p.start)
	default:
		p.app.Back()
	}
}

func (p *welcomePage) practise() {
	p.app.Practise(p.back)
	p.showBar()
}

func (p *welcomePage) connect() {
	p.app.Preferences().SetBool(prefWelcomed, true)
	p.app.AddConnection()
}

func (p *welcomePage) later() {
	p.app.Preferences().SetBool(prefWelcomed, true)
	p.start.leaveBehind()
	p.app.Back()
}

// Drop takes files at once: whoever drops them wants to see them.
func (p *welcomePage) Drop(paths []string) {
	p.later()
	p.app.DropOn(paths)
}

func (p *welcomePage) Open()   { p.later(); p.app.OpenHere() }
func (p *welcomePage) Save()   { p.later() }
func (p *welcomePage) Shown()  {}
func (p *welcomePage) Escape() { p.later() }

func (p *welcomePage) Telling() (*widgets.BottomBar, bool, int, string) {
	return p.bar, p.app.opening.Busy() || p.app.practising.Busy(), 0, ""
}

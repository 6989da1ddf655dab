package start

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// welcomePage is what the first start shows, and whoever starts a batch without a connection: practise, or connect.
type Welcome struct {
	app   Window
	start *Room // where a batch may wait
	root  fyne.CanvasObject
	bar   *widgets.BottomBar
}

func NewWelcome(a Window, start *Room) *Welcome {
	p := &Welcome{app: a, start: start}
	p.build()
	return p
}

func (p *Welcome) Name() string               { return words.T("welcome.tab") }
func (p *Welcome) Icon() string               { return "practice" }
func (p *Welcome) Content() fyne.CanvasObject { return p.root }

const welcomeWidth = 356

func (p *Welcome) build() {
	practise := widgets.NewPrimary(words.T("welcome.practise"), frame.PracticeIcon(), p.practise)
	connect := widgets.NewButton(words.T("welcome.connect"), look.Icon("connection"), p.connect)
	card := func(icon fyne.Resource, title, text string, b *widgets.Button) fyne.CanvasObject {
		head := widgets.NewParagraph(title)
		head.Face, head.Style.Bold = look.SizeFigure, true
		inside := widgets.Inset(3*look.Gap, 3*look.Gap, container.NewBorder(
			widgets.Down(1.5*look.Gap, container.NewHBox(widgets.Icon(icon, 48)), head), b, nil, nil,
			widgets.Inset(2*look.Gap, 0, widgets.NewParagraph(text))))
		return widgets.Wide(welcomeWidth, widgets.AtLeast(welcomeWidth, 320, widgets.Outlined(container.NewStack(widgets.NewArea(look.ColorFill, 8), inside))))
	}
	cards := widgets.Centered(3*look.Gap,
		card(frame.PracticeIcon(), words.T("welcome.practise"), words.T("welcome.practise-text"), practise),
		card(look.Icon("connection"), words.T("welcome.connect"), words.T("welcome.connect-text"), connect))
	title := widgets.NewParagraph(words.T("welcome.title"))
	title.Face, title.Style.Bold, title.Align = look.SizeVerdict, true, fyne.TextAlignCenter
	below := widgets.NewParagraph(words.T("welcome.text")).Muted()
	below.Align = fyne.TextAlignCenter
	later := widgets.NewPrimary(words.T("welcome.later"), look.Icon("right"), p.later)
	p.bar = widgets.NewBottomBar(later)
	p.showBar()
	p.root = widgets.Edged(nil, p.bar.Content(), nil, nil, sight.New(widgets.Inset(5*look.Gap, 2*look.Gap, widgets.Down(4*look.Gap, widgets.Down(look.Gap, title, below), cards))))
}

// showBar says how things stand.
func (p *Welcome) showBar() {
	if p.app.Practising() {
		p.bar.SetFacts(widgets.Fact{State: look.Running, Text: words.T("welcome.starting")})
	} else {
		p.bar.SetFacts(widgets.Fact{Plain: true, Text: words.T("welcome.not-connected")})
	}
	p.bar.SetAction(true, "")
}

// Welcome brings the page to the front.
func (p *Welcome) Welcome() {
	p.showBar()
	p.app.ShowAside(p)
}

// ConnectionsRead offers to practise or to connect at the first start, unless that was to see files.
func (p *Welcome) ConnectionsRead(l frame.ConnectionList, first bool) {
	if first && !p.app.Given() && len(l.All) == 0 && !p.app.Preferences().Bool(frame.PrefWelcomed) {
		p.app.Preferences().SetBool(frame.PrefWelcomed, true) // it comes once by itself
		p.Welcome()
	}
}

// PracticeChanged shows that the practice service is being started.
func (p *Welcome) PracticeChanged() { p.showBar() }

// back goes on with what was being done: a batch that waits to be started, else the tab.
func (p *Welcome) back() {
	switch {
	case p.app.Current() != frame.Room(p): // somebody has gone on meanwhile
	case p.start.given != nil:
		p.app.ShowAside(p.start)
	default:
		p.app.Back()
	}
}

// practise starts the practice service. Where nothing waits to be ordered, samples stand ready to be.
func (p *Welcome) practise() {
	p.app.Practise(func() {
		fresh := p.app.Current() == frame.Room(p) && p.start.given == nil
		p.back()
		if fresh {
			p.app.OrderSamples()
		}
	})
	p.showBar()
}

func (p *Welcome) connect() {
	p.app.Preferences().SetBool(frame.PrefWelcomed, true)
	p.app.AddConnection()
}

func (p *Welcome) later() {
	p.app.Preferences().SetBool(frame.PrefWelcomed, true)
	p.start.leaveBehind()
	p.app.Back()
}

func (p *Welcome) Yield()  { p.start.leaveBehind() }
func (p *Welcome) Open()   { p.later(); p.app.OpenHere() }
func (p *Welcome) Save()   { p.later() }
func (p *Welcome) Shown()  {}
func (p *Welcome) Escape() { p.later() }

func (p *Welcome) Telling() (*widgets.BottomBar, bool, int, string) {
	return p.bar, p.app.Practising(), 0, ""
}

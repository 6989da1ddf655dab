package results

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/privatekey"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// givenPage says what was dropped and which key it wants, and lets the user choose the key, the order and the issuer.
type givenPage struct {
	tab   *Room
	given *files.Given

	root    *fyne.Container
	what    *fyne.Container
	wants   *fyne.Container
	keyPath *widgets.Entry
	recent  *fyne.Container
	remark  *fyne.Container
	order   *orderPane
	anchors *widgets.Entry
	pinned  *widgets.Text
	manage  *widgets.Button
	trouble *widgets.Text // about the issuer file

	failedKey string // the path of the key that did not open this result, "" for none
}

// Widths of the page: what is optional stands aside.
const (
	shownGiven = 6
	shownWants = 3
)

func newGivenPage(t *Room) *givenPage {
	p := &givenPage{tab: t, what: widgets.Down(look.Gap), wants: widgets.Down(look.Gap / 2), recent: widgets.Down(look.Gap / 2), remark: widgets.Down(0)}
	p.keyPath = widgets.NewEntry()
	p.keyPath.PlaceHolder = words.T("open.key-path")
	p.keyPath.TypeOver = true
	p.keyPath.OnChanged = func(string) { p.keyRemark(nil); p.showRecent(); t.showBar() }
	p.keyPath.OnSubmitted = func(string) { t.act() }
	choose := widgets.NewButton(words.T("open.choose-key"), look.Icon("key"), p.chooseKey)
	p.order = newOrderPane(p.chooseOrder, t.listJobs, t.changed)
	p.anchors = widgets.NewEntry()
	p.anchors.PlaceHolder = words.T("open.anchor-path")
	p.anchors.OnChanged = func(string) { p.trouble.Hide(); t.changed() }
	issuer := widgets.NewButton("", look.Icon("folder"), p.chooseAnchors)
	p.pinned = widgets.NewParagraph("").Small().Muted()
	p.manage = widgets.NewQuiet(words.T("open.manage-pins"), look.Icon("options"), t.showPins)
	p.trouble = widgets.NewParagraph("").Small()
	p.trouble.Hide()

	head := func(text string) fyne.CanvasObject { return widgets.NewText(text).Title() }
	left := widgets.Down(2.5*look.Gap, p.what,
		widgets.Down(look.Gap, head(words.T("open.key")), p.wants, container.NewBorder(nil, nil, nil, choose, p.keyPath), p.remark, p.recent))
	right := widgets.Down(2.5*look.Gap,
		widgets.Down(look.Gap, head(words.T("open.order")), widgets.NewParagraph(words.T("open.order-text")).Muted(), p.order.root),
		widgets.Down(look.Gap, head(words.T("open.issuer")), p.pinned,
			container.NewBorder(nil, nil, nil, issuer, p.anchors), p.trouble, container.NewHBox(p.manage)))
	side := container.NewStack(widgets.NewArea(look.ColorFill, 0), widgets.Wide(widgets.AsideWidth,
		sight.New(widgets.Inset(2.5*look.Gap, 2.5*look.Gap, right))))
	p.root = widgets.Edged(nil, nil, nil, side, sight.New(widgets.Inset(2.5*look.Gap, 3*look.Gap, left)))
	return p
}

// clear forgets what was chosen for the last result. The order and the issuer file go with it: another result has
// another order.
func (p *givenPage) clear() {
	p.given = nil
	p.keyPath.SetText("")
	p.anchors.SetText("")
	p.order.kind.SetSelectedIndex(int(noOrder))
	widgets.FillQuietly(p.order.jobs, nil, -1)
	p.keyRemark(nil)
	for _, e := range []*widgets.Entry{p.order.path, p.order.part, p.order.start, p.order.count} {
		e.SetText("")
	}
	p.order.step.SetText("1")
}

// setGiven shows what was dropped.
func (p *givenPage) setGiven(g *files.Given) {
	p.given = g
	p.what.Objects = nil
	if g.Count == 1 {
		f := g.Files[0]
		p.what.Add(fileLine(f, widgets.NewText(filepath.Base(f.Path)).Title().Giving()))
	} else {
		p.what.Add(widgets.NewText(p.title()).Title().Giving())
		for _, f := range g.Files[:min(len(g.Files), shownGiven)] {
			p.what.Add(fileLine(f, widgets.NewText(filepath.Base(f.Path)).Giving()))
		}
		if more := g.Count - min(len(g.Files), shownGiven); more > 0 {
			p.what.Add(widgets.NewText(words.N("open.more", more)).Muted())
		}
	}
	p.showWants()
	p.proposeKey()
	p.showRecent()
	p.showPinned()
	p.root.Refresh()
}

// keep leaves a key chosen, unless it just did not fit.
func (p *givenPage) keep(key string) {
	if strings.TrimSpace(key) != p.failedKey {
		p.keyPath.SetText(key)
	}
	p.failedKey = ""
}

// proposeKey chooses the key that the result names, or else the one that was used last.
func (p *givenPage) proposeKey() {
	if p.given.Sealed == 0 {
		return
	}
	if key := p.tab.app.KeyFor(p.given.Names()); key != "" {
		p.keyPath.SetText(key)
	} else if keys := p.tab.app.RecentKeys(); p.keyPath.Text == "" && len(keys) > 0 {
		p.keyPath.SetText(keys[0])
	}
}

func (p *givenPage) title() string {
	return filepath.Base(p.given.Paths[0]) + " · " + p.given.SizeWords()
}

// fileLine is a file's drawing, name and what it is.
func fileLine(f files.GivenFile, name *widgets.Text) fyne.CanvasObject {
	icon := "csr"
	switch {
	case f.Uses&files.Sealed != 0:
		icon = "sealed"
	case f.Uses == files.Key:
		icon = "key"
	}
	phrase := widgets.NewParagraph(words.Sentence(f.Words)).Muted()
	return container.NewBorder(nil, nil, widgets.Across(0, widgets.Down(0, widgets.Icon(look.Icon(icon), 28)), widgets.Space(1.5*look.Gap, 0)), nil,
		widgets.Down(look.Gap/4, name, phrase))
}

// showWants says which keys can open it.
func (p *givenPage) showWants() {
	p.wants.Objects = nil
	var wants []string
	seen := map[string]bool{}
	for _, f := range p.given.Files {
		for _, w := range f.Wants {
			if !seen[w] {
				seen[w] = true
				wants = append(wants, w)
			}
		}
	}
	if p.given.Sealed == 0 {
		p.wants.Add(widgets.NewParagraph(words.T("open.no-key")).Muted())
		return
	}
	for _, w := range wants[:min(len(wants), shownWants)] {
		p.wants.Add(widgets.NewParagraph(words.T("open.sealed-to", "Key", words.Visible(words.Core(w)))))
	}
	if more := len(wants) - shownWants; more > 0 {
		p.wants.Add(widgets.NewText(words.N("open.more-keys", more)).Muted())
	}
}

// showRecent offers the keys that were used lately.
func (p *givenPage) showRecent() {
	p.recent.Objects = nil
	for _, path := range p.tab.app.RecentKeys() {
		if path == strings.TrimSpace(p.keyPath.Text) || path == p.failedKey {
			continue
		}
		name := widgets.NewText(filepath.Base(path)).Bold()
		folder := widgets.NewText(filepath.Dir(path)).Muted().Giving()
		r := widgets.NewRow(widgets.Inset(look.Gap/2, look.Gap, container.NewBorder(nil, nil,
			widgets.Across(look.Gap, widgets.Middle(widgets.Icon(look.Icon("key"), 18)), widgets.Middle(name), widgets.Space(0, 0)), nil, widgets.Middle(folder))), 6,
			func() { p.setKey(path) })
		r.Label = filepath.Base(path)
		p.recent.Add(r)
	}
	if len(p.recent.Objects) > 0 {
		p.recent.Objects = append([]fyne.CanvasObject{widgets.NewText(words.T("open.recent")).Muted().Small()}, p.recent.Objects...)
	}
	p.recent.Refresh()
}

// showPinned says whom this computer trusts already.
func (p *givenPage) showPinned() {
	pinned, err := p.tab.app.Trust().List()
	p.manage.Hide()
	switch {
	case err != nil:
		p.pinned.SetText(words.T("open.pins-broken", "Error", words.Plain(err.Error())))
	case len(pinned) == 0:
		p.pinned.SetText(words.T("open.no-pins"))
	default:
		var names []string
		for _, c := range pinned {
			names = append(names, words.Visible(commonName(c)))
		}
		p.manage.Show()
		p.pinned.SetText(words.T("open.pins", "Names", strings.Join(names, ", ")))
	}
}

// setKey chooses a key by its path.
func (p *givenPage) setKey(path string) {
	p.keyPath.SetText(path)
	p.focusNext()
}

func (p *givenPage) setOrderFile(path string) { p.order.setFile(path) }

// focusNext puts the focus on what is to be done next.
func (p *givenPage) focusNext() {
	c := p.tab.app.Canvas()
	if p.lacks() == "" {
		c.Focus(p.tab.bar.Primary)
		return
	}
	c.Focus(p.keyPath)
}

// request is what is chosen now.
func (p *givenPage) request() openRequest {
	return openRequest{given: p.given, key: strings.TrimSpace(p.keyPath.Text), order: p.order.choice(), anchors: strings.TrimSpace(p.anchors.Text)}
}

// lacks says what is still to be chosen, "" if nothing is.
func (p *givenPage) lacks() string {
	r := p.request()
	if r.key == "" && r.given != nil && r.given.Sealed > 0 {
		return words.T("open.choose-first")
	}
	if r.key != "" {
		if info, err := os.Stat(r.key); err != nil || info.IsDir() {
			return words.T("open.no-such-key")
		}
	}
	return r.order.lacks()
}

// fact is the sentence of the bottom bar.
func (p *givenPage) fact() widgets.Fact {
	if p.given.Count == 1 {
		return widgets.Fact{Plain: true, Text: words.Short(filepath.Base(p.given.Files[0].Path)) + " · " + p.given.SizeWords()}
	}
	return widgets.Fact{Plain: true, Text: words.Short(filepath.Base(p.given.Paths[0])) + " · " + p.given.SizeWords()}
}

// keyRemark says something about the key, nil nothing.
func (p *givenPage) keyRemark(r *widgets.Remark) {
	p.remark.Objects = nil
	if r != nil {
		text := widgets.NewParagraph(r.Text)
		text.Color = r.State.Color()
		lines := widgets.Down(look.Gap/4, text)
		if r.Hint != "" {
			lines.Add(widgets.NewParagraph(words.Sentence(r.Hint)))
		}
		p.remark.Add(container.NewBorder(nil, nil, widgets.Across(0, widgets.Down(0, widgets.Icon(r.State.Icon(), 20)), widgets.Space(look.Gap, 0)), nil, lines))
	}
	p.remark.Refresh()
}

// failed says where it can be mended why the result did not open.
func (p *givenPage) failed(err error) {
	order, anchor := (*orderError)(nil), (*anchorError)(nil)
	switch {
	case errors.As(err, &order):
		p.order.failed(order.err)
	case errors.As(err, &anchor):
		p.trouble.Color = look.Failed.Color()
		p.trouble.SetText(look.Failed.Word() + ": " + frame.Words(anchor.err))
		p.trouble.Show()
		p.root.Refresh()
	case frame.KeyProblem(err):
		text, hint := frame.KeyWords(err)
		if !errors.Is(err, privatekey.ErrWrongPassphrase) && !errors.Is(err, privatekey.ErrNeedPassphrase) { // the key may be the right one
			p.failedKey = strings.TrimSpace(p.keyPath.Text)
		}
		p.keyRemark(&widgets.Remark{State: look.Failed, Text: look.Failed.Word() + ": " + text, Hint: hint})
		p.tab.app.Canvas().Focus(p.keyPath)
	default:
		p.tab.app.Fail(words.T("open.failed"), err)
	}
}

func (p *givenPage) chooseKey() {
	p.tab.app.PickFile(words.T("open.pick-key"), []string{".key", ".pem", ".p12", ".pfx", ".asc", ".gpg", ".der"}, words.T("open.key-kind"), p.setKey)
}

func (p *givenPage) chooseOrder() {
	p.tab.app.PickFile(words.T("open.pick-order"), []string{".csv", ".zip"}, words.T("open.order-kind"), p.setOrderFile)
}

func (p *givenPage) chooseAnchors() {
	p.tab.app.PickFile(words.T("open.pick-issuer"), []string{".pem", ".crt", ".cer", ".der"}, words.T("open.issuer-kind"),
		func(path string) { p.anchors.SetText(path) })
}

// changed: something beside the key was chosen.
func (t *Room) changed() {
	if t.page != nil {
		t.showBar()
	}
}

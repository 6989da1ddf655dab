package settings

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// contractPage shows what a service's public pages leave open, as the data that it is: paths, methods, field and header
// names, encodings. A site corrects it here without a new release.
type contractPage struct {
	app  Window
	tab  *Room
	work *frame.Runner
	of   trustmanager.Connection
	was  string // the text as it was when the page was filled with what is saved

	root   fyne.CanvasObject
	bar    *widgets.BottomBar
	title  *widgets.Text
	text   *widgets.Entry
	remark *widgets.Text
}

func newContractPage(t *Room) *contractPage {
	a := t.app
	p := &contractPage{app: a, tab: t}
	p.work = a.Tasks().NewRunner(nil)
	back := widgets.NewButton(words.T("dialog.back"), look.Icon("left"), p.Escape)
	standard := widgets.NewButton(words.T("contract.standard"), look.Icon("undo"), func() { p.fill(trustmanager.Default(p.of.Kind)) })
	p.bar = widgets.NewBottomBar(widgets.NewPrimary(words.T("settings.save"), look.Icon("save"), p.Save), back, standard)
	p.title = widgets.NewText("")
	p.title.Face, p.title.Style.Bold = look.SizeFigure, true
	p.text = widgets.NewTextArea()
	p.text.TextStyle.Monospace = true
	p.text.OnChanged = func(string) { p.judge() }
	p.remark = widgets.NewParagraph("").Small()
	p.remark.Lines = 3
	about := widgets.NewParagraph(words.T("contract.text")).Muted()
	p.root = widgets.Edged(widgets.Inset(2*look.Gap, 3*look.Gap, widgets.Down(look.Gap, p.title, about, p.remark)), p.bar.Content(), nil, nil,
		container.NewStack(widgets.Inset(0, 3*look.Gap, p.text)))
	return p
}

// editContract opens the page for the connection that is shown.
func (t *Room) editContract() {
	c, p := t.list.Find(t.chosen), t.Contract
	if c == nil || p.work.Busy() {
		return
	}
	if p.of.ID != c.ID || !p.changed() { // what was begun and left by another tab goes on
		p.of = *c
		p.title.SetText(words.Visible(c.Name))
		p.fill(c.Contract)
		p.was = p.text.Text
	}
	t.app.ShowAside(p)
}

func (p *contractPage) fill(c trustmanager.Contract) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(c); err != nil {
		p.app.Fail(words.T("contract.unreadable"), err)
		return
	}
	p.text.SetText(b.String())
	p.judge()
}

// changed says whether there is something to save.
func (p *contractPage) changed() bool { return p.text.Text != p.was }

// read is what stands on the page.
func (p *contractPage) read() (trustmanager.Contract, error) {
	c := trustmanager.Default(p.of.Kind)
	d := json.NewDecoder(bytes.NewReader([]byte(p.text.Text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return c, errors.New(words.T("contract.more"))
	}
	return c, c.Validate()
}

// judge says what is wrong with what stands there.
func (p *contractPage) judge() {
	_, err := p.read()
	if err != nil {
		p.remark.Color = look.Failed.Color()
		p.remark.SetText(look.Failed.Word() + ": " + words.Error(err))
		p.bar.SetFacts(widgets.Fact{State: look.Failed, Text: words.T("contract.wrong")})
		p.bar.SetAction(false, words.T("contract.mend"))
		return
	}
	p.remark.SetText("")
	p.bar.SetFacts(widgets.Fact{State: look.Ready, Text: words.T("contract.fine")})
	p.bar.SetAction(true, "")
}

func (p *contractPage) Save() {
	c, err := p.read()
	d := p.app.Desk()
	switch {
	case d == nil:
		p.app.NoDesk()
		return
	case p.work.Busy():
		p.app.Busy()
		return
	case err != nil:
		p.app.Note(widgets.Note{State: look.Notice, Text: p.bar.Reason()})
		return
	}
	one, text := p.of, p.text.Text
	one.Contract = c
	frame.Run(p.work, "", func(context.Context, progress.Func) (struct{}, error) { return struct{}{}, d.Connections.Update(one) }, func(_ struct{}, err error) {
		if err != nil {
			p.app.Fail(words.T("settings.save-failed"), err)
			return
		}
		p.of, p.was = one, text
		t := p.tab
		t.form.list(one)
		if t.chosen == one.ID {
			t.form.set(one, false)
		}
		if p.app.Current() == frame.Room(p) {
			p.leave()
		}
		p.app.Note(widgets.Note{State: look.Ready, Text: words.T("contract.saved")})
	})
}

func (p *contractPage) leave() { p.app.ShowConnections() }

func (p *contractPage) Name() string               { return words.T("settings.contract-title") }
func (p *contractPage) Icon() string               { return "settings" }
func (p *contractPage) Content() fyne.CanvasObject { return p.root }
func (p *contractPage) Shown()                     { p.app.Canvas().Focus(p.text) }

// Escape leaves the page, after asking about what was not saved.
func (p *contractPage) Escape() {
	if !p.changed() {
		p.leave()
		return
	}
	p.tab.askChanges(func() { p.text.SetText(p.was); p.leave() })
}

func (p *contractPage) Telling() (*widgets.BottomBar, bool, int, string) {
	return p.bar, p.work.Busy(), 0, p.title.Text()
}

// Busy says whether anything runs that ends by itself.
func (p *contractPage) Busy() bool { return p.work.Busy() }

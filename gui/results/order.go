package results

import (
	"errors"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/delivery"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// orderKind says what a result is compared with.
type orderKind int

const (
	noOrder orderKind = iota
	fileOrder
	macOrder
)

// orderChoice is what was chosen, as it was typed.
type orderChoice struct {
	kind               orderKind
	path, part         string
	start, count, step string
}

// orderError and anchorError say which of the things beside the result could not be read.
type orderError struct{ err error }

func (e *orderError) Error() string { return e.err.Error() }
func (e *orderError) Unwrap() error { return e.err }

type anchorError struct{ err error }

func (e *anchorError) Error() string { return e.err.Error() }
func (e *anchorError) Unwrap() error { return e.err }

// read makes the order of it; nil for none.
func (c orderChoice) read() (*delivery.Order, error) {
	switch c.kind {
	case fileOrder:
		part, err := c.partNumber()
		if err != nil {
			return nil, err
		}
		return delivery.OrderFromFile(c.path, part)
	case macOrder:
		r, report := eui48.Check(c.start, c.count, c.step)
		if f := firstError(report); f != nil {
			return nil, errors.New(f.Message)
		}
		return delivery.OrderFromMAC(r)
	}
	return nil, nil
}

func (c orderChoice) partNumber() (int, error) {
	text := strings.TrimSpace(c.part)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, errors.New(words.T("order.bad-part"))
	}
	return n, nil
}

func firstError(r *finding.Report) *finding.Finding {
	for _, f := range r.All() {
		if f.Severity == finding.Error {
			return &f
		}
	}
	return nil
}

// lacks says what is missing, "" if nothing is.
func (c orderChoice) lacks() string {
	switch c.kind {
	case fileOrder:
		if c.path == "" {
			return words.T("order.no-file")
		}
		if _, err := c.partNumber(); err != nil {
			return words.Sentence(err.Error())
		}
	case macOrder:
		if _, report := eui48.Check(c.start, c.count, c.step); firstError(report) != nil {
			return words.T("order.no-range")
		}
	}
	return ""
}

// orderPane is where the order is chosen.
type orderPane struct {
	root               *fyne.Container
	kind               *widgets.Select
	path, part         *widgets.Entry
	start, count, step *widgets.Entry
	file, mac          fyne.CanvasObject
	remark             *widgets.Text
	OnChanged          func()
}

func newOrderPane(choose func(), changed func()) *orderPane {
	p := &orderPane{OnChanged: changed}
	entry := func(placeholder string, mono bool) *widgets.Entry {
		e := widgets.NewEntry()
		e.PlaceHolder = placeholder
		e.TypeOver = true
		e.TextStyle.Monospace = mono
		e.OnChanged = func(string) { p.changed() }
		return e
	}
	p.path = entry(words.T("order.path"), false)
	p.part = entry(words.T("order.part"), false)
	p.start, p.count, p.step = entry("00:1a:c2:7b:00:00", true), entry("500", false), entry("1", false)
	p.kind = widgets.NewSelect([]string{
		words.T("order.none"),
		words.T("order.by-file"),
		words.T("order.by-mac"),
	}, func(int) { p.arrange(); p.changed() })
	browse := widgets.NewButton("", look.Icon("folder"), choose)
	line := func(name string, o fyne.CanvasObject) fyne.CanvasObject {
		return container.NewBorder(nil, nil, widgets.Middle(widgets.Wide(76, widgets.NewText(name).Muted())), nil, o)
	}
	p.file = widgets.Down(look.Gap, container.NewBorder(nil, nil, nil, browse, p.path), line(words.T("order.part-name"), p.part))
	p.mac = widgets.Down(look.Gap, line(words.T("mac.start"), p.start), line(words.T("mac.count"), p.count), line(words.T("mac.step"), p.step))
	p.remark = widgets.NewParagraph("").Small()
	p.root = widgets.Down(look.Gap, widgets.Outlined(p.kind), p.file, p.mac, p.remark)
	p.step.SetText("1")
	p.arrange()
	return p
}

func (p *orderPane) changed() {
	p.remark.SetText("")
	p.remark.Hide()
	if p.OnChanged != nil {
		p.OnChanged()
	}
}

func (p *orderPane) arrange() {
	for k, o := range map[orderKind]fyne.CanvasObject{fileOrder: p.file, macOrder: p.mac} {
		if k == orderKind(p.kind.SelectedIndex()) {
			o.Show()
		} else {
			o.Hide()
		}
	}
	p.root.Refresh()
}

// choice is what is chosen now.
func (p *orderPane) choice() orderChoice {
	return orderChoice{kind: orderKind(p.kind.SelectedIndex()), path: strings.TrimSpace(p.path.Text), part: p.part.Text,
		start: p.start.Text, count: p.count.Text, step: p.step.Text}
}

// setFile chooses a file.
func (p *orderPane) setFile(path string) {
	p.kind.SetSelectedIndex(int(fileOrder))
	p.path.SetText(path)
}

// failed says why the order could not be read.
func (p *orderPane) failed(err error) {
	p.remark.Color = look.Failed.Color()
	p.remark.SetText(look.Failed.Word() + ": " + frame.Words(err))
	p.remark.Show()
	p.root.Refresh()
}

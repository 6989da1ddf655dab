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
	"enrollbench/core/job"
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
	jobOrder
)

// orderChoice is what was chosen, as it was typed.
type orderChoice struct {
	kind               orderKind
	path, part         string
	start, count, step string
	job                *job.Record // nil where none is chosen
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
	case jobOrder:
		return c.job.Order()
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
	case jobOrder:
		if c.job == nil {
			return words.T("order.no-job")
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
	file, mac, batch   fyne.CanvasObject
	jobs               *widgets.Select
	listed             []*job.Record // what jobs offers
	remark             *widgets.Text
	OnChanged          func()
}

// newOrderPane makes the pane. list reads the batches that were ordered when somebody wants to choose one.
func newOrderPane(choose, list, changed func()) *orderPane {
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
		words.T("order.by-job"),
	}, func(i int) {
		p.arrange()
		if orderKind(i) == jobOrder {
			list()
		}
		p.changed()
	})
	p.jobs = widgets.NewSelect(nil, func(int) { p.changed() })
	p.batch = widgets.Outlined(p.jobs)
	browse := widgets.NewButton("", look.Icon("folder"), choose)
	line := func(name string, o fyne.CanvasObject) fyne.CanvasObject {
		return container.NewBorder(nil, nil, widgets.Middle(widgets.Wide(76, widgets.NewText(name).Muted())), nil, o)
	}
	p.file = widgets.Down(look.Gap, container.NewBorder(nil, nil, nil, browse, p.path), line(words.T("order.part-name"), p.part))
	p.mac = widgets.Down(look.Gap, line(words.T("mac.start"), p.start), line(words.T("mac.count"), p.count), line(words.T("mac.step"), p.step))
	p.remark = widgets.NewParagraph("").Small()
	p.root = widgets.Down(look.Gap, widgets.Outlined(p.kind), p.file, p.mac, p.batch, p.remark)
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
	for k, o := range map[orderKind]fyne.CanvasObject{fileOrder: p.file, macOrder: p.mac, jobOrder: p.batch} {
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
	c := orderChoice{kind: orderKind(p.kind.SelectedIndex()), path: strings.TrimSpace(p.path.Text), part: p.part.Text,
		start: p.start.Text, count: p.count.Text, step: p.step.Text}
	if i := p.jobs.SelectedIndex(); i >= 0 && i < len(p.listed) {
		c.job = p.listed[i]
	}
	return c
}

// offer offers batches, the latest first; the one that was chosen before stays chosen.
func (p *orderPane) offer(all []*job.Record) {
	before, index := p.choice().job, -1
	var names []string
	p.listed = nil
	for _, r := range all {
		if r.State == job.Prepared {
			continue
		}
		if before != nil && r.ID == before.ID {
			index = len(p.listed)
		}
		p.listed = append(p.listed, r)
		names = append(names, words.Visible(r.ID+" · "+r.Name)+" · "+words.Group(r.Expected()))
	}
	widgets.FillQuietly(p.jobs, names, index)
	if len(names) == 0 {
		p.jobs.PlaceHolder = words.T("order.no-jobs")
	}
	p.changed()
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

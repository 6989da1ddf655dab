package settings

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/job"
	"enrollbench/core/practice"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// practicePane shows core/practice: what the practice service is, and how it is made to misbehave.
type practicePane struct {
	tab     *Room
	work    *frame.Runner // setting what goes wrong, and reading it
	setting bool          // what goes wrong is being set: reading it meanwhile would show what was
	faults  practice.Faults

	root   *fyne.Container
	active *fyne.Container
	choice *widgets.Select
	steps  *fyne.Container
}

// mishap is a fault in words.
type mishap struct{ text, spec string }

func mishaps() []mishap {
	return []mishap{
		{words.T("fault.lost-answer"), "lost-answer=1"},
		{words.T("fault.no-list"), "no-list"},
		{words.T("fault.partial"), "partial=2"},
		{words.T("fault.throttle"), "throttle=429:3:2"},
		{words.T("fault.busy"), "throttle=503:3:2"},
		{words.T("fault.slow"), "slow=2s"},
		{words.T("fault.upload"), "drop-upload=1000:1"},
		{words.T("fault.download"), "drop-download=1000:1"},
		{words.T("fault.expired"), "expired-token"},
		{words.T("fault.json"), "malformed-json"},
		{words.T("fault.truncated"), "truncated-result=1"},
		{words.T("fault.corrupted"), "corrupted-result=1"},
	}
}

func newPracticePane(t *Room) *practicePane {
	p := &practicePane{tab: t, work: t.app.Tasks().NewRunner(nil), active: widgets.Down(look.Gap / 2), steps: widgets.Down(look.Gap)}
	var names []string
	for _, m := range mishaps() {
		names = append(names, m.text)
	}
	p.choice = widgets.NewSelect(names, func(int) {})
	adding := widgets.NewButton(words.T("practice.add-fault"), look.Icon("add"), p.add)
	head := widgets.NewText(words.T("practice.title"))
	head.Face, head.Style.Bold, head.Color = look.SizeFigure, true, look.ColorPractice
	body := widgets.Down(2*look.Gap,
		widgets.Across(1.5*look.Gap, widgets.Middle(widgets.Icon(frame.PracticeIcon(), 36)), widgets.Middle(head)),
		widgets.NewParagraph(words.T("practice.text")),
		widgets.Rule(),
		widgets.NewText(words.T("practice.faults")).Title(),
		widgets.NewParagraph(words.T("practice.faults-text")).Muted(),
		container.NewBorder(nil, nil, nil, adding, widgets.Outlined(p.choice)),
		p.active, p.steps)
	p.root = container.NewStack(sight.New(widgets.Inset(2.5*look.Gap, 3*look.Gap, body)))
	p.root.Hide()
	return p
}

// show reads which faults are still to come.
func (p *practicePane) show() {
	p.steps.Objects = nil
	if r, ok := p.tab.form.results[job.PracticeID]; ok {
		p.steps.Objects = []fyne.CanvasObject{stepLines(r)}
	}
	p.steps.Refresh()
	d := p.tab.app.Desk()
	if d == nil || p.setting {
		return
	}
	frame.Run(p.work, "", func(ctx context.Context, _ progress.Func) (practice.Faults, error) {
		s, err := d.Practice(ctx)
		if err != nil {
			return nil, err
		}
		return s.Faults(), nil
	}, func(f practice.Faults, err error) {
		if err != nil {
			if !frame.Cancelled(err) {
				p.tab.app.Fail(words.T("practice.failed"), err)
			}
			return
		}
		p.faults = f
		p.showFaults()
	})
}

// showFaults lists what is to go wrong, each with a way to take it back.
func (p *practicePane) showFaults() {
	p.active.Objects = nil
	for i, f := range p.faults {
		text := f.String()
		for _, m := range mishaps() {
			if known, err := practice.ParseFault(m.spec); err == nil && known.Kind == f.Kind && known.Status == f.Status {
				text = m.text
			}
		}
		line := container.NewBorder(nil, nil, widgets.Across(look.Gap, widgets.Middle(widgets.Icon(look.Warning.Icon(), 20))),
			widgets.NewQuiet(words.T("practice.take-back"), look.Icon("undo"), func() { p.put(append(append(practice.Faults{}, p.faults[:i]...), p.faults[i+1:]...)) }),
			widgets.Inset(0, look.Gap, widgets.Middle(widgets.NewText(text).Giving())))
		p.active.Add(line)
	}
	if len(p.faults) == 0 {
		p.active.Add(widgets.NewText(words.T("practice.well")).Muted())
	}
	p.active.Refresh()
	p.root.Refresh()
}

// add lets the chosen thing go wrong.
func (p *practicePane) add() {
	i := p.choice.SelectedIndex()
	if i < 0 {
		p.tab.app.Note(widgets.Note{State: look.Notice, Text: words.T("practice.choose-fault")})
		return
	}
	f, err := practice.ParseFault(mishaps()[i].spec)
	if err != nil {
		p.tab.app.Fail(words.T("practice.fault-failed"), err)
		return
	}
	kept := practice.Faults{}
	for _, old := range p.faults {
		if old.Kind != f.Kind {
			kept = append(kept, old)
		}
	}
	p.put(append(kept, f))
}

// put makes these all that goes wrong.
func (p *practicePane) put(f practice.Faults) {
	d := p.tab.app.Desk()
	if d == nil || p.setting {
		return
	}
	p.setting = true
	frame.Run(p.work, "", func(ctx context.Context, _ progress.Func) (practice.Faults, error) {
		s, err := d.Practice(ctx)
		if err != nil {
			return nil, err
		}
		if err := s.SetFaults(f); err != nil {
			return nil, err
		}
		return s.Faults(), nil
	}, func(now practice.Faults, err error) {
		p.setting = false
		if err != nil {
			if !frame.Cancelled(err) {
				p.tab.app.Fail(words.T("practice.fault-failed"), err)
			}
			return
		}
		p.faults = now
		p.showFaults()
	})
}

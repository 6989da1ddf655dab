package gui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"enrollbench/core/job"
	"enrollbench/core/practice"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// practicePane shows core/practice: what the practice service is, and how it is made to misbehave.
type practicePane struct {
	tab     *settingsTab
	work    *Runner // setting what goes wrong, and reading it
	setting bool    // what goes wrong is being set: reading it meanwhile would show what was
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
		{lang.X("fault.lost-answer", "The answer to the next start is lost"), "lost-answer=1"},
		{lang.X("fault.no-list", "There is no list of jobs"), "no-list"},
		{lang.X("fault.partial", "Two rows of each job fail"), "partial=2"},
		{lang.X("fault.throttle", "The next three requests are too many (429)"), "throttle=429:3:2"},
		{lang.X("fault.busy", "The next three requests find it overloaded (503)"), "throttle=503:3:2"},
		{lang.X("fault.slow", "Each answer takes two seconds"), "slow=2s"},
		{lang.X("fault.upload", "The next upload breaks after 1,000 bytes"), "drop-upload=1000:1"},
		{lang.X("fault.download", "The next download breaks after 1,000 bytes"), "drop-download=1000:1"},
		{lang.X("fault.expired", "The token is refused"), "expired-token"},
		{lang.X("fault.json", "Answers end in the middle"), "malformed-json"},
		{lang.X("fault.truncated", "The next result is cut short"), "truncated-result=1"},
		{lang.X("fault.corrupted", "The next result is damaged"), "corrupted-result=1"},
	}
}

func newPracticePane(t *settingsTab) *practicePane {
	p := &practicePane{tab: t, work: t.app.tasks.NewRunner(nil), active: widgets.Down(look.Gap / 2), steps: widgets.Down(look.Gap)}
	var names []string
	for _, m := range mishaps() {
		names = append(names, m.text)
	}
	p.choice = widgets.NewSelect(names, func(int) {})
	adding := widgets.NewButton(lang.X("practice.add-fault", "Let it happen"), look.Icon("add"), p.add)
	head := widgets.NewText(lang.X("practice.title", "Practice"))
	head.Face, head.Style.Bold, head.Color = look.SizeFigure, true, look.ColorPractice
	body := widgets.Down(2*look.Gap,
		widgets.Across(1.5*look.Gap, widgets.Middle(widgets.Icon(practiceIcon(), 36)), widgets.Middle(head)),
		widgets.NewParagraph(lang.X("practice.text", "A service within this program that takes batches as the real one does: profiles for every kind of key, approval, results sealed to your key. It runs on this computer only, costs nothing, and its certificates carry the word PRACTICE and are trusted by nobody.")),
		widgets.Rule(),
		widgets.NewText(lang.X("practice.faults", "What can go wrong")).Title(),
		widgets.NewParagraph(lang.X("practice.faults-text", "Let it misbehave, and see what the program and you do then, before it happens on the line.")).Muted(),
		container.NewBorder(nil, nil, nil, adding, widgets.Outlined(p.choice)),
		p.active, p.steps)
	p.root = container.NewStack(container.NewVScroll(widgets.Inset(2.5*look.Gap, 3*look.Gap, body)))
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
	d := p.tab.app.desk
	if d == nil || p.setting {
		return
	}
	Run(p.work, "", func(ctx context.Context, _ progress.Func) (practice.Faults, error) {
		s, err := d.Practice(ctx)
		if err != nil {
			return nil, err
		}
		return s.Faults(), nil
	}, func(f practice.Faults, err error) {
		if err != nil {
			if !cancelled(err) {
				p.tab.app.fail(lang.X("practice.failed", "The practice service did not start"), err)
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
			widgets.NewQuiet(lang.X("practice.take-back", "Take back"), look.Icon("undo"), func() { p.put(append(append(practice.Faults{}, p.faults[:i]...), p.faults[i+1:]...)) }),
			widgets.Inset(0, look.Gap, widgets.Middle(widgets.NewText(text).Giving())))
		p.active.Add(line)
	}
	if len(p.faults) == 0 {
		p.active.Add(widgets.NewText(lang.X("practice.well", "Nothing goes wrong at present.")).Muted())
	}
	p.active.Refresh()
	p.root.Refresh()
}

// add lets the chosen thing go wrong.
func (p *practicePane) add() {
	i := p.choice.SelectedIndex()
	if i < 0 {
		p.tab.app.note(widgets.Note{State: look.Notice, Text: lang.X("practice.choose-fault", "Choose what shall go wrong first.")})
		return
	}
	f, err := practice.ParseFault(mishaps()[i].spec)
	if err != nil {
		p.tab.app.fail(lang.X("practice.fault-failed", "It cannot go wrong in that way"), err)
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
	d := p.tab.app.desk
	if d == nil || p.setting {
		return
	}
	p.setting = true
	Run(p.work, "", func(ctx context.Context, _ progress.Func) (practice.Faults, error) {
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
			if !cancelled(err) {
				p.tab.app.fail(lang.X("practice.fault-failed", "It cannot go wrong in that way"), err)
			}
			return
		}
		p.faults = now
		p.showFaults()
	})
}

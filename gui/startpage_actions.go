package gui

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// causeLine is one thing that is to be said about a batch, with every place that it is about.
func causeLine(g finding.Group) fyne.CanvasObject {
	f := g.Findings[0]
	messages := []string{f.Message}
	for _, more := range g.Findings[1:] {
		if !slices.Contains(messages, more.Message) {
			messages = append(messages, more.Message)
		}
	}
	f.Message = strings.Join(messages, "; ")
	return findingLine(f)
}

// causes is how many different things of a severity a report says, as they stand on the page.
func causes(r *finding.Report, s finding.Severity) int {
	n := 0
	for _, g := range r.Groups() {
		if g.Severity == s {
			n++
		}
	}
	return n
}

// act prepares the batch, and sends it unless it is for later.
func (p *startPage) act(send bool) {
	if p.bar.Primary.Disabled() {
		p.app.note(widgets.Note{State: look.Notice, Text: p.bar.Reason()})
		return
	}
	if p.given == nil {
		return
	}
	p.check.Drop()
	p.ask.Drop()
	b, d := p.batch(), p.app.desk
	p.app.fyne.Preferences().SetString(prefStartProfile+b.Connection.ID, b.Profile.ID)
	Run(p.work, words.T("start.preparing"), func(ctx context.Context, _ progress.Func) ([]*job.Record, error) {
		return d.Jobs.Prepare(ctx, b)
	}, func(records []*job.Record, err error) {
		if err != nil {
			p.read()
			p.app.fail(words.T("start.failed"), err)
			return
		}
		p.given, p.summary = nil, nil // its files belong to the batch now
		p.app.Jobs.takeAll(records)
		id := records[0].ID
		if p.app.current() == tab(p) {
			p.app.Jobs.choose(id)
		}
		if send {
			p.app.Jobs.send(id)
			return
		}
		p.app.note(widgets.Note{State: look.Ready, Text: words.T("start.kept")})
	})
}

// leave goes back to the tab that the batch came from.
func (p *startPage) leave() {
	if p.work.Busy() {
		return
	}
	p.leaveBehind()
	p.app.showTab(p.app.active)
}

// leaveBehind forgets a batch that was not prepared, and the files that were written for it.
func (p *startPage) leaveBehind() {
	if p.work.Busy() {
		return
	}
	p.check.Drop()
	p.ask.Drop()
	if p.given != nil {
		p.discard(p.given)
	}
	p.given, p.summary = nil, nil
}

// discard removes the files that were written for a batch.
func (p *startPage) discard(g *toStart) {
	if g.folder != "" {
		folder := filepath.Clean(g.folder)
		Run(p.app.tasks.NewRunner(nil), "", func(context.Context, progress.Func) (struct{}, error) {
			return struct{}{}, removeUploads(folder)
		}, func(_ struct{}, err error) {
			if err != nil && !cancelled(err) {
				fyne.LogError("the files of a batch that was not started", err)
			}
		})
	}
}

// drop gives what was dropped to the tab that the batch came from, where it is seen; the batch is then another one.
func (p *startPage) drop(paths []string) {
	if p.work.Busy() {
		p.app.busy()
		return
	}
	p.leave()
	p.app.current().drop(paths)
}

func (p *startPage) open()        {}
func (p *startPage) save()        { p.act(true) }
func (p *startPage) find()        {}
func (p *startPage) paste(string) {}
func (p *startPage) undo()        {}
func (p *startPage) recheck()     { p.read() }
func (p *startPage) nextProblem() {}

// close removes what was written for a batch that was not prepared.
func (p *startPage) close() {
	if g := p.given; g != nil && g.folder != "" && !p.work.Busy() {
		if err := removeUploads(filepath.Clean(g.folder)); err != nil {
			fyne.LogError("the files of a batch that was not started", err)
		}
	}
}

func (p *startPage) escape() {
	if p.work.Busy() {
		p.work.Cancel()
		return
	}
	p.leave()
}

func (p *startPage) busy() bool { return p.work.Busy() || p.check.Busy() || p.ask.Busy() }

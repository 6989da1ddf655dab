package start

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
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
	return frame.FindingLine(f)
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
func (p *Room) act(send bool) {
	if p.bar.Primary.Disabled() {
		p.app.Note(widgets.Note{State: look.Notice, Text: p.bar.Reason()})
		return
	}
	if p.given == nil {
		return
	}
	p.check.Drop()
	p.ask.Drop()
	b, d := p.batch(), p.app.Desk()
	p.app.Preferences().SetString(prefStartProfile+b.Connection.ID, b.Profile.ID)
	frame.Run(p.work, words.T("start.preparing"), func(ctx context.Context, _ progress.Func) ([]*job.Record, error) {
		return d.Jobs.Prepare(ctx, b)
	}, func(records []*job.Record, err error) {
		if err != nil {
			p.read()
			p.app.Fail(words.T("start.failed"), err)
			return
		}
		p.given, p.summary = nil, nil // its files belong to the batch now
		p.app.TakeJobs(records...)
		id := records[0].ID
		if p.app.Current() == frame.Room(p) {
			p.app.ShowJob(id)
		}
		if send {
			p.app.SendJob(id)
			return
		}
		p.app.Note(widgets.Note{State: look.Ready, Text: words.T("start.kept")})
	})
}

// leave goes back to the tab that the batch came from.
func (p *Room) leave() {
	if p.work.Busy() {
		return
	}
	p.leaveBehind()
	p.app.Back()
}

// useFree goes to the MAC room with the next free range of the same length and step.
func (p *Room) useFree() {
	if p.summary == nil || p.work.Busy() {
		return
	}
	next := p.summary.Next
	p.leaveBehind()
	p.app.UseRange(next)
}

// leaveBehind forgets a batch that was not prepared, and the files that were written for it.
func (p *Room) leaveBehind() {
	if p.work.Busy() {
		return
	}
	p.check.Drop()
	p.ask.Drop()
	if p.given != nil {
		p.Discard(p.given)
	}
	p.given, p.summary = nil, nil
}

// Discard removes the files that were written for a batch.
func (p *Room) Discard(g *frame.Order) {
	if g.Folder != "" {
		folder := filepath.Clean(g.Folder)
		frame.Run(p.app.Tasks().NewRunner(nil), "", func(context.Context, progress.Func) (struct{}, error) {
			return struct{}{}, job.RemoveUploads(folder)
		}, func(_ struct{}, err error) {
			if err != nil && !frame.Cancelled(err) {
				fyne.LogError("the files of a batch that was not started", err)
			}
		})
	}
}

// Yield forgets the batch: files that are dropped make it another one.
func (p *Room) Yield()   { p.leaveBehind() }
func (p *Room) Save()    { p.act(true) }
func (p *Room) Recheck() { p.read() }

// Close removes what was written for a batch that was not prepared.
func (p *Room) Close() {
	if g := p.given; g != nil && g.Folder != "" && !p.work.Busy() {
		if err := job.RemoveUploads(filepath.Clean(g.Folder)); err != nil {
			fyne.LogError("the files of a batch that was not started", err)
		}
	}
}

func (p *Room) Escape() {
	if p.work.Busy() {
		p.work.Cancel()
		return
	}
	p.leave()
}

func (p *Room) Busy() bool { return p.work.Busy() || p.check.Busy() || p.ask.Busy() }

func (p *Room) Telling() (*widgets.BottomBar, bool, int, string) {
	return p.bar, p.Busy(), len(p.profiles), p.sentence.Text()
}

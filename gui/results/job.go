package results

import (
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"fyne.io/fyne/v2"

	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// OpenJob takes the fetched result of a batch with the order at hand, and opens it at once where nothing is left to choose.
func (t *Room) OpenJob(r *job.Record) {
	t.app.Bring(t)
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	d := t.app.Desk()
	t.octets = false
	order := ""
	frame.Run(t.work, words.T("open.looking"), func(ctx context.Context, report progress.Func) (*files.Given, error) {
		if _, err := os.Stat(r.ResultPath); errors.Is(err, fs.ErrNotExist) {
			return nil, errResultGone
		}
		if order = r.OrderPath; order != "" && !files.Exists(order) {
			order = ""
		}
		g, err := files.Inspect(ctx, []string{r.ResultPath}, report)
		if err == nil && r.Connection.Practice {
			g.Practice = true
			g.Anchors, err = d.Anchors(ctx)
		}
		return g, err
	}, func(g *files.Given, err error) {
		if errors.Is(err, errResultGone) {
			t.show()
			t.app.ResultGone(r)
			return
		}
		if err != nil {
			t.show()
			t.app.Fail(words.T("open.look-failed"), err, widgets.Answer{Text: words.T("problem.other-file"), Act: t.Open})
			return
		}
		t.closeResult()
		t.given = nil // the page tells of changes while it is cleared
		t.page.clear()
		t.given, t.job = g, r
		t.page.setGiven(g)
		t.page.setJob(r, order)
		t.show()
		t.page.focusNext()
		if t.page.lacks() == "" {
			t.start(t.page.request())
		}
	})
}

// listJobs reads the batches, whose orders a result can be compared with.
func (t *Room) listJobs() {
	d := t.app.Desk()
	if d == nil {
		t.app.NoDesk()
		return
	}
	frame.Run(t.peek, "", func(ctx context.Context, _ progress.Func) ([]*job.Record, error) {
		return d.Jobs.List(ctx, job.Filter{})
	},
		func(all []*job.Record, err error) {
			if err != nil {
				t.app.Fail(words.T("jobs.unreadable"), err)
				return
			}
			t.page.order.offer(all)
		})
}

// openAsPractice opens a result of the practice service again that was opened as one of production: the roots of this computer's
// own service are trusted for it.
func (t *Room) openAsPractice() {
	if t.result == nil || t.work.Busy() {
		return
	}
	d, r := t.app.Desk(), t.result.request
	if d == nil {
		t.app.NoDesk()
		return
	}
	frame.Run(t.work, words.T("open.looking"), func(ctx context.Context, _ progress.Func) ([]*x509.Certificate, error) { return d.Anchors(ctx) },
		func(roots []*x509.Certificate, err error) {
			if err != nil {
				t.show()
				t.app.Fail(words.T("open.look-failed"), err, widgets.Answer{Text: words.T("problem.again"), Act: t.openAsPractice})
				return
			}
			g := *r.given
			g.Practice, g.Anchors = true, roots
			t.given, t.page.given, r.given = &g, &g, &g
			t.start(r)
		})
}

// errResultGone says that a fetched result was removed from this computer.
var errResultGone = errors.New("the fetched result is missing")

// setJob puts the order of a batch onto the page; path is its file, "" where that is gone.
func (p *givenPage) setJob(r *job.Record, path string) {
	switch {
	case r.Method == job.MAC:
		p.order.kind.SetSelectedIndex(int(macOrder))
		p.order.start.SetText(r.Range.Start.String())
		p.order.count.SetText(strconv.FormatUint(r.Range.Count, 10))
		p.order.step.SetText(strconv.FormatUint(r.Range.Step, 10))
	case path != "":
		p.order.setFile(path)
		if r.OrderPart > 0 {
			p.order.part.SetText(strconv.Itoa(r.OrderPart))
		}
	}
}

// tellJob writes into the batch's record what opening its result came to.
func (t *Room) tellJob(r *result) {
	if t.job == nil || t.app.Desk() == nil {
		return
	}
	id, d, phrase := t.job.ID, t.app.Desk(), r.head
	t.record(func(ctx context.Context) (*job.Record, error) {
		if r.delivery == nil {
			return d.Jobs.MarkDamaged(ctx, id, phrase)
		}
		return d.Jobs.MarkOpened(ctx, id, phrase)
	})
}

// tellDelivered writes into the batch's record where its certificates went.
func (t *Room) tellDelivered(path string) {
	if t.job == nil || t.app.Desk() == nil {
		return
	}
	id, d, opened := t.job.ID, t.app.Desk(), t.result
	t.record(func(ctx context.Context) (*job.Record, error) {
		r, err := d.Jobs.MarkDelivered(ctx, id, filepath.Base(path))
		if err == nil && opened != nil && opened.delivery != nil {
			err = d.Jobs.RecordDelivered(ctx, id, opened.delivery)
		}
		return r, err
	})
}

// record writes into a batch's record. What is written later waits for what is being written: delivered comes after opened.
func (t *Room) record(write func(context.Context) (*job.Record, error)) {
	if t.noting.Busy() {
		t.notes = append(t.notes, func() { t.record(write) })
		return
	}
	frame.Run(t.noting, "", func(ctx context.Context, _ progress.Func) (*job.Record, error) { return write(ctx) }, func(r *job.Record, err error) {
		defer func() {
			if len(t.notes) > 0 && !t.noting.Busy() {
				next := t.notes[0]
				t.notes = t.notes[1:]
				next()
			}
		}()
		switch {
		case err == nil && r != nil:
			t.app.TakeJob(*r)
		case errors.As(err, new(*job.StateError)): // the batch is further than that already
		case err != nil && !frame.Cancelled(err):
			fyne.LogError("the record of a batch", err)
			t.app.Note(widgets.Note{State: look.Warning, Detail: words.Error(err), Text: words.T("open.not-noted")})
		}
	})
}

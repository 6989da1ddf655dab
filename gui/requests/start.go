package requests

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// StartBatch orders the requests that are ready, after asking what becomes of those with errors.
func (t *Room) StartBatch() {
	v := t.view
	switch {
	case t.work.Busy():
		t.app.Busy()
	case v.accepted == 0:
		t.app.Note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
	case v.set.Count(csr.Failed) > 0:
		n := v.set.Count(csr.Failed)
		t.app.Ask(&widgets.Dialog{State: look.Failed, Title: words.N("save.errors", n),
			Text: words.T("start.errors-text", "Ready", words.Group(v.accepted)),
			Answers: []widgets.Answer{
				{Text: words.T("dialog.back"), Act: t.NextProblem},
				{Text: words.N("start.leave-out", n), Act: func() { t.bundleToStart(v) }},
			}})
	default:
		t.bundleToStart(v)
	}
}

// bundleToStart writes the upload file into the program's own folder and opens the page that starts it.
func (t *Room) bundleToStart(v *csrView) {
	d := t.app.Desk()
	if d == nil {
		t.app.NoDesk()
		return
	}
	p := t.app.Preferences()
	o := csr.BundleOptions{LeaveOutErrors: true, Names: csr.NameBy(p.Int(prefNames)), MaxEntries: p.Int(prefEntries)} // #nosec G115 -- one of two
	frame.Run(t.work, words.T("save.saving"), func(ctx context.Context, report progress.Func) (*frame.Order, error) {
		folder, err := d.Uploads()
		if err != nil {
			return nil, err
		}
		o.Out = filepath.Join(folder, uploadName(v))
		bundle, err := v.set.Bundle(ctx, o, report)
		if err != nil {
			_ = job.RemoveUploads(folder) // what could not be made is not worth a second complaint
			return nil, err
		}
		b := &frame.Order{Folder: folder, Sources: v.sources, Batch: job.Batch{Method: job.ZIP, Keys: job.ByDevice, Findings: withoutErrors(v.set.Report()),
			Name: strings.TrimSuffix(filepath.Base(o.Out), "-upload.zip")}}
		b.Batch.Files = job.BundleFiles(bundle)
		n := 0
		for _, part := range bundle.Parts {
			n += part.Entries
		}
		b.What = words.N("start.what-csr", n)
		if err := b.LeaveOut(bundle.LeftOut, bundle.LeftList); err != nil {
			_ = job.RemoveUploads(folder) // as above
			return nil, err
		}
		return b, nil
	}, func(b *frame.Order, err error) {
		t.showBar()
		if err != nil {
			next := widgets.Answer{Text: words.T("problem.again"), Act: func() { t.bundleToStart(v) }}
			if errors.As(err, new(*csr.ChangedError)) {
				next = widgets.Answer{Text: words.T("csr.check-again"), Act: t.Recheck}
			}
			t.app.Fail(words.T("start.bundle-failed"), err, next)
		} else {
			t.app.StartBatch(b)
		}
		t.addPending()
	})
}

// withoutErrors is a report without what stays out.
func withoutErrors(r *finding.Report) *finding.Report {
	out := &finding.Report{}
	for _, f := range r.All() {
		if f.Severity != finding.Error {
			out.Add(f)
		}
	}
	return out
}

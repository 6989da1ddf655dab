package gui

import (
	"context"
	"path/filepath"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// starter is a tab whose content can be ordered.
type starter interface{ startBatch() }

// startCurrent orders what the tab in front holds.
func (a *App) startCurrent() {
	if t, ok := a.current().(starter); ok {
		t.startBatch()
	}
}

// startBatch orders the addresses.
func (t *macTab) startBatch() {
	if t.series.Count == 0 {
		t.app.note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		return
	}
	n := int(t.series.Count) // #nosec G115 -- below 2^48
	t.app.startBatch(&toStart{method: job.MAC, keys: job.ByService, series: t.series, findings: t.report, name: t.series.Start.String(),
		what: words.N("start.what-mac", n, "Start", t.series.Start.String(), "Step", t.series.Step)})
}

// startBatch orders the requests that are ready, after asking what becomes of those with errors.
func (t *csrTab) startBatch() {
	v := t.view
	switch {
	case t.work.Busy():
		t.busy()
	case v.accepted == 0:
		t.app.note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
	case v.counts[csr.Failed] > 0:
		n := v.counts[csr.Failed]
		t.app.ask(&widgets.Dialog{State: look.Failed, Title: words.N("save.errors", n),
			Text: words.T("start.errors-text", "Ready", words.Group(v.accepted)),
			Answers: []widgets.Answer{
				{Text: words.T("dialog.back"), Act: t.nextProblem},
				{Text: words.N("start.leave-out", n), Act: func() { t.bundleToStart(v) }},
			}})
	default:
		t.bundleToStart(v)
	}
}

// bundleToStart writes the upload file into the program's own folder and opens the page that starts it.
func (t *csrTab) bundleToStart(v *csrView) {
	d := t.app.desk
	if d == nil {
		t.app.noDesk()
		return
	}
	p := t.app.fyne.Preferences()
	o := csr.BundleOptions{LeaveOutErrors: true, Names: csr.NameBy(p.Int(prefNames)), MaxEntries: p.Int(prefEntries)} // #nosec G115 -- one of two
	Run(t.work, words.T("save.saving"), func(ctx context.Context, report progress.Func) (*toStart, error) {
		folder, err := d.uploads()
		if err != nil {
			return nil, err
		}
		o.Out = filepath.Join(folder, uploadName(v))
		bundle, err := v.set.Bundle(ctx, o, report)
		if err != nil {
			_ = removeUploads(folder) // what could not be made is not worth a second complaint
			return nil, err
		}
		b := &toStart{method: job.ZIP, keys: job.ByDevice, findings: withoutErrors(v.set.Report()), name: strings.TrimSuffix(filepath.Base(o.Out), "-upload.zip"), folder: folder}
		n := 0
		for i, part := range bundle.Parts {
			file := job.File{Path: filepath.Join(folder, filepath.Base(part.File)), Count: part.Entries, Order: bundle.Manifest}
			if len(bundle.Parts) > 1 {
				file.Part = i + 1
			}
			b.files = append(b.files, file)
			n += part.Entries
		}
		b.what = words.N("start.what-csr", n)
		return b, nil
	}, func(b *toStart, err error) {
		t.showBar()
		if err != nil {
			t.app.fail(words.T("start.bundle-failed"), err)
		} else {
			t.app.startBatch(b)
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

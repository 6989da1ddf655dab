package gui

import (
	"context"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/numbers"
	"enrollbench/gui/widgets"
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
		what: lang.XN("start.what-mac", "{{.Number}} certificates from the MAC range {{.Start}}, step {{.Step}}", n,
			map[string]any{"Number": numbers.Group(n), "Start": t.series.Start.String(), "Step": t.series.Step})})
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
		t.app.ask(&widgets.Dialog{State: look.Failed, Title: lang.XN("save.errors", "{{.Number}} entries have errors", n, map[string]any{"Number": numbers.Group(n)}),
			Text: lang.X("start.errors-text", "Go back and mend them, or leave them out: then {{.Ready}} requests are ordered.", map[string]any{"Ready": numbers.Group(v.accepted)}),
			Answers: []widgets.Answer{
				{Text: lang.X("dialog.back", "Go back"), Act: t.nextProblem},
				{Text: lang.XN("start.leave-out", "Leave {{.Number}} out", n, map[string]any{"Number": numbers.Group(n)}), Act: func() { t.bundleToStart(v) }},
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
	Run(t.work, lang.X("save.saving", "Saving the upload file"), func(ctx context.Context, report progress.Func) (*toStart, error) {
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
		b.what = lang.XN("start.what-csr", "{{.Number}} certificates for requests that devices made", n, map[string]any{"Number": numbers.Group(n)})
		return b, nil
	}, func(b *toStart, err error) {
		t.showBar()
		if err != nil {
			t.app.fail(lang.X("start.bundle-failed", "The upload file could not be made"), err)
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

package gui

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/numbers"
	"enrollbench/gui/widgets"
)

// startBatch orders the rows that are ready, after asking what becomes of those with errors.
func (t *csvTab) startBatch() {
	f := t.file
	if f == nil || f.indexing {
		t.app.note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		return
	}
	t.editor.Commit()
	t.whenReady(func() {
		r := f.checked.result
		c := r.Counts()
		data := map[string]any{"Number": numbers.Group(c.Errors), "Ready": numbers.Group(c.Ready)}
		switch {
		case c.Header > 0:
			t.askHeader(r)
		case c.Ready == 0:
			t.app.note(widgets.Note{State: look.Notice, Text: lang.X("upload.none", "No row is ready")})
		case c.Errors > 0:
			t.app.ask(&widgets.Dialog{State: look.Failed, List: causesOf(r, false),
				Title: lang.XN("upload.errors", "{{.Number}} rows have errors", c.Errors, data),
				Text:  lang.X("start.errors-rows", "Go back and mend them, or leave them out: then {{.Ready}} rows are ordered.", data),
				Answers: []widgets.Answer{
					{Text: lang.X("dialog.back", "Go back"), Act: t.nextProblem},
					{Text: lang.XN("start.leave-out", "Leave {{.Number}} out", c.Errors, data), Act: func() { t.uploadToStart(r) }},
				}})
		default:
			t.uploadToStart(r)
		}
	})
}

// uploadToStart writes the upload file into the program's own folder and opens the page that starts it.
func (t *csvTab) uploadToStart(r *enrollment.Result) {
	d, f := t.app.desk, t.file
	if d == nil {
		t.app.noDesk()
		return
	}
	stem := "enrollment"
	if path := f.facts.path; path != "" {
		stem = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	step(t, lang.X("save.saving", "Saving the upload file"), func(ctx context.Context, report progress.Func) (*toStart, error) {
		folder, err := d.uploads()
		if err != nil {
			return nil, err
		}
		w, err := r.Save(ctx, enrollment.UploadOptions{Out: filepath.Join(folder, stem+"-upload.csv"), LeaveOutErrors: true}, report)
		if err != nil {
			_ = removeUploads(folder) // what could not be made is not worth a second complaint
			return nil, err
		}
		b := &toStart{method: job.CSV, keys: job.ByDevice, findings: causesAsFindings(r), name: stem, folder: folder}
		if r.Keys() == enrollment.ServerKeys {
			b.keys = job.ByService
		}
		n := 0
		for _, part := range w.Parts {
			b.files = append(b.files, job.File{Path: filepath.Join(folder, filepath.Base(part.File)), Count: part.Entries})
			n += part.Entries
		}
		b.what = lang.XN("start.what-csv", "{{.Number}} certificates from the rows of {{.Name}}", n, map[string]any{"Number": numbers.Group(n), "Name": stem})
		return b, nil
	}, func(b *toStart, err error) {
		switch {
		case err != nil:
			t.app.fail(lang.X("start.bundle-failed", "The upload file could not be made"), err)
		case t.file == f:
			t.app.startBatch(b)
		default: // another file was opened meanwhile
			t.app.Start.discard(b)
		}
	})
}

// causesAsFindings is one finding for each cause of a warning: what stays out is not among them, and there may be millions
// of rows.
func causesAsFindings(r *enrollment.Result) *finding.Report {
	out := &finding.Report{}
	for _, g := range r.Groups() {
		if g.Rule.Severity != finding.Error {
			out.Add(g.Rule.Finding(finding.Location{Column: g.Name}, fmt.Sprintf("%d rows", g.Rows), ""))
		}
	}
	return out
}

package gui

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
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
		data := map[string]any{"Number": words.Group(c.Errors), "Ready": words.Group(c.Ready)}
		switch {
		case c.Header > 0:
			t.askHeader(r)
		case c.Ready == 0:
			t.app.note(widgets.Note{State: look.Notice, Text: words.T("upload.none")})
		case c.Errors > 0:
			t.app.ask(&widgets.Dialog{State: look.Failed, List: causesOf(r, false),
				Title: words.N("upload.errors", c.Errors, data),
				Text:  words.T("start.errors-rows", data),
				Answers: []widgets.Answer{
					{Text: words.T("dialog.back"), Act: t.nextProblem},
					{Text: words.N("start.leave-out", c.Errors, data), Act: func() { t.uploadToStart(r) }},
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
	step(t, words.T("save.saving"), func(ctx context.Context, report progress.Func) (*toStart, error) {
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
		b.what = words.N("start.what-csv", n, "Name", stem)
		return b, nil
	}, func(b *toStart, err error) {
		switch {
		case err != nil:
			t.app.fail(words.T("start.bundle-failed"), err)
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

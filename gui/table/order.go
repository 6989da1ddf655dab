package table

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// StartBatch orders the rows that are ready, after asking what becomes of those with errors.
func (t *Room) StartBatch() {
	f := t.file
	if f == nil || f.indexing {
		t.app.Note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
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
			t.app.Note(widgets.Note{State: look.Notice, Text: words.T("upload.none")})
		case c.Errors > 0:
			t.app.Ask(&widgets.Dialog{State: look.Failed, List: causesOf(r, false),
				Title: words.N("upload.errors", c.Errors, data),
				Text:  words.T("start.errors-rows", data),
				Answers: []widgets.Answer{
					{Text: words.T("dialog.back"), Act: t.NextProblem},
					{Text: words.N("start.leave-out", c.Errors, data), Act: func() { t.uploadToStart(r) }},
				}})
		default:
			t.uploadToStart(r)
		}
	})
}

// uploadToStart writes the upload file into the program's own folder and opens the page that starts it.
func (t *Room) uploadToStart(r *enrollment.Result) {
	d, f := t.app.Desk(), t.file
	if d == nil {
		t.app.NoDesk()
		return
	}
	stem := "enrollment"
	source := f.facts.path
	if path := source; path != "" {
		stem = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	step(t, words.T("save.saving"), func(ctx context.Context, report progress.Func) (*frame.Order, error) {
		folder, err := d.Uploads()
		if err != nil {
			return nil, err
		}
		w, err := r.Save(ctx, enrollment.UploadOptions{Out: filepath.Join(folder, stem+"-upload.csv"), LeaveOutErrors: true}, report)
		if err != nil {
			_ = job.RemoveUploads(folder) // what could not be made is not worth a second complaint
			return nil, err
		}
		b := &frame.Order{Folder: folder, Batch: job.Batch{Method: job.CSV, Keys: job.ByDevice, Findings: causesAsFindings(r), Name: stem}}
		if r.Keys() == enrollment.ServerKeys {
			b.Batch.Keys = job.ByService
		}
		if source != "" {
			b.Sources = []string{source}
		}
		n := 0
		for _, part := range w.Parts {
			b.Batch.Files = append(b.Batch.Files, job.File{Path: filepath.Join(folder, filepath.Base(part.File)), Count: part.Entries})
			n += part.Entries
		}
		b.What = words.N("start.what-csv", n, "Name", stem)
		if err := b.LeaveOut(w.LeftOut, w.LeftList); err != nil {
			_ = job.RemoveUploads(folder) // as above
			return nil, err
		}
		return b, nil
	}, func(b *frame.Order, err error) {
		switch {
		case errors.Is(err, enrollment.ErrEncodingGuessed):
			t.openDialect()
		case err != nil:
			t.app.Fail(words.T("start.bundle-failed"), err)
		case t.file == f:
			t.app.StartBatch(b)
		default: // another file was opened meanwhile
			t.app.DiscardOrder(b)
		}
	})
}

// causesAsFindings is one finding for each cause of a warning: what stays out is not among them, and there may be millions
// of rows.
func causesAsFindings(r *enrollment.Result) *finding.Report {
	out := &finding.Report{}
	for _, g := range r.Groups() {
		if g.Rule.Severity != finding.Error && !g.Beside {
			out.Add(g.Rule.Finding(finding.Location{Column: g.Name}, fmt.Sprintf("%d rows", g.Rows), ""))
		}
	}
	return out
}

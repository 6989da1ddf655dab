package gui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/numbers"
	"enrollbench/gui/widgets"
)

// saveUpload writes the form that the service takes, after asking what is to be asked.
func (t *csvTab) saveUpload() {
	f := t.file
	if f == nil || f.indexing {
		t.app.note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		return
	}
	t.editor.Commit()
	t.whenReady(func() {
		r := f.checked.result
		switch c := r.Counts(); {
		case c.Header > 0:
			t.askHeader(r)
		case c.Rows > 0 && c.Ready == 0:
			t.app.ask(&widgets.Dialog{State: look.Failed, List: causesOf(r, false),
				Title:   lang.X("upload.none", "No row is ready"),
				Text:    lang.X("upload.none-text", "Every row has an error. Mend them first; the list at the right says how."),
				Answers: []widgets.Answer{{Text: lang.X("dialog.back", "Go back"), Act: t.nextProblem}}})
		case c.Errors > 0:
			t.askErrors(r)
		case c.Rows == 0:
			t.app.note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		default:
			t.askUpload(r, false)
		}
	})
}

// whenReady goes on once nothing works on the document and all of it is checked.
func (t *csvTab) whenReady(then func()) {
	f := t.file
	if t.idle() {
		t.whenChecked(then)
		return
	}
	step(t, "", func(context.Context, progress.Func) (struct{}, error) { return struct{}{}, nil }, func(struct{}, error) {
		if t.file == f {
			t.whenChecked(then)
		}
	})
}

// causesOf lists the errors by cause.
func causesOf(r *enrollment.Result, header bool) []string {
	var out []string
	for _, g := range r.Groups() {
		if look.OfSeverity(g.Rule.Severity) != look.Failed || g.Header != header {
			continue
		}
		s := g.Rule.Title
		if g.Name != "" {
			s += " — " + columnTitle(g.Name)
		}
		if !g.Header {
			s += " — " + places(g.Rows)
		}
		out = append(out, s)
	}
	return out
}

// askHeader says what is wrong with the titles: with them no row can be uploaded.
func (t *csvTab) askHeader(r *enrollment.Result) {
	n := r.Counts().Header
	t.app.ask(&widgets.Dialog{State: look.Failed, List: causesOf(r, true),
		Title:   lang.XN("upload.header", "{{.Number}} errors in the titles", n, map[string]any{"Number": numbers.Group(n)}),
		Text:    lang.X("upload.header-text", "They concern every row, so nothing can be uploaded yet. Mend them first; the list at the right says how."),
		Answers: []widgets.Answer{{Text: lang.X("dialog.back", "Go back")}}})
}

// askErrors lets the user go back and mend, or leave the rows with errors out.
func (t *csvTab) askErrors(r *enrollment.Result) {
	c := r.Counts()
	n := c.Errors
	data := map[string]any{"Number": numbers.Group(n), "Ready": numbers.Group(c.Ready)}
	t.app.ask(&widgets.Dialog{State: look.Failed, List: causesOf(r, false),
		Title: lang.XN("upload.errors", "{{.Number}} rows have errors", n, data),
		Text:  lang.XN("upload.errors-text", "Go back and mend them, or leave them out: then {{.Ready}} rows are saved, and the {{.Number}} rows with errors are listed with their reasons in a file beside the upload file.", n, data),
		Answers: []widgets.Answer{
			{Text: lang.X("dialog.back", "Go back"), Act: t.nextProblem},
			{Text: lang.XN("save.leave-out", "Leave {{.Number}} out and save…", n, data), Act: func() { t.askUpload(r, true) }},
		}})
}

// askUpload lets the user name the file.
func (t *csvTab) askUpload(r *enrollment.Result, leaveOut bool) {
	f, p := t.file, t.app.fyne.Preferences()
	folder, stem := p.String(prefSaveFolder), "enrollment"
	if path := f.facts.path; path != "" {
		stem = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		if folder == "" {
			folder = filepath.Dir(path)
		}
	}
	o := ChooserOptions{Title: lang.X("upload.title", "Save for upload"), Folder: folder, Name: stem + "-upload.csv",
		Kind: lang.X("upload.kind", "CSV or ZIP files"), Ends: []string{".csv", ".zip"}}
	t.askTarget(o, ".csv", func(path string, agreed bool) {
		t.writeUpload(r, enrollment.UploadOptions{Out: path, LeaveOutErrors: leaveOut}, agreed)
	})
}

// writeUpload writes the file and what belongs to it. Files of an earlier one are replaced once the user agreed; agreed says
// that the user was asked already about the file of just this name.
func (t *csvTab) writeUpload(r *enrollment.Result, o enrollment.UploadOptions, agreed bool) {
	f := t.file
	step(t, lang.X("save.saving", "Saving the upload file"), func(ctx context.Context, report progress.Func) (enrollment.UploadResult, error) {
		return r.Save(ctx, o, report)
	}, func(w enrollment.UploadResult, err error) {
		if t.file != f {
			return
		}
		old := (*enrollment.LeftoverError)(nil)
		switch {
		case errors.As(err, &old) && !o.Replace:
			again := o
			again.Replace = true
			if agreed && len(old.Files) == 1 && old.Files[0] == filepath.Base(o.Out) {
				t.writeUpload(r, again, false)
				return
			}
			t.app.ask(&widgets.Dialog{State: look.Warning, List: old.Files,
				Title: lang.X("save.exists", "Files of an earlier upload are there"),
				Text: lang.X("save.exists-text", "These files in {{.Folder}} belong to an upload file of the same name and would be replaced or removed:",
					map[string]any{"Folder": filepath.Dir(o.Out)}),
				Answers: []widgets.Answer{
					{Text: lang.X("dialog.back", "Go back")},
					{Text: lang.X("save.replace", "Replace them"), Danger: true, Act: func() { t.writeUpload(r, again, true) }},
				}})
		case err != nil:
			t.app.fail(lang.X("save.failed", "The upload file was not saved"), err)
		default:
			t.uploaded(w)
		}
	})
}

// uploaded says what was written and where.
func (t *csvTab) uploaded(w enrollment.UploadResult) {
	n := 0
	var names []string
	for _, p := range w.Parts {
		n += p.Entries
		names = append(names, filepath.Base(p.File))
	}
	data := map[string]any{"Number": numbers.Group(n), "Names": strings.Join(names, ", "), "Out": numbers.Group(w.LeftOut), "Parts": numbers.Group(len(names))}
	text := lang.XN("upload.done", "{{.Number}} rows saved as {{.Names}}.", n, data)
	if len(names) > 1 {
		text = lang.X("upload.done-parts", "{{.Number}} rows saved in {{.Parts}} parts: one file would be too large for the service.", data)
	} else if w.Zipped {
		text += " " + lang.X("upload.zipped", "It is a ZIP: as it is, the CSV would be too large for the service.")
	}
	if w.LeftOut > 0 {
		text += " " + lang.XN("upload.left-out", "{{.Out}} rows stayed out and are listed.", w.LeftOut, data)
	}
	t.app.note(widgets.Note{State: look.Ready, Text: text, Detail: filepath.Dir(w.Parts[0].File),
		Action: lang.X("save.copy-path", "Copy path"), Act: func() { t.app.fyne.Clipboard().SetContent(w.Parts[0].File) }})
}

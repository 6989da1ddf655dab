package table

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/core/upload"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// saveUpload writes the form that the service takes, after asking what is to be asked.
func (t *Room) saveUpload() {
	f := t.file
	if f == nil || f.indexing {
		t.app.Note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		return
	}
	t.editor.Commit()
	t.whenReady(func() {
		r := f.checked.result
		switch c := r.Counts(); {
		case c.Header > 0:
			t.askHeader(r)
		case c.Rows > 0 && c.Ready == 0:
			t.app.Ask(&widgets.Dialog{State: look.Failed, List: causesOf(r, false),
				Title:   words.T("upload.none"),
				Text:    words.T("upload.none-text"),
				Answers: []widgets.Answer{{Text: words.T("dialog.back"), Act: t.NextProblem}}})
		case c.Errors > 0:
			t.askErrors(r)
		case c.Rows == 0:
			t.app.Note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		default:
			t.askUpload(r, false)
		}
	})
}

// whenReady goes on once nothing works on the document and all of it is checked.
func (t *Room) whenReady(then func()) {
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
		if look.OfSeverity(g.Rule.Severity) != look.Failed || g.Header != header || g.Beside {
			continue
		}
		s := words.Core(g.Rule.Title)
		if g.Name != "" {
			s += " — " + columnTitle(g.Name)
		}
		if !g.Header {
			s += " — " + words.Places(g.Rows)
		}
		out = append(out, s)
	}
	return out
}

// askHeader says what is wrong with the titles: with them no row can be uploaded.
func (t *Room) askHeader(r *enrollment.Result) {
	n := r.Counts().Header
	t.app.Ask(&widgets.Dialog{State: look.Failed, List: causesOf(r, true),
		Title:   words.N("upload.header", n),
		Text:    words.T("upload.header-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}}})
}

// askErrors lets the user go back and mend, or leave the rows with errors out.
func (t *Room) askErrors(r *enrollment.Result) {
	c := r.Counts()
	n := c.Errors
	data := map[string]any{"Number": words.Group(n), "Ready": words.Group(c.Ready)}
	t.app.Ask(&widgets.Dialog{State: look.Failed, List: causesOf(r, false),
		Title: words.N("upload.errors", n, data),
		Text:  words.N("upload.errors-text", n, data),
		Answers: []widgets.Answer{
			{Text: words.T("dialog.back"), Act: t.NextProblem},
			{Text: words.N("save.leave-out", n, data), Act: func() { t.askUpload(r, true) }},
		}})
}

// askUpload lets the user name the file.
func (t *Room) askUpload(r *enrollment.Result, leaveOut bool) {
	f, p := t.file, t.app.Preferences()
	folder, stem := p.String(frame.PrefSaveFolder), "enrollment"
	if path := f.facts.path; path != "" {
		stem = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		if folder == "" {
			folder = filepath.Dir(path)
		}
	}
	o := files.Options{Title: words.T("upload.title"), Folder: folder, Name: stem + "-upload.csv",
		Kind: words.T("upload.kind"), Ends: []string{".csv", ".zip"}}
	t.app.PickTarget(o, func(path string, agreed bool) {
		t.writeUpload(r, enrollment.UploadOptions{Out: path, LeaveOutErrors: leaveOut}, agreed)
	})
}

// writeUpload writes the file and what belongs to it. Files of an earlier one are replaced once the user agreed; agreed says
// that the user was asked already about the file of just this name.
func (t *Room) writeUpload(r *enrollment.Result, o enrollment.UploadOptions, agreed bool) {
	f := t.file
	step(t, words.T("save.saving"), func(ctx context.Context, report progress.Func) (enrollment.UploadResult, error) {
		return r.Save(ctx, o, report)
	}, func(w enrollment.UploadResult, err error) {
		if t.file != f {
			return
		}
		old := (*upload.LeftoverError)(nil)
		switch {
		case errors.As(err, &old) && !o.Replace:
			again := o
			again.Replace = true
			if agreed && len(old.Files) == 1 && old.Files[0] == filepath.Base(o.Out) {
				t.writeUpload(r, again, false)
				return
			}
			t.app.Ask(&widgets.Dialog{State: look.Warning, List: old.Files,
				Title: words.T("save.exists"),
				Text:  words.T("save.exists-text", "Folder", filepath.Dir(o.Out)),
				Answers: []widgets.Answer{
					{Text: words.T("dialog.back")},
					{Text: words.T("save.replace"), Danger: true, Act: func() { t.writeUpload(r, again, true) }},
				}})
		case errors.Is(err, enrollment.ErrEncodingGuessed):
			t.openDialect()
		case err != nil:
			t.app.Fail(words.T("save.failed"), err)
		default:
			t.uploaded(w)
		}
	})
}

// uploaded says what was written and where.
func (t *Room) uploaded(w enrollment.UploadResult) {
	n := 0
	var names []string
	for _, p := range w.Parts {
		n += p.Entries
		names = append(names, filepath.Base(p.File))
	}
	data := map[string]any{"Number": words.Group(n), "Names": strings.Join(names, ", "), "Out": words.Group(w.LeftOut), "Parts": words.Group(len(names))}
	text := words.N("upload.done", n, data)
	if len(names) > 1 {
		text = words.T("upload.done-parts", data)
	} else if w.Zipped {
		text += " " + words.T("upload.zipped")
	}
	if w.LeftOut > 0 {
		text += " " + words.N("upload.left-out", w.LeftOut, data)
	}
	t.app.Note(widgets.Note{State: look.Ready, Text: text, Detail: filepath.Dir(w.Parts[0].File),
		Action: words.T("save.copy-path"), Act: func() { t.app.Clipboard().SetContent(w.Parts[0].File) }})
}

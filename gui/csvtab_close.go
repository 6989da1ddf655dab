package gui

import (
	"context"
	"path/filepath"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// fileName is the document's name for people.
func (f *csvFile) fileName() string {
	if p := f.facts.path; p != "" {
		return filepath.Base(p)
	}
	return lang.X("csv.untitled", "Untitled")
}

// leave goes on with then once the open document may be left: at once where everything is saved, otherwise after a question.
func (t *csvTab) leave(then func()) {
	f := t.file
	if f == nil {
		then()
		return
	}
	t.editor.Commit()
	if !t.idle() {
		if f.indexing { // nothing is lost by stopping
			t.work.Drop()
			t.steps = nil
		} else { // when what runs has ended
			step(t, "", func(context.Context, progress.Func) (struct{}, error) { return struct{}{}, nil }, func(struct{}, error) { t.app.tasks.post(func() { t.leave(then) }) })
			return
		}
	}
	if !f.facts.dirty {
		t.shut(then)
		return
	}
	if t.leaving { // the question is open already
		return
	}
	t.leaving = true
	t.app.ask(&widgets.Dialog{State: look.Warning, OnClosed: func() { t.leaving = false },
		Title: lang.X("csv.unsaved", "{{.Name}} has edits that are not saved", map[string]any{"Name": visible(f.fileName())}),
		Text:  lang.X("csv.unsaved-text", "Save them, keep them for the next start of EnrollBench, or discard them. What is kept is offered on the first page of this tab, with every edit."),
		Answers: []widgets.Answer{
			{Text: lang.X("dialog.back", "Go back")},
			{Text: lang.X("csv.discard", "Discard"), Act: func() { t.shut(then) }},
			{Text: lang.X("csv.keep", "Keep for later"), Act: func() { t.keep(then) }},
			{Text: lang.X("csv.save", "Save"), Act: func() { t.saveThen(func() { t.shut(then) }) }},
		}})
}

// keep closes the document with its journal, once all of that is on the disk.
func (t *csvTab) keep(then func()) {
	f := t.file
	t.stop()
	step(t, lang.X("csv.keeping", "Keeping the edits"), func(context.Context, progress.Func) (struct{}, error) {
		return struct{}{}, f.doc.Suspend()
	}, func(_ struct{}, err error) {
		if err != nil {
			t.app.fail(lang.X("csv.keep-failed", "The edits could not be kept"), err)
			return
		}
		t.forsake()
		t.start.search()
		then()
	})
}

// shut closes the document. Edits that were not saved are gone.
func (t *csvTab) shut(then func()) {
	f := t.file
	t.stop()
	step(t, "", func(context.Context, progress.Func) (struct{}, error) {
		return struct{}{}, f.doc.Close()
	}, func(_ struct{}, err error) {
		if err != nil {
			t.app.fail(lang.X("csv.close-failed", "The file could not be closed"), err)
			return
		}
		t.forsake()
		then()
	})
}

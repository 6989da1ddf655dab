package table

import (
	"context"
	"path/filepath"

	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// fileName is the document's name for people.
func (f *csvFile) fileName() string {
	if p := f.facts.path; p != "" {
		return filepath.Base(p)
	}
	return words.T("csv.untitled")
}

// Leave goes on with then once the open document may be left: at once where everything is saved, otherwise after a question.
func (t *Room) Leave(then func()) {
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
			step(t, "", func(context.Context, progress.Func) (struct{}, error) { return struct{}{}, nil }, func(struct{}, error) { t.app.Tasks().Post(func() { t.Leave(then) }) })
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
	t.app.Ask(&widgets.Dialog{State: look.Warning, OnClosed: func() { t.leaving = false },
		Title: words.T("csv.unsaved", "Name", words.Visible(f.fileName())),
		Text:  words.T("csv.unsaved-text"),
		Answers: []widgets.Answer{
			{Text: words.T("dialog.back")},
			{Text: words.T("csv.discard"), Act: func() { t.shut(then) }},
			{Text: words.T("csv.keep"), Act: func() { t.keep(then) }},
			{Text: words.T("csv.save"), Act: func() { t.saveThen(func() { t.shut(then) }) }},
		}})
}

// keep closes the document with its journal, once all of that is on the disk.
func (t *Room) keep(then func()) {
	f := t.file
	t.stop()
	step(t, words.T("csv.keeping"), func(context.Context, progress.Func) (struct{}, error) {
		return struct{}{}, f.doc.Suspend()
	}, func(_ struct{}, err error) {
		if err != nil {
			t.app.Fail(words.T("csv.keep-failed"), err)
			return
		}
		t.forsake()
		t.start.search()
		then()
	})
}

// shut closes the document. Edits that were not saved are gone.
func (t *Room) shut(then func()) {
	f := t.file
	t.stop()
	step(t, "", func(context.Context, progress.Func) (struct{}, error) {
		return struct{}{}, f.doc.Close()
	}, func(_ struct{}, err error) {
		if err != nil {
			t.app.Fail(words.T("csv.close-failed"), err)
			return
		}
		t.forsake()
		then()
	})
}

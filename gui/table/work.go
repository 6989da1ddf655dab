package table

import (
	"context"
	"errors"
	"time"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// step does something with the document off the UI thread, after everything that was wanted before it has ended: a
// document takes one change at a time, and keys that are pressed while a long one runs are not lost.
func step[T any](t *Room, title string, work func(context.Context, progress.Func) (T, error), done func(T, error)) {
	t.steps = append(t.steps, func() {
		frame.Run(t.work, title, work, func(v T, err error) {
			done(v, err)
			t.nextStep()
		})
	})
	if !t.work.Busy() {
		t.nextStep()
	}
}

// nextStep begins what waits.
func (t *Room) nextStep() {
	if len(t.steps) == 0 || t.work.Busy() {
		t.showBar()
		return
	}
	first := t.steps[0]
	t.steps = t.steps[1:]
	first()
	t.showBar()
}

// idle says that nothing works on the document.
func (t *Room) idle() bool { return !t.work.Busy() && len(t.steps) == 0 }

// edit is one change of the document by the user.
type edit struct {
	title string // while it runs, if it takes long
	cells int    // about how many it touches
	work  func(ctx context.Context, d *csvdoc.Document, report progress.Func) (csvdoc.Change, error)
	then  func(csvdoc.Change) // may be nil; the sheet shows the change already
}

// fewCells are changed before the handler returns, in less than a millisecond, so that a text stands in its cell when the
// key goes up; more are changed off the UI thread.
const fewCells = 64

// alter makes a change. What cannot be done is said.
func (t *Room) alter(e edit) {
	f := t.file
	if f == nil {
		return
	}
	if f.indexing {
		t.app.Note(widgets.Note{State: look.Running, Text: words.T("csv.still-reading")})
		t.editor.Refresh()
		return
	}
	done := func(c csvdoc.Change, err error) {
		if t.file != f {
			return
		}
		if err != nil {
			t.editor.Refresh()
			t.unchanged(err)
			return
		}
		t.changed(c)
		if e.then != nil {
			e.then(c)
		}
	}
	if e.cells <= fewCells && t.idle() {
		done(e.work(context.Background(), f.doc, nil))
		return
	}
	step(t, e.title, func(ctx context.Context, report progress.Func) (csvdoc.Change, error) {
		return e.work(ctx, f.doc, report)
	}, done)
}

// journalSlack is when an edit must have reached the disk, and some.
const journalSlack = 4 * time.Second

// watchJournal says once that edits do not reach the disk.
func (t *Room) watchJournal() {
	f := t.file
	if f.watched {
		return
	}
	f.watched = true
	t.app.Tasks().After(journalSlack, func() {
		if t.file != f {
			return
		}
		f.watched = false
		if !t.idle() || f.warned { // its methods wait while it is saved
			return
		}
		if err := f.doc.JournalError(); err != nil {
			f.warned = true
			t.app.Note(widgets.Note{State: look.Warning, Detail: words.Error(err), Text: words.T("csv.journal-trouble")})
		}
	})
}

// unchanged says why an edit did not come about.
func (t *Room) unchanged(err error) {
	switch {
	case errors.Is(err, csvdoc.ErrNothingToUndo):
		t.app.Note(widgets.Note{State: look.Notice, Text: words.T("csv.nothing-to-undo")})
	case errors.Is(err, csvdoc.ErrNothingToRedo):
		t.app.Note(widgets.Note{State: look.Notice, Text: words.T("csv.nothing-to-redo")})
	case errors.Is(err, enrollment.ErrNoFix):
		t.app.Note(widgets.Note{State: look.Notice, Text: words.T("csv.nothing-to-fix")})
	case errors.Is(err, csvdoc.ErrHitStale), errors.Is(err, csvdoc.ErrChangedMeanwhile), errors.Is(err, enrollment.ErrOutdated):
		t.app.Note(widgets.Note{State: look.Notice, Text: words.T("csv.changed-meanwhile")})
		if t.finder.opened() {
			t.finder.search()
		}
	default:
		t.app.Fail(words.T("csv.edit-failed"), err)
	}
}

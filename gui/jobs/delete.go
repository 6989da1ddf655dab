package jobs

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/words"
)

// remove is the key Delete on the list.
func (t *Room) remove() {
	if r := t.current(); r != nil {
		t.step(stepDelete, r)
	}
}

// whyKept says why a record cannot be deleted, and what to do first.
func whyKept(s job.State) string {
	if s == job.MayExist {
		return words.T("jobs.not-settled")
	}
	return words.T("jobs.not-ended")
}

// deleteWords says what goes with a record.
func deleteWords(r *job.Record) string {
	switch {
	case r.State == job.Prepared && r.Exported.IsZero():
		return words.T("jobs.delete-prepared")
	case r.State == job.Complete || r.State == job.Fetched:
		return words.T("jobs.delete-unopened")
	}
	return words.T("jobs.delete-text")
}

func (t *Room) delete(r *job.Record) {
	d := t.app.Desk()
	inTurn(t, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
		if err := d.Jobs.Delete(ctx, r.ID); err != nil && !errors.Is(err, job.ErrNotFound) {
			return struct{}{}, err
		}
		if err := d.ReleaseUploads(ctx, r); err != nil { // the next start but one removes them
			fyne.LogError("the upload files of a deleted batch", err)
		}
		return struct{}{}, nil
	}, func(_ struct{}, err error) {
		if err != nil {
			t.showBar()
			t.app.Fail(words.T("jobs.delete-failed"), err)
			return
		}
		t.drops(r.ID)
	})
}

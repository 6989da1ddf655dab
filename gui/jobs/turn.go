package jobs

import (
	"context"
	"slices"

	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// inTurn runs a step of a batch. What is asked for while another runs waits until that has ended: nothing that is being sent
// is ever broken off by what comes after it.
func inTurn[T any](t *Room, title string, work func(context.Context, progress.Func) (T, error), done func(T, error)) {
	if t.work.Busy() {
		t.turns = append(t.turns, func() { inTurn(t, title, work, done) })
		t.showBar()
		return
	}
	frame.Run(t.work, title, work, func(v T, err error) {
		done(v, err)
		if len(t.turns) > 0 && !t.work.Busy() {
			next := t.turns[0]
			t.turns = t.turns[1:]
			next()
		}
	})
}

// Leave goes on with then, which closes the window, once nothing is being sent: breaking that off leaves a batch of which
// nobody knows whether the service took it.
func (t *Room) Leave(then func()) {
	if t.sending == 0 {
		t.leavePractice(then)
		return
	}
	if t.leaving {
		return
	}
	t.leaving = true
	t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("jobs.leave-title"),
		Text:     words.T("jobs.leave-text"),
		OnClosed: func() { t.leaving = false },
		Answers: []widgets.Answer{{Text: words.T("dialog.back"), Act: func() { t.afterSending = nil }},
			{Text: words.T("jobs.leave-now"), Act: then},
			{Text: words.T("jobs.leave-sent"), Act: func() {
				if t.sending == 0 {
					t.leavePractice(then)
					return
				}
				t.afterSending = func() { t.leavePractice(then) }
			}}}})
}

// leavePractice asks before the practice service, which runs in this window, is closed in the middle of a job.
func (t *Room) leavePractice(then func()) {
	if !slices.ContainsFunc(t.all, func(r *job.Record) bool {
		return r.Connection.ID == job.PracticeID && (r.State == job.Started || r.State == job.Running)
	}) {
		then()
		return
	}
	if t.leaving {
		return
	}
	t.leaving = true
	t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("jobs.leave-practice-title"),
		Text:     words.T("jobs.leave-practice-text"),
		OnClosed: func() { t.leaving = false },
		Answers:  []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("jobs.leave-practice-now"), Danger: true, Act: then}}})
}

// sent is called when a batch was sent, or was not; a failure keeps the window open.
func (t *Room) sent(err error) {
	t.sending--
	then := t.afterSending
	if err != nil {
		t.afterSending = nil
	} else if then != nil && t.sending == 0 {
		t.afterSending = nil
		then()
	}
}

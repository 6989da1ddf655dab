package jobs

import (
	"cmp"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"enrollbench/core/atomicfile"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// jobStep is something that can be done with a batch.
type jobStep int

const (
	stepNone jobStep = iota
	stepStart
	stepAsk
	stepApprove
	stepReject
	stepFetch
	stepFetchAgain
	stepOpen
	stepResolve
	stepNotStarted
	stepRetry
	stepTakeBack
	stepCancel
	stepFailedRows
	stepExport
	stepAssign
	stepTraveller
	stepDelete
)

// nextStep is the one that the state of a batch calls for.
func nextStep(r *job.Record) jobStep {
	if r == nil {
		return stepNone
	}
	switch r.State {
	case job.Prepared:
		if !r.Exported.IsZero() {
			return stepTakeBack
		}
		return stepStart
	case job.MayExist, job.Started, job.Running:
		return stepAsk
	case job.WaitingForApproval:
		return stepApprove
	case job.Complete:
		return stepFetch
	case job.Fetched, job.Opened, job.Delivered:
		return stepOpen
	case job.Failed, job.Rejected:
		if r.Failed > 0 && r.Method != job.MAC {
			return stepFailedRows
		}
		return stepRetry
	case job.Cancelled:
		return stepRetry
	}
	return stepNone
}

// otherSteps are what else can be done.
func otherSteps(r *job.Record) []jobStep {
	var out []jobStep
	switch r.State {
	case job.Prepared:
		if r.Exported.IsZero() {
			out = append(out, stepExport, stepAssign, stepCancel)
		}
	case job.MayExist:
		out = append(out, stepResolve, stepNotStarted)
	case job.WaitingForApproval:
		out = append(out, stepReject, stepAsk)
	case job.Fetched, job.Opened, job.Delivered:
		out = append(out, stepFetchAgain)
	}
	if r.Failed > 0 && nextStep(r) != stepFailedRows && !r.State.UnderWay() {
		out = append(out, stepFailedRows)
	}
	if nextStep(r) == stepFailedRows {
		out = append(out, stepRetry)
	}
	out = append(out, stepTraveller)
	if r.State.Ended() || r.State == job.Opened {
		out = append(out, stepDelete)
	}
	return out
}

// menuSteps are all that can be done, the next one first. Deleting is among them always: it says why it cannot be where it cannot.
func menuSteps(r *job.Record) []jobStep {
	steps := otherSteps(r)
	if next := nextStep(r); next != stepNone {
		steps = append([]jobStep{next}, steps...)
	}
	if !slices.Contains(steps, stepDelete) {
		steps = append(steps, stepDelete)
	}
	return steps
}

// text names a step by what it does.
func (s jobStep) text() string {
	switch s {
	case stepStart:
		return words.T("jobs.start")
	case stepAsk:
		return words.T("jobs.ask")
	case stepApprove:
		return words.T("jobs.approve")
	case stepReject:
		return words.T("jobs.reject")
	case stepFetch:
		return words.T("jobs.fetch")
	case stepFetchAgain:
		return words.T("jobs.fetch-again")
	case stepOpen:
		return words.T("jobs.open")
	case stepResolve:
		return words.T("jobs.resolve")
	case stepNotStarted:
		return words.T("jobs.not-started")
	case stepRetry:
		return words.T("jobs.retry")
	case stepTakeBack:
		return words.T("jobs.take-back")
	case stepCancel:
		return words.T("jobs.cancel")
	case stepFailedRows:
		return words.T("jobs.failed-rows")
	case stepExport:
		return words.T("jobs.export")
	case stepAssign:
		return words.T("jobs.assign")
	case stepTraveller:
		return words.T("jobs.traveller")
	case stepDelete:
		return words.T("jobs.delete")
	}
	return words.T("jobs.next")
}

// glyph is the step's drawing.
func (s jobStep) glyph() string {
	switch s {
	case stepAsk, stepRetry, stepTakeBack:
		return "refresh"
	case stepApprove, stepStart, stepResolve:
		return "ready"
	case stepFetch, stepFetchAgain, stepOpen:
		return "open"
	case stepAssign:
		return "connection"
	case stepFailedRows, stepExport, stepTraveller:
		return "save"
	case stepDelete, stepCancel, stepReject, stepNotStarted:
		return "remove"
	}
	return "right"
}

// act is the primary button: the next step of the current batch.
func (t *Room) act() {
	r := t.current()
	if t.bar.Primary.Disabled() || r == nil {
		t.app.Note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		return
	}
	t.step(nextStep(r), r)
}

// onSecondary offers the steps of a batch where it was pressed.
func (t *Room) onSecondary(row int, pos fyne.Position) {
	r := t.current()
	if row < 0 || r == nil {
		return
	}
	var items []*fyne.MenuItem
	for _, s := range menuSteps(r) {
		items = append(items, widgets.MenuItem(s.text(), s.glyph(), func() { t.step(s, r) }))
	}
	items = append(items, widgets.MenuItem(words.T("jobs.copy-id"), "copy", func() { t.app.Clipboard().SetContent(r.ID) }))
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), t.app.Canvas(), pos)
}

// step does something with a batch, after asking where it cannot be taken back.
func (t *Room) step(s jobStep, r *job.Record) {
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	if t.app.Desk() == nil {
		t.app.NoDesk()
		return
	}
	jobs := t.app.Desk().Jobs
	name := map[string]any{"Name": words.Visible(r.Short())}
	switch s {
	case stepStart:
		if !t.known(r) {
			t.askConnection(r, t.askStart)
			return
		}
		t.askStart(r)
	case stepAssign:
		t.askConnection(r, nil)
	case stepAsk:
		t.run(r, words.T("jobs.asking"), words.T("jobs.ask-failed"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
			return jobs.Refresh(ctx, r.ID)
		}, nil)
	case stepApprove:
		t.sure(look.Warning, words.T("jobs.approve-title", name),
			words.T("jobs.approve-text", "Number", jobCount(r)),
			words.T("jobs.approve-now"), false, func() {
				t.run(r, words.T("jobs.approving"), words.T("jobs.approve-failed"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
					return jobs.Approve(ctx, r.ID)
				}, nil)
			})
	case stepReject:
		t.sure(look.Warning, words.T("jobs.reject-title", name), words.T("jobs.reject-text"),
			words.T("jobs.reject-now"), true, func() {
				t.run(r, words.T("jobs.rejecting"), words.T("jobs.reject-failed"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
					return jobs.Reject(ctx, r.ID)
				}, nil)
			})
	case stepFetch, stepFetchAgain:
		t.run(r, words.T("jobs.fetching"), words.T("jobs.fetch-failed"), func(ctx context.Context, report progress.Func) (*job.Record, error) {
			return jobs.Fetch(ctx, r.ID, report)
		}, t.fetched)
	case stepOpen:
		t.openResult(r)
	case stepResolve:
		t.askPortal(r)
	case stepNotStarted:
		t.sure(look.Warning, words.T("jobs.not-started-title", name),
			words.T("jobs.not-started-text", "ID", r.ID),
			words.T("jobs.not-started-now"), true, func() {
				t.run(r, words.T("jobs.asking"), words.T("jobs.settle-failed"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
					return jobs.DeclareNotStarted(ctx, r.ID)
				}, nil)
			})
	case stepTakeBack:
		t.sure(look.Warning, words.T("jobs.take-back-title", name),
			words.T("jobs.take-back-text", "File", words.Visible(cmp.Or(r.ExportedAs, r.ID+batchEnd)), "Date", words.When(r.Exported)),
			words.T("jobs.take-back-now"), true, func() { t.retry(r) })
	case stepRetry:
		t.retry(r)
	case stepCancel:
		t.run(r, words.T("jobs.cancelling"), words.T("jobs.cancel-failed"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
			return jobs.Cancel(ctx, r.ID)
		}, func(*job.Record) {
			t.app.Note(widgets.Note{State: look.Ready, Text: words.T("jobs.cancelled", name),
				Action: words.T("csr.undo"), Act: func() { t.step(stepRetry, r) }})
		})
	case stepFailedRows:
		t.saveFailedRows(r)
	case stepExport:
		t.export(r)
	case stepTraveller:
		t.askTraveller(r)
	case stepDelete:
		if !r.State.Deletable() {
			t.app.Note(widgets.Note{State: look.Notice, Text: whyKept(r.State)})
			return
		}
		t.sure(look.Warning, words.T("jobs.delete-title", name), deleteWords(r), words.T("jobs.delete-now"), true, func() { t.delete(r) })
	}
}

// retry makes a batch ready to be started again.
func (t *Room) retry(r *job.Record) {
	t.run(r, words.T("jobs.preparing"), words.T("jobs.retry-failed"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
		return t.app.Desk().Jobs.Retry(ctx, r.ID)
	}, func(again *job.Record) { t.Choose(again.ID) })
}

// sure asks before something that cannot be taken back.
func (t *Room) sure(s look.State, title, text, verb string, danger bool, act func()) {
	t.app.Ask(&widgets.Dialog{State: s, Title: title, Text: text,
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: verb, Danger: danger, Act: act}}})
}

// run works on a batch off the UI thread and takes its new record; then hears of it if all went well.
func (t *Room) run(of *job.Record, title, failed string, work func(context.Context, progress.Func) (*job.Record, error), then func(*job.Record)) {
	inTurn(t, title, work, func(r *job.Record, err error) {
		if r != nil {
			t.Take(*r)
		}
		t.showBar()
		switch {
		case frame.Cancelled(err) && !unsettled(err): // what went out before that may have been heard
			t.app.Note(widgets.Note{State: look.Notice, Text: words.T("jobs.stopped")})
		case errors.Is(err, job.ErrNotFound):
			t.drops(of.ID)
			t.app.Fail(failed, err)
		case errors.Is(err, job.ErrFound):
			t.app.Note(widgets.Note{State: look.Warning, Text: words.T("jobs.found")})
		case err != nil:
			t.app.Fail(failed, err)
		case then != nil:
			then(r)
		}
	})
}

// askStart says once more, in words, what a prepared batch will start: it, and what was not sent of its series.
func (t *Room) askStart(r *job.Record) {
	n, jobs := 0, 0
	for _, part := range t.all {
		if part.State == job.Prepared && part.Exported.IsZero() && (part.ID == r.ID || r.Series != "" && part.Series == r.Series) {
			n, jobs = n+part.Expected(), jobs+1
		}
	}
	data := map[string]any{"Number": words.Group(n), "Connection": words.Visible(r.Connection.Name), "Host": t.host(r), "Profile": words.Visible(cmp.Or(r.Profile.Name, r.Profile.ID))}
	text := words.N("jobs.start-text", n, data)
	if r.Connection.Practice {
		text = words.N("jobs.start-practice", n, data)
	}
	if jobs > 1 {
		text += " " + words.N("jobs.start-series", jobs)
	}
	state := look.Warning
	if r.Connection.Practice {
		state = look.Notice
	}
	t.sure(state, words.T("jobs.start-title", "Name", words.Visible(r.Short())), text, words.N("start.now", n, data), false, func() { t.Send(r.ID) })
}

// Send starts a prepared batch, with the others of its series.
func (t *Room) Send(id string) { t.send(id, "") }

// send starts a batch; the reason is why although the same was ordered before, "" for none.
func (t *Room) send(id, reason string) {
	jobs := t.app.Desk().Jobs
	t.sending++
	inTurn(t, words.T("jobs.sending"), func(ctx context.Context, report progress.Func) (*job.Series, error) {
		if reason != "" {
			if err := jobs.OrderAgain(ctx, id, reason); err != nil {
				return nil, err
			}
		}
		return jobs.StartSeries(ctx, id, report)
	}, func(s *job.Series, err error) {
		if s != nil {
			t.TakeAll(s.Records)
		}
		t.showBar()
		doubt, before := (*job.UnsettledError)(nil), (*job.OrderedBeforeError)(nil)
		switch {
		case errors.As(err, &doubt):
			t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("jobs.unsettled"), Detail: words.Error(err),
				Text:    words.T("jobs.unsettled-text") + " " + frame.UnsettledWords(doubt),
				Answers: []widgets.Answer{{Text: words.T("dialog.close")}}})
		case errors.As(err, &before):
			t.askReason(before, id)
		case err != nil:
			t.app.Fail(words.T("jobs.start-failed"), err)
		case s.Records[0].Connection.ID == job.PracticeID:
			t.app.Note(widgets.Note{State: look.Ready, Text: words.T("jobs.sent-practice")})
		default:
			t.app.Note(widgets.Note{State: look.Ready, Text: words.T("jobs.sent")})
		}
		t.sent(err)
	})
}

// askPortal takes the job id that the portal shows.
func (t *Room) askPortal(r *job.Record) {
	id := widgets.NewEntry()
	id.PlaceHolder = words.T("jobs.portal-id")
	id.TextStyle.Monospace = true
	d := &widgets.Dialog{State: look.Notice, Title: words.T("jobs.portal-title"), Text: words.T("jobs.portal-text", "ID", r.ID)}
	t.askText(d, id, words.T("jobs.portal-take"), func(remote string) {
		t.run(r, words.T("jobs.asking"), words.T("jobs.settle-failed"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
			return t.app.Desk().Jobs.Resolve(ctx, r.ID, remote)
		}, nil)
	})
}

// askReason takes the reason why a batch is sent although the same was ordered before, or leads to what is free.
func (t *Room) askReason(e *job.OrderedBeforeError, id string) {
	reason := widgets.NewEntry()
	reason.PlaceHolder = words.T("start.again-hint")
	var free []widgets.Answer
	if e.Next.Count > 0 {
		free = append(free, widgets.Answer{Text: words.T("start.use-free", "Start", e.Next.Start.String()), Act: func() { t.app.UseRange(e.Next) }})
	}
	t.askText(&widgets.Dialog{State: look.Warning, Title: words.T("jobs.again-title"),
		Text: words.T("jobs.again-text", "What", words.Error(e))},
		reason, words.T("jobs.again-now"), func(text string) { t.send(id, text) }, free...)
}

// askText asks a question that is answered in a field, or by another way out; empty is no answer.
func (t *Room) askText(d *widgets.Dialog, field *widgets.Entry, verb string, take func(text string), others ...widgets.Answer) {
	d.Body = field
	d.Answers = append(append([]widgets.Answer{{Text: words.T("dialog.back")}}, others...), widgets.Answer{Text: verb, Act: func() { take(field.Text) }})
	last := len(d.Answers) - 1
	given := func(text string) bool { return strings.TrimSpace(text) != "" }
	field.OnChanged = func(text string) { d.Enable(last, given(text)) }
	field.OnSubmitted = func(text string) {
		if given(text) {
			d.Take(last)
		}
	}
	d.FocusFirst(field)
	t.app.Ask(d)
	d.Enable(last, false)
}

// fetched opens what was fetched, unless somebody has gone on to other work meanwhile.
func (t *Room) fetched(r *job.Record) {
	if t.app.Current() == frame.Room(t) {
		t.openResult(r)
		return
	}
	t.app.Note(widgets.Note{State: look.Ready, Text: words.T("jobs.fetched-note", "Name", words.Visible(r.Short())),
		Action: words.T("jobs.open"), Act: func() { t.openResult(r) }})
}

// openResult hands the fetched result over to Open results, with the order at hand.
func (t *Room) openResult(r *job.Record) {
	if r.ResultPath == "" {
		t.ResultGone(r)
		return
	}
	t.app.OpenResult(r)
}

// FetchAgain fetches the result of a batch once more and opens it: what was fetched is damaged.
func (t *Room) FetchAgain(r *job.Record) { t.step(stepFetchAgain, r) }

// ResultGone says that a fetched result is not there any more.
func (t *Room) ResultGone(r *job.Record) {
	t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("jobs.result-gone"),
		Text:    words.T("jobs.result-gone-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("jobs.fetch"), Act: func() { t.step(stepFetch, r) }}}})
}

// saveFailedRows writes the rows that the service refused as a CSV that can be corrected and sent.
func (t *Room) saveFailedRows(r *job.Record) {
	o := files.Options{Title: words.T("jobs.failed-rows-title"), Name: r.ID + "-failed.csv", Kind: words.T("mac.kind"), Ends: []string{".csv"}}
	t.app.SaveFile(o, func(path string, replace bool) {
		inTurn(t, words.T("jobs.failed-rows-saving"), func(ctx context.Context, _ progress.Func) (struct{}, error) {
			return struct{}{}, atomicfile.Write(path, atomicfile.Options{Replace: replace, Mode: 0o600}, func(w io.Writer) error {
				_, err := t.app.Desk().Jobs.FailedRows(ctx, r.ID, w)
				return err
			})
		}, func(_ struct{}, err error) {
			t.showBar()
			if err != nil {
				t.app.Fail(words.T("jobs.failed-rows-failed"), err)
				return
			}
			t.app.Note(widgets.Note{State: look.Ready, Detail: path, Text: words.T("jobs.failed-rows-saved"),
				Action: words.T("jobs.failed-rows-open"), Act: func() { t.app.OpenTable(path) }})
		})
	})
}

// export writes a prepared batch as one file, for a station that sends it.
func (t *Room) export(r *job.Record) {
	name := r.ID
	if r.Connection.Practice {
		name += "-PRACTICE"
	}
	o := files.Options{Title: words.T("jobs.export-title"), Name: name + batchEnd, Kind: words.T("jobs.kind"), Ends: []string{batchEnd}}
	t.app.SaveFile(o, func(path string, replace bool) {
		t.run(r, words.T("jobs.exporting"), words.T("jobs.export-failed"), func(ctx context.Context, report progress.Func) (handed *job.Record, err error) {
			err = atomicfile.Write(path, atomicfile.Options{Replace: replace, Mode: 0o600}, func(w io.Writer) error {
				handed, err = t.app.Desk().Jobs.Export(ctx, r.ID, filepath.Base(path), w, report)
				return err
			})
			return handed, err
		}, func(*job.Record) {
			text := words.T("jobs.exported")
			if r.Connection.Practice {
				text = words.T("practice.says", "Text", text)
			}
			t.app.Note(widgets.Note{State: look.Ready, Detail: path, Text: text})
		})
	})
}

// Takes says that batches of another station belong here.
func (t *Room) Takes() (home, also files.Use) { return files.Batch, 0 }

// Drop takes in batches that were prepared elsewhere.
func (t *Room) Drop(paths []string) {
	if t.app.Desk() == nil {
		t.app.NoDesk()
		return
	}
	inTurn(t, words.T("jobs.importing"), func(ctx context.Context, report progress.Func) ([]*job.Record, error) {
		var all []*job.Record
		for _, path := range paths {
			r, err := t.app.Desk().Jobs.ImportFile(ctx, path, report)
			if err != nil {
				return all, err
			}
			all = append(all, r)
		}
		return all, nil
	}, func(all []*job.Record, err error) {
		t.TakeAll(all)
		t.showBar()
		if err != nil {
			t.app.Fail(words.T("jobs.import-failed"), err)
			return
		}
		if len(all) > 0 {
			t.Choose(all[0].ID)
			t.app.Note(widgets.Note{State: look.Ready, Text: words.N("jobs.imported", len(all))})
		}
	})
}

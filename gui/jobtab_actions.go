package gui

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"enrollbench/core/atomicfile"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
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
	stepCancel
	stepFailedRows
	stepExport
	stepAssign
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
			return stepRetry
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
		} else {
			out = append(out, stepDelete)
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
	if r.State.Ended() {
		out = append(out, stepDelete)
	}
	return out
}

// text names a step by what it does.
func (s jobStep) text() string {
	switch s {
	case stepStart:
		return lang.X("jobs.start", "Start…")
	case stepAsk:
		return lang.X("jobs.ask", "Ask the service")
	case stepApprove:
		return lang.X("jobs.approve", "Approve…")
	case stepReject:
		return lang.X("jobs.reject", "Reject…")
	case stepFetch:
		return lang.X("jobs.fetch", "Fetch and open")
	case stepFetchAgain:
		return lang.X("jobs.fetch-again", "Fetch it again")
	case stepOpen:
		return lang.X("jobs.open", "Open the result")
	case stepResolve:
		return lang.X("jobs.resolve", "It is in the portal…")
	case stepNotStarted:
		return lang.X("jobs.not-started", "It was not started…")
	case stepRetry:
		return lang.X("jobs.retry", "Prepare again")
	case stepCancel:
		return lang.X("jobs.cancel", "Give it up")
	case stepFailedRows:
		return lang.X("jobs.failed-rows", "Save the failed rows…")
	case stepExport:
		return lang.X("jobs.export", "Hand it over as a file…")
	case stepAssign:
		return lang.X("jobs.assign", "Send it through…")
	case stepDelete:
		return lang.X("jobs.delete", "Delete the record…")
	}
	return lang.X("jobs.next", "Next step")
}

// glyph is the step's drawing.
func (s jobStep) glyph() string {
	switch s {
	case stepAsk, stepRetry:
		return "refresh"
	case stepApprove, stepStart, stepResolve:
		return "ready"
	case stepFetch, stepFetchAgain, stepOpen:
		return "open"
	case stepAssign:
		return "connection"
	case stepFailedRows, stepExport:
		return "save"
	case stepDelete, stepCancel, stepReject, stepNotStarted:
		return "remove"
	}
	return "right"
}

// act is the primary button: the next step of the current batch.
func (t *jobTab) act() {
	r := t.current()
	if t.bar.Primary.Disabled() || r == nil {
		t.app.note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		return
	}
	t.step(nextStep(r), r)
}

// step does something with a batch, after asking where it cannot be taken back.
func (t *jobTab) step(s jobStep, r *job.Record) {
	if t.work.Busy() {
		t.app.busy()
		return
	}
	if t.app.desk == nil {
		t.app.noDesk()
		return
	}
	jobs := t.app.desk.Jobs
	name := map[string]any{"Name": visible(r.Short())}
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
		t.run(r, lang.X("jobs.asking", "Asking the service"), lang.X("jobs.ask-failed", "The service could not be asked"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
			return jobs.Refresh(ctx, r.ID)
		}, nil)
	case stepApprove:
		t.sure(look.Warning, lang.X("jobs.approve-title", "Approve {{.Name}}?", name),
			lang.X("jobs.approve-text", "{{.Number}} certificates will be issued. That cannot be taken back.", map[string]any{"Number": jobCount(r)}),
			lang.X("jobs.approve-now", "Approve"), false, func() {
				t.run(r, lang.X("jobs.approving", "Approving"), lang.X("jobs.approve-failed", "It was not approved"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
					return jobs.Approve(ctx, r.ID)
				}, nil)
			})
	case stepReject:
		t.sure(look.Warning, lang.X("jobs.reject-title", "Reject {{.Name}}?", name), lang.X("jobs.reject-text", "No certificate is issued, and the job ends. It can be prepared again."),
			lang.X("jobs.reject-now", "Reject"), true, func() {
				t.run(r, lang.X("jobs.rejecting", "Rejecting"), lang.X("jobs.reject-failed", "It was not rejected"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
					return jobs.Reject(ctx, r.ID)
				}, nil)
			})
	case stepFetch, stepFetchAgain:
		t.run(r, lang.X("jobs.fetching", "Fetching the result"), lang.X("jobs.fetch-failed", "The result was not fetched"), func(ctx context.Context, report progress.Func) (*job.Record, error) {
			return jobs.Fetch(ctx, r.ID, report)
		}, t.fetched)
	case stepOpen:
		t.openResult(r)
	case stepResolve:
		t.askPortal(r)
	case stepNotStarted:
		t.sure(look.Warning, lang.X("jobs.not-started-title", "Was {{.Name}} not started?", name),
			lang.X("jobs.not-started-text", "Look in the service's portal first, for a file with {{.ID}} in its name. If the job is there and you start it again, every certificate is issued twice and paid twice.", map[string]any{"ID": r.ID}),
			lang.X("jobs.not-started-now", "It was not started"), true, func() {
				t.run(r, lang.X("jobs.asking", "Asking the service"), lang.X("jobs.settle-failed", "It could not be settled"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
					return jobs.DeclareNotStarted(ctx, r.ID)
				}, nil)
			})
	case stepRetry:
		t.run(r, lang.X("jobs.preparing", "Preparing again"), lang.X("jobs.retry-failed", "It was not prepared again"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
			return jobs.Retry(ctx, r.ID)
		}, func(again *job.Record) { t.choose(again.ID) })
	case stepCancel:
		t.run(r, lang.X("jobs.cancelling", "Giving it up"), lang.X("jobs.cancel-failed", "It was not given up"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
			return jobs.Cancel(ctx, r.ID)
		}, func(*job.Record) {
			t.app.note(widgets.Note{State: look.Ready, Text: lang.X("jobs.cancelled", "{{.Name}} was given up. Nothing was sent.", name),
				Action: lang.X("csr.undo", "Undo"), Act: func() { t.step(stepRetry, r) }})
		})
	case stepFailedRows:
		t.saveFailedRows(r)
	case stepExport:
		t.export(r)
	case stepDelete:
		t.sure(look.Warning, lang.X("jobs.delete-title", "Delete the record of {{.Name}}?", name),
			lang.X("jobs.delete-text", "The record and the fetched result on this computer go. What you exported stays, and so does the job at the service."),
			lang.X("jobs.delete-now", "Delete"), true, func() { t.delete(r) })
	}
}

// sure asks before something that cannot be taken back.
func (t *jobTab) sure(s look.State, title, text, verb string, danger bool, act func()) {
	t.app.ask(&widgets.Dialog{State: s, Title: title, Text: text,
		Answers: []widgets.Answer{{Text: lang.X("dialog.back", "Go back")}, {Text: verb, Danger: danger, Act: act}}})
}

// run works on a batch off the UI thread and takes its new record; then hears of it if all went well.
func (t *jobTab) run(of *job.Record, title, failed string, work func(context.Context, progress.Func) (*job.Record, error), then func(*job.Record)) {
	inTurn(t, title, work, func(r *job.Record, err error) {
		if r != nil {
			t.take(*r)
		}
		t.showBar()
		switch {
		case cancelled(err) && !unsettled(err): // what went out before that may have been heard
			t.app.note(widgets.Note{State: look.Notice, Text: lang.X("jobs.stopped", "Stopped. If the service had heard of it already, the list shows that in a moment.")})
		case errors.Is(err, job.ErrNotFound):
			t.drops(of.ID)
			t.app.fail(failed, err)
		case errors.Is(err, job.ErrFound):
			t.app.note(widgets.Note{State: look.Warning, Text: lang.X("jobs.found", "The service has it after all. It was not started again.")})
		case err != nil:
			t.app.fail(failed, err)
		case then != nil:
			then(r)
		}
	})
}

// askStart says once more, in words, what a prepared batch will start: it, and what was not sent of its series.
func (t *jobTab) askStart(r *job.Record) {
	n, jobs := 0, 0
	for _, part := range t.all {
		if part.State == job.Prepared && part.Exported.IsZero() && (part.ID == r.ID || r.Series != "" && part.Series == r.Series) {
			n, jobs = n+part.Expected(), jobs+1
		}
	}
	data := map[string]any{"Number": count(n), "Connection": visible(r.Connection.Name), "Host": t.host(r), "Profile": visible(cmp.Or(r.Profile.Name, r.Profile.ID))}
	text := lang.XN("jobs.start-text", "{{.Number}} certificates are ordered from {{.Connection}} at {{.Host}}, profile {{.Profile}}. They are real ones, and cost what your contract says.", n, data)
	if r.Connection.Practice {
		text = lang.XN("jobs.start-practice", "{{.Number}} certificates are ordered from the practice service, profile {{.Profile}}. That costs nothing.", n, data)
	}
	if jobs > 1 {
		text += " " + lang.XN("jobs.start-series", "They go as {{.Number}} jobs, one after another.", jobs, map[string]any{"Number": count(jobs)})
	}
	state := look.Warning
	if r.Connection.Practice {
		state = look.Notice
	}
	t.sure(state, lang.X("jobs.start-title", "Start {{.Name}}?", map[string]any{"Name": visible(r.Short())}), text,
		lang.XN("start.now", "Start {{.Number}} certificates", n, data), false, func() { t.send(r.ID) })
}

// send starts a prepared batch, with the others of its series.
func (t *jobTab) send(id string) {
	jobs := t.app.desk.Jobs
	t.sending++
	inTurn(t, lang.X("jobs.sending", "Starting the batch"), func(ctx context.Context, report progress.Func) (*job.Series, error) {
		return jobs.StartSeries(ctx, id, report)
	}, func(s *job.Series, err error) {
		if s != nil {
			t.takeAll(s.Records)
		}
		t.showBar()
		doubt := (*job.UnsettledError)(nil)
		switch {
		case errors.As(err, &doubt):
			t.app.ask(&widgets.Dialog{State: look.Warning, Title: lang.X("jobs.unsettled", "It is not known whether the service took it"), Detail: visible(err.Error()),
				Text:    lang.X("jobs.unsettled-text", "The connection broke before the answer came.") + " " + unsettledWords(doubt),
				Answers: []widgets.Answer{{Text: lang.X("dialog.close", "Close")}}})
		case err != nil:
			t.app.fail(lang.X("jobs.start-failed", "The batch was not started"), err)
		default:
			t.app.note(widgets.Note{State: look.Ready, Text: lang.X("jobs.sent", "Started. You can close the window: the service goes on without it.")})
		}
		t.sent(err)
	})
}

// askPortal takes the job id that the portal shows.
func (t *jobTab) askPortal(r *job.Record) {
	id := widgets.NewEntry()
	id.PlaceHolder = lang.X("jobs.portal-id", "Job id from the portal")
	id.TextStyle.Monospace = true
	d := &widgets.Dialog{State: look.Notice, Title: lang.X("jobs.portal-title", "Which job is it?"), Body: id,
		Text: lang.X("jobs.portal-text", "Open the service's portal, look for the job whose file has {{.ID}} in its name, and copy its id here. The service is asked whether that is right.", map[string]any{"ID": r.ID})}
	d.Answers = []widgets.Answer{{Text: lang.X("dialog.back", "Go back")}, {Text: lang.X("jobs.portal-take", "Take this job"), Act: func() {
		remote := id.Text
		t.run(r, lang.X("jobs.asking", "Asking the service"), lang.X("jobs.settle-failed", "It could not be settled"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
			return t.app.desk.Jobs.Resolve(ctx, r.ID, remote)
		}, nil)
	}}}
	given := func(text string) bool { return strings.TrimSpace(text) != "" }
	id.OnChanged = func(text string) { d.Enable(1, given(text)) }
	id.OnSubmitted = func(text string) {
		if given(text) {
			d.Take(1)
		}
	}
	d.FocusFirst(id)
	t.app.ask(d)
	d.Enable(1, false)
}

// fetched opens what was fetched, unless somebody has gone on to other work meanwhile.
func (t *jobTab) fetched(r *job.Record) {
	if t.app.current() == tab(t) {
		t.openResult(r)
		return
	}
	t.app.note(widgets.Note{State: look.Ready, Text: lang.X("jobs.fetched-note", "The result of {{.Name}} is here.", map[string]any{"Name": visible(r.Short())}),
		Action: lang.X("jobs.open", "Open the result"), Act: func() { t.openResult(r) }})
}

// openResult hands the fetched result over to Open results, with the order at hand.
func (t *jobTab) openResult(r *job.Record) {
	if r.ResultPath == "" {
		t.resultGone(r)
		return
	}
	t.app.Results.openJob(r)
}

// resultGone says that a fetched result is not there any more.
func (t *jobTab) resultGone(r *job.Record) {
	t.app.ask(&widgets.Dialog{State: look.Warning, Title: lang.X("jobs.result-gone", "The fetched result is not there any more"),
		Text: lang.X("jobs.result-gone-text", "Fetch it again: the service keeps it for a while."),
		Answers: []widgets.Answer{{Text: lang.X("dialog.back", "Go back")},
			{Text: lang.X("jobs.fetch", "Fetch and open"), Act: func() { t.step(stepFetch, r) }}}})
}

// saveFailedRows writes the rows that the service refused as a CSV that can be corrected and sent.
func (t *jobTab) saveFailedRows(r *job.Record) {
	o := ChooserOptions{Title: lang.X("jobs.failed-rows-title", "Save the failed rows"), Name: r.ID + "-failed.csv", Kind: lang.X("mac.kind", "CSV files"), Ends: []string{".csv"}}
	t.app.saveFile(o, func(path string, replace bool) {
		inTurn(t, lang.X("jobs.failed-rows-saving", "Saving the failed rows"), func(ctx context.Context, _ progress.Func) (string, error) {
			f, err := atomicfile.Create(path, atomicfile.Options{Replace: replace, Mode: 0o600})
			if err != nil {
				return "", err
			}
			defer f.Abort()
			if _, err := t.app.desk.Jobs.FailedRows(ctx, r.ID, f); err != nil {
				return "", err
			}
			return path, f.Commit()
		}, func(path string, err error) {
			t.showBar()
			if err != nil {
				t.app.fail(lang.X("jobs.failed-rows-failed", "The failed rows were not saved"), err)
				return
			}
			t.app.note(widgets.Note{State: look.Ready, Detail: path, Text: lang.X("jobs.failed-rows-saved", "The failed rows were saved. Correct them in the CSV tab and start them as a batch of their own."),
				Action: lang.X("save.copy-path", "Copy path"), Act: func() { t.app.fyne.Clipboard().SetContent(path) }})
		})
	})
}

// export writes a prepared batch as one file, for a station that sends it.
func (t *jobTab) export(r *job.Record) {
	o := ChooserOptions{Title: lang.X("jobs.export-title", "Hand over the prepared batch"), Name: r.ID + batchEnd, Kind: lang.X("jobs.kind", "Prepared batches"), Ends: []string{batchEnd}}
	t.app.saveFile(o, func(path string, replace bool) {
		t.run(r, lang.X("jobs.exporting", "Writing the batch"), lang.X("jobs.export-failed", "The batch was not handed over"), func(ctx context.Context, report progress.Func) (*job.Record, error) {
			f, err := atomicfile.Create(path, atomicfile.Options{Replace: replace, Mode: 0o600})
			if err != nil {
				return nil, err
			}
			defer f.Abort()
			handed, err := t.app.desk.Jobs.Export(ctx, r.ID, f, report)
			if err != nil {
				return nil, err
			}
			return handed, f.Commit()
		}, func(*job.Record) {
			t.app.note(widgets.Note{State: look.Ready, Detail: path, Text: lang.X("jobs.exported", "The batch was written. Take the file to the station that sends it, and drop it on the tab Jobs there.")})
		})
	})
}

// drop takes in batches that were prepared elsewhere.
func (t *jobTab) drop(paths []string) {
	if t.app.desk == nil {
		t.app.noDesk()
		return
	}
	inTurn(t, lang.X("jobs.importing", "Taking in the batch"), func(ctx context.Context, report progress.Func) ([]*job.Record, error) {
		var all []*job.Record
		for _, path := range paths {
			r, err := t.app.desk.Jobs.ImportFile(ctx, path, report)
			if err != nil {
				return all, err
			}
			all = append(all, r)
		}
		return all, nil
	}, func(all []*job.Record, err error) {
		t.takeAll(all)
		t.showBar()
		if err != nil {
			t.app.fail(lang.X("jobs.import-failed", "The batch was not taken in"), err)
			return
		}
		if len(all) > 0 {
			t.choose(all[0].ID)
			t.app.note(widgets.Note{State: look.Ready, Text: lang.XN("jobs.imported", "{{.Number}} batches taken in. They were not sent yet.", len(all), map[string]any{"Number": count(len(all))})})
		}
	})
}

// remove is the key Delete on the list.
func (t *jobTab) remove() {
	if r := t.current(); r != nil && slices.Contains(otherSteps(r), stepDelete) {
		t.step(stepDelete, r)
	} else if r != nil {
		t.app.note(widgets.Note{State: look.Notice, Text: lang.X("jobs.not-ended", "Only the record of a batch that has ended can be deleted.")})
	}
}

func (t *jobTab) delete(r *job.Record) {
	d := t.app.desk
	inTurn(t, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
		if err := d.Jobs.Delete(ctx, r.ID); err != nil && !errors.Is(err, job.ErrNotFound) {
			return struct{}{}, err
		}
		if err := d.releaseUploads(ctx, r); err != nil { // the next start but one removes them
			fyne.LogError("the upload files of a deleted batch", err)
		}
		return struct{}{}, nil
	}, func(_ struct{}, err error) {
		if err != nil {
			t.showBar()
			t.app.fail(lang.X("jobs.delete-failed", "The record was not deleted"), err)
			return
		}
		t.drops(r.ID)
	})
}

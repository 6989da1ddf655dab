package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"enrollbench/core/finding"
	"enrollbench/core/ledger"
	"enrollbench/core/trustmanager"
)

// Refresh asks the service how one batch stands and writes it down. A batch that may exist is looked for, one that a program
// was sending when it ended too. Of one that the service is not at work on, the record is returned as it is.
func (j *Jobs) Refresh(ctx context.Context, id string) (*Record, error) {
	r, err := j.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.State == Starting {
		if now, err := j.resume(ctx, id); now != nil || err != nil {
			return now, err
		}
		return r, nil // it is being sent right now
	}
	if !r.State.UnderWay() && r.State != MayExist {
		return r, nil
	}
	service, done, err := j.client(ctx, r.Connection.ID)
	if err != nil {
		return j.noteError(ctx, r, err)
	}
	defer done()
	return j.refresh(ctx, r, service)
}

func (j *Jobs) refresh(ctx context.Context, r *Record, service Service) (_ *Record, err error) {
	if r.State == MayExist {
		if r, err = j.settle(ctx, r, service, nil); err != nil {
			return r, err
		}
	}
	return j.ask(ctx, r, service)
}

func (j *Jobs) ask(ctx context.Context, r *Record, service Service) (*Record, error) {
	answer, err := service.Status(ctx, r.RemoteID)
	if err != nil {
		return j.noteError(ctx, r, err)
	}
	return j.apply(ctx, r.ID, answer)
}

// apply writes down what the service says of a job.
func (j *Jobs) apply(ctx context.Context, id string, answer trustmanager.Job) (*Record, error) {
	return j.edit(ctx, id, func(tx *sql.Tx, r *Record) (string, error) {
		if !r.State.UnderWay() {
			return "", errUnchanged // another program was faster
		}
		before := *r
		r.LastError, r.RemoteStatus = "", answer.Status
		r.Total, r.Issued, r.Failed = max(answer.Total, 0), max(answer.Issued, 0), max(answer.Failed, 0)
		if len(answer.Failures) > r.Failed {
			r.Failed = len(answer.Failures)
		}
		r.State = stateOf(answer)
		note := ""
		switch {
		case r.State == Complete && r.Issued == 0 && r.Failed > 0 && r.Failed >= r.Total:
			r.State, note = Failed, "the service reports it as complete, but issued no certificate"
		case r.State == Complete && r.Failed > 0:
			note = fmt.Sprintf("%s of %s failed", finding.Grouped(r.Failed), finding.Grouped(max(r.Total, r.Failed)))
		case r.State != before.State:
			note = answer.Status
		}
		if before.State == r.State && before.RemoteStatus == r.RemoteStatus && before.LastError == r.LastError &&
			before.Total == r.Total && before.Issued == r.Issued && before.Failed == r.Failed {
			return "", errUnchanged
		}
		if len(answer.Failures) > 0 {
			if err := keepFailures(ctx, tx, id, answer.Failures); err != nil {
				return "", err
			}
		}
		if r.State == before.State {
			note = ""
		}
		return note, nil
	})
}

// Approve lets a job that waits for approval go on, where the user may.
func (j *Jobs) Approve(ctx context.Context, id string) (*Record, error) {
	return j.decide(ctx, id, ToApprove, Service.Approve)
}

// Reject ends a job that waits for approval.
func (j *Jobs) Reject(ctx context.Context, id string) (*Record, error) {
	return j.decide(ctx, id, ToReject, Service.Reject)
}

// decide sends a decision and asks what came of it. An answer that got lost is no reason to send it again: the status tells.
func (j *Jobs) decide(ctx context.Context, id string, step Step, do func(Service, context.Context, string) error) (*Record, error) {
	r, service, done, err := j.reach(ctx, id, step, Started, WaitingForApproval)
	if err != nil {
		return r, err
	}
	defer done()
	failed := do(service, ctx, r.RemoteID)
	if failed == nil {
		act := ledger.ActApproved
		if step == ToReject {
			act = ledger.ActRejected
		}
		if err := j.db.Write(ctx, func(tx *sql.Tx) error { return j.enqueue(ctx, tx, r, act, "") }); err != nil {
			return r, err
		}
	}
	now, err := j.ask(ctx, r, service)
	if err != nil {
		return now, errors.Join(failed, err)
	}
	if failed != nil && slices.Contains([]State{Started, WaitingForApproval}, now.State) {
		return now, failed
	}
	return now, nil
}

package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"enrollbench/core/finding"
)

// ErrFound is a batch that was declared not started, and that the service has.
var ErrFound = errors.New("the service has the batch: it was started")

// Resolve ties a batch that may exist to the job id that the service's portal shows, once the service confirms that there is
// such a job. Errors: *StateError; ErrOtherJob where the job is another batch's, by its file name or by our own records;
// those of the service.
func (j *Jobs) Resolve(ctx context.Context, id, remoteID string) (*Record, error) {
	remoteID = strings.TrimSpace(remoteID)
	if remoteID == "" {
		return nil, errors.New("the job id is empty")
	}
	r, service, done, err := j.reach(ctx, id, ToTie, MayExist)
	if err != nil {
		return r, err
	}
	defer done()
	answer, err := service.Status(ctx, remoteID)
	if err != nil {
		return r, fmt.Errorf("job %q: %w", remoteID, err)
	}
	if other := idIn(answer.FileName); other != "" && other != r.ID {
		return r, fmt.Errorf("%w: the file of job %q is %q", ErrOtherJob, remoteID, answer.FileName)
	}
	if answer.ID == "" {
		answer.ID = remoteID
	}
	note := "the user gave the job id " + remoteID
	if answer.Total > 0 && r.Count > 0 && answer.Total != r.Count {
		note += fmt.Sprintf("; the service counts %s, and %s were ordered", finding.Grouped(answer.Total), finding.Grouped(r.Count))
	}
	if _, err := j.adopt(ctx, r, answer, note); err != nil {
		return r, err
	}
	return j.apply(ctx, id, answer)
}

// idIn finds a batch id in a file name, "" where there is none.
func idIn(fileName string) string { return idWithin.FindString(fileName) }

// DeclareNotStarted takes the user's word that a batch that may exist was not started: it can then be started anew, under
// its own id. The service's list is asked first where there is one: if it has the batch, the record is tied to it and the
// error is ErrFound; if it has several of them, *UnsettledError.
func (j *Jobs) DeclareNotStarted(ctx context.Context, id string) (*Record, error) {
	r, err := j.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.State != MayExist {
		return r, &StateError{ID: id, Have: r.State, Allowing: ToDeclare}
	}
	note := "the user declared that it was not started"
	if service, done, err := j.client(ctx, r.Connection.ID); err == nil {
		defer done()
		hits, err := find(ctx, r, service)
		switch {
		case err == nil && len(hits) == 1:
			r, err := j.adopt(ctx, r, hits[0], "declared not started, and found in the service's list")
			return r, errors.Join(err, ErrFound)
		case err == nil && len(hits) > 1:
			return r, &UnsettledError{ID: id, Hits: len(hits)}
		case ctx.Err() != nil:
			return r, ctx.Err()
		case errors.Is(err, ErrNoList):
			note += "; the service has no list to look in"
		case err != nil:
			note += "; the service's list could not be asked: " + err.Error()
		}
	}
	return j.edit(ctx, id, func(_ *sql.Tx, r *Record) (string, error) {
		if r.State != MayExist {
			return "", &StateError{ID: id, Have: r.State, Allowing: ToDeclare}
		}
		r.State, r.LastError, r.AskFirst = Prepared, "", true
		return note, nil
	})
}

// Cancel gives up a batch that was not sent. What the service has is ended by Reject or in its portal.
func (j *Jobs) Cancel(ctx context.Context, id string) (*Record, error) {
	return j.edit(ctx, id, func(_ *sql.Tx, r *Record) (string, error) {
		if r.State != Prepared {
			return "", &StateError{ID: id, Have: r.State, Allowing: ToCancel}
		}
		r.State, r.LastError = Cancelled, ""
		return "cancelled here; it was not sent", nil
	})
}

// Retry makes a batch ready to be started again. One that was cancelled here, or handed over in a file, is taken back
// under its own id. One that the service ended (failed, rejected, cancelled there) stays as it is, and a new record with an
// id of its own is made of the same order. The prepared record is returned.
func (j *Jobs) Retry(ctx context.Context, id string) (*Record, error) {
	var fresh *Record
	r, err := j.edit(ctx, id, func(tx *sql.Tx, r *Record) (string, error) {
		switch {
		case r.State == Prepared && !r.Exported.IsZero():
			// The other station may have sent it.
			r.Exported, r.ExportedAs, r.AskFirst = time.Time{}, "", true
			return "taken back", j.turn(ctx, tx, r, &page{State: Prepared, Was: Prepared, Detail: "taken back"})
		case r.State == Cancelled && r.RemoteID == "":
			r.State, r.LastError = Prepared, ""
			return "taken back", nil
		case r.State == Failed, r.State == Rejected, r.State == Cancelled:
			c := *r
			c.State, c.RemoteID, c.RemoteStatus, c.LastError = Prepared, "", "", ""
			c.Total, c.Issued, c.Failed = 0, 0, 0
			c.AskFirst, c.Timeline = false, nil
			c.Series, c.Part, c.Parts = "", 0, 0
			c.ResultPath, c.ResultSHA256, c.ResultBytes, c.ResultType, c.Verdict, c.DeliveredTo = "", "", 0, "", "", ""
			var err error
			if c.ID, err = j.freeID(ctx, tx); err != nil {
				return "", err
			}
			c.FileName = sentName(&c)
			if err := j.insert(ctx, tx, &c, "the same order as "+r.ID); err != nil {
				return "", err
			}
			fresh = &c
			return "ordered again as " + c.ID, nil
		}
		return "", &StateError{ID: id, Have: r.State, Allowing: ToRetry}
	})
	if fresh != nil && err == nil {
		r = fresh
	}
	return r, err
}

// Assign gives a prepared batch another connection and profile, as after an import. Practice and production do not mix.
func (j *Jobs) Assign(ctx context.Context, id string, c Connection, p Profile) (*Record, error) {
	return j.edit(ctx, id, func(_ *sql.Tx, r *Record) (string, error) {
		if r.State != Prepared {
			return "", &StateError{ID: id, Have: r.State, Allowing: ToReconnect}
		}
		if c.Practice != r.Connection.Practice {
			return "", ErrPractice
		}
		if r.Connection == c && r.Profile == p {
			return "", errUnchanged
		}
		r.Connection, r.Profile = c, p
		return "to be sent through " + c.Name, nil
	})
}

// ErrPractice is a batch that would go from practice to production, or the other way.
var ErrPractice = errors.New("practice and production do not mix")

// reach returns a record in one of the states, the client of its connection, and what gives that up.
func (j *Jobs) reach(ctx context.Context, id string, step Step, states ...State) (*Record, Service, func(), error) {
	r, err := j.Get(ctx, id)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, s := range states {
		if r.State == s {
			service, done, err := j.client(ctx, r.Connection.ID)
			return r, service, done, err
		}
	}
	return r, nil, nil, &StateError{ID: id, Have: r.State, Allowing: step}
}

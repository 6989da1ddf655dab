package job

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/core/trustmanager"
)

// Start sends a prepared batch. Progress counts octets of the file. The record is written before and after, and returned as
// it stands then.
//
// Errors: *StateError, ErrTaken, ErrExported, ErrChanged, *OrderedBeforeError, those of the ledger: nothing was sent. *UnsettledError: nobody knows, and the record is
// MayExist. Any other error: the service certainly did not take it, and the record is Prepared again, with LastError.
func (j *Jobs) Start(ctx context.Context, id string, report progress.Func) (*Record, error) {
	r, err := j.startable(ctx, id)
	if err != nil {
		return r, err
	}
	service, done, err := j.client(ctx, r.Connection.ID)
	if err != nil {
		return j.noteError(ctx, r, err)
	}
	defer done()
	request, err := startRequest(r, service)
	if err != nil {
		return j.noteError(ctx, r, err)
	}
	if r.AskFirst {
		if found, err := j.askFirst(ctx, r, service); found != nil || err != nil {
			return found, err
		}
	}
	l, claim, err := j.reserve(ctx, r, false)
	if err != nil {
		return j.noteError(ctx, r, err)
	}
	where := j.environment(r)
	// From here on the record says that something may have been sent.
	if r, err = j.edit(ctx, id, func(tx *sql.Tx, r *Record) (string, error) {
		if r.State != Prepared {
			return "", &StateError{ID: id, Have: r.State, Allowing: ToStart}
		}
		if !r.Exported.IsZero() {
			return "", ErrExported
		}
		if err := j.claim(ctx, tx, id); err != nil {
			return "", err
		}
		r.State, r.LastError, r.AskFirst, r.Environment = Starting, "", true, where
		return "", nil
	}); err != nil {
		var state *StateError
		if errors.As(err, &state) && state.Have == Cancelled || errors.Is(err, ErrNotFound) { // meanwhile
			err = errors.Join(err, l.Release(ctx, claim, j.operator(), "cancelled before it was sent"))
		}
		return nil, err
	}
	if err := l.Started(ctx, claim); err != nil {
		return j.started(ctx, r, service, trustmanager.Job{}, &trustmanager.NotSentError{Err: fmt.Errorf("the ledger refuses the start: %w", err)})
	}
	release := j.hold(id)
	defer release()
	answer, err := service.Start(ctx, request, report)
	return j.started(ctx, r, service, answer, err)
}

// startable returns the record if it may be sent and its file is what it was.
func (j *Jobs) startable(ctx context.Context, id string) (*Record, error) {
	r, err := j.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case r.State != Prepared:
		return r, &StateError{ID: id, Have: r.State, Allowing: ToStart}
	case !r.Exported.IsZero():
		return r, ErrExported
	case r.Method == MAC:
		return r, nil
	}
	facts, err := measure(ctx, r.Path, nil)
	if err == nil && (facts.sha256 != r.SHA256 || facts.size != r.Size) {
		err = fmt.Errorf("%w: %q", ErrChanged, r.Path)
	}
	if err != nil {
		return j.noteError(ctx, r, err)
	}
	return r, nil
}

// startRequest is the record as the service is asked for it.
func startRequest(r *Record, service Service) (trustmanager.StartRequest, error) {
	q := trustmanager.StartRequest{ProfileID: r.Profile.ID, Method: r.Method, File: r.Path, FileName: r.FileName,
		Format: string(r.Format), FullChain: r.FullChain, BatchID: r.ID, Order: r.Fields}
	if r.Method == MAC {
		q.MAC = trustmanager.MACRange{Start: r.Range.Start.String(), Count: int(r.Range.Count), Increment: int(r.Range.Step)} // #nosec G115 -- an order's
	}
	if r.Keys == ByService {
		to, _, err := recipient.Parse([]byte(r.RecipientText))
		if err != nil {
			return q, fmt.Errorf("the recipient of the batch: %w", err)
		}
		field, err := to[0].Field(encodingFor(service))
		if err != nil {
			return q, err
		}
		q.Recipient = []byte(field)
	}
	return q, nil
}

// askFirst looks for a batch that was declared not started, or came from elsewhere, before it is sent. It returns the record
// where it was found, nil where it may be sent.
func (j *Jobs) askFirst(ctx context.Context, r *Record, service Service) (*Record, error) {
	hits, err := find(ctx, r, service)
	switch {
	case errors.Is(err, ErrNoList):
		return nil, nil
	case err != nil:
		return j.noteError(ctx, r, fmt.Errorf("it could not be checked whether the batch was sent before: %w", err))
	case len(hits) == 0:
		return nil, nil
	case len(hits) == 1:
		return j.adopt(ctx, r, hits[0], "the service already has it: it was not sent again")
	}
	r, err = j.edit(ctx, r.ID, func(_ *sql.Tx, r *Record) (string, error) {
		r.State = MayExist
		return fmt.Sprintf("the service has %d jobs with this id already", len(hits)), nil
	})
	if err != nil {
		return nil, err
	}
	return r, &UnsettledError{ID: r.ID, Hits: len(hits)}
}

// started writes down how a start ended, even where the caller has given up meanwhile.
func (j *Jobs) started(caller context.Context, r *Record, service Service, answer trustmanager.Job, err error) (*Record, error) {
	ctx := context.WithoutCancel(caller)
	switch {
	case err == nil && answer.ID != "":
		return j.adopt(ctx, r, answer, "")
	case err == nil:
		err = errors.New("the service's answer names no job")
	case certain(err):
		back, e := j.edit(ctx, r.ID, func(_ *sql.Tx, r *Record) (string, error) {
			r.State, r.LastError = Prepared, err.Error()
			return "not taken: " + err.Error(), nil
		})
		if e != nil {
			return r, errors.Join(err, e)
		}
		return back, err
	}
	doubtful, e := j.edit(ctx, r.ID, func(_ *sql.Tx, r *Record) (string, error) {
		r.State, r.LastError = MayExist, err.Error()
		return err.Error(), nil
	})
	if e != nil {
		return r, errors.Join(err, e)
	}
	if caller.Err() != nil { // nobody waits for the list: Watch and Resume ask for it
		return doubtful, &UnsettledError{ID: r.ID, List: caller.Err(), Err: err}
	}
	return j.settle(caller, doubtful, service, err)
}

// certain says whether an error proves that the service did not take a start. Everything else may have been taken, a gateway's
// 502 to 504 and a throttle's 503 among it.
func certain(err error) bool {
	var unclear *trustmanager.UnclearError
	var notSent *trustmanager.NotSentError
	return errors.As(err, &notSent) && !errors.As(err, &unclear)
}

// find asks the service for jobs that carry the batch's id, and passes over those whose file name says another.
func find(ctx context.Context, r *Record, service Service) ([]trustmanager.Job, error) {
	hits, err := service.Find(ctx, r.Profile.ID, r.ID)
	if err != nil {
		return nil, err
	}
	var own []trustmanager.Job
	for _, h := range hits {
		if h.ID != "" && (h.FileName == "" || r.Method == MAC || strings.Contains(h.FileName, r.ID)) {
			own = append(own, h)
		}
	}
	return own, nil
}

// settle asks the service whether a batch that may exist does. cause is what made it doubtful, nil at a later attempt.
func (j *Jobs) settle(ctx context.Context, r *Record, service Service, cause error) (*Record, error) {
	hits, err := find(ctx, r, service)
	if err == nil && len(hits) == 1 {
		return j.adopt(ctx, r, hits[0], "found in the service's list by its id")
	}
	unsettled := &UnsettledError{ID: r.ID, Hits: len(hits), List: err, Err: cause}
	if text := unsettled.Error(); text != r.LastError {
		if noted, e := j.edit(ctx, r.ID, func(_ *sql.Tx, r *Record) (string, error) {
			if r.State != MayExist {
				return "", errUnchanged
			}
			r.LastError = text
			return "", nil
		}); e == nil {
			r = noted
		}
	}
	return r, unsettled
}

// adopt ties a record to the service's job.
func (j *Jobs) adopt(ctx context.Context, r *Record, answer trustmanager.Job, note string) (*Record, error) {
	return j.edit(ctx, r.ID, func(tx *sql.Tx, r *Record) (string, error) {
		if r.RemoteID == answer.ID {
			return "", errUnchanged
		}
		var other string
		err := tx.QueryRowContext(ctx, "SELECT id FROM job WHERE connection = ? AND remote = ? AND id <> ?", r.Connection.ID, answer.ID, r.ID).Scan(&other)
		if err == nil {
			return "", fmt.Errorf("%w: job %q is that of batch %s", ErrOtherJob, answer.ID, other)
		} else if !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
		r.State, r.RemoteID, r.RemoteStatus, r.LastError, r.AskFirst = Started, answer.ID, answer.Status, "", false
		if answer.Total > 0 {
			r.Total = answer.Total
		}
		if note == "" {
			note = "job " + answer.ID
		}
		return note, nil
	})
}

// noteError keeps an error with the record, which stays where it is, and returns it.
func (j *Jobs) noteError(ctx context.Context, r *Record, err error) (*Record, error) {
	if ctx.Err() != nil {
		return r, err
	}
	noted, e := j.edit(ctx, r.ID, func(_ *sql.Tx, r *Record) (string, error) {
		if r.LastError == err.Error() {
			return "", errUnchanged
		}
		r.LastError = err.Error()
		return "", nil
	})
	if e != nil {
		return r, errors.Join(err, e)
	}
	return noted, err
}

// Resume says what became of the batches that an interrupted run left in doubt, without sending anything: what was being
// sent may exist, and whatever may exist is asked for. Call it when the program starts. It returns the records that it
// looked at, as they stand then; the error joins what could not be asked, one *UnsettledError for each batch that is not
// settled.
func (j *Jobs) Resume(ctx context.Context) ([]*Record, error) {
	_ = j.tellAll(ctx, true) // else before a start, which says so
	doubtful, err := j.List(ctx, Filter{States: []State{Starting, MayExist}})
	if err != nil {
		return nil, err
	}
	var out []*Record
	var failed []error
	for _, r := range doubtful {
		r, err := j.resume(ctx, r.ID)
		if err != nil {
			failed = append(failed, err)
		}
		if r != nil {
			out = append(out, r)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return out, errors.Join(failed...)
}

func (j *Jobs) resume(ctx context.Context, id string) (*Record, error) {
	r, err := j.edit(ctx, id, func(tx *sql.Tx, r *Record) (string, error) {
		if r.State != Starting {
			return "", errUnchanged
		}
		taken, err := j.taken(ctx, tx, id)
		if err != nil {
			return "", err
		}
		if taken {
			return "", ErrTaken // it is being sent right now
		}
		r.State = MayExist
		return "the program ended while it was being sent", nil
	})
	if errors.Is(err, ErrTaken) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if r.State != MayExist {
		return r, nil
	}
	service, done, err := j.client(ctx, r.Connection.ID)
	if err != nil {
		return j.noteError(ctx, r, err)
	}
	defer done()
	return j.settle(ctx, r, service, nil)
}

// checkHash says whether a text is a SHA-256 in hexadecimal.
func checkHash(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}

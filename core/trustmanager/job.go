package trustmanager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// State is where a job stands, whatever the service calls it.
type State string

// The states.
const (
	StatePending            State = "pending"
	StateWaitingForApproval State = "waiting for approval"
	StateRunning            State = "running"
	StateComplete           State = "complete"
	StateFailed             State = "failed"
	StateRejected           State = "rejected"
	StateCancelled          State = "cancelled"
)

// States are all states.
var States = []State{StatePending, StateWaitingForApproval, StateRunning, StateComplete, StateFailed, StateRejected, StateCancelled}

// Ended tells whether the job will not change any more.
func (s State) Ended() bool {
	switch s {
	case StateComplete, StateFailed, StateRejected, StateCancelled:
		return true
	}
	return false
}

// Job is a batch job as the service tells of it.
type Job struct {
	ID        string
	Status    string // as the service writes it; "" where it does not say
	State     State
	Total     int // certificates; 0 where it does not say
	Issued    int
	Failed    int
	FileName  string // the upload's, or whatever the service shows of it
	ProfileID string
	Created   time.Time // zero where it does not say
	Failures  []RowFailure
}

// RowFailure is one row that got no certificate.
type RowFailure struct {
	Row    int    // as a spreadsheet shows it, where the service says so; 0 where it does not
	Name   string // common name or identifier
	Reason string
}

// maxJobAnswer of one job: a job of 500,000 rows may have that many failures to tell.
const maxJobAnswer = 256 << 20

// Status asks for a job.
func (c *Client) Status(ctx context.Context, jobID string) (Job, error) {
	u, err := c.url(c.contract().Requests.Status, values{"job_id": jobID}, "status of a job")
	if err != nil {
		return Job{}, err
	}
	data, err := c.getJSON(ctx, u, maxJobAnswer)
	if err != nil {
		return Job{}, err
	}
	job, err := c.contract().Answers.job(data)
	if err != nil {
		return Job{}, &AnswerError{"GET " + u, err.Error()}
	}
	if job.ID == "" {
		job.ID = jobID
	}
	if job.Status == "" {
		return Job{}, &AnswerError{"GET " + u, "does not tell the state of the job"}
	}
	return job, nil
}

// Approve lets a job that waits for approval run.
func (c *Client) Approve(ctx context.Context, jobID string) error {
	return c.decide(ctx, c.contract().Requests.Approve, jobID, "approval of a job")
}

// Reject ends a job that waits for approval.
func (c *Client) Reject(ctx context.Context, jobID string) error {
	return c.decide(ctx, c.contract().Requests.Reject, jobID, "rejection of a job")
}

func (c *Client) decide(ctx context.Context, r Request, jobID, what string) error {
	u, err := c.url(r, values{"job_id": jobID}, what)
	if err != nil {
		return err
	}
	answer, err := c.once(ctx, r.Method, u, nil, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return c.apiError(answer)
	}
	return nil
}

// Find looks through the service's list of jobs for those that carry a batch id, in their file name or in another member
// of Answers.FileName. None found and no error means that the whole list was read. Errors match ErrNoList where the
// service or the connection has none, ErrIncompleteList where it could not be read to its end.
func (c *Client) Find(ctx context.Context, profileID, batchID string) ([]Job, error) {
	if utf8.RuneCountInString(batchID) < 4 {
		return nil, fmt.Errorf("the batch id %q is too short for a search", batchID)
	}
	r := c.contract().Requests.Find
	if r.Path == "" {
		return nil, ErrNoList
	}
	var found []Job
	seen := map[string]bool{}
	answers := &c.connection.Contract.Answers
	err := c.list(ctx, r, values{"profile_id": profileID}, func(record json.RawMessage) (string, error) {
		var object map[string]any
		if err := unmarshal(record, &object); err != nil {
			return "", err
		}
		job := answers.jobOf(object)
		if seen[job.ID] {
			return job.ID, nil
		}
		for _, name := range answers.FileName {
			if text, ok := member(object, name).(string); ok && carries(text, batchID) {
				if job.ID == "" {
					return "", errors.New("names a job without its id")
				}
				job.FileName = text
				seen[job.ID] = true
				found = append(found, job)
				break
			}
		}
		return job.ID, nil
	})
	var api *APIError
	if errors.As(err, &api) && (api.Status == http.StatusNotFound || api.Status == http.StatusMethodNotAllowed || api.Status == http.StatusNotImplemented) {
		return nil, fmt.Errorf("%w: %w", ErrNoList, api)
	}
	return found, err
}

// carries tells whether text holds the id as a word of its own: "…-k7q2" is not within "…-k7q21".
func carries(text, id string) bool {
	part := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for at := 0; ; {
		i := strings.Index(text[at:], id)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at+i])
		after, _ := utf8.DecodeRuneInString(text[at+i+len(id):])
		if (at+i == 0 || !part(before)) && (at+i+len(id) == len(text) || !part(after)) {
			return true
		}
		at += i + 1
	}
}

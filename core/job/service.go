package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"enrollbench/core/progress"
)

// Service is what a job needs of the service; *trustmanager.Client is one.
type Service interface {
	Start(ctx context.Context, r StartRequest, report progress.Func) (RemoteJob, error)
	Find(ctx context.Context, profileID, batchID string) ([]RemoteJob, error)
	Status(ctx context.Context, jobID string) (RemoteJob, error)
	Approve(ctx context.Context, jobID string) error
	Reject(ctx context.Context, jobID string) error
	Download(ctx context.Context, jobID, path string, report progress.Func) (Downloaded, error)
}

// StartRequest is a start as the service is asked for it.
type StartRequest struct {
	ProfileID string
	Method    string
	File      string
	FileName  string
	Format    string
	FullChain bool
	Recipient []byte
	MAC       MACOrder
	BatchID   string
}

// MACOrder is a MAC range as the service is asked for it.
type MACOrder struct {
	Start            string
	Count, Increment int
}

// RemoteJob is a job as the service tells of it.
type RemoteJob struct {
	ID, Status, FileName  string
	State                 State
	Total, Failed, Issued int
	Created               time.Time
	Failures              []RowFailure
}

// Downloaded says what was fetched.
type Downloaded struct {
	ContentType string
	Bytes       int64
	SHA256      string
}

// ErrNoList is a service without a list of jobs.
var ErrNoList = errors.New("no list")

// NotSentError is a start that certainly was not accepted.
type NotSentError struct{ Err error }

func (e *NotSentError) Error() string { return "not sent: " + e.Err.Error() }
func (e *NotSentError) Unwrap() error { return e.Err }

// UnclearError is a start that may have been accepted.
type UnclearError struct{ Err error }

func (e *UnclearError) Error() string { return "unclear: " + e.Err.Error() }
func (e *UnclearError) Unwrap() error { return e.Err }

// APIError is a refusal.
type APIError struct {
	Status     int
	Code       string
	Message    string
	RetryAfter time.Duration
}

func (e *APIError) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

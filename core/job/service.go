package job

import (
	"context"

	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/core/trustmanager"
)

// Service is what a job needs of the service.
type Service interface {
	Start(ctx context.Context, r trustmanager.StartRequest, report progress.Func) (trustmanager.Job, error)
	Find(ctx context.Context, profileID, batchID string) ([]trustmanager.Job, error)
	Status(ctx context.Context, jobID string) (trustmanager.Job, error)
	Approve(ctx context.Context, jobID string) error
	Reject(ctx context.Context, jobID string) error
	Download(ctx context.Context, jobID, path string, report progress.Func) (trustmanager.Downloaded, error)
}

var _ Service = (*trustmanager.Client)(nil)

// RowFailure is one enrollment that the service refused.
type RowFailure = trustmanager.RowFailure

// ErrNoList is a service without a list of jobs.
var ErrNoList = trustmanager.ErrNoList

// connected is a service that says through which connection it is reached: *trustmanager.Client.
type connected interface {
	Connection() trustmanager.Connection
}

// encodingFor is how the service wants a recipient written.
func encodingFor(s Service) recipient.Encoding {
	if c, ok := s.(connected); ok {
		contract := c.Connection().Contract
		return contract.RecipientEncoding.Encoding()
	}
	return recipient.Base64OfText
}

// ConnectionOf is what a batch keeps of a connection.
func ConnectionOf(c trustmanager.Connection) Connection {
	return Connection{ID: c.ID, Name: c.Name, Practice: c.Kind == trustmanager.Practice}
}

// ProfileOf is what a batch keeps of a profile.
func ProfileOf(p trustmanager.Profile) Profile {
	return Profile{ID: p.ID, Name: p.Name, KeyGeneration: string(p.Keys), NoBatch: !p.Batch()}
}

// stateOf is where the service's job stands, as ours.
func stateOf(answer trustmanager.Job) State {
	switch answer.State {
	case trustmanager.StatePending:
		return Started
	case trustmanager.StateWaitingForApproval:
		return WaitingForApproval
	case trustmanager.StateComplete:
		return Complete
	case trustmanager.StateFailed:
		return Failed
	case trustmanager.StateRejected:
		return Rejected
	case trustmanager.StateCancelled:
		return Cancelled
	}
	return Running // whatever it is called, it goes on
}

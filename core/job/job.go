// Package job is the life of a batch from the prepared file to the delivered keys, written down before each step, so that no
// batch is ever sent twice and none is lost, whatever ends the program.
//
// Which to call:
//
//   - Check sums up in words what would be started and what speaks against it; Jobs.Prepare makes the records, a series of
//     them where a file or a range is too large for one job;
//   - Jobs.Start and Jobs.StartSeries send; Jobs.Resume, when the program starts, asks the service about what an
//     interrupted run left;
//   - Jobs.Resolve and Jobs.DeclareNotStarted settle what the service could not answer;
//   - Jobs.Watch asks for the state of everything under way and tells of every change;
//   - Jobs.Approve, Jobs.Reject, Jobs.Fetch, Jobs.MarkOpened, Jobs.MarkDelivered are the steps that follow;
//   - Jobs.FailedRows makes the CSV of what the service refused, ready to be corrected and sent;
//   - Jobs.Export and Jobs.Import carry a prepared batch to the station that sends it.
//
// # Never twice
//
// The service has no key that makes a start idempotent. So a start is sent only after the record says Starting and is on the
// disk; and only a Prepared record is sent. Whatever ends in doubt (a time-out, a broken connection, a killed program) is
// MayExist. It leaves that state in three ways only: the service's list names exactly one job whose file carries the batch's
// id; the user gives the job id that the portal shows, and the service confirms it; the user declares that it was not
// started. Counts and times are never taken for proof. After such a declaration the list is asked once more before anything
// is sent.
package job

import (
	"errors"
	"fmt"
	"slices"
)

// State is where a batch stands. docs/jobs.md says what each means and what to do.
type State string

// The states.
const (
	Prepared           State = "prepared"
	Starting           State = "starting"
	MayExist           State = "may exist"
	Started            State = "started"
	WaitingForApproval State = "waiting for approval"
	Running            State = "running"
	Complete           State = "complete"
	Fetched            State = "fetched"
	Opened             State = "opened"
	Delivered          State = "delivered"
	Failed             State = "failed"
	Rejected           State = "rejected"
	Cancelled          State = "cancelled"
)

// States are all states, in the order in which a batch goes through them.
var States = []State{Prepared, Starting, MayExist, Started, WaitingForApproval, Running, Complete, Fetched, Opened, Delivered,
	Failed, Rejected, Cancelled}

// remote are the states that the service decides; it may go from any of them to any other, and end in the states of ends.
var remote = []State{Started, WaitingForApproval, Running}

// UnderWay says whether the service is at work, so that Watch asks for it.
func (s State) UnderWay() bool { return slices.Contains(remote, s) }

// Ended says whether nothing more will happen by itself.
func (s State) Ended() bool {
	return slices.Contains([]State{Delivered, Failed, Rejected, Cancelled}, s)
}

// Deletable says whether a record may be deleted: what is being sent, may exist, or is at work in the service has nothing else that
// keeps it from being sent twice.
func (s State) Deletable() bool { return s != Starting && s != MayExist && !s.UnderWay() }

// after are the steps that are allowed. A step that is not in here is a *StateError.
var after = map[State][]State{
	Prepared:           {Starting, Started, MayExist, Cancelled}, // Started, MayExist: found when the list was asked before sending
	Starting:           {Prepared, MayExist, Started},            // Prepared: certainly not accepted
	MayExist:           {Started, Prepared},
	Started:            {WaitingForApproval, Running, Complete, Failed, Rejected, Cancelled},
	WaitingForApproval: {Started, Running, Complete, Failed, Rejected, Cancelled},
	Running:            {Started, WaitingForApproval, Complete, Failed, Rejected, Cancelled},
	Complete:           {Fetched},
	Fetched:            {Opened, Complete}, // Complete: the result turned out to be damaged and is to be fetched again
	Opened:             {Delivered, Fetched, Complete},
	Delivered:          {Opened},
	Cancelled:          {Prepared, Started}, // Started: the answer of a start came after the user had given the batch up
}

var (
	// ErrNotFound is a batch that there is no record of.
	ErrNotFound = errors.New("no such batch")
	// ErrTaken is a batch at which another running program works.
	ErrTaken = errors.New("another running program works at this batch")
	// ErrChanged is an upload file that is not what it was when the batch was prepared.
	ErrChanged = errors.New("the file was changed since the batch was prepared")
	// ErrExported is a batch that was handed over in a file, so that another station sends it; Retry takes it back.
	ErrExported = errors.New("the batch was handed over in a file, for another station to send")
	// ErrOtherJob is a job id that the service knows and that is not this batch's.
	ErrOtherJob = errors.New("that job belongs to another batch")
)

// StateError is a step that the state of the batch does not allow.
type StateError struct {
	ID       string
	Have     State
	Allowing Step
}

// Step is what was asked of a batch.
type Step string

// The steps that a batch's state can refuse.
const (
	ToStart      Step = "start"
	ToRetry      Step = "retry"
	ToDeclare    Step = "declare"
	ToTie        Step = "tie"
	ToReconnect  Step = "reconnect"
	ToApprove    Step = "approve"
	ToReject     Step = "reject"
	ToCancel     Step = "cancel"
	ToFetch      Step = "fetch"
	ToFetchAgain Step = "refetch"
	ToOpen       Step = "open"
	ToDeliver    Step = "deliver"
	ToHandOver   Step = "handover"
	ToDelete     Step = "delete"
)

// refusals are whole sentences, as each language orders them differently.
var refusals = map[Step]string{
	ToStart:      `batch %s cannot be started now: its state is "%s"`,
	ToRetry:      `batch %s cannot be started again now: its state is "%s"`,
	ToDeclare:    `batch %s cannot be declared as not started now: its state is "%s"`,
	ToTie:        `batch %s cannot be tied to a job now: its state is "%s"`,
	ToReconnect:  `batch %s cannot get another connection now: its state is "%s"`,
	ToApprove:    `batch %s cannot be approved now: its state is "%s"`,
	ToReject:     `batch %s cannot be rejected now: its state is "%s"`,
	ToCancel:     `batch %s cannot be cancelled now: its state is "%s"`,
	ToFetch:      `the result of batch %s cannot be fetched now: the state of the batch is "%s"`,
	ToFetchAgain: `the result of batch %s cannot be fetched again now: the state of the batch is "%s"`,
	ToOpen:       `the result of batch %s cannot be opened now: the state of the batch is "%s"`,
	ToDeliver:    `the result of batch %s cannot be exported now: the state of the batch is "%s"`,
	ToHandOver:   `batch %s cannot be handed over in a file now: its state is "%s"`,
	ToDelete:     `the record of batch %s cannot be deleted now: the state of the batch is "%s"`,
}

func (e *StateError) Error() string {
	format, ok := refusals[e.Allowing]
	if !ok { // a state that the service gave and that cannot follow
		return fmt.Sprintf(`batch %s cannot go from the state "%s" to "%s"`, e.ID, e.Have, e.Allowing)
	}
	return fmt.Sprintf(format, e.ID, e.Have)
}

// UnsettledError says that nobody knows yet whether the service took a batch.
type UnsettledError struct {
	ID   string
	Hits int   // jobs of this id in the service's list
	List error // why the list does not help: ErrNoList, or what kept it from being asked; nil where it was read
	Err  error // what ended in doubt; nil at a later attempt
}

func (e *UnsettledError) Error() string {
	text := fmt.Sprintf("it is not known whether the service took batch %s", e.ID)
	switch {
	case errors.Is(e.List, ErrNoList):
		text += "; it has no list to look in"
	case e.List != nil:
		text += "; its list could not be asked: " + e.List.Error()
	case e.Hits == 0:
		text += "; its list does not show it"
	default:
		text += fmt.Sprintf("; its list shows %d jobs with this id", e.Hits)
	}
	if e.Err != nil {
		text += " (" + e.Err.Error() + ")"
	}
	return text
}

func (e *UnsettledError) Unwrap() []error {
	return slices.DeleteFunc([]error{e.Err, e.List}, func(err error) bool { return err == nil })
}

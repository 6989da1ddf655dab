package trustmanager

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ErrNoList says that the service has no list of jobs to search: a job whose start was not answered cannot be found.
var ErrNoList = errors.New("the service has no list of jobs")

// ErrIncompleteList says that a list ended before it was read whole: what was not found in it may exist.
var ErrIncompleteList = errors.New("the list could not be read to its end")

// ErrNoRequest says that the connection has no such request.
var ErrNoRequest = errors.New("the connection has no such request")

// APIError is an answer of the service that is no success.
type APIError struct {
	Status     int           // of HTTP
	Code       string        // the service's own: "invalid_api_key"; may be empty
	Message    string        // the service's own words, secrets blotted out; may be empty
	RetryAfter time.Duration // what the service asks to wait; 0 where it does not say
	Request    string        // what was asked: "GET https://…"
	// Own says that the answer has one of the two shapes of the service's own errors. Any other may come from something on the
	// way: a gateway, a filter, a load balancer.
	Own bool
	// Page says that a web page answered, of a filter or a proxy's login perhaps: it proves nothing about the service or the key.
	// Message is its title.
	Page bool
}

// ownRefusals are the statuses with which the service refuses a start [contract §2, and those that HTTP has for what is wrong
// with an upload]. 408, 409, 421, 425 and 499 are not among them: they may be given after a start was accepted.
var ownRefusals = []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
	http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusTooManyRequests}

// refuses says whether the answer proves that the service itself did not take a start.
func (e *APIError) refuses() bool { return e.Own && slices.Contains(ownRefusals, e.Status) }

func (e *APIError) Error() string {
	if e.Page {
		title := ""
		if e.Message != "" {
			title = fmt.Sprintf(" with the title %q", e.Message)
		}
		return fmt.Sprintf("a web page%s answered (%d) instead of the service: a filter or a proxy on the way blocks the address or wants you to sign in; the key was not checked. Open %s in a browser on this computer, or ask IT",
			title, e.Status, strings.TrimPrefix(e.Request, "GET "))
	}
	text := fmt.Sprintf("the service answered %d %s", e.Status, http.StatusText(e.Status))
	if e.Code != "" {
		text += " (" + e.Code + ")"
	}
	if e.Message != "" {
		text += fmt.Sprintf(": %q", e.Message)
	}
	if e.Request != "" {
		text += " to " + e.Request
	}
	if e.Status == http.StatusForbidden {
		text += "; the account lacks the permission, or the profile allows other source addresses or other hours"
	}
	return text
}

// NotSentError is a start that the service certainly did not accept: no connection came about, or it answered that it
// will not, in words of its own or before it was sent the order. It may be tried again.
type NotSentError struct{ Err error }

func (e *NotSentError) Error() string { return "the job was not started: " + e.Err.Error() }
func (e *NotSentError) Unwrap() error { return e.Err }

// UnclearError is a start whose end is not known: the job may exist. It must not be sent again before Find or a person
// has said that it does not.
type UnclearError struct {
	BatchID string // what to look for
	Err     error
}

func (e *UnclearError) Error() string {
	return fmt.Sprintf("it is not known whether the job %q was started: %v", e.BatchID, e.Err)
}
func (e *UnclearError) Unwrap() error { return e.Err }

// StallError is a connection on which nothing moved any more.
type StallError struct {
	Waiting string // for what: "the answer", "data"
	For     time.Duration
}

func (e *StallError) Error() string {
	return fmt.Sprintf("nothing was received or accepted for %s while waiting for %s", e.For, e.Waiting)
}

// Timeout makes it a net.Error's kind of time-out.
func (e *StallError) Timeout() bool { return true }

// AnswerError is an answer that is a success and cannot be understood.
type AnswerError struct {
	Request string
	Reason  string
}

func (e *AnswerError) Error() string { return fmt.Sprintf("the answer to %s %s", e.Request, e.Reason) }

// SecretError says which secret could not be had, and wraps why: an error of the keychain.
type SecretError struct {
	Secret     Secret
	Connection string // its name
	Err        error
}

func (e *SecretError) Error() string {
	return fmt.Sprintf("the %s of connection %q: %v", e.Secret.Title(), e.Connection, e.Err)
}
func (e *SecretError) Unwrap() error { return e.Err }

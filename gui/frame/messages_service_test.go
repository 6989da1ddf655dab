package frame_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/practice"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/frame"
)

// Whatever a service, a keychain or the list of batches says is put into words of what to do; the raw text stays behind the
// details.
func TestServicesAreExplained(t *testing.T) {
	newRig(t)
	other := frame.Explain("x", io.ErrShortWrite).Text
	errs := map[string]error{
		"Settings":                   &trustmanager.APIError{Status: 401},
		"administrator":              &trustmanager.APIError{Status: 403, Message: "no permission"},
		"Paths and names":            &trustmanager.AnswerError{Request: "GET https://h/x", Reason: "is no JSON"},
		"in 30 s":                    &trustmanager.APIError{Status: 429, RetryAfter: 30 * time.Second},
		"status page":                &trustmanager.NotSentError{Err: &trustmanager.APIError{Status: 500}},
		"Quota used up":              &trustmanager.APIError{Status: 400, Message: "quota used up"},
		"Split":                      &trustmanager.APIError{Status: 413},
		"proxy, and test":            &trustmanager.NotSentError{Err: &net.OpError{Op: "dial", Err: errors.New("refused")}},
		"Own root":                   &tls.CertificateVerificationError{Err: errors.New("unknown authority")},
		"host in Settings":           &net.DNSError{Err: "no such host", Name: "h"},
		"never sends it again":       &trustmanager.UnclearError{BatchID: "b", Err: io.EOF},
		"stopped sending":            &trustmanager.StallError{Waiting: "data", For: time.Minute},
		"API key of Plant":           &trustmanager.SecretError{Secret: trustmanager.SecretAPIKey, Connection: "Plant 4", Err: &keychain.Error{Operation: "read", Account: "a/b", Kind: keychain.ErrLocked}},
		"Unlock":                     &keychain.Error{Operation: "read", Account: "a/b", Kind: keychain.ErrLocked},
		"through another":            trustmanager.ErrNoConnection,
		"a different name":           trustmanager.ErrNameTaken,
		"in the portal for":          &job.UnsettledError{ID: "2026-01-01-1-aaaaaa"},
		"is working on this batch":   job.ErrTaken,
		"prepare another":            fmt.Errorf("%w: %q", job.ErrChanged, "x"),
		"Take it back":               job.ErrExported,
		"another batch":              job.ErrOtherJob,
		"in the list already":        job.ErrThere,
		".batch.zip":                 &job.ImportError{Reason: "it is no ZIP"},
		"Fetch it again":             &job.ResultError{Reason: "it is empty"},
		"changed meanwhile":          &job.StateError{ID: "x", Have: job.Running, Allowing: job.ToStart},
		"never goes to production":   job.ErrPractice,
		"runs the practice service":  practice.ErrBusy,
		"Remove -k":                  trustmanager.ErrInsecure,
		"10.0.0.1:3128":              &trustmanager.NotSentError{Err: &trustmanager.ProxyError{Proxy: "10.0.0.1:3128", From: "set in this connection", Status: 403}},
		"A web page":                 &trustmanager.APIError{Status: 403, Page: true, Message: "Blocked"},
		"no place for the recipient": &trustmanager.NotSentError{Err: &trustmanager.PromiseError{Method: trustmanager.ServerCSV, Missing: []trustmanager.Promised{{What: "the recipient", Placeholder: "recipient", Field: "certificate"}}}},
		"other hours":                &trustmanager.APIError{Status: 403, Code: "access_denied", Own: true},
	}
	for want, err := range errs {
		p := frame.Explain("It failed", fmt.Errorf("job 1 of 2: %w", err))
		if p.Text == other || !strings.Contains(p.Text, want) {
			t.Errorf("%T %v: %q lacks %q", err, err, p.Text, want)
		}
		if !strings.Contains(p.Raw, err.Error()) || strings.Contains(p.Text, "a/b") {
			t.Errorf("%v: the raw text is %q, the words are %q", err, p.Raw, p.Text)
		}
	}
	list := frame.Explain("x", &job.UnsettledError{ID: "2026-01-01-1-aaaaaa", List: job.ErrNoList})
	if !strings.Contains(list.Text, "no list") || !strings.Contains(list.Text, "2026-01-01-1-aaaaaa") {
		t.Errorf("without a list: %q", list.Text)
	}
}

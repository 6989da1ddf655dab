package frame

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/practice"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/words"
)

// explainBatch says what to do about a batch that did not go on, "" where an error is about something else.
func explainBatch(err error) string {
	unsettled, blocked, state := (*job.UnsettledError)(nil), (*job.BlockedError)(nil), (*job.StateError)(nil)
	imported, result := (*job.ImportError)(nil), (*job.ResultError)(nil)
	switch {
	case errors.As(err, &unsettled):
		return UnsettledWords(unsettled)
	case errors.As(err, &blocked):
		var reasons []string
		for _, f := range blocked.Summary.Report.All() {
			if f.Severity == finding.Error {
				reasons = append(reasons, words.Sentence(words.Visible(f.Message)))
			}
		}
		return words.T("problem.blocked", "Reasons", strings.Join(reasons, " "))
	case errors.As(err, &state):
		return words.T("problem.state")
	case errors.Is(err, job.ErrTaken):
		return words.T("problem.taken")
	case errors.Is(err, job.ErrChanged):
		return words.T("problem.upload-changed")
	case errors.Is(err, job.ErrExported):
		return words.T("problem.exported")
	case errors.Is(err, job.ErrOtherJob):
		return words.T("problem.other-job")
	case errors.Is(err, job.ErrThere):
		return words.T("problem.there")
	case errors.As(err, &imported):
		return words.T("problem.import")
	case errors.As(err, &result):
		return words.T("problem.result")
	case errors.Is(err, job.ErrNotFound):
		return words.T("problem.no-batch")
	case errors.Is(err, job.ErrNoFailures):
		return words.T("problem.no-failures")
	case errors.Is(err, job.ErrNoOrder):
		return words.T("problem.no-order")
	case errors.Is(err, job.ErrPractice):
		return words.T("problem.practice-mix")
	case errors.Is(err, practice.ErrBusy):
		return words.T("problem.practice-busy")
	}
	return ""
}

// unsettledWords says how far the question came whether a service took a batch, and who has to answer it now.
func UnsettledWords(e *job.UnsettledError) string {
	id := map[string]any{"ID": e.ID, "Number": e.Hits}
	switch {
	case errors.Is(e.List, job.ErrNoList):
		return words.T("problem.unsettled-no-list", id)
	case e.List != nil:
		return words.T("problem.unsettled-list", id)
	case e.Hits > 1:
		return words.T("problem.unsettled-hits", id)
	}
	return words.T("problem.unsettled-none", id)
}

// explainService says what to do about a service that did not do what it was asked for, "" where an error is about something
// else.
func ExplainService(err error) string {
	api, secret, unclear := (*trustmanager.APIError)(nil), (*trustmanager.SecretError)(nil), (*trustmanager.UnclearError)(nil)
	answer, stall, notSent := (*trustmanager.AnswerError)(nil), (*trustmanager.StallError)(nil), (*trustmanager.NotSentError)(nil)
	var proxy *trustmanager.ProxyError
	var promise *trustmanager.PromiseError
	untrusted, name, operation := (*tls.CertificateVerificationError)(nil), (*net.DNSError)(nil), (*net.OpError)(nil)
	switch {
	case errors.As(err, &secret):
		text := words.T("problem.secret", "Secret", secret.Secret.Title(), "Connection", words.Visible(secret.Connection))
		if advice := keychain.Advice(err); advice != "" {
			return text + " " + words.Sentence(advice)
		}
		return text + " " + words.T("problem.secret-enter")
	case keychain.Advice(err) != "":
		return ConnectionWords(err)
	case errors.As(err, &unclear):
		return words.T("problem.unclear")
	case errors.As(err, &proxy), errors.As(err, &promise):
		return words.Sentence(words.Visible(firstOf(proxy, promise)))
	case errors.As(err, &api):
		return apiWords(api)
	case errors.As(err, &answer):
		return words.T("problem.answer")
	case errors.As(err, &stall):
		return words.T("problem.stall")
	case errors.As(err, &untrusted):
		return words.T("problem.untrusted")
	case errors.As(err, &name):
		return words.T("problem.host")
	case errors.As(err, &operation), errors.As(err, &notSent):
		return words.T("problem.network")
	case errors.Is(err, trustmanager.ErrNoConnection):
		return words.T("problem.no-connection")
	case errors.Is(err, trustmanager.ErrNameTaken):
		return words.T("problem.name-taken")
	case errors.Is(err, trustmanager.ErrNoRequest), errors.Is(err, trustmanager.ErrNoList):
		return words.T("problem.no-request")
	case errors.Is(err, trustmanager.ErrInsecure):
		return words.T("problem.insecure")
	case errors.Is(err, trustmanager.ErrNoCurl):
		return words.T("problem.no-curl")
	}
	return ""
}

// apiWords says what to do about an answer that is no success, with the service's own words.
func apiWords(e *trustmanager.APIError) string {
	text := ""
	switch {
	case e.Page:
		return words.Sentence(words.Visible(e.Error()))
	case e.Status == http.StatusUnauthorized:
		text = words.T("problem.401")
	case e.Status == http.StatusForbidden:
		text = words.T("problem.403")
	case e.Status == http.StatusNotFound:
		text = words.T("problem.404")
	case e.Status == http.StatusRequestEntityTooLarge:
		text = words.T("problem.413")
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusServiceUnavailable:
		text = words.T("problem.429")
		if e.RetryAfter > 0 {
			text = words.T("problem.429-after", "Time", e.RetryAfter.Round(time.Second).String())
		}
	case e.Status >= 500:
		text = words.T("problem.500")
	default:
		text = words.T("problem.400")
	}
	if e.Message != "" {
		text += " " + words.T("problem.service-says", "Message", words.Sentence(words.Visible(e.Message)))
	}
	return text
}

// firstOf is the text of whichever error there is: these two say themselves what happened and what to do.
func firstOf(proxy *trustmanager.ProxyError, promise *trustmanager.PromiseError) string {
	if proxy != nil {
		return proxy.Error()
	}
	return promise.Error()
}

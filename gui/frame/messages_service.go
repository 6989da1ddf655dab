package frame

import (
	"errors"
	"net/http"
	"strings"

	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/words"
)

// blockedWords are the reasons against a batch.
func blockedWords(e *job.BlockedError) string {
	var reasons []string
	for _, f := range e.Summary.Report.All() {
		if f.Severity == finding.Error {
			reasons = append(reasons, words.Sentence(words.Visible(f.Message)))
		}
	}
	return words.T("problem.blocked", "Reasons", strings.Join(reasons, " "))
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

// secretWords says which secret of a connection is missing, and how to give it.
func secretWords(e *trustmanager.SecretError) string {
	text := words.T("problem.secret", "Secret", e.Secret.Title(), "Connection", words.Visible(e.Connection))
	if advice := keychain.Advice(e); advice != "" {
		return text + " " + words.Sentence(advice)
	}
	return text + " " + words.T("problem.secret-enter")
}

// proxyWords says what stands between the computer and the service.
func proxyWords(e *trustmanager.ProxyError) string {
	if e.Err != nil {
		return words.T("problem.proxy", "Proxy", words.Visible(e.Proxy), "From", words.Core(e.From))
	}
	return words.Sentence(words.Plain(e.Error()))
}

// apiWords says what to do about an answer that is no success, with the service's own words.
func apiWords(e *trustmanager.APIError) string {
	text := ""
	switch {
	case e.Page:
		return words.Sentence(words.Plain(e.Error()))
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
			text = words.T("problem.429-after", "Time", words.Duration(e.RetryAfter))
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

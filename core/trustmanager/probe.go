package trustmanager

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
)

// Outcome of a step of a test.
type Outcome string

// The outcomes.
const (
	Passed     Outcome = "ok"
	FailedStep Outcome = "failed"
	NotReached Outcome = "not reached"
	LeftOut    Outcome = "left out" // it does not apply
)

// Step is one step of a test.
type Step struct {
	Name    string // "name", "connection", "tls", "token", "permission", "who"
	Title   string // to show
	Outcome Outcome
	Text    string // what was found, in words
	Err     error  // of a failed step
}

// TestResult is what a test of a connection found: every step, in order.
type TestResult struct {
	Steps       []Step
	User        User
	Certificate *x509.Certificate // the server's; nil where none was shown
	Profiles    int               // how many the account may see; -1 where that was not asked
}

// OK tells whether no step failed.
func (r *TestResult) OK() bool { return r.Err() == nil }

// Err is the error of the step that failed, or nil.
func (r *TestResult) Err() error {
	for _, s := range r.Steps {
		if s.Outcome == FailedStep {
			return s.Err
		}
	}
	return nil
}

// seen is what a request met on its way.
type seen struct {
	mu          sync.Mutex
	host        string // that was looked up
	addresses   []string
	nameErr     error
	connected   string
	connectErr  error
	tls         *tls.ConnectionState
	tlsErr      error
	reachedOver bool // a connection stood
}

// Test tries the connection step by step and says in words how far it came: the name, the connection, TLS with the
// server's certificate, the token, the permission to see profiles, and who one is. Nothing is tried twice.
func (c *Client) Test(ctx context.Context) TestResult {
	result := TestResult{Profiles: -1}
	add := func(name, title string, outcome Outcome, text string, err error) {
		result.Steps = append(result.Steps, Step{name, title, outcome, printable(c.blot(text)), err})
	}
	rest := func(names ...string) {
		for _, n := range names {
			add(n, stepTitles[n], NotReached, "", nil)
		}
	}
	answers := c.contract()
	r, what := answers.Requests.Me, "who"
	if r.Path == "" || c.connection.Authentication == Passcode { // a passcode names a profile, not a person
		r, what = answers.Requests.Profiles, "profiles"
	}
	target, err := c.url(r, values{"limit": "1", "offset": "0"}, "test")
	if err != nil {
		add("name", stepTitles["name"], FailedStep, err.Error(), err)
		rest("connection", "tls", "token", "permission", "who")
		return result
	}
	if _, _, err := c.transports(ctx); err == nil {
		_, err = c.request(ctx, http.MethodGet, target, nil, nil) // the secret, before anybody is called
		if err != nil {
			rest("name", "connection", "tls")
			err = c.redacted(err)
			add("token", stepTitles["token"], FailedStep, err.Error(), err)
			rest("permission", "who")
			return result
		}
	}
	trace := &seen{}
	answer, err := c.once(httptrace.WithClientTrace(ctx, trace.trace()), http.MethodGet, target, http.Header{"Accept": {"application/json"}}, nil)
	if answer != nil {
		defer answer.Body.Close()
	}
	host, _, _ := net.SplitHostPort(c.base.Host)
	if host == "" {
		host = c.base.Host
	}
	trace.mu.Lock()
	defer trace.mu.Unlock()
	var proxied *ProxyError
	errors.As(err, &proxied)
	via := ""
	if trace.host != "" && !strings.EqualFold(trace.host, host) {
		via = " (the proxy)"
	}
	// name
	switch {
	case trace.nameErr != nil:
		add("name", stepTitles["name"], FailedStep, fmt.Sprintf("the name %s%s cannot be found: %v", trace.host, via, trace.nameErr), orErr(err, trace.nameErr))
		rest("connection", "tls", "token", "permission", "who")
		return result
	case trace.host != "":
		add("name", stepTitles["name"], Passed, fmt.Sprintf("%s%s is %s", trace.host, via, strings.Join(trace.addresses, ", ")), nil)
	case proxied != nil:
		add("name", stepTitles["name"], LeftOut, fmt.Sprintf("the proxy at %s looks the name up", proxied.Proxy), nil)
	case trace.connected != "" || trace.connectErr != nil:
		add("name", stepTitles["name"], LeftOut, fmt.Sprintf("%s is an address", host), nil)
	case err != nil:
		add("name", stepTitles["name"], FailedStep, err.Error(), err)
		rest("connection", "tls", "token", "permission", "who")
		return result
	}
	// connection
	if proxied != nil {
		add("connection", stepTitles["connection"], FailedStep, proxied.Error(), err)
		rest("tls", "token", "permission", "who")
		return result
	}
	if trace.connected == "" && trace.connectErr != nil {
		add("connection", stepTitles["connection"], FailedStep, fmt.Sprintf("no connection could be made: %v", trace.connectErr), orErr(err, trace.connectErr))
		rest("tls", "token", "permission", "who")
		return result
	}
	if err != nil && trace.tls == nil && trace.tlsErr == nil && !trace.reachedOver {
		add("connection", stepTitles["connection"], FailedStep, err.Error(), err)
		rest("tls", "token", "permission", "who")
		return result
	}
	add("connection", stepTitles["connection"], Passed, fmt.Sprintf("connected to %s", trace.connected), nil)
	// TLS
	if trace.tls != nil && len(trace.tls.PeerCertificates) > 0 {
		result.Certificate = trace.tls.PeerCertificates[0]
	}
	if failure := trace.tlsErr; failure != nil || refusedByTLS(err) {
		if failure == nil {
			failure = err
		}
		var verification *tls.CertificateVerificationError
		if errors.As(failure, &verification) && len(verification.UnverifiedCertificates) > 0 {
			result.Certificate = verification.UnverifiedCertificates[0]
		}
		add("tls", stepTitles["tls"], FailedStep, describeTLS(failure, host), orErr(err, failure))
		rest("token", "permission", "who")
		return result
	}
	if trace.tls != nil {
		add("tls", stepTitles["tls"], Passed, fmt.Sprintf("%s, certificate %s", tls.VersionName(trace.tls.Version), describeCertificate(result.Certificate)), nil)
	}
	if err != nil {
		add("token", stepTitles["token"], FailedStep, fmt.Sprintf("no answer came: %v", err), err)
		rest("permission", "who")
		return result
	}
	c.testAnswer(ctx, &result, add, answer, what)
	return result
}

// testAnswer goes on with the answer of the first request.
func (c *Client) testAnswer(ctx context.Context, result *TestResult, add func(name, title string, o Outcome, text string, err error), answer *http.Response, what string) {
	means := c.connection.Authentication.Title()
	switch {
	case isHTML(answer.Header.Get("Content-Type")):
		err := c.apiError(answer)
		add("token", stepTitles["token"], FailedStep, err.Error(), err)
		add("permission", stepTitles["permission"], NotReached, "", nil)
		add("who", stepTitles["who"], NotReached, "", nil)
		return
	case answer.StatusCode == http.StatusUnauthorized:
		err := c.apiError(answer)
		add("token", stepTitles["token"], FailedStep, fmt.Sprintf("not accepted: %s (keys of one host do not work on another): %v", means, err), err)
		add("permission", stepTitles["permission"], NotReached, "", nil)
		add("who", stepTitles["who"], NotReached, "", nil)
		return
	case answer.StatusCode == http.StatusForbidden:
		err := c.apiError(answer)
		add("token", stepTitles["token"], Passed, fmt.Sprintf("known to the service: %s", means), nil)
		add("permission", stepTitles["permission"], FailedStep, fmt.Sprintf("the account may not do that: %v", err), err)
		add("who", stepTitles["who"], NotReached, "", nil)
		return
	case answer.StatusCode < 200 || answer.StatusCode > 299:
		err := c.apiError(answer)
		text := err.Error()
		if answer.StatusCode == http.StatusNotFound {
			text = fmt.Sprintf("the server there does not know this request; check the base URL: %s", text)
		}
		add("token", stepTitles["token"], FailedStep, text, err)
		add("permission", stepTitles["permission"], NotReached, "", nil)
		add("who", stepTitles["who"], NotReached, "", nil)
		return
	}
	var user User
	var err error
	if what == "who" {
		user, err = c.Me(ctx)
	}
	if err != nil {
		add("token", stepTitles["token"], FailedStep, err.Error(), err)
		add("permission", stepTitles["permission"], NotReached, "", nil)
		add("who", stepTitles["who"], NotReached, "", nil)
		return
	}
	add("token", stepTitles["token"], Passed, fmt.Sprintf("accepted: %s", means), nil)
	words := c.contract().Words
	switch profiles, err := c.Profiles(ctx); {
	case errors.Is(err, ErrNoRequest):
		add("permission", stepTitles["permission"], LeftOut, fmt.Sprintf("the connection lists no %s", words.Profiles), nil)
	case err != nil:
		add("permission", stepTitles["permission"], FailedStep, fmt.Sprintf("the %s cannot be listed: %v", words.Profiles, err), err)
	default:
		result.Profiles = len(profiles)
		batch := 0
		for _, p := range profiles {
			if p.Batch() {
				batch++
			}
		}
		add("permission", stepTitles["permission"], Passed, fmt.Sprintf("%d %s, %d of them for batches", len(profiles), words.Profiles, batch), nil)
	}
	if what == "who" {
		result.User = user
		add("who", stepTitles["who"], Passed, user.String(), nil)
	} else {
		add("who", stepTitles["who"], LeftOut, fmt.Sprintf("it belongs to no user: %s", means), nil)
	}
}

var stepTitles = map[string]string{"name": "Name", "connection": "Connection", "tls": "TLS", "token": "Access", "permission": "Permission", "who": "User"}

func orErr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func (s *seen) trace() *httptrace.ClientTrace {
	with := func(f func()) {
		s.mu.Lock()
		defer s.mu.Unlock()
		f()
	}
	return &httptrace.ClientTrace{
		DNSStart: func(i httptrace.DNSStartInfo) { with(func() { s.host = i.Host }) },
		DNSDone: func(i httptrace.DNSDoneInfo) {
			with(func() {
				s.nameErr = i.Err
				for _, a := range i.Addrs {
					s.addresses = append(s.addresses, a.String())
				}
			})
		},
		ConnectDone: func(_, address string, err error) {
			with(func() {
				if err != nil {
					s.connectErr = err
				} else {
					s.connected = address
				}
			})
		},
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			with(func() { s.tls, s.tlsErr = &state, err })
		},
		GotConn: func(httptrace.GotConnInfo) { with(func() { s.reachedOver = true }) },
	}
}

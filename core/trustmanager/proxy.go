package trustmanager

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
)

// ProxyError is a proxy that does not let a request through, or is not there.
type ProxyError struct {
	Proxy  string // its address, host and port
	From   string // where it was set, in words
	Status int    // that it answered with; 0 where it closed the connection or is not there
	Ways   string // how it wants to be signed in to (407), such as "Negotiate, NTLM"
	Err    error  // nil where there is a status
}

// Error names the proxy, what it did, where it was set and what to do.
func (e *ProxyError) Error() string {
	switch {
	case e.Status == http.StatusProxyAuthRequired && e.Ways != "" && !strings.Contains(e.Ways, "Basic"):
		return fmt.Sprintf("the proxy at %s (%s) requires sign-in with %s, which EnrollBench does not support: ask IT for access without sign-in, or for another proxy", e.Proxy, e.From, e.Ways)
	case e.Status == http.StatusProxyAuthRequired:
		return fmt.Sprintf("the proxy at %s (%s) requires a user and a password: name the user in the proxy's URL, and enter the proxy password", e.Proxy, e.From)
	case e.Status == http.StatusForbidden:
		return fmt.Sprintf("the proxy at %s (%s) blocks the service's address (403): ask IT to allow it", e.Proxy, e.From)
	case e.Status != 0:
		return fmt.Sprintf("the proxy at %s (%s) does not reach the service: it answered %d %s", e.Proxy, e.From, e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("the proxy at %s (%s) cannot be used: %v; check its address, or connect without a proxy (none)", e.Proxy, e.From, e.Err)
}

func (e *ProxyError) Unwrap() error { return e.Err }

// proxyEnvironment are the variables that name a proxy for https.
var proxyEnvironment = []string{"HTTPS_PROXY", "https_proxy"}

// proxySource says where a connection's proxy was set.
func (c *Client) proxySource() string {
	if c.connection.Proxy != "" {
		return "set in this connection"
	}
	if i := slices.IndexFunc(proxyEnvironment, func(name string) bool { return os.Getenv(name) != "" }); i >= 0 {
		return fmt.Sprintf("set by the environment variable %s", proxyEnvironment[i])
	}
	return "set by the system"
}

func (c *Client) proxyError(u *url.URL, err error) *ProxyError {
	e := &ProxyError{Proxy: u.Host, From: c.proxySource(), Err: err}
	if u.Port() == "" {
		e.Proxy += map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	}
	return e
}

// onProxyAnswer turns a proxy's refusal to connect into a *ProxyError; the library would tell nothing but the status's words.
func (c *Client) onProxyAnswer(_ context.Context, u *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	e := c.proxyError(u, nil)
	e.Status = answer.StatusCode
	var ways []string
	for _, way := range answer.Header.Values("Proxy-Authenticate") {
		scheme, _, _ := strings.Cut(way, " ")
		ways = append(ways, cut(printable(scheme), 40))
	}
	e.Ways = strings.Join(ways, ", ")
	return e
}

// aboutProxy is err, or a *ProxyError where it happened before the proxy had connected to the service.
func (c *Client) aboutProxy(r *http.Request, err error) error {
	c.mu.Lock()
	t := c.single
	c.mu.Unlock()
	var known *ProxyError
	if t == nil || t.Proxy == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, errProxyAndCertificate) || aboutTLS(err) {
		return err
	}
	if u, chosen := t.Proxy(r); chosen == nil && u != nil {
		return c.proxyError(u, err)
	}
	return err
}

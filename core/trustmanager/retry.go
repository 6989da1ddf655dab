package trustmanager

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	firstPause = 500 * time.Millisecond // before the second attempt; doubled before each further one
	longPause  = 30 * time.Second       // the most that we choose ourselves
	// patience is how long a service may ask to wait (Retry-After) and be waited for. A longer one is the caller's matter.
	patience = 2 * time.Minute
)

// get sends a GET until it is answered by something that another attempt would not change. Each attempt is a request of its
// own; the answer's body is the caller's to close.
func (c *Client) get(ctx context.Context, to string, header http.Header) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		answer, err := c.getOnce(ctx, to, header)
		if err == nil && answer.StatusCode >= 200 && answer.StatusCode <= 299 {
			return answer, nil
		}
		if err == nil {
			err = c.apiError(answer)
			_ = answer.Body.Close()
		}
		if attempt >= c.options.Attempts || !c.worthAnother(ctx, err) {
			return nil, err
		}
		if err := c.pause(ctx, attempt, err); err != nil {
			return nil, err
		}
	}
}

// pause waits before the next attempt: as long as the service asks, else twice as long each time, at random between half
// and all of it, so that many clients do not come back at once.
func (c *Client) pause(ctx context.Context, attempt int, err error) error {
	wait := min(firstPause<<min(attempt-1, 10), longPause)
	wait = wait/2 + time.Duration(float64(wait/2)*c.options.Jitter())
	var api *APIError
	if errors.As(err, &api) && api.RetryAfter > wait {
		wait = api.RetryAfter
	}
	c.log(fmt.Sprintf("waiting %s before another attempt: %v", wait.Round(time.Millisecond), err))
	return c.options.Clock.Sleep(ctx, wait)
}

// worthAnother tells whether a GET may end otherwise when it is sent again.
func (c *Client) worthAnother(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	var api *APIError
	if errors.As(err, &api) {
		switch api.Status {
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			return api.RetryAfter <= patience
		case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	return transient(err)
}

// transient tells whether an error is one of the network that may pass: not one of trust, of the file, of a secret.
func transient(err error) bool {
	var secret *SecretError
	var answer *AnswerError
	var redirect *redirectError
	switch {
	case errors.As(err, &secret), errors.As(err, &answer), errors.As(err, &redirect), errors.Is(err, context.Canceled), aboutTLS(err):
		return false
	}
	return aboutNetwork(err)
}

// maxRedirects of a GET.
const maxRedirects = 5

// redirectError is a redirect that is not followed.
type redirectError struct{ from, to, reason string }

func (e *redirectError) Error() string {
	return fmt.Sprintf("%s leads on to %q: %s", e.from, e.to, e.reason)
}

// getOnce sends a GET and follows redirects within the host with everything, to another host without what proves who one
// is: storage that downloads are handed over to has its own signature in the URL.
func (c *Client) getOnce(ctx context.Context, to string, header http.Header) (*http.Response, error) {
	pooled, _, err := c.transports(ctx)
	if err != nil {
		return nil, c.redacted(err)
	}
	first := to
	for range maxRedirects + 1 {
		answer, err := c.roundTrip(ctx, &redirected{pooled, c, to != first && !sameHost(first, to)}, http.MethodGet, to, header, nil)
		if err != nil {
			return nil, err
		}
		next := answer.Header.Get("Location")
		switch answer.StatusCode {
		case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		default:
			return answer, nil
		}
		_ = answer.Body.Close()
		from := answer.Request.URL
		target, err := from.Parse(next)
		refuse := func(reason string) error {
			return &redirectError{c.blot(from.Redacted()), printable(c.blot(cut(next, 200))), reason}
		}
		switch {
		case next == "" || err != nil:
			return nil, refuse("that is not a URL")
		case target.Scheme != "https":
			return nil, refuse("only https is followed")
		case target.User != nil:
			return nil, refuse("it names a user")
		case !sameHost(first, target.String()) && c.connection.Authentication == ClientCertificate:
			return nil, refuse("the client certificate is sent to no other host")
		}
		to = target.String()
	}
	return nil, &redirectError{c.blot(first), printable(c.blot(cut(to, 200))), fmt.Sprintf("more than %d redirects", maxRedirects)}
}

func sameHost(a, b string) bool {
	one, err := url.Parse(a)
	if err != nil {
		return false
	}
	two, err := url.Parse(b)
	return err == nil && one.Scheme == two.Scheme && strings.EqualFold(one.Host, two.Host)
}

// redirected sends a request without its secrets where it goes to another host.
type redirected struct {
	next    http.RoundTripper
	client  *Client
	foreign bool
}

func (t *redirected) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.foreign {
		headers := &t.client.contract().Headers
		r.Header.Del(headers.APIKey)
		r.Header.Del(headers.Passcode)
		for name := range headers.Extra {
			r.Header.Del(name)
		}
	}
	return t.next.RoundTrip(r)
}

// getJSON gets an answer in JSON, of at most limit bytes.
func (c *Client) getJSON(ctx context.Context, to string, limit int64) ([]byte, error) {
	return c.getText(ctx, to, "application/json", limit)
}

// getText gets a whole answer of at most limit bytes; one that breaks off is asked for again.
func (c *Client) getText(ctx context.Context, to, accept string, limit int64) ([]byte, error) {
	for attempt := 1; ; attempt++ {
		answer, err := c.get(ctx, to, http.Header{"Accept": {accept}})
		if err != nil {
			return nil, err
		}
		data, err := c.read(answer, limit)
		_ = answer.Body.Close()
		if err == nil {
			if isHTML(answer.Header.Get("Content-Type")) {
				return nil, &APIError{Status: answer.StatusCode, Request: c.blot(requestOf(answer)), Page: true}
			}
			return data, nil
		}
		if attempt >= c.options.Attempts || !c.worthAnother(ctx, err) {
			return nil, err
		}
		if err := c.pause(ctx, attempt, err); err != nil {
			return nil, err
		}
	}
}

func isHTML(contentType string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(contentType)), "text/html")
}

// retryAfter reads the header: seconds, or a date (RFC 9110 §10.2.3). 0 for none and for one in the past.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(value, 10, 63); err == nil {
		if seconds > uint64(math.MaxInt64/int64(time.Second)) {
			return math.MaxInt64
		}
		return time.Duration(seconds) * time.Second // #nosec G115 -- bounded above
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

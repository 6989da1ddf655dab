package trustmanager

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Secrets is where a client gets keys, passcodes and passphrases from, when it needs them: core/keychain. The client wipes
// what it got.
type Secrets interface {
	Get(ctx context.Context, account string) ([]byte, error)
}

// Clock is the time as retries see it.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or with the context's error.
	Sleep(ctx context.Context, d time.Duration) error
}

// Timeouts of one request. There is none on the whole of it: 200 MB over a slow line take as long as they take.
type Timeouts struct {
	Dial   time.Duration // to look up the name and connect; default 15 s
	TLS    time.Duration // of the handshake; default 15 s
	Stall  time.Duration // in which nothing moves while data is sent or received; default 60 s
	Answer time.Duration // from the end of the request to the first byte of the answer; default 5 min
}

// Options of a client. The zero value is right for the real service.
type Options struct {
	Anchors   []*x509.Certificate  // trusted beside the system's and the connection's ExtraCA: the practice service's own
	UserAgent string               // default "EnrollBench"
	Log       func(line string)    // told of each request, without secrets; nil for none
	Record    func(*http.Response) // given each answer before it is read; nil for none
	Clock     Clock                // nil for the real one
	Jitter    func() float64       // 0 to 1, for the pauses between retries; nil for a random one
	Attempts  int                  // of a GET; default 5
	Timeouts  Timeouts
}

// Client speaks to the service of one connection. It is safe for concurrent use.
type Client struct {
	connection Connection
	base       *url.URL
	secrets    Secrets
	options    Options
	roots      *x509.CertPool // nil for the system's

	proven atomic.Bool // the service took the client certificate

	mu     sync.Mutex
	held   map[Secret][]byte // wiped by Close
	key    *heldKey          // the client certificate's
	pooled *http.Transport   // GETs: connections are kept
	single *http.Transport   // everything else: a connection of its own, so that the transport has nothing to try again
}

// NewClient makes a client. Nothing is sent and no secret is looked up yet; a connection that is not valid, or whose
// extra CA cannot be read, is an error.
func NewClient(connection Connection, secrets Secrets, options Options) (*Client, error) {
	if err := connection.Validate(); err != nil {
		return nil, err
	}
	base, err := connection.base()
	if err != nil {
		return nil, err
	}
	c := &Client{connection: connection, base: base, secrets: secrets, options: options, held: map[Secret][]byte{}}
	c.connection.Contract = connection.Contract.clone()
	if c.roots, err = rootsOf(connection.ExtraCA, options.Anchors); err != nil {
		return nil, err
	}
	o := &c.options
	setDefault(&o.UserAgent, "EnrollBench")
	setDefault(&o.Clock, Clock(wallClock{}))
	setDefault(&o.Attempts, 5)
	setDefault(&o.Timeouts.Dial, 15*time.Second)
	setDefault(&o.Timeouts.TLS, 15*time.Second)
	setDefault(&o.Timeouts.Stall, time.Minute)
	setDefault(&o.Timeouts.Answer, 5*time.Minute)
	if o.Jitter == nil {
		o.Jitter = rand.Float64 // #nosec G404 -- pauses need no secrecy
	}
	return c, nil
}

func setDefault[T comparable](value *T, other T) {
	var zero T
	if *value == zero {
		*value = other
	}
}

// Connection is the connection that the client was made of.
func (c *Client) Connection() Connection { return c.connection }

func (c *Client) contract() *Contract { return &c.connection.Contract }

// Close wipes the secrets that the client holds and closes idle connections.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, secret := range c.held {
		clear(secret)
	}
	clear(c.held)
	if c.key != nil {
		c.key.wipe()
		c.key = nil
	}
	for _, t := range []*http.Transport{c.pooled, c.single} {
		if t != nil {
			t.CloseIdleConnections()
		}
	}
	c.pooled, c.single = nil, nil
	return nil
}

// secret returns a secret of the connection, from the keychain the first time. The bytes are the client's.
func (c *Client) secret(ctx context.Context, which Secret) ([]byte, error) {
	c.mu.Lock()
	secret, ok := c.held[which]
	c.mu.Unlock()
	if ok {
		return secret, nil
	}
	if c.secrets == nil {
		return nil, &SecretError{which, c.connection.Name, errors.New("nobody to ask")}
	}
	secret, err := c.secrets.Get(ctx, c.connection.Account(which))
	if err == nil && len(secret) == 0 {
		err = errors.New("it is empty")
	}
	if err == nil && strings.ContainsFunc(string(secret), func(r rune) bool { return r < ' ' || r == 0x7f }) && which != SecretKeyPassphrase {
		err = errors.New("it holds a line break or another character that cannot be sent")
	}
	if err != nil {
		clear(secret)
		return nil, &SecretError{which, c.connection.Name, err}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held[which] = secret
	return secret, nil
}

// url makes the URL of a request of the contract; what names it in the error of one that the connection does not have.
func (c *Client) url(r Request, v values, what string) (string, error) {
	if r.Path == "" {
		return "", fmt.Errorf("%s: %w", what, ErrNoRequest)
	}
	return v.url(r.Path, c.base)
}

// request makes a request with everything that proves who one is.
func (c *Client) request(ctx context.Context, method, to string, header http.Header, b *body) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, to, nil)
	if err != nil {
		return nil, err
	}
	if b != nil {
		r.Body, r.ContentLength = b, b.length
	}
	headers := &c.contract().Headers
	for name, value := range headers.Extra {
		r.Header.Set(name, value)
	}
	r.Header.Set("User-Agent", c.options.UserAgent)
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "*/*")
	}
	for name, value := range header {
		r.Header[name] = value
	}
	switch c.connection.Authentication {
	case APIToken:
		key, err := c.secret(ctx, SecretAPIKey)
		if err != nil {
			return nil, err
		}
		r.Header.Set(headers.APIKey, headers.APIKeyPrefix+string(key))
	case Passcode:
		code, err := c.secret(ctx, SecretPasscode)
		if err != nil {
			return nil, err
		}
		r.Header.Set(headers.Passcode, string(code))
	}
	return r, nil
}

// begunError is a failure after the connection stood: the request or a part of it may have arrived.
type begunError struct{ err error }

func (e *begunError) Error() string { return e.err.Error() }
func (e *begunError) Unwrap() error { return e.err }

// once sends a request one time, on a connection of its own, and follows no redirect. An error that is no *begunError came
// before the first byte of the request was sent.
func (c *Client) once(ctx context.Context, method, to string, header http.Header, b *body) (*http.Response, error) {
	_, single, err := c.transports(ctx)
	if err != nil {
		return nil, c.redacted(err)
	}
	return c.roundTrip(ctx, single, method, to, header, b)
}

// roundTrip sends one request and watches over it until the answer's body is closed.
func (c *Client) roundTrip(ctx context.Context, t http.RoundTripper, method, to string, header http.Header, b *body) (*http.Response, error) {
	w := newWatch(ctx, c.options.Timeouts)
	r, err := c.request(w.ctx, method, to, header, b)
	if err != nil {
		w.stop()
		return nil, c.redacted(err)
	}
	if b != nil {
		b.moved = w.touch
	}
	r = r.WithContext(httptrace.WithClientTrace(r.Context(), w.trace()))
	began := time.Now()
	answer, err := t.RoundTrip(r)
	if err != nil {
		cause := w.cause(err)
		if !w.begun.Load() {
			cause = c.aboutProxy(r, cause)
		}
		w.stop()
		c.log(fmt.Sprintf("%s %s: %v", method, to, cause))
		cause = c.redacted(cause)
		if w.begun.Load() && !refusedByTLS(err) {
			return nil, &begunError{cause}
		}
		return nil, cause
	}
	c.log(fmt.Sprintf("%s %s: %d after %s", method, to, answer.StatusCode, time.Since(began).Round(time.Millisecond)))
	w.answer.Store(true)
	if c.options.Record != nil {
		c.options.Record(answer)
	}
	answer.Body = &watchedBody{answer.Body, w}
	return answer, nil
}

func (c *Client) log(line string) {
	if c.options.Log != nil {
		c.options.Log(printable(c.blot(line)))
	}
}

// read reads an answer's body to its end, which must come before limit bytes.
func (c *Client) read(answer *http.Response, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return nil, c.redacted(err)
	}
	if int64(len(data)) > limit {
		return nil, &AnswerError{requestOf(answer), fmt.Sprintf("is longer than %d bytes", limit)}
	}
	return data, nil
}

func requestOf(answer *http.Response) string {
	return answer.Request.Method + " " + answer.Request.URL.Redacted()
}

// handshakeAlerts end a handshake of which the server has the last word (RFC 8446 §6.2), as crypto/tls spells them: in
// TLS 1.3 the client may have begun to send by then, to a server that reads none of it.
var handshakeAlerts = map[string]bool{"handshake failure": true, "bad certificate": true, "unsupported certificate": true, "revoked certificate": true,
	"expired certificate": true, "unknown certificate": true, "unknown certificate authority": true, "access denied": true, "certificate required": true,
	"protocol version not supported": true}

// refusedByTLS tells whether the server broke the handshake off.
func refusedByTLS(err error) bool {
	text, ok := alertOf(err)
	return ok && handshakeAlerts[text]
}

// alertOf returns the alert that the other end sent. crypto/tls has no type for it, but an operation of its own.
func alertOf(err error) (string, bool) {
	var operation *net.OpError
	if !errors.As(err, &operation) || operation.Op != "remote error" {
		return "", false
	}
	return strings.TrimPrefix(operation.Err.Error(), "tls: "), true
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Package keychain keeps API keys, passcodes and passphrases in the keychain of the operating system: the Secret Service
// on Linux, the login keychain on macOS, the credential manager on Windows. Nothing is ever written to a file.
//
// New opens nothing: the keychain is asked when a secret is needed. Where a computer has none (ErrUnavailable), the
// caller asks the user and gives the answer to Remember, which keeps it in memory until the program ends.
//
// A keychain may show a prompt and wait for its answer. So every call has a time limit and runs aside from the
// caller's goroutine; but it does wait for the result: never call from a goroutine that draws.
package keychain

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	keyring "github.com/zalando/go-keyring"
)

// Service is the name under which every secret lies in the system's keychain. The account tells them apart.
const Service = "EnrollBench"

const (
	// Limit is how long a call waits for a keychain that shows no prompt.
	Limit = 10 * time.Second
	// PromptLimit is how long a call waits where the keychain may be asking the user to unlock it.
	PromptLimit = 60 * time.Second
	// MaxBytes of a secret. Some keychains hold less: Windows 2,560 bytes with the date, macOS about 3,000.
	MaxBytes = 64 << 10
)

// backend is a keychain of a system. Its methods may block for as long as they like.
type backend interface {
	Get(service, account string) (string, error)
	Set(service, account, secret string) error
	Delete(service, account string) error
	// Ready says whether there is a keychain, whether it is locked, and whether the next call may show a prompt. It
	// never shows one itself.
	Ready(ctx context.Context) (state readiness, err error)
	// Explain finds out which of this package's errors the library's error is; nil for none that it knows.
	Explain(err error) error
}

// readiness is what is known before a call.
type readiness struct {
	locked  bool // the user has to unlock it first
	prompts bool // it may show a prompt: be patient
}

// Keychain is the system's keychain with a memory for what it could not take. Its methods are safe for concurrent use.
type Keychain struct {
	backend            backend
	limit, promptLimit time.Duration
	now                func() time.Time
	turn               chan struct{} // holds one token: prompts must not pile up, and the library's are not safe side by side

	mu         sync.Mutex
	remembered map[string]item
}

// New returns the keychain of this computer. It does not touch it yet.
func New() *Keychain { return newKeychain(system{}) }

func newKeychain(b backend) *Keychain {
	k := &Keychain{backend: b, limit: Limit, promptLimit: PromptLimit, now: time.Now,
		turn: make(chan struct{}, 1), remembered: map[string]item{}}
	k.turn <- struct{}{}
	return k
}

// Get returns the secret of an account: what was remembered in this run, else what the keychain holds. The caller wipes
// it. Errors match ErrNotFound, ErrLocked, ErrUnavailable, ErrRefused or ErrTimeout, or are the context's.
func (k *Keychain) Get(ctx context.Context, account string) ([]byte, error) {
	it, err := k.find(ctx, account)
	return it.secret, err
}

// Created returns when the secret of an account was stored or remembered, to the second. It is zero for one that another
// program put there.
func (k *Keychain) Created(ctx context.Context, account string) (time.Time, error) {
	it, err := k.find(ctx, account)
	clear(it.secret)
	return it.created, err
}

func (k *Keychain) find(ctx context.Context, account string) (item, error) {
	k.mu.Lock()
	it, ok := k.remembered[account]
	k.mu.Unlock()
	if ok {
		return item{created: it.created, secret: bytes.Clone(it.secret)}, nil
	}
	text, err := k.call(ctx, "read", account, nil, func(b backend) (string, error) { return b.Get(Service, account) })
	if err != nil {
		return item{}, err
	}
	return decode(text), nil
}

// Set stores the secret of an account with the time of day, and replaces what was there. An empty secret is an error.
// Where there is no keychain the error matches ErrUnavailable: Remember is what is left then.
func (k *Keychain) Set(ctx context.Context, account string, secret []byte) error {
	if len(secret) == 0 {
		return &Error{Operation: "store", Account: account, Kind: ErrRefused, Detail: "an empty secret protects nothing"}
	}
	if len(secret) > MaxBytes {
		return &Error{Operation: "store", Account: account, Kind: ErrTooLarge, Detail: fmt.Sprintf("%d bytes", len(secret))}
	}
	text := encode(item{created: k.now(), secret: secret})
	_, err := k.call(ctx, "store", account, secret, func(b backend) (string, error) { return "", b.Set(Service, account, text) })
	if err == nil {
		k.forget(account)
	}
	return err
}

// Delete removes the secret of an account from the keychain and from memory. An account that has none is ErrNotFound.
func (k *Keychain) Delete(ctx context.Context, account string) error {
	had := k.forget(account)
	_, err := k.call(ctx, "remove", account, nil, func(b backend) (string, error) { return "", b.Delete(Service, account) })
	if had && isAny(err, ErrNotFound, ErrUnavailable) {
		return nil
	}
	return err
}

// Remember keeps a copy of the secret in memory until the program ends or Set or Delete replaces it. It goes before what
// the keychain holds.
func (k *Keychain) Remember(account string, secret []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if old, ok := k.remembered[account]; ok {
		clear(old.secret)
	}
	k.remembered[account] = item{created: k.now().Truncate(time.Second), secret: bytes.Clone(secret)}
}

// Remembered tells whether the account's secret lies in memory only.
func (k *Keychain) Remembered(account string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, ok := k.remembered[account]
	return ok
}

func (k *Keychain) forget(account string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	old, ok := k.remembered[account]
	clear(old.secret)
	delete(k.remembered, account)
	return ok
}

// Check says whether the keychain can be used, without a prompt: nil, or an error that matches ErrLocked, ErrUnavailable
// or ErrTimeout.
func (k *Keychain) Check(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, k.limit)
	defer cancel()
	state, err := k.ready(limited)
	if err != nil {
		return k.explain(ctx, "open", "", nil, err, state)
	}
	if state.locked {
		return &Error{Operation: "open", Kind: ErrLocked}
	}
	return nil
}

// ready asks the backend aside from the caller's goroutine: a bus that hangs must not hang the caller.
func (k *Keychain) ready(ctx context.Context) (readiness, error) {
	type answer struct {
		state readiness
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		state, err := k.backend.Ready(ctx)
		answers <- answer{state, err}
	}()
	select {
	case a := <-answers:
		return a.state, a.err
	case <-ctx.Done():
		return readiness{}, ctx.Err()
	}
}

// call does one thing with the keychain within the time limit. When that is over the library's goroutine is left alone
// with its prompt, and the next call waits for it: one prompt at a time.
func (k *Keychain) call(ctx context.Context, operation, account string, secret []byte, do func(backend) (string, error)) (string, error) {
	short, cancel := context.WithTimeout(ctx, k.limit)
	defer cancel()
	state, err := k.ready(short)
	if err != nil {
		return "", k.explain(ctx, operation, account, secret, err, state)
	}
	limited := short
	if state.locked || state.prompts {
		long, cancel := context.WithTimeout(ctx, k.promptLimit)
		defer cancel()
		limited = long
	}
	select {
	case <-k.turn:
	case <-limited.Done():
		err := k.explain(ctx, operation, account, secret, limited.Err(), state)
		if e, ok := err.(*Error); ok {
			e.Detail = "an earlier prompt of it is still open"
		}
		return "", err
	}
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		defer func() { k.turn <- struct{}{} }()
		text, err := do(k.backend)
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		return a.text, k.explain(ctx, operation, account, secret, a.err, state)
	case <-limited.Done():
		return "", k.explain(ctx, operation, account, secret, limited.Err(), state)
	}
}

// explain puts an error into this package's words. Nothing of the secret gets into it.
func (k *Keychain) explain(ctx context.Context, operation, account string, secret []byte, err error, state readiness) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil { // the caller gave up, not the limit
		return ctx.Err()
	}
	e := &Error{Operation: operation, Account: account}
	switch {
	case isAny(err, context.DeadlineExceeded):
		e.Kind = ErrTimeout
		if state.locked {
			e.Kind = ErrLocked
		}
		return e
	case isAny(err, keyring.ErrNotFound):
		e.Kind = ErrNotFound
		return e
	case isAny(err, keyring.ErrSetDataTooBig):
		e.Kind = ErrTooLarge
		return e
	case isAny(err, keyring.ErrUnsupportedPlatform):
		e.Kind = ErrUnavailable
		return e
	}
	e.Kind = k.backend.Explain(err)
	if e.Kind == nil {
		e.Kind = ErrRefused
		if state.locked {
			e.Kind = ErrLocked
		}
	}
	if text := err.Error(); len(secret) == 0 || !bytes.Contains([]byte(text), secret) {
		e.Detail = text
	}
	return e
}

package keychain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/quick"
	"time"
	"unicode/utf8"

	keyring "github.com/zalando/go-keyring"
)

// trial is a keychain in memory that does what a test tells it.
type trial struct {
	mu      sync.Mutex
	items   map[string]string
	state   readiness
	stateOf error         // of Ready
	fails   error         // of every call
	waits   chan struct{} // every call waits for it
	calls   int
}

func (b *trial) do(f func() (string, error)) (string, error) {
	b.mu.Lock()
	b.calls++
	waits := b.waits
	b.mu.Unlock()
	if waits != nil {
		<-waits
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return "", b.fails
	}
	return f()
}

func (b *trial) Get(service, account string) (string, error) {
	return b.do(func() (string, error) {
		if s, ok := b.items[service+"|"+account]; ok {
			return s, nil
		}
		return "", keyring.ErrNotFound
	})
}

func (b *trial) Set(service, account, secret string) error {
	_, err := b.do(func() (string, error) { b.items[service+"|"+account] = secret; return "", nil })
	return err
}

func (b *trial) Delete(service, account string) error {
	_, err := b.do(func() (string, error) {
		if _, ok := b.items[service+"|"+account]; !ok {
			return "", keyring.ErrNotFound
		}
		delete(b.items, service+"|"+account)
		return "", nil
	})
	return err
}

func (b *trial) Ready(context.Context) (readiness, error) { return b.state, b.stateOf }

var errGone = errors.New("gone")

func (b *trial) Explain(err error) error {
	if errors.Is(err, errGone) {
		return ErrUnavailable
	}
	return nil
}

func trialKeychain() (*Keychain, *trial) {
	b := &trial{items: map[string]string{}}
	k := newKeychain(b)
	k.limit, k.promptLimit = 50*time.Millisecond, 150*time.Millisecond
	k.now = func() time.Time { return time.Date(2026, 11, 27, 9, 30, 15, 123, time.UTC) }
	return k, b
}

const account = "connection/abc/api-key"

func TestStoreReadReplaceRemove(t *testing.T) {
	k, b := trialKeychain()
	ctx := t.Context()
	if _, err := k.Get(ctx, account); !errors.Is(err, ErrNotFound) {
		t.Errorf("nothing there: %v", err)
	}
	for _, secret := range []string{"0123-key", "another key", " blanks ", "line\nbreak", "\xff\x00", plainPrefix + "x", "ünï日本"} {
		if err := k.Set(ctx, account, []byte(secret)); err != nil {
			t.Fatal(err)
		}
		got, err := k.Get(ctx, account)
		if err != nil || string(got) != secret {
			t.Errorf("%q came back as %q, %v", secret, got, err)
		}
		at, err := k.Created(ctx, account)
		if err != nil || !at.Equal(k.now().Truncate(time.Second)) {
			t.Errorf("created %v, %v", at, err)
		}
		if stored := b.items[Service+"|"+account]; !utf8.ValidString(stored) || strings.ContainsAny(stored, "\n\x00") {
			t.Errorf("stored as %q", stored)
		}
	}
	b.items[Service+"|"+account] = "put there by hand"
	if got, err := k.Get(ctx, account); err != nil || string(got) != "put there by hand" {
		t.Errorf("%q, %v", got, err)
	}
	if at, err := k.Created(ctx, account); err != nil || !at.IsZero() {
		t.Errorf("created %v, %v", at, err)
	}
	if err := k.Delete(ctx, account); err != nil {
		t.Error(err)
	}
	if err := k.Delete(ctx, account); !errors.Is(err, ErrNotFound) {
		t.Errorf("twice: %v", err)
	}
	if err := k.Set(ctx, account, nil); err == nil {
		t.Error("an empty secret was stored")
	}
	if err := k.Set(ctx, account, make([]byte, MaxBytes+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

func TestEveryItemComesBack(t *testing.T) {
	if err := quick.Check(func(secret []byte, seconds uint32) bool {
		it := item{time.Unix(int64(seconds), 0).UTC(), secret}
		back := decode(encode(it))
		return bytes.Equal(back.secret, secret) && back.created.Equal(it.created)
	}, nil); err != nil {
		t.Error(err)
	}
}

func TestErrorsAreToldApart(t *testing.T) {
	all := []error{ErrNotFound, ErrLocked, ErrUnavailable, ErrRefused, ErrTimeout, ErrTooLarge}
	for name, c := range map[string]struct {
		set  func(*trial)
		want error
	}{
		"not found":          {func(b *trial) { b.fails = keyring.ErrNotFound }, ErrNotFound},
		"too large":          {func(b *trial) { b.fails = keyring.ErrSetDataTooBig }, ErrTooLarge},
		"no platform":        {func(b *trial) { b.fails = keyring.ErrUnsupportedPlatform }, ErrUnavailable},
		"absent beforehand":  {func(b *trial) { b.stateOf = errGone }, ErrUnavailable},
		"absent in the call": {func(b *trial) { b.fails = errGone }, ErrUnavailable},
		"refused":            {func(b *trial) { b.fails = errors.New("no") }, ErrRefused},
		"prompt dismissed":   {func(b *trial) { b.fails = errors.New("no"); b.state.locked = true }, ErrLocked},
		"prompt left open":   {func(b *trial) { b.waits = make(chan struct{}); b.state.locked = true }, ErrLocked},
		"hangs":              {func(b *trial) { b.waits = make(chan struct{}) }, ErrTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			k, b := trialKeychain()
			c.set(b)
			if b.waits != nil {
				defer close(b.waits)
			}
			err := k.Set(t.Context(), account, []byte("s3cret-value"))
			for _, kind := range all {
				if errors.Is(err, kind) != (kind == c.want) {
					t.Errorf("%v matches %v: %v", err, kind, kind != c.want)
				}
			}
			if Advice(err) == "" || !strings.Contains(err.Error(), c.want.Error()) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v; %s", err, Advice(err))
			}
		})
	}
	k, b := trialKeychain()
	b.fails = fmt.Errorf("the service repeats s3cret-value")
	if err := k.Set(t.Context(), account, []byte("s3cret-value")); !errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v", err)
	}
}

func TestTimeLimits(t *testing.T) {
	k, b := trialKeychain()
	b.waits = make(chan struct{})
	b.items[Service+"|"+account] = "x"
	began := time.Now()
	if _, err := k.Get(t.Context(), account); !errors.Is(err, ErrTimeout) || time.Since(began) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	// The first call's prompt is still open: the next one opens no second.
	_, err := k.Get(t.Context(), account)
	b.mu.Lock()
	calls := b.calls
	b.mu.Unlock()
	if !errors.Is(err, ErrTimeout) || !strings.Contains(err.Error(), "still open") || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(5*time.Millisecond, cancel)
	if _, err := k.Get(ctx, account); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	close(b.waits) // the user answers after all
	b.mu.Lock()
	b.waits = nil
	b.mu.Unlock()
	deadline := time.Now().Add(5 * time.Second)
	for {
		if got, err := k.Get(t.Context(), account); err == nil && string(got) == "x" {
			return
		} else if time.Now().After(deadline) {
			t.Fatalf("%q, %v", got, err)
		}
	}
}

func TestMemory(t *testing.T) {
	k, b := trialKeychain()
	b.stateOf = errGone
	ctx := t.Context()
	secret := []byte("only for the run")
	if err := k.Set(ctx, account, secret); !errors.Is(err, ErrUnavailable) {
		t.Fatal(err)
	}
	k.Remember(account, secret)
	clear(secret) // the caller wipes its own
	got, err := k.Get(ctx, account)
	if err != nil || string(got) != "only for the run" || !k.Remembered(account) {
		t.Errorf("%q, %v", got, err)
	}
	clear(got)
	if again, err := k.Get(ctx, account); err != nil || string(again) != "only for the run" {
		t.Errorf("what was returned was the memory itself: %q, %v", again, err)
	}
	if at, err := k.Created(ctx, account); err != nil || at.IsZero() {
		t.Errorf("%v, %v", at, err)
	}
	if err := k.Delete(ctx, account); err != nil || k.Remembered(account) {
		t.Errorf("%v", err)
	}
	if _, err := k.Get(ctx, account); !errors.Is(err, ErrUnavailable) {
		t.Errorf("%v", err)
	}
	k.Remember(account, []byte("old"))
	b.stateOf = nil
	if err := k.Set(ctx, account, []byte("new")); err != nil || k.Remembered(account) {
		t.Errorf("%v", err)
	}
	if got, err := k.Get(ctx, account); err != nil || string(got) != "new" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	k, _ := trialKeychain()
	k.limit = 10 * time.Second
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			name, secret := fmt.Sprintf("key/%d", i), fmt.Appendf(nil, "secret %d", i)
			if err := k.Set(t.Context(), name, secret); err != nil {
				t.Error(err)
			}
			k.Remember(name, secret)
			if got, err := k.Get(t.Context(), name); err != nil || !bytes.Equal(got, secret) {
				t.Errorf("%q, %v", got, err)
			}
			if err := k.Delete(t.Context(), name); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

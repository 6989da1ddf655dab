package keychain

import (
	"errors"
	"fmt"
)

// Why a keychain did not do what was asked. Each *Error matches exactly one of them.
var (
	ErrNotFound    = errors.New("the keychain holds nothing under that name")
	ErrLocked      = errors.New("the keychain is locked")
	ErrUnavailable = errors.New("there is no keychain on this computer, or it does not run")
	ErrRefused     = errors.New("the keychain refused")
	ErrTimeout     = errors.New("the keychain did not answer in time")
	ErrTooLarge    = errors.New("the secret is too large for the keychain")
)

// Error says what was to be done with which account and why it was not. It never holds a secret.
type Error struct {
	Operation string // "read", "store", "remove", "open"
	Account   string // "" where it is about the keychain as a whole
	Kind      error  // one of this package's errors
	Detail    string // the system's own words, or ""
}

func (e *Error) Error() string {
	cause := e.Kind
	if e.Detail != "" {
		cause = fmt.Errorf("%w (%s)", e.Kind, e.Detail)
	}
	switch {
	case e.Account == "":
		return cause.Error()
	case e.Operation == "store":
		return fmt.Sprintf("cannot store %q: %v", e.Account, cause)
	case e.Operation == "remove":
		return fmt.Sprintf("cannot remove %q: %v", e.Account, cause)
	}
	return fmt.Sprintf("cannot read %q: %v", e.Account, cause)
}

// Unwrap makes errors.Is work with the kinds.
func (e *Error) Unwrap() error { return e.Kind }

// Advice is what the user can do about an error of this package, as one sentence; "" for any other error.
func Advice(err error) string {
	for _, a := range advice {
		if errors.Is(err, a.kind) {
			return a.text
		}
	}
	return ""
}

var advice = []struct {
	kind error
	text string
}{
	{ErrNotFound, "enter the key once; it is kept in the keychain from then on"},
	{ErrLocked, "unlock the keychain (log in to the desktop, or open its program and enter its password), then try again"},
	{ErrUnavailable, "start one (GNOME Keyring, KWallet or KeePassXC with the Secret Service), or enter the key for this run: it is then kept in memory only"},
	{ErrRefused, "allow EnrollBench to use the keychain when it asks, or look at the item in the keychain's own program"},
	{ErrTimeout, "look for a prompt of the keychain behind other windows and answer it, then try again"},
	{ErrTooLarge, "the keychain of Windows holds about 2.5 kB a secret: store the API key or the passphrase, not a private key"},
}

func isAny(err error, kinds ...error) bool {
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

package keychain

import (
	"context"
	"errors"

	"golang.org/x/sys/windows"
)

// Ready: the credential manager opens with the logon and never asks.
func (system) Ready(context.Context) (readiness, error) { return readiness{}, nil }

// Explain knows what CredRead, CredWrite and CredDelete answer (wincred.h).
func (system) Explain(err error) error {
	var code windows.Errno
	if !errors.As(err, &code) {
		return nil
	}
	switch code {
	case windows.ERROR_NOT_FOUND:
		return ErrNotFound
	case windows.ERROR_NO_SUCH_LOGON_SESSION, windows.ERROR_NOT_SUPPORTED, windows.ERROR_SERVICE_DISABLED, windows.RPC_S_SERVER_UNAVAILABLE:
		return ErrUnavailable // no profile of the user is loaded: a service, a network logon
	case windows.ERROR_ACCESS_DENIED:
		return ErrRefused
	case windows.ERROR_BAD_LENGTH, windows.RPC_X_BAD_STUB_DATA:
		return ErrTooLarge
	}
	return nil
}

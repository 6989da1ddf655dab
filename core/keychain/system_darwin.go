package keychain

import (
	"context"
	"errors"
	"os/exec"
)

// Ready: the login keychain is always there. Whether it is locked shows only when it is used, and then it may ask.
func (system) Ready(context.Context) (readiness, error) { return readiness{prompts: true}, nil }

// Exit statuses of the security tool: the low octet of the OSStatus (SecBase.h).
const (
	statusCancelled            = 128 // errSecUserCanceled, -128
	statusInteractionForbidden = 36  // errSecInteractionNotAllowed, -25308: locked, and nobody to ask
	statusAuthFailed           = 51  // errSecAuthFailed, -25293
	statusNotFound             = 44  // errSecItemNotFound, -25300
	statusNoKeychain           = 50  // errSecNoSuchKeychain, -25294
	statusNoDefault            = 37  // errSecNoDefaultKeychain, -25307
)

// Explain knows the statuses of the security tool, which the library calls.
func (system) Explain(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return ErrUnavailable
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return nil
	}
	switch exit.ExitCode() {
	case statusCancelled, statusAuthFailed:
		return ErrRefused
	case statusInteractionForbidden:
		return ErrLocked
	case statusNotFound:
		return ErrNotFound
	case statusNoKeychain, statusNoDefault:
		return ErrUnavailable
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
)

// The exit statuses that scripts rely on.
const (
	exitOK          = 0
	exitFindings    = 1 // findings of severity error, nothing written
	exitUsage       = 2
	exitFailed      = 3 // it could not be done: file, network, wrong key, integrity
	exitInterrupted = 130
)

// errFindings ends a command whose report has errors; the report was shown already.
var errFindings = errors.New("the input has errors")

// usageError is about the command line itself.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

// stoppedError ends a command that runs until it is told to stop.
type stoppedError struct{ message string }

func (e *stoppedError) Error() string { return e.message }
func (e *stoppedError) Unwrap() error { return context.Canceled }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

func exitStatus(ctx context.Context, err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, errFindings):
		return exitFindings
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitFailed
}

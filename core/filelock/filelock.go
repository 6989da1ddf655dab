// Package filelock holds the advisory lock of an open file, by which programs on one computer tell whether another one is at
// work. The lock goes with the file's Close or with the program's end, however that comes.
//
//   - Try answers at once: for a journal, a claim or a note that only its living owner may touch.
//   - Wait waits for the other holder: for a settings file that is read, changed and written.
//   - Release gives the lock back at once. Close alone does not while a child that this program is starting still has the file,
//     and Windows takes its time.
//
// Two open files hold against each other also within one program. Where the file system has no locks (some network shares) or
// the system has none that we know, the answer is Unknown: each caller says what that means to it.
package filelock

import (
	"errors"
	"os"
	"slices"
)

// Answer is what Try found.
type Answer int

// The answers of Try.
const (
	Unknown Answer = iota // there are no locks here, or the system would not say
	Taken                 // nobody held it; now it is ours
	Held                  // another program, or another open file of this one, holds it
)

// call asks the system once, so that tests can have it refused.
var call = lock

// Try takes the lock of a file that is open for writing, and does not wait.
func Try(f *os.File) Answer {
	switch err := take(f, false); {
	case err == nil:
		return Taken
	case is(err, held):
		return Held
	}
	return Unknown
}

// Wait takes the lock of a file that is open for writing, after every other holder let go of it. A file system without locks
// grants it: there two programs must not change one file at the same time. Errors are those of the file system.
func Wait(f *os.File) error {
	if err := take(f, true); err != nil && !is(err, none) {
		return &os.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
	return nil
}

// Release gives the lock back.
func Release(f *os.File) { unlock(f) }

// take repeats what a signal interrupted: Go's own scheduler sends them.
func take(f *os.File, wait bool) error {
	for {
		if err := call(f, wait); !is(err, again) {
			return err
		}
	}
}

func is(err error, kinds []error) bool {
	return slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) })
}

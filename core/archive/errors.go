package archive

import "fmt"

// Error is a violation of the format or of its rules.
type Error struct {
	Entry  int    // index from 0; -1 where the archive as a whole is meant
	Name   string // of the entry
	Reason string // in words: what is wrong
	Err    error  // what failed below, or nil
}

// Error names the entry, counted from 1 as people do.
func (e *Error) Error() string {
	reason := e.Reason
	if e.Err != nil {
		reason += ": " + e.Err.Error()
	}
	if e.Entry < 0 {
		return "zip archive: " + reason
	}
	return fmt.Sprintf("zip entry %d (%q): %s", e.Entry+1, e.Name, reason)
}

// Unwrap gives the cause, so that an I/O error below can be told from a hostile archive.
func (e *Error) Unwrap() error { return e.Err }

// LimitError is a limit that an archive exceeds.
type LimitError struct {
	What  string // what is limited, in the plural: "entries"
	Value int64  // what the archive has
	Max   int64  // what is allowed
	Name  string // of the entry, where it is about one
}

func (e *LimitError) Error() string {
	if e.Name != "" {
		return fmt.Sprintf("zip entry %q: %d %s, the limit is %d", e.Name, e.Value, e.What, e.Max)
	}
	return fmt.Sprintf("zip archive: %d %s, the limit is %d", e.Value, e.What, e.Max)
}

// whole is an error about the archive itself.
func whole(format string, args ...any) *Error {
	return &Error{Entry: -1, Reason: fmt.Sprintf(format, args...)}
}

// entryError is an error about entry i.
func (z *Reader) entryError(i int, err error, format string, args ...any) *Error {
	name, nameErr := z.name(i)
	if nameErr != nil {
		name = "?"
	}
	return &Error{Entry: i, Name: name, Reason: fmt.Sprintf(format, args...), Err: err}
}

//go:build !linux

package files

import "context"

// Portal exists on Linux alone.
type Portal struct{}

// Files implements Chooser.
func (Portal) Files(context.Context, Options) ([]string, error) {
	return nil, ErrNone
}

// Folder implements Chooser.
func (Portal) Folder(context.Context, Options) (string, error) {
	return "", ErrNone
}

// Save implements Chooser.
func (Portal) Save(context.Context, Options) (string, bool, error) {
	return "", false, ErrNone
}

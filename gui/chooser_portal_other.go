//go:build !linux

package gui

import "context"

// portalChooser exists on Linux alone.
type portalChooser struct{}

// Files implements Chooser.
func (portalChooser) Files(context.Context, ChooserOptions) ([]string, error) {
	return nil, errNoChooser
}

// Folder implements Chooser.
func (portalChooser) Folder(context.Context, ChooserOptions) (string, error) {
	return "", errNoChooser
}

// Save implements Chooser.
func (portalChooser) Save(context.Context, ChooserOptions) (string, bool, error) {
	return "", false, errNoChooser
}

package files

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"github.com/ncruces/zenity"
)

// nativeChooser shows the operating system's own dialogs (on Linux, those of the zenity program where it is installed).
type Native struct {
	Window fyne.Window // that the dialogs belong to; on Windows alone they know how
}

func (n Native) options(ctx context.Context, o Options, more ...zenity.Option) []zenity.Option {
	out := append([]zenity.Option{zenity.Context(ctx), zenity.Title(o.Title)}, more...)
	out = append(out, n.owned()...)
	name := o.Name
	if o.Folder != "" {
		name = filepath.Join(o.Folder, o.Name)
		if o.Name == "" {
			name += string(filepath.Separator)
		}
	}
	if name != "" {
		out = append(out, zenity.Filename(name))
	}
	if len(o.Ends) > 0 {
		var patterns []string
		for _, e := range o.Ends {
			patterns = append(patterns, "*"+e)
		}
		out = append(out, zenity.FileFilters{{Name: o.Kind, Patterns: patterns, CaseFold: true}, {Name: "*", Patterns: []string{"*"}}})
	}
	return out
}

func zenityError(err error) error {
	switch {
	case errors.Is(err, zenity.ErrCanceled):
		return nil
	case err == nil, errors.Is(err, context.Canceled):
		return err
	}
	return ErrNone
}

// Files implements Chooser.
func (n Native) Files(ctx context.Context, o Options) ([]string, error) {
	if !zenity.IsAvailable() {
		return nil, ErrNone
	}
	defer apartment()()
	paths, err := zenity.SelectFileMultiple(n.options(ctx, o)...)
	return paths, zenityError(err)
}

// Folder implements Chooser.
func (n Native) Folder(ctx context.Context, o Options) (string, error) {
	if !zenity.IsAvailable() {
		return "", ErrNone
	}
	defer apartment()()
	path, err := zenity.SelectFile(n.options(ctx, o, zenity.Directory())...)
	return path, zenityError(err)
}

// Save implements Chooser.
func (n Native) Save(ctx context.Context, o Options) (string, bool, error) {
	if !zenity.IsAvailable() {
		return "", false, ErrNone
	}
	defer apartment()()
	path, err := zenity.SelectFileSave(n.options(ctx, o, zenity.ConfirmOverwrite())...)
	if err = zenityError(err); err != nil || path == "" {
		return "", false, err
	}
	_, missing := os.Lstat(path)
	return path, missing == nil, nil
}

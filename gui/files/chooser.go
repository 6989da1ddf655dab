package files

import (
	"context"
	"errors"
)

// Chooser lets the user point at files. Its methods wait for the user: they are called off the UI thread. An empty
// answer means that the user thought better of it.
type Chooser interface {
	// Files picks any number of files.
	Files(ctx context.Context, o Options) ([]string, error)
	// Folder picks one folder.
	Folder(ctx context.Context, o Options) (string, error)
	// Save picks a path to write to. agreed says that a file stands there and the user was asked whether to replace it.
	Save(ctx context.Context, o Options) (path string, agreed bool, err error)
}

// ChooserOptions say what a chooser shows.
type Options struct {
	Title  string
	Folder string   // where to begin, "" for wherever
	Name   string   // to save under
	Kind   string   // of files, in words
	Ends   []string // of file names, with the dot; none for any
}

// errNoChooser is the answer of a chooser that does not work here.
var ErrNone = errors.New("no file dialog of this kind answers")

// firstChooser asks one after the other until one works here.
type First []Chooser

// Files implements Chooser.
func (f First) Files(ctx context.Context, o Options) ([]string, error) {
	for _, c := range f {
		if paths, err := c.Files(ctx, o); !errors.Is(err, ErrNone) {
			return paths, err
		}
	}
	return nil, ErrNone
}

// Folder implements Chooser.
func (f First) Folder(ctx context.Context, o Options) (string, error) {
	for _, c := range f {
		if path, err := c.Folder(ctx, o); !errors.Is(err, ErrNone) {
			return path, err
		}
	}
	return "", ErrNone
}

// Save implements Chooser.
func (f First) Save(ctx context.Context, o Options) (string, bool, error) {
	for _, c := range f {
		if path, agreed, err := c.Save(ctx, o); !errors.Is(err, ErrNone) {
			return path, agreed, err
		}
	}
	return "", false, ErrNone
}

package files

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
)

type brokenChooser struct{ err error }

func (b brokenChooser) Files(context.Context, Options) ([]string, error) { return nil, b.err }
func (b brokenChooser) Folder(context.Context, Options) (string, error)  { return "", b.err }
func (b brokenChooser) Save(context.Context, Options) (string, bool, error) {
	return "", false, b.err
}

type workingChooser struct{}

func (workingChooser) Files(context.Context, Options) ([]string, error)    { return []string{"/a"}, nil }
func (workingChooser) Folder(context.Context, Options) (string, error)     { return "/b", nil }
func (workingChooser) Save(context.Context, Options) (string, bool, error) { return "/c", true, nil }

func TestFirstChooserThatWorks(t *testing.T) {
	ctx := context.Background()
	c := First{brokenChooser{ErrNone}, workingChooser{}}
	if got, err := c.Files(ctx, Options{}); err != nil || !slices.Equal(got, []string{"/a"}) {
		t.Errorf("files %q, %v", got, err)
	}
	if got, err := c.Folder(ctx, Options{}); err != nil || got != "/b" {
		t.Errorf("folder %q, %v", got, err)
	}
	if got, agreed, err := c.Save(ctx, Options{}); err != nil || got != "/c" || !agreed {
		t.Errorf("save %q, %v, %v", got, agreed, err)
	}
	boom := errors.New("boom")
	c = First{brokenChooser{boom}, workingChooser{}}
	if _, err := c.Files(ctx, Options{}); !errors.Is(err, boom) {
		t.Errorf("a failure of a dialog that was open led to another dialog: %v", err)
	}
	if _, err := (First{}).Folder(ctx, Options{}); !errors.Is(err, ErrNone) {
		t.Errorf("no chooser at all: %v", err)
	}
}

func TestSaveProblem(t *testing.T) {
	dir := t.TempDir()
	for path, bad := range map[string]bool{
		filepath.Join(dir, "x.zip"):       false,
		"":                                true,
		"x.zip":                           true,
		filepath.Join(dir, "no", "x.zip"): true,
	} {
		if got := saveProblem(path); (got != "") != bad {
			t.Errorf("%q: %q", path, got)
		}
	}
}

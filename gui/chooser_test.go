package gui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
)

type brokenChooser struct{ err error }

func (b brokenChooser) Files(context.Context, ChooserOptions) ([]string, error) { return nil, b.err }
func (b brokenChooser) Folder(context.Context, ChooserOptions) (string, error)  { return "", b.err }
func (b brokenChooser) Save(context.Context, ChooserOptions) (string, bool, error) {
	return "", false, b.err
}

func TestFirstChooserThatWorks(t *testing.T) {
	ctx := context.Background()
	c := firstChooser{brokenChooser{errNoChooser}, &fakeChooser{files: []string{"/a"}, folder: "/b", save: "/c", agreed: true}}
	if got, err := c.Files(ctx, ChooserOptions{}); err != nil || !slices.Equal(got, []string{"/a"}) {
		t.Errorf("files %q, %v", got, err)
	}
	if got, err := c.Folder(ctx, ChooserOptions{}); err != nil || got != "/b" {
		t.Errorf("folder %q, %v", got, err)
	}
	if got, agreed, err := c.Save(ctx, ChooserOptions{}); err != nil || got != "/c" || !agreed {
		t.Errorf("save %q, %v, %v", got, agreed, err)
	}
	boom := errors.New("boom")
	c = firstChooser{brokenChooser{boom}, &fakeChooser{files: []string{"/a"}}}
	if _, err := c.Files(ctx, ChooserOptions{}); !errors.Is(err, boom) {
		t.Errorf("a failure of a dialog that was open led to another dialog: %v", err)
	}
	if _, err := (firstChooser{}).Folder(ctx, ChooserOptions{}); !errors.Is(err, errNoChooser) {
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

func TestParsePaths(t *testing.T) {
	home, err := os.UserHomeDir()
	if err != nil {
		t.Skip("no home folder here")
	}
	got := parsePaths("copy\nfile:///data/a%20b/%C3%BC.csr\n'/x y.csr'\n\n  /plain.csr\t\n~/z.csr\nfile://%zz\n")
	want := []string{"/data/a b/ü.csr", "/x y.csr", "/plain.csr", filepath.Join(home, "z.csr")}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if looksLikePaths("hello\n/x") || looksLikePaths("") || !looksLikePaths("/x\n/y") {
		t.Error("what is on the clipboard is taken for paths, or not, wrongly")
	}
}

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&csr.ChangedError{At: finding.Location{File: "a.csr"}, Reason: "x"}, "a.csr"},
		{fmt.Errorf("open: %w", fs.ErrPermission), "may not read or write"},
		{fmt.Errorf("open: %w", fs.ErrNotExist), "not there any more"},
		{fmt.Errorf("x: %w", csr.ErrNothingReady), "No CSR"},
		{fmt.Errorf("x: %w", fs.ErrExist), "Choose another name"},
		{&PanicError{Value: "x"}, "defect"},
		{errors.New("strange"), "copy the details"},
	} {
		p := explain("It failed", c.err)
		if !strings.Contains(p.Text, c.want) || p.Raw != c.err.Error() || p.Title != "It failed" {
			t.Errorf("%v: %+v, want a text with %q", c.err, p, c.want)
		}
	}
}

func TestVisible(t *testing.T) {
	if got := visible("a\u202eb\x00c\nü"); got != "a\ufffdb\ufffdc\ufffdü" {
		t.Errorf("%q", got)
	}
	for in, want := range map[string]string{"do it": "Do it.", "RSA key": "RSA key.", "": "", "wait…": "Wait…", "is it?": "Is it?"} {
		if got := sentence(in); got != want {
			t.Errorf("sentence(%q) = %q, want %q", in, got, want)
		}
	}
}

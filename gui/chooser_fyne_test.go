package gui

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"

	"enrollbench/core/progress"
)

func TestToolkitDialogsOpenAndGiveUp(t *testing.T) {
	r := newRig(t)
	c := fyneChooser{window: r.window, post: r.tasks.post, ask: r.Ask}
	for name, work := range map[string]func(context.Context) error{
		"files": func(ctx context.Context) error {
			_, err := c.Files(ctx, ChooserOptions{Title: "x", Folder: t.TempDir()})
			return err
		},
		"folder": func(ctx context.Context) error { _, err := c.Folder(ctx, ChooserOptions{Title: "x"}); return err },
		"save":   func(ctx context.Context) error { _, _, err := c.Save(ctx, ChooserOptions{Title: "x"}); return err },
	} {
		var got error
		ended := false
		Run(r.asking, "", func(ctx context.Context, _ progress.Func) (int, error) { return 0, work(ctx) },
			func(_ int, err error) { got, ended = err, true })
		r.until(func() bool { return r.window.Canvas().Overlays().Top() != nil })
		r.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		r.until(func() bool { return ended && r.window.Canvas().Overlays().Top() == nil })
		if name != "save" && !cancelled(got) {
			t.Errorf("%s: cancelling gave %v", name, got)
		}
	}
}

func TestToolkitSave(t *testing.T) {
	r, dir := newRig(t), t.TempDir()
	c := fyneChooser{window: r.window, post: r.tasks.post, ask: r.Ask}
	save := func(answer int) (got string) {
		ended := false
		Run(r.asking, "", func(ctx context.Context, _ progress.Func) (string, error) {
			path, agreed, err := c.Save(ctx, ChooserOptions{Title: "Save", Folder: dir, Name: "up.zip"})
			if agreed {
				t.Error("nobody was asked, and it is said that somebody agreed")
			}
			return path, err
		}, func(path string, err error) { got, ended = path, true })
		r.until(func() bool { return len(r.dialogs) > 0 })
		r.dialog().Take(answer)
		r.until(func() bool { return ended })
		return got
	}
	if got := save(1); got != filepath.Join(dir, "up.zip") {
		t.Errorf("saving gave %q", got)
	}
	if got := save(0); got != "" {
		t.Errorf("going back gave %q", got)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("asking for a name left %v", left)
	}
}

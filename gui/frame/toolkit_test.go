package frame_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"

	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
)

func TestToolkitDialogsOpenAndGiveUp(t *testing.T) {
	r := newRig(t)
	c := files.Toolkit{Window: r.Window(), Post: r.Tasks().Post, Ask: r.Ask}
	for name, work := range map[string]func(context.Context) error{
		"files": func(ctx context.Context) error {
			_, err := c.Files(ctx, files.Options{Title: "x", Folder: t.TempDir()})
			return err
		},
		"folder": func(ctx context.Context) error { _, err := c.Folder(ctx, files.Options{Title: "x"}); return err },
		"save":   func(ctx context.Context) error { _, _, err := c.Save(ctx, files.Options{Title: "x"}); return err },
	} {
		var got error
		ended, lane := false, r.Asking()
		frame.Run(lane, "", func(ctx context.Context, _ progress.Func) (int, error) { return 0, work(ctx) },
			func(_ int, err error) { got, ended = err, true })
		r.Until(func() bool { return r.Canvas().Overlays().Top() != nil })
		r.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		r.Until(func() bool { return ended && r.Canvas().Overlays().Top() == nil })
		if name != "save" && !frame.Cancelled(got) {
			t.Errorf("%s: cancelling gave %v", name, got)
		}
	}
}

func TestToolkitSave(t *testing.T) {
	r, dir := newRig(t), t.TempDir()
	c := files.Toolkit{Window: r.Window(), Post: r.Tasks().Post, Ask: r.Ask}
	save := func(answer int) (got string) {
		ended, lane := false, r.Asking()
		frame.Run(lane, "", func(ctx context.Context, _ progress.Func) (string, error) {
			path, agreed, err := c.Save(ctx, files.Options{Title: "Save", Folder: dir, Name: "up.zip"})
			if agreed {
				t.Error("nobody was asked, and it is said that somebody agreed")
			}
			return path, err
		}, func(path string, err error) { got, ended = path, true })
		r.Until(func() bool { return len(r.Dialogs()) > 0 })
		r.Dialog().Take(answer)
		r.Until(func() bool { return ended })
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

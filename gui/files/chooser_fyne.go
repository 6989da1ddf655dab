package files

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"enrollbench/gui/widgets"
)

// fyneChooser shows the toolkit's own dialogs, which work everywhere and pick one file at a time.
type Toolkit struct {
	Window fyne.Window
	Post   func(func())
	Ask    func(*widgets.Dialog)
}

type picked struct {
	path string
	err  error
}

// wait shows a dialog on the UI thread and waits for its answer.
func (f Toolkit) wait(ctx context.Context, show func(answer func(string, error)) dialog.Dialog) (string, error) {
	answers := make(chan picked, 1)
	var open dialog.Dialog
	f.Post(func() {
		open = show(func(path string, err error) {
			select {
			case answers <- picked{path, err}:
			default:
			}
		})
	})
	select {
	case p := <-answers:
		return p.path, p.err
	case <-ctx.Done():
		f.Post(func() {
			if open != nil {
				open.Hide()
			}
		})
		return "", ctx.Err()
	}
}

func (f Toolkit) prepare(d *dialog.FileDialog, o Options) dialog.Dialog {
	if o.Folder != "" {
		if l, err := storage.ListerForURI(storage.NewFileURI(o.Folder)); err == nil {
			d.SetLocation(l)
		}
	}
	d.SetTitleText(o.Title)
	d.Show()
	size := f.Window.Canvas().Size()
	d.Resize(fyne.NewSize(min(size.Width-40, 900), min(size.Height-40, 640))) // needs a dialog that was shown
	return d
}

// Files implements Chooser.
func (f Toolkit) Files(ctx context.Context, o Options) ([]string, error) {
	path, err := f.wait(ctx, func(answer func(string, error)) dialog.Dialog {
		return f.prepare(dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
			if r == nil {
				answer("", err)
				return
			}
			answer(r.URI().Path(), errors.Join(err, r.Close()))
		}, f.Window), o)
	})
	if path == "" {
		return nil, err
	}
	return []string{path}, err
}

// Folder implements Chooser.
func (f Toolkit) Folder(ctx context.Context, o Options) (string, error) {
	return f.wait(ctx, func(answer func(string, error)) dialog.Dialog {
		return f.prepare(dialog.NewFolderOpen(func(l fyne.ListableURI, err error) {
			if l == nil {
				answer("", err)
				return
			}
			answer(l.Path(), err)
		}, f.Window), o)
	})
}

// Save implements Chooser with a line for the path: the toolkit's own dialog would create the file before anything is
// written to it.
func (f Toolkit) Save(ctx context.Context, o Options) (string, bool, error) {
	path, err := f.wait(ctx, func(answer func(string, error)) dialog.Dialog {
		return f.showSave(o, answer)
	})
	return path, false, err
}

package files

import (
	"errors"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"enrollbench/core/osfile"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// hiding makes a *widgets.Dialog look like one of the toolkit's to fyneChooser.
type hiding struct {
	dialog.Dialog
	hide func()
}

func (h hiding) Hide() { h.hide() }

// showSave asks for a path in a line of text, with a way to browse for the folder.
func (f Toolkit) showSave(o Options, answer func(string, error)) dialog.Dialog {
	folder := o.Folder
	if folder == "" {
		folder, _ = os.UserHomeDir()
	}
	entry := widgets.NewEntry()
	entry.SetText(filepath.Join(folder, o.Name))
	problem := widgets.NewParagraph("").Small()
	problem.Color = look.Failed.Color()
	d := &widgets.Dialog{State: look.Notice, Title: o.Title, Text: words.T("save.where")}
	check := func(string) {
		reason := saveProblem(entry.Text)
		problem.SetText(reason)
		d.Enable(1, reason == "")
	}
	var browser dialog.Dialog
	d.OnClosed = func() {
		if browser != nil {
			browser.Hide()
		}
	}
	browse := widgets.NewButton(words.T("save.browse"), look.Icon("folder"), func() {
		browser = f.prepare(dialog.NewFolderOpen(func(l fyne.ListableURI, err error) {
			if l != nil && err == nil {
				entry.SetText(filepath.Join(l.Path(), filepath.Base(entry.Text)))
			}
		}, f.Window), Options{Title: o.Title, Folder: filepath.Dir(entry.Text)})
	})
	d.Body = widgets.Down(look.Gap/2, container.NewBorder(nil, nil, nil, browse, entry), problem)
	d.Answers = []widgets.Answer{
		{Text: words.T("dialog.back"), Act: func() { answer("", nil) }},
		{Text: words.T("save.save"), Act: func() { answer(entry.Text, nil) }},
	}
	entry.OnSubmitted = func(string) {
		if saveProblem(entry.Text) == "" {
			d.Take(1)
		}
	}
	d.FocusFirst(entry)
	f.Ask(d)
	entry.OnChanged = check
	check("")
	return hiding{hide: d.Cancel}
}

// saveProblem says why nothing can be written to path, "" if it can as far as can be seen.
func saveProblem(path string) string {
	if path == "" || filepath.Base(path) == "." {
		return words.T("save.no-name")
	}
	if !filepath.IsAbs(path) {
		return words.T("save.relative")
	}
	var reserved *osfile.ReservedError
	if errors.As(osfile.CheckPath(path), &reserved) {
		return words.T("problem.reserved", "Name", reserved.Name)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return words.T("save.no-folder", "Folder", filepath.Dir(path))
	}
	return ""
}

package gui

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// shortcuts binds the keys that work everywhere. They do nothing while a dialog asks.
func (a *App) shortcuts() {
	c := a.window.Canvas()
	bind := func(key fyne.KeyName, act func()) {
		c.AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}, func(fyne.Shortcut) {
			if !a.covered() {
				act()
			}
		})
	}
	digits := []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6, fyne.Key7}
	for i, k := range digits {
		bind(k, func() { a.showTab(i) })
	}
	bind(fyne.KeyO, func() { a.current().open() })
	bind(fyne.KeyS, func() { a.current().save() })
	bind(fyne.KeyF, func() { a.current().find() })
	bind(fyne.KeyH, func() {
		if e, ok := a.current().(editing); ok {
			e.replace()
		}
	})
	bind(fyne.KeyK, a.showKeys)
	bind(fyne.KeyJ, a.startCurrent)
	bind(fyne.KeyQ, a.onClose)
	c.AddShortcut(&fyne.ShortcutUndo{}, func(fyne.Shortcut) {
		if !a.covered() {
			a.current().undo()
		}
	})
	c.AddShortcut(&fyne.ShortcutRedo{}, func(fyne.Shortcut) {
		if e, ok := a.current().(editing); ok && !a.covered() {
			e.redo()
		}
	})
	c.AddShortcut(&fyne.ShortcutPaste{}, func(fyne.Shortcut) {
		if !a.covered() {
			a.current().paste(a.fyne.Clipboard().Content())
		}
	})
	c.SetOnTypedKey(a.onKey)
}

// editing is a tab whose content is edited.
type editing interface {
	redo()            // Ctrl+Y
	replace()         // Ctrl+H
	previousProblem() // Shift+F8
}

// shifted says whether Shift is down: the toolkit tells no modifiers with a key that is typed.
func (a *App) shifted() bool {
	d, ok := a.fyne.Driver().(desktop.Driver)
	return ok && d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
}

// covered says whether a dialog or menu lies over the window.
func (a *App) covered() bool { return len(a.dialogs) > 0 || a.window.Canvas().Overlays().Top() != nil }

// onKey handles the keys that need no Ctrl; widgets with the focus pass them on.
func (a *App) onKey(ev *fyne.KeyEvent) {
	if n := len(a.dialogs); n > 0 {
		if ev.Name == fyne.KeyEscape {
			a.dialogs[n-1].Cancel()
		}
		return
	}
	if a.covered() {
		if ev.Name == fyne.KeyEscape {
			a.asking.Cancel() // the toolkit's file dialog has no key of its own
		}
		return
	}
	switch ev.Name {
	case fyne.KeyF1:
		a.help()
	case fyne.KeyF5:
		a.current().recheck()
	case fyne.KeyF8:
		if e, ok := a.current().(editing); ok && a.shifted() {
			e.previousProblem()
			return
		}
		a.current().nextProblem()
	case fyne.KeyEscape:
		if a.toast.Note() != nil {
			a.toast.Clear()
			return
		}
		a.current().escape()
	}
}

// help shows what the keys do.
func (a *App) help() {
	ctrl := "Ctrl"
	if runtime.GOOS == "darwin" {
		ctrl = "⌘"
	}
	lines := []struct{ keys, does string }{
		{ctrl + "+1 … " + ctrl + "+7", lang.X("help.tabs", "Go to a tab")},
		{ctrl + "+K", lang.X("help.key", "The key to encrypt to")},
		{ctrl + "+O", lang.X("help.open", "Add or choose files")},
		{ctrl + "+V", lang.X("help.paste", "Add the paths on the clipboard")},
		{ctrl + "+S", lang.X("help.save", "Do what the tab's main button does: save, open, export")},
		{ctrl + "+J", lang.X("help.start", "Start a batch job with what the tab holds")},
		{ctrl + "+F", lang.X("help.find", "Find in the list")},
		{"F5", lang.X("help.recheck", "Check again: read all files anew")},
		{"F8", lang.X("help.next", "Go to the next problem; with Shift to the one before")},
		{lang.X("key.delete", "Delete"), lang.X("help.remove", "Remove the selected entries from the list")},
		{ctrl + "+Z", lang.X("help.undo", "Undo the last change of the list")},
		{ctrl + "+Y", lang.X("help.redo", "Do again what was undone")},
		{ctrl + "+H", lang.X("help.replace", "Find and replace in the CSV")},
		{ctrl + "+C", lang.X("help.copy", "Copy the selected rows")},
		{lang.X("key.escape", "Esc"), lang.X("help.escape", "Cancel what runs, close what is open")},
		{"F1", lang.X("help.help", "This page")},
	}
	grid := container.New(layout.NewFormLayout())
	for _, l := range lines {
		grid.Add(widgets.Middle(widgets.NewText(l.keys).Mono()))
		grid.Add(widgets.Inset(2, look.Gap, widgets.NewText(l.does)))
	}
	a.ask(&widgets.Dialog{State: look.Notice, Title: lang.X("help.title", "Keys"), Body: grid,
		Text:    lang.X("help.text", "Drop CSR files, folders, ZIPs, a CSV or the result of a job anywhere on the window. Everything here can also be done with the enrollctl command."),
		Answers: []widgets.Answer{{Text: lang.X("dialog.close", "Close")}}})
}

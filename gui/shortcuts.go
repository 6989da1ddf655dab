package gui

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
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
		{ctrl + "+1 … " + ctrl + "+7", words.T("help.tabs")},
		{ctrl + "+K", words.T("help.key")},
		{ctrl + "+O", words.T("help.open")},
		{ctrl + "+V", words.T("help.paste")},
		{ctrl + "+S", words.T("help.save")},
		{ctrl + "+J", words.T("help.start")},
		{ctrl + "+F", words.T("help.find")},
		{"F5", words.T("help.recheck")},
		{"F8", words.T("help.next")},
		{words.T("key.delete"), words.T("help.remove")},
		{ctrl + "+Z", words.T("help.undo")},
		{ctrl + "+Y", words.T("help.redo")},
		{ctrl + "+H", words.T("help.replace")},
		{ctrl + "+C", words.T("help.copy")},
		{words.T("key.escape"), words.T("help.escape")},
		{"F1", words.T("help.help")},
	}
	grid := container.New(layout.NewFormLayout())
	for _, l := range lines {
		grid.Add(widgets.Middle(widgets.NewText(l.keys).Mono()))
		grid.Add(widgets.Inset(2, look.Gap, widgets.NewText(l.does)))
	}
	a.ask(&widgets.Dialog{State: look.Notice, Title: words.T("help.title"), Body: grid,
		Text:    words.T("help.text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.close")}}})
}

package frame

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"enrollbench/gui/words"
)

// shortcuts binds the keys that work everywhere. They do nothing while a dialog asks.
func (a *Frame) shortcuts() {
	c := a.Canvas()
	add := func(s fyne.Shortcut, act func()) {
		c.AddShortcut(s, func(fyne.Shortcut) {
			if !a.Covered() {
				act()
			}
		})
	}
	bind := func(key fyne.KeyName, act func()) {
		add(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}, act)
	}
	digits := []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6, fyne.Key7}
	for i, k := range digits {
		bind(k, func() { a.showRoom(i) })
	}
	bind(fyne.Key8, func() {
		if a.layout.Line != nil {
			a.layout.Line()
		}
	})
	bind(fyne.KeyO, a.OpenHere)
	bind(fyne.KeyS, func() { with(a, Saver.Save) })
	bind(fyne.KeyF, func() { with(a, Finder.Find) })
	bind(fyne.KeyH, func() { with(a, Editor.Replace) })
	bind(fyne.KeyK, a.ShowKeys)
	bind(fyne.KeyJ, a.StartHere)
	bind(fyne.KeyQ, a.OnClose)
	add(&fyne.ShortcutUndo{}, func() { with(a, Undoer.Undo) })
	add(&fyne.ShortcutRedo{}, func() { with(a, Editor.Redo) })
	add(&fyne.ShortcutPaste{}, func() { with(a, func(p Paster) { p.Paste(a.Clipboard().Content()) }) })
	c.SetOnTypedKey(a.OnKey)
}

// with lets the room in front act, if it is one that can.
func with[T any](a *Frame, act func(T)) {
	if r, ok := a.Current().(T); ok {
		act(r)
	}
}

// OpenHere lets the user choose what the room in front opens.
func (a *Frame) OpenHere() { with(a, Opener.Open) }

// StartHere orders what the room in front holds.
func (a *Frame) StartHere() { with(a, Starter.StartBatch) }

// shifted says whether Shift is down: the toolkit tells no modifiers with a key that is typed.
func (a *Frame) shifted() bool {
	d, ok := a.fyne.Driver().(desktop.Driver)
	return ok && d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
}

// Covered says whether a dialog or menu lies over the window.
func (a *Frame) Covered() bool { return len(a.dialogs) > 0 || a.Canvas().Overlays().Top() != nil }

// onKey handles the keys that need no Ctrl; widgets with the focus pass them on.
func (a *Frame) OnKey(ev *fyne.KeyEvent) {
	if n := len(a.dialogs); n > 0 {
		switch ev.Name {
		case fyne.KeyEscape:
			a.dialogs[n-1].Cancel()
		case fyne.KeyReturn, fyne.KeyEnter:
			a.dialogs[n-1].Submit()
		}
		return
	}
	if a.Covered() {
		if ev.Name == fyne.KeyEscape {
			a.asking.Cancel() // the toolkit's file dialog has no key of its own
		}
		return
	}
	switch ev.Name {
	case fyne.KeyF1:
		a.help()
	case fyne.KeyF5:
		with(a, Rechecker.Recheck)
	case fyne.KeyF8:
		if _, ok := a.Current().(Editor); ok && a.shifted() {
			with(a, Editor.PreviousProblem)
			return
		}
		with(a, Leader.NextProblem)
	case fyne.KeyEscape:
		if a.toast.Note() != nil && !a.working() {
			a.toast.Clear()
			return
		}
		with(a, Escaper.Escape)
	}
}

// working says whether the room in front has work that Escape cancels.
func (a *Frame) working() bool {
	_, stops := a.Current().(Escaper)
	w, ok := a.Current().(Working)
	return stops && ok && w.Busy()
}

// help opens the page of the room in front.
func (a *Frame) help() {
	if a.layout.Help != nil {
		a.layout.Help.Help(a.Current())
	}
}

// Key is a key, or several that mean the same kind of thing, with what it does.
type Key struct{ Keys, Does string }

// Keys are those that work everywhere in the window.
func Keys() []Key {
	ctrl := "Ctrl"
	if runtime.GOOS == "darwin" {
		ctrl = "⌘"
	}
	return []Key{
		{ctrl + "+1 … " + ctrl + "+7", words.T("help.tabs")},
		{ctrl + "+8", words.T("help.line")},
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
}

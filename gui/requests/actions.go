package requests

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"enrollbench/core/csr"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// change makes another state of the list off the UI thread and shows it. Nothing starts while something else runs.
func (t *Room) change(title, failure string, undoable bool, work func(context.Context, csrState, progress.Func) (csrState, error), done func()) {
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	before, filter, ordered := t.view.csrState, t.filter, t.ordered
	t.sift.Drop()
	frame.Run(t.work, title, func(ctx context.Context, report progress.Func) (*csrView, error) {
		s, err := work(ctx, before, report)
		if err != nil {
			return nil, err
		}
		return makeView(ctx, s, filter, ordered)
	}, func(v *csrView, err error) {
		if err != nil {
			t.pending = nil
			t.showBar()
			t.app.Fail(failure, err, widgets.Answer{Text: words.T("problem.again"), Act: func() { t.change(title, failure, undoable, work, done) }})
			return
		}
		if undoable {
			t.remember(before, v.csrState)
		}
		t.show(v)
		t.askLedger()
		if v.set.Len() < before.set.Len()/2 {
			t.app.Tasks().FreeMemory()
		}
		if t.filter != filter {
			t.rearrange(nil)
		}
		if done != nil {
			done()
		}
		t.addPending()
	})
}

// Takes says that requests belong here, and that files of no clear kind are looked through for some.
func (t *Room) Takes() (home, also files.Use) { return files.Request, files.Vague | files.Key }

// Drop takes in what was dropped on the window, picked, pasted or given on the command line. While something runs it
// waits for its turn.
func (t *Room) Drop(paths []string) {
	if t.work.Busy() {
		t.pending = append(t.pending, paths...)
		t.app.Note(widgets.Note{State: look.Running, Text: words.T("csr.queued")})
		return
	}
	t.addNow(paths)
}

func (t *Room) addPending() {
	if paths := t.pending; len(paths) > 0 && !t.work.Busy() {
		t.pending = nil
		t.addNow(paths)
	}
}

// addNow adds paths. Somebody's own files take the place of the samples: both in one order are never meant.
func (t *Room) addNow(paths []string) {
	var result added
	count := t.view.set.Len()
	before := t.view.csrState
	samples := t.sample != "" && slices.Equal(before.sources, []string{t.sample}) && !slices.Contains(paths, t.sample)
	t.change(words.T("csr.checking"), words.T("csr.add-failed"), false,
		func(ctx context.Context, s csrState, report progress.Func) (csrState, error) {
			base := s
			if samples {
				base = emptyState()
			}
			var err error
			if result, err = base.add(ctx, paths, report); samples && result.state.set.Len() == 0 {
				result.state, samples = s, false
			}
			return result.state, err
		},
		func() {
			if result.state.set != before.set {
				t.remember(before, result.state)
			}
			if samples {
				t.noteUndo(words.T("csr.samples-gone"))
				count = 0
			}
			t.afterAdding(result, t.view.set.Len()-count, len(paths))
		})
}

// afterAdding says what became of the paths.
func (t *Room) afterAdding(r added, more, given int) {
	switch {
	case len(r.missing) > 0:
		t.app.Ask(&widgets.Dialog{State: look.Failed, List: r.missing,
			Title:   words.N("csr.missing", len(r.missing)),
			Text:    words.T("csr.missing-text"),
			Answers: []widgets.Answer{{Text: words.T("dialog.close")}}})
	case len(r.again) > 0 && len(r.again) == given:
		text := words.T("csr.again-many")
		if given == 1 {
			text = words.T("csr.again", "Name", filepath.Base(r.again[0]))
		}
		t.app.Note(widgets.Note{State: look.Notice, Text: text, Action: words.T("csr.check-again"), Act: t.Recheck})
	case more == 0 && len(r.again) == 0:
		t.app.Note(widgets.Note{State: look.Warning, Text: words.T("csr.found-nothing")})
	}
}

// Open lets the user choose files.
func (t *Room) Open() {
	t.app.PickFiles(files.Options{Title: words.T("csr.pick-files"), Kind: words.T("csr.kind"),
		Ends: []string{".csr", ".pem", ".der", ".req", ".p10", ".txt", ".zip"}}, t.Drop)
}

// openFolder lets the user choose a folder.
func (t *Room) openFolder() {
	t.app.PickFolder(files.Options{Title: words.T("csr.pick-folder")}, func(path string) { t.Drop([]string{path}) })
}

// openPaste asks for a list of paths.
func (t *Room) openPaste() {
	area := widgets.NewTextArea()
	area.PlaceHolder = words.T("csr.paste-example")
	area.TextStyle.Monospace = true
	area.SetMinRowsVisible(9)
	d := &widgets.Dialog{State: look.Notice, Title: words.T("csr.paste-title"), Body: area,
		Text: words.T("csr.paste-text"),
		Answers: []widgets.Answer{
			{Text: words.T("dialog.back")},
			{Text: words.T("csr.paste-add"), Act: func() { t.Paste(area.Text) }},
		}}
	if clip := t.app.Clipboard().Content(); files.LooksLikePaths(clip) {
		area.SetText(strings.TrimSpace(clip))
	}
	d.FocusFirst(area)
	t.app.Ask(d)
}

// Paste adds the paths in a text.
func (t *Room) Paste(text string) {
	if paths := files.ParsePaths(text); len(paths) > 0 {
		t.Drop(paths)
	}
}

// Recheck reads everything anew.
func (t *Room) Recheck() {
	if t.view.set.Len() == 0 && len(t.view.sources) == 0 {
		return
	}
	var missing []string
	t.change(words.T("csr.checking-again"), words.T("csr.recheck-failed"), false,
		func(ctx context.Context, s csrState, report progress.Func) (next csrState, err error) {
			next, missing, err = s.recheck(ctx, report)
			return next, err
		},
		func() {
			t.before = nil // the files are others: an earlier list would show what is no longer there
			n := widgets.Note{State: look.Ready, Text: words.T("csr.rechecked")}
			if len(missing) > 0 {
				n = widgets.Note{State: look.Warning, Detail: strings.Join(missing, "\n"), Text: words.N("csr.gone", len(missing))}
			}
			t.app.Note(n)
		})
}

// removeSelected takes the selected entries off the list.
func (t *Room) removeSelected() { t.remove(t.selected()) }

func (t *Room) remove(indexes []int) {
	if len(indexes) == 0 {
		return
	}
	t.change(words.T("csr.removing"), words.T("csr.remove-failed"), true,
		func(ctx context.Context, s csrState, _ progress.Func) (csrState, error) {
			return s.remove(ctx, indexes)
		},
		func() {
			t.noteUndo(words.N("csr.removed", len(indexes)))
		})
}

func (t *Room) noteUndo(text string) {
	t.app.Note(widgets.Note{State: look.Ready, Text: text, Action: words.T("csr.undo"), Act: t.Undo})
}

// clearAll empties the list.
func (t *Room) clearAll() {
	n := t.view.set.Len()
	if n == 0 {
		return
	}
	t.filter.state, t.filter.text = anyState, ""
	t.findBox.SetText("")
	t.change(words.T("csr.removing"), words.T("csr.remove-failed"), true,
		func(context.Context, csrState, progress.Func) (csrState, error) { return emptyState(), nil },
		func() {
			t.noteUndo(words.N("csr.cleared", n))
		})
}

// setOut leaves entries out of the upload file or takes them in again.
func (t *Room) setOut(indexes []int, out bool) {
	if len(indexes) == 0 {
		return
	}
	t.change(words.T("csr.relating"), words.T("csr.exclude-failed"), true,
		func(ctx context.Context, s csrState, _ progress.Func) (csrState, error) {
			return s.exclude(ctx, indexes, out)
		},
		func() {
			data := map[string]any{"Number": words.Group(len(indexes))}
			if out {
				t.noteUndo(words.N("csr.left-out", len(indexes), data))
			} else {
				t.noteUndo(words.N("csr.included", len(indexes), data))
			}
		})
}

// comparePrimes compares all RSA moduli, which takes its time.
func (t *Room) comparePrimes() {
	t.change(words.T("csr.comparing"), words.T("csr.compare-failed"), true,
		func(ctx context.Context, s csrState, report progress.Func) (csrState, error) {
			return s.comparePrimes(ctx, report)
		},
		func() {
			shared := 0
			for _, g := range t.view.groups {
				if g.Rule == csr.RuleSharedPrime.Name {
					shared = len(g.Findings)
				}
			}
			if shared == 0 {
				t.app.Note(widgets.Note{State: look.Ready, Text: words.T("csr.no-shared")})
			}
		})
}

// onState narrows the list down to a state; index is that of the choice.
func (t *Room) onState(index int) {
	t.filter.state = max(index, 0) - 1
	t.rearrange(nil)
}

func (t *Room) onFind(text string) {
	t.filter.text = text
	t.rearrange(nil)
}

func (t *Room) onSort(col int, ascending bool) {
	t.filter.column, t.filter.ascending = col, ascending
	t.rearrange(nil)
}

// rearrange filters and sorts off the UI thread; a later one takes the place of one that still runs.
func (t *Room) rearrange(then func()) {
	v, f := t.view, t.filter
	frame.Run(t.sift, "", func(ctx context.Context, _ progress.Func) ([]int32, error) { return arrange(ctx, v, f) },
		func(rows []int32, err error) {
			if err != nil || t.view != v {
				return
			}
			current := t.currentEntry()
			next := *v
			next.rows = rows
			t.view = &next
			t.findings.view = &next
			t.showRows(current)
			if then != nil {
				then()
			}
		})
}

// reveal selects entry i, ending a filter that hides it.
func (t *Room) reveal(i int) {
	if row := t.view.rowOf(i); row >= 0 {
		t.sheet.Select(row)
		return
	}
	if t.filter.everything() {
		return
	}
	t.filter.state, t.filter.text = anyState, ""
	changed := t.findBox.OnChanged
	t.findBox.OnChanged = nil
	t.findBox.SetText("")
	t.findBox.OnChanged = changed
	state := t.stateBox.OnChanged
	t.stateBox.OnChanged = nil
	t.stateBox.SetSelectedIndex(0)
	t.stateBox.OnChanged = state
	t.rearrange(func() {
		if row := t.view.rowOf(i); row >= 0 {
			t.sheet.Select(row)
		}
	})
}

// Find puts the cursor into the find box.
func (t *Room) Find() {
	if t.view.set.Len() > 0 {
		t.app.Canvas().Focus(t.findBox)
	}
}

func (t *Room) focusSheet() {
	t.app.Canvas().Focus(t.sheet)
	if t.sheet.CurrentRow() < 0 {
		t.sheet.Select(0)
	}
}

// NextProblem goes to the next entry that wants to be looked at.
func (t *Room) NextProblem() {
	if len(t.view.rows) == 0 {
		return
	}
	row := t.view.nextProblem(t.sheet.CurrentRow())
	if row < 0 {
		t.app.Note(widgets.Note{State: look.Ready, Text: words.T("csr.no-problem")})
		return
	}
	t.sheet.Select(row)
	t.app.Canvas().Focus(t.sheet)
}

// Escape cancels what runs, or closes the details.
func (t *Room) Escape() {
	switch {
	case t.work.Busy():
		t.work.Cancel()
	case t.details.head.Open():
		t.details.head.SetOpen(false)
	}
}

// onSelect shows the details of the current entry where they are open.
func (t *Room) onSelect() { t.details.show(t.currentIndex()) }

// onSecondary opens the menu of a row.
func (t *Room) onSecondary(row int, pos fyne.Position) {
	if row < 0 {
		return
	}
	chosen := t.selected()
	if len(chosen) == 0 {
		return
	}
	anyIn, anyOut := false, false
	for _, i := range chosen {
		if t.view.set.Status(i) == csr.Excluded {
			anyOut = true
		} else {
			anyIn = true
		}
	}
	item := func(text, icon string, act func()) *fyne.MenuItem {
		m := fyne.NewMenuItem(text, act)
		m.Icon = look.Icon(icon)
		return m
	}
	items := []*fyne.MenuItem{item(words.T("csr.menu-details"), "notice", func() { t.details.head.SetOpen(true) })}
	if anyIn {
		items = append(items, item(words.T("csr.menu-leave-out"), "excluded", func() { t.setOut(chosen, true) }))
	}
	if anyOut {
		items = append(items, item(words.T("csr.menu-include"), "ready", func() { t.setOut(chosen, false) }))
	}
	items = append(items, item(words.T("csr.menu-copy"), "copy", t.sheet.Copy),
		fyne.NewMenuItemSeparator(), item(words.T("csr.menu-remove"), "remove", func() { t.remove(chosen) }))
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), t.app.Canvas(), pos)
}

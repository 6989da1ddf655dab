package table

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// onContext opens the menu about a cell, rows or a column.
func (t *Room) onContext(target sheet.Target, pos fyne.Position) {
	if t.file == nil {
		return
	}
	var items []*fyne.MenuItem
	switch {
	case target.Row >= 0 && target.Column >= 0:
		items = t.cellMenu(target)
	case target.Row >= 0:
		items = t.rowMenu()
	case target.Column >= 0:
		items = t.columnMenu(target.Column)
	default:
		items = t.sheetMenu()
	}
	if t.file.indexing {
		for _, m := range items {
			m.Disabled = true
		}
	}
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), t.app.Canvas(), pos)
}

// shortcut does in the sheet what a key would.
func (t *Room) shortcut(s fyne.Shortcut) func() {
	return func() {
		t.focusSheet()
		t.editor.TypedShortcut(s)
	}
}

func (t *Room) clipboardItems() []*fyne.MenuItem {
	c := t.app.Clipboard()
	return []*fyne.MenuItem{
		widgets.MenuItem(words.T("csv.menu-cut"), "cut", t.shortcut(&fyne.ShortcutCut{Clipboard: c})),
		widgets.MenuItem(words.T("csv.menu-copy"), "copy", t.shortcut(&fyne.ShortcutCopy{Clipboard: c})),
		widgets.MenuItem(words.T("csv.menu-paste"), "paste", t.shortcut(&fyne.ShortcutPaste{Clipboard: c})),
	}
}

// cellMenu is the menu about cells.
func (t *Room) cellMenu(at sheet.Target) []*fyne.MenuItem {
	a := t.editor.Selection()
	items := t.fixItems(at.Row, at.Column)
	items = append(items, t.clipboardItems()...)
	items = append(items,
		widgets.MenuItem(words.T("csv.menu-clear"), "close", func() { t.onClear(a) }),
		fyne.NewMenuItemSeparator(),
		widgets.MenuItem(words.T("csv.menu-fill"), "down", func() { t.onFillDown(widened(a)) }),
		widgets.MenuItem(words.T("csv.menu-series"), "series", func() { t.openSeries(a) }),
		widgets.MenuItem(words.T("csv.menu-filter-value"), "filter", func() { t.filterValue(at.Row, at.Column) }),
		fyne.NewMenuItemSeparator())
	return append(items, t.rowItems(a)...)
}

// widened takes the row above a single row, as filling down does.
func widened(a sheet.Area) sheet.Area {
	if a.Rows() == 1 && a.Top > 0 {
		a.Top--
	}
	return a
}

// rowItems insert, move and delete the selected rows.
func (t *Room) rowItems(a sheet.Area) []*fyne.MenuItem {
	n := a.Rows()
	data := map[string]any{"Number": words.Group(n)}
	items := []*fyne.MenuItem{
		widgets.MenuItem(words.N("csv.menu-above", n, data), "add", func() { t.insertRows(a.Top, n) }),
		widgets.MenuItem(words.N("csv.menu-below", n, data), "add", func() { t.insertRows(a.Bottom+1, n) }),
		widgets.MenuItem(words.T("csv.menu-add-rows"), "add", t.openAddRows),
		widgets.MenuItem(words.N("csv.menu-delete", n, data), "remove", func() { t.deleteRows(a.Top, a.Bottom) }),
	}
	if t.file.rows.view == nil { // in another order than the file's, moving would not show
		items = append(items, widgets.MenuItem(words.N("csv.menu-move", n, data), "next", func() { t.openMove(a) }))
	}
	return items
}

// rowMenu is the menu about whole rows.
func (t *Room) rowMenu() []*fyne.MenuItem {
	a := t.editor.Selection()
	return append(append(t.clipboardItems(), fyne.NewMenuItemSeparator()), t.rowItems(a)...)
}

// sheetMenu is the menu about everything.
func (t *Room) sheetMenu() []*fyne.MenuItem {
	rows := t.file.rows
	return []*fyne.MenuItem{
		widgets.MenuItem(words.T("csv.menu-add-row"), "add", func() { t.insertRows(rows.Rows(), 1) }),
		widgets.MenuItem(words.T("csv.menu-add-rows"), "add", t.openAddRows),
		widgets.MenuItem(words.T("csv.menu-add-column"), "add", func() { t.openAddColumn(rows.Columns()) }),
		widgets.MenuItem(words.T("duplicates.open"), "remove", t.openDuplicates),
	}
}

// openMove asks where rows shall go.
func (t *Room) openMove(a sheet.Area) {
	rows := t.file.rows
	entry, d := widgets.NewEntry(), &widgets.Dialog{State: look.Notice}
	n := a.Rows()
	d.Title = words.N("csv.move-title", n)
	d.Text = words.T("csv.move-text", "Last", words.Group(rows.Rows()+2))
	target := func() (int, bool) {
		v, err := strconv.Atoi(strings.TrimSpace(entry.Text))
		return v - 2, err == nil && v >= 2 && v <= rows.Rows()+2
	}
	entry.OnChanged = func(string) { _, ok := target(); d.Enable(1, ok) }
	entry.OnSubmitted = func(string) {
		if _, ok := target(); ok {
			d.Take(1)
		}
	}
	d.Body = entry
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("csv.move"), Act: func() {
		if before, ok := target(); ok {
			t.moveRows(a.Top, a.Bottom, before)
		}
	}}}
	d.FocusFirst(entry)
	t.app.Ask(d)
	d.Enable(1, false)
}

// columnMenu is the menu about a column.
func (t *Room) columnMenu(col int) []*fyne.MenuItem {
	rows := t.file.rows
	c := rows.column(col)
	last := rows.Columns() - 1
	items := t.headerFixItems(c)
	items = append(items,
		widgets.MenuItem(words.T("csv.menu-sort-up"), "sortup", func() { t.sortBy(col, false, false) }),
		widgets.MenuItem(words.T("csv.menu-sort-down"), "sortdown", func() { t.sortBy(col, true, false) }),
		widgets.MenuItem(words.T("csv.menu-sort-number"), "sortup", func() { t.sortBy(col, false, true) }),
		widgets.MenuItem(words.T("csv.menu-filter"), "filter", func() { t.openFilter(col) }),
		fyne.NewMenuItemSeparator(),
		widgets.MenuItem(words.T("csv.menu-rename"), "edit", func() { t.openRename(c) }),
		widgets.MenuItem(words.T("csv.menu-column-left"), "add", func() { t.openAddColumn(col) }),
		widgets.MenuItem(words.T("csv.menu-column-right"), "add", func() { t.openAddColumn(col + 1) }))
	if col > 0 {
		items = append(items, widgets.MenuItem(words.T("csv.menu-to-left"), "left", func() { t.moveColumn(c, col-1) }))
	}
	if col < last {
		items = append(items, widgets.MenuItem(words.T("csv.menu-to-right"), "right", func() { t.moveColumn(c, col+2) }))
	}
	if t.editor.Frozen() == col+1 {
		items = append(items, widgets.MenuItem(words.T("csv.menu-unfreeze"), "freeze", func() { t.freeze(0) }))
	} else {
		items = append(items, widgets.MenuItem(words.T("csv.menu-freeze"), "freeze", func() { t.freeze(col + 1) }))
	}
	a := t.editor.Selection()
	ids := []csvdoc.ColumnID{c.ID}
	if a.Kind == sheet.Columns && a.Has(a.Top, col) {
		ids = rows.columnIDs(a)
	}
	data := map[string]any{"Number": words.Group(len(ids))}
	return append(items, fyne.NewMenuItemSeparator(),
		widgets.MenuItem(words.T("csv.menu-series"), "series", func() {
			t.openSeries(sheet.Area{Top: 0, Left: col, Bottom: rows.Rows() - 1, Right: col})
		}),
		widgets.MenuItem(words.N("csv.menu-remove-columns", len(ids), data), "remove", func() { t.removeColumns(ids) }))
}

func (t *Room) freeze(n int) {
	t.editor.Freeze(n)
	t.editor.Refresh()
}

// openRename asks for a column's name.
func (t *Room) openRename(c csvdoc.Column) {
	t.askName(words.T("csv.rename-title", "Column", columnTitle(c.Name)), c.Name, words.T("csv.rename"), func(name string) { t.rename(c, name) })
}

func (t *Room) rename(c csvdoc.Column, name string) {
	label := words.T("csv.label-rename")
	t.alter(edit{cells: 1, work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		return d.Apply(label, func(e *csvdoc.Edit) error { return e.RenameColumn(c.ID, name) })
	}})
}

// openAddColumn asks for the name of a new column.
func (t *Room) openAddColumn(at int) {
	label := words.T("csv.label-column")
	t.askName(words.T("csv.column-title"), "", words.T("csv.column-add"), func(name string) {
		t.alter(edit{cells: 1, work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
			return d.Apply(label, func(e *csvdoc.Edit) error {
				_, err := e.AddColumn(at, name)
				return err
			})
		}, then: func(csvdoc.Change) { t.editor.Select(max(t.editor.Current().Row, 0), at) }})
	})
}

// moveColumn puts a column before the one that is at place to.
func (t *Room) moveColumn(c csvdoc.Column, to int) {
	label := words.T("csv.label-move-column")
	t.alter(edit{cells: 1, work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		return d.Apply(label, func(e *csvdoc.Edit) error { return e.MoveColumn(c.ID, to) })
	}, then: func(csvdoc.Change) {
		t.editor.Select(max(t.editor.Current().Row, 0), max(t.file.rows.columnIndex(c.ID), 0))
	}})
}

func (t *Room) removeColumns(ids []csvdoc.ColumnID) {
	n, label := len(ids), words.T("csv.label-remove-columns")
	t.alter(edit{cells: fewCells + 1, title: words.T("csv.removing-columns"), work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		return d.Apply(label, func(e *csvdoc.Edit) error { return e.RemoveColumns(ids) })
	}, then: func(csvdoc.Change) {
		t.noteUndo(words.N("csv.columns-removed", n))
	}})
}

// askName asks for a column's name, and offers those that the service knows and the file does not have yet.
func (t *Room) askName(title, name, verb string, then func(string)) {
	entry, free := widgets.NewEntry(), t.freeNames()
	entry.SetText(name)
	entry.PlaceHolder = words.T("csv.column-name")
	entry.TypeOver = true
	known := widgets.NewSelect(nil, func(i int) { entry.SetText(free[i]) })
	known.Options = free
	known.PlaceHolder = words.T("csv.column-known")
	d := &widgets.Dialog{State: look.Notice, Title: title, Body: widgets.Down(look.Gap, entry, widgets.Outlined(known))}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: verb, Act: func() { then(entry.Text) }}}
	entry.OnSubmitted = func(string) { d.Take(1) }
	d.FocusFirst(entry)
	t.app.Ask(d)
}

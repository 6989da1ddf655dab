package gui

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/numbers"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
)

// onContext opens the menu about a cell, rows or a column.
func (t *csvTab) onContext(target sheet.Target, pos fyne.Position) {
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
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), t.app.window.Canvas(), pos)
}

// shortcut does in the sheet what a key would.
func (t *csvTab) shortcut(s fyne.Shortcut) func() {
	return func() {
		t.focusSheet()
		t.editor.TypedShortcut(s)
	}
}

func (t *csvTab) clipboardItems() []*fyne.MenuItem {
	c := t.app.fyne.Clipboard()
	return []*fyne.MenuItem{
		menuItem(lang.X("csv.menu-cut", "Cut"), "cut", t.shortcut(&fyne.ShortcutCut{Clipboard: c})),
		menuItem(lang.X("csv.menu-copy", "Copy"), "copy", t.shortcut(&fyne.ShortcutCopy{Clipboard: c})),
		menuItem(lang.X("csv.menu-paste", "Paste"), "paste", t.shortcut(&fyne.ShortcutPaste{Clipboard: c})),
	}
}

// cellMenu is the menu about cells.
func (t *csvTab) cellMenu(at sheet.Target) []*fyne.MenuItem {
	a := t.editor.Selection()
	items := t.fixItems(at.Row, at.Column)
	items = append(items, t.clipboardItems()...)
	items = append(items,
		menuItem(lang.X("csv.menu-clear", "Clear"), "close", func() { t.onClear(a) }),
		fyne.NewMenuItemSeparator(),
		menuItem(lang.X("csv.menu-fill", "Fill down"), "down", func() { t.onFillDown(widened(a)) }),
		menuItem(lang.X("csv.menu-series", "Fill with a series…"), "series", func() { t.openSeries(a) }),
		menuItem(lang.X("csv.menu-filter-value", "Show only rows with this value"), "filter", func() { t.filterValue(at.Row, at.Column) }),
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
func (t *csvTab) rowItems(a sheet.Area) []*fyne.MenuItem {
	n := a.Rows()
	data := map[string]any{"Number": numbers.Group(n)}
	items := []*fyne.MenuItem{
		menuItem(lang.XN("csv.menu-above", "Insert {{.Number}} rows above", n, data), "add", func() { t.insertRows(a.Top, n) }),
		menuItem(lang.XN("csv.menu-below", "Insert {{.Number}} rows below", n, data), "add", func() { t.insertRows(a.Bottom+1, n) }),
		menuItem(lang.XN("csv.menu-delete", "Delete {{.Number}} rows", n, data), "remove", func() { t.deleteRows(a.Top, a.Bottom) }),
	}
	if t.file.rows.view == nil { // in another order than the file's, moving would not show
		items = append(items, menuItem(lang.XN("csv.menu-move", "Move {{.Number}} rows…", n, data), "next", func() { t.openMove(a) }))
	}
	return items
}

// rowMenu is the menu about whole rows.
func (t *csvTab) rowMenu() []*fyne.MenuItem {
	a := t.editor.Selection()
	return append(append(t.clipboardItems(), fyne.NewMenuItemSeparator()), t.rowItems(a)...)
}

// sheetMenu is the menu about everything.
func (t *csvTab) sheetMenu() []*fyne.MenuItem {
	rows := t.file.rows
	return []*fyne.MenuItem{
		menuItem(lang.X("csv.menu-add-row", "Add a row"), "add", func() { t.insertRows(rows.Rows(), 1) }),
		menuItem(lang.X("csv.menu-add-column", "Add a column…"), "add", func() { t.openAddColumn(rows.Columns()) }),
		menuItem(lang.X("duplicates.open", "Remove duplicate rows…"), "remove", t.openDuplicates),
	}
}

// openMove asks where rows shall go.
func (t *csvTab) openMove(a sheet.Area) {
	rows := t.file.rows
	entry, d := widgets.NewEntry(), &widgets.Dialog{State: look.Notice}
	n := a.Rows()
	d.Title = lang.XN("csv.move-title", "Move {{.Number}} rows", n, map[string]any{"Number": numbers.Group(n)})
	d.Text = lang.X("csv.move-text", "Before which row? The numbers are those at the left; {{.Last}} is behind the last one.", map[string]any{"Last": numbers.Group(rows.Rows() + 2)})
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
	d.Answers = []widgets.Answer{{Text: lang.X("dialog.back", "Go back")}, {Text: lang.X("csv.move", "Move"), Act: func() {
		if before, ok := target(); ok {
			t.moveRows(a.Top, a.Bottom, before)
		}
	}}}
	d.FocusFirst(entry)
	t.app.ask(d)
	d.Enable(1, false)
}

// columnMenu is the menu about a column.
func (t *csvTab) columnMenu(col int) []*fyne.MenuItem {
	rows := t.file.rows
	c := rows.column(col)
	last := rows.Columns() - 1
	items := t.headerFixItems(c)
	items = append(items,
		menuItem(lang.X("csv.menu-sort-up", "Sort from A to Z"), "sortup", func() { t.sortBy(col, false, false) }),
		menuItem(lang.X("csv.menu-sort-down", "Sort from Z to A"), "sortdown", func() { t.sortBy(col, true, false) }),
		menuItem(lang.X("csv.menu-sort-number", "Sort by number"), "sortup", func() { t.sortBy(col, false, true) }),
		menuItem(lang.X("csv.menu-filter", "Filter…"), "filter", func() { t.openFilter(col) }),
		fyne.NewMenuItemSeparator(),
		menuItem(lang.X("csv.menu-rename", "Rename…"), "edit", func() { t.openRename(c) }),
		menuItem(lang.X("csv.menu-column-left", "Insert a column before…"), "add", func() { t.openAddColumn(col) }),
		menuItem(lang.X("csv.menu-column-right", "Insert a column behind…"), "add", func() { t.openAddColumn(col + 1) }))
	if col > 0 {
		items = append(items, menuItem(lang.X("csv.menu-to-left", "Move to the left"), "left", func() { t.moveColumn(c, col-1) }))
	}
	if col < last {
		items = append(items, menuItem(lang.X("csv.menu-to-right", "Move to the right"), "right", func() { t.moveColumn(c, col+2) }))
	}
	if t.editor.Frozen() == col+1 {
		items = append(items, menuItem(lang.X("csv.menu-unfreeze", "Let all columns scroll"), "freeze", func() { t.freeze(0) }))
	} else {
		items = append(items, menuItem(lang.X("csv.menu-freeze", "Keep in sight up to here"), "freeze", func() { t.freeze(col + 1) }))
	}
	a := t.editor.Selection()
	ids := []csvdoc.ColumnID{c.ID}
	if a.Kind == sheet.Columns && a.Has(a.Top, col) {
		ids = rows.columnIDs(a)
	}
	data := map[string]any{"Number": numbers.Group(len(ids))}
	return append(items, fyne.NewMenuItemSeparator(),
		menuItem(lang.X("csv.menu-series", "Fill with a series…"), "series", func() {
			t.openSeries(sheet.Area{Top: 0, Left: col, Bottom: rows.Rows() - 1, Right: col})
		}),
		menuItem(lang.XN("csv.menu-remove-columns", "Remove {{.Number}} columns", len(ids), data), "remove", func() { t.removeColumns(ids) }))
}

func (t *csvTab) freeze(n int) {
	t.editor.Freeze(n)
	t.editor.Refresh()
}

// openRename asks for a column's name.
func (t *csvTab) openRename(c csvdoc.Column) {
	t.askName(lang.X("csv.rename-title", "Rename {{.Column}}", map[string]any{"Column": columnTitle(c.Name)}), c.Name, lang.X("csv.rename", "Rename"),
		func(name string) { t.rename(c, name) })
}

func (t *csvTab) rename(c csvdoc.Column, name string) {
	label := lang.X("csv.label-rename", "Rename a column")
	t.alter(edit{cells: 1, work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		return d.Apply(label, func(e *csvdoc.Edit) error { return e.RenameColumn(c.ID, name) })
	}})
}

// openAddColumn asks for the name of a new column.
func (t *csvTab) openAddColumn(at int) {
	label := lang.X("csv.label-column", "Add a column")
	t.askName(lang.X("csv.column-title", "New column"), "", lang.X("csv.column-add", "Add the column"), func(name string) {
		t.alter(edit{cells: 1, work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
			return d.Apply(label, func(e *csvdoc.Edit) error {
				_, err := e.AddColumn(at, name)
				return err
			})
		}, then: func(csvdoc.Change) { t.editor.Select(max(t.editor.Current().Row, 0), at) }})
	})
}

// moveColumn puts a column before the one that is at place to.
func (t *csvTab) moveColumn(c csvdoc.Column, to int) {
	label := lang.X("csv.label-move-column", "Move a column")
	t.alter(edit{cells: 1, work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		return d.Apply(label, func(e *csvdoc.Edit) error { return e.MoveColumn(c.ID, to) })
	}, then: func(csvdoc.Change) {
		t.editor.Select(max(t.editor.Current().Row, 0), max(t.file.rows.columnIndex(c.ID), 0))
	}})
}

func (t *csvTab) removeColumns(ids []csvdoc.ColumnID) {
	n, label := len(ids), lang.X("csv.label-remove-columns", "Remove columns")
	t.alter(edit{cells: fewCells + 1, title: lang.X("csv.removing-columns", "Removing columns"), work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		return d.Apply(label, func(e *csvdoc.Edit) error { return e.RemoveColumns(ids) })
	}, then: func(csvdoc.Change) {
		t.noteUndo(lang.XN("csv.columns-removed", "{{.Number}} columns removed.", n, map[string]any{"Number": numbers.Group(n)}))
	}})
}

// askName asks for a column's name, and offers those that the service knows and the file does not have yet.
func (t *csvTab) askName(title, name, verb string, then func(string)) {
	entry, free := widgets.NewEntry(), t.freeNames()
	entry.SetText(name)
	entry.PlaceHolder = lang.X("csv.column-name", "Name of the column")
	entry.TypeOver = true
	known := widgets.NewSelect(nil, func(i int) { entry.SetText(free[i]) })
	known.Options = free
	known.PlaceHolder = lang.X("csv.column-known", "Take a name that the service knows")
	d := &widgets.Dialog{State: look.Notice, Title: title, Body: widgets.Down(look.Gap, entry, widgets.Outlined(known))}
	d.Answers = []widgets.Answer{{Text: lang.X("dialog.back", "Go back")}, {Text: verb, Act: func() { then(entry.Text) }}}
	entry.OnSubmitted = func(string) { d.Take(1) }
	d.FocusFirst(entry)
	t.app.ask(d)
}

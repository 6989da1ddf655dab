package table

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// listen takes what the user wants of the sheet.
func (t *Room) listen() {
	e := t.editor
	e.OnSelect = t.onSelect
	e.CanEdit = func(int, int) bool { return t.file != nil && !t.file.indexing }
	e.OnEdit = func(row, col int, text string) { t.setCell(t.file.rows.id(row), t.file.rows.column(col), text) }
	e.OnPaste = t.onPaste
	e.OnClear = t.onClear
	e.OnFillDown = t.onFillDown
	e.OnInsertRows, e.OnAppend = t.insertRows, t.appendRow
	e.OnDeleteRows = t.deleteRows
	e.OnUndo, e.OnRedo = t.Undo, t.Redo
	e.OnFind, e.OnReplace, e.OnSave = t.Find, t.Replace, t.Save
	e.OnSort = t.onSort
	e.OnContext = t.onContext
	e.OnCopied = func(copied, selected int) {
		data := map[string]any{"Number": words.Group(copied), "Selected": words.Group(selected)}
		if copied < selected {
			t.app.Note(widgets.Note{State: look.Warning, Text: words.T("csv.copied-some", data)})
			return
		}
		t.app.Note(widgets.Note{State: look.Ready, Text: words.N("csv.copied", copied, data)})
	}
	e.OnFail = t.onFail
	e.RowNumber = func(row int) int {
		if t.file == nil || row >= t.file.rows.Rows() {
			return row + 2
		}
		return t.file.rows.number(row)
	}
	e.Marks = t.marks
	e.OnMarks = t.onMarks
}

// onFail says why something cannot be, and what can.
func (t *Room) onFail(err error) {
	text := map[error]string{
		sheet.ErrPasteTooLong: words.T("csv.paste-too-long"),
		sheet.ErrCellTooLong:  words.T("csv.cell-too-long"),
		sheet.ErrCutTooLong:   words.T("csv.cut-too-long"),
		errRowLater:           words.T("csv.row-later"),
		errArranged:           words.T("csv.row-arranged"),
	}[err]
	if text == "" {
		t.app.Fail(words.T("csv.edit-failed"), err)
		return
	}
	t.app.Note(widgets.Note{State: look.Warning, Text: text})
}

func (t *Room) onSelect(at sheet.Place, _ sheet.Area) {
	t.value.show(at, false)
}

// noteUndo says what was done, with a way back.
func (t *Room) noteUndo(text string) {
	t.app.Note(widgets.Note{State: look.Ready, Text: text, Action: words.T("csr.undo"), Act: t.Undo})
}

// setCell gives one cell a value.
func (t *Room) setCell(row csvdoc.RowID, column csvdoc.Column, text string) {
	label := words.T("csv.label-edit", "Column", columnTitle(column.Name))
	t.alter(edit{cells: 1, work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		return d.SetCells(label, []csvdoc.Cell{{Row: row, Column: column.ID, Value: text}})
	}})
}

// onClear empties cells.
func (t *Room) onClear(a sheet.Area) {
	t.setArea(a, words.T("csv.label-clear"), words.T("csv.clearing"), func(int, int) string { return "" }, func(n int) {
		if n > 1 {
			t.noteUndo(words.N("csv.cleared", n))
		}
	})
}

// onFillDown gives the cells of each column what stands in its first.
func (t *Room) onFillDown(a sheet.Area) {
	rows := t.file.rows
	first := make([]string, a.Columns())
	for c := range first {
		first[c] = rows.text(a.Top, a.Left+c)
	}
	below := a
	below.Top++
	if below.Empty() {
		return
	}
	t.setArea(below, words.T("csv.label-fill"), words.T("csv.filling"), func(_, c int) string { return first[c] }, func(n int) {
		if n > 1 {
			t.noteUndo(words.N("csv.filled", n))
		}
	})
}

// setArea gives each cell of an area a value.
func (t *Room) setArea(a sheet.Area, label, title string, value func(r, c int) string, then func(cells int)) {
	rows := t.file.rows
	n := a.Rows() * a.Columns()
	t.alter(edit{title: title, cells: n, work: func(ctx context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		cells, err := rows.cells(ctx, a, value)
		if err != nil {
			return csvdoc.Change{}, err
		}
		return d.SetCells(label, cells)
	}, then: func(csvdoc.Change) { then(n) }})
}

// cells are those of an area with values.
func (r *csvRows) cells(ctx context.Context, a sheet.Area, value func(r, c int) string) ([]csvdoc.Cell, error) {
	out := make([]csvdoc.Cell, 0, a.Rows()*a.Columns())
	for row := a.Top; row <= a.Bottom; row++ {
		if row&0xffff == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		id := r.id(row)
		for c := a.Left; c <= a.Right; c++ {
			out = append(out, csvdoc.Cell{Row: id, Column: r.columns[c].ID, Value: value(row-a.Top, c-a.Left)})
		}
	}
	return out, nil
}

// onPaste puts a block where the cursor is. What is wider than the sheet is asked for first.
func (t *Room) onPaste(row, col int, block [][]string) {
	wide := 0
	for _, line := range block {
		wide = max(wide, len(line))
	}
	rows := t.file.rows
	if more := col + wide - rows.Columns(); more > 0 {
		data := map[string]any{"Number": words.Group(more)}
		t.app.Ask(&widgets.Dialog{State: look.Notice,
			Title: words.N("csv.paste-wide", more, data),
			Text:  words.T("csv.paste-wide-text"),
			Answers: []widgets.Answer{
				{Text: words.T("dialog.back")},
				{Text: words.T("csv.paste-cut"), Act: func() { t.paste0(row, col, narrow(block, rows.Columns()-col)) }},
				{Text: words.N("csv.paste-add", more, data), Act: func() { t.paste0(row, col, block) }},
			}})
		return
	}
	t.paste0(row, col, block)
}

// narrow cuts a block to a width.
func narrow(block [][]string, width int) [][]string {
	out := make([][]string, len(block))
	for i, line := range block {
		out[i] = line[:min(len(line), width)]
	}
	return out
}

func (t *Room) paste0(row, col int, block [][]string) {
	rows := t.file.rows
	n := 0
	for _, line := range block {
		n += len(line)
	}
	label := words.T("csv.label-paste")
	after := sheet.Area{Top: row, Left: col, Bottom: row + len(block) - 1, Right: col}
	t.alter(edit{title: words.T("csv.pasting"), cells: n, work: func(ctx context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		return d.Apply(label, func(e *csvdoc.Edit) error { return rows.paste(ctx, e, row, col, block) })
	}, then: func(csvdoc.Change) {
		for _, line := range block {
			after.Right = max(after.Right, col+len(line)-1)
		}
		t.editor.SelectArea(after)
		if n > 1 {
			t.noteUndo(words.N("csv.pasted", n))
		}
	}})
}

// paste puts a block at a row and column of the sheet. In a view it goes to the rows that are seen; what reaches beyond the
// last one is put behind the last row of the file.
func (r *csvRows) paste(ctx context.Context, e *csvdoc.Edit, row, col int, block [][]string) error {
	wide := 0
	for _, line := range block {
		wide = max(wide, len(line))
	}
	columns := slices.Clone(r.columns)
	for len(columns) < col+wide {
		id, err := e.AddColumn(len(columns), "")
		if err != nil {
			return err
		}
		columns = append(columns, csvdoc.Column{ID: id})
	}
	if r.view == nil {
		return e.SetBlock(row, col, block)
	}
	seen := min(len(block), r.Rows()-row)
	for k, line := range block[:seen] {
		if k&0xfff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		id := r.id(row + k)
		for j, v := range line {
			if r.snap.Value(id, columns[col+j].ID) == v {
				continue
			}
			if err := e.SetCell(id, columns[col+j].ID, v); err != nil {
				return err
			}
		}
	}
	if seen == len(block) {
		return nil
	}
	return e.SetBlock(e.Snapshot().Rows(), col, block[seen:])
}

// Undo takes the latest change back.
func (t *Room) Undo() {
	f := t.file
	if f == nil {
		return
	}
	label := f.facts.undo
	step(t, words.T("csr.undoing"), func(context.Context, progress.Func) (csvdoc.Change, error) { return f.doc.Undo() }, func(c csvdoc.Change, err error) {
		t.tookBack(c, err, words.T("csv.undone", "Label", labelWords(label)), words.T("csv.redo"), t.Redo)
	})
}

// Redo makes the change again that was taken back last.
func (t *Room) Redo() {
	f := t.file
	if f == nil {
		return
	}
	label := f.facts.redo
	step(t, words.T("csv.redoing"), func(context.Context, progress.Func) (csvdoc.Change, error) { return f.doc.Redo() }, func(c csvdoc.Change, err error) {
		t.tookBack(c, err, words.T("csv.redone", "Label", labelWords(label)), words.T("csr.undo"), t.Undo)
	})
}

// labelWords is the name of a step for people: core names its own steps for whoever reads a journal.
func labelWords(label string) string {
	switch label {
	case "replace":
		return words.T("csv.label-replace")
	case "fill series":
		return words.T("csv.label-series")
	case "delete rows":
		return words.T("csv.label-delete")
	}
	return words.Visible(label)
}

// tookBack shows where a change went back or forth.
func (t *Room) tookBack(c csvdoc.Change, err error, phrase, action string, act func()) {
	if err != nil {
		t.unchanged(err)
		return
	}
	t.changed(c)
	t.showChange(c)
	t.app.Note(widgets.Note{State: look.Ready, Text: phrase, Action: action, Act: act})
}

// showChange brings the first changed cell into view, unless the current one is among what was changed.
func (t *Room) showChange(c csvdoc.Change) {
	if len(c.Rows) == 0 {
		return
	}
	rows := t.file.rows
	if i, ok := rows.snap.Index(c.Rows[0]); ok {
		if row := rows.rowOf(i); row >= 0 {
			col := max(t.editor.Current().Column, 0)
			if len(c.Columns) > 0 {
				col = max(rows.columnIndex(c.Columns[0]), 0)
			}
			t.editor.Select(row, col)
		}
	}
}

// Find opens the page for finding, replace the same with the cursor where the new text goes.
func (t *Room) Find()    { t.finder.open(false) }
func (t *Room) Replace() { t.finder.open(true) }

// Paste takes what is pasted while no field has the focus: paths, or a table for a new document.
func (t *Room) Paste(text string) {
	if t.file != nil {
		t.focusSheet()
		t.editor.TypedShortcut(&fyne.ShortcutPaste{Clipboard: t.app.Clipboard()})
		return
	}
	if files.LooksLikePaths(text) {
		t.Drop(files.ParsePaths(text))
	}
}

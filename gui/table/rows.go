package table

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// mostRows is how many rows can be added at once: more than a batch may have is a slip.
const mostRows = 1_000_000

// Why no row comes behind the last one.
var (
	errRowLater = errors.New("the row is added once the work that runs has ended")
	errArranged = errors.New("the rows are sorted or filtered")
)

// insertRows puts empty rows before a row of the sheet.
func (t *Room) insertRows(row, count int) {
	rows := t.file.rows
	at, label := rows.snap.Rows(), words.T("csv.label-insert")
	if row < rows.Rows() {
		at = rows.index(row)
	}
	t.alter(edit{cells: count, title: words.T("csv.inserting"), work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		return d.Apply(label, func(e *csvdoc.Edit) error { return e.InsertRows(at, make([][]string, count)) })
	}, then: func(csvdoc.Change) { t.editor.Select(row, max(t.editor.Current().Column, 0)) }})
}

// appendRow puts an empty row behind the last one, unless that is empty itself.
func (t *Room) appendRow() error {
	f := t.file
	switch {
	case f == nil || f.indexing:
		return errRowLater
	case f.rows.view != nil:
		return errArranged
	case t.idle() && lastIsEmpty(f.rows.snap):
		return nil
	}
	before, label := f.rows.Rows(), words.T("csv.label-insert")
	t.alter(edit{cells: 1, title: words.T("csv.inserting"), work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		return d.Apply(label, func(e *csvdoc.Edit) error {
			if lastIsEmpty(e.Snapshot()) { // what was typed while other work ran is there only now
				return nil
			}
			return e.InsertRows(e.Snapshot().Rows(), make([][]string, 1))
		})
	}, then: func(csvdoc.Change) {
		if t.file.rows.Rows() > before+1 || t.editor.Current().Row < before-1 {
			return // the user went elsewhere meanwhile
		}
		t.editor.Select(t.file.rows.Rows()-1, max(t.editor.Current().Column, 0))
	}})
	if f.rows.Rows() == before {
		return errRowLater
	}
	return nil
}

// lastIsEmpty says whether the last row holds nothing.
func lastIsEmpty(s *csvdoc.Snapshot) bool { return s.Rows() > 0 && emptyRow(s, s.Rows()-1) }

func emptyRow(s *csvdoc.Snapshot, row int) bool {
	return !slices.ContainsFunc(s.Row(row, nil), func(v string) bool { return v != "" })
}

// filledRows is how many rows there are without the empty ones at the end.
func filledRows(s *csvdoc.Snapshot) int {
	n := s.Rows()
	for n > 0 && emptyRow(s, n-1) {
		n--
	}
	return n
}

// rowCount reads how many rows somebody asks for.
func rowCount(text string) (n int, ok bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return n, err == nil && n >= 1 && n <= mostRows
}

// openAddRows asks how many rows are to be added behind the last.
func (t *Room) openAddRows() {
	if t.file == nil {
		return
	}
	entry := widgets.NewEntry()
	entry.SetText("10")
	entry.TypeOver = true
	d := &widgets.Dialog{State: look.Notice, Title: words.T("csv.add-rows-title"), Text: words.T("csv.add-rows-text"), Body: entry}
	entry.OnChanged = func(text string) { _, ok := rowCount(text); d.Enable(1, ok) }
	entry.OnSubmitted = func(text string) {
		if _, ok := rowCount(text); ok {
			d.Take(1)
		}
	}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("csv.add-rows"), Act: func() {
		if n, ok := rowCount(entry.Text); ok {
			t.insertRows(t.file.rows.Rows(), n)
		}
	}}}
	d.FocusFirst(entry)
	t.app.Ask(d)
}

// deleteRows removes the rows from…to of the sheet.
func (t *Room) deleteRows(from, to int) {
	rows := t.file.rows
	n, label := to-from+1, words.T("csv.label-delete")
	t.alter(edit{cells: n * max(rows.Columns(), 1), title: words.T("csv.deleting"), work: func(ctx context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		ids, err := rows.ids(ctx, from, to)
		if err != nil {
			return csvdoc.Change{}, err
		}
		return d.Apply(label, func(e *csvdoc.Edit) error { return e.DeleteRows(ids) })
	}, then: func(csvdoc.Change) {
		t.editor.Select(min(from, t.file.rows.Rows()-1), max(t.editor.Current().Column, 0))
		t.noteUndo(words.N("csv.deleted", n))
	}})
}

// moveRows moves the rows from…to of the sheet before another row of the document.
func (t *Room) moveRows(from, to, before int) {
	rows := t.file.rows
	n, label := to-from+1, words.T("csv.label-move")
	t.alter(edit{cells: n, title: words.T("csv.moving"), work: func(ctx context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		ids, err := rows.ids(ctx, from, to)
		if err != nil {
			return csvdoc.Change{}, err
		}
		return d.Apply(label, func(e *csvdoc.Edit) error { return e.MoveRows(ids, before) })
	}, then: func(csvdoc.Change) {
		top := before
		if before > from {
			top = before - n
		}
		t.editor.SelectArea(sheet.Area{Top: top, Left: 0, Bottom: top + n - 1, Right: max(rows.Columns()-1, 0), Kind: sheet.Rows})
	}})
}

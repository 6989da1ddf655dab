package sheet

import (
	"errors"

	"fyne.io/fyne/v2"

	"enrollbench/core/csvdoc"
)

// copyArea puts the selection on the clipboard as tab-separated text, as many whole rows as the limits allow; with all set
// everything or nothing. It reports whether everything is there.
func (e *Editor) copyArea(all bool) bool {
	e.countRows()
	if e.at.Row < 0 {
		return false
	}
	a := e.area
	text, copied := e.tsv(a.rowSet(), a.Left, a.Right, CopyRows, CopyBytes)
	if copied < a.Rows() && all {
		return false
	}
	fyne.CurrentApp().Clipboard().SetContent(text)
	if e.OnCopied != nil {
		e.OnCopied(copied, a.Rows())
	}
	return copied == a.Rows()
}

// cut copies and then clears; what cannot be copied completely is not cleared.
func (e *Editor) cut() {
	if e.at.Row < 0 {
		return
	}
	if !e.copyArea(true) {
		e.fail(ErrCutTooLong)
		return
	}
	e.OnClear(e.area)
}

// paste puts the clipboard's text at the selection's upper left cell: cells of a spreadsheet, CSV, or PEM blocks, which are a
// cell each.
func (e *Editor) paste() {
	text := fyne.CurrentApp().Clipboard().Content()
	if text == "" {
		return
	}
	if len(text) > PasteBytes {
		e.fail(ErrPasteTooLong)
		return
	}
	e.countRows()
	p, err := csvdoc.ParsePaste(text)
	switch {
	case errors.As(err, new(*csvdoc.PasteLimitError)):
		e.fail(ErrPasteTooLong)
	case err != nil:
		e.fail(err)
	default:
		e.pasteBlock(p.Cells)
	}
}

// pasteBlock asks the owner to put a block in place, repeated where it goes into the selection several times, and selects it.
func (e *Editor) pasteBlock(block [][]string) {
	to := Place{}
	if e.at.Row >= 0 {
		to = Place{e.area.Top, e.area.Left}
	}
	if e.CanEdit != nil && e.at.Row >= 0 && !e.CanEdit(to.Row, to.Column) {
		return
	}
	if e.several() {
		var ok bool
		if block, ok = tiled(block, e.area.Rows(), e.area.Columns()); !ok {
			e.fail(ErrPasteTooLong)
			return
		}
	}
	width := 0
	for _, row := range block {
		width = max(width, len(row))
	}
	e.OnPaste(to.Row, to.Column, block)
	e.countRows()
	if e.at.Row < 0 || width == 0 {
		return
	}
	end := Place{to.Row + len(block) - 1, to.Column + width - 1}
	if a := between(to, end, Cells).within(e.rows, e.cols); !a.Empty() && (e.area.Kind == Cells || a.Rows() != e.area.Rows()) {
		e.adopt(Place{a.Top, a.Left}, Place{a.Bottom, a.Right}, a)
	}
}

// tiled repeats a block over rows × columns, if it is a rectangle that goes into them without a rest; ok is false if that
// were more than PasteCells cells.
func tiled(block [][]string, rows, columns int) (_ [][]string, ok bool) {
	if len(block) == 0 {
		return block, true
	}
	height, width := len(block), len(block[0])
	for _, row := range block {
		if len(row) != width {
			return block, true
		}
	}
	if rows%height != 0 || columns%width != 0 || rows == height && columns == width {
		return block, true
	}
	if rows*columns > PasteCells {
		return nil, false
	}
	wide := make([][]string, height)
	for i, row := range block {
		for range columns / width {
			wide[i] = append(wide[i], row...)
		}
	}
	out := make([][]string, 0, rows)
	for range rows / height {
		out = append(out, wide...)
	}
	return out, true
}

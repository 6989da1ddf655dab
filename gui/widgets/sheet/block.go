package sheet

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// ParseBlock reads what a spreadsheet puts on the clipboard: rows end with a line break of any kind, the last one with or
// without; cells are parted by tabs. A cell that begins with a quote and has its closing quote right before a tab, a line
// break or the end may hold tabs, line breaks and doubled quotes; other quotes are text. Nothing is trimmed, no value
// reinterpreted. Rows may differ in length. Text without any character has no rows.
func ParseBlock(text string) [][]string {
	var block [][]string
	width := 1
	for len(text) > 0 {
		row := make([]string, 0, width)
		for more := true; more; {
			var cell string
			cell, text, more = takeCell(text)
			row = append(row, cell)
		}
		width = len(row)
		block = append(block, row)
	}
	return block
}

// takeCell takes the first cell from text; more reports that the row goes on.
func takeCell(text string) (cell, rest string, more bool) {
	if cell, after, ok := quoted(text); ok {
		rest, more = endCell(after)
		return cell, rest, more
	}
	i := strings.IndexAny(text, "\t\r\n")
	if i < 0 {
		return text, "", false
	}
	rest, more = endCell(text[i:])
	return text[:i], rest, more
}

// quoted takes a quoted cell from the beginning of text, if there is one.
func quoted(text string) (cell, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		return "", text, false
	}
	doubled := false
	for i := 1; ; {
		j := strings.IndexByte(text[i:], '"')
		if j < 0 {
			return "", text, false
		}
		i += j + 1
		if i < len(text) && text[i] == '"' {
			doubled = true
			i++
			continue
		}
		if i < len(text) && !strings.ContainsRune("\t\r\n", rune(text[i])) {
			return "", text, false // a quote in the middle of a text that happens to begin with one
		}
		cell = text[1 : i-1]
		if doubled {
			cell = strings.ReplaceAll(cell, `""`, `"`)
		}
		return cell, text[i:], true
	}
}

// endCell takes what stands between two cells.
func endCell(text string) (rest string, more bool) {
	switch {
	case text == "":
		return "", false
	case text[0] == '\t':
		return text[1:], true
	case strings.HasPrefix(text, "\r\n"):
		return text[2:], false
	}
	return text[1:], false
}

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
	if !e.several() && text != "\n" {
		text = strings.TrimSuffix(text, "\n") // a single cell is pasted into a text as often as into a sheet
	}
	// The clipboards of window systems take a NUL for the end.
	text = strings.ReplaceAll(text, "\x00", string(utf8.RuneError))
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

// paste puts the clipboard's text at the selection's upper left cell.
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
	if e.ParseText == nil {
		e.pasteBlock(ParseBlock(text))
		return
	}
	block, err := e.ParseText(text)
	if err != nil {
		e.fail(err)
		return
	}
	e.pasteBlock(block)
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

package sheet

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"enrollbench/core/csvdoc"

	"fyne.io/fyne/v2"
)

// What one copy may put on the clipboard. Clipboards hand their content over in one piece, through the window system:
// beyond this a file is the better way.
const (
	CopyRows  = 50_000
	CopyBytes = 4 << 20
)

// Copy puts the selected rows on the clipboard as tab-separated values, one line a row, up to CopyRows rows and CopyBytes
// bytes, whole rows only. OnCopied hears how many it were; OnNotice tells when the limit was hit.
func (s *Sheet) Copy() {
	s.countRows()
	selected := s.selected.count()
	if selected == 0 || s.model == nil {
		return
	}
	text, copied := s.tsv(s.selected, 0, s.cols-1, CopyRows, CopyBytes)
	fyne.CurrentApp().Clipboard().SetContent(text)
	if copied < selected && s.OnNotice != nil {
		s.OnNotice(fmt.Sprintf("Copied the first %d of %d selected rows: a copy holds at most %d rows and %d MB.",
			copied, selected, CopyRows, CopyBytes>>20))
	}
	if s.OnCopied != nil {
		s.OnCopied(copied, selected)
	}
}

func (s *Sheet) copyWanted() {
	if s.OnCopy != nil {
		s.OnCopy()
		return
	}
	s.Copy()
}

// tsv is the cells of these rows and the columns from…to as spreadsheets put them on the clipboard, as many whole rows as the
// limits allow.
func (v *view) tsv(selected ranges, from, to, rows, bytes int) (text string, copied int) {
	var cells [][]string
	size := 0
	for _, r := range selected {
		for row := r[0]; row <= r[1]; row++ {
			if len(cells) == rows {
				return csvdoc.ClipboardText(cells), len(cells)
			}
			line := make([]string, 0, to-from+1)
			for col := from; col <= to; col++ {
				// The clipboards of window systems take a NUL for the end.
				cell := strings.ReplaceAll(v.model.Cell(row, col).Text, "\x00", string(utf8.RuneError))
				if size += len(cell) + 1; strings.ContainsAny(cell, "\t\n\r\"") {
					size += strings.Count(cell, `"`) + 2
				}
				if size > bytes {
					return csvdoc.ClipboardText(cells), len(cells)
				}
				line = append(line, cell)
			}
			cells = append(cells, line)
		}
	}
	return csvdoc.ClipboardText(cells), len(cells)
}

// spoken is the current row, or the titles, as one sentence for a screen reader.
func (s *Sheet) spoken() string {
	var phrases []string
	for col := range s.columns {
		text := s.columns[col].Title
		if s.current >= 0 && s.model != nil {
			if s.current >= s.model.Rows() || col >= s.model.Columns() {
				continue
			}
			text = bounded(s.model.Cell(s.current, col).Text, End)
		}
		if text != "" {
			phrases = append(phrases, legible(text, blanks))
		}
	}
	return strings.Join(phrases, ", ")
}

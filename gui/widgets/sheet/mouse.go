package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// additive are the modifiers that add to a selection; Command takes Control's place on a Mac.
const additive = fyne.KeyModifierControl | fyne.KeyModifierSuper

// press is what the mouse buttons did last.
type press struct {
	at       Place // of the last primary press, Row -1 for none
	before   Place // of the press before
	dragging bool
}

var (
	_ desktop.Mouseable      = (*Sheet)(nil)
	_ fyne.Draggable         = (*Sheet)(nil)
	_ fyne.Scrollable        = (*Sheet)(nil)
	_ fyne.DoubleTappable    = (*Sheet)(nil)
	_ fyne.SecondaryTappable = (*Sheet)(nil)
)

// MouseDown selects: alone the row under the pointer, with Shift up to it, with Control besides what is selected. The
// secondary button takes the row only if it is not selected, so that a menu can be about all selected rows.
func (s *Sheet) MouseDown(ev *desktop.MouseEvent) {
	s.requestFocus()
	s.countRows()
	s.leave()
	row := s.rowAt(ev.Position.Y)
	switch ev.Button {
	case desktop.MouseButtonPrimary:
		s.press.before, s.press.at = s.press.at, Place{Row: row}
		s.press.dragging = row >= 0
		s.pressRow(row, ev.Modifier)
	case desktop.MouseButtonSecondary:
		if row >= 0 && !s.selected.has(row) {
			s.choose(ranges{{row, row}}, row, row)
		}
	}
}

func (s *Sheet) pressRow(row int, held fyne.KeyModifier) {
	switch {
	case row < 0:
	case held&fyne.KeyModifierShift != 0 && held&additive != 0:
		// A further range: what is selected stays.
		s.span.base, s.span.remove = s.selected, false
		s.extend(row)
	case held&fyne.KeyModifierShift != 0:
		s.extendOnly(row)
	case held&additive != 0:
		s.flip(row)
	default:
		s.choose(ranges{{row, row}}, row, row)
	}
}

// extendOnly selects from the anchor to row and nothing else.
func (s *Sheet) extendOnly(row int) {
	if s.span.anchor < 0 {
		s.span.anchor = max(s.current, 0)
	}
	s.span.base, s.span.remove = nil, false
	s.extend(row)
}

// MouseUp implements desktop.Mouseable.
func (s *Sheet) MouseUp(ev *desktop.MouseEvent) {
	if ev.Button == desktop.MouseButtonPrimary {
		s.release()
	}
}

// Dragged extends the selection to the pointer; beyond the upper or lower edge the sheet scrolls, faster with distance.
func (s *Sheet) Dragged(ev *fyne.DragEvent) {
	if !s.press.dragging {
		return
	}
	s.countRows()
	if !s.press.dragging || s.rows == 0 {
		return
	}
	y := ev.Position.Y - s.page.header
	switch beyond := beyond(y, s.page.body.Height); {
	case beyond != 0:
		s.startDrift(0, beyond)
	default:
		s.stopDrift()
		s.extend(min(s.seen+int(y/s.page.row), s.rows-1))
	}
}

// DragEnd ends the drag. The button may have been released over something else, which takes the focus away.
func (s *Sheet) DragEnd() {
	s.release()
	s.requestFocus()
}

// release implements host.
func (s *Sheet) release() {
	s.press.dragging = false
	s.stopDrift()
}

// drifted implements host: the selection follows the edge beyond which the pointer is.
func (s *Sheet) drifted(down, _ int) {
	if down < 0 {
		s.extend(s.top)
	} else {
		s.extend(min(s.top+max(s.page.full, 1)-1, s.rows-1))
	}
}

// DoubleTapped activates the row if both clicks met it: two quick clicks on two rows are two selections.
func (s *Sheet) DoubleTapped(ev *fyne.PointEvent) {
	s.countRows()
	row := s.rowAt(ev.Position.Y)
	if row >= 0 && row == s.press.at.Row && row == s.press.before.Row && s.OnActivate != nil {
		s.OnActivate(row)
	}
}

// TappedSecondary asks for the context menu.
func (s *Sheet) TappedSecondary(ev *fyne.PointEvent) {
	s.countRows()
	if s.OnSecondary != nil && ev.Position.Y >= s.page.header {
		s.OnSecondary(s.rowAt(ev.Position.Y), ev.AbsolutePosition)
	}
}

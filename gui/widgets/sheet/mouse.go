package sheet

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// rowsPerPixel turns the drivers' wheel distance into rows: a notch, 25 units where most mice are used, moves 3 rows.
const rowsPerPixel = 3.0 / 25

// additive are the modifiers that add to a selection; Command takes Control's place on a Mac.
const additive = fyne.KeyModifierControl | fyne.KeyModifierSuper

// press is what the mouse buttons did last.
type press struct {
	row      int // of the last primary press, -1 for none
	before   int // of the press before
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
		s.press.before, s.press.row = s.press.row, row
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
		s.endDrag()
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
	switch {
	case y < 0:
		s.startDrift(y)
	case y >= s.page.body.Height:
		s.startDrift(y - s.page.body.Height + 1)
	default:
		s.stopDrift()
		s.extend(min(s.seen+int(y/s.page.row), s.rows-1))
	}
}

// DragEnd ends the drag. The button may have been released over something else, which takes the focus away.
func (s *Sheet) DragEnd() {
	s.endDrag()
	s.requestFocus()
}

func (s *Sheet) endDrag() {
	s.press.dragging = false
	s.stopDrift()
}

// DoubleTapped activates the row if both clicks met it: two quick clicks on two rows are two selections.
func (s *Sheet) DoubleTapped(ev *fyne.PointEvent) {
	s.countRows()
	row := s.rowAt(ev.Position.Y)
	if row >= 0 && row == s.press.row && row == s.press.before && s.OnActivate != nil {
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

// Scrolled moves by whole rows and keeps the rest for the next turn, so that a touchpad's small steps add up.
func (s *Sheet) Scrolled(ev *fyne.ScrollEvent) {
	s.countRows()
	dx, dy := ev.Scrolled.DX, ev.Scrolled.DY
	if dx == 0 && s.heldModifiers()&fyne.KeyModifierShift != 0 {
		dx, dy = dy, 0
	}
	s.wheel -= dy * rowsPerPixel
	rows := int(s.wheel)
	s.wheel -= float32(rows)
	if s.wheel < 0 && s.top == 0 || s.wheel > 0 && s.top == s.lastTop() {
		s.wheel = 0 // turning on at the end must not have to be turned back
	}
	s.scrollTo(s.top+rows, s.left-dx)
}

// drift is the scrolling while a drag is held beyond an edge.
type drift struct {
	animation *fyne.Animation
	beyond    float32 // pixels beyond the edge, negative above
	last      time.Time
	part      float32 // part of a row not yet moved
}

const (
	driftRate = 0.5 // rows a second for each pixel beyond the edge
	driftMost = 400 // rows a second
)

// startDrift scrolls by a row at once and then on, driven by the animations of the toolkit, until the pointer returns.
func (s *Sheet) startDrift(beyond float32) {
	s.drift.beyond = beyond
	if s.drift.animation != nil {
		return
	}
	s.drift.part, s.drift.last = 0, time.Now()
	if beyond < 0 {
		s.driftBy(-1)
	} else {
		s.driftBy(1)
	}
	if !s.press.dragging {
		return // OnSelect put an end to it
	}
	s.drift.animation = &fyne.Animation{Duration: time.Second, RepeatCount: fyne.AnimationRepeatForever, Tick: func(float32) {
		now := time.Now()
		elapsed := float32(min(now.Sub(s.drift.last), time.Second/10).Seconds())
		s.drift.last = now
		s.driftFor(elapsed)
	}}
	s.drift.animation.Start()
}

// driftFor scrolls what is due after so many seconds.
func (s *Sheet) driftFor(seconds float32) {
	s.drift.part += min(max(s.drift.beyond*driftRate, -driftMost), driftMost) * seconds
	rows := int(s.drift.part)
	s.drift.part -= float32(rows)
	s.driftBy(rows)
}

func (s *Sheet) driftBy(rows int) {
	s.countRows()
	if rows == 0 || s.rows == 0 || !s.press.dragging {
		return
	}
	s.scrollTo(s.top+rows, s.left)
	if rows < 0 {
		s.extend(s.top)
	} else {
		s.extend(min(s.top+max(s.page.full, 1)-1, s.rows-1))
	}
}

func (s *Sheet) stopDrift() {
	if s.drift.animation != nil {
		s.drift.animation.Stop()
		s.drift.animation = nil
	}
}

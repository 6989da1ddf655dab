package sheet

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
)

const (
	tipDelay = 500 * time.Millisecond
	tipLines = 8
	tipWidth = 560
	tipPad   = 8
)

// tooltip shows the whole text of an elided cell, on a layer above the rows and within the sheet.
type tooltip struct {
	back  *canvas.Rectangle
	lines []*canvas.Text
}

func newTooltip() *tooltip {
	t := &tooltip{back: hidden(canvas.NewRectangle(nil))}
	t.back.StrokeWidth, t.back.CornerRadius = 1, 4
	for range tipLines {
		text := canvas.NewText("", nil)
		text.Hidden = true
		t.lines = append(t.lines, text)
	}
	return t
}

func (t *tooltip) objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{t.back}
	for _, l := range t.lines {
		out = append(out, l)
	}
	return out
}

func (t *tooltip) hide() {
	if t.back.Hidden {
		return
	}
	t.back.Hide()
	for _, l := range t.lines {
		l.Hide()
	}
}

// showTip lays the text out beneath the cell, or above it where there is no room.
func (s *Sheet) showTip(text string, r *ruler, at fyne.Position, cell fyne.Size) {
	t, st, within := s.tip, &s.style, s.Size()
	broken := breakLines(text, min(tipWidth, within.Width-2*tipPad-8), tipLines, r)
	if len(broken) == 0 {
		return
	}
	var width float32
	for _, l := range broken {
		width = max(width, r.width(l, mostWidth))
	}
	line := r.height + 2
	size := fyne.NewSize(width+2*tipPad+4, float32(len(broken))*line+2*tipPad)
	x := max(min(at.X+4, within.Width-size.Width-4), 4)
	y := at.Y + cell.Height + 2
	if y+size.Height > within.Height {
		y = max(at.Y-size.Height-2, 0)
	}
	put(t.back, x, y, size.Width, size.Height)
	t.back.StrokeColor = st.tipEdge
	t.back.FillColor = st.tipBack
	t.back.Refresh()
	s.show(t.back, true)
	for i, text := range t.lines {
		if i < len(broken) {
			text.Text, text.Color, text.TextStyle, text.TextSize = broken[i], st.text[Normal], r.style, r.size
			put(text, x+tipPad, y+tipPad+float32(i)*line, width, line)
			text.Refresh()
		}
		s.show(text, i < len(broken))
	}
}

// breakLines breaks text into at most so many lines, at a blank or path separator where one is near, else anywhere. What
// does not fit is elided at the end.
func breakLines(text string, width float32, most int, r *ruler) []string {
	var out []string
	for text != "" && width > r.rune(ellipsis)*2 {
		if len(out) == most-1 {
			text, _ = elide(text, width, End, r)
			return append(out, text)
		}
		n := max(head(text, width, r), 1)
		n = max(boundary(text, n), 1)
		if n < len(text) {
			if i := strings.LastIndexAny(text[:n], ` /\,;:`); i > n/2 {
				n = i + 1
			}
		}
		out = append(out, strings.TrimRight(text[:n], " "))
		text = strings.TrimLeft(text[n:], " ")
	}
	return out
}

// hover is the cell under the pointer.
type hover struct {
	row, col int // row -1 for none
	wait     *fyne.Animation
	told     bool // OnHover has a text that it must be told to drop
}

var _ desktop.Hoverable = (*Sheet)(nil)

// MouseIn implements desktop.Hoverable.
func (s *Sheet) MouseIn(ev *desktop.MouseEvent) { s.MouseMoved(ev) }

// MouseMoved shows the whole text of an elided cell once the pointer rests on it.
func (s *Sheet) MouseMoved(ev *desktop.MouseEvent) {
	row, col := s.rowAt(ev.Position.Y), s.columnAt(ev.Position.X)
	if row >= 0 && row == s.hover.row && col == s.hover.col {
		return
	}
	s.leave()
	if row < 0 || col < 0 || s.press.dragging || !s.elidedAt(row, col) {
		return
	}
	s.hover.row, s.hover.col = row, col
	// An animation is the toolkit's clock on the UI thread.
	s.hover.wait = fyne.NewAnimation(tipDelay, func(done float32) {
		if done == 1 && s.hover.row == row && s.hover.col == col {
			s.tell(row, col)
		}
	})
	s.hover.wait.Start()
}

// MouseOut implements desktop.Hoverable.
func (s *Sheet) MouseOut() { s.leave() }

// elidedAt reports whether a visible cell shows less than its text.
func (s *Sheet) elidedAt(row, col int) bool {
	n := len(s.body.lines)
	if n == 0 || row < s.seen || row >= s.seen+n || col >= len(s.body.lines[0].cells) {
		return false
	}
	p := &s.body.lines[row%n].cells[col]
	return !p.text.Hidden && p.elided
}

// tell shows the cell's text, or hands it to the owner.
func (s *Sheet) tell(row, col int) {
	s.countRows()
	if s.model == nil || row >= s.rows || col >= s.model.Columns() || col >= len(s.columns) {
		return
	}
	cell := s.model.Cell(row, col)
	if s.OnHover != nil {
		s.hover.told = true
		s.OnHover(cell.Text)
		return
	}
	pos, size := s.cellBounds(row, col)
	text := legible(bounded(cell.Text, End))
	s.showTip(text, s.style.ruler(cell.Mono || s.columns[col].Mono), pos, size)
}

// leave forgets the cell under the pointer: it moved, or the rows under it did.
func (s *Sheet) leave() {
	if s.hover.wait != nil {
		s.hover.wait.Stop()
		s.hover.wait = nil
	}
	s.hover.row = -1
	s.tip.hide()
	if s.hover.told {
		s.hover.told = false
		if s.OnHover != nil {
			s.OnHover("")
		}
	}
}

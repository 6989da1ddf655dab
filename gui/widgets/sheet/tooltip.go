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
func (v *view) showTip(text string, r *ruler, at fyne.Position, cell fyne.Size) {
	t, st, within := v.tip, &v.style, v.Size()
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
	v.show(t.back, true)
	for i, text := range t.lines {
		if i < len(broken) {
			text.Text, text.Color, text.TextStyle, text.TextSize = broken[i], st.text[Normal], r.style, r.size
			put(text, x+tipPad, y+tipPad+float32(i)*line, width, line)
			text.Refresh()
		}
		v.show(text, i < len(broken))
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
func (v *view) MouseIn(ev *desktop.MouseEvent) { v.MouseMoved(ev) }

// MouseMoved shows the whole text of an elided cell once the pointer rests on it.
func (v *view) MouseMoved(ev *desktop.MouseEvent) {
	row, col := v.rowAt(ev.Position.Y), v.columnAt(ev.Position.X)
	if row >= 0 && row == v.hover.row && col == v.hover.col {
		return
	}
	v.leave()
	if row < 0 || col < 0 || v.press.dragging || !v.elidedAt(row, col) {
		return
	}
	v.rest(row, col, func() { v.tell(row, col) })
}

// rest calls tell when the pointer has rested on a place.
func (v *view) rest(row, col int, tell func()) {
	v.hover.row, v.hover.col = row, col
	// An animation is the toolkit's clock on the UI thread.
	v.hover.wait = fyne.NewAnimation(tipDelay, func(done float32) {
		if done == 1 && v.hover.row == row && v.hover.col == col {
			tell()
		}
	})
	v.hover.wait.Start()
}

// MouseOut implements desktop.Hoverable.
func (v *view) MouseOut() { v.leave() }

// elidedAt reports whether a visible cell shows less than its text.
func (v *view) elidedAt(row, col int) bool {
	b := v.body
	if col < v.page.fixed {
		b = v.fixed[0].body
	}
	p := b.at(row, col)
	return p != nil && !p.text.Hidden && p.elided
}

// tell shows the cell's text, or hands it to the owner.
func (v *view) tell(row, col int) {
	v.countRows()
	if row >= v.rows || col >= v.cols {
		return
	}
	cell := v.model.Cell(row, col)
	pos, size := v.cellBounds(row, col)
	v.tellText(cell.Text, v.style.ruler(cell.Mono || v.columns[col].Mono), pos, size)
}

// tellText shows a text that belongs to the place at pos, or hands it to the owner.
func (v *view) tellText(text string, r *ruler, pos fyne.Position, size fyne.Size) {
	if told := v.host.hovered(); told != nil {
		v.hover.told = true
		told(text)
		return
	}
	v.showTip(legible(bounded(text, End), v.breaks), r, pos, size)
}

// leave forgets what is under the pointer: it moved, or the rows under it did.
func (v *view) leave() {
	if v.hover.wait != nil {
		v.hover.wait.Stop()
		v.hover.wait = nil
	}
	v.hover.row = -1
	v.tip.hide()
	if v.hover.told {
		v.hover.told = false
		if told := v.host.hovered(); told != nil {
			told("")
		}
	}
}

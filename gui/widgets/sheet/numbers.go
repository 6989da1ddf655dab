package sheet

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

const (
	numberPad   = 8
	leastDigits = 3
	leastMargin = 44 // wide enough to be hit
)

// numbers is the margin with the rows' numbers. It draws; the editor takes the clicks.
type numbers struct {
	widget.BaseWidget
	editor *Editor
	most   int // the largest number shown so far: the margin grows and does not shrink while one scrolls

	back, light, corner, line *canvas.Rectangle
	all                       *canvas.ArbitraryPolygon
	texts                     []numberText // a ring, as the cells of a body
	drawn                     []fyne.CanvasObject
}

// numberText is one row's number, with what it was last asked to show.
type numberText struct {
	text   *canvas.Text
	number int
}

func newNumbers(e *Editor) *numbers {
	n := &numbers{editor: e, back: canvas.NewRectangle(nil), light: hidden(canvas.NewRectangle(nil)),
		corner: canvas.NewRectangle(nil), line: canvas.NewRectangle(nil), all: newTriangle(false)}
	n.ExtendBaseWidget(n)
	return n
}

// CreateRenderer implements fyne.Widget.
func (n *numbers) CreateRenderer() fyne.WidgetRenderer {
	return &part{owner: n, objects: func() []fyne.CanvasObject { return n.drawn }}
}

// forget lets the margin be as narrow as the next document allows. The same one, edited, must not move its columns.
func (n *numbers) forget() { n.most = 0 }

// width is what the margin takes, for the rows that are about to be shown.
func (n *numbers) width() float32 {
	e := n.editor
	n.most = max(n.most, e.rows)
	if e.RowNumber != nil {
		for row := e.top; row < min(e.top+e.page.shown, e.rows); row++ {
			n.most = max(n.most, e.RowNumber(row))
		}
	}
	digits := 1
	for rest := n.most / 10; rest > 0; rest /= 10 {
		digits++
	}
	digits = max(digits, leastDigits)
	return max(float32(int(float32(digits)*e.style.plain.rune('8')+0.99))+2*numberPad, leastMargin)
}

// place draws the margin within width × height, beneath the titles' height.
func (n *numbers) place(width, height float32) {
	e, st := n.editor, &n.editor.style
	head, row := e.page.header, e.page.row
	n.grow(e.page.shown)
	put(n.back, 0, 0, width, height)
	paint(n.back, st.background)
	put(n.corner, 0, 0, width, head-1)
	put(n.line, width-1, 0, 1, height)
	paint(n.line, st.headerLine)
	paint(n.corner, st.background)
	if e.area.Kind == All && e.at.Row >= 0 {
		paint(n.corner, st.selection)
	}
	put(n.all, width-numberPad-10, head-numberPad-10, 10, 10)
	if n.all.FillColor != st.thumb {
		n.all.FillColor = st.thumb
		n.all.Refresh()
	}

	end := min(e.seen+e.page.shown, e.rows)
	from, to := max(e.area.Top, e.seen), min(e.area.Bottom, end-1)
	lit := e.at.Row >= 0 && from <= to
	if lit {
		put(n.light, 0, head+float32(from-e.seen)*row, width-1, float32(to-from+1)*row)
		paint(n.light, st.headerFill(e.area.Kind == Rows || e.area.Kind == All))
	}
	e.show(n.light, lit)

	for k := range n.texts {
		at := e.seen + k
		t := &n.texts[at%len(n.texts)]
		there := k < e.page.shown && at < e.rows
		if there {
			ink := st.text[Muted]
			if at >= from && at <= to {
				ink = st.text[Normal]
			}
			text := t.text.Text
			if number := e.numberOf(at); number != t.number || text == "" {
				t.number, text = number, strconv.Itoa(number)
			}
			put(t.text, numberPad, head+float32(k)*row, width-2*numberPad, row)
			write(t.text, text, st.plain, ink)
		}
		e.show(t.text, there)
	}
}

// grow makes room for so many rows.
func (n *numbers) grow(rows int) {
	if n.drawn != nil && rows <= len(n.texts) {
		return
	}
	for len(n.texts) < rows {
		t := canvas.NewText("", nil)
		t.Alignment, t.Hidden = fyne.TextAlignTrailing, true
		n.texts = append(n.texts, numberText{text: t})
	}
	n.drawn = []fyne.CanvasObject{n.back, n.light}
	for _, t := range n.texts {
		n.drawn = append(n.drawn, t.text)
	}
	n.drawn = append(n.drawn, n.corner, n.all, n.line)
	canvas.Refresh(n)
}

package sheet

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

const (
	stripWidth = 16
	stripPart  = 4 // height of a part, at least
	stripReach = 3 // parts beside the pointer in which a mark counts as hit
)

// strip is the whole sheet at a glance: where its bad cells are, and where one is. It draws; the editor takes the clicks.
type strip struct {
	widget.BaseWidget
	editor *Editor
	stale  bool // the owner is to be asked again
	rows   int  // when it was asked
	height float32
	marks  []Mark

	back, here *canvas.Rectangle
	notches    []*canvas.Rectangle
	drawn      []fyne.CanvasObject
}

func newStrip(e *Editor) *strip {
	s := &strip{editor: e, stale: true, back: canvas.NewRectangle(nil), here: hidden(canvas.NewRectangle(nil))}
	s.Hidden = true
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *strip) CreateRenderer() fyne.WidgetRenderer {
	return &part{owner: s, objects: func() []fyne.CanvasObject { return s.drawn }}
}

// ask asks the owner for marks, where something may be another.
func (s *strip) ask(height float32) {
	e := s.editor
	if !s.stale && s.rows == e.rows && s.height == height {
		return
	}
	s.stale, s.rows, s.height, s.marks = false, e.rows, height, nil
	if buckets := min(e.rows, int(height/stripPart)); buckets > 0 {
		s.marks = e.Marks(buckets)
		s.marks = s.marks[:min(len(s.marks), buckets)]
	}
}

// y is where a part begins.
func (s *strip) y(part int) float32 {
	return float32(int(float64(part) * float64(s.height) / float64(s.buckets())))
}

// buckets is the number of parts that all rows were cut into.
func (s *strip) buckets() int { return max(min(s.rows, int(s.height/stripPart)), 1) }

// place draws the strip: a notch for each run of parts with the same mark.
func (s *strip) place(height float32) {
	e, st := s.editor, &s.editor.style
	s.ask(height)
	put(s.back, 0, 0, stripWidth, height)
	paint(s.back, st.track)
	used := 0
	for i := 0; i < len(s.marks); {
		mark, from := min(s.marks[i], MarkError), i
		for i < len(s.marks) && min(s.marks[i], MarkError) == mark {
			i++
		}
		if mark == Unmarked {
			continue
		}
		if used == len(s.notches) {
			s.notches = append(s.notches, hidden(canvas.NewRectangle(nil)))
			s.drawn = nil
		}
		r := s.notches[used]
		used++
		width := float32(stripWidth - 2)
		if mark == MarkWarning {
			width /= 2
		}
		put(r, 1, s.y(from), width, s.y(i)-s.y(from))
		paint(r, st.mark[mark])
		e.show(r, true)
	}
	for _, r := range s.notches[used:] {
		e.show(r, false)
	}
	if e.at.Row >= 0 {
		put(s.here, 0, float32(int(float64(e.at.Row)/float64(max(e.rows, 1))*float64(height-2))), stripWidth, 2)
		paint(s.here, st.text[Normal])
	}
	e.show(s.here, e.at.Row >= 0)
	if s.drawn == nil {
		s.drawn = []fyne.CanvasObject{s.back}
		for _, r := range s.notches {
			s.drawn = append(s.drawn, r)
		}
		s.drawn = append(s.drawn, s.here)
		canvas.Refresh(s)
	}
}

// clicked goes to the part at y, or to the nearest marked one if that is near.
func (s *strip) clicked(y float32) {
	e := s.editor
	if s.rows == 0 || s.height <= 0 {
		return
	}
	n := s.buckets()
	part := min(max(int(float64(y)*float64(n)/float64(s.height)), 0), n-1)
	for d := range stripReach + 1 {
		if i := part - d; i >= 0 && i < len(s.marks) && s.marks[i] != Unmarked {
			part = i
			break
		}
		if i := part + d; i < len(s.marks) && s.marks[i] != Unmarked {
			part = i
			break
		}
	}
	from, to := part*s.rows/n, (part+1)*s.rows/n-1
	if e.OnMarks != nil {
		e.OnMarks(from, max(to, from))
		return
	}
	e.ScrollTo(from, e.at.Column)
}

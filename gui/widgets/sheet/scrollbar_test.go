package sheet

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

func grab(b *scrollBar, along float32) {
	b.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(along, along)}})
}

func pull(b *scrollBar, along float32) {
	b.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(along, along)}})
}

func TestScrollBarReachesBothEnds(t *testing.T) {
	const rows = 5_000_000
	s, _ := shown(t, &grid{t: t, rows: rows, cols: 1}, columns(1))
	b := s.vbar
	if b.Size().Width < 14 {
		t.Errorf("the bar is %g wide, too narrow for gloves", b.Size().Width)
	}
	_, length := b.thumbSpan()
	if length < leastThumb {
		t.Errorf("the thumb is %g long", length)
	}
	grab(b, 10)
	pull(b, 10_000)
	wantScreen(t, s, rows-10, 10, 1)
	if begin, _ := b.thumbSpan(); begin+length != b.Size().Height {
		t.Errorf("at the last row the thumb ends at %g of %g", begin+length, b.Size().Height)
	}
	pull(b, -10_000)
	wantScreen(t, s, 0, 10, 1)
	pull(b, 10+(b.Size().Height-length)/2)
	if middle := (rows - 10) / 2; s.top < middle-1 || s.top > middle+1 {
		t.Errorf("half way is row %d, want %d", s.top, middle)
	}
	b.DragEnd()
	pull(b, 10)
	if s.top < 1000 {
		t.Error("the bar moved after the button was released")
	}
}

// The thumb must stay under the pointer, and not move when it is only touched.
func TestScrollBarThumbDoesNotJump(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 200, cols: 1}, columns(1))
	s.scrollTo(77, 0)
	b := s.vbar
	begin, _ := b.thumbSpan()
	grab(b, begin+30)
	pull(b, begin+30)
	if s.top != 77 {
		t.Errorf("touching the thumb moved the sheet from 77 to %d", s.top)
	}
	pull(b, begin+130)
	if now, _ := b.thumbSpan(); now < begin+98 || now > begin+102 {
		t.Errorf("pulled by 100 the thumb moved by %g", now-begin)
	}
}

func TestScrollBarPages(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 1000, cols: 1}, columns(1))
	b := s.vbar
	grab(b, b.Size().Height-5)
	wantScreen(t, s, 10, 10, 1)
	grab(b, b.Size().Height-5)
	wantScreen(t, s, 20, 10, 1)
	s.scrollTo(985, 0)
	grab(b, 1)
	wantScreen(t, s, 975, 10, 1)
}

func TestScrollBarSideways(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 50, cols: 12}, columns(12))
	if !s.hbar.Visible() || s.hbar.Size().Height < 14 {
		t.Fatal("no bar to scroll sideways, or too narrow for gloves")
	}
	grab(s.hbar, 20)
	pull(s.hbar, 10_000)
	if s.left != 600 {
		t.Errorf("left %g, want 600", s.left)
	}
	if got := onScreen(s)[0]; len(got) != 6 || got[5] != "0.11" {
		t.Errorf("row 0 shows %q, want the last six columns", got)
	}
	pull(s.hbar, -50)
	if s.left != 0 {
		t.Errorf("left %g, want 0", s.left)
	}
}

// The strip of the bar in rows is always kept free, so that columns stay where they are when rows come and go.
func TestColumnsStayWhenTheBarComes(t *testing.T) {
	g := &grid{t: t, rows: 10, cols: 1}
	s, _ := shown(t, g, []Column{{Flexible: true}})
	if s.vbar.Visible() {
		t.Error("a bar although all rows are visible")
	}
	before := s.columns[0].width
	g.rows = 11
	s.Refresh()
	if !s.vbar.Visible() || s.columns[0].width != before {
		t.Errorf("bar visible: %v, column %g wide, was %g", s.vbar.Visible(), s.columns[0].width, before)
	}
}

func TestModelShrinksUnderTheThumb(t *testing.T) {
	g := &grid{t: t, rows: 5000, cols: 1}
	s, _ := shown(t, g, columns(1))
	grab(s.vbar, 10)
	pull(s.vbar, 200)
	g.rows = 5
	s.Refresh()
	pull(s.vbar, 300)
	wantScreen(t, s, 0, 5, 1)
	g.rows = 5000
	s.Refresh()
	pull(s.vbar, 300)
	if s.top != 0 {
		t.Error("the drag went on although its bar had gone")
	}
}

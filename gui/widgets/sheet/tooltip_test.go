package sheet

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func long(row, col int) Cell {
	if row%2 == 1 {
		return Cell{Text: "short"}
	}
	return Cell{Text: "/home/ana/batches/2026-11/line-4/thermostat/device-0001-with-a-long-name.csr"}
}

func TestHoverShowsTheWholeText(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 100, cols: 2, cell: long}, columns(2))
	tip := func() string {
		if !s.tip.back.Visible() {
			return ""
		}
		top, bottom := s.tip.back.Position().Y, s.tip.back.Position().Y+s.tip.back.Size().Height
		if top < 0 || bottom > s.Size().Height {
			t.Errorf("the tooltip from %g to %g leaves the sheet", top, bottom)
		}
		cell, size := s.cellBounds(s.hover.row, s.hover.col)
		if top < cell.Y+size.Height && bottom > cell.Y {
			t.Errorf("the tooltip from %g to %g covers its cell", top, bottom)
		}
		var b strings.Builder
		for _, l := range s.tip.lines {
			if l.Visible() {
				b.WriteString(l.Text)
				if x, y := l.Position().X, l.Position().Y; x < 0 || y < 0 || x+l.Size().Width > s.Size().Width || y+l.Size().Height > s.Size().Height {
					t.Errorf("the tooltip leaves the sheet: line at %v, size %v", l.Position(), l.Size())
				}
			}
		}
		return b.String()
	}
	for k := range 10 {
		test.MoveMouse(w.Canvas(), at(s, k))
		want := ""
		if k%2 == 0 {
			want = long(k, 0).Text
		}
		if got := tip(); got != want {
			t.Errorf("pointer on row %d: tooltip %q, want %q", k, got, want)
		}
	}
	test.MoveMouse(w.Canvas(), at(s, 0))
	test.MoveMouse(w.Canvas(), fyne.NewPos(400, at(s, 0).Y)) // right of all columns
	if got := tip(); got != "" {
		t.Errorf("tooltip %q beside the columns", got)
	}
	test.MoveMouse(w.Canvas(), at(s, 2))
	test.Scroll(w.Canvas(), at(s, 2), 0, -25)
	if got := tip(); got != "" {
		t.Errorf("tooltip %q stays when its row is scrolled away", got)
	}
	test.MoveMouse(w.Canvas(), at(s, 3))
	test.WidgetRenderer(s).Layout(s.Size()) // a driver does this when the tooltip's texts have changed
	if tip() == "" {
		t.Error("laying the sheet out again hides the tooltip")
	}
	w.Resize(w.Canvas().Size().AddWidthHeight(0, 40))
	if got := tip(); got != "" {
		t.Errorf("tooltip %q stays in a sheet of another size", got)
	}
	test.MoveMouse(w.Canvas(), at(s, 1))
	click(s, 1, 0)
	if got := tip(); got != "" {
		t.Errorf("tooltip %q stays after a click", got)
	}
}

func TestOnHoverTakesTheTooltipsPlace(t *testing.T) {
	s, w := shown(t, &grid{t: t, rows: 100, cols: 1, cell: long}, columns(1))
	var heard []string
	s.OnHover = func(text string) { heard = append(heard, text) }
	test.MoveMouse(w.Canvas(), at(s, 2))
	test.MoveMouse(w.Canvas(), at(s, 3))
	test.MoveMouse(w.Canvas(), at(s, 4))
	test.MoveMouse(w.Canvas(), fyne.NewPos(1, 1)) // the header
	if want := []string{long(2, 0).Text, "", long(4, 0).Text, ""}; !slices.Equal(heard, want) {
		t.Errorf("OnHover heard %q, want %q", heard, want)
	}
	if s.tip.back.Visible() {
		t.Error("the tooltip is shown besides")
	}
}

func TestBreakLines(t *testing.T) {
	r := rulers()["mono"]
	width := 10*r.rune('x') + 0.01
	for _, tc := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"0123456789", []string{"0123456789"}},
		{"01234567890", []string{"0123456789", "0"}},
		{"012345678 01234", []string{"012345678", "01234"}},
		{"/home/ana/batches", []string{"/home/ana/", "batches"}},
		{strings.Repeat("x", 45), []string{"xxxxxxxxxx", "xxxxxxxxxx", "xxxxxxxxx…"}},
	} {
		if got := breakLines(tc.text, width, 3, r); !slices.Equal(got, tc.want) {
			t.Errorf("%q: %q, want %q", tc.text, got, tc.want)
		}
	}
	if got := breakLines("text", 3, 3, r); got != nil {
		t.Errorf("no room: %q", got)
	}
}

func TestTooltipOfAHugeCell(t *testing.T) {
	g := &grid{t: t, rows: 5, cols: 1, cell: func(int, int) Cell { return Cell{Text: strings.Repeat("MIIB ", 1<<18)} }}
	s, w := shown(t, g, columns(1))
	test.MoveMouse(w.Canvas(), at(s, 0))
	total := 0
	for _, l := range s.tip.lines {
		total += len(l.Text)
	}
	if !s.tip.back.Visible() || total > 2000 || s.tip.back.Size().Height > 300 {
		t.Errorf("visible %v, %d bytes, size %v", s.tip.back.Visible(), total, s.tip.back.Size())
	}
}

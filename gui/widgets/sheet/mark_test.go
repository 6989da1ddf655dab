package sheet

import (
	"reflect"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

func TestMarksHaveShapes(t *testing.T) {
	b := newBook(t, 50, 4)
	b.mark = func(row, col int) Mark {
		switch {
		case row == 1 && col == 1:
			return MarkWarning
		case row == 2 && col == 2:
			return MarkError
		case row == 3:
			return Mark(99) // of a later version: as bad as can be
		}
		return Unmarked
	}
	e, _ := edited(t, b, columns(4))
	warning, bad := e.body.at(1, 1).badge, e.body.at(2, 2).badge
	if warning == nil || !warning.corner.Visible() || warning.under.Visible() || !warning.tint.Visible() {
		t.Fatal("a warning has a corner and a tint")
	}
	if bad == nil || !bad.corner.Visible() || !bad.under.Visible() {
		t.Fatal("an error has a corner and a line")
	}
	if warning.corner.Size().Width >= bad.corner.Size().Width {
		t.Error("without colour a warning looks like an error")
	}
	if p := bad.corner.Position().AddXY(bad.corner.Size().Width, 0); p.X != 299 || p.Y != 2*e.page.row {
		t.Errorf("the corner's tip is at %v, the cell's at 300", p)
	}
	if g := e.body.at(3, 0).badge; g == nil || !g.under.Visible() {
		t.Error("an unknown mark is not drawn as an error")
	}
	if e.body.at(0, 0).badge != nil {
		t.Error("a cell without a mark has objects for one")
	}
	e.scrollTo(11, 0)
	for row := e.seen; row < e.seen+10; row++ {
		for col := range 4 {
			if g := e.body.at(row, col).badge; g != nil && (g.corner.Visible() || g.under.Visible() || g.tint.Visible()) {
				t.Errorf("cell %d, %d shows the mark of another", row, col)
			}
		}
	}
}

func TestChangedCells(t *testing.T) {
	g := &grid{t: t, rows: 5, cols: 2, cell: func(row, col int) Cell { return Cell{Text: "x", Changed: row == col} }}
	e, _ := edited(t, g, columns(2))
	if g := e.body.at(1, 1).badge; g == nil || !g.changed.Visible() || g.corner.Visible() {
		t.Error("a changed cell has its bar, and no corner")
	}
	if e.body.at(1, 0).badge != nil {
		t.Error("a cell that did not change has a bar")
	}
}

func TestSignsAndMarksOfTitles(t *testing.T) {
	cols := columns(6)
	cols[0].Sign, cols[1].Sign, cols[2].Sign = Required, Unknown, DeviceField
	cols[3].Mark, cols[4].Mark = MarkWarning, MarkError
	cols[5].Sign, cols[5].Align = Required, fyne.TextAlignTrailing
	e, _ := edited(t, newBook(t, 5, 6), cols)
	var signs []string
	for i := range 6 {
		title := &e.header.titles[i]
		if title.sign.Visible() {
			signs = append(signs, title.sign.Text)
			if title.sign.Position().X+title.sign.Size().Width > title.text.Position().X {
				t.Errorf("the sign of title %d lies over its text", i)
			}
		} else {
			signs = append(signs, "")
		}
	}
	if want := []string{"●", "?", "◇", "", "", "●"}; !slices.Equal(signs, want) {
		t.Errorf("signs %q, want %q", signs, want)
	}
	warning, bad := e.header.titles[3].under, e.header.titles[4].under
	if !warning.Visible() || !bad.Visible() || warning.Size().Width >= bad.Size().Width || e.header.titles[0].under.Visible() {
		t.Error("marks of titles: a warning is half as wide as an error, and only marked ones have any")
	}
}

func TestHeadersOfTheSelection(t *testing.T) {
	e, _ := edited(t, newBook(t, 50, 8), columns(8))
	e.SelectArea(Area{2, 1, 4, 3, Cells})
	light := e.header.light
	if !light.Visible() || light.Position().X != 100 || light.Size().Width != 300 {
		t.Errorf("titles lit from %g, %g wide", light.Position().X, light.Size().Width)
	}
	if n := e.numbers.light; !n.Visible() || n.Position().Y != e.page.header+2*e.page.row || n.Size().Height != 3*e.page.row {
		t.Errorf("numbers lit from %v, %v", n.Position(), n.Size())
	}
	calm := light.FillColor
	clickAt(e, above(e, 2), 0)
	if light.FillColor == calm {
		t.Error("a selected column's title looks like that of a selected cell")
	}
	e.scrollTo(30, 0)
	e.Select(2, 2)
	e.scrollTo(30, 0)
	if e.numbers.light.Visible() {
		t.Error("numbers are lit for rows that are not seen")
	}
}

func TestRowNumbers(t *testing.T) {
	e, _ := edited(t, newBook(t, 120, 2), columns(2))
	numbers := func() (out []string) {
		for row := e.seen; row < e.seen+10; row++ {
			out = append(out, e.numbers.texts[row%len(e.numbers.texts)].text.Text)
		}
		return out
	}
	e.scrollTo(95, 0)
	if got, want := numbers(), []string{"96", "97", "98", "99", "100", "101", "102", "103", "104", "105"}; !slices.Equal(got, want) {
		t.Errorf("numbers %q, want %q", got, want)
	}
	width := e.page.left
	e.RowNumber = func(row int) int { return 1_000_000 + row*3 }
	e.Refresh()
	if got := numbers(); got[0] != "1000285" || got[9] != "1000312" {
		t.Errorf("numbers %q of a filtered view", got)
	}
	if e.page.left <= width || e.page.left < e.style.plain.width("1000312", mostWidth)+2*numberPad {
		t.Errorf("the margin is %g wide, it was %g", e.page.left, width)
	}
	wide := e.page.left
	e.RowNumber = nil
	e.SetModel(newBook(t, 120, 2)) // as an owner does after each change
	if e.page.left != wide {
		t.Errorf("an edit moves the columns: the margin is %g wide, it was %g", e.page.left, wide)
	}
	e.SetModel(nil)
	e.SetModel(newBook(t, 120, 2))
	if e.page.left != width {
		t.Errorf("the margin is %g wide, want %g again", e.page.left, width)
	}
}

func TestStripOfMarks(t *testing.T) {
	g := &grid{t: t, rows: 2_000_000, cols: 2}
	e := NewEditor(columns(2), g)
	asked := 0
	e.Marks = func(buckets int) []Mark {
		asked++
		out := make([]Mark, buckets)
		if buckets > 60 {
			out[10], out[11], out[40] = MarkWarning, MarkWarning, MarkError
		}
		return out
	}
	var jumps [][2]int
	w := newWindow(t, e)
	fitWindow(t, e, w)
	if asked == 0 || !e.strip.Visible() {
		t.Fatal("there is no strip")
	}
	n := e.strip.buckets()
	warning, bad := e.strip.notches[0], e.strip.notches[1]
	if !warning.Visible() || !bad.Visible() || warning.Size().Width >= bad.Size().Width || warning.Size().Height <= bad.Size().Height {
		t.Errorf("two parts of warning: %v; one of error: %v", warning.Size(), bad.Size())
	}
	before := asked
	e.scrollTo(1000, 0)
	if asked != before {
		t.Error("scrolling asks for marks")
	}
	e.Refresh()
	if asked != before+1 {
		t.Errorf("a refresh asks %d times for marks", asked-before)
	}

	e.OnMarks = func(from, to int) { jumps = append(jumps, [2]int{from, to}) }
	x := e.Size().Width - barWidth - stripWidth/2
	clickAt(e, fyne.NewPos(x, e.page.header+e.strip.y(40)+1), 0)
	clickAt(e, fyne.NewPos(x, e.page.header+e.strip.y(42)+1), 0) // beside it: gloves
	want := [2]int{40 * g.rows / n, 41*g.rows/n - 1}
	if !reflect.DeepEqual(jumps, [][2]int{want, want}) {
		t.Errorf("OnMarks heard %v, want %v twice", jumps, want)
	}
	e.OnMarks = nil
	clickAt(e, fyne.NewPos(x, e.page.header+e.strip.y(60)+1), 0)
	if at := 60 * g.rows / n; e.top > at || e.top+10 <= at {
		t.Errorf("a click on the strip shows the rows from %d, want %d", e.top, at)
	}

	g.rows = 3 // fewer rows than the strip has parts
	e.Marks = func(buckets int) []Mark {
		return []Mark{Unmarked, MarkError, MarkError, MarkError, MarkError}[:buckets]
	}
	e.OnMarks = func(from, to int) { jumps = append(jumps, [2]int{from, to}) }
	e.Refresh()
	clickAt(e, fyne.NewPos(x, e.page.header+e.page.body.Height/2), 0)
	if got := jumps[len(jumps)-1]; got != [2]int{1, 1} {
		t.Errorf("the middle of three rows: %v", got)
	}
	g.rows = 0
	e.Refresh()
	clickAt(e, fyne.NewPos(x, e.page.header+20), 0)
}

// What is bad must be readable too.
func TestTextOnMarksIsReadable(t *testing.T) {
	for _, variant := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
		st := newStyle(sourceOf(theme.DefaultTheme(), variant))
		for _, m := range []Mark{MarkWarning, MarkError} {
			if got := contrast(st.text[Normal], st.tint[m]); got < readable {
				t.Errorf("variant %d, mark %d: contrast %.1f", variant, m, got)
			}
			if got := contrast(st.mark[m], st.background); got < discernible {
				t.Errorf("variant %d, mark %d: the corner's contrast is %.1f", variant, m, got)
			}
		}
	}
}

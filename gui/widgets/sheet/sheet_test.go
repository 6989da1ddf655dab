package sheet

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// grid is a model of any length whose cells say where they are; it fails the test when asked for one that is not there.
type grid struct {
	t          testing.TB
	rows, cols int
	cell       func(row, col int) Cell // nil for the place of the cell
	asked      [][2]int                // every call since it was last set to nil
	record     bool
}

func (g *grid) Rows() int    { return g.rows }
func (g *grid) Columns() int { return g.cols }
func (g *grid) Cell(row, col int) Cell {
	if row < 0 || row >= g.rows || col < 0 || col >= g.cols {
		g.t.Errorf("Cell(%d, %d) of a model of %d × %d", row, col, g.rows, g.cols)
	}
	if g.record {
		g.asked = append(g.asked, [2]int{row, col})
	}
	if g.cell != nil {
		return g.cell(row, col)
	}
	return Cell{Text: fmt.Sprintf("%d.%d", row, col)}
}

// columns are n columns of 100.
func columns(n int) []Column {
	out := make([]Column, n)
	for i := range out {
		out[i] = Column{Title: fmt.Sprint("column ", i), Width: 100}
	}
	return out
}

// shown is a sheet in a window, with room for exactly ten rows at this size.
func shown(t testing.TB, model Model, columns []Column) (*Sheet, fyne.Window) {
	t.Helper()
	s := New(columns, model)
	w := test.NewTempWindow(t, s)
	w.SetPadded(false)
	size := fyne.NewSize(600+barWidth, s.page.header+10*s.page.row)
	w.Resize(size)
	if s.hbar.Visible() {
		w.Resize(size.AddWidthHeight(0, barWidth))
	}
	if s.page.full != 10 {
		t.Fatalf("%d rows fit, want 10", s.page.full)
	}
	return s, w
}

// onScreen reads what is drawn: row → texts from left to right.
func onScreen(s *Sheet) map[int][]string { return onScreenFrom(s, s.top) }

// onScreenFrom reads what is drawn by the place on the screen, taking the uppermost for row first.
func onScreenFrom(s *Sheet, first int) map[int][]string {
	type seen struct {
		x    float32
		text string
	}
	rows := map[int][]seen{}
	for _, o := range s.body.drawn {
		t, ok := o.(*canvas.Text)
		if !ok || t.Hidden {
			continue
		}
		row := first + int(math.Round(float64(t.Position().Y/s.page.row)))
		rows[row] = append(rows[row], seen{t.Position().X, t.Text})
	}
	out := map[int][]string{}
	for row, cells := range rows {
		slices.SortFunc(cells, func(a, b seen) int { return int(a.x - b.x) })
		for _, c := range cells {
			out[row] = append(out[row], c.text)
		}
	}
	return out
}

// wantScreen checks that the rows from first on are drawn, each with its own texts.
func wantScreen(t *testing.T, s *Sheet, first, rows, cols int) {
	t.Helper()
	got := onScreen(s)
	if len(got) != rows {
		t.Errorf("%d rows are drawn, want %d", len(got), rows)
	}
	for row := first; row < first+rows; row++ {
		var want []string
		for col := range cols {
			want = append(want, fmt.Sprintf("%d.%d", row, col))
		}
		if !reflect.DeepEqual(got[row], want) {
			t.Errorf("row %d shows %q, want %q", row, got[row], want)
		}
	}
}

func TestScrollToIsExactInFiveMillionRows(t *testing.T) {
	const rows = 5_000_000
	s, _ := shown(t, &grid{t: t, rows: rows, cols: 3}, columns(3))
	s.ScrollTo(rows - 1)
	wantScreen(t, s, rows-10, 10, 3)

	for row := rows - 1; row >= rows-30; row-- {
		s.ScrollTo(row)
		if row < s.top || row >= s.top+10 {
			t.Errorf("ScrollTo(%d) shows the rows from %d", row, s.top)
		}
		wantScreen(t, s, s.top, 10, 3)
	}
	for _, row := range []int{0, 16_777_217 / 5, 2_500_001, 4_194_305} {
		s.ScrollTo(row)
		if row < s.top || row >= s.top+10 {
			t.Errorf("ScrollTo(%d) shows the rows from %d", row, s.top)
		}
		wantScreen(t, s, s.top, 10, 3)
	}
}

func TestScrollToMovesNoMoreThanNeeded(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 1000, cols: 1}, columns(1))
	for _, step := range []struct{ row, top int }{
		{5, 0},     // visible
		{10, 1},    // just below
		{1, 1},     // still visible
		{0, 0},     // just above
		{19, 10},   // within the next page
		{500, 497}, // far away: a third of the page above it
		{496, 496}, // near again
		{-5, 0},
		{5000, 990},
	} {
		s.ScrollTo(step.row)
		if s.top != step.top {
			t.Errorf("ScrollTo(%d): top row %d, want %d", step.row, s.top, step.top)
		}
	}
}

func TestModelIsAskedForVisibleCellsOnly(t *testing.T) {
	g := &grid{t: t, rows: 5_000_000, cols: 20, record: true}
	s, _ := shown(t, g, columns(20))
	for _, step := range []func(){
		func() { s.ScrollTo(3_000_000) },
		func() { s.scrollTo(s.top, 450) },
		s.Refresh,
		s.SelectAll,
		func() { test.Scroll(s.canvas(), fyne.NewPos(50, 100), 0, -25) },
	} {
		g.asked = nil
		step()
		for _, at := range g.asked {
			x := s.columns[at[1]].x - s.left
			if at[0] < s.top || at[0] >= s.top+s.page.shown || x >= 600 || x+100 <= 0 {
				t.Fatalf("asked for row %d, column %d while %d rows from %d and pixels from %g are shown",
					at[0], at[1], s.page.shown, s.top, s.left)
			}
		}
	}
}

func TestRowsKeepTheirTextsWhileVisible(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 100, cols: 1}, columns(1))
	find := func(text string) *canvas.Text {
		for _, l := range s.body.lines {
			if p := l.cells[0].text; !p.Hidden && p.Text == text {
				return p
			}
		}
		return nil
	}
	before := find("7.0")
	s.scrollTo(3, 0)
	if after := find("7.0"); before == nil || after != before {
		t.Errorf("row 7 was drawn by %p and is by %p: scrolling fills all rows again", before, after)
	}
}

func TestShrinkingToNothing(t *testing.T) {
	g := &grid{t: t, rows: 5000, cols: 2}
	s, w := shown(t, g, columns(2))
	var told []int
	s.OnSelect = func(row int) { told = append(told, row) }
	s.Select(4000)
	s.SelectRange(3990, 4010)

	g.rows = 4001
	s.Refresh()
	if got, want := s.Selected(), [][2]int{{3990, 4000}}; !reflect.DeepEqual(got, want) || s.CurrentRow() != 4000 {
		t.Errorf("selected %v, current %d after shrinking to 4001 rows", got, s.CurrentRow())
	}
	wantScreen(t, s, 3991, 10, 2)

	g.rows = 0
	// Fyne may ask for a layout before the owner has called Refresh.
	w.Resize(fyne.NewSize(500, 300))
	test.Scroll(w.Canvas(), fyne.NewPos(50, 100), 0, 50)
	s.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	s.MouseDown(press1(s, 2, 0))
	if len(s.Selected()) != 0 || s.CurrentRow() != -1 || s.top != 0 || len(onScreen(s)) != 0 {
		t.Errorf("selected %v, current %d, top %d, %d rows drawn in an empty model", s.Selected(), s.CurrentRow(), s.top, len(onScreen(s)))
	}
	if s.vbar.Visible() {
		t.Error("the scroll bar is still shown")
	}
	if want := []int{4000, 4010, 4000, -1}; !slices.Equal(told, want) {
		t.Errorf("OnSelect heard %v, want %v", told, want)
	}

	g.rows = 3
	s.Refresh()
	wantScreen(t, s, 0, 3, 2)
}

func TestSetModelKeepsPlaceAndSelection(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 1000, cols: 1}, columns(1))
	s.SelectRange(480, 510)
	s.ScrollTo(500)
	top := s.top
	calls := 0
	s.OnSelect = func(int) { calls++ }
	s.SetModel(&grid{t: t, rows: 2000, cols: 1})
	if s.top != top || !reflect.DeepEqual(s.Selected(), [][2]int{{480, 510}}) || s.CurrentRow() != 510 || calls != 0 {
		t.Errorf("top %d (was %d), selected %v, current %d, OnSelect called %d times", s.top, top, s.Selected(), s.CurrentRow(), calls)
	}
	s.SetModel(nil)
	if s.top != 0 || s.CurrentRow() != -1 || calls != 1 || len(onScreen(s)) != 0 {
		t.Errorf("top %d, current %d, OnSelect called %d times without a model", s.top, s.CurrentRow(), calls)
	}
}

func TestSetModelDuringDrag(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 1000, cols: 1}, columns(1))
	s.MouseDown(press1(s, 2, 0))
	s.Dragged(drag(s, 5))
	s.SetModel(&grid{t: t, rows: 4, cols: 1})
	s.Dragged(drag(s, 9))
	s.DragEnd()
	if got := s.Selected(); !reflect.DeepEqual(got, [][2]int{{2, 3}}) {
		t.Errorf("selected %v, want what the drag had reached of the new model", got)
	}
	if s.drift.animation != nil {
		t.Error("the sheet still scrolls by itself")
	}
}

func TestSetModelEndsADrag(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 1000, cols: 1}, columns(1))
	s.MouseDown(press1(s, 2, 0))
	s.Dragged(drag(s, 5))
	s.SetModel(&grid{t: t, rows: 1000, cols: 1}) // as long, but sorted another way
	s.Dragged(drag(s, 9))
	wantSelected(t, s, 5, [2]int{2, 5})
}

func TestOwnerReplacesModelWhileToldOfSelection(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 1000, cols: 1}, columns(1))
	small := &grid{t: t, rows: 3, cols: 1}
	s.OnSelect = func(row int) {
		if row > 100 {
			s.SetModel(small)
		}
	}
	s.Select(500)
	wantScreen(t, s, 0, 3, 1)
	if s.CurrentRow() != 2 && s.CurrentRow() != -1 {
		t.Errorf("current row %d of 3", s.CurrentRow())
	}
	s.SetModel(&grid{t: t, rows: 1000, cols: 1})
	s.MouseDown(press1(s, 8, 0))
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(5, 3000)}})
	s.MouseUp(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
	if s.drift.animation != nil {
		t.Error("the sheet still scrolls by itself")
	}
}

func TestTinySizes(t *testing.T) {
	g := &grid{t: t, rows: 5_000_000, cols: 8}
	s, w := shown(t, g, columns(8))
	s.ScrollTo(1_234_567)
	for _, size := range []fyne.Size{{}, {Width: 1, Height: 1}, {Width: 17, Height: 35}, {Width: 5, Height: 2000}, {Width: 2000, Height: 5}, {Width: 40, Height: 60}} {
		s.Resize(size)
		for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeyPageDown, fyne.KeyEnd, fyne.KeyHome, fyne.KeyRight, fyne.KeyLeft, fyne.KeyPageUp} {
			s.TypedKey(&fyne.KeyEvent{Name: key})
			if s.CurrentRow() < 0 || s.CurrentRow() >= g.rows || s.top < 0 || s.top >= g.rows || s.left < 0 {
				t.Fatalf("size %v, key %s: current %d, top %d, left %g", size, key, s.CurrentRow(), s.top, s.left)
			}
		}
		s.MouseDown(press1(s, 0, 0))
		s.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(10, -1000)})
		for _, bar := range []*scrollBar{s.vbar, s.hbar} {
			bar.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(0.5, 0.5)}})
			bar.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(3, 3)}})
			bar.MouseUp(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
		}
		s.fitColumn(0)
		w.Canvas().Capture()
	}
	s.ScrollTo(77)
	s.Resize(fyne.NewSize(616, s.page.header+10*s.page.row+barWidth))
	s.ScrollTo(77)
	if len(onScreen(s)) != 10 || s.top > 77 || s.top+10 <= 77 {
		t.Errorf("grown again: %d rows from %d, want ten with row 77", len(onScreen(s)), s.top)
	}
}

func TestSelectBeforeTheSheetIsShown(t *testing.T) {
	s := New(columns(2), &grid{t: t, rows: 1000, cols: 2})
	s.Select(700)
	w := test.NewTempWindow(t, s)
	w.Resize(fyne.NewSize(400, 400))
	if s.CurrentRow() != 700 || s.top > 700 || s.top+s.page.full <= 700 {
		t.Errorf("current row %d, shown from %d", s.CurrentRow(), s.top)
	}
}

func TestMoreColumnsThanTheModelHas(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 20, cols: 2}, columns(4))
	wantScreen(t, s, 0, 10, 2)
	s.SetColumns(columns(1))
	wantScreen(t, s, 0, 10, 1)
	s.SetColumns(nil)
	if len(onScreen(s)) != 0 {
		t.Error("texts are drawn without columns")
	}
	s.SetColumns(columns(2))
	wantScreen(t, s, 0, 10, 2)
}

// objects counts everything that the sheet gave the driver to draw.
func objects(s *Sheet) int {
	return len(s.body.drawn) + len(s.header.drawn) + len(test.WidgetRenderer(s).Objects())
}

func TestMemoryDoesNotDependOnRows(t *testing.T) {
	few, _ := shown(t, &grid{t: t, rows: 100, cols: 5}, columns(5))
	many, _ := shown(t, &grid{t: t, rows: 5_000_000, cols: 5}, columns(5))
	for row := 0; row < 5_000_000; row += 99_991 {
		many.ScrollTo(row)
	}
	many.SelectAll()
	if a, b := objects(few), objects(many); a != b {
		t.Errorf("%d objects for 100 rows, %d for 5,000,000", a, b)
	}
	if n := len(many.selected); n != 1 {
		t.Errorf("all rows selected take %d ranges", n)
	}
	if n := len(many.style.plain.other); n > otherRunes {
		t.Errorf("%d characters remembered", n)
	}
}

// constant is a model that itself allocates nothing.
type constant struct{ rows, cols int }

var phrase = func() (out [512]string) {
	for i := range out {
		out[i] = fmt.Sprintf("/home/ana/batch/device-%04d-with-a-long-name.csr", i)
	}
	return out
}()

func (c constant) Rows() int    { return c.rows }
func (c constant) Columns() int { return c.cols }
func (c constant) Cell(row, col int) Cell {
	return Cell{Text: phrase[(row*31+col)%len(phrase)], Importance: Importance(row % importances)}
}

func TestRefreshAllocatesNothing(t *testing.T) {
	s, _ := shown(t, constant{5_000_000, 6}, columns(6))
	s.SelectRange(3, 7)
	if n := testing.AllocsPerRun(50, s.place); n > 0 {
		t.Errorf("placing an unchanged screen allocates %v times", n)
	}
	// Asking the theme for its colours allocates; how often does not depend on the screen.
	one := testing.AllocsPerRun(50, func() { s.restyle() })
	if n := testing.AllocsPerRun(50, s.Refresh); n > one {
		t.Errorf("Refresh allocates %v times, %v of them for the theme", n, one)
	}
}

func TestAccessibilityLabel(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 9, cols: 2}, columns(2))
	if got, want := s.AccessibilityLabel(), "column 0, column 1"; got != want {
		t.Errorf("nothing selected: %q, want %q", got, want)
	}
	s.Select(4)
	if got, want := s.AccessibilityLabel(), "4.0, 4.1"; got != want {
		t.Errorf("row 4: %q, want %q", got, want)
	}
}

func BenchmarkRefresh(b *testing.B) {
	s := New(columns(10), constant{5_000_000, 10})
	w := test.NewTempWindow(b, s)
	w.Resize(fyne.NewSize(1200, 900))
	b.ReportAllocs()
	for b.Loop() {
		s.Refresh()
	}
}

func BenchmarkScrollByThreeRows(b *testing.B) {
	s := New(columns(10), constant{5_000_000, 10})
	w := test.NewTempWindow(b, s)
	w.Resize(fyne.NewSize(1200, 900))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.scrollTo(i*3%4_000_000, 0)
	}
}

func BenchmarkScrollByPage(b *testing.B) {
	s := New(columns(10), constant{5_000_000, 10})
	w := test.NewTempWindow(b, s)
	w.Resize(fyne.NewSize(1200, 900))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.scrollTo(i*1013%4_000_000, 0)
	}
}

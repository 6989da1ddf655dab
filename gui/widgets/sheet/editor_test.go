package sheet

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// book is a model that is edited, as the owner of an editor has one.
type book struct {
	t    testing.TB
	rows [][]string
	cols int
	mark func(row, col int) Mark
}

func newBook(t testing.TB, rows, cols int) *book {
	b := &book{t: t, cols: cols}
	for row := range rows {
		line := make([]string, cols)
		for col := range line {
			line[col] = fmt.Sprintf("%d.%d", row, col)
		}
		b.rows = append(b.rows, line)
	}
	return b
}

func (b *book) Rows() int    { return len(b.rows) }
func (b *book) Columns() int { return b.cols }
func (b *book) Cell(row, col int) Cell {
	if row < 0 || row >= len(b.rows) || col < 0 || col >= b.cols {
		b.t.Errorf("Cell(%d, %d) of a model of %d × %d", row, col, len(b.rows), b.cols)
		return Cell{}
	}
	c := Cell{Text: b.rows[row][col]}
	if b.mark != nil {
		c.Mark = b.mark(row, col)
	}
	return c
}

// edited is an editor in a window with room for exactly ten rows and, beside the numbers, 600 pixels of columns. The owner
// does what it is asked.
func edited(t testing.TB, model Model, columns []Column) (*Editor, fyne.Window) {
	t.Helper()
	e := NewEditor(columns, model)
	if b, ok := model.(*book); ok {
		e.OnEdit = func(row, col int, text string) {
			b.rows[row][col] = text
			e.Refresh()
		}
	}
	w := test.NewTempWindow(t, e)
	w.SetPadded(false)
	fitWindow(t, e, w)
	w.Canvas().Focus(e)
	return e, w
}

func fitWindow(t testing.TB, e *Editor, w fyne.Window) {
	t.Helper()
	left, right := e.frame()
	size := fyne.NewSize(left+600+right+barWidth, e.page.header+10*e.page.row)
	w.Resize(size)
	if e.hbar.Visible() {
		w.Resize(size.AddWidthHeight(0, barWidth))
	}
	if e.page.full != 10 || e.page.frozen+e.page.body.Width != 600 {
		t.Fatalf("%d rows and %g pixels of columns fit, want 10 and 600", e.page.full, e.page.frozen+e.page.body.Width)
	}
}

// typeInto types a key as the window does: into what has the focus; with Control, as a shortcut.
func typeInto(t testing.TB, e *Editor, key fyne.KeyName, held fyne.KeyModifier) {
	t.Helper()
	focused := e.canvas().Focused()
	if focused == nil {
		t.Fatalf("%s goes nowhere: nothing has the focus", key)
	}
	if held&shift != 0 {
		focused.(desktop.Keyable).KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
		defer func() { e.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft}) }()
	}
	if held&^shift != 0 {
		focused.(fyne.Shortcutable).TypedShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: held})
		return
	}
	focused.TypedKey(&fyne.KeyEvent{Name: key})
}

func typeText(t testing.TB, e *Editor, text string) {
	t.Helper()
	for _, r := range text {
		e.canvas().Focused().TypedRune(r)
	}
}

func wantAt(t *testing.T, e *Editor, row, col int) {
	t.Helper()
	if got := e.Current(); got != (Place{row, col}) {
		t.Errorf("current cell %v, want %d, %d", got, row, col)
	}
}

func wantArea(t *testing.T, e *Editor, want Area) {
	t.Helper()
	if got := e.Selection(); got != want {
		t.Errorf("selected %+v, want %+v", got, want)
	}
	if at := e.Current(); at.Row >= 0 && !e.Selection().Has(at.Row, at.Column) {
		t.Errorf("the current cell %v is not in the selection %+v", at, e.Selection())
	}
}

// where is the middle of a cell, within the editor.
func where(e *Editor, row, col int) fyne.Position {
	pos, size := e.cellBounds(row, col)
	return pos.AddXY(float32(int(size.Width/2)), float32(int(size.Height/2)))
}

func pressAt(e *Editor, pos fyne.Position, held fyne.KeyModifier) *desktop.MouseEvent {
	return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: pos}, Button: desktop.MouseButtonPrimary, Modifier: held}
}

func clickAt(e *Editor, pos fyne.Position, held fyne.KeyModifier) {
	e.MouseDown(pressAt(e, pos, held))
	e.MouseUp(pressAt(e, pos, held))
}

func dragTo(e *Editor, pos fyne.Position) {
	e.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: pos}})
}

// readScreen reads what is drawn of the columns that scroll and of those that do not: row → texts from left to right.
func readScreen(e *Editor) map[int][]string {
	out := map[int][]string{}
	for _, b := range []*body{e.fixed[0].body, e.body} {
		from, to := e.visible(b.fixed)
		for row := e.seen; row < min(e.seen+e.page.shown, e.rows); row++ {
			for col := from; col < min(to, e.cols); col++ {
				if p := b.at(row, col); p != nil && p.text.Visible() {
					out[row] = append(out[row], p.text.Text)
				}
			}
		}
	}
	return out
}

func TestEditorShowsCells(t *testing.T) {
	e, _ := edited(t, newBook(t, 100, 8), columns(8))
	wantAt(t, e, 0, 0)
	wantArea(t, e, Area{0, 0, 0, 0, Cells})
	if got, want := readScreen(e)[9], []string{"9.0", "9.1", "9.2", "9.3", "9.4", "9.5"}; !slices.Equal(got, want) {
		t.Errorf("row 9 shows %q, want %q", got, want)
	}
	e.Select(57, 7)
	if e.top > 57 || e.top+10 <= 57 || e.left != 200 {
		t.Errorf("shown from row %d, pixel %g: not the selected cell", e.top, e.left)
	}
	if got := readScreen(e)[57]; len(got) != 6 || got[5] != "57.7" {
		t.Errorf("row 57 shows %q", got)
	}
	if got, want := e.AccessibilityLabel(), "column 7: 57.7"; got != want {
		t.Errorf("spoken %q, want %q", got, want)
	}
}

func TestEditorWithoutCells(t *testing.T) {
	e, w := edited(t, nil, columns(3))
	wantAt(t, e, -1, 0)
	window := ""
	w.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) { window += string(ev.Name) + " " })
	inserted := [][2]int{}
	e.OnInsertRows = func(row, count int) { inserted = append(inserted, [2]int{row, count}) }
	e.OnDeleteRows = func(int, int) { t.Error("rows deleted that are not there") }
	e.OnClear = func(Area) { t.Error("cells cleared that are not there") }
	e.OnFillDown = func(Area) { t.Error("cells filled that are not there") }
	for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeyEnd, fyne.KeyHome, fyne.KeyPageDown, fyne.KeyDelete, fyne.KeyF2, fyne.KeyReturn} {
		typeInto(t, e, key, 0)
		typeInto(t, e, key, ctrl)
		typeInto(t, e, key, shift)
	}
	typeInto(t, e, fyne.KeyMinus, ctrl)
	typeInto(t, e, fyne.KeyD, ctrl)
	typeInto(t, e, fyne.KeyPlus, ctrl)
	typeText(t, e, "x")
	clickAt(e, fyne.NewPos(100, 100), 0)
	dragTo(e, fyne.NewPos(300, 300))
	e.TypedShortcut(&fyne.ShortcutSelectAll{})
	e.TypedShortcut(&fyne.ShortcutCopy{})
	e.Select(3, 3)
	e.ScrollTo(3, 3)
	wantAt(t, e, -1, 0)
	if !reflect.DeepEqual(inserted, [][2]int{{0, 1}}) || e.Editing() {
		t.Errorf("inserted %v, editing %v", inserted, e.Editing())
	}
	e.SetModel(newBook(t, 3, 3))
	wantAt(t, e, 0, 0)
}

// The file is still being read while it is shown: rows come, and nothing that the user did is lost.
func TestModelGrowsWhileShown(t *testing.T) {
	g := &grid{t: t, rows: 5, cols: 3}
	e, _ := edited(t, g, columns(3))
	var told []Area
	e.OnSelect = func(_ Place, a Area) { told = append(told, a) }
	e.Select(4, 2)
	g.rows = 2_000_000
	e.Refresh()
	wantAt(t, e, 4, 2)
	if got := readScreen(e); len(got) != 10 || got[9][0] != "9.0" {
		t.Errorf("after growing the screen shows %v", got)
	}
	clickAt(e, fyne.NewPos(e.page.left+150, 10), 0) // a whole column
	wantArea(t, e, Area{0, 1, 1_999_999, 1, Columns})
	g.rows = 2_000_500
	e.Refresh()
	wantArea(t, e, Area{0, 1, 2_000_499, 1, Columns})
	told = nil
	g.rows = 3
	e.Refresh()
	if want := []Area{{0, 1, 2, 1, Columns}}; !reflect.DeepEqual(told, want) {
		t.Errorf("OnSelect heard %v, want %v", told, want)
	}
	g.rows = 0
	e.Refresh()
	wantAt(t, e, -1, 0)
	wantArea(t, e, nowhere)
	g.rows = 1
	e.Refresh()
	wantAt(t, e, 0, 0)
}

func TestColumnsAreReplaced(t *testing.T) {
	b := newBook(t, 20, 5)
	cols := columns(5)
	for i := range cols {
		cols[i].ID = uint32(i + 1)
	}
	e, _ := edited(t, b, cols)
	e.Select(3, 4)
	e.resizeColumn(1, 222)
	e.SetSort(1, false)
	b.cols = 3
	e.SetColumns([]Column{cols[2], cols[1], {Title: "new", Width: 50}})
	wantAt(t, e, 3, 2)
	if got := widths(e.columns); !slices.Equal(got, []float32{100, 222, 50}) {
		t.Errorf("widths %v: a column keeps the width it was given by hand", got)
	}
	if e.sortColumn != 1 || e.ascending {
		t.Errorf("the arrow stands at column %d, ascending %v", e.sortColumn, e.ascending)
	}
	b.cols = 2 // the owner changed the model and not yet the columns
	e.Refresh()
	wantAt(t, e, 3, 1)
	if got := readScreen(e)[3]; !slices.Equal(got, []string{"3.0", "3.1"}) {
		t.Errorf("row 3 shows %q", got)
	}
}

func TestSelectArea(t *testing.T) {
	e, _ := edited(t, newBook(t, 50, 5), columns(5))
	e.SelectArea(Area{10, 1, 12, 3, Cells})
	wantAt(t, e, 10, 1)
	wantArea(t, e, Area{10, 1, 12, 3, Cells})
	e.SelectArea(Area{Top: 40, Bottom: 90, Kind: Rows})
	wantArea(t, e, Area{40, 0, 49, 4, Rows})
	e.SelectArea(Area{70, 9, 80, 9, Cells}) // does not exist
	wantArea(t, e, Area{49, 4, 49, 4, Cells})
	if e.top+10 <= 49 {
		t.Errorf("row 49 is not in view, shown from %d", e.top)
	}
}

func TestSelectBeforeTheEditorIsShown(t *testing.T) {
	e := NewEditor(columns(12), newBook(t, 1000, 12))
	e.Select(700, 11)
	w := test.NewTempWindow(t, e)
	w.Resize(fyne.NewSize(400, 400))
	wantAt(t, e, 700, 11)
	from, to := e.visible(false)
	if e.top > 700 || e.top+e.page.full <= 700 || from > 11 || to != 12 {
		t.Errorf("shown from row %d, columns %d to %d", e.top, from, to)
	}
}

// An owner may call everything from everywhere.
func TestOwnerRefreshesInCallbacks(t *testing.T) {
	b := newBook(t, 40, 4)
	e, _ := edited(t, b, columns(4))
	e.OnSelect = func(at Place, _ Area) {
		if at.Row > 20 {
			b.rows = b.rows[:10]
			e.SetModel(b)
			e.Select(2, 2)
		}
		e.Refresh()
	}
	e.Select(30, 1)
	if at := e.Current(); at.Row >= 10 {
		t.Errorf("current cell %v of ten rows", at)
	}
	typeInto(t, e, fyne.KeyEnd, ctrl)
	wantAt(t, e, 9, 3)
}

func TestColumnsAreReplacedWhereOneIs(t *testing.T) {
	e, _ := edited(t, newBook(t, 50, 20), columns(20))
	e.scrollTo(20, 700)
	cols := columns(20)
	cols[9].Title = "renamed"
	e.SetColumns(cols)
	if e.left != 700 || e.top != 20 {
		t.Errorf("renaming a column scrolled to row %d, pixel %g", e.top, e.left)
	}
	e.SetColumns(columns(8))
	if e.left != 200 {
		t.Errorf("eight columns are left, shown from pixel %g", e.left)
	}
	if got := readScreen(e)[20]; len(got) != 6 || got[5] != "20.7" {
		t.Errorf("row 20 shows %q", got)
	}
}

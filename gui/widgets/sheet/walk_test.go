package sheet

import (
	"errors"
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

func TestKeysMoveTheCurrentCell(t *testing.T) {
	const rows = 2_000_000
	e, _ := edited(t, &grid{t: t, rows: rows, cols: 20}, columns(20))
	for i, step := range []struct {
		key      fyne.KeyName
		held     fyne.KeyModifier
		row, col int
		area     Area
	}{
		{fyne.KeyDown, 0, 1, 0, Area{1, 0, 1, 0, Cells}},
		{fyne.KeyRight, 0, 1, 1, Area{1, 1, 1, 1, Cells}},
		{fyne.KeyUp, 0, 0, 1, Area{0, 1, 0, 1, Cells}},
		{fyne.KeyUp, 0, 0, 1, Area{0, 1, 0, 1, Cells}},
		{fyne.KeyPageDown, 0, 9, 1, Area{9, 1, 9, 1, Cells}},
		{fyne.KeyPageDown, 0, 18, 1, Area{18, 1, 18, 1, Cells}},
		{fyne.KeyEnd, 0, 18, 19, Area{18, 19, 18, 19, Cells}},
		{fyne.KeyRight, 0, 18, 19, Area{18, 19, 18, 19, Cells}},
		{fyne.KeyHome, 0, 18, 0, Area{18, 0, 18, 0, Cells}},
		{fyne.KeyDown, shift, 18, 0, Area{18, 0, 19, 0, Cells}},
		{fyne.KeyRight, shift, 18, 0, Area{18, 0, 19, 1, Cells}},
		{fyne.KeyPageUp, shift, 18, 0, Area{10, 0, 18, 1, Cells}},
		{fyne.KeyEnd, ctrl | shift, 18, 0, Area{18, 0, rows - 1, 19, Cells}},
		{fyne.KeyHome, ctrl | shift, 18, 0, Area{0, 0, 18, 0, Cells}},
		{fyne.KeyEnd, ctrl, rows - 1, 19, Area{rows - 1, 19, rows - 1, 19, Cells}},
		{fyne.KeyUp, 0, rows - 2, 19, Area{rows - 2, 19, rows - 2, 19, Cells}},
		{fyne.KeyPageUp, desktopAlt, rows - 2, 14, Area{rows - 2, 14, rows - 2, 14, Cells}},
		{fyne.KeyHome, ctrl, 0, 0, Area{0, 0, 0, 0, Cells}},
		{fyne.KeySpace, ctrl, 0, 0, Area{0, 0, rows - 1, 0, Columns}},
		{fyne.KeyRight, shift, 0, 0, Area{0, 0, rows - 1, 1, Columns}},
		{fyne.KeySpace, shift, 0, 0, Area{0, 0, rows - 1, 19, All}},
		{fyne.KeyDown, 0, 1, 0, Area{1, 0, 1, 0, Cells}},
		{fyne.KeySpace, shift, 1, 0, Area{1, 0, 1, 19, Rows}},
		{fyne.KeyDown, shift, 1, 0, Area{1, 0, 2, 19, Rows}},
		{fyne.KeyRight, 0, 1, 1, Area{1, 1, 1, 1, Cells}},
	} {
		typeInto(t, e, step.key, step.held)
		if e.Current() != (Place{step.row, step.col}) || e.Selection() != step.area {
			t.Fatalf("step %d, %s with %d: at %v, selected %+v; want %d, %d, %+v", i, step.key, step.held,
				e.Current(), e.Selection(), step.row, step.col, step.area)
		}
		p := e.loose
		from, to := e.visible(false)
		if e.area.Kind == Cells && (p.Row < e.top || p.Row >= e.top+10 || p.Column < from || p.Column >= to) {
			t.Fatalf("step %d, %s: cell %v is not in view: rows from %d, columns %d to %d", i, step.key, p, e.top, from, to)
		}
	}
}

const desktopAlt = fyne.KeyModifierAlt

func TestTabAndEnter(t *testing.T) {
	e, _ := edited(t, newBook(t, 5, 3), columns(3))
	for i, step := range []struct {
		key      fyne.KeyName
		held     fyne.KeyModifier
		row, col int
	}{
		{fyne.KeyTab, 0, 0, 1}, {fyne.KeyTab, 0, 0, 2},
		{fyne.KeyReturn, 0, 1, 0}, // back to where Tab began
		{fyne.KeyReturn, shift, 0, 0},
		{fyne.KeyTab, 0, 0, 1}, {fyne.KeyDown, 0, 1, 1}, {fyne.KeyReturn, 0, 2, 1}, // an arrow ends the run of Tab
		{fyne.KeyEnter, 0, 3, 1}, {fyne.KeyTab, 0, 3, 2}, {fyne.KeyTab, 0, 4, 0}, // on to the next row
		{fyne.KeyTab, shift, 3, 2}, {fyne.KeyReturn, 0, 4, 2}, {fyne.KeyReturn, 0, 4, 2},
	} {
		typeInto(t, e, step.key, step.held)
		if e.Current() != (Place{step.row, step.col}) {
			t.Fatalf("step %d, %s: at %v, want %d, %d", i, step.key, e.Current(), step.row, step.col)
		}
	}

	// Within a selection they go round in it.
	e.SelectArea(Area{1, 1, 2, 2, Cells})
	var walked []Place
	for range 4 {
		typeInto(t, e, fyne.KeyTab, 0)
		walked = append(walked, e.Current())
	}
	for range 4 {
		typeInto(t, e, fyne.KeyReturn, 0)
		walked = append(walked, e.Current())
	}
	typeInto(t, e, fyne.KeyTab, shift)
	walked = append(walked, e.Current())
	want := []Place{{1, 2}, {2, 1}, {2, 2}, {1, 1}, {2, 1}, {1, 2}, {2, 2}, {1, 1}, {2, 2}}
	for i := range want {
		if walked[i] != want[i] {
			t.Fatalf("walked %v, want %v", walked, want)
		}
	}
	wantArea(t, e, Area{1, 1, 2, 2, Cells})
	if !e.AcceptsTab() {
		t.Error("the window would take Tab")
	}
}

func TestTabLeavesAtTheEnd(t *testing.T) {
	e, w := edited(t, newBook(t, 2, 2), columns(2))
	other := widget.NewEntry()
	w.SetContent(newPair(e, other))
	w.Canvas().Focus(e)
	e.Select(1, 1)
	typeInto(t, e, fyne.KeyTab, 0)
	wantAt(t, e, 1, 1)
	if w.Canvas().Focused() == fyne.Focusable(e) {
		t.Error("Tab at the last cell keeps the focus: there would be no way out by keyboard")
	}
	w.Canvas().Focus(e)
	e.Select(0, 1)
	e.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyTab, Modifier: ctrl})
	if w.Canvas().Focused() == fyne.Focusable(e) {
		t.Error("Ctrl+Tab does not leave")
	}
}

// known is a model that knows where its filled cells end.
type known struct {
	*book
	asked []Place
}

func (k *known) NextFilled(from Place, down, right int) Place {
	k.asked = append(k.asked, from)
	return Place{from.Row + 7*down, from.Column + 99*right}
}

func TestControlArrows(t *testing.T) {
	b := newBook(t, 12, 4)
	for _, row := range []int{3, 4, 8, 11} {
		b.rows[row][1] = ""
	}
	b.rows[0][2] = ""
	e, _ := edited(t, b, columns(4))
	e.Select(0, 1)
	for i, step := range []struct {
		key      fyne.KeyName
		row, col int
	}{
		{fyne.KeyDown, 2, 1}, {fyne.KeyDown, 5, 1}, {fyne.KeyDown, 7, 1}, {fyne.KeyDown, 9, 1}, {fyne.KeyDown, 10, 1},
		{fyne.KeyDown, 11, 1}, {fyne.KeyDown, 11, 1}, {fyne.KeyUp, 9, 1}, {fyne.KeyUp, 7, 1}, {fyne.KeyRight, 7, 3},
		{fyne.KeyLeft, 7, 0}, {fyne.KeyUp, 0, 0}, {fyne.KeyRight, 0, 1}, {fyne.KeyRight, 0, 3},
	} {
		typeInto(t, e, step.key, ctrl)
		if e.Current() != (Place{step.row, step.col}) {
			t.Fatalf("step %d, Ctrl+%s: at %v, want %d, %d", i, step.key, e.Current(), step.row, step.col)
		}
	}
	e.Select(0, 0)
	typeInto(t, e, fyne.KeyDown, ctrl|shift)
	wantArea(t, e, Area{0, 0, 11, 0, Cells})

	k := &known{book: newBook(t, 40, 4)}
	e.SetModel(k)
	e.Select(20, 2)
	typeInto(t, e, fyne.KeyUp, ctrl)
	wantAt(t, e, 13, 2)
	typeInto(t, e, fyne.KeyRight, ctrl) // whatever a model answers, the cell exists
	wantAt(t, e, 13, 3)
	if len(k.asked) != 2 || k.asked[1] != (Place{13, 2}) {
		t.Errorf("the model was asked about %v", k.asked)
	}

	g := &grid{t: t, rows: 2_000_000, cols: 1, record: true}
	e.SetModel(g)
	e.Select(0, 0)
	g.asked = nil
	typeInto(t, e, fyne.KeyDown, ctrl)
	if at := e.Current().Row; at < JumpCells-1 || at > JumpCells+1 || len(g.asked) > JumpCells+100 {
		t.Errorf("Ctrl+Down went to row %d and looked at %d cells", at, len(g.asked))
	}
}

func TestMenuKey(t *testing.T) {
	e, _ := edited(t, newBook(t, 30, 9), columns(9))
	var targets []Target
	var pos fyne.Position
	e.OnContext = func(target Target, at fyne.Position) { targets, pos = append(targets, target), at }
	e.Select(2, 1)
	typeInto(t, e, desktop.KeyMenu, 0)
	if cell := where(e, 2, 1); pos.Y <= cell.Y || pos.Y > cell.Y+e.page.row || pos.X > cell.X || pos.X < cell.X-100 {
		t.Errorf("the menu opens at %v, the cell is at %v", pos, cell)
	}
	typeInto(t, e, fyne.KeySpace, shift)
	typeInto(t, e, fyne.KeyF10, shift)
	e.Select(2, 1)
	typeInto(t, e, fyne.KeySpace, ctrl)
	typeInto(t, e, desktop.KeyMenu, 0)
	e.TypedShortcut(&fyne.ShortcutSelectAll{})
	typeInto(t, e, desktop.KeyMenu, 0)
	want := []Target{{2, 1}, {2, -1}, {-1, 1}, {-1, -1}}
	if len(targets) != 4 || targets[0] != want[0] || targets[1] != want[1] || targets[2] != want[2] || targets[3] != want[3] {
		t.Errorf("menus about %v, want %v", targets, want)
	}
}

// A scanner types a code and Enter: each code has its own row.
func TestTheLastRowGetsARowBehindIt(t *testing.T) {
	b := newBook(t, 1, 2)
	b.rows[0] = []string{"", ""}
	e, _ := edited(t, b, columns(2))
	var refused error
	e.OnAppend = func() error {
		if refused != nil {
			return refused
		}
		if last := b.rows[len(b.rows)-1]; last[0]+last[1] != "" {
			b.rows = append(b.rows, make([]string, 2))
			e.Refresh()
		}
		return nil
	}
	var failed []error
	e.OnFail = func(err error) { failed = append(failed, err) }
	for i, code := range []string{"a", "b", "c"} {
		typeText(t, e, code)
		typeInto(t, e, fyne.KeyReturn, 0)
		wantAt(t, e, i+1, 0)
	}
	typeInto(t, e, fyne.KeyReturn, 0) // the last row is empty: one is enough
	wantAt(t, e, 3, 0)
	typeText(t, e, "d")
	typeInto(t, e, fyne.KeyTab, 0)
	typeText(t, e, "e")
	typeInto(t, e, fyne.KeyTab, 0)
	wantAt(t, e, 4, 0)
	typeText(t, e, "f")
	typeInto(t, e, fyne.KeyTab, 0)
	typeInto(t, e, fyne.KeyReturn, 0) // back to where Tab began
	wantAt(t, e, 5, 0)
	want := [][]string{{"a", ""}, {"b", ""}, {"c", ""}, {"d", "e"}, {"f", ""}, {"", ""}}
	if !reflect.DeepEqual(b.rows, want) {
		t.Errorf("the rows are %q, want %q", b.rows, want)
	}

	refused = errors.New("not now")
	typeText(t, e, "g")
	typeInto(t, e, fyne.KeyReturn, 0)
	e.Refresh() // as after a check
	typeText(t, e, "xyz")
	typeInto(t, e, fyne.KeyTab, 0)
	typeInto(t, e, fyne.KeyTab, 0) // the end of the row, where no row comes either
	if b.rows[5][0] != "g" || e.Editing() || len(failed) != 1 || failed[0] != refused {
		t.Errorf("what is typed where no row came changes the last to %q, and says %v", b.rows[5], failed)
	}
	e.Select(5, 0)
	typeText(t, e, "h") // the cell was chosen
	typeInto(t, e, fyne.KeyReturn, 0)
	if b.rows[5][0] != "h" {
		t.Errorf("a chosen cell cannot be typed over: %q", b.rows[5])
	}
}

package table

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// csvArrangement says in what order rows are shown, and which. The file stays as it is.
type csvArrangement struct {
	keys   []csvdoc.SortKey
	filter csvdoc.Filter
	words  []string // what the filter keeps, for people
}

func (a csvArrangement) plain() bool { return len(a.keys) == 0 && len(a.words) == 0 }

// csvViewStrip says above the sheet that not all rows are shown, or not in the file's order.
type csvViewStrip struct {
	tab     *Room
	content fyne.CanvasObject
	text    *widgets.Text
	area    *fyne.Container // the strip with the sheet beneath
}

func newCSVViewStrip(t *Room) *csvViewStrip {
	s := &csvViewStrip{tab: t, text: widgets.NewText("").Giving()}
	all := widgets.NewQuiet(words.T("view.all"), look.Icon("close"), t.showAll)
	s.content = widgets.Backed(look.ColorAccent, widgets.Inset(0, look.Gap*1.5, container.NewBorder(nil, nil,
		widgets.Across(0, widgets.Middle(widgets.Icon(look.Icon("filter"), 18)), widgets.Space(look.Gap, 0)), all, widgets.Middle(s.text))))
	s.content.Hide()
	return s
}

// show says what is shown.
func (s *csvViewStrip) show() {
	f := s.tab.file
	if f == nil || f.arrange.plain() {
		if s.content.Visible() {
			s.content.Hide()
			s.area.Refresh()
		}
		return
	}
	var phrases []string
	if len(f.arrange.words) > 0 {
		shown, all := f.rows.Rows(), f.rows.snap.Rows()
		phrases = append(phrases, words.T("view.some", "Shown", words.Group(shown), "All", words.Group(all), "Words", strings.Join(f.arrange.words, ", ")))
	}
	for _, k := range f.arrange.keys {
		if i := f.rows.columnIndex(k.Column); i >= 0 {
			phrases = append(phrases, words.T("view.sorted", "Column", columnTitle(f.rows.column(i).Name)))
		}
	}
	s.text.SetText(strings.Join(phrases, " · "))
	if !s.content.Visible() {
		s.content.Show()
		s.area.Refresh()
	}
}

// onSort takes a click on the arrow of a title.
func (t *Room) onSort(col int, ascending bool) {
	if t.file == nil || col < 0 {
		t.sortBy(-1, false, false)
		return
	}
	t.sortBy(col, !ascending, t.numeric(col))
}

// numeric says whether the first values of a column are all numbers, which people sort as such.
func (t *Room) numeric(col int) bool {
	rows := t.file.rows
	const looked = 50
	seen := 0
	for row := range min(rows.Rows(), looked) {
		s := strings.TrimSpace(rows.text(row, col))
		if s == "" {
			continue
		}
		if len(s) > 15 || strings.Trim(s, "0123456789.-") != "" || strings.Trim(s, "-.") == "" {
			return false
		}
		seen++
	}
	return seen > 0
}

// sortBy shows the rows in the order of a column, -1 for that of the file.
func (t *Room) sortBy(col int, descending, numeric bool) {
	f := t.file
	if f == nil || f.indexing {
		return
	}
	f.arrange.keys = nil
	if col >= 0 {
		f.arrange.keys = []csvdoc.SortKey{{Column: f.rows.column(col).ID, Descending: descending, Numeric: numeric}}
	}
	t.editor.SetSort(col, !descending)
	t.rearrange(nil)
}

// showAll ends sorting and filtering.
func (t *Room) showAll() {
	t.file.arrange = csvArrangement{}
	t.editor.SetSort(-1, true)
	t.rearrange(nil)
}

// rearrange makes the view anew off the UI thread, and keeps the current cell.
func (t *Room) rearrange(then func()) {
	f := t.file
	snap := f.doc.Snapshot()
	show := func(v *csvdoc.View) {
		at := t.editor.Current()
		row := csvdoc.RowID(0)
		if at.Row >= 0 && at.Row < f.rows.Rows() {
			row = f.rows.id(at.Row)
		}
		f.rows = newCSVRows(snap, f.saved, v, f.checked.result)
		t.editor.SetModel(f.rows)
		if i, ok := snap.Index(row); ok && at.Row >= 0 {
			if r := f.rows.rowOf(i); r >= 0 && r != at.Row {
				t.editor.Select(r, at.Column)
			}
		}
		t.strip.show()
		t.value.show(t.editor.Current(), false)
		t.showMarks()
		if then != nil {
			then()
		}
	}
	a := f.arrange
	if a.plain() {
		t.sift.Drop()
		show(nil)
		return
	}
	frame.Run(t.sift, words.T("view.arranging"), func(ctx context.Context, report progress.Func) (*csvdoc.View, error) {
		v, err := csvdoc.NewView(ctx, snap, a.keys, a.filter, report)
		if err == nil {
			v.Position(0) // finds out where each row stands
		}
		return v, err
	}, func(v *csvdoc.View, err error) {
		if t.file != f {
			return
		}
		if err != nil {
			f.arrange = csvArrangement{}
			t.editor.SetSort(-1, true)
			snap = f.doc.Snapshot()
			show(nil)
			t.app.Fail(words.T("view.failed"), err)
			return
		}
		show(v)
		if f.doc.Snapshot() != snap { // rows came or went meanwhile
			t.follow()
		}
	})
}

// follow brings the view up to what was changed since it was made. No row moves by that: one that is edited stays where it
// is seen until somebody sorts again.
func (t *Room) follow() {
	f := t.file
	v, snap := f.rows.view, f.doc.Snapshot()
	frame.Run(t.sift, "", func(ctx context.Context, _ progress.Func) (*csvdoc.View, error) {
		next, err := v.Follow(ctx, snap)
		if err == nil {
			next.Position(0)
		}
		return next, err
	}, func(next *csvdoc.View, err error) {
		if err != nil || t.file != f {
			return
		}
		f.rows = newCSVRows(snap, f.saved, next, f.checked.result)
		t.editor.SetModel(f.rows)
		t.strip.show()
		t.value.show(t.editor.Current(), false)
		t.showMarks()
		if f.doc.Snapshot() != snap {
			t.follow()
		}
	})
}

// filterGroup keeps the rows of one cause.
func (t *Room) filterGroup(g enrollment.Group) {
	f := t.file
	r := f.checked.result
	frame.Run(t.list, "", func(context.Context, progress.Func) ([]csvdoc.RowID, error) {
		var ids []csvdoc.RowID
		for i := range r.GroupRows(&g) {
			ids = append(ids, r.Snapshot().ID(i))
		}
		return ids, nil
	}, func(ids []csvdoc.RowID, err error) {
		if err != nil || t.file != f {
			return
		}
		f.arrange.filter, f.arrange.words = csvdoc.Filter{Rows: ids}, []string{words.Core(g.Rule.Title)}
		t.rearrange(nil)
	})
}

// filterValue keeps the rows that have the same value in a column.
func (t *Room) filterValue(row, col int) {
	c, value := t.file.rows.column(col), t.file.rows.text(row, col)
	t.filterBy(condition(c.ID, filterEquals, value), words.T("view.equals", "Column", columnTitle(c.Name), "Value", shortValue(value)))
}

// shortValue is the beginning of a value for a sentence.
func shortValue(s string) string {
	const most = 32
	r := []rune(words.Visible(s))
	if len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return string(r)
}

// filterBy narrows the rows down further.
func (t *Room) filterBy(c csvdoc.Condition, phrase string) {
	f := t.file
	f.arrange.filter.All = append(slices.Clone(f.arrange.filter.All), c)
	f.arrange.words = append(slices.Clone(f.arrange.words), phrase)
	t.rearrange(nil)
}

// Ways to narrow down, in the order of the choice.
const (
	filterContains = iota
	filterEquals
	filterBegins
	filterEmpty
	filterFilled
)

// condition is what a row has to meet.
func condition(column csvdoc.ColumnID, kind int, text string) csvdoc.Condition {
	q := csvdoc.Query{Text: text, Columns: []csvdoc.ColumnID{column}}
	switch kind {
	case filterEquals:
		q.MatchCase, q.WholeCell = true, true
		if text == "" {
			return condition(column, filterEmpty, "")
		}
	case filterBegins:
		q.Text, q.Regexp = "^"+regexp.QuoteMeta(text), true
	case filterEmpty, filterFilled: // one that has no character
		q.Text, q.Regexp = "(?s).", true
		return csvdoc.Condition{Query: q, Not: kind == filterEmpty}
	}
	return csvdoc.Condition{Query: q}
}

// filterKinds are the ways to narrow down, in the order of the choice.
func filterKinds() []string {
	return []string{
		words.T("view.kind-contains"),
		words.T("view.kind-equals"),
		words.T("view.kind-begins"),
		words.T("view.kind-empty"),
		words.T("view.kind-filled"),
	}
}

// openFilter asks which rows shall be shown.
func (t *Room) openFilter(col int) {
	c := t.file.rows.column(col)
	kinds := filterKinds()
	entry := widgets.NewEntry()
	d := &widgets.Dialog{State: look.Notice, Title: words.T("view.filter-title", "Column", columnTitle(c.Name))}
	kind := widgets.NewSelect(kinds, func(i int) {
		if i >= filterEmpty {
			entry.Disable()
		} else {
			entry.Enable()
		}
	})
	widgets.ChooseQuietly(kind, 0)
	d.Body = widgets.Down(look.Gap, widgets.Outlined(kind), entry)
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("view.filter"), Act: func() {
		i := max(kind.SelectedIndex(), 0)
		phrase := columnTitle(c.Name) + " " + kinds[i]
		if i < filterEmpty {
			phrase += " “" + shortValue(entry.Text) + "”"
		}
		if i < filterEmpty && entry.Text == "" {
			i = filterEmpty // what is exactly nothing
			if kind.SelectedIndex() != filterEquals {
				return // every row contains nothing
			}
			phrase = columnTitle(c.Name) + " " + kinds[filterEmpty]
		}
		t.filterBy(condition(c.ID, i, entry.Text), phrase)
	}}}
	entry.OnSubmitted = func(string) { d.Take(1) }
	d.FocusFirst(entry)
	t.app.Ask(d)
}

// rowOf is the row of the sheet that shows a place in the document, -1 if it is filtered out.
func (r *csvRows) rowOf(i int) int {
	if r.view == nil {
		return i
	}
	if row, ok := r.view.Position(i); ok {
		return row
	}
	return -1
}

// reveal goes to a cell, ending a filter that hides it.
func (t *Room) reveal(row csvdoc.RowID, column csvdoc.ColumnID) {
	f := t.file
	if f == nil {
		return
	}
	i, ok := f.rows.snap.Index(row)
	if !ok {
		return
	}
	col := max(f.rows.columnIndex(column), 0)
	if r := f.rows.rowOf(i); r >= 0 {
		t.editor.Select(r, col)
		return
	}
	f.arrange.filter, f.arrange.words = csvdoc.Filter{}, nil
	t.rearrange(func() {
		if i, ok := f.rows.snap.Index(row); ok {
			t.editor.Select(f.rows.rowOf(i), col)
		}
	})
}

package table

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// csvChecked is what the rules said of the document, and what has changed since.
type csvChecked struct {
	result  *enrollment.Result // nil: not checked yet
	pending []csvdoc.Change    // made since the state that result is of
	marks   []sheet.Mark       // the worst of each of equal parts of the rows that are shown; nil: not known yet
	then    func()             // what waits for the check to be complete

	rule *finding.Rule           // by which the ledger said that rows were ordered before
	said map[csvdoc.RowID]string // what it said of each
}

// Recheck checks the whole file again (F5).
func (t *Room) Recheck() {
	if f := t.file; f != nil && !f.indexing {
		t.recheckAll()
		f.checked.then = func() {
			t.app.Note(widgets.Note{State: look.Ready, Text: words.T("csv.rechecked")})
		}
	}
}

// recheckAll checks every row.
func (t *Room) recheckAll() {
	f := t.file
	if f == nil || f.indexing {
		return
	}
	doc, snap, o := f.doc, f.doc.Snapshot(), t.options
	f.checked.pending = nil
	frame.Run(t.check, words.T("csv.checking"), func(ctx context.Context, report progress.Func) (*enrollment.Result, error) {
		form, err := enrollment.FormOf(ctx, doc)
		if err != nil {
			return nil, err
		}
		o.Form = form
		return enrollment.Validate(ctx, snap, o, report)
	}, func(r *enrollment.Result, err error) {
		t.onChecked(f, r, err)
		t.askLedger()
	})
}

// recheckSoon checks what has changed, once a check that runs has ended: it is of a state before.
func (t *Room) recheckSoon() {
	f := t.file
	if t.check.Busy() || len(f.checked.pending) == 0 {
		return
	}
	if f.checked.result == nil {
		t.recheckAll()
		return
	}
	before, change, snap := f.checked.result, joined(f.checked.pending), f.doc.Snapshot()
	f.checked.pending = nil
	frame.Run(t.check, words.T("csv.checking"), func(ctx context.Context, report progress.Func) (*enrollment.Result, error) {
		return enrollment.Revalidate(ctx, before, snap, change, report)
	}, func(r *enrollment.Result, err error) {
		t.onChecked(f, r, err)
		t.askSoon()
	})
}

// joined is several changes as one.
func joined(changes []csvdoc.Change) csvdoc.Change {
	c := changes[0]
	for _, next := range changes[1:] {
		c.AllRows = c.AllRows || next.AllRows
		c.Structure = c.Structure || next.Structure
		c.Columns = nil // whole rows
		c.Rows = append(c.Rows[:len(c.Rows):len(c.Rows)], next.Rows...)
	}
	return c
}

func (t *Room) onChecked(f *csvFile, r *enrollment.Result, err error) {
	if t.file != f {
		return
	}
	if err != nil {
		f.checked.then = nil
		t.findings.show()
		t.showBar()
		if !frame.Cancelled(err) {
			t.app.Fail(words.T("csv.check-failed"), err)
		}
		return
	}
	f.checked.result = r.With(f.checked.rule, f.checked.said)
	if len(f.checked.pending) > 0 {
		t.recheckSoon()
	}
	t.showChecked()
	if then := f.checked.then; then != nil && !t.check.Busy() {
		f.checked.then = nil
		then()
	}
}

// showChecked shows what the rules said.
func (t *Room) showChecked() {
	f := t.file
	f.rows = f.show(f.rows.view)
	t.showColumns()
	t.editor.SetModel(f.rows)
	t.findings.show()
	t.value.show(t.editor.Current(), true)
	t.showMarks()
	t.showBar()
}

// onCheckProgress says how far the check is, beside the title of the findings.
func (t *Room) onCheckProgress(p *widgets.Progress) {
	if p != nil && p.Elapsed < shownAfter {
		return
	}
	t.findings.showProgress(p)
}

// dropChecked forgets what the rules said.
func (t *Room) dropChecked() {
	t.check.Drop()
	t.file.checked = csvChecked{}
	t.findings.show()
}

// whenChecked goes on once the check of the document as it is now is complete.
func (t *Room) whenChecked(then func()) {
	f := t.file
	if !t.check.Busy() && len(f.checked.pending) == 0 && f.checked.result != nil {
		then()
		return
	}
	f.checked.then = then
	t.app.Note(widgets.Note{State: look.Running, Text: words.T("csv.checking-first")})
	t.recheckSoon()
}

// mark is how bad a cell is.
func (r *csvRows) mark(id csvdoc.RowID, col int) sheet.Mark {
	if r.result == nil {
		return sheet.Unmarked
	}
	s, ok := r.result.Mark(id, r.columns[col].ID)
	if !ok {
		return sheet.Unmarked
	}
	return markOf(s)
}

func markOf(s finding.Severity) sheet.Mark {
	switch s {
	case finding.Error:
		return sheet.MarkError
	case finding.Warning:
		return sheet.MarkWarning
	}
	return sheet.Unmarked
}

// markParts is into how many parts the rows are divided at most for the strip of marks.
const markParts = 2048

// showMarks works out where problems lie.
func (t *Room) showMarks() {
	f := t.file
	rows := f.rows
	if rows.result == nil {
		f.checked.marks = nil
		return
	}
	frame.Run(t.chart, "", func(ctx context.Context, _ progress.Func) ([]sheet.Mark, error) { return rows.chart(ctx) }, func(m []sheet.Mark, err error) {
		if err == nil && t.file == f {
			f.checked.marks = m
			t.editor.Refresh()
		}
	})
}

// marks answers the strip beside the scroll bar.
func (t *Room) marks(buckets int) []sheet.Mark {
	f := t.file
	if f == nil || f.checked.marks == nil || buckets <= 0 {
		return nil
	}
	n, parts := f.rows.Rows(), f.checked.marks
	out := make([]sheet.Mark, buckets)
	if n == 0 || len(parts) == 0 {
		return out
	}
	for k := range out {
		first := k * n / buckets
		last := max((k+1)*n/buckets-1, first)
		for i := first * len(parts) / n; i <= last*len(parts)/n; i++ {
			out[k] = max(out[k], parts[i])
		}
	}
	return out
}

// onMarks goes to the first problem within rows.
func (t *Room) onMarks(from, to int) { t.hop(from-1, to, 1) }

// chart finds the worst mark of each of equal parts of the rows that are shown.
func (r *csvRows) chart(ctx context.Context) ([]sheet.Mark, error) {
	n := r.Rows()
	out := make([]sheet.Mark, min(markParts, n))
	if r.view == nil && n == r.result.Snapshot().Rows() {
		for i, s := range r.result.Map(len(out)) {
			switch {
			case s.Errors > 0:
				out[i] = sheet.MarkError
			case s.Warnings > 0:
				out[i] = sheet.MarkWarning
			}
		}
		return out, nil
	}
	for row := range n {
		if row&0xffff == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if s, ok := r.result.RowMark(r.id(row)); ok {
			k := row * len(out) / n
			out[k] = max(out[k], markOf(s))
		}
	}
	return out, nil
}

// wholeRow stands for the findings of a row that are about none of its cells.
const wholeRow = ^csvdoc.ColumnID(0)

// problem finds the nearest cell with an error or a warning behind a cell, or with a negative step before it, around the
// end. A row's own problems stand in its first cell. With to ≥ 0 the search ends there.
func (r *csvRows) problem(ctx context.Context, from sheet.Place, to, step int) (sheet.Place, bool, error) {
	n, columns := r.Rows(), r.Columns()
	if n == 0 || columns == 0 {
		return sheet.Place{}, false, nil
	}
	if from.Row >= n || from.Row < 0 && step < 0 {
		from = sheet.Place{Row: 0, Column: -1}
	}
	for k := 0; k <= n; k++ {
		if k&0xffff == 0 && ctx.Err() != nil {
			return sheet.Place{}, false, ctx.Err()
		}
		row := from.Row + k*step
		if row < 0 && from.Row < 0 {
			continue // before the first row
		}
		if to >= 0 && row > to {
			break
		}
		row = ((row % n) + n) % n
		id := r.id(row)
		if s, ok := r.result.RowMark(id); !ok || s < finding.Warning {
			continue
		}
		first, last := 0, columns-1
		if k == 0 && step > 0 {
			first = from.Column + 1
		}
		if k == 0 && step < 0 {
			last = from.Column - 1
		}
		for i := range max(last-first+1, 0) {
			col := first + i
			if step < 0 {
				col = last - i
			}
			if r.mark(id, col) != sheet.Unmarked {
				return sheet.Place{Row: row, Column: col}, true, nil
			}
			if s, ok := r.result.Mark(id, wholeRow); ok && s >= finding.Warning && col == 0 {
				return sheet.Place{Row: row}, true, nil
			}
		}
	}
	return sheet.Place{}, false, nil
}

// NextProblem goes to the next row with an error, or where there is none with a warning; previousProblem to the one before.
func (t *Room) NextProblem()     { t.hopFrom(1) }
func (t *Room) PreviousProblem() { t.hopFrom(-1) }

func (t *Room) hopFrom(step int) {
	if t.file != nil {
		t.hop(t.editor.Current().Row, -1, step)
	}
}

// hop goes to the nearest problem behind a row, around the end; to bounds the search, -1 for no bound.
func (t *Room) hop(row, to, step int) {
	f := t.file
	rows := f.rows
	if rows.result == nil {
		t.whenChecked(func() { t.hop(row, to, step) })
		return
	}
	col := t.editor.Current().Column
	type place struct {
		sheet.Place
		found bool
	}
	frame.Run(t.leap, "", func(ctx context.Context, _ progress.Func) (place, error) {
		p, ok, err := rows.problem(ctx, sheet.Place{Row: row, Column: col}, to, step)
		return place{p, ok}, err
	}, func(p place, err error) {
		switch {
		case err != nil || t.file != f:
		case !p.found:
			t.app.Note(widgets.Note{State: look.Ready, Text: words.T("csv.no-problem")})
		default:
			t.editor.Select(p.Row, p.Column)
			t.focusSheet()
		}
	})
}

// showColumns gives the sheet the columns of the document: their signs, and what is wrong with their names.
func (t *Room) showColumns() {
	f := t.file
	columns := make([]sheet.Column, len(f.rows.columns))
	for i, c := range f.rows.columns {
		columns[i] = sheet.Column{Title: columnTitle(c.Name), ID: uint32(c.ID) + 1, Width: columnWidth(c.Name, f.rows.pem[i]), MinWidth: 64, Mono: f.rows.pem[i], Sortable: true}
		t.signColumn(&columns[i], c)
	}
	t.editor.SetColumns(columns)
	if keys := f.arrange.keys; len(keys) > 0 {
		t.editor.SetSort(f.rows.columnIndex(keys[0].Column), !keys[0].Descending)
	}
}

// columnWidth is how wide a column begins.
func columnWidth(name string, mono bool) float32 {
	width := float32(84 + 8*len([]rune(name)))
	if mono {
		width += 40
	}
	return min(max(width, 128), 288)
}

// signColumn puts the sign before a title: ● must be filled, ? not known, ◇ a field of the device.
func (t *Room) signColumn(s *sheet.Column, c csvdoc.Column) {
	s.Sign, s.Hint = sheet.NoSign, ""
	field, known := enrollment.FieldOf(c.Name)
	template := t.options.Template
	switch {
	case template != nil:
		x, ok := template.Column(c.Name)
		switch {
		case !ok:
			s.Sign, s.Hint = sheet.Unknown, words.T("csv.hint-not-in-template")
		case x.Field == nil:
			s.Sign, s.Hint = sheet.DeviceField, words.T("csv.hint-device")
		case x.Required:
			s.Sign, s.Hint = sheet.Required, words.T("csv.hint-required")
		}
	case !known:
		s.Sign, s.Hint = sheet.Unknown, words.T("csv.hint-unknown")
	case c.Name == "csr" || c.Name == "subject.common_name":
		s.Sign, s.Hint = sheet.Required, words.T("csv.hint-required")
	}
	if known && s.Hint == "" {
		s.Hint = words.Sentence(field.Title)
	}
	if r := t.file.checked.result; r != nil {
		for _, g := range r.Groups() {
			if !g.Header {
				break // those of the header come first
			}
			if g.HasColumn && g.Column == c.ID {
				s.Mark = max(s.Mark, markOf(g.Rule.Severity))
				s.Hint = strings.TrimSpace(s.Hint + " " + words.Sentence(g.Rule.Title))
			}
		}
	}
}

// fixItems are the menu's entries that mend the current cell.
func (t *Room) fixItems(row, col int) []*fyne.MenuItem {
	rows := t.file.rows
	var items []*fyne.MenuItem
	for _, f := range t.value.found {
		if !f.Fixable || t.value.at != (sheet.Place{Row: row, Column: col}) {
			continue
		}
		text, fix := t.repair(f, rows.id(row), rows.column(col))
		items = append(items, widgets.MenuItem(text, "ready", fix))
	}
	if len(items) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	return items
}

// repair is the certain repair of a finding in words, and what does it: what is wrong with a whole row goes with the row.
func (t *Room) repair(f enrollment.Finding, row csvdoc.RowID, column csvdoc.Column) (string, func()) {
	switch {
	case f.Delete:
		return words.N("csv.menu-delete", 1), func() {
			rows := t.file.rows
			if i, ok := rows.snap.Index(row); ok && rows.rowOf(i) >= 0 {
				t.deleteRows(rows.rowOf(i), rows.rowOf(i))
			}
		}
	case f.Fix == "":
		return words.T("csv.menu-fix-empty"), func() { t.setCell(row, column, "") }
	}
	return words.T("csv.menu-fix", "Value", shortValue(f.Fix)), func() { t.setCell(row, column, f.Fix) }
}

// headerFixItems are the menu's entries that mend a column's name.
func (t *Room) headerFixItems(c csvdoc.Column) []*fyne.MenuItem {
	r := t.file.checked.result
	if r == nil {
		return nil
	}
	var items []*fyne.MenuItem
	for _, g := range r.Groups() {
		if g.Header && g.HasColumn && g.Column == c.ID && g.Fixable > 0 {
			items = append(items, widgets.MenuItem(words.T("csv.menu-fix-title", "Title", g.Rule.Title), "ready", func() { t.fixAll(g) }))
		}
	}
	if len(items) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	return items
}

// progressWords says how far a check is.
func progressWords(p *widgets.Progress) string {
	if p == nil {
		return ""
	}
	if p.Total > 0 {
		return words.T("csv.checking-share", "Share", words.Group(int(p.Share()*100)))
	}
	return words.T("csv.checking-now")
}

package gui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
)

// spreadsheet is a CSV as it comes back from one: a byte order mark, semicolons, three blanks at ends, two errors.
const spreadsheet = "\ufeffsubject.common_name;subject.country;san.dns_name\r\n" +
	"dev-1;DE;a.example.com\r\n" +
	"dev-2 ;DE;b.example.com\r\n" +
	"dev-3 ;Germany;c.example.com\r\n" +
	"dev-4 ;DE;\"d_example,com\"\r\n" +
	"dev-5;DE;e.example.com\r\n"

// csvRig is a rig with the CSV tab in front.
func csvRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.showTab(1)
	return r
}

// opened is a rig with a CSV of that content open.
func openedCSV(t *testing.T, content string) (*rig, string) {
	t.Helper()
	r := csvRig(t)
	path := put(t, filepath.Join(t.TempDir(), "orders.csv"), []byte(content))
	r.drop(path)
	r.noDialog()
	if r.CSV.file == nil {
		t.Fatalf("the file is not open; the toast says %q", r.toastText())
	}
	return r, path
}

// cells are the texts that the sheet shows.
func (r *rig) cells() [][]string {
	rows := r.CSV.file.rows
	out := make([][]string, rows.Rows())
	for i := range out {
		for c := range rows.Columns() {
			out[i] = append(out[i], rows.text(i, c))
		}
	}
	return out
}

// column is the texts of one column.
func (r *rig) column(c int) []string {
	var out []string
	for _, line := range r.cells() {
		out = append(out, line[c])
	}
	return out
}

func (r *rig) saved(path string) string {
	r.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b)
}

func TestCSVOpensShowsAndChecks(t *testing.T) {
	r := csvRig(t)
	if !r.CSV.start.content.Visible() || r.CSV.full.Visible() || r.CSV.bar.Reason() == "" {
		t.Fatal("an empty tab does not invite")
	}
	path := put(t, filepath.Join(t.TempDir(), "ü orders.csv"), []byte(spreadsheet))
	r.drop(path)
	r.noDialog()
	if r.CSV.start.content.Visible() || !r.CSV.full.Visible() {
		t.Fatal("the invitation stands in front of the sheet")
	}
	if got := r.cells(); len(got) != 5 || got[3][2] != "d_example,com" {
		t.Errorf("the sheet shows %q", got)
	}
	if got := r.CSV.bar.Sentence(); !strings.HasPrefix(got, "3 ready · 2 errors") || !strings.HasSuffix(got, "0.1 of 200 MB") {
		t.Errorf("the bar says %q", got)
	}
	if got := r.CSV.source.dialect.Text(); got != "UTF-8 with BOM · semicolon · CRLF" {
		t.Errorf("the dialect is shown as %q", got)
	}
	if got := r.CSV.source.name.Text(); got != "ü orders.csv" {
		t.Errorf("the file is shown as %q", got)
	}
	if got := r.CSV.recentFiles(); !slices.Equal(got, []string{path}) {
		t.Errorf("recent files: %q", got)
	}
	rows := r.CSV.file.rows
	if m := rows.Cell(2, 1).Mark; m != sheet.MarkError {
		t.Errorf("the country Germany is marked %d", m)
	}
	if m := rows.Cell(1, 0).Mark; m != sheet.MarkWarning {
		t.Errorf("a blank at the end is marked %d", m)
	}
	if m := rows.Cell(0, 0).Mark; m != sheet.Unmarked {
		t.Errorf("a good cell is marked %d", m)
	}
	marks := r.CSV.marks(5)
	if want := []sheet.Mark{0, sheet.MarkWarning, sheet.MarkError, sheet.MarkError, 0}; !slices.Equal(marks, want) {
		t.Errorf("the strip shows %v, want %v", marks, want)
	}
	if n := r.CSV.editor.RowNumber(0); n != 2 {
		t.Errorf("the first row has the number %d", n)
	}
}

func TestCSVEditSaveUndo(t *testing.T) {
	r, path := openedCSV(t, spreadsheet)
	e := r.CSV.editor
	e.Select(0, 0)
	r.window.Canvas().Focus(e)
	for _, letter := range "new" { // the first one opens an entry over the cell
		r.window.Canvas().Focused().TypedRune(letter)
	}
	r.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := r.cells()[0][0]; got != "new" {
		t.Fatalf("typing gives %q at once", got)
	}
	r.idle()
	rows := r.CSV.file.rows
	if !rows.Cell(0, 0).Changed || rows.Cell(0, 1).Changed {
		t.Error("the cell that is not saved is not marked so, or another one is")
	}
	if !strings.HasSuffix(r.CSV.source.name.Text(), "•") || r.CSV.saving.Disabled() {
		t.Error("nothing tells that there is something to save")
	}
	r.CSV.save()
	r.idle()
	r.noDialog()
	if got, want := r.saved(path), strings.Replace(spreadsheet, "dev-1;", "new;", 1); got != want {
		t.Errorf("saved is %q", got)
	}
	if r.CSV.file.rows.Cell(0, 0).Changed || !r.CSV.saving.Disabled() {
		t.Error("a saved cell is marked as not saved")
	}
	r.CSV.undo() // past the save
	r.idle()
	if got := r.cells()[0][0]; got != "dev-1" || !strings.HasPrefix(r.toastText(), "Undone: Edit in subject.common_name") {
		t.Errorf("undone: %q, toast %q", got, r.toastText())
	}
	if !r.CSV.file.rows.Cell(0, 0).Changed {
		t.Error("what differs from the file again is not marked")
	}
	r.CSV.redo()
	r.idle()
	if got := r.cells()[0][0]; got != "new" {
		t.Errorf("done again: %q", got)
	}
	r.CSV.undo()
	r.CSV.undo()
	r.idle()
	if !strings.Contains(r.toastText(), "nothing to undo") {
		t.Errorf("undoing nothing says %q", r.toastText())
	}
	r.CSV.save()
	r.idle()
	if got := r.saved(path); got != spreadsheet {
		t.Errorf("back at the start, saved is %q", got)
	}
}

func TestCSVSheetOperations(t *testing.T) {
	r, _ := openedCSV(t, "a,b,c\n1,2,3\n4,5,6\n7,8,9\n")
	e := r.CSV.editor
	check := func(what string, want ...string) {
		t.Helper()
		r.idle()
		r.noDialog()
		var got []string
		for _, line := range r.cells() {
			got = append(got, strings.Join(line, " "))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	undo := func() {
		t.Helper()
		r.CSV.undo()
		r.idle()
	}
	e.OnPaste(1, 1, [][]string{{"x", "y"}, {"z"}, {"p", "q"}})
	check("a block pasted beyond the last row", "1 2 3", "4 x y", "7 z 9", " p q")
	undo()
	e.OnPaste(2, 2, [][]string{{"x", "y"}})
	r.dialog().Take(2)
	check("a block pasted beyond the last column", "1 2 3 ", "4 5 6 ", "7 8 x y")
	undo()
	e.OnPaste(2, 2, [][]string{{"x", "y"}})
	r.dialog().Take(1)
	check("the part beyond left out", "1 2 3", "4 5 6", "7 8 x")
	undo()
	e.OnClear(sheet.Area{Top: 0, Left: 1, Bottom: 1, Right: 2})
	check("cleared", "1  ", "4  ", "7 8 9")
	undo()
	e.OnFillDown(sheet.Area{Top: 0, Left: 0, Bottom: 2, Right: 1})
	check("filled down", "1 2 3", "1 2 6", "1 2 9")
	undo()
	e.OnInsertRows(1, 2)
	check("rows inserted", "1 2 3", "  ", "  ", "4 5 6", "7 8 9")
	undo()
	e.OnDeleteRows(0, 1)
	check("rows deleted", "7 8 9")
	undo()
	r.CSV.moveRows(0, 0, 3)
	check("a row moved to the end", "4 5 6", "7 8 9", "1 2 3")
	if a := e.Selection(); a.Top != 2 || a.Kind != sheet.Rows {
		t.Errorf("after moving %+v is selected", a)
	}
	undo()
	columns := func() (names []string) {
		for _, c := range r.CSV.file.rows.columns {
			names = append(names, c.Name)
		}
		return names
	}
	c := r.CSV.file.rows.column(0)
	r.CSV.moveColumn(c, 2)
	check("a column moved", "2 1 3", "5 4 6", "8 7 9")
	if got := columns(); !slices.Equal(got, []string{"b", "a", "c"}) {
		t.Errorf("columns %q", got)
	}
	undo()
	r.CSV.removeColumns([]csvdoc.ColumnID{c.ID})
	check("a column removed", "2 3", "5 6", "8 9")
	undo()
	r.CSV.rename(c, "subject.common_name")
	r.idle()
	if got := columns(); got[0] != "subject.common_name" {
		t.Errorf("columns %q", got)
	}
	undo()
	r.CSV.openAddColumn(1)
	d := r.dialog()
	d.Take(1)
	check("a column added", "1  2 3", "4  5 6", "7  8 9")
	undo()
	check("all undone", "1 2 3", "4 5 6", "7 8 9")
	if r.CSV.file.facts.dirty {
		t.Error("with everything undone there is something to save")
	}
}

func TestCSVFixAll(t *testing.T) {
	r, path := openedCSV(t, spreadsheet)
	p := r.CSV.findings
	i := slices.IndexFunc(p.shown, func(g enrollment.Group) bool { return g.Rule == enrollment.RuleOuterBlank })
	if i < 0 || p.shown[i].Rows != 3 || p.shown[i].Fixable != 3 {
		t.Fatalf("the causes are %v", p.shown)
	}
	p.pick(keyOf(&p.shown[i]))
	r.idle()
	if at := r.CSV.editor.Current(); at != (sheet.Place{Row: 1, Column: 0}) {
		t.Errorf("opening a cause leads to %v", at)
	}
	if p.page.Rows() != 3 || p.page.Cell(2, 0).Text != "5" || p.page.Cell(2, 1).Text != "dev-4 " {
		t.Errorf("its places: %d, %q", p.page.Rows(), p.page.Cell(2, 1).Text)
	}
	p.page.places.Select(2)
	if at := r.CSV.editor.Current(); at != (sheet.Place{Row: 3, Column: 0}) {
		t.Errorf("its third place leads to %v", at)
	}
	p.page.why.SetOpen(true)
	if !p.page.reasons.Visible() || len(p.page.reasons.Objects) != 2 {
		t.Error("Why? does not show reason and source")
	}
	test.Tap(p.page.actions.Objects[0].(*widgets.Button))
	r.idle()
	if got := r.column(0); !slices.Equal(got, []string{"dev-1", "dev-2", "dev-3", "dev-4", "dev-5"}) {
		t.Errorf("mended: %q", got)
	}
	if !strings.HasPrefix(r.toastText(), "3 places mended") || p.page.root.Visible() {
		t.Errorf("the toast says %q; the cause is gone from the list: %v", r.toastText(), !p.page.root.Visible())
	}
	r.CSV.undo()
	r.idle()
	if got := r.column(0); got[1] != "dev-2 " {
		t.Errorf("a repair cannot be undone: %q", got)
	}
	r.CSV.save()
	r.idle()
	if r.saved(path) != spreadsheet {
		t.Error("after undoing a repair the file differs")
	}
}

func TestCSVProblemsByKey(t *testing.T) {
	r, _ := openedCSV(t, spreadsheet)
	e := r.CSV.editor
	e.Select(0, 0)
	var seen []sheet.Place
	for range 6 {
		r.onKey(&fyne.KeyEvent{Name: fyne.KeyF8})
		r.idle()
		seen = append(seen, e.Current())
	}
	want := []sheet.Place{{Row: 1}, {Row: 2}, {Row: 2, Column: 1}, {Row: 3}, {Row: 3, Column: 2}, {Row: 1}}
	if !slices.Equal(seen, want) {
		t.Errorf("F8 visits %v, want %v", seen, want)
	}
	r.CSV.previousProblem()
	r.idle()
	if at := e.Current(); at != want[4] {
		t.Errorf("the problem before is %v", at)
	}
	r.CSV.onMarks(2, 2)
	r.idle()
	if at := e.Current(); at != (sheet.Place{Row: 2}) {
		t.Errorf("the strip leads to %v", at)
	}
}

func TestCSVValuePane(t *testing.T) {
	csrText := string(request(t, newKey(t), "dev-1"))
	r, _ := openedCSV(t, "subject.common_name,csr\ndev-1,\""+csrText+"\"\ndev-2,-----BEGIN nothing\n")
	r.CSV.editor.Select(0, 1)
	r.idle()
	text := allText(r.CSV.value.body)
	for _, want := range []string{"-----BEGIN CERTIFICATE REQUEST-----", "commonName", "dev-1.example.com", "P-256", "The signature is good"} {
		if !strings.Contains(text, want) {
			t.Errorf("the pane lacks %q: %s", want, text)
		}
	}
	if got := r.CSV.value.head.Row.Label; got != "csr, row 2" {
		t.Errorf("the pane is headed %q", got)
	}
	test.Tap(r.CSV.value.copied)
	if got := r.fyne.Clipboard().Content(); got != csrText {
		t.Errorf("copied %q", got)
	}
	r.CSV.editor.Select(1, 1)
	r.idle()
	if text := allText(r.CSV.value.body); !strings.Contains(text, "error") || strings.Contains(text, "P-256") {
		t.Errorf("of a broken CSR the pane says %s", text)
	}
	// A value is edited with all its lines.
	test.Tap(r.CSV.value.edit)
	d := r.dialog()
	d.Body.(*widgets.Entry).SetText("two\nlines")
	d.Take(1)
	r.idle()
	if got := r.cells()[1][1]; got != "two\nlines" {
		t.Errorf("edited in the pane: %q", got)
	}
}

func TestCSVFindAndReplace(t *testing.T) {
	r, _ := openedCSV(t, "name,dns\na-1,a.old.com\na-2,b.old.com\nOLD,c.old.com\n")
	p := r.CSV.finder
	r.CSV.find()
	p.find.SetText("old")
	p.search()
	r.idle()
	if p.list.Rows() != 4 || p.count.Text() != "4 hits" {
		t.Fatalf("%d hits, %q", p.list.Rows(), p.count.Text())
	}
	p.matchCase.SetChecked(true)
	r.idle()
	if p.list.Rows() != 3 {
		t.Errorf("with case %d hits", p.list.Rows())
	}
	p.with.SetText("new")
	if got := p.list.Cell(0, 2).Text; got != "a.old.com → a.new.com" {
		t.Errorf("a hit is shown as %q", got)
	}
	p.list.flip(1)
	if p.list.ticked() != 2 || p.count.Text() != "2 of 3 hits ticked" || p.replace.Text != "Replace 2" {
		t.Errorf("one tick less: %q %q", p.count.Text(), p.replace.Text)
	}
	p.list.sheet.Select(2)
	if at := r.CSV.editor.Current(); at != (sheet.Place{Row: 2, Column: 1}) {
		t.Errorf("a hit leads to %v", at)
	}
	test.Tap(p.replace)
	r.idle()
	if got := r.column(1); !slices.Equal(got, []string{"a.new.com", "b.old.com", "c.new.com"}) {
		t.Errorf("replaced: %q", got)
	}
	r.CSV.undo()
	r.idle()
	if got := r.column(1)[0]; got != "a.old.com" {
		t.Errorf("one undo leaves %q", got)
	}
	p.plain.SetChecked(true)
	p.find.SetText("(")
	p.search()
	r.idle()
	if p.list.Rows() != 0 || p.count.Color != look.Failed.Color() {
		t.Errorf("a broken expression says %q", p.count.Text())
	}
	p.find.SetText(`^(\w)\.old`)
	p.with.SetText("$1.young")
	p.search()
	r.idle()
	test.Tap(p.replace)
	r.idle()
	if got := r.column(1); !slices.Equal(got, []string{"a.young.com", "b.young.com", "c.young.com"}) {
		t.Errorf("with groups: %q", got)
	}
	// Only in the selection.
	p.close()
	r.CSV.editor.SelectArea(sheet.Area{Top: 1, Left: 1, Bottom: 2, Right: 1})
	r.CSV.find()
	p.plain.SetChecked(false)
	p.find.SetText("young")
	p.search()
	r.idle()
	if p.list.Rows() != 2 {
		t.Errorf("in the selection %d hits", p.list.Rows())
	}
	p.close()
	if r.CSV.aside != nil {
		t.Error("closing leaves the page open")
	}
}

func TestCSVSortAndFilter(t *testing.T) {
	r, path := openedCSV(t, "name,n\nc,10\na,9\nb,\n")
	r.CSV.sortBy(0, false, false)
	r.idle()
	if got := r.column(0); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("sorted: %q", got)
	}
	if !r.CSV.strip.content.Visible() || r.CSV.editor.RowNumber(0) != 3 {
		t.Errorf("nothing tells the order; the first row has the number %d", r.CSV.editor.RowNumber(0))
	}
	r.CSV.editor.OnEdit(0, 0, "z") // stays where it is seen
	r.idle()
	if got := r.column(0); !slices.Equal(got, []string{"z", "b", "c"}) {
		t.Errorf("edited in a view: %q", got)
	}
	r.CSV.onSort(1, true)
	r.idle()
	if got := r.column(1); !slices.Equal(got, []string{"9", "10", ""}) && !slices.Equal(got, []string{"", "9", "10"}) {
		t.Errorf("sorted by number: %q", got)
	}
	r.CSV.showAll()
	r.CSV.filterValue(0, 0)
	r.idle()
	if got := r.column(0); !slices.Equal(got, []string{"c"}) || !strings.Contains(r.CSV.strip.text.Text(), "1 of 3 rows") {
		t.Errorf("filtered: %q, the strip says %q", got, r.CSV.strip.text.Text())
	}
	r.CSV.reveal(r.CSV.file.rows.snap.ID(1), r.CSV.file.rows.column(0).ID)
	r.idle()
	if at := r.CSV.editor.Current(); len(r.cells()) != 3 || at.Row != 1 {
		t.Errorf("what a filter hides is not shown when it is wanted: %v", at)
	}
	r.CSV.showAll()
	r.CSV.save()
	r.idle()
	if got := r.saved(path); got != "name,n\nc,10\nz,9\nb,\n" {
		t.Errorf("views changed the file: %q", got)
	}
}

func TestCSVSeries(t *testing.T) {
	r, _ := openedCSV(t, "id,mac\n0098,00:1a:c2:00:00:0e\n,\n,\n")
	r.CSV.openSeries(sheet.Area{Top: 0, Left: 0, Bottom: 2, Right: 0})
	r.dialog().Take(1)
	r.idle()
	if got := r.column(0); !slices.Equal(got, []string{"0098", "0099", "0100"}) {
		t.Errorf("a series of numbers: %q", got)
	}
	r.CSV.openSeries(sheet.Area{Top: 0, Left: 1, Bottom: 0, Right: 1})
	r.dialog().Take(1)
	r.idle()
	if got := r.column(1); !slices.Equal(got, []string{"00:1a:c2:00:00:0e", "00:1a:c2:00:00:0f", "00:1a:c2:00:00:10"}) {
		t.Errorf("a series of MAC addresses: %q", got)
	}
	r.CSV.editor.OnEdit(0, 0, "text")
	r.CSV.openSeries(sheet.Area{Top: 0, Left: 0, Bottom: 2, Right: 0})
	if text := allText(r.dialog().Body); !strings.Contains(text, "no number") {
		t.Errorf("a start without a number says %q", text)
	}
	r.dialog().Cancel()
}

func TestCSVDuplicates(t *testing.T) {
	r, _ := openedCSV(t, "a,b\n1,x\n2,x\n1,x\n1,y\n")
	r.CSV.openDuplicates()
	r.dialog().Take(1)
	r.idle()
	if got := r.column(0); !slices.Equal(got, []string{"1", "2", "1"}) || !strings.HasPrefix(r.toastText(), "One duplicate row removed") {
		t.Errorf("left: %q, toast %q", got, r.toastText())
	}
}

func TestCSVNewAndTemplate(t *testing.T) {
	r := csvRig(t)
	template := put(t, filepath.Join(t.TempDir(), "thermostat.csv"), []byte("subject.common_name,room,csr\n"))
	r.choose.files = []string{template}
	r.CSV.newFromFile()
	r.idle()
	r.noDialog()
	if got := r.CSV.file.rows.columns; len(got) != 3 || got[1].Name != "room" || len(r.cells()) != 1 {
		t.Fatalf("the new sheet has the columns %v", got)
	}
	if got := r.CSV.source.templateText.Text(); got != "thermostat.csv" {
		t.Errorf("the template is shown as %q", got)
	}
	var room sheet.Column
	r.CSV.signColumn(&room, r.CSV.file.rows.column(1))
	if room.Sign != sheet.DeviceField {
		t.Errorf("a field of the device has the sign %d", room.Sign)
	}
	out := filepath.Join(t.TempDir(), "new.csv")
	r.choose.save = out
	r.CSV.editor.OnEdit(0, 0, "dev-1")
	r.CSV.save()
	r.idle()
	if got := r.saved(out); got != "\"subject.common_name\",\"room\",\"csr\"\r\n\"dev-1\",\"\",\"\"\r\n" {
		t.Errorf("saved %q", got)
	}
	if err := r.CSV.useTemplate("Profile 7", []byte("subject.common_name,floor\n")); err != nil {
		t.Fatal(err)
	}
	r.idle()
	if got := r.CSV.source.templateText.Text(); got != "Profile 7" || !slices.Equal(r.CSV.missingColumns(), []string{"floor"}) {
		t.Errorf("with a profile's template: %q, missing %q", got, r.CSV.missingColumns())
	}
	r.CSV.addColumns(r.CSV.missingColumns())
	r.idle()
	if got := r.CSV.file.rows.columns; got[len(got)-1].Name != "floor" {
		t.Errorf("the missing column was not added: %v", got)
	}
}

func TestCSVRowsFromCSRs(t *testing.T) {
	r, _ := openedCSV(t, "subject.common_name,subject.country,san.dns_name,csr\n")
	r.drop(goodFolder(t))
	r.noDialog()
	if got := r.column(0); !slices.Equal(got, []string{"dev-a", "dev-b", "dev-c"}) {
		t.Fatalf("the rows are %q; %s", got, r.toastText())
	}
	if line := r.cells()[0]; line[1] != "DE" || line[2] != "dev-a.example.com" || !strings.Contains(line[3], "BEGIN CERTIFICATE REQUEST") {
		t.Errorf("a row is %q", line)
	}
	r.CSV.undo()
	r.idle()
	if len(r.cells()) != 0 {
		t.Error("adding CSRs takes more than one undo")
	}
}

func TestCSVDialect(t *testing.T) {
	r, _ := openedCSV(t, "a;b,c\n1;2,3\n")
	before := r.CSV.file.rows.columns
	as := r.CSV.file.doc.Dialect()
	as.Delimiter = ','
	if before[0].Name == "a;b" {
		as.Delimiter = ';'
	}
	r.CSV.openDialect()
	r.dialog().Cancel()
	r.CSV.reopen(as)
	r.idle()
	r.noDialog()
	after := r.CSV.file.rows.columns
	if after[0].Name == before[0].Name || r.CSV.file.doc.Dialect().Delimiter != as.Delimiter {
		t.Errorf("read another way the columns are %v", after)
	}
	r.CSV.editor.OnEdit(0, 0, "x")
	r.CSV.openDialect()
	if text := r.dialog().Text; !strings.Contains(text, "only while nothing is edited") {
		t.Errorf("with edits the dialog says %q", text)
	}
	r.dialog().Cancel()
}

func TestCSVLeaveWithEdits(t *testing.T) {
	r, path := openedCSV(t, spreadsheet)
	r.CSV.editor.OnEdit(0, 0, "kept")
	left := false
	r.CSV.leave(func() { left = true })
	d := r.dialog()
	if left || len(d.Answers) != 4 {
		t.Fatalf("left without asking, or the answers are %v", d.Answers)
	}
	d.Take(0)
	if r.CSV.file == nil {
		t.Fatal("going back closed the file")
	}
	r.CSV.leave(func() { left = true })
	r.dialog().Take(2) // keep for later
	r.idle()
	if !left || r.CSV.file != nil || r.saved(path) != spreadsheet {
		t.Fatal("keeping the edits did not close the file, or touched it")
	}
	if len(r.CSV.start.found) != 1 || !r.CSV.start.offers.Visible() {
		t.Fatalf("what was kept is not offered: %v", r.CSV.start.found)
	}
	r.CSV.recover(r.CSV.start.found[0])
	r.idle()
	r.noDialog()
	if got := r.cells()[0][0]; got != "kept" || len(r.CSV.start.found) != 0 {
		t.Errorf("recovered: %q", got)
	}
	r.CSV.leave(func() {})
	r.dialog().Take(3) // save
	r.idle()
	if got := r.saved(path); got != strings.Replace(spreadsheet, "dev-1;", "kept;", 1) || r.CSV.file != nil {
		t.Errorf("saved on leaving: %q", got)
	}
	r.CSV.openPath(path)
	r.idle()
	r.CSV.editor.OnEdit(0, 0, "gone")
	r.CSV.leave(func() {})
	r.dialog().Take(1) // discard
	r.idle()
	if r.CSV.file != nil || strings.Contains(r.saved(path), "gone") || len(r.CSV.start.found) != 0 {
		t.Error("discarded edits are in the file or offered again")
	}
}

func TestCSVClosesWithAnythingOpen(t *testing.T) {
	r, _ := openedCSV(t, spreadsheet)
	p := r.CSV.findings
	p.pick(keyOf(&p.shown[0]))
	r.idle()
	r.CSV.find()
	r.CSV.finder.find.SetText("dev")
	r.CSV.finder.search()
	r.idle()
	r.onClose()
	r.until(func() bool { return r.closing })
	if r.CSV.file != nil {
		t.Error("the file is open still")
	}
}

func TestCSVChangedUnderneath(t *testing.T) {
	r, path := openedCSV(t, "a,b\n1,2\n")
	r.CSV.editor.OnEdit(0, 0, "x")
	other := path + ".new"
	put(t, other, []byte("a,b\n9,9\n5,5\n"))
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	r.CSV.save()
	r.idle()
	d := r.dialog()
	if !strings.Contains(d.Title, "was changed by another program") || len(d.Answers) != 3 {
		t.Fatalf("%s %v", d.Title, d.Answers)
	}
	d.Take(1) // replace it
	r.idle()
	if got := r.saved(path); got != "a,b\nx,2\n" {
		t.Errorf("replaced: %q", got)
	}
}

func TestCSVEncodingIsAskedFor(t *testing.T) {
	r, path := openedCSV(t, "name,b\nM\xfcller,2\n")
	if got := r.cells()[0][0]; got != "Müller" {
		t.Fatalf("read as %q", got)
	}
	r.CSV.editor.OnEdit(0, 1, "日本")
	r.CSV.save()
	r.idle()
	d := r.dialog()
	if !strings.Contains(d.Title, "cannot hold") || len(d.List) != 1 || !strings.Contains(d.List[0], "b") {
		t.Fatalf("%s %q", d.Title, d.List)
	}
	d.Take(1) // question marks
	r.idle()
	if got := r.saved(path); got != "name,b\nM\xfcller,??\n" || r.cells()[0][1] != "??" {
		t.Errorf("saved %q, shown %q", got, r.cells()[0][1])
	}
}

func TestCSVCancelAndQueue(t *testing.T) {
	r, _ := openedCSV(t, "a,b\n1,2\n")
	began := make(chan struct{})
	r.CSV.alter(edit{cells: 1000, title: "waiting", work: func(ctx context.Context, _ *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		close(began)
		<-ctx.Done()
		return csvdoc.Change{}, ctx.Err()
	}})
	<-began
	r.CSV.editor.OnEdit(0, 0, "typed meanwhile")
	if r.cells()[0][0] != "1" {
		t.Error("an edit took place while another ran")
	}
	r.onKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	r.idle()
	if got := r.cells()[0][0]; got != "typed meanwhile" {
		t.Errorf("what was typed meanwhile is lost: %q", got)
	}
	if !r.CSV.file.facts.dirty {
		t.Error("the edit is not there to be saved")
	}
}

func TestCSVManyRowsKeepTheWindowFree(t *testing.T) {
	var b strings.Builder
	b.WriteString("subject.common_name,serial\n")
	const n = 60_000
	for i := range n {
		fmt.Fprintf(&b, "dev-%06d,%09d\n", i, i)
	}
	r, _ := openedCSV(t, b.String())
	if got := r.CSV.file.rows.Rows(); got != n {
		t.Fatalf("%d rows", got)
	}
	r.CSV.onClear(sheet.Area{Top: 0, Left: 1, Bottom: n - 1, Right: 1})
	if r.CSV.idle() {
		t.Error("clearing sixty thousand cells ran on the UI thread")
	}
	r.idle()
	if got := r.cells()[n-1][1]; got != "" || !strings.HasPrefix(r.toastText(), "60,000 cells cleared") {
		t.Errorf("%q, %q", got, r.toastText())
	}
	r.CSV.undo()
	r.idle()
	if got := r.cells()[n-1][1]; got != fmt.Sprintf("%09d", n-1) {
		t.Errorf("undone: %q", got)
	}
}

func TestCSVSample(t *testing.T) {
	r := csvRig(t)
	r.CSV.trySample()
	r.idle()
	r.noDialog()
	if r.CSV.file == nil || r.CSV.file.rows.Rows() != sampleRows || len(r.CSV.findings.shown) < 5 {
		t.Fatalf("the sample shows %d causes", len(r.CSV.findings.shown))
	}
	folder := r.CSV.sample
	r.CSV.leave(func() {})
	r.idle()
	r.CSV.close()
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Error("the sample stays on the disk")
	}
}

func TestCSVMissingFile(t *testing.T) {
	r := csvRig(t)
	path := put(t, filepath.Join(t.TempDir(), "gone.csv"), []byte("a\n1\n"))
	r.CSV.openPath(path)
	r.idle()
	r.CSV.leave(func() {})
	r.idle()
	os.Remove(path)
	r.CSV.openPath(path)
	r.idle()
	if d := r.dialog(); !strings.Contains(d.Title, "gone.csv could not be opened") || slices.Contains(r.CSV.recentFiles(), path) {
		t.Errorf("%s; recent %q", d.Title, r.CSV.recentFiles())
	}
}

func TestCSVOffersInWords(t *testing.T) {
	r := csvRig(t)
	o := r.CSV.start.offer(csvdoc.Recovery{Path: "/data/orders.csv", Edits: 12, Last: time.Date(2026, 11, 23, 14, 2, 0, 0, time.Local)})
	if text := allText(o); !strings.Contains(text, "12 edits of orders.csv were not saved, the last one at 2026-11-23 14:02.") {
		t.Errorf("%s", text)
	}
}

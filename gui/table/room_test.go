package table

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/frame/frametest"
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
	r.Bring(r.CSV)
	return r
}

// opened is a rig with a CSV of that content open.
func openedCSV(t *testing.T, content string) (*rig, string) {
	t.Helper()
	r := csvRig(t)
	path := frametest.Put(t, filepath.Join(t.TempDir(), "orders.csv"), []byte(content))
	r.Drop(path)
	r.NoDialog()
	if r.CSV.file == nil {
		t.Fatalf("the file is not open; the toast says %q", r.ToastText())
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
	r.T.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		r.T.Fatal(err)
	}
	return string(b)
}

func TestCSVOpensShowsAndChecks(t *testing.T) {
	r := csvRig(t)
	if !r.CSV.start.content.Visible() || r.CSV.full.Visible() || r.CSV.bar.Reason() == "" {
		t.Fatal("an empty tab does not invite")
	}
	path := frametest.Put(t, filepath.Join(t.TempDir(), "ü orders.csv"), []byte(spreadsheet))
	r.Drop(path)
	r.NoDialog()
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
	r.Canvas().Focus(e)
	for _, letter := range "new" { // the first one opens an entry over the cell
		r.Canvas().Focused().TypedRune(letter)
	}
	r.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := r.cells()[0][0]; got != "new" {
		t.Fatalf("typing gives %q at once", got)
	}
	r.Wait()
	rows := r.CSV.file.rows
	if !rows.Cell(0, 0).Changed || rows.Cell(0, 1).Changed {
		t.Error("the cell that is not saved is not marked so, or another one is")
	}
	if !strings.HasSuffix(r.CSV.source.name.Text(), "•") || r.CSV.saving.Disabled() {
		t.Error("nothing tells that there is something to save")
	}
	r.CSV.Save()
	r.Wait()
	r.NoDialog()
	if got, want := r.saved(path), strings.Replace(spreadsheet, "dev-1;", "new;", 1); got != want {
		t.Errorf("saved is %q", got)
	}
	if r.CSV.file.rows.Cell(0, 0).Changed || !r.CSV.saving.Disabled() {
		t.Error("a saved cell is marked as not saved")
	}
	r.CSV.Undo() // past the save
	r.Wait()
	if got := r.cells()[0][0]; got != "dev-1" || !strings.HasPrefix(r.ToastText(), "Undone: Edit in subject.common_name") {
		t.Errorf("undone: %q, toast %q", got, r.ToastText())
	}
	if !r.CSV.file.rows.Cell(0, 0).Changed {
		t.Error("what differs from the file again is not marked")
	}
	r.CSV.Redo()
	r.Wait()
	if got := r.cells()[0][0]; got != "new" {
		t.Errorf("done again: %q", got)
	}
	r.CSV.Undo()
	r.CSV.Undo()
	r.Wait()
	if !strings.Contains(r.ToastText(), "nothing to undo") {
		t.Errorf("undoing nothing says %q", r.ToastText())
	}
	r.CSV.Save()
	r.Wait()
	if got := r.saved(path); got != spreadsheet {
		t.Errorf("back at the start, saved is %q", got)
	}
}

func TestCSVSheetOperations(t *testing.T) {
	r, _ := openedCSV(t, "a,b,c\n1,2,3\n4,5,6\n7,8,9\n")
	e := r.CSV.editor
	check := func(what string, want ...string) {
		t.Helper()
		r.Wait()
		r.NoDialog()
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
		r.CSV.Undo()
		r.Wait()
	}
	e.OnPaste(1, 1, [][]string{{"x", "y"}, {"z"}, {"p", "q"}})
	check("a block pasted beyond the last row", "1 2 3", "4 x y", "7 z 9", " p q")
	undo()
	e.OnPaste(2, 2, [][]string{{"x", "y"}})
	r.Dialog().Take(2)
	check("a block pasted beyond the last column", "1 2 3 ", "4 5 6 ", "7 8 x y")
	undo()
	e.OnPaste(2, 2, [][]string{{"x", "y"}})
	r.Dialog().Take(1)
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
	r.Wait()
	if got := columns(); got[0] != "subject.common_name" {
		t.Errorf("columns %q", got)
	}
	undo()
	r.CSV.openAddColumn(1)
	d := r.Dialog()
	d.Take(1)
	check("a column added", "1  2 3", "4  5 6", "7  8 9")
	undo()
	check("all undone", "1 2 3", "4 5 6", "7 8 9")
	if r.CSV.file.facts.dirty {
		t.Error("with everything undone there is something to save")
	}
}

func TestCSVSeries(t *testing.T) {
	r, _ := openedCSV(t, "id,mac\n0098,00:1a:c2:00:00:0e\n,\n,\n")
	r.CSV.openSeries(sheet.Area{Top: 0, Left: 0, Bottom: 2, Right: 0})
	r.Dialog().Take(1)
	r.Wait()
	if got := r.column(0); !slices.Equal(got, []string{"0098", "0099", "0100"}) {
		t.Errorf("a series of numbers: %q", got)
	}
	r.CSV.openSeries(sheet.Area{Top: 0, Left: 1, Bottom: 0, Right: 1})
	r.Dialog().Take(1)
	r.Wait()
	if got := r.column(1); !slices.Equal(got, []string{"00:1a:c2:00:00:0e", "00:1a:c2:00:00:0f", "00:1a:c2:00:00:10"}) {
		t.Errorf("a series of MAC addresses: %q", got)
	}
	r.CSV.editor.OnEdit(0, 0, "text")
	r.CSV.openSeries(sheet.Area{Top: 0, Left: 0, Bottom: 2, Right: 0})
	if text := frametest.AllText(r.Dialog().Body); !strings.Contains(text, "no number") {
		t.Errorf("a start without a number says %q", text)
	}
	r.Dialog().Cancel()
}

func TestCSVDuplicates(t *testing.T) {
	r, _ := openedCSV(t, "a,b\n1,x\n2,x\n1,x\n1,y\n")
	r.CSV.openDuplicates()
	r.Dialog().Take(1)
	r.Wait()
	if got := r.column(0); !slices.Equal(got, []string{"1", "2", "1"}) || !strings.HasPrefix(r.ToastText(), "One duplicate row removed") {
		t.Errorf("left: %q, toast %q", got, r.ToastText())
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
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	r.Wait()
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
	r.Wait()
	if got := r.cells()[n-1][1]; got != "" || !strings.HasPrefix(r.ToastText(), "60,000 cells cleared") {
		t.Errorf("%q, %q", got, r.ToastText())
	}
	r.CSV.Undo()
	r.Wait()
	if got := r.cells()[n-1][1]; got != fmt.Sprintf("%09d", n-1) {
		t.Errorf("undone: %q", got)
	}
}

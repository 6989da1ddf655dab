package table

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/enrollment"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
)

func TestCSVFixAll(t *testing.T) {
	r, path := openedCSV(t, spreadsheet)
	p := r.CSV.findings
	i := slices.IndexFunc(p.shown, func(g enrollment.Group) bool { return g.Rule == enrollment.RuleOuterBlank })
	if i < 0 || p.shown[i].Rows != 3 || p.shown[i].Fixable != 3 {
		t.Fatalf("the causes are %v", p.shown)
	}
	p.pick(keyOf(&p.shown[i]))
	r.Wait()
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
	if !p.page.reasons.Visible() || !strings.Contains(frametest.AllText(p.page.reasons), enrollment.RuleOuterBlank.Name) {
		t.Error("Why? does not show reason and source")
	}
	test.Tap(p.page.actions.Objects[0].(*widgets.Button))
	r.Wait()
	if got := r.column(0); !slices.Equal(got, []string{"dev-1", "dev-2", "dev-3", "dev-4", "dev-5"}) {
		t.Errorf("mended: %q", got)
	}
	if !strings.HasPrefix(r.ToastText(), "3 places fixed") || p.page.root.Visible() {
		t.Errorf("the toast says %q; the cause is gone from the list: %v", r.ToastText(), !p.page.root.Visible())
	}
	r.CSV.Undo()
	r.Wait()
	if got := r.column(0); got[1] != "dev-2 " {
		t.Errorf("a repair cannot be undone: %q", got)
	}
	r.CSV.Save()
	r.Wait()
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
		r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF8})
		r.Wait()
		seen = append(seen, e.Current())
	}
	want := []sheet.Place{{Row: 1}, {Row: 2}, {Row: 2, Column: 1}, {Row: 3}, {Row: 3, Column: 2}, {Row: 1}}
	if !slices.Equal(seen, want) {
		t.Errorf("F8 visits %v, want %v", seen, want)
	}
	r.CSV.PreviousProblem()
	r.Wait()
	if at := e.Current(); at != want[4] {
		t.Errorf("the problem before is %v", at)
	}
	r.CSV.onMarks(2, 2)
	r.Wait()
	if at := e.Current(); at != (sheet.Place{Row: 2}) {
		t.Errorf("the strip leads to %v", at)
	}
}

func TestCSVValuePane(t *testing.T) {
	csrText := string(frametest.Request(t, frametest.NewKey(t), "dev-1"))
	r, _ := openedCSV(t, "subject.common_name,csr\ndev-1,\""+csrText+"\"\ndev-2,-----BEGIN nothing\n")
	r.CSV.editor.Select(0, 1)
	r.Wait()
	text := frametest.AllText(r.CSV.value.body)
	for _, want := range []string{"-----BEGIN CERTIFICATE REQUEST-----", "commonName", "dev-1.example.com", "P-256", "The signature is good"} {
		if !strings.Contains(text, want) {
			t.Errorf("the pane lacks %q: %s", want, text)
		}
	}
	if got := r.CSV.value.head.Row.Label; got != "csr, row 2" {
		t.Errorf("the pane is headed %q", got)
	}
	test.Tap(r.CSV.value.copied)
	if got := r.Clipboard().Content(); got != csrText {
		t.Errorf("copied %q", got)
	}
	r.CSV.editor.Select(1, 1)
	r.Wait()
	if text := frametest.AllText(r.CSV.value.body); !strings.Contains(text, "error") || strings.Contains(text, "P-256") {
		t.Errorf("of a broken CSR the pane says %s", text)
	}
	// A value is edited with all its lines.
	test.Tap(r.CSV.value.edit)
	d := r.Dialog()
	d.Body.(*widgets.Entry).SetText("two\nlines")
	d.Take(1)
	r.Wait()
	if got := r.cells()[1][1]; got != "two\nlines" {
		t.Errorf("edited in the pane: %q", got)
	}
}

func TestCSVFindAndReplace(t *testing.T) {
	r, _ := openedCSV(t, "name,dns\na-1,a.old.com\na-2,b.old.com\nOLD,c.old.com\n")
	p := r.CSV.finder
	r.CSV.Find()
	p.find.SetText("old")
	p.search()
	r.Wait()
	if p.list.Rows() != 4 || p.count.Text() != "4 hits" {
		t.Fatalf("%d hits, %q", p.list.Rows(), p.count.Text())
	}
	p.matchCase.SetChecked(true)
	r.Wait()
	if p.list.Rows() != 3 {
		t.Errorf("with case %d hits", p.list.Rows())
	}
	p.with.SetText("new")
	if got := p.list.Cell(0, 2).Text; got != "a.old.com › a.new.com" {
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
	r.Wait()
	if got := r.column(1); !slices.Equal(got, []string{"a.new.com", "b.old.com", "c.new.com"}) {
		t.Errorf("replaced: %q", got)
	}
	r.CSV.Undo()
	r.Wait()
	if got := r.column(1)[0]; got != "a.old.com" {
		t.Errorf("one undo leaves %q", got)
	}
	p.plain.SetChecked(true)
	p.find.SetText("(")
	p.search()
	r.Wait()
	if p.list.Rows() != 0 || p.count.Color != look.Failed.Color() {
		t.Errorf("a broken expression says %q", p.count.Text())
	}
	p.find.SetText(`^(\w)\.old`)
	p.with.SetText("$1.young")
	p.search()
	r.Wait()
	test.Tap(p.replace)
	r.Wait()
	if got := r.column(1); !slices.Equal(got, []string{"a.young.com", "b.young.com", "c.young.com"}) {
		t.Errorf("with groups: %q", got)
	}
	// Only in the selection.
	p.close()
	r.CSV.editor.SelectArea(sheet.Area{Top: 1, Left: 1, Bottom: 2, Right: 1})
	r.CSV.Find()
	p.plain.SetChecked(false)
	p.find.SetText("young")
	p.search()
	r.Wait()
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
	r.Wait()
	if got := r.column(0); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("sorted: %q", got)
	}
	if !r.CSV.strip.content.Visible() || r.CSV.editor.RowNumber(0) != 3 {
		t.Errorf("nothing tells the order; the first row has the number %d", r.CSV.editor.RowNumber(0))
	}
	r.CSV.editor.OnEdit(0, 0, "z") // stays where it is seen
	r.Wait()
	if got := r.column(0); !slices.Equal(got, []string{"z", "b", "c"}) {
		t.Errorf("edited in a view: %q", got)
	}
	r.CSV.onSort(1, true)
	r.Wait()
	if got := r.column(1); !slices.Equal(got, []string{"9", "10", ""}) && !slices.Equal(got, []string{"", "9", "10"}) {
		t.Errorf("sorted by number: %q", got)
	}
	r.CSV.showAll()
	r.CSV.filterValue(0, 0)
	r.Wait()
	if got := r.column(0); !slices.Equal(got, []string{"c"}) || !strings.Contains(r.CSV.strip.text.Text(), "1 of 3 rows") {
		t.Errorf("filtered: %q, the strip says %q", got, r.CSV.strip.text.Text())
	}
	r.CSV.reveal(r.CSV.file.rows.snap.ID(1), r.CSV.file.rows.column(0).ID)
	r.Wait()
	if at := r.CSV.editor.Current(); len(r.cells()) != 3 || at.Row != 1 {
		t.Errorf("what a filter hides is not shown when it is wanted: %v", at)
	}
	r.CSV.showAll()
	r.CSV.Save()
	r.Wait()
	if got := r.saved(path); got != "name,n\nc,10\nz,9\nb,\n" {
		t.Errorf("views changed the file: %q", got)
	}
}

func TestCSVHeaderErrorsAreMended(t *testing.T) {
	r, path := openedCSV(t, "Subject.Common_Name,san.dns_name\ndev-1,a.example.com\n")
	if got := r.CSV.bar.Sentence(); !strings.HasPrefix(got, "0 ready · One error in the header") {
		t.Errorf("the bar says %q", got)
	}
	test.Tap(r.CSV.bar.Primary)
	r.Wait()
	if d := r.Dialog(); d.Title != "One error in the header" || len(d.List) != 1 {
		t.Errorf("%s %q", d.Title, d.List)
	}
	r.Dialog().Cancel()
	items := r.CSV.headerFixItems(r.CSV.file.rows.column(0))
	if len(items) == 0 {
		t.Fatal("the title's menu has no repair")
	}
	items[0].Action()
	r.Wait()
	if got := r.CSV.file.rows.column(0).Name; got != "subject.common_name" || !strings.HasPrefix(r.CSV.bar.Sentence(), "1 ready") {
		t.Errorf("mended: %q, %q", got, r.CSV.bar.Sentence())
	}
	r.CSV.Save()
	r.Wait()
	if got := r.saved(path); got != "subject.common_name,san.dns_name\ndev-1,a.example.com\n" {
		t.Errorf("saved %q", got)
	}
}

// Cancelling a sort leaves the rows as they are in the file.
func TestCSVSortIsCancelled(t *testing.T) {
	r, _ := openedCSV(t, "name\nc\na\nb\n")
	r.CSV.sortBy(0, false, false)
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	r.Wait()
	r.NoDialog()
	if got := r.column(0); !slices.Equal(got, []string{"c", "a", "b"}) && !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("after Escape the sheet shows %q", got)
	}
	if shown := r.CSV.strip.content.Visible(); shown != (r.column(0)[0] == "a") {
		t.Error("the strip says another order than is shown")
	}
}

func TestCSVTickByMouse(t *testing.T) {
	r, _ := openedCSV(t, "a\nxx\nxy\nxz\n")
	p := r.CSV.finder
	r.CSV.Find()
	p.find.SetText("x")
	p.search()
	r.Wait()
	n := p.list.Rows()
	strip := newTickStrip(p.list).(*fyne.Container).Objects[0].(*tickStrip)
	press := func(y float32) {
		ev := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(10, y)}}
		strip.MouseDown(ev)
		strip.MouseUp(ev)
	}
	press(60) // the first row, below the titles
	if p.list.ticked() != n-1 || p.list.isTicked(0) {
		t.Errorf("after a click %d of %d are ticked", p.list.ticked(), n)
	}
	press(10) // the titles
	if p.list.ticked() != n-1 {
		t.Error("a click on the title changes a tick")
	}
	press(60)
	if p.list.ticked() != n {
		t.Error("a second click does not tick again")
	}
}

// A new table has no problems: nobody has filled it yet.
func TestCSVNewTableIsNotRed(t *testing.T) {
	for _, columns := range [][]string{clientColumns, serverColumns} {
		r := csvRig(t)
		r.CSV.newSheet(columns)
		r.Wait()
		if got := r.CSV.bar.Sentence(); got != "No rows yet" {
			t.Errorf("the bar says %q", got)
		}
		for _, g := range r.CSV.findings.shown {
			t.Errorf("%s is listed", g.Rule.Name)
		}
		if text := frametest.AllText(r.CSV.findings.groups); !strings.Contains(text, "first row") {
			t.Errorf("the findings say %q", text)
		}
		if !r.CSV.bar.Primary.Disabled() || r.CSV.bar.Reason() == "" {
			t.Error("an upload of nothing is offered")
		}
		if m := r.CSV.file.rows.Cell(0, 0).Mark; m != sheet.Unmarked {
			t.Errorf("the empty row is marked %d", m)
		}
		r.CSV.editor.OnEdit(0, 0, " ")
		r.Wait()
		if got := r.CSV.bar.Sentence(); got == "No rows yet" && r.CSV.file.rows.text(0, 0) == "" {
			t.Errorf("with a space the bar says %q", got)
		}
	}
	r, _ := openedCSV(t, "subject.common_name\n\n")
	if got := r.CSV.bar.Sentence(); !strings.Contains(got, "header") {
		t.Errorf("of a file without rows the bar says %q", got)
	}
}

// What is wrong with a row goes with the row; a cell of spaces is emptied.
func TestCSVFixesAreNamed(t *testing.T) {
	const content = "subject.common_name,san.dns_name\ndev-1,a.example.com\n,\ndev-2,  \nTotal,\n"
	r, _ := openedCSV(t, content)
	for _, c := range []struct {
		row, col int
		label    string
		rows     []string
	}{
		{1, 0, "Delete the row", []string{"dev-1 a.example.com", "dev-2   ", "Total "}},
		{2, 1, "Empty the cell", []string{"dev-1 a.example.com", " ", "dev-2 ", "Total "}},
		{3, 0, "Delete the row", []string{"dev-1 a.example.com", " ", "dev-2   "}},
	} {
		r.CSV.editor.Select(c.row, c.col)
		r.Wait()
		items := r.CSV.fixItems(c.row, c.col)
		if len(items) == 0 || items[0].Label != c.label {
			t.Errorf("row %d offers %v, want %q", c.row, items, c.label)
			continue
		}
		if got := labels(r.CSV.value.side); !slices.Equal(got, []string{c.label}) {
			t.Errorf("below the sheet stand the buttons %q, want %q", got, c.label)
		}
		items[0].Action()
		r.Wait()
		var got []string
		for _, line := range r.cells() {
			got = append(got, strings.Join(line, " "))
		}
		if !slices.Equal(got, c.rows) {
			t.Errorf("%s: %q, want %q", c.label, got, c.rows)
		}
		r.CSV.Undo()
		r.Wait()
	}
}

func TestCSVApplyAllFixes(t *testing.T) {
	r, _ := openedCSV(t, "Subject.Common_Name,subject.country\n dev-1,de\n,\ndev-2 ,DE\nTotal,\n")
	p := r.CSV.findings
	buttons := within[*widgets.Button](p.groups)
	if len(buttons) != 1 || buttons[0].Text != "Apply all certain fixes (6)" {
		t.Fatalf("the findings offer %q", labels(p.groups))
	}
	test.Tap(buttons[0])
	r.Wait()
	r.NoDialog()
	var got []string
	for _, line := range r.cells() {
		got = append(got, strings.Join(line, ","))
	}
	if !slices.Equal(got, []string{"dev-1,DE", "dev-2,DE"}) || r.names()[0] != "subject.common_name" || !strings.HasPrefix(r.ToastText(), "6 places fixed") {
		t.Errorf("fixed: %q, columns %q, toast %q", got, r.names(), r.ToastText())
	}
	if got := labels(p.groups); len(got) != 0 {
		t.Errorf("with nothing to fix the findings offer %q", got)
	}
	r.CSV.fixEverything()
	r.Wait()
	if !strings.Contains(r.ToastText(), "nothing to fix") {
		t.Errorf("fixing nothing says %q", r.ToastText())
	}
	r.CSV.Undo()
	r.Wait()
	if len(r.cells()) != 4 || r.names()[0] != "Subject.Common_Name" {
		t.Errorf("undone in one step: %q", r.cells())
	}
}

// Where the service was chosen to make the keys by mistake, fixing all keeps the CSRs.
func TestCSVApplyAllFixesKeepsCSRs(t *testing.T) {
	r, _ := openedCSV(t, "subject.common_name,csr\ndev-1 ,x\n\n")
	r.CSV.setKeys(enrollment.ServerKeys)
	r.Wait()
	r.CSV.fixEverything()
	r.Wait()
	if got := r.cells(); len(r.names()) != 2 || got[0][0] != "dev-1" || got[0][1] != "x" {
		t.Errorf("fixed: %q, columns %q", got, r.names())
	}
}

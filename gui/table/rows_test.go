package table

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
)

// within are the widgets of one kind in an object, in order.
func within[W fyne.CanvasObject](o fyne.CanvasObject) (all []W) {
	if w, ok := o.(W); ok {
		return []W{w}
	}
	if c, ok := o.(*fyne.Container); ok {
		for _, inner := range c.Objects {
			all = append(all, within[W](inner)...)
		}
	}
	return all
}

// labels are the texts of the buttons in an object.
func labels(o fyne.CanvasObject) (all []string) {
	for _, b := range within[*widgets.Button](o) {
		all = append(all, b.Text)
	}
	return all
}

// scan types codes as a scanner does: the code and Enter.
func (r *rig) scan(codes ...string) {
	r.T.Helper()
	for _, code := range codes {
		for _, c := range code {
			r.Canvas().Focused().TypedRune(c)
		}
		r.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}
}

func TestCSVScansGetARowEach(t *testing.T) {
	r := csvRig(t)
	r.CSV.newSheet([]string{"subject.common_name", "san.dns_name"})
	r.Wait()
	r.Canvas().Focus(r.CSV.editor)
	r.scan("dev-1", "dev-2", "dev-3", "dev-4")
	r.Wait()
	r.NoDialog()
	if got := r.column(0); !slices.Equal(got, []string{"dev-1", "dev-2", "dev-3", "dev-4", ""}) {
		t.Fatalf("four scans give %q", got)
	}
	if got := r.CSV.bar.Sentence(); !strings.HasPrefix(got, "4 ready") || strings.Contains(got, "error") {
		t.Errorf("the bar says %q", got)
	}
	if r.CSV.editor.Current().Row != 4 {
		t.Error("the cursor is not in the new row")
	}
}

// While other work runs a scan keeps its row, the row behind it comes later, and nothing is typed over it meanwhile.
func TestCSVScansWhileWorkRuns(t *testing.T) {
	r, _ := openedCSV(t, "subject.common_name\ndev-0\n\n")
	began, end := make(chan struct{}), make(chan struct{})
	r.CSV.alter(edit{cells: 1000, title: "waiting", work: func(ctx context.Context, _ *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		close(began)
		<-end
		return csvdoc.Change{}, ctx.Err()
	}})
	<-began
	last := r.CSV.file.rows.Rows() - 1
	r.CSV.editor.Select(last, 0)
	r.Canvas().Focus(r.CSV.editor)
	r.scan("dev-1", "dev-2")
	if !strings.Contains(r.ToastText(), "not added yet") {
		t.Errorf("a scan that has no row says %q", r.ToastText())
	}
	close(end)
	r.Wait()
	r.scan("dev-3")
	r.Wait()
	if got := r.column(0)[last:]; !slices.Equal(got, []string{"dev-1", "dev-3", ""}) {
		t.Errorf("scanned rows: %q", got)
	}
}

func TestCSVScansInAnotherOrder(t *testing.T) {
	r, _ := openedCSV(t, "subject.common_name\ndev-1\ndev-2\n")
	r.CSV.sortBy(0, true, false)
	r.Wait()
	r.CSV.editor.Select(1, 0)
	r.Canvas().Focus(r.CSV.editor)
	r.scan("dev-3", "dev-4")
	r.Wait()
	if got := r.column(0); !slices.Equal(got, []string{"dev-2", "dev-3"}) || !strings.Contains(r.ToastText(), "sorted or filtered") {
		t.Errorf("sorted rows: %q, toast %q", got, r.ToastText())
	}
}

func TestCSVAddRows(t *testing.T) {
	r, _ := openedCSV(t, "a,b\n1,2\n")
	r.CSV.openAddRows()
	d := r.Dialog()
	entry := within[*widgets.Entry](d.Body)[0]
	for _, bad := range []string{"", "0", "x", "1000001"} {
		entry.SetText(bad)
		entry.OnSubmitted(bad)
		if r.Dialog() != d {
			t.Fatalf("%q rows are taken", bad)
		}
	}
	entry.SetText(" 3")
	d.Take(1)
	r.Wait()
	if got := r.column(0); !slices.Equal(got, []string{"1", "", "", ""}) || r.CSV.editor.Current().Row != 1 {
		t.Errorf("rows %q, at %v", got, r.CSV.editor.Current())
	}
}

func TestCSVSeriesMakesItsRows(t *testing.T) {
	r := csvRig(t)
	r.CSV.newSheet([]string{"subject.common_name", "serial"})
	r.Wait()
	r.CSV.editor.OnEdit(0, 1, "0098")
	r.CSV.openSeries(sheet.Area{Top: 0, Left: 1, Bottom: 0, Right: 1})
	d := r.Dialog()
	all := within[*widgets.Entry](d.Body)
	number := all[len(all)-1]
	number.SetText("0")
	if text := frametest.AllText(d.Body); !strings.Contains(text, "how many rows") {
		t.Errorf("no row at all says %q", text)
	}
	number.SetText("4")
	d.Take(1)
	r.Wait()
	r.NoDialog()
	if got := r.column(1); !slices.Equal(got, []string{"0098", "0099", "0100", "0101"}) {
		t.Errorf("the series is %q", got)
	}
	r.CSV.Undo()
	r.Wait()
	if got := r.column(1); !slices.Equal(got, []string{"0098"}) {
		t.Errorf("undone in one step: %q", got)
	}
}

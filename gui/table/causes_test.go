package table

import (
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets"
)

// The keyboard stays on the cause that it was on when a check puts another before it: who presses Enter gets what he saw.
func TestFocusStaysOnItsCause(t *testing.T) {
	r := newRig(t)
	r.Bring(r.CSV)
	r.Drop(frametest.Put(t, filepath.Join(t.TempDir(), "a.csv"), []byte("subject.common_name,subject.country\ndev-1 ,DE\ndev-2,DE\n")))
	on := func() string {
		row, ok := r.Canvas().Focused().(*widgets.Row)
		if !ok {
			return ""
		}
		return row.Label
	}
	for _, row := range r.CSV.findings.rows {
		if strings.HasPrefix(row.Label, "The cell begins or ends with a space") {
			r.Canvas().Focus(row)
		}
	}
	before := on()
	if before == "" {
		t.Fatal("the blank is not listed")
	}
	r.CSV.editor.OnEdit(1, 1, "Germany")
	r.Wait()
	if len(r.CSV.findings.rows) < 2 || !strings.HasPrefix(r.CSV.findings.rows[0].Label, "The country") {
		t.Fatalf("the new cause is not the first of %d", len(r.CSV.findings.rows))
	}
	if got := on(); got != before {
		t.Errorf("the keyboard is on %q and was on %q", got, before)
	}
}

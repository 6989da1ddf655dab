package table

import (
	"path/filepath"
	"runtime"
	"testing"
	"weak"

	"enrollbench/core/csvdoc"
	"enrollbench/gui/frame/frametest"
)

// Nothing holds a table that was closed: no cache of a widget, no lane of work.
func TestAClosedTableIsLetGoOf(t *testing.T) {
	r := newRig(t)
	open := func(name string) weak.Pointer[csvdoc.Document] {
		r.Drop(frametest.Put(t, filepath.Join(t.TempDir(), name), []byte("subject.common_name,subject.country\nthermostat-1,DE\nthermostat-2,DEU\n")))
		r.Wait()
		r.CSV.Find()
		r.CSV.finder.find.SetText("thermostat")
		r.CSV.finder.search()
		r.CSV.onSort(0, false)
		r.Wait()
		return weak.Make(r.CSV.file.doc)
	}
	gone := func(p weak.Pointer[csvdoc.Document]) bool {
		for range 10 {
			if runtime.GC(); p.Value() == nil {
				return true
			}
		}
		return false
	}
	first := open("first.csv")
	second := open("second.csv")
	if !gone(first) {
		t.Error("the table that was open before is held")
	}
	r.CSV.Leave(func() {})
	r.Wait()
	if r.CSV.file != nil || !gone(second) {
		t.Error("a closed table is held")
	}
}

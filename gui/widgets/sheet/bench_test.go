package sheet

import (
	"runtime"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// marked is a model of any size that itself allocates nothing, with marks here and there.
type marked struct{ constant }

func (m marked) Cell(row, col int) Cell {
	return Cell{Text: phrase[(row*31+col)%len(phrase)], Mark: Mark(min((row*7+col)%11, 2)) % 3}
}

func benchEditor(t testing.TB) *Editor {
	e := NewEditor(columns(20), marked{constant{2_000_000, 20}})
	marks := make([]Mark, 4096)
	for i := range marks {
		marks[i] = Mark(i % 3)
	}
	e.Marks = func(n int) []Mark { return marks[:n] }
	w := test.NewTempWindow(t, e)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(2400, 1200)) // all 20 columns
	e.Freeze(1)
	return e
}

func BenchmarkEditorRefresh(b *testing.B) {
	e := benchEditor(b)
	b.ReportAllocs()
	for b.Loop() {
		e.Refresh()
	}
}

func BenchmarkEditorScrollByPage(b *testing.B) {
	e := benchEditor(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		e.pace = pace{}
		e.scrollTo(i*1013%1_900_000, 0)
	}
}

func BenchmarkEditorCursorDown(b *testing.B) {
	e := benchEditor(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		e.pace = pace{}
		e.moveTo(Place{i % 1_900_000, 3}, false)
	}
}

func TestEditorPlaceAllocatesNothing(t *testing.T) {
	e := benchEditor(t)
	e.SelectArea(Area{3, 2, 7, 5, Cells})
	if n := testing.AllocsPerRun(50, e.place); n > 0 {
		t.Errorf("placing an unchanged screen allocates %v times", n)
	}
}

// The memory of an editor is that of a screen, wherever one has been in two million rows.
func TestEditorMemoryIsBounded(t *testing.T) {
	e := benchEditor(t)
	count := func() int {
		n := len(e.header.drawn) + len(e.numbers.drawn) + len(e.strip.drawn) + len(e.drawn)
		for _, b := range []*body{e.body, e.fixed[0].body} {
			n += len(b.drawn)
		}
		return n
	}
	walk := func() {
		for row := 0; row < 2_000_000; row += 19_991 {
			e.pace = pace{}
			e.Select(row, row%20)
		}
	}
	walk()
	before, heap := count(), heapInUse()
	walk()
	if after := count(); after != before {
		t.Errorf("%d objects, and %d after another walk through the rows", before, after)
	}
	if grown := heapInUse() - heap; grown > 4<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

package csvdoc

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// benchRows makes the file of the project's measurements: 1.5 million rows of four quoted cells, 184 MB.
const benchRows = 1_500_000

var benchFile = sync.OnceValue(func() string {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("enrollbench-bench-%d.csv", os.Getpid()))
	f, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, `"subject.common_name","subject.organization_name","san.dns_name","unique_identifier"`)
	for i := range benchRows {
		fmt.Fprintf(w, "\"device-%07d.line4.example.com\",\"Example Manufacturing GmbH & Co\",\"device-%07d.line4.example.com\",\"00-1a-c2-%06x\"\n", i, i, i)
	}
	if w.Flush() != nil || f.Close() != nil {
		panic("cannot write")
	}
	return path
})

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		child()
		return
	}
	code := m.Run()
	_ = os.Remove(filepath.Join(os.TempDir(), fmt.Sprintf("enrollbench-bench-%d.csv", os.Getpid())))
	os.Exit(code)
}

func benchDocument(b *testing.B) *Document {
	b.Helper()
	d := openPath(b, benchFile(), Options{})
	info, _ := os.Stat(benchFile())
	b.SetBytes(info.Size())
	b.ResetTimer()
	return d
}

func BenchmarkIndex(b *testing.B) {
	info, _ := os.Stat(benchFile())
	b.SetBytes(info.Size())
	cpu := cpuSeconds()
	for b.Loop() {
		d, err := Open(context.Background(), benchFile(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := d.Index(context.Background(), nil); err != nil || d.Snapshot().Rows() != benchRows {
			b.Fatal(err)
		}
		d.Close()
	}
	b.ReportMetric((cpuSeconds()-cpu)/float64(b.N), "cpu-s/op")
}

func BenchmarkIndexMemory(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	d := benchDocument(b)
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
	}
	b.ReportMetric(float64(after.HeapAlloc)/1e6-float64(before.HeapAlloc)/1e6, "MB-held")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/1e6, "MB-made")
	runtime.KeepAlive(d)
}

func BenchmarkScan(b *testing.B) {
	d := benchDocument(b)
	for b.Loop() {
		n := 0
		err := d.Snapshot().Scan(context.Background(), 0, benchRows, func(_ int, _ RowID, cells []string) error { n += len(cells); return nil })
		if err != nil || n != 4*benchRows {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkScanBytes(b *testing.B) {
	d := benchDocument(b)
	for b.Loop() {
		n := 0
		err := d.Snapshot().ScanBytes(context.Background(), 0, benchRows, func(_ int, _ RowID, cells [][]byte, _ []byte) error { n += len(cells); return nil })
		if err != nil || n != 4*benchRows {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkScanParallel(b *testing.B) {
	d := benchDocument(b)
	for b.Loop() {
		var n [2]int
		err := d.Snapshot().ScanParallel(context.Background(), 2, 0, benchRows, func(w, _ int, _ RowID, cells [][]byte, _ []byte) error { n[w] += len(cells); return nil })
		if err != nil || n[0]+n[1] != 4*benchRows {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkRandomRow(b *testing.B) {
	d := openPath(b, benchFile(), Options{})
	s := d.Snapshot()
	var row []string
	for b.Loop() {
		row = s.Row(rand.IntN(benchRows), row)
	}
}

// BenchmarkScanShuffled reads rows that are in an order of their own.
func BenchmarkScanShuffled(b *testing.B) {
	d := benchDocument(b)
	ids := make([]RowID, benchRows)
	for i, k := range rand.Perm(benchRows) {
		ids[i] = RowID(k)
	}
	if _, err := d.MoveRows(ids, 0); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		err := d.Snapshot().ScanBytes(context.Background(), 0, benchRows, func(_ int, _ RowID, _ [][]byte, _ []byte) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScreen(b *testing.B) {
	d := openPath(b, benchFile(), Options{})
	s := d.Snapshot()
	for b.Loop() {
		at := rand.IntN(benchRows - 50)
		for i := range 50 {
			for c := range 4 {
				s.Cell(at+i, c)
			}
		}
	}
}

func BenchmarkEditAll(b *testing.B) {
	d := benchDocument(b)
	s := d.Snapshot()
	for b.Loop() {
		_, err := d.Apply("all", func(e *Edit) error {
			for i := range s.Rows() {
				if err := e.SetCell(RowID(i), 1, "Example Manufacturing AG"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		d.Undo()
	}
}

func BenchmarkSave(b *testing.B) {
	d := benchDocument(b)
	s := d.Snapshot()
	d.SetCells("one", []Cell{{s.ID(benchRows / 2), 1, "x"}})
	path := filepath.Join(b.TempDir(), "out.csv")
	for b.Loop() {
		if err := d.Save(context.Background(), path, SaveOptions{Force: true}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSaveAllEdited(b *testing.B) {
	d := benchDocument(b)
	d.RemoveColumns([]ColumnID{2})
	for b.Loop() {
		if err := d.Snapshot().writeText(context.Background(), discard{}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSaveAfterReplaceAll(b *testing.B) {
	d := benchDocument(b)
	_, err := d.Apply("all", func(e *Edit) error {
		for i := range RowID(benchRows) {
			if err := e.SetCell(i, 1, "Example Manufacturing AG"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		if err := d.Snapshot().writeText(context.Background(), discard{}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

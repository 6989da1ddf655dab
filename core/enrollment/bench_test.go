package enrollment

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

const benchRows = 1_500_000

// large writes a document of 1.5 million rows and 4 columns, about 158 MB; in each cell of san.dns_name stands what dns makes.
func large(b *testing.B, dns func(i int) string) *csvdoc.Document {
	b.Helper()
	path := filepath.Join(b.TempDir(), "large.csv")
	var text bytes.Buffer
	text.WriteString("\"subject.common_name\",\"subject.organization_name\",\"san.dns_name\",\"unique_identifier\"\n")
	for i := range benchRows {
		fmt.Fprintf(&text, "\"device-%07d-%06x\",\"Example Devices GmbH\",\"%s\",\"SN%010d-%08x\"\n", i, i*7919&0xFFFFFF, dns(i), i, i*104729&0xFFFFFFF)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	d, err := csvdoc.Open(ctx, path, csvdoc.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	if err := d.Index(ctx, nil); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	return d
}

func goodName(i int) string { return fmt.Sprintf("dev-%07d.factory.example.com", i) }

// BenchmarkValidate is the whole check of 1.5 million rows and 4 columns; heap-MB is what the result holds.
func BenchmarkValidate(b *testing.B) {
	for name, dns := range map[string]func(int) string{
		"good":    goodName,
		"all-bad": func(i int) string { return fmt.Sprintf("dev_%07d.factory.example.com", i) },
	} {
		b.Run(name, func(b *testing.B) {
			d := large(b, dns)
			var r *Result
			start := cpuSeconds()
			for b.Loop() {
				r = validate(b, d, Options{})
			}
			b.ReportMetric((cpuSeconds()-start)/float64(b.N), "cpu-s/op")
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			n := r.Counts().Errors
			r = nil
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(before.HeapAlloc-after.HeapAlloc)/1e6, "heap-MB")
			b.ReportMetric(float64(n), "errors")
		})
	}
}

// BenchmarkRevalidate is the check after the edit of one cell among 1.5 million rows.
func BenchmarkRevalidate(b *testing.B) {
	d := large(b, goodName)
	r := validate(b, d, Options{})
	b.SetBytes(0)
	i := 0
	for b.Loop() {
		snap := d.Snapshot()
		i = (i + 7919) % benchRows
		change, err := d.SetCells("edit", []csvdoc.Cell{{Row: snap.ID(i), Column: 0, Value: fmt.Sprint("device ", i%5)}})
		if err != nil {
			b.Fatal(err)
		}
		if r, err = Revalidate(ctx, r, d.Snapshot(), change, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFixAll mends 1.5 million cells: 41,200 rows of one cause are a part of that.
func BenchmarkFixAll(b *testing.B) {
	d := large(b, func(i int) string { return " " + goodName(i) })
	r := validate(b, d, Options{})
	for b.Loop() {
		for _, g := range r.Groups() {
			if g.Rule != RuleOuterBlank {
				continue
			}
			repair, err := r.Fix(ctx, &g, nil)
			if err != nil || len(repair.Cells) != benchRows {
				b.Fatal(err)
			}
			if _, err := repair.Apply(d); err != nil {
				b.Fatal(err)
			}
			if _, err := d.Undo(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkSave writes the upload; MB of the CSV for each second of CPU time is what counts on a shared machine.
func BenchmarkSave(b *testing.B) {
	for _, ext := range []string{".csv", ".zip"} {
		b.Run(ext[1:], func(b *testing.B) {
			d := large(b, goodName)
			r := validate(b, d, Options{})
			out := filepath.Join(b.TempDir(), "upload"+ext)
			start := cpuSeconds()
			for b.Loop() {
				if _, err := r.Save(ctx, UploadOptions{Out: out, Replace: true}, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(r.Size().Plain)*float64(b.N)/1e6/(cpuSeconds()-start), "MB/cpu-s")
		})
	}
}

// BenchmarkMark asks about every cell of a screen: 60 rows, 4 columns.
func BenchmarkMark(b *testing.B) {
	d := large(b, func(i int) string { return []string{"a_b", "a.example.com"}[i%2] })
	r := validate(b, d, Options{})
	b.SetBytes(0)
	snap := d.Snapshot()
	for b.Loop() {
		for i := range 60 {
			id := snap.ID(700_000 + i)
			for _, c := range snap.Columns() {
				if s, ok := r.Mark(id, c.ID); ok && s != finding.Error && s != finding.Warning {
					b.Fatal(s)
				}
			}
		}
	}
}

package delivery

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
)

// benchDevices is how many certificates a benchmark opens; ENROLLBENCH_DELIVERY_N makes it another number.
func benchDevices(b *testing.B) int {
	n, err := strconv.Atoi(os.Getenv("ENROLLBENCH_DELIVERY_N"))
	if err != nil {
		return 5_000
	}
	return n
}

// largePlant makes its devices on all cores.
func largePlant(b *testing.B, n int) *plant {
	b.Helper()
	p := newPlant(b, 0)
	p.devices = make([]device, n)
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				p.devices[i] = p.issuing.issue(b, fmt.Sprintf("device-%06d", i), newKey(b), nil)
			}
		})
	}
	wg.Wait()
	return p
}

// BenchmarkOpen is a sealed ZIP of P-256 certificates with chain and keys: decrypted, parsed, matched, verified and
// compared with its order. BenchmarkSignatures is the part of it that cannot be saved.
func BenchmarkOpen(b *testing.B) {
	p := largePlant(b, benchDevices(b))
	l := mustLine(b, rsaLine)
	in := write(b, "result.p7m", l.seal(b, zipOf(b, p.files(b)), false))
	order := csvOrder(b, p.names()...)
	var d *Delivery
	var err error
	cpu := cpuSeconds()
	for b.Loop() {
		if d != nil {
			d.Close()
		}
		d, err = Open(ctx, OpenRequest{Paths: []string{in}, Opener: l.opener, Order: order, Anchors: p.anchors(), Now: now, SpoolDir: b.TempDir(), Traces: b.TempDir()}, nil)
		if err != nil {
			b.Fatal(err)
		}
	}
	each := float64(b.N) * float64(len(p.devices))
	b.ReportMetric((cpuSeconds()-cpu)*1e6/each, "cpu-µs/certificate")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/each, "µs/certificate")
	if v := d.Verdict(); v.Colour != Green {
		b.Fatal(v.Sentence)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/float64(len(p.devices)), "heap-B/certificate")
	b.ReportMetric(float64(m.Sys)/1e6, "sys-MB")
	d.Close()
}

func BenchmarkExport(b *testing.B) {
	p := largePlant(b, benchDevices(b))
	l := mustLine(b, rsaLine)
	d := mustOpen(b, l.seal(b, zipOf(b, p.files(b)), false), OpenRequest{Opener: l.opener, Anchors: p.anchors()})
	cpu, n := cpuSeconds(), 0
	for b.Loop() {
		n++
		if err := d.Export(ctx, ExportOptions{Dir: filepath.Join(b.TempDir(), strconv.Itoa(n))}, nil); err != nil {
			b.Fatal(err)
		}
	}
	each := float64(n) * float64(len(p.devices))
	b.ReportMetric((cpuSeconds()-cpu)*1e6/each, "cpu-µs/certificate")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/each, "µs/certificate")
}

func BenchmarkSignatures(b *testing.B) {
	p := newPlant(b, 1)
	c, err := x509.ParseCertificate(p.devices[0].cert)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := c.CheckSignatureFrom(p.issuing.cert); err != nil {
			b.Fatal(err)
		}
	}
}

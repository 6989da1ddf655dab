package csr

import (
	"archive/zip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// manyRequests makes n P-256 requests on all cores.
func manyRequests(tb testing.TB, n int) [][]byte {
	tb.Helper()
	out := make([][]byte, n)
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
				if err != nil {
					tb.Error(err)
					return
				}
				out[i], err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
					Subject: pkix.Name{CommonName: fmt.Sprintf("device-%06d", i), Organization: []string{"Example Devices"}},
				}, key)
				if err != nil {
					tb.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return out
}

const benchRequests = 20_000

// BenchmarkCheckAndBundle is the whole way from a ZIP, a PEM file or single files to a bundle; ns/csr is to be compared
// with BenchmarkSignaturesAlone (process CPU time says more on a shared machine: make bench prints it).
func BenchmarkCheckAndBundle(b *testing.B) {
	ders := manyRequests(b, benchRequests)
	dir := b.TempDir()
	zipPath, pemPath, folder := filepath.Join(dir, "in.zip"), filepath.Join(dir, "in.pem"), filepath.Join(dir, "files")
	f, err := os.Create(zipPath)
	if err != nil {
		b.Fatal(err)
	}
	z := zip.NewWriter(f)
	var text []byte
	if err := os.Mkdir(folder, 0o755); err != nil {
		b.Fatal(err)
	}
	for i, der := range ders {
		one := AppendPEM(nil, der)
		text = append(text, one...)
		w, _ := z.Create(fmt.Sprintf("device-%06d.csr", i))
		w.Write(one)
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("device-%06d.csr", i)), one, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	z.Close()
	f.Close()
	if err := os.WriteFile(pemPath, text, 0o644); err != nil {
		b.Fatal(err)
	}
	for _, in := range []string{zipPath, pemPath, folder} {
		b.Run(filepath.Base(in), func(b *testing.B) {
			for b.Loop() {
				start := cpuSeconds()
				s, err := NewSet(Options{}).Add(context.Background(), []string{in}, nil)
				if err != nil {
					b.Fatal(err)
				}
				mid := cpuSeconds()
				if s.Accepted() != benchRequests {
					b.Fatalf("%d accepted", s.Accepted())
				}
				if _, err := s.Bundle(context.Background(), BundleOptions{Out: filepath.Join(dir, "out.zip"), Replace: true}, nil); err != nil {
					b.Fatal(err)
				}
				end := cpuSeconds()
				b.ReportMetric((mid-start)*1e6/benchRequests, "cpu-µs/check")
				b.ReportMetric((end-mid)*1e6/benchRequests, "cpu-µs/bundle")
			}
		})
	}
}

func BenchmarkSignaturesAlone(b *testing.B) {
	ders := manyRequests(b, 2000)
	type signed struct {
		key  *ecdsa.PublicKey
		hash [32]byte
		sig  []byte
	}
	all := make([]signed, len(ders))
	for i, der := range ders {
		r, err := x509.ParseCertificateRequest(der)
		if err != nil {
			b.Fatal(err)
		}
		all[i] = signed{r.PublicKey.(*ecdsa.PublicKey), sha256.Sum256(r.RawTBSCertificateRequest), r.Signature}
	}
	for b.Loop() {
		start := cpuSeconds()
		for i := range all {
			if !ecdsa.VerifyASN1(all[i].key, all[i].hash[:], all[i].sig) {
				b.Fatal("does not verify")
			}
		}
		b.ReportMetric((cpuSeconds()-start)*1e6/float64(len(all)), "cpu-µs/csr")
	}
}

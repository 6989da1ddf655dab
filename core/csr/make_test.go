package csr

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"os"
	"path/filepath"
	"testing"

	"enrollbench/core/finding"
)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// newRequest has what requests of devices usually have, so that a rule about something that is missing finds nothing in it.
func newRequest(t testing.TB, cn string, key crypto.Signer) []byte {
	t.Helper()
	subject := pkix.Name{Country: []string{"DE"}, Organization: []string{"Example Devices"}, SerialNumber: "0042", CommonName: cn}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: subject, DNSNames: []string{"device.example.com"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func pemOf(t testing.TB, cn string) []byte { return AppendPEM(nil, newRequest(t, cn, newKey(t))) }

// tree writes files below a new folder, names with slashes, and returns it.
func tree(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

type member struct {
	name string
	data []byte
}

func zipOf(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		w, err := z.Create(m.name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(m.data)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func add(t testing.TB, s *Set, paths ...string) *Set {
	t.Helper()
	out, err := s.Add(context.Background(), paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func check(t testing.TB, paths ...string) *Set {
	t.Helper()
	return add(t, NewSet(Options{}), paths...)
}

// rulesOf counts the findings of a report by rule.
func rulesOf(r *finding.Report) map[string]int {
	out := map[string]int{}
	for _, f := range r.All() {
		out[f.Rule]++
	}
	return out
}

// only demands exactly these rules with these counts.
func only(t *testing.T, s *Set, want map[string]int) {
	t.Helper()
	got := rulesOf(s.Report())
	for r, n := range want {
		if got[r] != n {
			t.Errorf("%s: %d findings, want %d", r, got[r], n)
		}
	}
	for r, n := range got {
		if want[r] == 0 && !isAlso(r, "") {
			t.Errorf("unexpected %d × %s", n, r)
		}
	}
	if t.Failed() {
		for _, f := range s.Report().All() {
			t.Logf("%s %s: %s", f.Rule, f.Location, f.Message)
		}
	}
}

var ctx = context.Background()

package enrollment

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// request makes a PEM request on several lines.
func request(t testing.TB, template *x509.CertificateRequest, key crypto.Signer) string {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

func requestOf(t testing.TB, name string, dns ...string) string {
	t.Helper()
	return request(t, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}, DNSNames: dns}, newKey(t))
}

func withIP(t testing.TB, name, ip string) string {
	t.Helper()
	return request(t, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.ParseIP(ip)}}, newKey(t))
}

// csvOf writes rows with every cell quoted.
func csvOf(rows ...[]string) string {
	var b []byte
	for _, row := range rows {
		b = appendRow(b, row, -1)
	}
	return string(b)
}

func oneLine(pemText string) string { return strings.ReplaceAll(pemText, "\n", "") }

func template509(name string) *x509.CertificateRequest {
	return &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}
}

// sharedPrimeRequests are two requests whose RSA keys share a prime: the fixtures of package csr.
func sharedPrimeRequests(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "csr", "testdata", "rules", "shared-prime", "bad.*"))
	if err != nil || len(paths) < 2 {
		t.Fatalf("the fixtures of shared primes: %q %v", paths, err)
	}
	var out []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, oneLine(string(text)))
	}
	return out
}

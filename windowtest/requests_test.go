//go:build window

package windowtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// request makes a P-256 request whose key is forgotten at once.
func request(t *testing.T, name string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{Organization: []string{"Example Works"}, CommonName: name}}, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func encode(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
}

// put writes a file, and the folders above it.
func put(t *testing.T, path string, content []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// strangeNames makes three files and a folder of four more, with blanks, per cent, ü and 日本 in their names, and returns
// what to drop. All eight are good.
func strangeNames(t *testing.T, folder string) []string {
	t.Helper()
	in := func(name string) string { return filepath.Join(folder, name) }
	for _, name := range []string{"one.csr", "zwei drei.csr", "日本/四.csr", "日本/5 %20 #.csr"} {
		put(t, in("Linie 4 für 日本/"+name), encode(request(t, name[:3]+strconv.Itoa(len(name)))))
	}
	return []string{
		put(t, in("dev 0001.csr"), encode(request(t, "dev-0001"))),
		put(t, in("Gerät-ü.csr"), encode(request(t, "dev-0002"))),
		put(t, in("日本 100%.der"), request(t, "dev-0003")),
		in("Linie 4 für 日本"),
	}
}

// many makes a folder of n good requests in PEM files of a thousand, enough to keep a check busy.
func many(t *testing.T, folder string, n int) string {
	t.Helper()
	const each = 1000
	for first := 0; first < n; first += each {
		var text []byte
		for i := first; i < min(first+each, n); i++ {
			text = append(text, encode(request(t, "dev-"+strconv.Itoa(i)))...)
		}
		put(t, filepath.Join(folder, "batch-"+strconv.Itoa(first/each)+".pem"), text)
	}
	return folder
}

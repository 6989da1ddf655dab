package delivery

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
)

var (
	ctx = context.Background()
	now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// ca is a root or intermediate CA of the tests.
type ca struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newSerial() *big.Int {
	n := make([]byte, 15)
	if _, err := rand.Read(n); err != nil {
		panic(err)
	}
	return new(big.Int).SetBytes(n)
}

// newCA makes a CA; a nil parent makes a root. change may alter the template.
func newCA(t testing.TB, name string, parent *ca, change func(*x509.Certificate)) *ca {
	t.Helper()
	c := &ca{key: newKey(t)}
	template := &x509.Certificate{SerialNumber: newSerial(), Subject: pkix.Name{CommonName: name, Organization: []string{"Example"}},
		NotBefore: now.AddDate(-10, 0, 0), NotAfter: now.AddDate(30, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	if change != nil {
		change(template)
	}
	issuer := c
	if parent != nil {
		issuer = parent
	}
	signer := issuer.cert
	if parent == nil {
		signer = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, c.key.Public(), issuer.key)
	if err != nil {
		t.Fatal(err)
	}
	if c.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return c
}

type certTemplate = x509.Certificate

// device is what the service delivers for one name.
type device struct {
	name string
	cert []byte // DER
	key  crypto.Signer
}

func (c *ca) issue(t testing.TB, name string, key crypto.Signer, change func(*x509.Certificate)) device {
	t.Helper()
	template := &x509.Certificate{SerialNumber: newSerial(), Subject: pkix.Name{CommonName: name, Organization: []string{"Example Devices"}},
		NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(10, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, c.cert, key.Public(), c.key)
	if err != nil {
		t.Fatal(err)
	}
	return device{name: name, cert: der, key: key}
}

// reissue signs a device's certificate again after its TBSCertificate was changed to what crypto/x509 would not write.
func (c *ca) reissue(t testing.TB, d device, change func(tbs []byte) []byte) device {
	t.Helper()
	cert, err := x509.ParseCertificate(d.cert)
	if err != nil {
		t.Fatal(err)
	}
	tbs := change(bytes.Clone(cert.RawTBSCertificate))
	if bytes.Equal(tbs, cert.RawTBSCertificate) {
		t.Fatal("nothing was changed")
	}
	digest := sha256.Sum256(tbs)
	signature, err := ecdsa.SignASN1(rand.Reader, c.key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	if d.cert, err = asn1.Marshal(struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: tbs}, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}}); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d device) pem() []byte { return certPEM(d.cert) }

func (d device) keyPEM(t testing.TB) []byte {
	t.Helper()
	return pem.EncodeToMemory(&pem.Block{Type: labelPrivateKey, Bytes: d.keyDER(t)})
}

func (d device) keyDER(t testing.TB) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(d.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func pemOf(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}

func certPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: labelCertificate, Bytes: der})
}

// plant is the two-level CA and a few devices that most tests are about.
type plant struct {
	root, issuing *ca
	devices       []device
}

func newPlant(t testing.TB, n int) *plant {
	t.Helper()
	p := &plant{}
	p.root = newCA(t, "Thermostat Root", nil, nil)
	p.issuing = newCA(t, "Thermostat Issuing CA", p.root, nil)
	for i := range n {
		p.devices = append(p.devices, p.issuing.issue(t, fmt.Sprintf("dev-%04d", i+1), newKey(t), nil))
	}
	return p
}

func (p *plant) anchors() *Anchors {
	a := &Anchors{}
	a.Add(p.root.cert)
	return a
}

// files are the entries of a PEM result with keys and the chain in each file.
func (p *plant) files(t testing.TB) map[string][]byte {
	t.Helper()
	m := map[string][]byte{}
	for _, d := range p.devices {
		m[d.name+".pem"] = slices.Concat(d.pem(), certPEM(p.issuing.cert.Raw), certPEM(p.root.cert.Raw))
		m[d.name+".key"] = d.keyPEM(t)
	}
	return m
}

func zipOf(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: now})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// csvOrder is an upload CSV for server-side keys.
func csvOrder(t testing.TB, names ...string) *Order {
	t.Helper()
	o, err := OrderFromFile(write(t, "order.csv", []byte("\"subject.common_name\"\n\""+strings.Join(names, "\"\n\"")+"\"\n")), 0)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (p *plant) names() []string {
	var all []string
	for _, d := range p.devices {
		all = append(all, d.name)
	}
	return all
}

// manifestOf is the manifest of a bundle with the requests of these devices, two a part.
func manifestOf(t testing.TB, devices ...device) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`"` + strings.Join(csr.ManifestColumns, `","`) + "\"\n")
	for i, d := range devices {
		spki, err := x509.MarshalPKIXPublicKey(d.key.Public())
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(spki)
		fmt.Fprintf(&b, "\"%s.csr\",\"%d\",\"%s\",\"P-256\",\"%s\"\n", d.name, i/2+1, d.name, hex.EncodeToString(sum[:]))
	}
	return write(t, "x.manifest.csv", []byte(b.String()))
}

// openResult opens data as a file; the request's other fields are the caller's.
func openResult(t testing.TB, data []byte, req OpenRequest) (*Delivery, error) {
	t.Helper()
	if len(req.Paths) == 0 {
		req.Paths = []string{write(t, "result", data)}
	}
	if req.Now.IsZero() {
		req.Now = now
	}
	req.SpoolDir, req.Traces = t.TempDir(), t.TempDir()
	d, err := Open(ctx, req, nil)
	if err == nil {
		t.Cleanup(func() { d.Close() })
	}
	return d, err
}

func mustOpen(t testing.TB, data []byte, req OpenRequest) *Delivery {
	t.Helper()
	d, err := openResult(t, data, req)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func rulesOf(r *finding.Report) map[string]int {
	m := map[string]int{}
	for _, f := range r.All() {
		m[f.Rule]++
	}
	return m
}

func entryNames(d *Delivery, l List) string {
	var all []string
	for _, e := range d.List(l) {
		all = append(all, e.Name)
	}
	return strings.Join(all, " ")
}

// storedZIP packs without compression.
func storedZIP(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// containsBase64 looks for the base64 of secret at any of the three alignments, on lines that pem writes.
func containsBase64(data, secret []byte) bool {
	flat := bytes.Join(bytes.Fields(data), nil)
	for shift := range 3 {
		inner := secret[(3-shift)%3:]
		inner = inner[:len(inner)/3*3]
		if bytes.Contains(flat, []byte(base64.StdEncoding.EncodeToString(inner))) {
			return true
		}
	}
	return false
}

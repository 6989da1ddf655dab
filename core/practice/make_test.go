package practice

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"enrollbench/core/csr"
	"enrollbench/core/recipient"
)

var ctx = context.Background()

// client is somebody who uses the service.
type client struct {
	t       testing.TB
	service *Service
	http    *http.Client
	token   string
}

// open starts a service on a folder of the test.
func open(t testing.TB, o Options) *client {
	t.Helper()
	if o.Folder == "" {
		o.Folder = t.TempDir()
	}
	s, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &client{t: t, service: s}
	if token, err := s.Token(); err == nil {
		c.token = string(token)
	}
	c.http = trusting(t, s)
	return c
}

// trusting is an HTTP client that trusts the service's TLS authority and nothing else.
func trusting(t testing.TB, s *Service) *http.Client {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(s.CertificatePEM()) {
		t.Fatal("no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// answer is what a request gave.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (c *client) try(method, path, contentType string, body io.Reader, header ...string) (answer, error) {
	r, err := http.NewRequest(method, c.service.URL()+path, body)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("x-api-key", c.token)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, data}, err
}

func (c *client) do(method, path string, header ...string) answer {
	c.t.Helper()
	a, err := c.try(method, path, "", nil, header...)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// get wants a 200 and decodes its JSON.
func (c *client) get(path string, into any) {
	c.t.Helper()
	a := c.do("GET", path)
	if a.status != http.StatusOK {
		c.t.Fatalf("GET %s: %d %s", path, a.status, a.body)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		c.t.Fatalf("GET %s: %v in %.200s", path, err, a.body)
	}
}

// profile finds the profile of a kind.
func (c *client) profile(keys KeyOption, k KeyType, approval bool) *Profile {
	for _, p := range c.service.profiles.all {
		if p.Keys == keys && p.KeyType == k && p.Approval == approval && !p.SingleOnly {
			return p
		}
	}
	c.t.Fatalf("no profile %s %s", keys, k)
	return nil
}

// order is the fields of a start, and its file.
type order struct {
	profile *Profile
	fields  map[string]string
	name    string
	file    []byte
}

func (o order) form() (contentType string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range o.fields {
		_ = w.WriteField(k, v)
	}
	if o.name != "" {
		part, _ := w.CreateFormFile("data", o.name)
		_, _ = part.Write(o.file)
	}
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

func (c *client) tryStart(o order) (answer, error) {
	kind, body := o.form()
	return c.try("POST", "/iot/api/v1/batch-enroll/"+o.profile.ID, kind, bytes.NewReader(body))
}

type toldJob struct {
	shownJob
	Failures []rowFailure `json:"failures"`
}

// start wants the job to be accepted and returns its id.
func (c *client) start(o order) string {
	c.t.Helper()
	a, err := c.tryStart(o)
	if err != nil {
		c.t.Fatal(err)
	}
	var j toldJob
	if err := json.Unmarshal(a.body, &j); a.status != http.StatusCreated || err != nil || j.ID == "" {
		c.t.Fatalf("start: %d %s", a.status, a.body)
	}
	return j.ID
}

func (c *client) status(id string) (j toldJob) {
	c.t.Helper()
	c.get("/iot/api/v1/batch-enroll/"+id, &j)
	return j
}

// wait returns the job once it has ended.
func (c *client) wait(id string) toldJob {
	c.t.Helper()
	for patience := time.Now().Add(2 * time.Minute); time.Now().Before(patience); time.Sleep(5 * time.Millisecond) {
		if j := c.status(id); ended(j.Status) {
			return j
		}
	}
	c.t.Fatal("the job does not end")
	return toldJob{}
}

// download wants the whole result.
func (c *client) download(id string) answer {
	c.t.Helper()
	a := c.do("GET", "/iot/api/v1/batch-enroll/"+id+"/download-certificates")
	if a.status != http.StatusOK {
		c.t.Fatalf("download: %d %s", a.status, a.body)
	}
	return a
}

// newRequest makes a CSR in PEM.
func newRequest(t testing.TB, key crypto.Signer, name string, dns ...string) []byte {
	t.Helper()
	template := &x509.CertificateRequest{Subject: pkix.Name{CommonName: name, Organization: []string{"From the CSR"}}, DNSNames: dns}
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		t.Fatal(err)
	}
	return csr.AppendPEM(nil, der)
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// zipOf packs files in the order given: name, content, name, content.
func zipOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err == nil {
			_, err = io.WriteString(f, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unzip returns the files of a ZIP.
func unzip(t testing.TB, data []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := files[f.Name]; twice {
			t.Errorf("%q stands there twice", f.Name)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
	}
	return files
}

// parse reads the first certificate of a PEM.
func parse(t testing.TB, text []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatalf("no PEM in %.100q", text)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// receiver is somebody to whom results are sealed, with an EC key for speed.
type receiver struct {
	certificate, key []byte
	to               *recipient.Recipient
	opener           *recipient.Opener
}

func newReceiver(t testing.TB) *receiver {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "line 4"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{certificate: certificatePEM(der), key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})}
	found, _, err := recipient.Parse(r.certificate)
	if err != nil {
		t.Fatal(err)
	}
	r.to = found[0]
	if r.opener, err = recipient.LoadOpener(r.key, r.certificate, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *receiver) field(t testing.TB) string {
	t.Helper()
	field, err := r.to.Field(recipient.Base64OfText)
	if err != nil {
		t.Fatal(err)
	}
	return field
}

func (r *receiver) open(t testing.TB, sealed []byte) []byte {
	t.Helper()
	o, err := r.opener.Open(bytes.NewReader(sealed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(o)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func csvOf(rows ...string) []byte { return []byte(strings.Join(rows, "\n") + "\n") }

func requests(t testing.TB, n int) []byte {
	t.Helper()
	var files []string
	for i := range n {
		name := fmt.Sprintf("dev-%03d", i+1)
		files = append(files, name+".csr", string(newRequest(t, newKey(t), name, name+".example.com")))
	}
	return zipOf(t, files...)
}

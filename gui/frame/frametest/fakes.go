package frametest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"enrollbench/core/keychain"
	"enrollbench/gui/files"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/windowtest/sample"
)

// fakeChooser answers what the test wants chosen.
type Chooser struct {
	FilesAnswer  []string
	FolderAnswer string
	SaveAnswer   string
	Agreed       bool
	Asked        []files.Options
}

func (c *Chooser) Files(_ context.Context, o files.Options) ([]string, error) {
	c.Asked = append(c.Asked, o)
	return c.FilesAnswer, nil
}

func (c *Chooser) Folder(_ context.Context, o files.Options) (string, error) {
	c.Asked = append(c.Asked, o)
	return c.FolderAnswer, nil
}

func (c *Chooser) Save(_ context.Context, o files.Options) (string, bool, error) {
	c.Asked = append(c.Asked, o)
	return c.SaveAnswer, c.Agreed, nil
}

func NewKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// request is a CSR as PEM.
func Request(t *testing.T, key *ecdsa.PrivateKey, name string) []byte {
	t.Helper()
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: requestDER(t, key, name)})
}

func requestDER(t *testing.T, key *ecdsa.PrivateKey, name string) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: name, Country: []string{"DE"}}, DNSNames: []string{name + ".example.com"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func Put(t *testing.T, path string, content []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// goodFolder is a folder with three good CSRs, with a name that wants care.
func GoodFolder(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), "Los ü 日本 %41")
	for _, n := range []string{"a", "b", "c"} {
		Put(t, filepath.Join(dir, n+".csr"), Request(t, NewKey(t), "dev-"+n))
	}
	return dir
}

// mixedFolder holds two good CSRs, two that share a key, a DER and a private key.
func MixedFolder(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), "mixed")
	Put(t, filepath.Join(dir, "good-1.csr"), Request(t, NewKey(t), "dev-1"))
	Put(t, filepath.Join(dir, "good-2.der"), requestDER(t, NewKey(t), "dev-2"))
	twin := NewKey(t)
	Put(t, filepath.Join(dir, "twin-a.csr"), Request(t, twin, "twin-a"))
	Put(t, filepath.Join(dir, "twin-b.csr"), Request(t, twin, "twin-b"))
	Put(t, filepath.Join(dir, "left.key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("no key")}))
	return dir
}

// fakeSecrets is a keychain in memory; absent it is none at all.
type Keychain struct {
	mu     sync.Mutex
	Held   map[string][]byte
	Memory map[string][]byte
	Absent bool
}

func (s *Keychain) Get(_ context.Context, account string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b, ok := s.Memory[account]; ok {
		return bytes.Clone(b), nil
	}
	if s.Absent {
		return nil, keychain.ErrUnavailable
	}
	if b, ok := s.Held[account]; ok {
		return bytes.Clone(b), nil
	}
	return nil, keychain.ErrNotFound
}

func (s *Keychain) Created(ctx context.Context, account string) (time.Time, error) {
	_, err := s.Get(ctx, account)
	return time.Now(), err
}

func (s *Keychain) Set(_ context.Context, account string, secret []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Absent {
		return keychain.ErrUnavailable
	}
	if s.Held == nil {
		s.Held = map[string][]byte{}
	}
	s.Held[account] = bytes.Clone(secret)
	return nil
}

func (s *Keychain) Delete(_ context.Context, account string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.Memory, account)
	if _, ok := s.Held[account]; !ok {
		return keychain.ErrNotFound
	}
	delete(s.Held, account)
	return nil
}

func (s *Keychain) Remember(account string, secret []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Memory == nil {
		s.Memory = map[string][]byte{}
	}
	s.Memory[account] = bytes.Clone(secret)
}

func (s *Keychain) Remembered(account string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.Memory[account]
	return ok
}

// allText is every text within an object, for tests.
func AllText(o fyne.CanvasObject) string {
	var out []string
	var written func([]widget.RichTextSegment)
	written = func(all []widget.RichTextSegment) {
		for _, s := range all {
			if block, ok := s.(widget.RichTextBlock); ok {
				written(block.Segments())
			} else {
				out = append(out, s.Textual())
			}
		}
	}
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *widgets.Text:
			out = append(out, o.Text())
		case *widgets.Value:
			out = append(out, o.Text)
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		case *sight.Scroll:
			walk(o.Content)
		case *widgets.Reader:
			walk(o.Content())
		case *widget.RichText:
			written(o.Segments)
		case *widgets.Row:
			walk(o.Content())
		}
	}
	walk(o)
	return strings.Join(out, "\n")
}

// results are made once for all tests of a package: making them takes longer than opening them.
var results = sync.OnceValues(func() (*sample.Result, error) {
	dir, err := os.MkdirTemp("", "enrollbench-results-")
	if err != nil {
		return nil, err
	}
	return sample.Write(dir, 20)
})

// runAndClean is the TestMain of a package whose tests use samples.
func Main(m *testing.M) {
	status := m.Run()
	if r, err := results(); err == nil {
		os.RemoveAll(filepath.Dir(r.Key))
	}
	os.Exit(status)
}

// samples are results of 20 certificates in every state, with their keys and orders.
func Samples(t *testing.T) *sample.Result {
	t.Helper()
	s, err := results()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// weak is a certificate that nothing may be sealed to.
func Weak(t *testing.T, name string) *x509.Certificate {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now(), NotAfter: time.Now().AddDate(0, 0, 5)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// openssl runs the real openssl in dir and returns what it prints. Tests that need it are skipped where it is not installed.
func openssl(t testing.TB, dir string, args ...string) []byte {
	t.Helper()
	out, err := tryOpenSSL(t, dir, args...)
	if err != nil {
		t.Fatalf("openssl %v: %v", args, err)
	}
	return out
}

// tryOpenSSL is openssl where it may refuse.
func tryOpenSSL(t testing.TB, dir string, args ...string) ([]byte, error) {
	t.Helper()
	needOpenSSL(t)
	cmd := exec.Command("openssl", args...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil {
		t.Logf("openssl %v: %s", args, stderr.String())
	}
	return stdout.Bytes(), err
}

func needOpenSSL(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
}

// pair is a certificate and its key as openssl made them, files NAME.pem and NAME.key in dir.
type pair struct {
	dir, name   string
	certificate *x509.Certificate
	private     crypto.PrivateKey
}

func (p pair) key() Key              { return Key{Private: p.private, Certificate: p.certificate} }
func (p pair) bare() Key             { return Key{Private: p.private} }
func (p pair) to() *x509.Certificate { return p.certificate }
func (p pair) certFile() string      { return filepath.Join(p.dir, p.name+".pem") }
func (p pair) keyFile() string       { return filepath.Join(p.dir, p.name+".key") }

// algorithms of test keys, for openssl genpkey.
var genpkey = map[string][]string{
	"rsa":    {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"},
	"rsa2":   {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"},
	"rsa3":   {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"},
	"p256":   {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"},
	"p384":   {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"},
	"p521":   {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"},
	"p256b":  {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"},
	"x25519": {"-algorithm", "X25519"},
}

var (
	pairsLock sync.Mutex
	pairs     = map[string]pair{}
	pairsDir  string
)

// TestMain removes the folder that all tests share their keys in.
func TestMain(m *testing.M) {
	code := m.Run()
	if pairsDir != "" {
		os.RemoveAll(pairsDir)
	}
	os.Exit(code)
}

// newPair makes a key and a certificate by openssl, once for all tests.
func newPair(t testing.TB, name string) pair {
	t.Helper()
	needOpenSSL(t)
	pairsLock.Lock()
	defer pairsLock.Unlock()
	if p, ok := pairs[name]; ok {
		return p
	}
	if pairsDir == "" {
		dir, err := os.MkdirTemp("", "cms-test-")
		if err != nil {
			t.Fatal(err)
		}
		pairsDir = dir
	}
	p := pair{dir: pairsDir, name: name}
	openssl(t, p.dir, append([]string{"genpkey", "-out", name + ".key"}, genpkey[name]...)...)
	if name == "x25519" { // cannot sign: another key does
		openssl(t, p.dir, "genpkey", "-out", "ca.key", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
		openssl(t, p.dir, "req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=test ca", "-out", "ca.pem", "-days", "3")
		openssl(t, p.dir, "pkey", "-in", name+".key", "-pubout", "-out", name+".pub")
		openssl(t, p.dir, "x509", "-new", "-force_pubkey", name+".pub", "-subj", "/CN=test "+name, "-CA", "ca.pem", "-CAkey", "ca.key",
			"-CAcreateserial", "-days", "3", "-out", name+".pem")
	} else {
		openssl(t, p.dir, "req", "-x509", "-new", "-key", name+".key", "-subj", "/O=Línea 3/CN=test "+name, "-utf8",
			"-addext", "subjectKeyIdentifier=hash", "-out", name+".pem", "-days", "3")
	}
	var err error
	if p.certificate, err = x509.ParseCertificate(pemContent(t, p.certFile())); err != nil {
		t.Fatal(err)
	}
	if p.private, err = x509.ParsePKCS8PrivateKey(pemContent(t, p.keyFile())); err != nil {
		t.Fatal(err)
	}
	pairs[name] = p
	return p
}

func pemContent(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		t.Fatalf("%s is no pem", name)
	}
	return block.Bytes
}

// sealed is a message by Encrypt.
func sealed(t testing.TB, plain []byte, size int64, c Cipher, to ...*x509.Certificate) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := Encrypt(&out, to, EncryptOptions{Size: size, Cipher: c})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// opened is what Decrypt makes of a message, coat and all.
func opened(message []byte, keys ...Key) ([]byte, *Message, error) {
	r, _, err := Unwrap(bytes.NewReader(message))
	if err != nil {
		return nil, nil, err
	}
	m, err := Decrypt(r, keys)
	if err != nil {
		return nil, nil, err
	}
	plain, err := io.ReadAll(m)
	return plain, m, err
}

// mustOpen fails the test unless the message opens to plain.
func mustOpen(t testing.TB, message, plain []byte, keys ...Key) *Message {
	t.Helper()
	got, m, err := opened(message, keys...)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	if !bytes.Equal(got, plain) {
		t.Fatalf("opened to %d bytes that differ from the %d sealed", len(got), len(plain))
	}
	return m
}

// payload is data that repeats nowhere.
func payload(n int) []byte {
	p := make([]byte, n)
	x := uint32(2463534242)
	for i := range p {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		p[i] = byte(x)
	}
	return p
}

// write puts a file into a folder of the test's own.
func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

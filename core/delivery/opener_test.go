package delivery

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"sync"
	"testing"

	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"enrollbench/core/recipient"
)

// fakeOpener opens everything to the same content.
type fakeOpener struct {
	plain         []byte
	authenticated bool
}

type fakeOpened struct {
	io.Reader
	authenticated bool
}

func (f fakeOpened) Authenticated() bool { return f.authenticated }

func (f fakeOpener) Open(io.Reader) (Opened, error) {
	return fakeOpened{bytes.NewReader(f.plain), f.authenticated}, nil
}

// line is somebody to whom results are sealed.
type line struct {
	key, certificate []byte // PEM, or an OpenPGP secret key
	opener           Opener
	to               []*recipient.Recipient
}

func (l *line) seal(t testing.TB, plain []byte, gcm bool) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := SealTo(l.to, recipient.SealOptions{GCM: gcm})(&b, int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Keys are made once: RSA takes a while.
var (
	rsaLine   = sync.OnceValues(newRSALine)
	otherLine = sync.OnceValues(newRSALine)
	ecLine    = sync.OnceValues(newECLine)
	pgpLine   = sync.OnceValues(newPGPLine)
)

func mustLine(t testing.TB, made func() (*line, error)) *line {
	t.Helper()
	l, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func newRSALine() (*line, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return newX509Line(key)
}

// newECLine opens faster, for tests that open thousands of messages.
func newECLine() (*line, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return newX509Line(key)
}

func newX509Line(key crypto.Signer) (*line, error) {
	template := &x509.Certificate{SerialNumber: newSerial(), Subject: pkix.Name{CommonName: "line4@plant"}, NotBefore: now.AddDate(-10, 0, 0), NotAfter: now.AddDate(30, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return newLine(pem.EncodeToMemory(&pem.Block{Type: labelPrivateKey, Bytes: keyDER}), certPEM(der))
}

func newPGPLine() (*line, error) {
	e, err := pgp.NewEntity("line4", "", "line4@plant.example", nil)
	if err != nil {
		return nil, err
	}
	var secret, public bytes.Buffer
	if err := e.SerializePrivate(&secret, nil); err != nil {
		return nil, err
	}
	if err := e.Serialize(&public); err != nil {
		return nil, err
	}
	return newLine(secret.Bytes(), public.Bytes())
}

func newLine(key, certificate []byte) (*line, error) {
	l := &line{key: key, certificate: certificate}
	beside := certificate
	if !bytes.HasPrefix(key, pemBegin) {
		beside = nil
	}
	o, err := recipient.LoadOpener(key, beside, nil)
	if err != nil {
		return nil, err
	}
	l.opener = WithKey(o)
	l.to, _, err = recipient.Parse(certificate)
	return l, err
}

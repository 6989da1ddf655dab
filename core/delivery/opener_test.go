package delivery

import (
	"bytes"
	"io"
	"testing"

	"enrollbench/core/cms"
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

// cmsOpener opens CMS in any coat.
type cmsOpener struct{ key cms.Key }

func (o cmsOpener) Open(r io.Reader) (Opened, error) {
	in, _, err := cms.Unwrap(r)
	if err != nil {
		return nil, err
	}
	return cms.Decrypt(in, []cms.Key{o.key})
}

// sealTo makes a recipient: who can open, and how to seal to it.
func newRecipient(t testing.TB) (cmsOpener, cms.Recipient) {
	t.Helper()
	c := newCA(t, "line4@plant", nil, func(c *certTemplate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = false, false, 0
	})
	return cmsOpener{cms.Key{Private: c.key, Certificate: c.cert}}, cms.Recipient{Certificate: c.cert}
}

func sealCMS(t testing.TB, plain []byte, to cms.Recipient, cipher cms.Cipher) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := cms.Encrypt(&b, []cms.Recipient{to}, cms.EncryptOptions{Size: int64(len(plain)), Cipher: cipher})
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

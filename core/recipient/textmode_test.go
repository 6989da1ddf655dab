package recipient

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"
	"testing/iotest"

	"enrollbench/core/cms"
)

func TestLineBreaks(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "a\r\nb": false, "a\r\nb\r\n": true, "a\r\nb\r\n\n": false, "\n\r\n\r\n": false, "a\nb\n": false, "\r\n\r\n\r": true, "\r\r\n\r\n": true,
	} {
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)), iotest.HalfReader(strings.NewReader(text))} {
			c := &counted{r: r}
			if _, err := io.Copy(io.Discard, c); err != nil || c.breaks.converted() != want {
				t.Errorf("%q: %v", text, c.breaks)
			}
		}
	}
}

// sealed seals plain to r.
func sealedTo(t *testing.T, r *Recipient, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := r.Seal(&out, SealOptions{Size: int64(len(plain))})
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

func openedBy(o *Opener, message []byte) (*Opened, []byte, error) {
	opened, err := o.Open(bytes.NewReader(message))
	if err != nil {
		return nil, nil, err
	}
	plain, err := io.ReadAll(opened)
	return opened, plain, err
}

// A message that went through FTP in text mode, and a payload that was sealed as text, are told from other damage.
func TestTransferredAsText(t *testing.T) {
	key := rsaKey(t, 2048)
	cert := certify(t, key, nil)
	o, err := LoadOpener(keyPEM(t, key), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	plain := append([]byte("PK\x03\x04"), bytes.Repeat([]byte("noise\nand\n"), 200)...)
	message := sealedTo(t, FromCertificate(cert), plain)
	asText := bytes.ReplaceAll(message, []byte("\n"), []byte("\r\n"))
	if bytes.Count(message, []byte("\n")) < enoughPairs {
		t.Fatal("too few line breaks to prove anything")
	}
	if _, _, err := openedBy(o, asText); !errors.Is(err, ErrAsText) {
		t.Errorf("the message as text: %v", err)
	}
	if _, _, err := openedBy(o, message[:len(message)-9]); err == nil || errors.Is(err, ErrAsText) {
		t.Errorf("a message cut short: %v", err)
	}
	for text, want := range map[string]bool{string(plain): false, strings.ReplaceAll(string(plain), "\n", "\r\n"): true} {
		if opened, _, err := openedBy(o, sealedTo(t, FromCertificate(cert), []byte(text))); err != nil || opened.AsText() != want {
			t.Errorf("a payload as text: %v, %v", opened, err)
		}
	}
}

// What was sealed to a certificate before its renewal opens and says so; a wrong key of the same kind is told at once.
func TestRenewed(t *testing.T) {
	key := rsaKey(t, 2048)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	serial := func(n int64) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.SerialNumber = big.NewInt(n) }
	}
	old, renewed, stranger := certify(t, key, serial(20)), certify(t, key, serial(21)), certify(t, other, serial(22))
	plain := []byte(`{"certificates": []}`)
	load := func(pem ...[]byte) *Opener {
		o, err := LoadOpener(bytes.Join(pem, nil), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	message := sealedTo(t, FromCertificate(old), plain)
	for name, c := range map[string]struct {
		o       *Opener
		renewed bool
	}{
		"its own":        {load(keyPEM(t, key), certPEM(old)), false},
		"renewed":        {load(keyPEM(t, key), certPEM(renewed)), true},
		"no certificate": {load(keyPEM(t, key)), false},
	} {
		opened, got, err := openedBy(c.o, message)
		if err != nil || !bytes.Equal(got, plain) || opened.Renewed != c.renewed || strings.Contains(opened.Describe(), "another certificate") != c.renewed {
			t.Errorf("%s: %v, %q, %v", name, opened, got, err)
		}
	}
	wrong := load(keyPEM(t, other), certPEM(stranger))
	for name, payload := range map[string][]byte{"small": plain, "large": bytes.Repeat(plain, 50_000)} {
		_, got, err := openedBy(wrong, sealedTo(t, FromCertificate(old), payload))
		if name == "small" && err == nil && !bytes.Equal(got, payload) {
			continue // one wrong key in 256 leaves a padding that looks right, around a few bytes of noise
		}
		if no := (*NoMatchingKeyError)(nil); !errors.As(err, &no) || !strings.Contains(err.Error(), "no matching key: it was sealed to the certificate with serial number") {
			t.Errorf("%s: %v", name, err)
		}
		if !errors.Is(err, cms.ErrDecrypt) && !errors.Is(err, cms.ErrNoMatchingKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package cms

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"enrollbench/core/ber"
)

// otherKey is a key that opens nothing.
func otherKey(t testing.TB) Key {
	t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return Key{Private: private, Certificate: certified(t, private.Public(), 99)}
}

func TestNoMatchingKey(t *testing.T) {
	key, other := fixedKey(t), otherKey(t)
	byName := sealed(t, payload(10), 10, AES256CBC, key.to())
	rsa := Key{Private: rsaKey(), Certificate: certified(t, rsaKey().Public(), 78)}
	byIDParts := cbcParts(t, key, payload(10))
	byIDParts.recipients = [][]byte{oaepTransport(t, rsa, payload(16))}
	byID := byIDParts.forge(el)
	_, signer, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		message []byte
		keys    []Key
		want    []string
	}{
		"issuer and serial": {byName, []Key{other}, []string{
			`sealed to the certificate with serial number 4D issued by "CN=forged"`, `you chose the P-256 key of the certificate of "CN=forged", serial number 63`,
			colons(other.Certificate.SubjectKeyId), "SHA-256 fingerprint"}},
		"key id":       {byID, []Key{other}, []string{"sealed to the key with identifier " + colons(rsa.Certificate.SubjectKeyId)}},
		"bare key":     {byName, []Key{{Private: other.Private}}, []string{"P-256 key with identifier " + colons(other.Certificate.SubjectKeyId) + " and without a certificate"}},
		"only signs":   {byName, []Key{{Private: signer}}, []string{"the Ed25519 key"}},
		"other curve":  {byName, []Key{{Private: p384}}, []string{"the P-384 key"}},
		"another kind": {byName, []Key{{Private: rsaKey()}}, []string{"the RSA 2048 key"}},
		"none":         {byName, nil, []string{"you chose no key"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decrypt(bytes.NewReader(test.message), test.keys)
			var none *NoMatchingKeyError
			if !errors.As(err, &none) || !errors.Is(err, ErrNoMatchingKey) || len(none.Wanted) != 1 || len(none.Have) != len(test.keys) {
				t.Fatalf("error %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

// TestWrongRSAKey: a wrong PKCS#1 v1.5 key shows in the content and nowhere else; OAEP tells at once.
func TestWrongRSAKey(t *testing.T) {
	p, other := newPair(t, "rsa"), newPair(t, "rsa2")
	plain := payload(1000)
	var message []byte
	var m *Message
	err := ErrNoMatchingKey
	for range 100 { // until the encrypted number is below the wrong modulus: that it is not, everybody can see
		message = sealed(t, plain, 1000, AES256GCM, p.to())
		if m, err = Decrypt(bytes.NewReader(message), []Key{other.bare()}); !errors.Is(err, ErrNoMatchingKey) {
			break
		}
	}
	if err != nil {
		t.Fatalf("the wrong key shows before the content: %v", err)
	}
	if got, err := io.ReadAll(m); err != ErrDecrypt || len(got) > 0 {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
	mustOpen(t, message, plain, other.bare(), p.bare())
	both := sealed(t, plain, 1000, AES256GCM, other.to(), p.to())
	mustOpen(t, both, plain, p.bare())
	mustOpen(t, both, plain, other.bare())

	forged := cbcParts(t, p.key(), plain)
	forged.recipients = [][]byte{oaepTransport(t, p.key(), payload(16))}
	message = forged.forge(el)
	if _, err := Decrypt(bytes.NewReader(message), []Key{other.bare()}); !errors.Is(err, ErrNoMatchingKey) {
		t.Errorf("oaep, wrong key: %v", err)
	}
	at := bytes.Index(message, []byte{ber.OctetString, 0x82, 1, 0}) // the content key
	message[at+100] ^= 1
	if _, err := Decrypt(bytes.NewReader(message), []Key{p.key()}); err != ErrDecrypt {
		t.Errorf("oaep, damaged key: %v", err)
	}
	if _, err := Decrypt(bytes.NewReader(message), []Key{{Private: p.private, Certificate: other.certificate}}); err == nil ||
		!strings.Contains(err.Error(), "does not belong") {
		t.Errorf("key and certificate of two pairs: %v", err)
	}
}

func TestUnsupported(t *testing.T) {
	p := newPair(t, "p256")
	in := write(t, "plain", payload(100))
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"signed":     {[]string{"cms", "-sign", "-binary", "-nodetach", "-signer", p.certFile(), "-inkey", p.keyFile()}, "not sealed to a recipient: its content type is SignedData"},
		"encrypted":  {[]string{"cms", "-EncryptedData_encrypt", "-aes256", "-secretkey", strings.Repeat("0a", 32)}, "content type is EncryptedData"},
		"camellia":   {[]string{"cms", "-encrypt", "-camellia256", "-recip", p.certFile()}, "cipher Camellia-256-CBC"},
		"3des wrap":  {[]string{"cms", "-encrypt", "-des3", "-recip", p.certFile()}, "3DES key wrap"},
		"data alone": {[]string{"cms", "-data_create"}, "content type is Data"},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			openssl(t, p.dir, append(test.args, "-in", in, "-out", out, "-outform", "DER")...)
			message, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = opened(message, p.key())
			var unsupported *UnsupportedError
			if !errors.As(err, &unsupported) || !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestEncryptRefuses(t *testing.T) {
	key := fixedKey(t)
	_, signer, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		to   []*x509.Certificate
		o    EncryptOptions
		want string
	}{
		"nobody":         {nil, EncryptOptions{}, "no recipient"},
		"3des":           {[]*x509.Certificate{key.to()}, EncryptOptions{Cipher: TripleDESCBC}, "3DES"},
		"unknown cipher": {[]*x509.Certificate{key.to()}, EncryptOptions{Cipher: 99}, "unknown cipher"},
		"size":           {[]*x509.Certificate{key.to()}, EncryptOptions{Size: -2}, "-2 bytes"},
		"gcm too long":   {[]*x509.Certificate{key.to()}, EncryptOptions{Size: maxGCM + 1, Cipher: AES256GCM}, "cannot be sealed"},
		"ed25519":        {[]*x509.Certificate{certified(t, signer.Public(), 1)}, EncryptOptions{}, "ed25519"},
		"P-224":          {[]*x509.Certificate{certified(t, p224.Public(), 1)}, EncryptOptions{}, "P-224"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if _, err := Encrypt(&out, test.to, test.o); err == nil || !strings.Contains(err.Error(), test.want) || out.Len() > 0 {
				t.Errorf("error %v, %d bytes written; want one with %q", err, out.Len(), test.want)
			}
		})
	}
}

func TestAnnouncedSize(t *testing.T) {
	key := fixedKey(t)
	var out bytes.Buffer
	w, err := Encrypt(&out, []*x509.Certificate{key.to()}, EncryptOptions{Size: 10})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(payload(11)); err == nil {
		t.Error("one byte too many is taken")
	}
	if err := w.Close(); err == nil {
		t.Error("Close hides that a byte too many was written")
	}
	if w, err = Encrypt(&out, []*x509.Certificate{key.to()}, EncryptOptions{Size: 10}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(payload(9)); err != nil {
		t.Fatal(err)
	}
	first := w.Close()
	if first == nil {
		t.Error("a byte too few is taken")
	}
	if again := w.Close(); again != first {
		t.Errorf("the second Close says %v", again)
	}
	if w, err = Encrypt(&out, []*x509.Certificate{key.to()}, EncryptOptions{Size: 0}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if _, err := w.Write([]byte{1}); err == nil {
		t.Error("a write after Close is taken")
	}
}

// failingWriter fails once it was given more than left bytes.
type failingWriter struct {
	left int
	err  error
}

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, w.err
	}
	return len(p), nil
}

// TestErrorsBelow: what fails below comes through as it is, wherever it happens.
func TestErrorsBelow(t *testing.T) {
	key := fixedKey(t)
	broken := errors.New("the disk is gone")
	plain := payload(2*segment + 10)
	whole := len(sealed(t, plain, -1, AES256GCM, key.to()))
	for _, left := range []int{0, 10, 500, segment, 2*segment + 5, whole - 1} {
		w, err := Encrypt(&failingWriter{left, broken}, []*x509.Certificate{key.to()}, EncryptOptions{Size: -1, Cipher: AES256GCM})
		if err == nil {
			_, err = w.Write(plain)
			if closed := w.Close(); err == nil {
				err = closed
			} else if closed != err {
				t.Errorf("after %d bytes: Write says %v, Close %v", left, err, closed)
			}
		}
		if err != broken {
			t.Errorf("after %d bytes: %v", left, err)
		}
	}
	message := sealed(t, plain, -1, AES256GCM, key.to())
	for _, n := range []int{0, 1, 100, 1000, segment, whole - 30, whole} {
		r, _, err := Unwrap(io.MultiReader(bytes.NewReader(message[:n]), iotest.ErrReader(broken)))
		var m *Message
		if err == nil {
			if m, err = Decrypt(r, []Key{key}); err == nil {
				_, err = io.Copy(io.Discard, m)
			}
		}
		if err != broken {
			t.Errorf("reading %d bytes: %v", n, err)
		}
	}
}

// TestNothingSecretInErrors: keys that are offered show their public half only.
func TestNothingSecretInErrors(t *testing.T) {
	key := fixedKey(t)
	scalar := new(big.Int).SetBytes(key.Private.(*ecdh.PrivateKey).Bytes())
	message := sealed(t, payload(10), 10, AES256CBC, otherKey(t).to())
	_, err := Decrypt(bytes.NewReader(message), []Key{key})
	if err == nil || strings.Contains(strings.ToLower(err.Error()), scalar.Text(16)[:12]) {
		t.Errorf("error %v", err)
	}
}

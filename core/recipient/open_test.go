package recipient

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ProtonMail/go-crypto/openpgp/s2k"

	"enrollbench/core/cms"
	"enrollbench/core/openpgp"
	"enrollbench/core/privatekey"
)

func seal(t testing.TB, plain []byte, o SealOptions, to ...*Recipient) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := SealTo(&b, to, o)
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

func opener(t testing.TB, data, certificate []byte, ask privatekey.Passphrase) *Opener {
	t.Helper()
	o, err := LoadOpener(data, certificate, ask)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestSealedAndOpened(t *testing.T) {
	plain := bytes.Repeat([]byte("PK\x03\x04 a delivery "), 5000)
	for name, key := range map[string]crypto.PrivateKey{"RSA": rsaKey(t, 2048), "P-256": ecKey(t, elliptic.P256()), "P-384": ecKey(t, elliptic.P384()), "X25519": xKey(t)} {
		var cert *x509.Certificate
		if x, ok := key.(*ecdh.PrivateKey); ok {
			cert = certifyX25519(t, x)
		} else {
			cert = certify(t, key, nil)
		}
		r := only(t, certPEM(cert))
		for _, o := range []SealOptions{{Size: int64(len(plain))}, {Size: -1}, {Size: -1, GCM: true}} {
			message := seal(t, plain, o, r)
			for _, beside := range [][]byte{nil, certPEM(cert), cert.Raw} {
				own := opener(t, keyPEM(t, key), beside, nil)
				opened, err := own.Open(bytes.NewReader(message))
				if err != nil {
					t.Fatalf("%s %+v: %v", name, o, err)
				}
				got, err := io.ReadAll(opened)
				if err != nil || !bytes.Equal(got, plain) || opened.Authenticated() != o.GCM || opened.Kind != X509 || len(opened.Recipients) != 1 || !own.Opens(r) {
					t.Errorf("%s %+v: %d bytes, %v, %s", name, o, len(got), err, opened.Describe())
				}
			}
		}
	}
	e := pgpEntity(t, nil)
	opened, err := opener(t, pgpSecret(t, e), nil, nil).Open(bytes.NewReader(seal(t, plain, SealOptions{Size: -1}, only(t, pgpPublic(t, e)))))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(opened); err != nil || !bytes.Equal(got, plain) || !opened.Authenticated() || opened.Kind != OpenPGP || opened.Describe() != "OpenPGP message, AES-256, authenticated" {
		t.Errorf("%d bytes, %v, %s", len(got), err, opened.Describe())
	}
}

func TestSeveralRecipientsOfOneKind(t *testing.T) {
	a, b := rsaKey(t, 2048), ecKey(t, elliptic.P256())
	ra, rb := only(t, certPEM(certify(t, a, nil))), only(t, certPEM(certify(t, b, nil)))
	message := seal(t, []byte("hello"), SealOptions{Size: 5}, ra, rb)
	for _, key := range []crypto.PrivateKey{a, b} {
		opened, err := opener(t, keyPEM(t, key), nil, nil).Open(bytes.NewReader(message))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(opened); err != nil || string(got) != "hello" || len(opened.Recipients) != 2 {
			t.Errorf("%q, %v", got, err)
		}
	}
	if _, err := SealTo(io.Discard, []*Recipient{ra, only(t, pgpPublic(t, pgpEntity(t, nil)))}, SealOptions{Size: -1}); err == nil || !strings.Contains(err.Error(), "one kind") {
		t.Errorf("two kinds: %v", err)
	}
	if _, err := SealTo(io.Discard, nil, SealOptions{}); err == nil {
		t.Error("sealed to nobody")
	}
}

// What the service's own page opens with openssl smime, and what openssl writes, in every coat.
func TestCoatsAndOpenSSL(t *testing.T) {
	key := rsaKey(t, 2048)
	cert := certify(t, key, nil)
	dir := t.TempDir()
	plain := []byte("PK\x03\x04 what the service delivers")
	save(t, certPEM(cert), dir, "cert.pem")
	save(t, keyPEM(t, key), dir, "key.pem")
	save(t, plain, dir, "plain")
	save(t, seal(t, plain, SealOptions{Size: int64(len(plain))}, only(t, certPEM(cert))), dir, "ours.p7m")
	openssl(t, dir, "smime", "-binary", "-decrypt", "-aes256", "-inform", "DER", "-in", "ours.p7m", "-out", "back", "-inkey", "key.pem", "cert.pem")
	if !bytes.Equal(load(t, dir, "back"), plain) {
		t.Error("openssl smime opens something else")
	}
	for _, form := range []string{"DER", "SMIME", "PEM"} {
		openssl(t, dir, "smime", "-binary", "-encrypt", "-aes256", "-outform", form, "-in", "plain", "-out", form, "cert.pem")
	}
	e := pgpEntity(t, nil)
	binary := seal(t, plain, SealOptions{Size: -1}, only(t, pgpPublic(t, e)))
	ours := only(t, pgpPublic(t, e))
	var armored bytes.Buffer
	w, err := openpgp.Encrypt(&armored, []*openpgp.Key{ours.Key()}, openpgp.EncryptOptions{Armor: true})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(plain)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b64 := func(b []byte) []byte {
		s := base64.StdEncoding.EncodeToString(b)
		var out strings.Builder
		for ; len(s) > 76; s = s[76:] {
			out.WriteString(s[:76] + "\r\n")
		}
		return []byte(out.String() + s + "\r\n")
	}
	x509Key, pgpKey := opener(t, keyPEM(t, key), certPEM(cert), nil), opener(t, pgpSecret(t, e), nil, nil)
	for _, c := range []struct {
		name string
		data []byte
		with *Opener
		coat string
	}{
		{"DER", load(t, dir, "DER"), x509Key, ""},
		{"S/MIME", load(t, dir, "SMIME"), x509Key, "S/MIME"},
		{"PEM", load(t, dir, "PEM"), x509Key, "PEM"},
		{"base64 DER", b64(load(t, dir, "DER")), x509Key, "base64"},
		{"base64 PEM", b64(load(t, dir, "PEM")), x509Key, "base64 around PEM"},
		{"OpenPGP", binary, pgpKey, ""},
		{"OpenPGP armor", armored.Bytes(), pgpKey, "armor"},
		{"base64 OpenPGP", b64(binary), pgpKey, "base64"},
		{"base64 armor", b64(armored.Bytes()), pgpKey, "base64 around armor"},
		{"base64 twice", b64(b64(binary)), pgpKey, "base64 around base64"},
		{"a mark before base64", append([]byte("\xef\xbb\xbf"), b64(binary)...), pgpKey, "base64"},
	} {
		opened, err := c.with.Open(bytes.NewReader(c.data))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got, err := io.ReadAll(opened); err != nil || !bytes.Equal(got, plain) || opened.Coat != c.coat {
			t.Errorf("%s: %q, %v, coat %q", c.name, got, err, opened.Coat)
		}
	}
	// Damage of a coat is damage of the message.
	for name, bad := range map[string][]byte{"cut": b64(binary)[:150], "junk behind": append(b64(binary), "!!"...), "more behind": append(b64(binary), b64([]byte("x"))...), "a letter changed": bytes.Replace(b64(binary), []byte("\r\n"), []byte("*\r\n"), 1)} {
		opened, err := pgpKey.Open(bytes.NewReader(bad))
		if err == nil {
			_, err = io.ReadAll(opened)
		}
		if !errors.Is(err, openpgp.ErrIntegrity) && !errors.Is(err, cms.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheWrongKeyIsNamed(t *testing.T) {
	right, wrong := rsaKey(t, 2048), ecKey(t, elliptic.P256())
	e, other := pgpEntity(t, nil), pgpEntity(t, pgpRSA(2048))
	sealedCMS := seal(t, []byte("x"), SealOptions{Size: 1}, only(t, certPEM(certify(t, right, nil))))
	sealedPGP := seal(t, []byte("x"), SealOptions{Size: 1}, only(t, pgpPublic(t, e)))
	sub := openpgp.Display(fmt.Sprintf("%016X", e.Subkeys[0].PublicKey.KeyId))
	for _, c := range []struct {
		name    string
		message []byte
		key     *Opener
		says    string
	}{
		{"another certificate's key", sealedCMS, opener(t, keyPEM(t, wrong), certPEM(certify(t, wrong, nil)), nil), "test CA"},
		{"an OpenPGP key for CMS", sealedCMS, opener(t, pgpSecret(t, e), nil, nil), "test CA"},
		{"a certificate's key for OpenPGP", sealedPGP, opener(t, keyPEM(t, right), nil, nil), sub},
		{"another OpenPGP key", sealedPGP, opener(t, pgpSecret(t, other), nil, nil), sub},
	} {
		_, err := c.key.Open(bytes.NewReader(c.message))
		var no *NoMatchingKeyError
		if !errors.As(err, &no) || !errors.Is(err, ErrNoMatchingKey) || len(no.Wanted) != 1 || no.Have == "" || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for name, plain := range map[string]string{"ZIP": "PK\x03\x04....", "JSON": ` [{"certificate":""}]`, "certificate": string(certPEM(certify(t, right, nil))), "nothing": " \n"} {
		if _, err := opener(t, keyPEM(t, right), nil, nil).Open(strings.NewReader(plain)); !errors.Is(err, ErrNotSealed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoadOpener(t *testing.T) {
	key, other := rsaKey(t, 2048), ecKey(t, elliptic.P256())
	dir := t.TempDir()
	save(t, append(certPEM(certify(t, key, nil)), keyPEM(t, key)...), dir, "both.pem")
	openssl(t, dir, "pkcs12", "-export", "-in", "both.pem", "-passout", "pass:"+secret, "-out", "k.p12")
	ask := func(n int) ([]byte, error) {
		return []byte(map[int]string{1: "wrong"}[n] + map[int]string{2: secret}[n]), nil
	}
	if o, err := LoadOpener(load(t, dir, "k.p12"), nil, ask); err != nil || o.Certificate() == nil || !strings.Contains(o.String(), `"line 4"`) {
		t.Errorf("PKCS#12: %v, %v", o, err)
	}
	protected := pgpEntity(t, nil)
	if err := protected.EncryptPrivateKeys([]byte(secret), &packet.Config{S2KConfig: &s2k.Config{S2KMode: s2k.IteratedSaltedS2K, S2KCount: 65536}}); err != nil {
		t.Fatal(err)
	}
	if o, err := LoadOpener(pgpSecret(t, protected), nil, ask); err != nil || o.Kind() != OpenPGP {
		t.Errorf("OpenPGP: %v, %v", o, err)
	}
	wrong := func(int) ([]byte, error) { return []byte("wrong"), nil }
	for _, data := range [][]byte{load(t, dir, "k.p12"), pgpSecret(t, protected)} {
		if _, err := LoadOpener(data, nil, wrong); !errors.Is(err, privatekey.ErrWrongPassphrase) {
			t.Errorf("wrong passphrase: %v", err)
		}
		if _, err := LoadOpener(data, nil, nil); !errors.Is(err, privatekey.ErrNeedPassphrase) {
			t.Errorf("nobody to ask: %v", err)
		}
	}
	for _, c := range []struct {
		name      string
		data, cer []byte
		says      string
	}{
		{"another's certificate", keyPEM(t, other), certPEM(certify(t, key, nil)), "does not belong"},
		{"no certificate", keyPEM(t, other), []byte("hello"), "no certificate"},
		{"a certificate as key", certPEM(certify(t, key, nil)), nil, "a certificate"},
		{"an OpenPGP public key", pgpPublic(t, protected), nil, "a public key"},
		{"Ed25519", keyPEM(t, edKey(t)), nil, "only sign"},
	} {
		if _, err := LoadOpener(c.data, c.cer, nil); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	o := opener(t, load(t, dir, "both.pem"), nil, nil)
	d := hex.EncodeToString(key.D.Bytes()[:8])
	for _, verb := range []string{"%v", "%+v", "%#v", "%d", "%x", "%s"} {
		if got := fmt.Sprintf(verb, o); got != o.String() || strings.Contains(got, d) {
			t.Errorf("%s shows %s", verb, got)
		}
	}
}

func TestRehearse(t *testing.T) {
	key := rsaKey(t, 2048)
	e := pgpEntity(t, pgpRSA(2048))
	for name, c := range map[string]struct {
		r *Recipient
		o *Opener
	}{
		"certificate": {only(t, certPEM(certify(t, key, nil))), opener(t, keyPEM(t, key), nil, nil)},
		"OpenPGP":     {only(t, pgpPublic(t, e)), opener(t, pgpSecret(t, e), nil, nil)},
	} {
		before := time.Now()
		p, err := Rehearse(context.Background(), c.r, c.o)
		if err != nil || p.Fingerprint != c.r.Fingerprint() || p.At.Before(before) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		stopped, stop := context.WithCancel(context.Background())
		stop()
		if p, err := Rehearse(stopped, c.r, c.o); !errors.Is(err, context.Canceled) || !p.At.IsZero() {
			t.Errorf("%s, cancelled: %+v, %v", name, p, err)
		}
	}
	expired := only(t, certPEM(certify(t, key, nil)))
	expired.certificate.NotAfter = time.Now().Add(-time.Hour)
	var unfit *UnfitError
	if p, err := Rehearse(context.Background(), expired, opener(t, keyPEM(t, key), nil, nil)); !errors.As(err, &unfit) || !p.At.IsZero() {
		t.Errorf("expired: %+v, %v", p, err)
	}
	goroutines := runtime.NumGoroutine()
	// Keys of the same kind and size: for RSA PKCS#1 v1.5 the wrong one shows only in the content.
	other := ecKey(t, elliptic.P256())
	for name, o := range map[string]*Opener{"another RSA key": opener(t, keyPEM(t, rsaKey(t, 2049)), nil, nil), "another kind": opener(t, keyPEM(t, other), nil, nil), "OpenPGP": opener(t, pgpSecret(t, e), nil, nil)} {
		if p, err := Rehearse(context.Background(), only(t, certPEM(certify(t, key, nil))), o); err == nil || !p.At.IsZero() {
			t.Errorf("%s: proven %+v", name, p)
		}
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines are left", n-goroutines)
	}
}

// FuzzOpen: whatever is done to a message, nothing but what was sealed comes out with a clean end, authenticated.
func FuzzOpen(f *testing.F) {
	plain := []byte("PK\x03\x04 a delivery")
	key, e := ecKey(f, elliptic.P256()), pgpEntity(f, nil)
	r, p := only(f, certPEM(certify(f, key, nil))), only(f, pgpPublic(f, e))
	own, ring := opener(f, keyPEM(f, key), nil, nil), opener(f, pgpSecret(f, e), nil, nil)
	f.Add(seal(f, plain, SealOptions{Size: -1, GCM: true}, r))
	f.Add(seal(f, plain, SealOptions{Size: int64(len(plain)), GCM: true}, r))
	f.Add(seal(f, plain, SealOptions{Size: -1}, p))
	f.Add([]byte(base64.StdEncoding.EncodeToString(seal(f, plain, SealOptions{Size: -1}, p))))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, o := range []*Opener{own, ring} {
			opened, err := o.Open(bytes.NewReader(data))
			if err != nil {
				continue
			}
			if got, err := io.ReadAll(opened); err == nil && opened.Authenticated() && !bytes.Equal(got, plain) {
				t.Fatalf("opened as %q", got)
			}
		}
	})
}

package cms

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

	"golang.org/x/crypto/cryptobyte"

	"enrollbench/core/ber"
)

// A certificate that was renewed for the same key, or whose issuer is written in another string type, opens what was
// sealed to the old one; the message says that no recipient names it.
func TestRenewedCertificate(t *testing.T) {
	plain := payload(3000)
	for name, key := range map[string]Key{"EC": fixedKey(t), "RSA": {Private: rsaKey(), Certificate: certified(t, rsaKey().Public(), 77)}} {
		message := sealed(t, plain, -1, AES256GCM, key.to())
		if m := mustOpen(t, message, plain, key); !m.Named {
			t.Errorf("%s: its own certificate is not named", name)
		}
		renewed := certified(t, key.Certificate.PublicKey, 78)
		other := *key.Certificate
		other.RawIssuer = bytes.Replace(other.RawIssuer, []byte{0x0c, 6}, []byte{0x13, 6}, 1) // PrintableString for UTF8String
		for what, certificate := range map[string]*x509.Certificate{"renewed": renewed, "issuer in another type": &other, "none": nil} {
			if m := mustOpen(t, message, plain, Key{Private: key.Private, Certificate: certificate}); m.Named {
				t.Errorf("%s, %s: named", name, what)
			}
		}
		// A recipient that names the certificate comes first, and the others are left alone.
		both := sealed(t, plain, -1, AES256GCM, renewed, key.to())
		if m := mustOpen(t, both, plain, key); !m.Named {
			t.Errorf("%s: the recipient that names it was not taken", name)
		}
	}
}

// Two authorities of one name, one serial number: the words must not say that what was wanted is what was chosen.
func TestEqualNamesAreExplained(t *testing.T) {
	key := fixedKey(t)
	other := otherKey(t)
	other.Certificate.SerialNumber = key.Certificate.SerialNumber
	_, _, err := opened(sealed(t, payload(10), 10, AES256CBC, key.to()), Key{Private: other.Private, Certificate: other.Certificate})
	if !errors.Is(err, ErrDecrypt) { // the recipient names the certificate, so it is the message that does not open
		t.Errorf("named: %v", err)
	}
	different := *other.Certificate
	different.RawIssuer = bytes.Replace(different.RawIssuer, []byte{0x0c, 6}, []byte{0x13, 6}, 1)
	_, _, err = opened(sealed(t, payload(10), 10, AES256CBC, key.to()), Key{Private: other.Private, Certificate: &different})
	if !errors.Is(err, ErrNoMatchingKey) || !strings.Contains(err.Error(), "but the key is another one") {
		t.Errorf("not named: %v", err)
	}
}

// Some writers strip the leading zeros of the encrypted content key.
func TestStrippedZeros(t *testing.T) {
	key := Key{Private: rsaKey(), Certificate: certified(t, rsaKey().Public(), 77)}
	plain, cek := payload(100), payload(16)
	public := &rsaKey().PublicKey
	algorithm, err := algorithmDER(oidRSA, addNull)
	if err != nil {
		t.Fatal(err)
	}
	var encrypted []byte
	for encrypted == nil || encrypted[0] != 0 {
		//lint:ignore SA1019 the form under test
		if encrypted, err = rsa.EncryptPKCS1v15(rand.Reader, public, cek); err != nil {
			t.Fatal(err)
		}
	}
	p := cbcParts(t, key, plain)
	p.recipients = [][]byte{transport(t, key, algorithm, encrypted[1:])}
	mustOpen(t, p.forge(el), plain, key)
	for _, wrong := range [][]byte{encrypted[:10], append([]byte{0}, encrypted...)} {
		p.recipients = [][]byte{transport(t, key, algorithm, wrong)}
		if _, err := Decrypt(bytes.NewReader(p.forge(el)), []Key{key}); !errors.Is(err, ErrNoMatchingKey) {
			t.Errorf("%d bytes: %v", len(wrong), err)
		}
	}
}

// Ciphers that are not read have names, and what to ask for.
func TestNamedCiphers(t *testing.T) {
	key := fixedKey(t)
	for name, oid := range map[string][]int{
		"RC2-CBC": {1, 2, 840, 113549, 3, 2}, "RC4": {1, 2, 840, 113549, 3, 4}, "DES-CBC": {1, 3, 14, 3, 2, 7}, "Camellia-192-CBC": {1, 2, 392, 200011, 61, 1, 1, 1, 3},
		"SEED-CBC": {1, 2, 410, 200004, 1, 4}, "ARIA-256-CBC": {1, 2, 410, 200046, 1, 1, 12}, "1.2.3.4": {1, 2, 3, 4},
	} {
		p := cbcParts(t, key, payload(10))
		p.algorithm = el(ber.Sequence, mustBuild(func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oid) }), el(ber.OctetString, payload(8)))
		_, _, err := opened(p.forge(el), key)
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "cipher "+name) || !strings.Contains(err.Error(), "AES-256") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A negative serial number, as some authorities wrote, names a recipient as every other.
func TestNegativeSerial(t *testing.T) {
	key := fixedKey(t)
	certificate := *key.Certificate
	certificate.SerialNumber = big.NewInt(-42)
	message := sealed(t, payload(10), -1, AES256CBC, &certificate)
	m, err := Decrypt(bytes.NewReader(message), []Key{{Private: key.Private, Certificate: &certificate}})
	if err != nil || !m.Named || !strings.Contains(m.Recipients[0].String(), "serial number -2A") {
		t.Fatalf("%v, %v", m, err)
	}
	if _, err := io.ReadAll(m); err != nil {
		t.Error(err)
	}
}

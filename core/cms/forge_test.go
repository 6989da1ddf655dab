package cms

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"sync"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"enrollbench/core/ber"
)

// certified is a certificate object around a public key, as much of one as sealing and opening look at.
func certified(t testing.TB, public crypto.PublicKey, serial int64) *x509.Certificate {
	t.Helper()
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	name := pkix.Name{CommonName: "forged"}
	issuer, err := build(func(b *cryptobyte.Builder) { // RDNSequence with one common name
		b.AddBytes([]byte{0x30, 17, 0x31, 15, 0x30, 13, 6, 3, 0x55, 4, 3, 0x0c, 6})
		b.AddBytes([]byte("forged"))
	})
	if err != nil {
		t.Fatal(err)
	}
	return &x509.Certificate{
		Raw: spki, RawSubjectPublicKeyInfo: spki, PublicKey: public, SerialNumber: big.NewInt(serial),
		RawIssuer: issuer, Issuer: name, Subject: name, SubjectKeyId: hashedKeyID(spki),
	}
}

// fixedKey is a P-256 key that is the same in every run, so that seeds of a fuzz target stay openable. It protects nothing.
func fixedKey(t testing.TB) Key {
	t.Helper()
	scalar := sha256.Sum256([]byte("core/cms test key"))
	private, err := ecdh.P256().NewPrivateKey(scalar[:])
	if err != nil {
		t.Fatal(err)
	}
	return Key{Private: private, Certificate: certified(t, private.Public(), 77)}
}

// rsaKey is an RSA key without openssl.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func (k Key) to() *x509.Certificate { return k.Certificate }

// inner is the content of an element.
func inner(t testing.TB, der []byte) []byte {
	t.Helper()
	s := cryptobyte.String(der)
	var content cryptobyte.String
	if !s.ReadAnyASN1(&content, nil) {
		t.Fatalf("not an element: %x", der)
	}
	return content
}

// el is an element with a definite length.
func el(id byte, content ...[]byte) []byte {
	whole := bytes.Join(content, nil)
	return append(ber.AppendHeader(nil, id, int64(len(whole))), whole...)
}

// inf is an element of indefinite length.
func inf(id byte, content ...[]byte) []byte {
	return append(append([]byte{id, 0x80}, bytes.Join(content, nil)...), 0, 0)
}

// parts are what a message is built of.
type parts struct {
	outer      []byte // content type
	recipients [][]byte
	algorithm  []byte
	content    []byte // element
	behind     [][]byte
	before     [][]byte
}

// forge builds a message with wrap around every constructed element: el or inf.
func (p parts) forge(wrap func(byte, ...[]byte) []byte) []byte {
	fields := [][]byte{{ber.Integer, 1, 0}}
	fields = append(fields, p.before...)
	oid := mustBuild(func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidData) })
	fields = append(fields, wrap(ber.Set, p.recipients...), wrap(ber.Sequence, oid, p.algorithm, p.content))
	fields = append(fields, p.behind...)
	return wrap(ber.Sequence, p.outer, wrap(ber.ContextConstructed, wrap(ber.Sequence, fields...)))
}

func mustBuild(f func(b *cryptobyte.Builder)) []byte {
	der, err := build(f)
	if err != nil {
		panic(err)
	}
	return der
}

// cbcParts are the parts of a message with AES-128-CBC for key.
func cbcParts(t testing.TB, key Key, plain []byte) parts {
	t.Helper()
	cek, iv := payload(16), payload(32)[16:]
	der, err := sealKey(key.to(), cek)
	if err != nil {
		t.Fatal(err)
	}
	a := contentAlgorithm{cipher: AES128CBC, iv: iv}
	sealer, err := newCBCSealer(a, cek)
	if err != nil {
		t.Fatal(err)
	}
	algorithm, err := a.der()
	if err != nil {
		t.Fatal(err)
	}
	return parts{
		outer:      mustBuild(func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidEnvelopedData) }),
		recipients: [][]byte{der}, algorithm: algorithm,
		content: el(ber.Context, sealer.seal(bytes.Clone(plain), true)),
	}
}

// gcmParts are the parts of a message with AES-128-GCM by the standard library, with attributes and a tag of size bytes.
func gcmParts(t testing.TB, key Key, plain, nonce []byte, size int, attributes ...[]byte) parts {
	t.Helper()
	cek := payload(16)
	der, err := sealKey(key.to(), cek)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(cek)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCMWithNonceSize(block, len(nonce))
	if err != nil {
		t.Fatal(err)
	}
	var additional []byte
	var behind [][]byte
	if attributes != nil {
		sorted := append([][]byte(nil), attributes...)
		sortSet(sorted)
		additional = el(ber.Set, sorted...)
		behind = append(behind, el(ber.ContextConstructed|1, attributes...))
	}
	out := aead.Seal(nil, nonce, plain, additional)
	algorithm, err := contentAlgorithm{cipher: AES128GCM, iv: nonce, tag: size}.der()
	if err != nil {
		t.Fatal(err)
	}
	return parts{
		outer:      mustBuild(func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidAuthEnvelopedData) }),
		recipients: [][]byte{der}, algorithm: algorithm,
		content: el(ber.Context, out[:len(plain)]),
		behind:  append(behind, el(ber.OctetString, out[len(plain):][:size])),
	}
}

// transport is a KeyTransRecipientInfo that names key by its identifier: what other writers make.
func transport(t testing.TB, key Key, algorithm, encrypted []byte) []byte {
	t.Helper()
	return el(ber.Sequence, []byte{ber.Integer, 1, 2}, el(ber.Context, key.Certificate.SubjectKeyId), algorithm, el(ber.OctetString, encrypted))
}

// oaepTransport is one with RSAES-OAEP, SHA-256 for both hashes.
func oaepTransport(t testing.TB, key Key, cek []byte) []byte {
	t.Helper()
	encrypted, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, key.Certificate.PublicKey.(*rsa.PublicKey), cek, nil)
	if err != nil {
		t.Fatal(err)
	}
	hash := mustBuild(func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1})
	})
	mgf := mustBuild(func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidMGF1) })
	parameters := el(ber.Sequence, el(ber.ContextConstructed, el(ber.Sequence, hash)), el(ber.ContextConstructed|1, el(ber.Sequence, mgf, el(ber.Sequence, hash))))
	id := mustBuild(func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidOAEP) })
	return transport(t, key, el(ber.Sequence, id, parameters), encrypted)
}

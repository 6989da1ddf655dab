package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"math/big"
)

// Offered describes a key that was offered to open a message. It holds nothing secret.
type Offered struct {
	Algorithm   string   // "RSA 3072", "P-256", "X25519"
	Subject     string   // of the certificate; empty when there is none
	Issuer      string   // of the certificate
	Serial      *big.Int // of the certificate, or nil
	KeyID       []byte   // subject key identifier, or the SHA-1 that stands for one
	Fingerprint [sha256.Size]byte
	// Certificate tells what Fingerprint is of: the certificate's DER, or else the public key's SubjectPublicKeyInfo.
	Certificate bool
}

// String says it in words.
func (o Offered) String() string {
	if !o.Certificate {
		return fmt.Sprintf("the %s key with identifier %s and without a certificate", o.Algorithm, colons(o.KeyID))
	}
	return fmt.Sprintf("the %s key of the certificate of %q, serial number %s issued by %q, identifier %s, SHA-256 fingerprint %s",
		o.Algorithm, o.Subject, serialText(o.Serial), o.Issuer, colons(o.KeyID), hex.EncodeToString(o.Fingerprint[:]))
}

// offeredKey is a key in the form it is used in.
type offeredKey struct {
	Offered
	certificate *x509.Certificate
	rsa         *rsa.PrivateKey
	dh          *ecdh.PrivateKey
	curve       curve
}

// publicKey is what the standard library's private keys have.
type publicKey interface{ Public() crypto.PublicKey }

// offer examines the keys once.
func offer(keys []Key) ([]offeredKey, error) {
	var all []offeredKey
	for i, k := range keys {
		o, err := k.offered()
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		all = append(all, o)
	}
	return all, nil
}

// offered examines a key. One that can only sign is kept: it fits nothing and is named when nothing fits.
func (k Key) offered() (offeredKey, error) {
	o := offeredKey{certificate: k.Certificate}
	var err error
	switch private := k.Private.(type) {
	case *rsa.PrivateKey:
		o.rsa, o.Algorithm = private, fmt.Sprintf("RSA %d", private.N.BitLen())
	case *ecdsa.PrivateKey:
		if o.dh, err = private.ECDH(); err != nil {
			return o, &UnsupportedError{What: "curve", Name: private.Params().Name}
		}
	case *ecdh.PrivateKey:
		o.dh = private
	case ed25519.PrivateKey:
		o.Algorithm = "Ed25519"
	default:
		return o, &UnsupportedError{What: "private key", Name: fmt.Sprintf("of type %T", k.Private)}
	}
	if o.dh != nil {
		if o.curve, err = curveOf(o.dh.Curve()); err != nil {
			return o, err
		}
		o.Algorithm = o.curve.name
	}
	public := k.Private.(publicKey).Public()
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return o, err
	}
	o.KeyID, o.Fingerprint = hashedKeyID(spki), sha256.Sum256(spki)
	c := k.Certificate
	if c == nil {
		return o, nil
	}
	if !samePublicKey(public, c) {
		return o, fmt.Errorf("the certificate of %q does not belong to the private key: choose the pair", c.Subject.String())
	}
	o.Certificate, o.Subject, o.Issuer, o.Serial = true, c.Subject.String(), c.Issuer.String(), c.SerialNumber
	o.KeyID, o.Fingerprint = keyIDOf(c), sha256.Sum256(c.Raw)
	return o, nil
}

// samePublicKey tells whether a certificate is of a public key, in whatever type that comes.
func samePublicKey(key crypto.PublicKey, c *x509.Certificate) bool {
	other, err := publicKeyOf(c)
	if err != nil {
		return false
	}
	x, errX := x509.MarshalPKIXPublicKey(key)
	y, errY := x509.MarshalPKIXPublicKey(other)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// fits tells whether a key could open what a recipient holds, by algorithm and size alone.
func (o *offeredKey) fits(info *RecipientInfo) bool {
	switch {
	case !info.Supported:
		return false
	case info.Type == KeyTransport:
		return o.rsa != nil && len(info.encrypted) <= o.rsa.Size() && len(info.encrypted) > o.rsa.Size()-maxStripped
	case info.Type == KeyAgreement:
		return o.dh != nil && info.agreement.fits(o.curve)
	}
	return false
}

// maxStripped is how many leading zeros of an encrypted number may be missing: three in a row are one in 16 million.
const maxStripped = 4

// maxAttempts is how many private key operations one message may cost: a message may name a key thousands of times.
const maxAttempts = 256

// attempt is a recipient that a key may open.
type attempt struct {
	key   *offeredKey
	info  *RecipientInfo
	named bool // the recipient names the key's certificate
}

// attempts pairs keys and recipients: where recipients name a key's certificate those, and else every recipient that a key
// fits: the certificate may have been renewed for the same key, or its issuer be written differently.
func attempts(recipients []RecipientInfo, keys []offeredKey) (all []attempt, refused *RecipientInfo) {
	var named, fitting []attempt
	for i := range recipients {
		info := &recipients[i]
		for j := range keys {
			key := &keys[j]
			match := key.certificate != nil && info.Matches(key.certificate)
			switch {
			case match && !info.Supported:
				refused = info
			case match && key.fits(info):
				named = append(named, attempt{key, info, true})
			case key.fits(info):
				fitting = append(fitting, attempt{key, info, false})
			}
		}
	}
	if len(named) > 0 {
		return named, nil
	}
	return fitting, refused
}

// match is how a content key was found.
type match struct{ named, doubtful bool }

// openKey finds the content key of size bytes. Key agreement and OAEP tell whether they succeeded. PKCS#1 v1.5 must not
// tell: where it fails, and nothing else fits, the random key goes on and the content fails.
func openKey(recipients []RecipientInfo, keys []offeredKey, size int) (cek []byte, m match, err error) {
	all, refused := attempts(recipients, keys)
	if len(all) == 0 && refused != nil {
		return nil, m, &UnsupportedError{What: "key encryption", Name: refused.Algorithm}
	}
	if len(all) > maxAttempts {
		return nil, m, &UnsupportedError{What: "a message", Name: fmt.Sprintf(
			"with %d recipients that may be meant for the key (at most %d are tried; choose its certificate too)", len(all), maxAttempts)}
	}
	for _, a := range all {
		m.named = m.named || a.named
		cek, err := a.open()
		if err != nil {
			continue // not for this key, or damaged: the others decide
		}
		if cek != nil && len(cek) == size {
			return cek, m, nil
		}
		clear(cek)
	}

	cek = make([]byte, size)
	rand.Read(cek)
	quiet := false
	for _, a := range all {
		if a.info.Type == KeyTransport && a.info.oaep == nil {
			quiet = openPKCS1(a.key.rsa, a.info.encrypted, cek) == nil || quiet
		}
	}
	if quiet {
		m.doubtful = true
		return cek, m, nil
	}
	if m.named {
		return nil, m, ErrDecrypt
	}
	e := &NoMatchingKeyError{}
	for _, info := range recipients {
		e.Wanted = append(e.Wanted, info.RecipientID)
	}
	for _, k := range keys {
		e.Have = append(e.Have, k.Offered)
	}
	return nil, m, e
}

// open tries one recipient whose failure may be seen; PKCS#1 v1.5 gives nil.
func (a attempt) open() ([]byte, error) {
	switch {
	case a.info.agreement != nil:
		return a.info.agreement.open(a.key.dh, a.info.encrypted)
	case a.info.oaep != nil:
		return a.info.oaep.open(a.key.rsa, a.info.encrypted)
	}
	return nil, nil
}

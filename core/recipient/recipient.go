// Package recipient is "which key will the service encrypt to": an X.509 certificate or an OpenPGP public key behind one
// type, and the private key that opens what was sealed to it.
//
//   - Parse reads a file that somebody chose; Findings says what speaks against using it;
//   - Field is what goes into the service's request;
//   - Seal and SealTo encrypt, as streams;
//   - LoadOpener and Open decrypt, whatever form a result has;
//   - Rehearse proves, before anything is ordered, that the two belong together;
//
// A private key must never be sent. Whatever file a recipient came from, only its parsed public half is kept, and Field
// is encoded from that.
package recipient

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"enrollbench/core/openpgp"
	"enrollbench/core/privatekey"
)

// Kind tells the two kinds of recipients apart.
type Kind uint8

// The kinds.
const (
	X509 Kind = iota
	OpenPGP
)

// String names the kind in words.
func (k Kind) String() string {
	if k == OpenPGP {
		return "OpenPGP key"
	}
	return "X.509 certificate"
}

// Encoding is a way to write a recipient into the request's "certificate" field. The service's documentation says only
// "base64"; the connection's profile chooses.
type Encoding uint8

// The encodings.
const (
	Base64OfText Encoding = iota // base64 of the PEM or armored text: the default
	RawText                      // the PEM or armored text itself
	Base64OfDER                  // base64 of the certificate's DER; X.509 only
)

var encodings = [...]string{"base64 of the text", "text", "base64 of DER"}

// String names the encoding in words.
func (e Encoding) String() string {
	if int(e) < len(encodings) {
		return encodings[e]
	}
	return fmt.Sprintf("encoding(%d)", uint8(e))
}

// Recipient is one public key to seal to. It never holds a private key.
type Recipient struct {
	certificate *x509.Certificate
	unusual     []string // about the certificate, in sentences
	key         *openpgp.Key
}

// FromCertificate makes a recipient of a parsed certificate.
func FromCertificate(c *x509.Certificate) *Recipient { return &Recipient{certificate: c} }

// FromKey makes a recipient of the public half of an OpenPGP key.
func FromKey(k *openpgp.Key) (*Recipient, error) {
	if !k.Secret {
		return &Recipient{key: k}, nil
	}
	public, err := k.PublicBinary()
	if err != nil {
		return nil, err
	}
	ring, err := openpgp.ReadKeys(public)
	if err != nil {
		return nil, err
	}
	return &Recipient{key: ring.Keys()[0]}, nil
}

// Kind tells what the recipient is.
func (r *Recipient) Kind() Kind {
	if r.key != nil {
		return OpenPGP
	}
	return X509
}

// Certificate is the certificate of an X.509 recipient, else nil.
func (r *Recipient) Certificate() *x509.Certificate { return r.certificate }

// Key is the key of an OpenPGP recipient, else nil.
func (r *Recipient) Key() *openpgp.Key { return r.key }

// Title says who it is: the certificate's common name or whole subject, the key's first user ID.
func (r *Recipient) Title() string {
	if r.key != nil {
		if len(r.key.UserIDs) > 0 {
			return r.key.UserIDs[0]
		}
		return "OpenPGP key " + openpgp.Display(r.key.KeyID)
	}
	if cn := printable(r.certificate.Subject.CommonName); cn != "" {
		return cn
	}
	if s := printable(r.certificate.Subject.String()); s != "" {
		return s
	}
	return "certificate " + r.certificate.SerialNumber.Text(16)
}

// printable takes out what could hide or reverse the text around it.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == unicode.ReplacementChar {
			return -1
		}
		return c
	}, s)
}

// Algorithm names kind and size of the key that is sealed to: "RSA 3072", "P-256", "Curve25519".
func (r *Recipient) Algorithm() string {
	if r.key != nil {
		if s, err := r.key.EncryptionSubkey(time.Now()); err == nil {
			return s.Algorithm
		}
		return r.key.Algorithm
	}
	switch p := privatekey.PublicKeyOf(r.certificate).(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", p.N.BitLen())
	case *ecdsa.PublicKey:
		return p.Curve.Params().Name
	case *ecdh.PublicKey:
		return fmt.Sprint(p.Curve())
	}
	if r.certificate.PublicKeyAlgorithm == x509.UnknownPublicKeyAlgorithm {
		return privatekey.PublicKeyName(r.certificate.RawSubjectPublicKeyInfo)
	}
	return r.certificate.PublicKeyAlgorithm.String()
}

// Fingerprint is the SHA-256 of the certificate's DER, or the OpenPGP fingerprint, in upper-case hexadecimal.
func (r *Recipient) Fingerprint() string {
	if r.key != nil {
		return r.key.Fingerprint
	}
	sum := sha256.Sum256(r.certificate.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// FingerprintText is Fingerprint as people compare it: "AB:CD:…" for a certificate, "ABCD EF01 …" for a key.
func (r *Recipient) FingerprintText() string {
	if r.key != nil {
		return openpgp.Display(r.key.Fingerprint)
	}
	f := r.Fingerprint()
	pairs := make([]string, 0, len(f)/2)
	for ; len(f) >= 2; f = f[2:] {
		pairs = append(pairs, f[:2])
	}
	return strings.Join(pairs, ":")
}

// NotBefore is when the validity starts: of an OpenPGP key, when it was made.
func (r *Recipient) NotBefore() time.Time {
	if r.key != nil {
		return r.key.Created
	}
	return r.certificate.NotBefore
}

// NotAfter is when the validity ends; zero: never. Of an OpenPGP key it is the key's or its encryption subkey's end,
// whichever comes first.
func (r *Recipient) NotAfter() time.Time {
	if r.key == nil {
		return r.certificate.NotAfter
	}
	end := r.key.Expires
	if s, ok := lastingSubkey(r.key); ok && !s.Expires.IsZero() && (end.IsZero() || s.Expires.Before(end)) {
		end = s.Expires
	}
	return end
}

// lastingSubkey is the one that is sealed to now or, where there is none, the encryption subkey that ended last: its end
// is why.
func lastingSubkey(k *openpgp.Key) (last openpgp.Subkey, ok bool) {
	now := time.Now()
	if s, err := k.EncryptionSubkey(now); err == nil {
		return s, true
	}
	for _, s := range k.Subkeys(now) {
		if s.MayEncrypt && !s.Revoked && (!ok || s.Expires.IsZero() || !last.Expires.IsZero() && s.Expires.After(last.Expires)) {
			last, ok = s, true
		}
	}
	return last, ok
}

// KeyUsed says which key or subkey will be sealed to now, or why none can be.
func (r *Recipient) KeyUsed() string {
	if r.key != nil {
		s, err := r.key.EncryptionSubkey(time.Now())
		switch {
		case err != nil:
			return err.Error()
		case s.Primary:
			return fmt.Sprintf("primary key %s, %s", openpgp.Display(s.KeyID), s.Algorithm)
		}
		return fmt.Sprintf("subkey %s, %s", openpgp.Display(s.KeyID), s.Algorithm)
	}
	if id := r.certificate.SubjectKeyId; len(id) > 0 {
		return fmt.Sprintf("the certificate's %s key, subject key id %X", r.Algorithm(), id)
	}
	return fmt.Sprintf("the certificate's %s key", r.Algorithm())
}

// Text is the recipient as PEM or armor, encoded anew from the parsed public object.
func (r *Recipient) Text() ([]byte, error) {
	if r.key != nil {
		return r.key.PublicArmored()
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.certificate.Raw}), nil
}

// ErrEncoding is an encoding that a recipient does not have.
var ErrEncoding = errors.New("an OpenPGP key has no DER: choose base64 of the text, or the text")

// Field is the value of the request's "certificate" field, always encoded anew from the parsed public object and never
// from a file's bytes. The error matches ErrEncoding for Base64OfDER of an OpenPGP key.
func (r *Recipient) Field(e Encoding) (string, error) {
	if e == Base64OfDER {
		if r.certificate == nil {
			return "", ErrEncoding
		}
		return base64.StdEncoding.EncodeToString(r.certificate.Raw), nil
	}
	text, err := r.Text()
	if err != nil {
		return "", err
	}
	switch e {
	case Base64OfText:
		return base64.StdEncoding.EncodeToString(text), nil
	case RawText:
		return string(text), nil
	}
	return "", fmt.Errorf("unknown encoding %d", e)
}

package cms

import (
	"crypto"
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/ber"
	"enrollbench/core/privatekey"
)

// Object identifiers of public keys (RFC 5480 §2.1.1, RFC 8410 §3).
var (
	oidEC     = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidX25519 = asn1.ObjectIdentifier{1, 3, 101, 110}
)

// curve is one that keys are agreed on.
type curve struct {
	name    string
	ecdh    ecdh.Curve
	nist    elliptic.Curve // nil for X25519
	oid     asn1.ObjectIdentifier
	keySize int // bytes of a coordinate
}

var curves = []curve{
	{"P-256", ecdh.P256(), elliptic.P256(), asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}, 32},
	{"P-384", ecdh.P384(), elliptic.P384(), asn1.ObjectIdentifier{1, 3, 132, 0, 34}, 48},
	{"P-521", ecdh.P521(), elliptic.P521(), asn1.ObjectIdentifier{1, 3, 132, 0, 35}, 66},
	{"X25519", ecdh.X25519(), nil, oidX25519, 32},
}

// curveOf knows the curve of a key.
func curveOf(c ecdh.Curve) (curve, error) {
	for _, known := range curves {
		if known.ecdh == c {
			return known, nil
		}
	}
	return curve{}, &UnsupportedError{What: "curve", Name: fmt.Sprint(c)}
}

// point reads a public key, compressed or not (SEC 1 v2 §2.3.4). It must lie on the curve.
func (c curve) point(encoded []byte) (*ecdh.PublicKey, error) {
	if c.nist != nil && len(encoded) == 1+c.keySize && (encoded[0] == 2 || encoded[0] == 3) {
		x, y := elliptic.UnmarshalCompressed(c.nist, encoded)
		if x == nil {
			return nil, errors.New("a point that is not on the curve")
		}
		whole := make([]byte, 1+2*c.keySize)
		whole[0] = 4
		x.FillBytes(whole[1 : 1+c.keySize])
		y.FillBytes(whole[1+c.keySize:])
		encoded = whole
	}
	return c.ecdh.NewPublicKey(encoded)
}

// agreement is what the recipients of one KeyAgreeRecipientInfo share.
type agreement struct {
	keyAlgorithm algorithm // of the originator's key
	key          []byte    // the originator's public key
	ukm          []byte    // user keying material, or nil
	kdf          kdf
	cofactor     bool
	wrap         []byte // AlgorithmIdentifier of the key wrap, as it stands
	wrapOID      asn1.ObjectIdentifier
	size         int // bytes of the key-encryption key
}

// wraps are the sizes of the AES key wrap algorithms in bytes (RFC 3565 §2.3.2).
var wraps = map[string]int{
	aesOID(5).String():  16,
	aesOID(25).String(): 24,
	aesOID(45).String(): 32,
}

// wrapOIDs is the reverse.
var wrapOIDs = map[int]asn1.ObjectIdentifier{16: aesOID(5), 24: aesOID(25), 32: aesOID(45)}

// parseAgreement parses a KeyAgreeRecipientInfo (RFC 5652 §6.2.2): one entry for each of its recipients.
func parseAgreement(s cryptobyte.String) ([]RecipientInfo, error) {
	var version int
	var originator, ukm, recipients cryptobyte.String
	var hasUKM bool
	var scheme algorithm
	if !s.ReadASN1Integer(&version) || !s.ReadASN1(&originator, cbasn1.Tag(ber.ContextConstructed)) ||
		!s.ReadOptionalASN1(&ukm, &hasUKM, cbasn1.Tag(ber.ContextConstructed|1)) || !readAlgorithm(&s, &scheme) ||
		!s.ReadASN1(&recipients, cbasn1.SEQUENCE) || !s.Empty() {
		return nil, errRecipient
	}
	a := &agreement{}
	if hasUKM {
		var octets cryptobyte.String
		if !ukm.ReadASN1(&octets, cbasn1.OCTET_STRING) || !ukm.Empty() {
			return nil, errRecipient
		}
		a.ukm = append([]byte{}, octets...) // not nil, even when empty
	}
	name, supported := a.setScheme(scheme)
	if !a.readOriginator(originator) {
		supported = false
		name += ", originator without an ephemeral key"
	}
	var infos []RecipientInfo
	for !recipients.Empty() {
		var entry, encrypted cryptobyte.String
		info := RecipientInfo{RecipientID: RecipientID{Type: KeyAgreement}, Algorithm: name, Supported: supported, agreement: a}
		if !recipients.ReadASN1(&entry, cbasn1.SEQUENCE) || !readAgreementID(&entry, &info.RecipientID) ||
			!entry.ReadASN1(&encrypted, cbasn1.OCTET_STRING) || !entry.Empty() {
			return nil, errRecipient
		}
		info.encrypted = encrypted
		infos = append(infos, info)
	}
	if len(infos) == 0 {
		return nil, errRecipient
	}
	return infos, nil
}

// setScheme takes the key-encryption algorithm: scheme with the key wrap as its parameter. It returns it in words.
func (a *agreement) setScheme(scheme algorithm) (name string, supported bool) {
	for _, known := range schemes {
		if !known.oid.Equal(scheme.oid) {
			continue
		}
		a.kdf, a.cofactor = known.kdf, known.cofactor
		var wrap algorithm
		params := scheme.params
		if !readAlgorithm(&params, &wrap) {
			return "ECDH without a key wrap algorithm", false
		}
		a.wrap, a.wrapOID = wrap.raw, wrap.oid
		size, ok := wraps[wrap.oid.String()]
		if !ok || !wrap.plain() {
			return fmt.Sprintf("ECDH, %s, %s", a.kdf, privatekey.AlgorithmName(wrap.oid)), false
		}
		a.size = size
		return fmt.Sprintf("ECDH, %s, AES-%d key wrap", a.kdf, size*8), true
	}
	return "key agreement " + privatekey.AlgorithmName(scheme.oid), false
}

// readOriginator reads an ephemeral key: [1] IMPLICIT OriginatorPublicKey. Keys named by a certificate are not supported.
func (a *agreement) readOriginator(s cryptobyte.String) bool {
	var key cryptobyte.String
	var bits asn1.BitString
	if !s.ReadASN1(&key, cbasn1.Tag(ber.ContextConstructed|1)) || !s.Empty() || !readAlgorithm(&key, &a.keyAlgorithm) ||
		!key.ReadASN1BitString(&bits) || !key.Empty() || bits.BitLength%8 != 0 {
		return false
	}
	a.key = bits.Bytes
	return true
}

// readAgreementID reads IssuerAndSerialNumber or [0] IMPLICIT RecipientKeyIdentifier.
func readAgreementID(s *cryptobyte.String, id *RecipientID) bool {
	if s.PeekASN1Tag(cbasn1.SEQUENCE) {
		return readIssuerSerial(s, id)
	}
	var identifier, keyID cryptobyte.String
	if !s.ReadASN1(&identifier, cbasn1.Tag(ber.ContextConstructed)) || !identifier.ReadASN1(&keyID, cbasn1.OCTET_STRING) {
		return false
	}
	id.KeyID = keyID // date and other attributes behind it say nothing that is needed
	return len(keyID) > 0
}

// fits tells whether the originator's key may be on the curve of a recipient's key. RFC 5753 §3.1.1 leaves the curve out;
// where it is named it must be this one.
func (a *agreement) fits(c curve) bool {
	if c.nist == nil {
		return a.keyAlgorithm.oid.Equal(oidX25519) && len(a.key) == c.keySize && !a.cofactor
	}
	if !a.keyAlgorithm.oid.Equal(oidEC) || len(a.key) != 1+c.keySize && len(a.key) != 1+2*c.keySize {
		return false
	}
	if a.keyAlgorithm.plain() {
		return true
	}
	params := a.keyAlgorithm.params
	var oid asn1.ObjectIdentifier
	return params.ReadASN1ObjectIdentifier(&oid) && params.Empty() && oid.Equal(c.oid)
}

// open agrees on the key-encryption key and unwraps the content key. The check value of the key wrap tells whether it is
// right, so what writers do differently can be tried: keyInfo with the parameters as they stand, absent or NULL, and the
// user keying material as the salt of HKDF (RFC 8418 §2.2) or not.
func (a *agreement) open(key *ecdh.PrivateKey, encrypted []byte) ([]byte, error) {
	z, err := a.secret(key)
	if err != nil {
		return nil, err
	}
	defer clear(z)
	absent, err := algorithmDER(a.wrapOID, nil)
	if err != nil {
		return nil, err
	}
	null, err := algorithmDER(a.wrapOID, addNull)
	if err != nil {
		return nil, err
	}
	salts := [][]byte{a.ukm}
	if a.kdf.hkdf && a.ukm != nil {
		salts = append(salts, nil)
	}
	for _, keyInfo := range [][]byte{a.wrap, absent, null} {
		info, err := sharedInfo(keyInfo, a.ukm, a.size)
		if err != nil {
			return nil, err
		}
		for _, salt := range salts {
			kek, err := a.kdf.derive(z, salt, info, a.size)
			if err != nil {
				return nil, err
			}
			cek, err := unwrapKey(kek, encrypted)
			clear(kek)
			if err == nil {
				return cek, nil
			}
		}
	}
	return nil, errUnwrap
}

// secret is what the recipient's key and the originator's share. An X25519 point of small order, which makes it zero, is an error.
func (a *agreement) secret(key *ecdh.PrivateKey) ([]byte, error) {
	c, err := curveOf(key.Curve())
	if err != nil {
		return nil, err
	}
	if !a.fits(c) {
		return nil, errors.New("the keys are of different curves")
	}
	public, err := c.point(a.key)
	if err != nil {
		return nil, err
	}
	return key.ECDH(public)
}

// sealECDH builds the KeyAgreeRecipientInfo of a public key with an ephemeral key of its own (RFC 5753 §3.1.1).
func sealECDH(to *x509.Certificate, key *ecdh.PublicKey, cek []byte) ([]byte, error) {
	c, err := curveOf(key.Curve())
	if err != nil {
		return nil, err
	}
	// X25519 goes with HKDF, which RFC 8418 brought in for it; the NIST curves with what everybody reads.
	derivation := kdf{hash: crypto.SHA256, hkdf: c.nist == nil}
	scheme := derivation.scheme()
	size := len(cek)
	wrap, err := algorithmDER(wrapOIDs[size], nil)
	if err != nil {
		return nil, err
	}
	ephemeral, err := c.ecdh.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	z, err := ephemeral.ECDH(key)
	if err != nil {
		return nil, err
	}
	defer clear(z)
	info, err := sharedInfo(wrap, nil, size)
	if err != nil {
		return nil, err
	}
	kek, err := derivation.derive(z, nil, info, size)
	if err != nil {
		return nil, err
	}
	defer clear(kek)
	encrypted, err := wrapKey(kek, cek)
	if err != nil {
		return nil, err
	}
	originator := oidEC
	if c.nist == nil {
		originator = oidX25519
	}
	return build(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.Tag(ber.ContextConstructed|1), func(b *cryptobyte.Builder) {
			b.AddASN1Int64(3)
			b.AddASN1(cbasn1.Tag(ber.ContextConstructed), func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.Tag(ber.ContextConstructed|1), func(b *cryptobyte.Builder) {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(originator) })
					b.AddASN1BitString(ephemeral.PublicKey().Bytes())
				})
			})
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(scheme)
				b.AddBytes(wrap)
			})
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					addIssuerSerial(b, to)
					b.AddASN1OctetString(encrypted)
				})
			})
		})
	})
}

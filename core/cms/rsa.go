package cms

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/ber"

	"enrollbench/core/privatekey"
)

// Object identifiers of RFC 8017 Appendix A.
var (
	oidRSA        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidOAEP       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 7}
	oidMGF1       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}
	oidPSpecified = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 9}
)

// oaep is RSAES-OAEP-params (RFC 8017 Appendix A.2.1).
type oaep struct {
	hash, mgf crypto.Hash
	label     []byte
}

// String says it in words.
func (o *oaep) String() string { return fmt.Sprintf("RSA-OAEP %s, MGF1 %s", o.hash, o.mgf) }

// parseOAEP reads the parameters of id-RSAES-OAEP; what is absent has its default. The error names what is not supported,
// as the end of a sentence.
func parseOAEP(params cryptobyte.String) (*oaep, error) {
	o := &oaep{hash: crypto.SHA1, mgf: crypto.SHA1}
	if len(params) == 0 {
		return o, nil
	}
	broken := fmt.Errorf("parameters that cannot be read")
	var s, field cryptobyte.String
	var present bool
	var a algorithm
	if !params.ReadASN1(&s, cbasn1.SEQUENCE) || !params.Empty() ||
		!s.ReadOptionalASN1(&field, &present, cbasn1.Tag(ber.ContextConstructed)) {
		return nil, broken
	}
	var err error
	if present {
		if !readAlgorithm(&field, &a) || !field.Empty() {
			return nil, broken
		}
		if o.hash, err = parseHash(a); err != nil {
			return nil, err
		}
	}
	if !s.ReadOptionalASN1(&field, &present, cbasn1.Tag(ber.ContextConstructed|1)) {
		return nil, broken
	}
	if present {
		var hash algorithm
		if !readAlgorithm(&field, &a) || !field.Empty() {
			return nil, broken
		}
		if !a.oid.Equal(oidMGF1) {
			return nil, fmt.Errorf("mask generation function %s", a.oid)
		}
		if !readAlgorithm(&a.params, &hash) {
			return nil, broken
		}
		if o.mgf, err = parseHash(hash); err != nil {
			return nil, err
		}
	}
	if !s.ReadOptionalASN1(&field, &present, cbasn1.Tag(ber.ContextConstructed|2)) || !s.Empty() {
		return nil, broken
	}
	if present {
		if !readAlgorithm(&field, &a) || !field.Empty() {
			return nil, broken
		}
		var label cryptobyte.String
		if !a.oid.Equal(oidPSpecified) || !a.params.ReadASN1(&label, cbasn1.OCTET_STRING) || !a.params.Empty() {
			return nil, fmt.Errorf("label source %s", a.oid)
		}
		o.label = label
	}
	return o, nil
}

// parseHash knows the hash of an AlgorithmIdentifier.
func parseHash(a algorithm) (crypto.Hash, error) {
	h, ok := privatekey.Digest(a.oid)
	if !ok || !a.plain() {
		return 0, fmt.Errorf("hash %s", a.oid)
	}
	return h, nil
}

// open decrypts the content key.
func (o *oaep) open(key *rsa.PrivateKey, encrypted []byte) ([]byte, error) {
	return key.Decrypt(nil, padded(key, encrypted), &rsa.OAEPOptions{Hash: o.hash, MGFHash: o.mgf, Label: o.label})
}

// openPKCS1 decrypts the content key into cek, which holds a random key. Where the padding is wrong or the length another,
// cek stays as it is, in the same time: nobody learns which it was (RFC 3218 §2.3.2). An error says only what everybody
// can see, that the number does not fit the key.
func openPKCS1(key *rsa.PrivateKey, encrypted, cek []byte) error {
	encrypted = padded(key, encrypted)
	//lint:ignore SA1019 it is what the service and every openssl smime write; the countermeasure is RFC 3218's
	return rsa.DecryptPKCS1v15SessionKey(nil, key, encrypted, cek)
}

// padded gives an encrypted number the length of the modulus: some writers leave out its leading zeros.
func padded(key *rsa.PrivateKey, encrypted []byte) []byte {
	return append(make([]byte, max(0, key.Size()-len(encrypted))), encrypted...)
}

// sealRSA builds the KeyTransRecipientInfo of an RSA key (RFC 5652 §6.2.1), with PKCS#1 v1.5, the form that every reader
// takes.
func sealRSA(to *x509.Certificate, key *rsa.PublicKey, cek []byte) ([]byte, error) {
	//lint:ignore SA1019 see above
	encrypted, err := rsa.EncryptPKCS1v15(rand.Reader, key, cek)
	if err != nil {
		return nil, err
	}
	algorithm, err := algorithmDER(oidRSA, addNull)
	if err != nil {
		return nil, err
	}
	return build(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(0)
			addIssuerSerial(b, to)
			b.AddBytes(algorithm)
			b.AddASN1OctetString(encrypted)
		})
	})
}

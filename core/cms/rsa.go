package cms

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/ber"
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

// der encodes the algorithm; DER leaves out what has its default, SHA-1.
func (o *oaep) der() ([]byte, error) {
	return algorithmDER(oidOAEP, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			if o.hash != crypto.SHA1 {
				b.AddASN1(cbasn1.Tag(ber.ContextConstructed), func(b *cryptobyte.Builder) { addHash(b, o.hash) })
			}
			if o.mgf != crypto.SHA1 {
				b.AddASN1(cbasn1.Tag(ber.ContextConstructed|1), func(b *cryptobyte.Builder) {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1ObjectIdentifier(oidMGF1)
						addHash(b, o.mgf)
					})
				})
			}
		})
	})
}

// open decrypts the content key.
func (o *oaep) open(key *rsa.PrivateKey, encrypted []byte) ([]byte, error) {
	return key.Decrypt(nil, encrypted, &rsa.OAEPOptions{Hash: o.hash, MGFHash: o.mgf, Label: o.label})
}

// openPKCS1 decrypts the content key into cek, which holds a random key. Where the padding is wrong or the length another,
// cek stays as it is, in the same time: nobody learns which it was (RFC 3218 §2.3.2). An error says only what everybody
// can see, that the number does not fit the key.
func openPKCS1(key *rsa.PrivateKey, encrypted, cek []byte) error {
	//lint:ignore SA1019 it is what the service and every openssl smime write; the countermeasure is RFC 3218's
	return rsa.DecryptPKCS1v15SessionKey(nil, key, encrypted, cek)
}

// sealRSA builds the KeyTransRecipientInfo of an RSA key and returns its version (RFC 5652 §6.2.1).
func sealRSA(to Recipient, key *rsa.PublicKey, cek []byte) (der []byte, version int, err error) {
	var encrypted, algorithm []byte
	if to.OAEP == 0 {
		//lint:ignore SA1019 it is the only form that every reader takes; OAEP is the caller's choice
		if encrypted, err = rsa.EncryptPKCS1v15(rand.Reader, key, cek); err != nil {
			return nil, 0, err
		}
		algorithm, err = algorithmDER(oidRSA, addNull)
	} else {
		o := &oaep{hash: to.OAEP, mgf: to.MGF}
		if o.mgf == 0 {
			o.mgf = o.hash
		}
		for _, h := range []crypto.Hash{o.hash, o.mgf} {
			if _, known := hashOIDs[h]; !known {
				return nil, 0, &UnsupportedError{What: "oaep hash", Name: h.String()}
			}
		}
		options := &rsa.OAEPOptions{Hash: o.hash, MGFHash: o.mgf}
		if encrypted, err = rsa.EncryptOAEPWithOptions(rand.Reader, key, cek, options); err != nil {
			return nil, 0, err
		}
		algorithm, err = o.der()
	}
	if err != nil {
		return nil, 0, err
	}
	if to.KeyID {
		version = 2
	}
	der, err = build(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(int64(version))
			addRecipientID(b, to, false)
			b.AddBytes(algorithm)
			b.AddASN1OctetString(encrypted)
		})
	})
	return der, version, err
}

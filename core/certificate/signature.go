package certificate

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/mldsa"
)

// Why a signature does not count. The two must not be mixed up: one says that the certificate was changed, the other
// says nothing about it.
var (
	// ErrSignature: the issuer's key does not verify it.
	ErrSignature = errors.New("the signature does not verify")
	// ErrAlgorithm: nobody verifies it here, because the algorithm is not known or not secure.
	ErrAlgorithm = errors.New("algorithm not supported")
)

// MaxRSA is the size of a CA's RSA key, in bits, up to which signatures are verified: the work grows with its cube. No
// public CA is above 4,096. The exponent has at most 31 bits (crypto/x509).
const MaxRSA = 8192

// minRSA is what crypto/rsa still verifies.
const minRSA = 1024

// CheckSignature verifies the signature on c with the key of its issuer (RFC 5280 §4.1.1.3), and nothing else: not
// whether the issuer may issue. The error is ErrSignature or ErrAlgorithm with the reason.
func CheckSignature(c, issuer *x509.Certificate) error {
	switch key := issuer.PublicKey.(type) {
	case nil:
		return checkMLDSA(c, issuer)
	case *rsa.PublicKey:
		if n := key.N.BitLen(); n > MaxRSA || n < minRSA {
			return fmt.Errorf("%w: an RSA key of %d bits (%d to %d are)", ErrAlgorithm, n, minRSA, MaxRSA)
		}
	}
	err := issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	_, ok := errors.AsType[x509.InsecureAlgorithmError](err)
	switch {
	case err == nil && (c.SignatureAlgorithm == x509.SHA1WithRSA || c.SignatureAlgorithm == x509.ECDSAWithSHA1), ok:
		return fmt.Errorf("%w: %s is not secure any more", ErrAlgorithm, c.SignatureAlgorithm)
	case err == nil:
		return nil
	case errors.Is(err, x509.ErrUnsupportedAlgorithm):
		return fmt.Errorf("%w: %s", ErrAlgorithm, algorithmName(c, issuer))
	}
	return ErrSignature
}

func algorithmName(c, issuer *x509.Certificate) string {
	switch {
	case issuer.PublicKeyAlgorithm == x509.DSA:
		return "DSA"
	case c.SignatureAlgorithm != x509.UnknownSignatureAlgorithm:
		return c.SignatureAlgorithm.String()
	}
	return SignatureOID(c).String()
}

// SignatureOID names the algorithm of a certificate's signature; nil where it cannot be read.
func SignatureOID(c *x509.Certificate) asn1.ObjectIdentifier {
	in := cryptobyte.String(c.Raw)
	var oid asn1.ObjectIdentifier
	if !in.ReadASN1(&in, cbasn1.SEQUENCE) || !in.SkipASN1(cbasn1.SEQUENCE) || !in.ReadASN1(&in, cbasn1.SEQUENCE) || !in.ReadASN1ObjectIdentifier(&oid) {
		return nil
	}
	return oid
}

// checkMLDSA verifies what crypto/x509 does not know (RFC 9881 §3).
func checkMLDSA(c, issuer *x509.Certificate) error {
	oid := SignatureOID(c)
	algorithm := mldsa.ByOID(oid)
	key, err := mldsa.ParsePKIXPublicKey(issuer.RawSubjectPublicKeyInfo)
	switch {
	case algorithm == nil || errors.Is(err, mldsa.ErrOther):
		return fmt.Errorf("%w: %s", ErrAlgorithm, algorithmName(c, issuer))
	case err != nil || key.Algorithm != algorithm || !key.Verify(c.RawTBSCertificate, c.Signature):
		return ErrSignature
	}
	return nil
}

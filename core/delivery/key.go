package delivery

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"enrollbench/core/mldsa"
)

// keyHash is the SHA-256 of a SubjectPublicKeyInfo: by it certificates, private keys and requests find each other.
type keyHash [32]byte

// privateKey reads the DER of a private key. form is its PEM label; DER that carries another label is tried as what it
// may be.
func privateKey(form string, der []byte) (crypto.PrivateKey, error) {
	if form == labelECKey {
		if k, err := x509.ParseECPrivateKey(der); err == nil {
			return k, nil
		}
	}
	if form == labelRSAKey {
		if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
			return k, nil
		}
	}
	if k, err := mldsa.ParsePKCS8PrivateKey(der); err == nil {
		return k, nil
	}
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err == nil {
		return k, nil
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k, nil
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k, nil
	}
	return nil, fmt.Errorf("the private key cannot be read: %s", strings.TrimPrefix(err.Error(), "x509: "))
}

// errNoPublic: the key cannot say which certificate is its own.
var errNoPublic = errors.New("its type is not known here")

// keyOf is the hash of the public half, computed from the private one: what the file claims about it is not believed.
func keyOf(private crypto.PrivateKey) (keyHash, error) {
	k, ok := private.(interface{ Public() crypto.PublicKey })
	if !ok {
		return keyHash{}, errNoPublic
	}
	if public, ok := k.Public().(*mldsa.PublicKey); ok {
		return sha256.Sum256(public.MarshalPKIX()), nil
	}
	spki, err := x509.MarshalPKIXPublicKey(k.Public())
	if err != nil {
		return keyHash{}, errNoPublic
	}
	return sha256.Sum256(spki), nil
}

// keyOfCertificate is the hash of a certificate's key as keyOf writes it, and the hash of the key as the certificate
// writes it where that differs (absent parameters, for instance); requests are compared with both.
func keyOfCertificate(c *x509.Certificate) (canonical, written keyHash) {
	written = sha256.Sum256(c.RawSubjectPublicKeyInfo)
	if c.PublicKey == nil {
		return written, written
	}
	spki, err := x509.MarshalPKIXPublicKey(c.PublicKey)
	if err != nil || string(spki) == string(c.RawSubjectPublicKeyInfo) {
		return written, written
	}
	return sha256.Sum256(spki), written
}

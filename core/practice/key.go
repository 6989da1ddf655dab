package practice

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// KeyType is the kind of key that a profile's certificates have, named as people do.
type KeyType string

// The key types. AnyKey is for profiles whose requests come with keys of any of the others.
const (
	AnyKey  KeyType = "any key"
	RSA2048 KeyType = "RSA 2048"
	RSA3072 KeyType = "RSA 3072"
	RSA4096 KeyType = "RSA 4096"
	P256    KeyType = "P-256"
	P384    KeyType = "P-384"
	P521    KeyType = "P-521"
	Ed25519 KeyType = "Ed25519"
)

// keyTypes are those that the service makes. What is usual for devices, and made at once, stands first: a list begins with it.
var keyTypes = []KeyType{P256, P384, P521, Ed25519, RSA2048, RSA3072, RSA4096}

func (k KeyType) rsaBits() int {
	switch k {
	case RSA2048:
		return 2048
	case RSA3072:
		return 3072
	case RSA4096:
		return 4096
	}
	return 0
}

func (k KeyType) curve() (elliptic.Curve, asn1.ObjectIdentifier) {
	switch k {
	case P256:
		return elliptic.P256(), asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}
	case P384:
		return elliptic.P384(), asn1.ObjectIdentifier{1, 3, 132, 0, 34}
	case P521:
		return elliptic.P521(), asn1.ObjectIdentifier{1, 3, 132, 0, 35}
	}
	return nil, nil
}

// atOnce is how many keys of the type one worker takes at a time: few where a key takes long, so that both cores have
// work until the end.
func (k KeyType) atOnce() int {
	switch {
	case k.rsaBits() > 0:
		return 1
	case k == P384, k == P521:
		return 16
	}
	return 128
}

var oidECPublicKey = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}

// generate makes a key and returns its PKCS#8 (RFC 5958) and SubjectPublicKeyInfo. The caller clears the first.
func (k KeyType) generate() (pkcs8, spki []byte, err error) {
	if curve, id := k.curve(); curve != nil {
		return generateEC(curve, id)
	}
	var private, public any
	if bits := k.rsaBits(); bits > 0 {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			return nil, nil, err
		}
		private, public = key, key.Public()
	} else if k == Ed25519 {
		pub, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		defer clear(key)
		private, public = key, pub
	} else {
		return nil, nil, fmt.Errorf("no keys of the type %q are made here", string(k))
	}
	if spki, err = x509.MarshalPKIXPublicKey(public); err != nil {
		return nil, nil, err
	}
	pkcs8, err = x509.MarshalPKCS8PrivateKey(private)
	return pkcs8, spki, err
}

// generateEC writes the structures itself (RFC 5915 §3, RFC 5480 §2): encoding/asn1 takes as long as making the key.
func generateEC(curve elliptic.Curve, id asn1.ObjectIdentifier) (pkcs8, spki []byte, err error) {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	private, err := key.Bytes()
	if err != nil {
		return nil, nil, err
	}
	defer clear(private)
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, nil, err
	}
	algorithm := func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidECPublicKey)
		b.AddASN1ObjectIdentifier(id)
	}
	public := cryptobyte.NewBuilder(make([]byte, 0, 192))
	public.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, algorithm)
		b.AddASN1BitString(point)
	})
	if spki, err = public.Bytes(); err != nil {
		return nil, nil, err
	}
	secret := cryptobyte.NewBuilder(make([]byte, 0, 320))
	secret.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		b.AddASN1(cbasn1.SEQUENCE, algorithm)
		b.AddASN1(cbasn1.OCTET_STRING, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(1)
				b.AddASN1OctetString(private)
				b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1BitString(point) })
			})
		})
	})
	pkcs8, err = secret.Bytes()
	return pkcs8, spki, err
}

// typeOf names the type of a request's key, or says why no certificate is issued over it.
func typeOf(public any) (KeyType, error) {
	switch p := public.(type) {
	case *rsa.PublicKey:
		switch bits := p.N.BitLen(); {
		case bits < 2048:
			return "", fmt.Errorf("its RSA key has %d bits, and 2048 are the least", bits)
		case bits <= 4096:
			return KeyType(fmt.Sprintf("RSA %d", bits)), nil
		default:
			return "", fmt.Errorf("its RSA key has %d bits, and 4096 are the most", bits)
		}
	case *ecdsa.PublicKey:
		switch p.Curve {
		case elliptic.P256():
			return P256, nil
		case elliptic.P384():
			return P384, nil
		case elliptic.P521():
			return P521, nil
		}
	case ed25519.PublicKey:
		return Ed25519, nil
	}
	return "", fmt.Errorf("no certificates are issued over keys of its type")
}

package practice

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"

	"enrollbench/core/mldsa"
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
	MLDSA44 KeyType = "ML-DSA-44"
	MLDSA65 KeyType = "ML-DSA-65"
	MLDSA87 KeyType = "ML-DSA-87"
)

// keyTypes are those that the service makes. What is usual for devices, and made at once, stands first: a list begins with it.
var keyTypes = []KeyType{P256, P384, P521, Ed25519, RSA2048, RSA3072, RSA4096, MLDSA44, MLDSA65, MLDSA87}

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

// curves of the ECDSA keys.
var curves = map[KeyType]elliptic.Curve{P256: elliptic.P256(), P384: elliptic.P384(), P521: elliptic.P521()}

// atOnce is how many keys of the type one worker takes at a time: few where a key takes long, so that both cores have
// work until the end.
func (k KeyType) atOnce() int {
	switch {
	case k.rsaBits() > 0:
		return 1
	case k == P384, k == P521, k == MLDSA44, k == MLDSA65, k == MLDSA87:
		return 16
	}
	return 128
}

// generate makes a key and returns its PKCS#8 (RFC 5958), which the caller clears, the public key and its SubjectPublicKeyInfo.
func (k KeyType) generate() (pkcs8 []byte, public any, spki []byte, err error) {
	var key crypto.Signer
	if curve := curves[k]; curve != nil {
		key, err = ecdsa.GenerateKey(curve, rand.Reader)
	} else if bits := k.rsaBits(); bits > 0 {
		key, err = rsa.GenerateKey(rand.Reader, bits)
	} else if k == Ed25519 {
		_, key, err = ed25519.GenerateKey(rand.Reader)
	} else if i := slices.IndexFunc(mldsa.Algorithms, k.is); i >= 0 {
		return generateMLDSA(mldsa.Algorithms[i])
	} else {
		err = fmt.Errorf("no keys of the type %q are made here", string(k))
	}
	if err != nil {
		return nil, nil, nil, err
	}
	if spki, err = x509.MarshalPKIXPublicKey(key.Public()); err != nil {
		return nil, nil, nil, err
	}
	pkcs8, err = x509.MarshalPKCS8PrivateKey(key)
	return pkcs8, key.Public(), spki, err
}

func (k KeyType) is(a *mldsa.Algorithm) bool { return a.Name == string(k) }

func generateMLDSA(a *mldsa.Algorithm) (pkcs8 []byte, public any, spki []byte, err error) {
	key, err := a.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, nil, err
	}
	defer key.Wipe()
	pub := key.Public().(*mldsa.PublicKey)
	pkcs8, err = key.MarshalPKCS8()
	return pkcs8, pub, pub.MarshalPKIX(), err
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
		for k, curve := range curves {
			if curve == p.Curve {
				return k, nil
			}
		}
	case ed25519.PublicKey:
		return Ed25519, nil
	case *mldsa.PublicKey:
		return KeyType(p.Algorithm.Name), nil
	}
	return "", fmt.Errorf("no certificates are issued over keys of its type")
}

package privatekey

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/certificate"
)

// parsePKCS8 reads a PrivateKeyInfo (RFC 5958 §2).
func parsePKCS8(der []byte, form string) (*Key, error) {
	if err := checkSize(pkcs8Contents(der)); err != nil {
		return nil, err
	}
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		if named := withNamedCurve(der); named != nil {
			private, err = x509.ParsePKCS8PrivateKey(named)
			clear(named)
		}
	}
	if err == nil {
		return &Key{Private: private, Form: form}, nil
	}
	algorithm, curve, ok := pkcs8Algorithm(der)
	if !ok {
		return nil, fmt.Errorf("%w: no PrivateKeyInfo in its %s", ErrDamaged, form)
	}
	for _, id := range []asn1.ObjectIdentifier{curve, algorithm} {
		if name, ok := names[id.String()]; ok {
			return nil, unusable(name)
		}
	}
	if !knownAlgorithm(algorithm) {
		return nil, unusable("algorithm " + algorithm.String())
	}
	// The library's words are about structure; they quote nothing of the key.
	return nil, fmt.Errorf("%w: its numbers are not those of a key", ErrDamaged)
}

// unusable is a key of an algorithm that is not read.
func unusable(name string) error {
	return fmt.Errorf("the private key is for %s: %w: choose the key that the result was sealed to (RSA, P-256, P-384, P-521 or X25519)", name, ErrUnsupported)
}

// withNamedCurve is a PrivateKeyInfo or an ECPrivateKey (RFC 5915) in which the name of the curve stands for its parameters,
// which some tools write out; nil for every other.
func withNamedCurve(key []byte) []byte {
	var outer, first, second, parameters cryptobyte.String
	var id asn1.ObjectIdentifier
	s := cryptobyte.String(key)
	if !s.ReadASN1(&outer, cbasn1.SEQUENCE) || !outer.ReadASN1Element(&first, cbasn1.INTEGER) {
		return nil
	}
	if outer.PeekASN1Tag(cbasn1.SEQUENCE) {
		if !outer.ReadASN1(&second, cbasn1.SEQUENCE) || !second.ReadASN1ObjectIdentifier(&id) {
			return nil
		}
		if curve := certificate.NamedCurve(second); curve != nil {
			return sequence(first, sequence(der(id), der(curve)), outer)
		}
		return nil
	}
	if !outer.ReadASN1Element(&second, cbasn1.OCTET_STRING) || !outer.ReadASN1(&parameters, explicitZero) {
		return nil
	}
	if curve := certificate.NamedCurve(parameters); curve != nil {
		return sequence(first, second, element(explicitZero, der(curve)), outer)
	}
	return nil
}

func knownAlgorithm(id asn1.ObjectIdentifier) bool {
	switch id.String() {
	case "1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.3.101.110", "1.3.101.112":
		return true
	}
	return false
}

// pkcs8Algorithm reads the algorithm and, for EC, the named curve. ok is false when der is no PrivateKeyInfo at all.
func pkcs8Algorithm(der []byte) (algorithm, curve asn1.ObjectIdentifier, ok bool) {
	var outer, id cryptobyte.String
	var version int64
	s := cryptobyte.String(der)
	if !s.ReadASN1(&outer, cbasn1.SEQUENCE) || !outer.ReadASN1Integer(&version) || version < 0 || version > 1 ||
		!outer.ReadASN1(&id, cbasn1.SEQUENCE) || !id.ReadASN1ObjectIdentifier(&algorithm) || !outer.PeekASN1Tag(cbasn1.OCTET_STRING) {
		return nil, nil, false
	}
	if !id.ReadASN1ObjectIdentifier(&curve) {
		curve = nil
	}
	return algorithm, curve, true
}

// parseTraditional reads what stands under an algorithm's own PEM label: PKCS#1 (RFC 8017 A.1.2) or SEC 1 (RFC 5915).
// form is the key's, or empty to take the structure's.
func parseTraditional(label string, der []byte, form string) (*Key, error) {
	if err := checkSize(der); err != nil {
		return nil, err
	}
	own := PKCS1
	var private any
	var err error
	if label == "EC PRIVATE KEY" {
		own = SEC1
		private, err = x509.ParseECPrivateKey(der)
		if named := withNamedCurve(der); err != nil && named != nil {
			private, err = x509.ParseECPrivateKey(named)
			clear(named)
		}
	} else {
		private, err = x509.ParsePKCS1PrivateKey(der)
	}
	if form == "" {
		form = own
	}
	if err == nil {
		return &Key{Private: private, Form: form}, nil
	}
	if isPrivateKeyInfo(der) { // a label that lies: some tools write PKCS#8 under it
		return parsePKCS8(der, form)
	}
	switch {
	case own == PKCS1 && countIntegers(der) == 6:
		return nil, errDSA
	case own == SEC1:
		if curve := sec1Curve(der); curve != nil {
			if name, ok := names[curve.String()]; ok {
				return nil, unusable(name)
			}
		}
	}
	return nil, fmt.Errorf("%w: no %s key in it", ErrDamaged, own)
}

// pkcs8Contents is the key within a PrivateKeyInfo; nil where der is none.
func pkcs8Contents(der []byte) (key cryptobyte.String) {
	var outer cryptobyte.String
	s := cryptobyte.String(der)
	if !s.ReadASN1(&outer, cbasn1.SEQUENCE) || !outer.SkipASN1(cbasn1.INTEGER) || !outer.SkipASN1(cbasn1.SEQUENCE) || !outer.ReadASN1(&key, cbasn1.OCTET_STRING) {
		return nil
	}
	return key
}

// checkSize refuses an RSA key whose numbers would take long to check: how long its modulus is, and its other numbers.
func checkSize(pkcs1 cryptobyte.String) error {
	if len(pkcs1) > maxKeyDER {
		return &LimitError{What: "bytes of a key's numbers", Value: uint64(len(pkcs1)), Max: maxKeyDER}
	}
	var outer, modulus cryptobyte.String
	if !pkcs1.ReadASN1(&outer, cbasn1.SEQUENCE) || !outer.SkipASN1(cbasn1.INTEGER) || !outer.ReadASN1(&modulus, cbasn1.INTEGER) {
		return nil
	}
	if bits := 8 * (uint64(len(modulus)) - 1); bits > MaxModulusBits {
		return &LimitError{What: "bits of modulus", Value: bits, Max: MaxModulusBits}
	}
	return nil
}

func isPrivateKeyInfo(der []byte) bool {
	_, _, ok := pkcs8Algorithm(der)
	return ok
}

// countIntegers counts the integers of a flat sequence: 6 in OpenSSL's DSA key, 9 in a two-prime RSA key.
func countIntegers(der []byte) int {
	var outer cryptobyte.String
	s := cryptobyte.String(der)
	if !s.ReadASN1(&outer, cbasn1.SEQUENCE) {
		return 0
	}
	n := 0
	for !outer.Empty() {
		if !outer.SkipASN1(cbasn1.INTEGER) {
			return 0
		}
		n++
	}
	return n
}

func sec1Curve(der []byte) (curve asn1.ObjectIdentifier) {
	var outer, parameters cryptobyte.String
	s := cryptobyte.String(der)
	if s.ReadASN1(&outer, cbasn1.SEQUENCE) && outer.SkipASN1(cbasn1.INTEGER) && outer.SkipASN1(cbasn1.OCTET_STRING) &&
		outer.ReadASN1(&parameters, cbasn1.Tag(0).ContextSpecific().Constructed()) && parameters.ReadASN1ObjectIdentifier(&curve) {
		return curve
	}
	return nil
}

// readLegacy reads the encrypted PEM of RFC 1421 §4.6.1.1 as OpenSSL wrote it before version 1.0.
func readLegacy(b *pem.Block, ask Passphrase) (*Key, error) {
	return unlock(LegacyPEM, ask, func(passphrase []byte) (*Key, error) {
		//lint:ignore SA1019 the format is insecure by design, and still what old production keys are kept in; only read
		der, err := x509.DecryptPEMBlock(b, passphrase)
		if errors.Is(err, x509.IncorrectPasswordError) {
			return nil, ErrWrongPassphrase
		}
		if err != nil {
			cipher, _, _ := strings.Cut(b.Headers["DEK-Info"], ",")
			return nil, fmt.Errorf("the private key is protected with the cipher %q: %w: protect it again with AES: openssl pkey -provider legacy -provider default -aes256 -in OLD -out NEW", cipher, ErrUnsupported)
		}
		defer clear(der)
		key, err := parseTraditional(b.Type, der, LegacyPEM)
		if errors.Is(err, ErrDamaged) {
			return nil, ErrWrongPassphrase // one wrong passphrase in 256 leaves a padding that looks right
		}
		return key, err
	})
}

// Package mldsa reads, checks, makes and uses ML-DSA keys (FIPS 204) in the forms that certificates, requests and key
// files hold them in (RFC 9881). It stands beside crypto/x509, which does not know the algorithm.
//
// The signatures are those of "pure" ML-DSA with an empty context, the only kind that RFC 9881 §3 allows in certificates.
package mldsa

import (
	"crypto"
	"crypto/sha3"
	"crypto/subtle"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"

	"github.com/cloudflare/circl/sign"
	"github.com/cloudflare/circl/sign/mldsa/mldsa44"
	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
	"github.com/cloudflare/circl/sign/mldsa/mldsa87"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Algorithm is one of the three parameter sets of FIPS 204 §4. Its object identifier names keys and signatures alike.
type Algorithm struct {
	Name           string // "ML-DSA-65"
	OID            asn1.ObjectIdentifier
	PublicKeyBytes int // FIPS 204, Table 2
	SignatureBytes int
	scheme         sign.Scheme
}

// Algorithms are ML-DSA-44, ML-DSA-65 and ML-DSA-87.
var Algorithms = func() (all []*Algorithm) {
	for i, s := range []sign.Scheme{mldsa44.Scheme(), mldsa65.Scheme(), mldsa87.Scheme()} {
		oid := asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 17 + i}
		all = append(all, &Algorithm{s.Name(), oid, s.PublicKeySize(), s.SignatureSize(), s})
	}
	return all
}()

// ByOID is the algorithm of an object identifier, or nil where it names no ML-DSA.
func ByOID(oid asn1.ObjectIdentifier) *Algorithm {
	for _, a := range Algorithms {
		if a.OID.Equal(oid) {
			return a
		}
	}
	return nil
}

// ErrOther is what the readers of this package return for a key of another algorithm.
var ErrOther = errors.New("not an ML-DSA key")

// PublicKey is an ML-DSA public key, a crypto.PublicKey.
type PublicKey struct {
	Algorithm *Algorithm
	key       sign.PublicKey
}

// ParsePublicKey reads the bytes of a public key (pkEncode, FIPS 204 §7.2), which is the content of the BIT STRING in a
// SubjectPublicKeyInfo. Every byte string of the right length is a key.
func (a *Algorithm) ParsePublicKey(b []byte) (*PublicKey, error) {
	if len(b) != a.PublicKeyBytes {
		return nil, fmt.Errorf("the public key has %d bytes, and an %s key has %d", len(b), a.Name, a.PublicKeyBytes)
	}
	key, err := a.scheme.UnmarshalBinaryPublicKey(b)
	if err != nil {
		return nil, fmt.Errorf("the %s public key cannot be read: %w", a.Name, err)
	}
	return &PublicKey{a, key}, nil
}

// ParsePKIXPublicKey reads a SubjectPublicKeyInfo (RFC 9881 §4). A key of another algorithm is ErrOther.
func ParsePKIXPublicKey(der []byte) (*PublicKey, error) {
	file := cryptobyte.String(der)
	var s cryptobyte.String
	var bits asn1.BitString
	if !file.ReadASN1(&s, cbasn1.SEQUENCE) || !file.Empty() {
		return nil, errors.New("the public key is not a SEQUENCE, or something follows it")
	}
	a, err := readAlgorithm(&s)
	if err != nil {
		return nil, err
	}
	if !s.ReadASN1BitString(&bits) || !s.Empty() || bits.BitLength%8 != 0 {
		return nil, fmt.Errorf("the %s public key is not a BIT STRING of whole bytes", a.Name)
	}
	return a.ParsePublicKey(bits.Bytes)
}

// readAlgorithm reads an AlgorithmIdentifier of ML-DSA, whose parameters must be absent (RFC 9881 §3).
func readAlgorithm(s *cryptobyte.String) (*Algorithm, error) {
	var id cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1(&id, cbasn1.SEQUENCE) || !id.ReadASN1ObjectIdentifier(&oid) {
		return nil, errors.New("the algorithm of the key cannot be read")
	}
	a := ByOID(oid)
	if a == nil {
		return nil, ErrOther
	}
	if !id.Empty() {
		return nil, fmt.Errorf("the algorithm %s has parameters, and RFC 9881 allows none", a.Name)
	}
	return a, nil
}

// Bytes is the encoded key, as ParsePublicKey reads it.
func (k *PublicKey) Bytes() []byte {
	b, err := k.key.MarshalBinary()
	if err != nil {
		panic(err) // the library never does
	}
	return b
}

// MarshalPKIX writes a SubjectPublicKeyInfo (RFC 9881 §4).
func (k *PublicKey) MarshalPKIX() []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		k.Algorithm.AddIdentifier(b)
		b.AddASN1BitString(k.Bytes())
	})
	return b.BytesOrPanic()
}

// AddIdentifier writes the AlgorithmIdentifier of keys and of signatures.
func (a *Algorithm) AddIdentifier(b *cryptobyte.Builder) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(a.OID) })
}

// Equal says whether both are the same key.
func (k *PublicKey) Equal(other crypto.PublicKey) bool {
	o, ok := other.(*PublicKey)
	return ok && k.Algorithm == o.Algorithm && k.key.Equal(o.key)
}

// Verify says whether signature is one of message by this key (FIPS 204, Algorithm 3).
func (k *PublicKey) Verify(message, signature []byte) bool {
	return len(signature) == k.Algorithm.SignatureBytes && k.Algorithm.scheme.Verify(k.key, message, signature, nil)
}

// PrivateKey is an ML-DSA private key, a crypto.Signer that signs messages, not hashes.
type PrivateKey struct {
	public *PublicKey
	key    sign.PrivateKey
	seed   []byte // nil where only the expanded key was given
}

// GenerateKey makes a key.
func (a *Algorithm) GenerateKey(random io.Reader) (*PrivateKey, error) {
	seed := make([]byte, a.scheme.SeedSize())
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("no random bytes for a key: %w", err)
	}
	return a.fromSeed(seed), nil
}

// fromSeed expands a seed of 32 bytes, which it keeps (FIPS 204, Algorithm 6).
func (a *Algorithm) fromSeed(seed []byte) *PrivateKey {
	public, key := a.scheme.DeriveKey(seed)
	return &PrivateKey{&PublicKey{a, public}, key, seed}
}

// ParsePKCS8PrivateKey reads a PKCS#8 PrivateKeyInfo or OneAsymmetricKey (RFC 5958) that holds the seed, the expanded
// key, or both (RFC 9881 §6). Parts that contradict each other are an error (RFC 9881 §8.2). A key of another algorithm
// is ErrOther. Nothing of the result points into der.
func ParsePKCS8PrivateKey(der []byte) (*PrivateKey, error) {
	file := cryptobyte.String(der)
	var s cryptobyte.String
	var version int
	if !file.ReadASN1(&s, cbasn1.SEQUENCE) || !file.Empty() || !s.ReadASN1Integer(&version) || version < 0 || version > 1 {
		return nil, errors.New("no PKCS#8 private key")
	}
	a, err := readAlgorithm(&s)
	if err != nil {
		return nil, err
	}
	var content, seed, expanded cryptobyte.String
	if !s.ReadASN1(&content, cbasn1.OCTET_STRING) {
		return nil, fmt.Errorf("the %s private key is not an OCTET STRING", a.Name)
	}
	switch ok := false; {
	case len(content) == a.scheme.SeedSize(): // as drafts of the RFC had it, and Botan writes it
		return a.privateKey(content, nil, true)
	case content.PeekASN1Tag(cbasn1.Tag(0).ContextSpecific()):
		ok = content.ReadASN1(&seed, cbasn1.Tag(0).ContextSpecific()) && content.Empty()
		return a.privateKey(seed, nil, ok)
	case content.PeekASN1Tag(cbasn1.OCTET_STRING):
		ok = content.ReadASN1(&expanded, cbasn1.OCTET_STRING) && content.Empty()
		return a.privateKey(nil, expanded, ok)
	default:
		var both cryptobyte.String
		ok = content.ReadASN1(&both, cbasn1.SEQUENCE) && content.Empty() && both.ReadASN1(&seed, cbasn1.OCTET_STRING) &&
			both.ReadASN1(&expanded, cbasn1.OCTET_STRING) && both.Empty()
		return a.privateKey(seed, expanded, ok)
	}
}

func (a *Algorithm) privateKey(seed, expanded []byte, ok bool) (*PrivateKey, error) {
	if !ok || seed != nil && len(seed) != a.scheme.SeedSize() || expanded != nil && len(expanded) != a.scheme.PrivateKeySize() {
		return nil, fmt.Errorf("the %s private key is neither a seed of %d bytes nor an expanded key of %d", a.Name, a.scheme.SeedSize(), a.scheme.PrivateKeySize())
	}
	if seed != nil {
		k := a.fromSeed(append([]byte(nil), seed...))
		if expanded != nil {
			if own, err := k.key.MarshalBinary(); err != nil || subtle.ConstantTimeCompare(own, expanded) != 1 {
				return nil, fmt.Errorf("seed and expanded key of the %s private key contradict each other", a.Name)
			}
		}
		return k, nil
	}
	key, err := a.scheme.UnmarshalBinaryPrivateKey(expanded)
	if err != nil {
		return nil, fmt.Errorf("the %s private key cannot be read: %w", a.Name, err)
	}
	public, ok := key.Public().(sign.PublicKey)
	if !ok {
		return nil, fmt.Errorf("the %s private key has no public key", a.Name)
	}
	k := &PrivateKey{&PublicKey{a, public}, key, nil}
	// The expanded key holds the hash of its public key behind two values of 32 bytes (FIPS 204, Algorithm 24).
	const tr, trBytes = 64, 64
	if hash := sha3.SumSHAKE256(k.public.Bytes(), trBytes); subtle.ConstantTimeCompare(hash, expanded[tr:tr+trBytes]) != 1 || !k.works() {
		return nil, fmt.Errorf("the parts of the expanded %s private key contradict each other", a.Name)
	}
	return k, nil
}

// works says whether the public key verifies what the private key signs. The parts that the public key does not depend
// on can be so wrong that the library gives up with a panic. A t0 that is off in few bits still signs, and passes.
func (k *PrivateKey) works() (ok bool) {
	defer func() { ok = recover() == nil && ok }()
	return k.public.Verify(nil, k.public.Algorithm.scheme.Sign(k.key, nil, nil))
}

// MarshalPKCS8 writes a PKCS#8 PrivateKeyInfo with the seed, or with the expanded key where no seed is known (RFC 9881 §6).
func (k *PrivateKey) MarshalPKCS8() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		k.public.Algorithm.AddIdentifier(b)
		b.AddASN1(cbasn1.OCTET_STRING, func(b *cryptobyte.Builder) {
			if k.seed != nil {
				b.AddASN1(cbasn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(k.seed) })
				return
			}
			expanded, err := k.key.MarshalBinary()
			if err != nil {
				b.SetError(err)
			}
			b.AddASN1OctetString(expanded)
		})
	})
	return b.Bytes()
}

// Public is the *PublicKey.
func (k *PrivateKey) Public() crypto.PublicKey { return k.public }

// Equal says whether both sign as the same key.
func (k *PrivateKey) Equal(other crypto.PrivateKey) bool {
	o, ok := other.(*PrivateKey)
	return ok && k.public.Algorithm == o.public.Algorithm && k.key.Equal(o.key)
}

// Sign signs a message, not a hash: opts must be crypto.Hash(0). The signature depends on key and message alone (the
// deterministic variant of FIPS 204 §3.4), so that the same input gives the same bytes.
func (k *PrivateKey) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() != 0 {
		return nil, errors.New("ML-DSA signs messages, not hashes")
	}
	return k.public.Algorithm.scheme.Sign(k.key, message, nil), nil
}

// Wipe clears the seed. The library's own copy of the expanded key stays until its memory is used again.
func (k *PrivateKey) Wipe() { clear(k.seed) }

package cms

import (
	"crypto"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/ber"
)

// kdf is a key derivation of a key agreement.
type kdf struct {
	hash crypto.Hash
	hkdf bool
}

// String says it in words.
func (k kdf) String() string {
	if k.hkdf {
		return "HKDF " + k.hash.String()
	}
	return "X9.63 KDF " + k.hash.String()
}

// schemes are the key agreement schemes (RFC 5753 §7.1.4, RFC 8418 §2.2). Cofactor Diffie-Hellman is the same as the
// standard one on curves of cofactor 1, as all NIST curves are.
var schemes = []struct {
	oid      asn1.ObjectIdentifier
	kdf      kdf
	cofactor bool
}{
	{asn1.ObjectIdentifier{1, 3, 133, 16, 840, 63, 0, 2}, kdf{crypto.SHA1, false}, false},
	{asn1.ObjectIdentifier{1, 3, 132, 1, 11, 0}, kdf{crypto.SHA224, false}, false},
	{asn1.ObjectIdentifier{1, 3, 132, 1, 11, 1}, kdf{crypto.SHA256, false}, false},
	{asn1.ObjectIdentifier{1, 3, 132, 1, 11, 2}, kdf{crypto.SHA384, false}, false},
	{asn1.ObjectIdentifier{1, 3, 132, 1, 11, 3}, kdf{crypto.SHA512, false}, false},
	{asn1.ObjectIdentifier{1, 3, 133, 16, 840, 63, 0, 3}, kdf{crypto.SHA1, false}, true},
	{asn1.ObjectIdentifier{1, 3, 132, 1, 14, 0}, kdf{crypto.SHA224, false}, true},
	{asn1.ObjectIdentifier{1, 3, 132, 1, 14, 1}, kdf{crypto.SHA256, false}, true},
	{asn1.ObjectIdentifier{1, 3, 132, 1, 14, 2}, kdf{crypto.SHA384, false}, true},
	{asn1.ObjectIdentifier{1, 3, 132, 1, 14, 3}, kdf{crypto.SHA512, false}, true},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 3, 19}, kdf{crypto.SHA256, true}, false},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 3, 20}, kdf{crypto.SHA384, true}, false},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 3, 21}, kdf{crypto.SHA512, true}, false},
}

// scheme is the identifier that is written for a derivation.
func (k kdf) scheme() asn1.ObjectIdentifier {
	for _, s := range schemes {
		if s.kdf == k && !s.cofactor {
			return s.oid
		}
	}
	return nil
}

// derive gives the key-encryption key of size bytes from the shared secret z.
func (k kdf) derive(z, salt, info []byte, size int) ([]byte, error) {
	if !k.hkdf {
		return x963(k.hash, z, info, size), nil
	}
	var h func() hash.Hash
	switch k.hash {
	case crypto.SHA256:
		h = sha256.New
	case crypto.SHA384:
		h = sha512.New384
	case crypto.SHA512:
		h = sha512.New
	default:
		return nil, fmt.Errorf("no hkdf with %s", k.hash)
	}
	return hkdf.Key(h, z, salt, string(info), size)
}

// x963 is the key derivation function of ANSI X9.63 (SEC 1 v2 §3.6.1): hashes of secret, counter and info, one after another.
func x963(h crypto.Hash, z, info []byte, size int) []byte {
	var out []byte
	d := h.New()
	for counter := uint32(1); len(out) < size; counter++ {
		d.Reset()
		d.Write(z)
		d.Write(binary.BigEndian.AppendUint32(nil, counter))
		d.Write(info)
		out = d.Sum(out)
	}
	return out[:size]
}

// sharedInfo is ECC-CMS-SharedInfo (RFC 5753 §7.2). keyInfo is the wrap algorithm, ukm may be nil, size is in bytes.
func sharedInfo(keyInfo, ukm []byte, size int) ([]byte, error) {
	return build(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(keyInfo)
			if ukm != nil {
				b.AddASN1(cbasn1.Tag(ber.ContextConstructed), func(b *cryptobyte.Builder) { b.AddASN1OctetString(ukm) })
			}
			b.AddASN1(cbasn1.Tag(ber.ContextConstructed|2), func(b *cryptobyte.Builder) {
				b.AddASN1OctetString(binary.BigEndian.AppendUint32(nil, uint32(size)*8)) // #nosec G115 -- 16, 24 or 32
			})
		})
	})
}

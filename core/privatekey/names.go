package privatekey

import (
	"crypto"
	_ "crypto/sha1"   // #nosec G505 -- what PBKDF2, PKCS#12 and OAEP use unless a file says otherwise
	_ "crypto/sha256" // registered for crypto.Hash
	_ "crypto/sha3"
	_ "crypto/sha512"
	encodingasn1 "encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// digests are the hashes of a PKCS#12 file's own MAC, of OAEP and of MGF1 (RFC 4055 §2.1, NIST's hash arc).
var digests = map[string]crypto.Hash{
	"1.3.14.3.2.26":           crypto.SHA1,
	"2.16.840.1.101.3.4.2.1":  crypto.SHA256,
	"2.16.840.1.101.3.4.2.2":  crypto.SHA384,
	"2.16.840.1.101.3.4.2.3":  crypto.SHA512,
	"2.16.840.1.101.3.4.2.4":  crypto.SHA224,
	"2.16.840.1.101.3.4.2.5":  crypto.SHA512_224,
	"2.16.840.1.101.3.4.2.6":  crypto.SHA512_256,
	"2.16.840.1.101.3.4.2.7":  crypto.SHA3_224,
	"2.16.840.1.101.3.4.2.8":  crypto.SHA3_256,
	"2.16.840.1.101.3.4.2.9":  crypto.SHA3_384,
	"2.16.840.1.101.3.4.2.10": crypto.SHA3_512,
}

// Digest is the hash of an object identifier.
func Digest(id encodingasn1.ObjectIdentifier) (crypto.Hash, bool) {
	h, ok := digests[id.String()]
	return h, ok
}

// names are algorithms that are named and not read, as the end of "a private key for" or of "protected with".
var names = map[string]string{
	"1.2.840.10040.4.1":     "DSA, which cannot decrypt",
	"1.2.840.113549.1.1.10": "RSASSA-PSS, which may only sign",
	"1.2.840.113549.1.3.1":  "Diffie-Hellman",
	"1.3.101.111":           "X448",
	"1.3.101.113":           "Ed448",
	"1.3.132.0.10":          "the curve secp256k1",
	"1.3.36.3.3.2.8.1.1.7":  "the curve brainpoolP256r1",
	"1.3.36.3.3.2.8.1.1.11": "the curve brainpoolP384r1",
	"1.3.36.3.3.2.8.1.1.13": "the curve brainpoolP512r1",
	"1.2.840.10045.3.1.1":   "the curve P-192",

	"2.16.840.1.101.3.4.3.17": "ML-DSA-44, which may only sign",
	"2.16.840.1.101.3.4.3.18": "ML-DSA-65, which may only sign",
	"2.16.840.1.101.3.4.3.19": "ML-DSA-87, which may only sign",

	// RFC 8018 A.3 and RFC 7292 Appendix C.
	"1.2.840.113549.1.5.1":  "PBE-MD2-DES",
	"1.2.840.113549.1.5.3":  "PBE-MD5-DES",
	"1.2.840.113549.1.5.4":  "PBE-MD2-RC2-64",
	"1.2.840.113549.1.5.6":  "PBE-MD5-RC2-64",
	"1.2.840.113549.1.5.10": "PBE-SHA1-DES",
	"1.2.840.113549.1.5.11": "PBE-SHA1-RC2-64",

	// Ciphers of content and of keys (RFC 8018 B.2, RFC 3657, RFC 5794, RFC 4010, RFC 5084, RFC 8103).
	"1.2.840.113549.3.2":         "RC2-CBC",
	"1.2.840.113549.3.4":         "RC4",
	"1.2.840.113549.3.9":         "RC5-CBC",
	"1.3.14.3.2.7":               "DES-CBC",
	"1.2.392.200011.61.1.1.1.2":  "Camellia-128-CBC",
	"1.2.392.200011.61.1.1.1.3":  "Camellia-192-CBC",
	"1.2.392.200011.61.1.1.1.4":  "Camellia-256-CBC",
	"1.2.410.200004.1.4":         "SEED-CBC",
	"1.2.410.200046.1.1.2":       "ARIA-128-CBC",
	"1.2.410.200046.1.1.7":       "ARIA-192-CBC",
	"1.2.410.200046.1.1.12":      "ARIA-256-CBC",
	"1.2.156.10197.1.104.2":      "SM4-CBC",
	"1.2.643.2.2.21":             "GOST 28147-89",
	"1.2.840.113533.7.66.10":     "CAST5-CBC",
	"1.3.6.1.4.1.188.7.1.1.2":    "IDEA-CBC",
	"1.3.6.1.4.1.3029.1.2":       "Blowfish-CBC",
	"2.16.840.1.101.3.4.1.7":     "AES-128-CCM",
	"2.16.840.1.101.3.4.1.27":    "AES-192-CCM",
	"2.16.840.1.101.3.4.1.47":    "AES-256-CCM",
	"1.2.840.113549.1.9.16.3.18": "ChaCha20-Poly1305",
	"2.16.840.1.101.3.4.1.6":     "AES-128-GCM",
	"2.16.840.1.101.3.4.1.26":    "AES-192-GCM",
	"2.16.840.1.101.3.4.1.46":    "AES-256-GCM",

	// Key wraps and key agreements (RFC 3370 §4.3, RFC 3657 §3, RFC 3058).
	"1.2.840.113549.1.9.16.3.6":  "3DES key wrap",
	"1.2.840.113549.1.9.16.3.7":  "RC2 key wrap",
	"1.2.392.200011.61.1.1.3.2":  "Camellia-128 key wrap",
	"1.2.392.200011.61.1.1.3.3":  "Camellia-192 key wrap",
	"1.2.392.200011.61.1.1.3.4":  "Camellia-256 key wrap",
	"1.2.840.113549.1.9.16.3.5":  "ephemeral-static Diffie-Hellman",
	"1.2.840.113549.1.9.16.3.14": "RSA-KEM",
	"1.2.840.113549.1.9.16.13.3": "key encapsulation (KEM)",
}

// AlgorithmName is the usual name of an algorithm that is not read here, with its object identifier, or the object
// identifier alone.
func AlgorithmName(id encodingasn1.ObjectIdentifier) string {
	if name, ok := names[id.String()]; ok {
		return name + " (" + id.String() + ")"
	}
	return id.String()
}

// PublicKeyName names the key of a SubjectPublicKeyInfo that is not read here: its curve or its algorithm.
func PublicKeyName(spki []byte) string {
	var outer, id cryptobyte.String
	var algorithm, curve encodingasn1.ObjectIdentifier
	s := cryptobyte.String(spki)
	if !s.ReadASN1(&outer, asn1.SEQUENCE) || !outer.ReadASN1(&id, asn1.SEQUENCE) || !id.ReadASN1ObjectIdentifier(&algorithm) {
		return "unknown"
	}
	if id.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) && id.ReadASN1ObjectIdentifier(&curve) {
		return AlgorithmName(curve)
	}
	return AlgorithmName(algorithm)
}

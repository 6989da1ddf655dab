package csr

import "strconv"

// Facts is what stays in memory of a request once it was examined: what the table shows and what requests are compared
// by. A set holds half a million of them, so that there is no more in it than that.
type Facts struct {
	CommonName string   // the last commonName of the subject, decoded; "" if there is none
	Key        Key      // type and size of the public key
	DER        [32]byte // SHA-256 of the request's DER
	SPKI       [32]byte // SHA-256 of the DER of its SubjectPublicKeyInfo (RFC 7469 §2.4)

	modulus []byte   // of an RSA key, big-endian without leading zeros; else nil
	nonce   [16]byte // first half of SHA-256 over the curve's name and the ECDSA r; zero if the signature is not ECDSA
}

// KeyKind is the family of a public key. The zero value is a kind that this program does not know.
type KeyKind uint8

const (
	UnknownKey KeyKind = iota
	RSA
	ECDSA
	Ed25519
	MLDSA
	DSA
	OtherKey // known by name, and not on the service's list: Ed448, X25519, …
)

// Key describes a public key in the field's words.
type Key struct {
	Kind KeyKind
	Bits int    // RSA: of the modulus; ECDSA: of the curve; DSA: of p; else 0
	Name string // ECDSA: "P-256", "brainpoolP256r1"; ML-DSA: "ML-DSA-65"; other: its name; unknown: its object identifier
}

// String names the key as tables show it: "RSA 2048", "P-256", "Ed25519", "ML-DSA-65", "DSA 1024", "unknown 1.2.3".
func (k Key) String() string {
	switch k.Kind {
	case RSA:
		return "RSA " + strconv.Itoa(k.Bits)
	case ECDSA, MLDSA, OtherKey:
		return k.Name
	case Ed25519:
		return "Ed25519"
	case DSA:
		return "DSA " + strconv.Itoa(k.Bits)
	}
	if k.Name == "" {
		return "unknown"
	}
	return "unknown " + k.Name
}

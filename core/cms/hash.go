package cms

import (
	"crypto"
	_ "crypto/sha1" // #nosec G505 -- the hash of OAEP and of key derivation as OpenSSL 3.0 writes them
	_ "crypto/sha256"
	_ "crypto/sha3"
	_ "crypto/sha512"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// hashOIDs are the hashes of OAEP and MGF1 (RFC 4055 §2.1, NIST's hash arc).
var hashOIDs = map[crypto.Hash]asn1.ObjectIdentifier{
	crypto.SHA1:       {1, 3, 14, 3, 2, 26},
	crypto.SHA256:     nistHash(1),
	crypto.SHA384:     nistHash(2),
	crypto.SHA512:     nistHash(3),
	crypto.SHA224:     nistHash(4),
	crypto.SHA512_224: nistHash(5),
	crypto.SHA512_256: nistHash(6),
	crypto.SHA3_224:   nistHash(7),
	crypto.SHA3_256:   nistHash(8),
	crypto.SHA3_384:   nistHash(9),
	crypto.SHA3_512:   nistHash(10),
}

func nistHash(n int) asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, n}
}

// parseHash knows the hash of an AlgorithmIdentifier.
func parseHash(a algorithm) (crypto.Hash, error) {
	for h, oid := range hashOIDs {
		if oid.Equal(a.oid) && a.plain() {
			return h, nil
		}
	}
	return 0, fmt.Errorf("hash %s", a.oid)
}

// addHash writes the AlgorithmIdentifier of a hash. RFC 4055 §2.1 wants NULL parameters for SHA-1 and SHA-2; the SHA-3
// identifiers have none.
func addHash(b *cryptobyte.Builder, h crypto.Hash) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(hashOIDs[h])
		switch h {
		case crypto.SHA3_224, crypto.SHA3_256, crypto.SHA3_384, crypto.SHA3_512:
		default:
			addNull(b)
		}
	})
}

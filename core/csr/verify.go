package csr

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	_ "crypto/md5" // #nosec G501 -- to verify old requests, which are refused for it
	"crypto/rsa"
	_ "crypto/sha1" // #nosec G505 -- to verify old requests, which are refused for it, and for fingerprints
	"crypto/sha256"
	_ "crypto/sha512"
	"fmt"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/finding"
)

// scheme is a way to sign.
type scheme uint8

const (
	otherScheme scheme = iota
	pkcs1v15
	pss
	ecdsaScheme
	ed25519Scheme
	mldsaScheme
)

// signatureAlgorithm is what an object identifier in signatureAlgorithm means.
type signatureAlgorithm struct {
	name   string
	scheme scheme
	hash   crypto.Hash // 0 for Ed25519, and for hashes that the library does not have
}

// signatureAlgorithms: RFC 3279 §2.2, RFC 4055 §5, RFC 5758 §3, RFC 8410 §3, RFC 8017 §A.2.4.
var signatureAlgorithms = map[string]signatureAlgorithm{
	oid(1, 2, 840, 113549, 1, 1, 2):      {"md2WithRSAEncryption", pkcs1v15, 0},
	oid(1, 2, 840, 113549, 1, 1, 3):      {"md4WithRSAEncryption", pkcs1v15, 0},
	oid(1, 2, 840, 113549, 1, 1, 4):      {"md5WithRSAEncryption", pkcs1v15, crypto.MD5},
	oid(1, 2, 840, 113549, 1, 1, 5):      {"sha1WithRSAEncryption", pkcs1v15, crypto.SHA1},
	oid(1, 3, 14, 3, 2, 29):              {"sha1WithRSASignature", pkcs1v15, crypto.SHA1},
	oid(1, 2, 840, 113549, 1, 1, 14):     {"sha224WithRSAEncryption", pkcs1v15, crypto.SHA224},
	oid(1, 2, 840, 113549, 1, 1, 11):     {"sha256WithRSAEncryption", pkcs1v15, crypto.SHA256},
	oid(1, 2, 840, 113549, 1, 1, 12):     {"sha384WithRSAEncryption", pkcs1v15, crypto.SHA384},
	oid(1, 2, 840, 113549, 1, 1, 13):     {"sha512WithRSAEncryption", pkcs1v15, crypto.SHA512},
	oid(1, 2, 840, 113549, 1, 1, 15):     {"sha512-224WithRSAEncryption", pkcs1v15, crypto.SHA512_224},
	oid(1, 2, 840, 113549, 1, 1, 16):     {"sha512-256WithRSAEncryption", pkcs1v15, crypto.SHA512_256},
	oidRSAPSS:                            {"RSASSA-PSS", pss, 0},
	oid(1, 2, 840, 10045, 4, 1):          {"ecdsa-with-SHA1", ecdsaScheme, crypto.SHA1},
	oid(1, 2, 840, 10045, 4, 3, 1):       {"ecdsa-with-SHA224", ecdsaScheme, crypto.SHA224},
	oid(1, 2, 840, 10045, 4, 3, 2):       {"ecdsa-with-SHA256", ecdsaScheme, crypto.SHA256},
	oid(1, 2, 840, 10045, 4, 3, 3):       {"ecdsa-with-SHA384", ecdsaScheme, crypto.SHA384},
	oid(1, 2, 840, 10045, 4, 3, 4):       {"ecdsa-with-SHA512", ecdsaScheme, crypto.SHA512},
	oidEd25519:                           {"Ed25519", ed25519Scheme, 0},
	oid(1, 2, 840, 10040, 4, 3):          {"dsa-with-sha1", otherScheme, crypto.SHA1},
	oid(2, 16, 840, 1, 101, 3, 4, 3, 1):  {"dsa-with-sha224", otherScheme, 0},
	oid(2, 16, 840, 1, 101, 3, 4, 3, 2):  {"dsa-with-sha256", otherScheme, 0},
	oid(1, 3, 101, 113):                  {"Ed448", otherScheme, 0},
	oid(2, 16, 840, 1, 101, 3, 4, 3, 10): {"ecdsa-with-SHA3-256", otherScheme, 0},
	oid(2, 16, 840, 1, 101, 3, 4, 3, 14): {"id-rsassa-pkcs1-v1-5-with-sha3-256", otherScheme, 0},
}

func init() {
	for content, a := range mldsaAlgorithms {
		signatureAlgorithms[content] = signatureAlgorithm{a.Name, mldsaScheme, 0}
	}
}

// weak says whether collisions of the algorithm's hash can be made.
func (a *signatureAlgorithm) weak() bool {
	return a.hash == crypto.MD5 || a.hash == crypto.SHA1 || a.name == "md2WithRSAEncryption" || a.name == "md4WithRSAEncryption"
}

// verdict is what came of verifying a signature.
type verdict uint8

const (
	notVerified verdict = iota // key or algorithm is not known here, or the key cannot be read
	verified
	refuted
)

// proof is a verdict and its reason.
type proof struct {
	algorithm signatureAlgorithm
	verdict   verdict
	reason    string // "" if verified
	known     bool   // the algorithm is known here, and so are its parameters
}

// signature verifies the request's signature with its own key (RFC 2986 §4.2).
func (e *exam) signature(r *request, k *publicKey) {
	p := verify(r, k)
	if p.algorithm.weak() {
		e.addf(RuleWeakHash, "the request is signed with %s", p.algorithm.name)
	}
	switch p.verdict {
	case refuted:
		e.addf(RuleSignature, "%s", p.reason)
	case verified:
		if p.algorithm.scheme == ecdsaScheme {
			e.facts.nonce = nonceOf(k.Name, r.signature)
		}
	case notVerified:
		// A key that is not supported has its finding. Whatever else keeps a signature from being verified is an error.
		if !p.known && k.readable() || !slices.ContainsFunc(e.breaches, func(b breach) bool { return b.rule.Severity == finding.Error }) {
			e.addf(RuleUnknownSignature, "%s", p.reason)
		}
	}
}

// readable says whether the key is one that signatures are verified with here.
func (k *publicKey) readable() bool {
	return k.rsa != nil || k.ec != nil || k.ed != nil || k.mldsa != nil
}

// nonceOf condenses curve and r of a valid ECDSA signature.
func nonceOf(curve string, signature []byte) (nonce [16]byte) {
	s := cryptobyte.String(signature)
	var r cryptobyte.String
	s.ReadASN1(&s, cbasn1.SEQUENCE)
	s.ReadASN1(&r, cbasn1.INTEGER)
	var buf [128]byte
	sum := sha256.Sum256(append(append(buf[:0], curve...), r...))
	copy(nonce[:], sum[:])
	return nonce
}

// verify verifies the signature of a request with its own key.
func verify(r *request, k *publicKey) proof {
	a, known := signatureAlgorithms[string(r.algorithm.oid)]
	if !known {
		a.name = dotted(r.algorithm.oid)
		return proof{algorithm: a, reason: fmt.Sprintf("the signature algorithm %q is not supported", a.name)}
	}
	p := proof{algorithm: a, known: true}
	mismatch := func() proof {
		p.verdict, p.reason = refuted, fmt.Sprintf("the signature does not verify: its algorithm is %s, which a key of type %s cannot use", a.name, k.Key)
		return p
	}
	var ok bool
	switch {
	case k.rsa != nil:
		if k.Bits > maxRSABits || k.rsa.e.BitLen() > maxExponentBits {
			p.reason = "the RSA key is too large to verify the signature"
			return p
		}
		switch a.scheme {
		case pss:
			return p.pss(r, k)
		case pkcs1v15:
			if k.pss {
				return mismatch()
			}
			if a.hash == 0 {
				p.reason = fmt.Sprintf("signatures with %s are not supported", a.name)
				return p
			}
			ok = verifyPKCS1v15(k.rsa, a.hash, digest(a.hash, r.info), r.signature)
		case otherScheme:
			return p.other(mismatch)
		default:
			return mismatch()
		}
	case k.ec != nil:
		switch a.scheme {
		case ecdsaScheme:
			ok = ecdsa.VerifyASN1(k.ec, digest(a.hash, r.info), r.signature)
		case otherScheme:
			return p.other(mismatch)
		default:
			return mismatch()
		}
	case k.ed != nil:
		if a.scheme != ed25519Scheme {
			return mismatch()
		}
		ok = ed25519.Verify(k.ed, r.info, r.signature)
	case k.mldsa != nil:
		if a.name != k.Name {
			return mismatch()
		}
		ok = k.mldsa.Verify(r.info, r.signature)
	default:
		p.reason = fmt.Sprintf("signatures of %s keys are not supported", k.Key)
		return p
	}
	if ok {
		p.verdict = verified
		return p
	}
	p.verdict, p.reason = refuted, fmt.Sprintf("the signature (%s) does not verify with the key in the request (%s)", a.name, k.Key)
	return p
}

// other is the proof for an algorithm that is known by name alone, and a key that is known: SHA-3 variants fit it, the
// algorithms of other keys do not.
func (p proof) other(mismatch func() proof) proof {
	switch p.algorithm.name {
	case "ecdsa-with-SHA3-256", "id-rsassa-pkcs1-v1-5-with-sha3-256":
		p.known, p.reason = false, fmt.Sprintf("signatures with %s are not supported", p.algorithm.name)
		return p
	}
	return mismatch()
}

// digest is the hash of b.
func digest(h crypto.Hash, b []byte) []byte {
	hash := h.New()
	hash.Write(b)
	return hash.Sum(nil)
}

// digestInfo is what stands before the hash in an encoded message (RFC 8017 §9.2, note 1).
var digestInfo = map[crypto.Hash][]byte{
	crypto.MD5:        []byte("\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10"),
	crypto.SHA1:       []byte("\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"),
	crypto.SHA224:     []byte("\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00\x04\x1c"),
	crypto.SHA256:     []byte("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"),
	crypto.SHA384:     []byte("\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"),
	crypto.SHA512:     []byte("\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"),
	crypto.SHA512_224: []byte("\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x05\x05\x00\x04\x1c"),
	crypto.SHA512_256: []byte("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x06\x05\x00\x04\x20"),
}

// verifyPKCS1v15 verifies an RSASSA-PKCS1-v1_5 signature (RFC 8017 §8.2.2).
//
// The library does it up to 2048 bits. Beyond, its code is several times slower than math/big, whose variable time does
// no harm to public values, and it refuses the keys below 1024 bits and the odd exponents whose signatures we still want
// to tell apart from forged ones.
func verifyPKCS1v15(k *rsaKey, h crypto.Hash, digest, signature []byte) bool {
	if size := k.n.BitLen(); size >= 1024 && size <= 2048 && k.n.Bit(0) == 1 && k.e.BitLen() <= 31 && k.e.BitLen() >= 2 && k.e.Bit(0) == 1 {
		key := &rsa.PublicKey{N: k.n, E: int(k.e.Int64())}
		return rsa.VerifyPKCS1v15(key, h, digest, signature) == nil
	}
	return verifyPKCS1v15Big(k, h, digest, signature)
}

// verifyPKCS1v15Big builds the one encoded message that is right and compares it with what the signature holds, byte for
// byte: no parsing of what a forger wrote, no alternative encodings (RFC 8017 §8.2.2, note).
func verifyPKCS1v15Big(k *rsaKey, h crypto.Hash, digest, signature []byte) bool {
	size := (k.n.BitLen() + 7) / 8
	prefix := digestInfo[h]
	if len(prefix) == 0 || len(signature) != size || size < len(prefix)+len(digest)+11 {
		return false
	}
	s := new(big.Int).SetBytes(signature)
	if s.Cmp(k.n) >= 0 {
		return false
	}
	s.Exp(s, k.e, k.n)
	want := make([]byte, size)
	want[1] = 1
	separator := size - len(prefix) - len(digest) - 1
	for i := 2; i < separator; i++ {
		want[i] = 0xFF
	}
	copy(want[separator+1:], prefix)
	copy(want[separator+1+len(prefix):], digest)
	return bytes.Equal(s.FillBytes(make([]byte, size)), want)
}

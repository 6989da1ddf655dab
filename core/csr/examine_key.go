package csr

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/mldsa"
)

// publicKey is a SubjectPublicKeyInfo taken apart. At most one of rsa, ec, ed and mldsa is there.
type publicKey struct {
	Key
	algorithm algorithmIdentifier
	bits      []byte // the subjectPublicKey
	rsa       *rsaKey
	ec        *ecdsa.PublicKey
	ed        ed25519.PublicKey
	mldsa     *mldsa.PublicKey
	pss       bool // the key itself is bound to RSASSA-PSS (RFC 4055 §1.2)
}

// rsaKey is RFC 8017 §A.1.1. The exponent may have any size here, where crypto/rsa knows 31 bits.
type rsaKey struct{ n, e *big.Int }

var (
	oidRSA     = oid(1, 2, 840, 113549, 1, 1, 1)
	oidRSAPSS  = oid(1, 2, 840, 113549, 1, 1, 10)
	oidEC      = oid(1, 2, 840, 10045, 2, 1)
	oidEd25519 = oid(1, 3, 101, 112)
	oidDSA     = oid(1, 2, 840, 10040, 4, 1)
)

// namedKeys are the algorithms whose keys are known by name alone. No keys of them are on the service's list.
var namedKeys = func() map[string]string {
	names := map[string]string{
		oid(1, 3, 101, 113):                 "Ed448",
		oid(1, 3, 101, 110):                 "X25519",
		oid(1, 3, 101, 111):                 "X448",
		oid(1, 2, 840, 113549, 1, 3, 1):     "DH",
		oid(1, 2, 840, 10046, 2, 1):         "DH (X9.42)",
		oid(1, 2, 840, 113549, 1, 1, 7):     "RSAES-OAEP",
		oid(1, 3, 132, 1, 12):               "ECDH",
		oid(1, 3, 132, 1, 13):               "ECMQV",
		oid(1, 2, 643, 7, 1, 1, 1, 1):       "GOST R 34.10-2012 256",
		oid(1, 2, 643, 7, 1, 1, 1, 2):       "GOST R 34.10-2012 512",
		oid(2, 16, 840, 1, 101, 3, 4, 4, 1): "ML-KEM-512",
		oid(2, 16, 840, 1, 101, 3, 4, 4, 2): "ML-KEM-768",
		oid(2, 16, 840, 1, 101, 3, 4, 4, 3): "ML-KEM-1024",
	}
	for i, set := range []string{ // FIPS 205 §11, FIPS 204 §5.4: NIST's register of algorithms
		"SHA2-128s", "SHA2-128f", "SHA2-192s", "SHA2-192f", "SHA2-256s", "SHA2-256f",
		"SHAKE-128s", "SHAKE-128f", "SHAKE-192s", "SHAKE-192f", "SHAKE-256s", "SHAKE-256f",
	} {
		names[oid(2, 16, 840, 1, 101, 3, 4, 3, 20+i)] = "SLH-DSA-" + set
		names[oid(2, 16, 840, 1, 101, 3, 4, 3, 35+i)] = "HashSLH-DSA-" + set
	}
	for i, set := range []string{"44", "65", "87"} {
		names[oid(2, 16, 840, 1, 101, 3, 4, 3, 32+i)] = "HashML-DSA-" + set
	}
	return names
}()

// mldsaAlgorithms are those of ML-DSA by the content of their object identifiers.
var mldsaAlgorithms = func() map[string]*mldsa.Algorithm {
	all := map[string]*mldsa.Algorithm{}
	for _, a := range mldsa.Algorithms {
		all[oid(a.OID...)] = a
	}
	return all
}()

// namedCurve is a curve by name, the width of its field in bits, and its implementation where the library has it.
type namedCurve struct {
	name  string
	bits  int
	curve elliptic.Curve
	taken bool // on the service's list
}

var curves = map[string]*namedCurve{
	oid(1, 2, 840, 10045, 3, 1, 7):      {"P-256", 256, elliptic.P256(), true},
	oid(1, 3, 132, 0, 34):               {"P-384", 384, elliptic.P384(), true},
	oid(1, 3, 132, 0, 35):               {"P-521", 521, elliptic.P521(), true},
	oid(1, 3, 132, 0, 33):               {"P-224", 224, elliptic.P224(), false},
	oid(1, 2, 840, 10045, 3, 1, 1):      {"P-192", 192, nil, false},
	oid(1, 3, 132, 0, 10):               {"secp256k1", 256, nil, false},
	oid(1, 3, 36, 3, 3, 2, 8, 1, 1, 7):  {"brainpoolP256r1", 256, nil, false},
	oid(1, 3, 36, 3, 3, 2, 8, 1, 1, 11): {"brainpoolP384r1", 384, nil, false},
	oid(1, 3, 36, 3, 3, 2, 8, 1, 1, 13): {"brainpoolP512r1", 512, nil, false},
	oid(1, 2, 156, 10197, 1, 301):       {"SM2", 256, nil, false},
}

// key takes the subjectPublicKeyInfo apart, given with its header, and examines it.
func (e *exam) key(spki []byte) publicKey {
	k, flaw := parseKey(spki)
	e.facts.Key = k.Key
	if flaw != "" {
		e.addf(RuleBrokenDER, "the public key (%s): %s", k.Key, flaw)
	}
	switch {
	case k.rsa != nil:
		e.rsaKey(&k)
	case k.ed != nil:
		e.ed25519Key(k.ed)
	case k.Kind == ECDSA:
		e.ecKey(&k, flaw != "")
	case k.Kind == DSA || k.Kind == OtherKey:
		e.addf(RuleKeyType, "%s is not on the service's list; key and signature were not checked", k.Key)
	case k.Kind == UnknownKey && k.Name != "":
		e.addf(RuleKeyType, "keys of the type %q are not on the service's list; key and signature were not checked", k.Name)
	}
	return k
}

// parseKey takes a SubjectPublicKeyInfo apart (RFC 5280 §4.1.2.7). flaw is "" or says what cannot be read; the name of
// the key is right all the same where its algorithm could be read.
func parseKey(spki []byte) (k publicKey, flaw string) {
	s := cryptobyte.String(spki)
	var algorithm cryptobyte.String
	s.ReadASN1(&s, cbasn1.SEQUENCE)
	if !s.ReadASN1Element(&algorithm, cbasn1.SEQUENCE) || !k.algorithm.parse(algorithm) {
		return k, "its algorithm cannot be read"
	}
	var ok bool
	k.bits, ok = readBitString(&s)
	if !ok || !s.Empty() {
		flaw = "it is not a BIT STRING of whole bytes"
	}
	switch string(k.algorithm.oid) {
	case oidEC:
		return k.parseEC(flaw)
	case oidRSA, oidRSAPSS:
		return k.parseRSA(flaw)
	case oidEd25519:
		k.Kind = Ed25519
		switch {
		case flaw != "":
		case len(k.bits) != ed25519.PublicKeySize:
			return k, "it has " + bytesOf(len(k.bits)) + "; an Ed25519 key has 32"
		case k.algorithm.parameters != nil:
			flaw = "its algorithm has parameters, which RFC 8410 §3 forbids"
			fallthrough
		default:
			k.ed = ed25519.PublicKey(k.bits)
		}
		return k, flaw
	case oidDSA:
		k.Kind, k.Bits = DSA, dsaBits(k.algorithm.parameters)
		return k, flaw
	}
	if a := mldsaAlgorithms[string(k.algorithm.oid)]; a != nil {
		return k.parseMLDSA(a, flaw)
	}
	if name, known := namedKeys[string(k.algorithm.oid)]; known {
		k.Key = Key{Kind: OtherKey, Name: name}
	} else {
		k.Name = dotted(k.algorithm.oid)
	}
	return k, flaw
}

func (k *publicKey) parseMLDSA(a *mldsa.Algorithm, flaw string) (publicKey, string) {
	k.Key = Key{Kind: MLDSA, Name: a.Name}
	if flaw != "" {
		return *k, flaw
	}
	if k.algorithm.parameters != nil {
		return *k, "its algorithm has parameters, which RFC 9881 §3 forbids"
	}
	key, err := a.ParsePublicKey(k.bits)
	if err != nil {
		return *k, err.Error()
	}
	k.mldsa = key
	return *k, ""
}

// dsaBits is the size of p in Dss-Parms (RFC 3279 §2.3.2), 0 where they are absent.
func dsaBits(parameters []byte) int {
	s := cryptobyte.String(parameters)
	p := new(big.Int)
	if !s.ReadASN1(&s, cbasn1.SEQUENCE) || !s.ReadASN1Integer(p) {
		return 0
	}
	return p.BitLen()
}

func (k *publicKey) parseRSA(flaw string) (publicKey, string) {
	k.Kind = RSA
	k.pss = string(k.algorithm.oid) == oidRSAPSS
	if flaw != "" {
		return *k, flaw
	}
	s := cryptobyte.String(k.bits)
	var n, e cryptobyte.String
	if !s.ReadASN1(&s, cbasn1.SEQUENCE) || !s.ReadASN1(&n, cbasn1.INTEGER) || !s.ReadASN1(&e, cbasn1.INTEGER) || !s.Empty() {
		return *k, "it is not a pair of modulus and exponent"
	}
	if len(n) == 0 || len(e) == 0 || n[0]&0x80 != 0 || e[0]&0x80 != 0 || len(n) == 1 && n[0] == 0 {
		return *k, "its modulus or exponent is negative or zero; the tool may have dropped a leading zero byte"
	}
	if len(n) > 1 && n[0] == 0 && n[1]&0x80 == 0 || len(e) > 1 && e[0] == 0 && e[1]&0x80 == 0 {
		flaw = "its modulus or exponent has more leading zeros than DER allows"
	} else if !k.pss && !k.algorithm.nullParameters() {
		flaw = "the parameters of rsaEncryption must be NULL (RFC 3279 §2.3.1)"
	}
	k.rsa = &rsaKey{n: new(big.Int).SetBytes(n), e: new(big.Int).SetBytes(e)}
	k.Bits = k.rsa.n.BitLen()
	if k.pss {
		k.Key = Key{Kind: OtherKey, Bits: k.Bits, Name: "RSASSA-PSS " + big.NewInt(int64(k.Bits)).String()}
	}
	return *k, flaw
}

func (k *publicKey) parseEC(flaw string) (publicKey, string) {
	k.Kind = ECDSA
	s := cryptobyte.String(k.algorithm.parameters)
	var id cryptobyte.String
	switch {
	case s.PeekASN1Tag(cbasn1.SEQUENCE):
		k.Name = "EC with explicit parameters"
		if c := explicitCurve(s); c != nil {
			k.Name, k.Bits = c.name+" with explicit parameters", c.bits
		}
		return *k, flaw
	case !readOID(&s, &id) || !s.Empty():
		k.Name = "EC without a named curve"
		return *k, flaw
	}
	c := curves[string(id)]
	if c == nil {
		k.Name = "EC " + dotted(id)
		return *k, flaw
	}
	k.Name, k.Bits = c.name, c.bits
	return *k, flaw
}

// explicitCurve is the curve whose numbers an ECParameters holds (RFC 3279 §2.3.5), told by its prime and its order; nil for
// one that is not known here.
func explicitCurve(s cryptobyte.String) *namedCurve {
	var field, curve, id, base cryptobyte.String
	prime, order := new(big.Int), new(big.Int)
	if !s.ReadASN1(&s, cbasn1.SEQUENCE) || !s.SkipASN1(cbasn1.INTEGER) || !s.ReadASN1(&field, cbasn1.SEQUENCE) || !readOID(&field, &id) ||
		!field.ReadASN1Integer(prime) || !s.ReadASN1(&curve, cbasn1.SEQUENCE) || !s.ReadASN1(&base, cbasn1.OCTET_STRING) || !s.ReadASN1Integer(order) {
		return nil
	}
	for _, c := range curves {
		if c.curve != nil && c.curve.Params().P.Cmp(prime) == 0 && c.curve.Params().N.Cmp(order) == 0 {
			return c
		}
	}
	return nil
}

// curve is the curve of an EC key that names a known one, else nil.
func (k *publicKey) curve() *namedCurve {
	p := k.algorithm.parameters
	if k.Kind != ECDSA || len(p) < 3 || p[0] != 6 {
		return nil
	}
	return curves[string(p[2:])]
}

func (e *exam) ecKey(k *publicKey, flawed bool) {
	c := k.curve()
	switch {
	case strings.HasSuffix(k.Name, "explicit parameters"):
		e.add(RuleKeyType, fmt.Sprintf("%s: services read a curve only by its name (named curve)", k.Name),
			"write the key with a named curve: openssl ec -param_enc named_curve; in an HSM, make the key with the object identifier of the curve")
	case c == nil || c.curve == nil:
		e.addf(RuleKeyType, "%s is not on the service's list; key and signature were not checked", k.Key)
	case !c.taken:
		e.addf(RuleKeyType, "%s is not on the service's list", k.Key)
	}
	if c == nil || c.curve == nil || flawed {
		return
	}
	size := (c.bits + 7) / 8
	switch p := k.bits; {
	case len(p) == 0 || len(p) == 1 && p[0] == 0:
		e.addf(RulePointNotOnCurve, "the public key is empty, or the point at infinity")
	case p[0] == 4 && len(p) == 1+2*size:
		key, err := ecdsa.ParseUncompressedPublicKey(c.curve, p)
		if err != nil {
			e.addf(RulePointNotOnCurve, "the public key is not a point of %s: x=%s…", c.name, hexStart(p[1:]))
			return
		}
		k.ec = key
	case (p[0] == 2 || p[0] == 3) && len(p) == 1+size:
		e.addf(RuleCompressedPoint, "the public key is written as a compressed point of %s", c.name)
		x, y := elliptic.UnmarshalCompressed(c.curve, p)
		if x == nil {
			e.addf(RulePointNotOnCurve, "no point of %s has this x: %s…", c.name, hexStart(p[1:]))
			return
		}
		whole := make([]byte, 1+2*size)
		whole[0] = 4
		x.FillBytes(whole[1 : 1+size])
		y.FillBytes(whole[1+size:])
		k.ec, _ = ecdsa.ParseUncompressedPublicKey(c.curve, whole) // cannot fail: the point was just computed
	default:
		e.addf(RulePointNotOnCurve, "the public key is not a point of %s: it has %s and begins with 0x%02X; a point has %d and begins with 0x04", c.name, bytesOf(len(p)), p[0], 1+2*size)
	}
}

// hexStart is enough of a long number to recognise it.
func hexStart(b []byte) string { return hex.EncodeToString(b[:min(len(b), 8)]) }

// ed25519Small are the y coordinates, little-endian with the sign bit cleared, of the points of small order, in every
// encoding that a verifier may take (Chalkias et al., Taming the many EdDSAs, 2020, Table 6b): with such a key anybody
// can sign.
var ed25519Small = [...]string{
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	"\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	"\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
	"\xed\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
	"\xee\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
	"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
	"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
}

func (e *exam) ed25519Key(k ed25519.PublicKey) {
	y := [32]byte(k)
	y[31] &= 0x7F
	for _, small := range ed25519Small {
		if string(y[:]) == small {
			e.addf(RulePointNotOnCurve, "the public key is a point of small order: anybody can sign with it")
			return
		}
	}
}

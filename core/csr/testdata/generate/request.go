package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidCN          = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidCountry     = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidO           = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidECDSASHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidRSASHA256   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	oidExtensions  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 14}
	oidAltName     = asn1.ObjectIdentifier{2, 5, 29, 17}
)

// request is what the tools would not write.
type request struct {
	version    int64
	subject    []part
	names      [][]byte // GeneralNames of subjectAltName, DER
	extensions [][]byte // Extensions, DER; names come after them
	spki       []byte
	algorithm  []byte // signatureAlgorithm, DER
	sign       func(info []byte) []byte
	attributes []byte // instead of names and extensions: what stands in place of [0], DER
}

// part is one attribute of a subject: type, string tag, bytes.
type part struct {
	oid   asn1.ObjectIdentifier
	tag   tags.Tag
	value string
}

func cn(s string) part { return part{oidCN, tags.UTF8String, s} }

func sequence(parts ...[]byte) []byte { return wrap(tags.SEQUENCE, parts...) }

func wrap(tag tags.Tag, parts ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag, func(c *cryptobyte.Builder) {
		for _, p := range parts {
			c.AddBytes(p)
		}
	})
	return b.BytesOrPanic()
}

func marshal(v any) []byte {
	b, err := asn1.Marshal(v)
	check(err)
	return b
}

func bitString(b []byte) []byte { return wrap(tags.BIT_STRING, []byte{0}, b) }

func generalName(tag uint8, value string) []byte {
	return wrap(tags.Tag(tag).ContextSpecific(), []byte(value))
}

func extension(oid asn1.ObjectIdentifier, value []byte) []byte {
	return sequence(marshal(oid), wrap(tags.OCTET_STRING, value))
}

func (r request) der() []byte {
	var subject [][]byte
	for _, p := range r.subject {
		subject = append(subject, wrap(tags.SET, sequence(marshal(p.oid), wrap(p.tag, []byte(p.value)))))
	}
	attributes := r.attributes
	if attributes == nil {
		extensions := r.extensions
		if r.names != nil {
			extensions = append(extensions, extension(oidAltName, sequence(r.names...)))
		}
		var requested [][]byte
		if extensions != nil {
			requested = append(requested, sequence(marshal(oidExtensions), wrap(tags.SET, sequence(extensions...))))
		}
		attributes = wrap(tags.Tag(0).ContextSpecific().Constructed(), requested...)
	}
	info := sequence(marshal(r.version), sequence(subject...), r.spki, attributes)
	return sequence(info, r.algorithm, bitString(r.sign(info)))
}

// by completes a request with the key and signature of an EC key.
func (r request) by(key *ecKey) request {
	r.spki, r.algorithm, r.sign = key.spki(), sequence(marshal(oidECDSASHA256)), key.sign
	return r
}

// byRSA completes a request with the key and signature of an RSA key.
func (r request) byRSA(key *rsaKey) request {
	r.spki, r.algorithm, r.sign = key.spki(), sequence(marshal(oidRSASHA256), []byte{5, 0}), key.sign
	return r
}

// ecKey signs with a nonce that may be given, which no sound library allows.
type ecKey struct {
	d     *big.Int
	point []byte
	nonce *big.Int // nil takes a random one
}

func newEC() *ecKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	d, err := key.Bytes()
	check(err)
	point, err := key.PublicKey.Bytes()
	check(err)
	return &ecKey{d: new(big.Int).SetBytes(d), point: point}
}

func (k *ecKey) spki() []byte { return ecSPKI(k.point) }

func ecSPKI(point []byte) []byte {
	algorithm := sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}), marshal(asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}))
	return sequence(algorithm, bitString(point))
}

func randomScalar() *big.Int {
	k, err := rand.Int(rand.Reader, elliptic.P256().Params().N)
	check(err)
	return k
}

func (k *ecKey) sign(info []byte) []byte {
	n := elliptic.P256().Params().N
	nonce := k.nonce
	if nonce == nil {
		nonce = randomScalar()
	}
	at, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), nonce.FillBytes(make([]byte, 32)))
	check(err)
	point, err := at.PublicKey.Bytes()
	check(err)
	r := new(big.Int).SetBytes(point[1:33])
	r.Mod(r, n)
	hash := sha256.Sum256(info)
	s := new(big.Int).Mul(r, k.d)
	s.Add(s, new(big.Int).SetBytes(hash[:])).Mul(s, new(big.Int).ModInverse(nonce, n)).Mod(s, n)
	return sequence(marshal(r), marshal(s))
}

// rsaKey signs by hand, because the library refuses most of these keys.
type rsaKey struct {
	n, e *big.Int
	root func(m *big.Int) *big.Int // the e-th root of m modulo n, nil where there is none
}

func newRSA(primes []*big.Int, e int64) *rsaKey {
	n, phi := big.NewInt(1), big.NewInt(1)
	for _, p := range primes {
		n.Mul(n, p)
		phi.Mul(phi, new(big.Int).Sub(p, big.NewInt(1)))
	}
	d := new(big.Int).ModInverse(big.NewInt(e), phi)
	if d == nil {
		return nil
	}
	return &rsaKey{n: n, e: big.NewInt(e), root: func(m *big.Int) *big.Int { return new(big.Int).Exp(m, d, n) }}
}

func (k *rsaKey) spki() []byte {
	return sequence(sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}), []byte{5, 0}), bitString(sequence(marshal(k.n), marshal(k.e))))
}

func (k *rsaKey) sign(info []byte) []byte {
	size := (k.n.BitLen() + 7) / 8
	hash := sha256.Sum256(info)
	prefix := []byte("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20")
	em := make([]byte, size)
	em[1] = 1
	end := size - len(prefix) - len(hash) - 1
	for i := 2; i < end; i++ {
		em[i] = 0xFF
	}
	copy(em[end+1:], prefix)
	copy(em[size-len(hash):], hash[:])
	s := k.root(new(big.Int).SetBytes(em))
	if s == nil {
		return nil
	}
	return s.FillBytes(make([]byte, size))
}

func soundRSA() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(err)
	return key
}

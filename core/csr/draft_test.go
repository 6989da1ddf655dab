package csr

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
	"slices"
	"sync"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/mldsa"
)

// draft is a request before it is signed. A row of the fixtures changes the one good request and has it signed.
type draft struct {
	version    int64
	subject    []part
	extensions [][]byte // Extension, DER: those of the one extensionRequest; none leaves the attribute out
	attributes [][]byte // Attribute, DER: what comes beside the extensionRequest
	key        signer
	spki       []byte // instead of the key's
	algorithm  []byte // instead of the key's

	withoutAttributes bool                     // leaves out even [0]
	sign              func(info []byte) []byte // instead of the key's
	edit              func(der []byte) []byte  // after signing
	rewrite           func(text string) string // the PEM
}

// good is the request that the fixtures change. It has what requests of devices usually have, so that a rule about
// something that is missing finds nothing in it.
func good() *draft {
	return &draft{
		subject: []part{
			{oidCountry, tags.PrintableString, "DE"}, {oidOrganization, tags.UTF8String, "Example Devices"},
			{oidSerial, tags.PrintableString, "0042"}, {oidCN, tags.UTF8String, "device"},
		},
		extensions: [][]byte{
			san(generalName(2, "device.example.com")), extension(oidUsage, []byte{3, 2, 7, 0x80}),
			extension(oidExtendedUsage, sequence(marshal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2}))),
		},
		key: ec(1),
	}
}

var (
	oidCN            = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidSerial        = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidCountry       = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidOrganization  = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidAltName       = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidConstraints   = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidExtendedUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidPassword      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 7}
	oidExtensions    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 14}
	oidExtensionsMS  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 14}
)

// part is one attribute of a subject: type, string tag, bytes.
type part struct {
	oid   asn1.ObjectIdentifier
	tag   tags.Tag
	value string
}

// name sets an attribute of the subject, or adds it.
func (d *draft) name(oid asn1.ObjectIdentifier, tag tags.Tag, value string) {
	d.drop(oid)
	d.subject = append(d.subject, part{oid, tag, value})
}

// drop leaves an attribute out of the subject.
func (d *draft) drop(oid asn1.ObjectIdentifier) {
	d.subject = slices.DeleteFunc(d.subject, func(p part) bool { return p.oid.Equal(oid) })
}

// cn sets the common name.
func (d *draft) cn(value string) { d.name(oidCN, tags.UTF8String, value) }

// alt sets the names of subjectAltName.
func (d *draft) alt(names ...[]byte) { d.extensions[0] = san(names...) }

// der signs the draft.
func (d *draft) der() []byte {
	var subject, requested [][]byte
	for _, p := range d.subject {
		subject = append(subject, wrap(tags.SET, sequence(marshal(p.oid), wrap(p.tag, []byte(p.value)))))
	}
	if d.extensions != nil {
		requested = append(requested, attributeOf(oidExtensions, sequence(d.extensions...)))
	}
	attributes := wrap(tags.Tag(0).ContextSpecific().Constructed(), append(requested, d.attributes...)...)
	if d.withoutAttributes {
		attributes = nil
	}
	spki, algorithm, sign := d.key.spki(), d.key.algorithm(), d.key.sign
	if d.spki != nil {
		spki = d.spki
	}
	if d.algorithm != nil {
		algorithm = d.algorithm
	}
	if d.sign != nil {
		sign = d.sign
	}
	info := sequence(marshal(d.version), sequence(subject...), spki, attributes)
	signature := sign(info)
	if signature == nil { // no root: another message may have one
		d.name(oidSerial, tags.PrintableString, nonceText())
		return d.der()
	}
	der := sequence(info, algorithm, bitString(signature))
	if d.edit != nil {
		der = d.edit(der)
	}
	return der
}

// text signs the draft and writes it as PEM.
func (d *draft) text() []byte {
	text := AppendPEM(nil, d.der())
	if d.rewrite != nil {
		return []byte(d.rewrite(string(text)))
	}
	return text
}

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
	if err != nil {
		panic(err)
	}
	return b
}

func sequence(parts ...[]byte) []byte { return wrap(tags.SEQUENCE, parts...) }
func bitString(b []byte) []byte       { return wrap(tags.BIT_STRING, []byte{0}, b) }

func generalName(tag uint8, value string) []byte {
	return wrap(tags.Tag(tag).ContextSpecific(), []byte(value))
}

func extension(oid asn1.ObjectIdentifier, value []byte) []byte {
	return sequence(marshal(oid), wrap(tags.OCTET_STRING, value))
}

func san(names ...[]byte) []byte { return extension(oidAltName, sequence(names...)) }

func attributeOf(oid asn1.ObjectIdentifier, values ...[]byte) []byte {
	return sequence(marshal(oid), wrap(tags.SET, values...))
}

// signer is a key of a fixture.
type signer interface {
	spki() []byte
	algorithm() []byte
	sign(info []byte) []byte
}

// ecKey is a P-256 key that signs with a nonce that may be given, which no sound library allows.
type ecKey struct {
	d     *big.Int
	point []byte
	nonce *big.Int // nil takes a random one
}

// once makes one value for each number, on demand.
func once[T any](make func() T) func(n int) T {
	var mu sync.Mutex
	made := map[int]T{}
	return func(n int) T {
		mu.Lock()
		defer mu.Unlock()
		if _, ok := made[n]; !ok {
			made[n] = make()
		}
		return made[n]
	}
}

// ec is the P-256 key of a number.
var ec = once(func() *ecKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	d, _ := key.Bytes()
	point, _ := key.PublicKey.Bytes()
	return &ecKey{d: new(big.Int).SetBytes(d), point: point}
})

// nonce is the nonce of a number.
var nonce = once(func() *big.Int {
	k, err := rand.Int(rand.Reader, elliptic.P256().Params().N)
	if err != nil {
		panic(err)
	}
	return k
})

// nonceText is a number that no other request has.
func nonceText() string {
	k, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	return k.String()
}

// signing is the key with a nonce that it always takes.
func (k *ecKey) signing(nonce *big.Int) *ecKey { return &ecKey{k.d, k.point, nonce} }

func (k *ecKey) spki() []byte { return ecSPKI(k.point) }
func (k *ecKey) algorithm() []byte {
	return sequence([]byte("\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"))
}

func ecSPKI(point []byte) []byte {
	algorithm := sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}), marshal(asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}))
	return sequence(algorithm, bitString(point))
}

func (k *ecKey) sign(info []byte) []byte {
	n, at := elliptic.P256().Params().N, k.nonce
	if at == nil {
		at, _ = rand.Int(rand.Reader, n)
	}
	r := timesG(at)
	hash := sha256.Sum256(info)
	s := new(big.Int).Mul(r, k.d)
	s.Add(s, new(big.Int).SetBytes(hash[:])).Mul(s, new(big.Int).ModInverse(at, n)).Mod(s, n)
	return sequence(marshal(r), marshal(s))
}

// mldsaDraft is a key of ML-DSA.
type mldsaDraft struct{ *mldsa.PrivateKey }

// mldsaKey is a key of the parameter set 0 (ML-DSA-44), 1 (65) or 2 (87).
func mldsaKey(set int) mldsaDraft {
	key, err := mldsa.Algorithms[set].GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return mldsaDraft{key}
}

func (k mldsaDraft) public() []byte { return k.Public().(*mldsa.PublicKey).Bytes() }
func (k mldsaDraft) spki() []byte   { return k.Public().(*mldsa.PublicKey).MarshalPKIX() }

func (k mldsaDraft) algorithm() []byte {
	return sequence(marshal(k.Public().(*mldsa.PublicKey).Algorithm.OID))
}

func (k mldsaDraft) sign(info []byte) []byte {
	signature, _ := k.Sign(nil, info, crypto.Hash(0))
	return signature
}

// timesG is the x coordinate of k·G on P-256, modulo the order.
func timesG(k *big.Int) *big.Int {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), k.FillBytes(make([]byte, 32)))
	if err != nil {
		panic(err)
	}
	point, _ := key.PublicKey.Bytes()
	x := new(big.Int).SetBytes(point[1:33])
	return x.Mod(x, elliptic.P256().Params().N)
}

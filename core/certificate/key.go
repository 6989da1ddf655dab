package certificate

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidRSA        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidEC         = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidDSA        = asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}
	oidPrimeField = asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 1}
)

type knownCurve struct {
	curve elliptic.Curve
	oid   asn1.ObjectIdentifier
}

// curves are those that crypto/x509 knows by name (RFC 5480 §2.1.1.1).
var curves = []knownCurve{
	{elliptic.P224(), asn1.ObjectIdentifier{1, 3, 132, 0, 33}},
	{elliptic.P256(), asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}},
	{elliptic.P384(), asn1.ObjectIdentifier{1, 3, 132, 0, 34}},
	{elliptic.P521(), asn1.ObjectIdentifier{1, 3, 132, 0, 35}},
}

// NamedCurve returns the name of the curve whose parameters are written out in full (ECParameters, SEC 1 C.2), and nil
// for all others. Every parameter is compared, the base point too: without it anybody could make a key that fits a
// stranger's public point (CVE-2020-0601).
func NamedCurve(parameters []byte) asn1.ObjectIdentifier {
	in := cryptobyte.String(parameters)
	var body, field, curve, a, b, base cryptobyte.String
	var oid asn1.ObjectIdentifier
	var version int
	p, n, h := new(big.Int), new(big.Int), new(big.Int)
	if !in.ReadASN1(&body, cbasn1.SEQUENCE) || !in.Empty() || !body.ReadASN1Integer(&version) ||
		!body.ReadASN1(&field, cbasn1.SEQUENCE) || !field.ReadASN1ObjectIdentifier(&oid) || !oid.Equal(oidPrimeField) || !field.ReadASN1Integer(p) ||
		!body.ReadASN1(&curve, cbasn1.SEQUENCE) || !curve.ReadASN1(&a, cbasn1.OCTET_STRING) || !curve.ReadASN1(&b, cbasn1.OCTET_STRING) ||
		!body.ReadASN1(&base, cbasn1.OCTET_STRING) || !body.ReadASN1Integer(n) {
		return nil
	}
	if !body.Empty() && (!body.ReadASN1Integer(h) || h.Cmp(big.NewInt(1)) != 0) {
		return nil
	}
	for _, c := range curves {
		q := c.curve.Params()
		three := new(big.Int).Sub(q.P, big.NewInt(3))
		if p.Cmp(q.P) == 0 && n.Cmp(q.N) == 0 && new(big.Int).SetBytes(a).Cmp(three) == 0 && new(big.Int).SetBytes(b).Cmp(q.B) == 0 && isBase(q, base) {
			return c.oid
		}
	}
	return nil
}

// isBase compares a point with the base point, compressed or not (SEC 1 §2.3.3).
func isBase(q *elliptic.CurveParams, point []byte) bool {
	size := (q.BitSize + 7) / 8
	x, y := q.Gx.FillBytes(make([]byte, size)), q.Gy.FillBytes(make([]byte, size))
	parity := y[size-1] & 1
	return bytes.Equal(point, append(append([]byte{4}, x...), y...)) || bytes.Equal(point, append([]byte{2 + parity}, x...)) ||
		bytes.Equal(point, append(append([]byte{6 + parity}, x...), y...))
}

// knownKey returns the SubjectPublicKeyInfo in the form that crypto/x509 reads; a key on a curve that it does not know
// goes under another name, so that the rest can be read.
func (r *reading) knownKey() []byte {
	in := cryptobyte.String(r.key)
	var body, algorithm cryptobyte.String
	var whole []byte
	var oid, curve asn1.ObjectIdentifier
	if _, err := x509.ParsePKIXPublicKey(r.key); err == nil || !in.ReadASN1(&body, cbasn1.SEQUENCE) || !readElement(&body, &whole, cbasn1.SEQUENCE) {
		return r.key
	}
	algorithm = whole
	if !algorithm.ReadASN1(&algorithm, cbasn1.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) {
		return r.key
	}
	sequence := func(parts ...[]byte) []byte {
		var b cryptobyte.Builder
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(slices.Concat(parts...)) })
		return b.BytesOrPanic()
	}
	switch {
	case oid.Equal(oidRSA) && algorithm.Empty():
		r.say("it has an RSA key without the NULL that belongs to it")
		return sequence(sequence(marshalled(oid), asn1.NullBytes), body)
	case oid.Equal(oidDSA) && algorithm.Empty(): // RFC 3279 §2.3.2
		r.say("it has a DSA key without its parameters, which are its issuer's")
		return sequence(mask(whole), body)
	case !oid.Equal(oidEC):
		return r.key
	}
	if name := NamedCurve(algorithm); name != nil {
		r.say("it writes out the parameters of its key's curve instead of the curve's name")
		return sequence(sequence(marshalled(oid), marshalled(name)), body)
	}
	if algorithm.ReadASN1ObjectIdentifier(&curve) {
		if slices.ContainsFunc(curves, func(c knownCurve) bool { return c.oid.Equal(curve) }) {
			return r.key // it is the point that is wrong
		}
		r.say("it has a key on a curve that is not known here (%s)", curve)
	} else {
		r.say("its key is on a curve that it defines itself")
	}
	return sequence(mask(whole), body)
}

func marshalled(id asn1.ObjectIdentifier) []byte {
	var b cryptobyte.Builder
	b.AddASN1ObjectIdentifier(id)
	return b.BytesOrPanic()
}

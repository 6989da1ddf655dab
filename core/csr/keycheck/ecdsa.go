package keycheck

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"math/big"
)

// ErrNoCommonNonce reports that two signatures were not made with the same key and nonce, so that they give nothing away.
var ErrNoCommonNonce = errors.New("the two signatures do not come from one key and one nonce")

// RecoverECDSA computes the private key d from two ECDSA signatures (r, s1) and (r, s2) over two different hashes h1
// and h2, made with the same key and the same nonce. Who can call this function with the content of two certification
// requests owns the key: that is the point of it. Each s may have been replaced by its negative, as signers that keep s
// low do; all variants are tried, and a result is returned only if its nonce leads to r. That makes d a key which signs
// both hashes so; whether it is the key in question, its public key tells.
//
// curve is P-224, P-256, P-384 or P-521. The error says which value is out of range, that the hashes or signatures are
// equal (one signature twice gives nothing away), or is ErrNoCommonNonce; it never holds d.
// Source: FIPS 186-5, section 6.4.1 (s = (h+r·d)/k, h cut to the length of the order) and section 6.3.
func RecoverECDSA(curve elliptic.Curve, r, s1, s2 *big.Int, h1, h2 []byte) (d *big.Int, err error) {
	switch curve {
	case elliptic.P224(), elliptic.P256(), elliptic.P384(), elliptic.P521():
	default:
		return nil, errors.New("unknown curve: P-224, P-256, P-384 and P-521 are known")
	}
	order := curve.Params().N
	for _, v := range []struct {
		name  string
		value *big.Int
	}{{"r", r}, {"s1", s1}, {"s2", s2}} {
		if v.value == nil || v.value.Sign() <= 0 || v.value.Cmp(order) >= 0 {
			return nil, fmt.Errorf("%s is %q, not between 1 and the order of %s less 1", v.name, fmt.Sprint(v.value), curve.Params().Name)
		}
	}
	e1, e2 := hashToInt(h1, order), hashToInt(h2, order)
	if e1.Cmp(e2) == 0 {
		return nil, errors.New("the two hashes are equal: signatures over two different requests are needed")
	}
	difference := new(big.Int).Sub(e1, e2)
	for _, s2 := range []*big.Int{s2, new(big.Int).Sub(order, s2)} {
		// s1·k = e1+r·d and s2·k = e2+r·d, so k = (e1-e2)/(s1-s2). A negated s1 negates k, which changes neither r nor d.
		k := new(big.Int).Sub(s1, s2)
		k.Mod(k, order)
		if k.Sign() == 0 {
			continue
		}
		k.ModInverse(k, order)
		k.Mul(k, difference).Mod(k, order)
		if !leadsTo(curve, k, r) {
			continue
		}
		d = new(big.Int).Mul(s1, k)
		d.Sub(d, e1)
		d.Mul(d, new(big.Int).ModInverse(r, order)).Mod(d, order)
		if d.Sign() == 0 {
			continue
		}
		return d, nil
	}
	return nil, ErrNoCommonNonce
}

// hashToInt keeps the leftmost bits of a hash, as many as the order has.
func hashToInt(h []byte, order *big.Int) *big.Int {
	if size := (order.BitLen() + 7) / 8; len(h) > size {
		h = h[:size]
	}
	e := new(big.Int).SetBytes(h)
	if excess := len(h)*8 - order.BitLen(); excess > 0 {
		e.Rsh(e, uint(excess)) // #nosec G115 -- positive
	}
	return e.Mod(e, order)
}

// leadsTo reports whether the point k·G has the x coordinate r modulo the order.
func leadsTo(curve elliptic.Curve, k, r *big.Int) bool {
	if k.Sign() == 0 {
		return false
	}
	order := curve.Params().N
	key, err := ecdsa.ParseRawPrivateKey(curve, k.FillBytes(make([]byte, (order.BitLen()+7)/8)))
	if err != nil {
		return false
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return false
	}
	x := new(big.Int).SetBytes(point[1 : 1+(len(point)-1)/2])
	return x.Mod(x, order).Cmp(r) == 0
}

// OnCurve reports whether (x, y) is a point of curve other than the one at infinity, with both coordinates reduced.
// curve is P-224, P-256, P-384 or P-521; of any other nothing is known and the answer is false.
// Source: SEC 1, section 3.2.2.1; the cofactor of these curves is 1, so that every point has the right order.
func OnCurve(curve elliptic.Curve, x, y *big.Int) bool {
	if curve == nil || x == nil || y == nil {
		return false
	}
	size := (curve.Params().BitSize + 7) / 8
	if x.Sign() < 0 || y.Sign() < 0 || x.BitLen() > 8*size || y.BitLen() > 8*size {
		return false
	}
	point := make([]byte, 1+2*size)
	point[0] = 4 // uncompressed, SEC 1, section 2.3.3
	x.FillBytes(point[1 : 1+size])
	y.FillBytes(point[1+size:])
	_, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	return err == nil
}

package keycheck

import (
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"
)

// scalar returns a number between 1 and order-1.
func scalar(r *rand.Rand, order *big.Int) *big.Int {
	k := randomOdd(r, order.BitLen()/8*8+64)
	return k.Mod(k, new(big.Int).Sub(order, one)).Add(k, one)
}

// sign makes an ECDSA signature with a given nonce, as no library does: with the group law written out in affine
// coordinates (SEC 1, section 2.2.1), so that the test shares nothing with what it tests.
func sign(curve elliptic.Curve, d, k *big.Int, hash []byte) (r, s *big.Int) {
	c := curve.Params()
	inverse := func(v *big.Int) *big.Int { return new(big.Int).ModInverse(v.Mod(v, c.P), c.P) }
	type point struct{ x, y *big.Int }
	add := func(a, b *point) *point {
		if a == nil {
			return b
		}
		l := new(big.Int)
		if a.x.Cmp(b.x) == 0 { // never opposite points here: k is below the order
			l.Mul(a.x, a.x).Mul(l, big.NewInt(3)).Sub(l, big.NewInt(3))
			l.Mul(l, inverse(new(big.Int).Lsh(a.y, 1)))
		} else {
			l.Sub(b.y, a.y).Mul(l, inverse(new(big.Int).Sub(b.x, a.x)))
		}
		x := new(big.Int).Mul(l, l)
		x.Sub(x, a.x).Sub(x, b.x).Mod(x, c.P)
		y := new(big.Int).Sub(a.x, x)
		y.Mul(y, l).Sub(y, a.y).Mod(y, c.P)
		return &point{x, y}
	}
	var p *point
	for i := k.BitLen() - 1; i >= 0; i-- {
		if p != nil {
			p = add(p, p)
		}
		if k.Bit(i) == 1 {
			p = add(p, &point{c.Gx, c.Gy})
		}
	}
	r = new(big.Int).Mod(p.x, c.N)
	e := new(big.Int).SetBytes(hash)
	if excess := len(hash)*8 - c.N.BitLen(); excess > 0 {
		e.Rsh(e, uint(excess))
	}
	s = new(big.Int).Mul(r, d)
	s.Add(s, e).Mul(s, new(big.Int).ModInverse(k, c.N)).Mod(s, c.N)
	return r, s
}

func hash512(s string) []byte { h := sha512.Sum512([]byte(s)); return h[:] }
func hash256(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] }

func TestRecoverECDSA(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	for _, curve := range []elliptic.Curve{elliptic.P224(), elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		order := curve.Params().N
		for name, hash := range map[string]func(string) []byte{"SHA-256": hash256, "SHA-512": hash512} {
			d, k := scalar(r, order), scalar(r, order)
			h1, h2 := hash("one request"), hash("another request")
			r1, s1 := sign(curve, d, k, h1)
			r2, s2 := sign(curve, d, k, h2)
			if r1.Cmp(r2) != 0 {
				t.Fatal("one nonce, two values r")
			}
			minus := func(s *big.Int) *big.Int { return new(big.Int).Sub(order, s) }
			for variant, s := range map[string][2]*big.Int{
				"as signed": {s1, s2}, "first negated": {minus(s1), s2}, "second negated": {s1, minus(s2)}, "both negated": {minus(s1), minus(s2)},
			} {
				got, err := RecoverECDSA(curve, r1, s[0], s[1], h1, h2)
				if err != nil || got.Cmp(d) != 0 {
					t.Errorf("%s, %s, %s: the key is not recovered: %v", curve.Params().Name, name, variant, err)
				}
			}
			// The same r by different keys, or different nonces: nothing.
			_, other := sign(curve, scalar(r, order), k, h2)
			if got, err := RecoverECDSA(curve, r1, s1, other, h1, h2); !errors.Is(err, ErrNoCommonNonce) || got != nil {
				t.Errorf("%s: different keys: %v, %v", curve.Params().Name, got, err)
			}
			_, other = sign(curve, d, scalar(r, order), h2)
			if got, err := RecoverECDSA(curve, r1, s1, other, h1, h2); !errors.Is(err, ErrNoCommonNonce) || got != nil {
				t.Errorf("%s: different nonces: %v, %v", curve.Params().Name, got, err)
			}
			// Exchanged hashes are what another key could have signed with the negative nonce.
			got, err := RecoverECDSA(curve, r1, s1, s2, h2, h1)
			if err != nil || got.Cmp(d) == 0 {
				t.Fatalf("%s: exchanged hashes: %v", curve.Params().Name, err)
			}
			if r3, s3 := sign(curve, got, minus(k), h2); r3.Cmp(r1) != 0 || s3.Cmp(s1) != 0 {
				t.Errorf("%s: exchanged hashes: the result does not make the first signature", curve.Params().Name)
			}
		}
	}
}

func TestRecoverECDSARefuses(t *testing.T) {
	curve := elliptic.P256()
	order := curve.Params().N
	random := rand.New(rand.NewPCG(1, 5))
	d, k := scalar(random, order), scalar(random, order)
	h1, h2 := hash256("one request"), hash256("another request")
	r, s1 := sign(curve, d, k, h1)
	_, s2 := sign(curve, d, k, h2)
	large := new(big.Int).Add(s1, order)
	for _, c := range []struct {
		name      string
		curve     elliptic.Curve
		r, s1, s2 *big.Int
		h1, h2    []byte
		want      string
	}{
		{"no curve", nil, r, s1, s2, h1, h2, "unknown curve: P-224, P-256, P-384 and P-521 are known"},
		{"another curve", &elliptic.CurveParams{Name: "made up"}, r, s1, s2, h1, h2, "unknown curve: P-224, P-256, P-384 and P-521 are known"},
		{"r zero", curve, new(big.Int), s1, s2, h1, h2, `r is "0", not between 1 and the order of P-256 less 1`},
		{"r missing", curve, nil, s1, s2, h1, h2, `r is "<nil>", not between 1 and the order of P-256 less 1`},
		{"s1 negative", curve, r, big.NewInt(-1), s2, h1, h2, `s1 is "-1", not between 1 and the order of P-256 less 1`},
		{"s1 too large", curve, r, large, s2, h1, h2, `s1 is "` + large.String() + `", not between 1 and the order of P-256 less 1`},
		{"s2 zero", curve, r, s1, new(big.Int), h1, h2, `s2 is "0", not between 1 and the order of P-256 less 1`},
		{"one signature twice", curve, r, s1, s1, h1, h1, "the two hashes are equal: signatures over two different requests are needed"},
		{"one s for two hashes", curve, r, s1, s1, h1, h2, ErrNoCommonNonce.Error()},
		{"hashes that leave the nonce zero", curve, r, s1, s2, make([]byte, 32), order.Bytes(), "the two hashes are equal: signatures over two different requests are needed"},
	} {
		if got, err := RecoverECDSA(c.curve, c.r, c.s1, c.s2, c.h1, c.h2); err == nil || err.Error() != c.want || got != nil {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestOnCurve(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P224(), elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		c := curve.Params()
		for _, v := range []struct {
			name string
			x, y *big.Int
			want bool
		}{
			{"the base point", c.Gx, c.Gy, true},
			{"its negative", c.Gx, new(big.Int).Sub(c.P, c.Gy), true},
			{"beside it", c.Gx, new(big.Int).Add(c.Gy, one), false},
			{"coordinates exchanged", c.Gy, c.Gx, false},
			{"zero", new(big.Int), new(big.Int), false},
			{"not reduced", new(big.Int).Add(c.Gx, c.P), c.Gy, false},
			{"far too long", new(big.Int).Lsh(c.Gx, 100), c.Gy, false},
			{"negative", c.Gx, new(big.Int).Neg(c.Gy), false},
			{"missing", nil, c.Gy, false},
		} {
			if got := OnCurve(curve, v.x, v.y); got != v.want {
				t.Errorf("%s, %s: %v, want %v", c.Name, v.name, got, v.want)
			}
		}
	}
	if OnCurve(nil, one, one) || OnCurve(&elliptic.CurveParams{Name: "made up", BitSize: 256}, one, one) {
		t.Error("a point on no known curve")
	}
}

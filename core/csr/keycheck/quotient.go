package keycheck

import "math/big"

// guard is the number of bits that each step of Newton's iteration carries more than it promises.
const guard = 64

// quotient returns s·2^precision/d with an error of a few units, for d of L bits, d ≥ 1, and 0 ≤ s < 2^(L+guard/2). A nil
// s stands for 2^L, so that the result is the reciprocal of d.
//
// Newton's iteration x ← x + x·(1-d·x) doubles the number of right bits of the reciprocal with each step, so that all
// steps together cost about twice the last one; and the last one need not make a better reciprocal but can make a
// better quotient at once (Karp and Markstein: High-precision division and square root, 1997).
func (m *multiplier) quotient(s, d *big.Int, precision int) (*big.Int, error) {
	isReciprocal := s == nil
	if isReciprocal {
		s = new(big.Int).Lsh(one, uint(d.BitLen()))
	}
	if excess := d.BitLen() - precision - guard; excess > 0 { // bits below the precision do not count
		s, d = new(big.Int).Rsh(s, uint(excess)), new(big.Int).Rsh(d, uint(excess))
	}
	if words(precision) < 2*long {
		q := new(big.Int).Lsh(s, uint(precision)) // #nosec G115 -- lengths in bits, here and below
		return q.Quo(q, d), nil
	}
	length, half := d.BitLen(), precision/2+guard
	x, err := m.quotient(nil, d, half)
	if err != nil {
		return nil, err
	}
	q := x
	if !isReciprocal {
		drop := max(0, length-half-guard)
		if q, err = m.product(new(big.Int).Rsh(s, uint(drop)), x); err != nil {
			return nil, err
		}
		q.Rsh(q, uint(length-drop))
	}
	// q is s·2^half/d but for an error e, and rest is e·d.
	rest, err := m.difference(new(big.Int).Lsh(s, uint(half)), q, d, length+guard)
	if err != nil {
		return nil, err
	}
	// The correction is rest·x/2^(length+half), times 2^(precision-half). Of rest only the upper half counts.
	sign, drop := rest.Sign(), max(0, length-(precision-half)-guard)
	correction, err := m.product(rest.Abs(rest).Rsh(rest, uint(drop)), x)
	if err != nil {
		return nil, err
	}
	correction.Rsh(correction, uint(length+2*half-precision-drop))
	q = new(big.Int).Lsh(q, uint(precision-half))
	if sign < 0 {
		return q.Sub(q, correction), nil
	}
	return q.Add(q, correction), nil
}

// difference returns c - a·b for a, b, c ≥ 0, when its absolute value is known to be below 2^(size-2). A
// transform that has no more room than that returns the product modulo 2^size-1 (or a larger size), which is enough.
func (m *multiplier) difference(c, a, b *big.Int, size int) (*big.Int, error) {
	size = max(size, a.BitLen(), b.BitLen())
	shorter := min(a.BitLen(), b.BitLen())
	s, ok := shapeFor(size, digitsOf(shorter))
	if words(shorter) < long || !ok {
		p, err := m.product(a, b)
		if err != nil {
			return nil, err
		}
		return p.Sub(c, p), nil
	}
	if err := m.ctx.Err(); err != nil {
		return nil, err
	}
	around := s.length * int(s.width) // #nosec G115 -- a width
	p := m.cyclic(a, b, s, words(around)+2)
	modulus := new(big.Int).Lsh(one, uint(around))
	modulus.Sub(modulus, one)
	p.Sub(fold(c, modulus), fold(p, modulus))
	for p.BitLen() >= around {
		if p.Sign() > 0 {
			p.Sub(p, modulus)
		} else {
			p.Add(p, modulus)
		}
	}
	return p, nil
}

// fold returns x ≥ 0 modulo modulus, which is a power of two less one, or modulus itself instead of 0.
func fold(x, modulus *big.Int) *big.Int {
	size := uint(modulus.BitLen())
	for x.BitLen() > int(size) {
		upper := new(big.Int).Rsh(x, size)
		x = upper.Add(upper, new(big.Int).And(x, modulus))
	}
	return x
}

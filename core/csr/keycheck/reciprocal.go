package keycheck

import "math/big"

// guard is the number of bits that each step of Newton's iteration carries more than it promises.
const guard = 64

// reciprocal returns 2^(L+precision)/d for d of L bits, d ≥ 1, with an error below 4: a number of precision+1 bits.
//
// Newton's iteration x ← x + x·(1-d·x) doubles the number of right bits with each step, so that all steps together cost
// about twice the last one.
func (m *multiplier) reciprocal(d *big.Int, precision int) (*big.Int, error) {
	// Bits of d below the precision do not count.
	if excess := d.BitLen() - precision - guard; excess > 0 {
		d = new(big.Int).Rsh(d, uint(excess))
	}
	length := d.BitLen()
	if words(precision) < 2*long {
		x := new(big.Int).Lsh(one, uint(length+precision))
		return x.Quo(x, d), nil
	}
	half := precision/2 + guard
	x, err := m.reciprocal(d, half)
	if err != nil {
		return nil, err
	}
	// x = 2^half·(1-e)/δ with δ = d/2^length in [1/2, 1). rest = 2^(length+half)·e
	rest, err := m.product(d, x)
	if err != nil {
		return nil, err
	}
	rest.Sub(new(big.Int).Lsh(one, uint(length+half)), rest)
	// Only the upper half of the correction counts: rest has some length bits, of which precision-half are needed.
	drop := max(0, length-(precision-half)-guard)
	negative := rest.Sign() < 0
	rest.Abs(rest).Rsh(rest, uint(drop))
	correction, err := m.product(rest, x)
	if err != nil {
		return nil, err
	}
	// x·rest·2^(precision-half)/2^(length+half), with rest 2^drop times smaller
	if shift := length + 2*half - precision - drop; shift >= 0 {
		correction.Rsh(correction, uint(shift))
	} else {
		correction.Lsh(correction, uint(-shift))
	}
	x.Lsh(x, uint(precision-half))
	if negative {
		return x.Sub(x, correction), nil
	}
	return x.Add(x, correction), nil
}

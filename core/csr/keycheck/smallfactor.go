package keycheck

import (
	"math/big"
	"math/bits"
)

// smallLimit bounds the primes that SmallFactor tries.
const smallLimit = 1 << 16

// lanes is the number of prime products that one pass over a modulus serves: as many as keep a core's multiplier busy,
// which would otherwise wait for each result.
const lanes = 4

// battery is a set of runs of odd primes. The product of each run fits a word.
type battery struct {
	products [lanes]uint64
	inverses [lanes]uint64 // of the products modulo 2^64
	primes   [lanes][]divisor
}

// divisor tests words for divisibility by p without dividing: x is a multiple of an odd p exactly if x·p⁻¹ modulo 2^64
// is at most ⌊(2^64-1)/p⌋ (Granlund and Montgomery: Division by invariant integers using multiplication, 1994, section 9).
type divisor struct{ p, inverse, limit uint64 }

var batteries = newBatteries()

func newBatteries() []battery {
	var all []battery
	lane := lanes
	for _, run := range runs(oddPrimesBelow(smallLimit)) {
		if lane == lanes {
			all = append(all, battery{})
			lane = 0
		}
		b := &all[len(all)-1]
		b.products[lane] = 1
		for _, p := range run {
			b.products[lane] *= p
			b.primes[lane] = append(b.primes[lane], divisor{p, inverse64(p), ^uint64(0) / p})
		}
		b.inverses[lane] = inverse64(b.products[lane])
		lane++
	}
	return all // lanes of the last battery that are left have the product 0, no primes and do no harm
}

// runs cuts primes into runs whose product is below 2^64.
func runs(primes []uint64) [][]uint64 {
	var all [][]uint64
	product, begin := uint64(1), 0
	for i, p := range primes {
		hi, lo := bits.Mul64(product, p)
		if hi != 0 {
			all = append(all, primes[begin:i])
			lo, begin = p, i
		}
		product = lo
	}
	return append(all, primes[begin:])
}

// inverse64 returns 1/m modulo 2^64 for an odd m by Newton's iteration, from the 3 bits that m itself has right.
func inverse64(m uint64) uint64 {
	x := m
	for range 5 {
		x *= 2 - m*x
	}
	return x
}

// SmallFactor returns the smallest prime below 2^16 that divides n, or 0 if there is none or n is below 2. A prime n
// below 2^16 is its own factor. It takes time in proportion to the length of n.
func SmallFactor(n *big.Int) uint64 {
	if n.Cmp(one) <= 0 {
		return 0
	}
	if n.Bit(0) == 0 {
		return 2
	}
	var space [128]uint64 // RSA up to 8192 bits
	words := words64(space[:0], n)
	for i := range batteries {
		b := &batteries[i]
		for lane, r := range b.residues(words) {
			for _, d := range b.primes[lane] {
				if r*d.inverse <= d.limit {
					return d.p
				}
			}
		}
	}
	return 0
}

// residues returns for each lane a word that has the same factors in common with the product as n has, n given in words
// from the lowest up. That is -n/2^(64·len(n)) modulo the product: Hensel's division, which takes away multiples of the
// product until the lower words are 0, and needs two multiplications a word where a remainder takes a division.
func (b *battery) residues(n []uint64) [lanes]uint64 {
	var c0, c1, c2, c3 uint64
	p0, p1, p2, p3 := b.products[0], b.products[1], b.products[2], b.products[3]
	i0, i1, i2, i3 := b.inverses[0], b.inverses[1], b.inverses[2], b.inverses[3]
	for _, x := range n {
		c0 = henselStep(x, c0, p0, i0)
		c1 = henselStep(x, c1, p1, i1)
		c2 = henselStep(x, c2, p2, i2)
		c3 = henselStep(x, c3, p3, i3)
	}
	return [lanes]uint64{c0, c1, c2, c3}
}

func henselStep(x, carry, product, inverse uint64) uint64 {
	d, borrow := bits.Sub64(x, carry, 0)
	hi, _ := bits.Mul64(d*inverse, product)
	return hi + borrow
}

// words64 appends the value of n ≥ 0 to w, lowest word first, whatever the size of a machine word is.
func words64(w []uint64, n *big.Int) []uint64 {
	if bits.UintSize == 64 {
		for _, v := range n.Bits() {
			w = append(w, uint64(v))
		}
		return w
	}
	for i, v := range n.Bits() {
		if i%2 == 0 {
			w = append(w, uint64(v))
		} else {
			w[len(w)-1] |= uint64(v) << 32
		}
	}
	return w
}

// oddPrimesBelow is the sieve of Eratosthenes.
func oddPrimesBelow(limit uint64) []uint64 {
	composite := make([]bool, limit)
	var primes []uint64
	for p := uint64(3); p < limit; p += 2 {
		if composite[p] {
			continue
		}
		primes = append(primes, p)
		for q := p * p; q < limit; q += 2 * p {
			composite[q] = true
		}
	}
	return primes
}

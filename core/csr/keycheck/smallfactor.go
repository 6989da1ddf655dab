package keycheck

import (
	"math/big"
	"math/bits"
)

// smallLimit bounds the primes that SmallFactor tries.
const smallLimit = 1 << 16

// primeGroup is a run of odd primes whose product fits a word, so that one pass over a modulus serves all of them.
type primeGroup struct {
	product uint64
	primes  []uint64
}

var primeGroups = newPrimeGroups()

func newPrimeGroups() []primeGroup {
	var groups []primeGroup
	group := primeGroup{product: 1}
	for _, p := range oddPrimesBelow(smallLimit) {
		hi, lo := bits.Mul64(group.product, p)
		if hi != 0 {
			groups = append(groups, group)
			group, lo = primeGroup{}, p
		}
		group.product = lo
		group.primes = append(group.primes, p)
	}
	return append(groups, group)
}

// SmallFactor returns the smallest prime below 2^16 that divides n, or 0 if there is none or n is below 2. A prime n
// below 2^16 is its own factor.
func SmallFactor(n *big.Int) uint64 {
	if n.Cmp(big.NewInt(2)) < 0 {
		return 0
	}
	if n.Bit(0) == 0 {
		return 2
	}
	for _, g := range primeGroups {
		r := remainder(n, g.product)
		for _, p := range g.primes {
			if r%p == 0 {
				return p
			}
		}
	}
	return 0
}

// remainder returns n mod m for n ≥ 0.
func remainder(n *big.Int, m uint64) uint64 {
	words := n.Bits()
	var r uint64
	for i := len(words) - 1; i >= 0; i-- {
		if bits.UintSize == 64 {
			_, r = bits.Div64(r, uint64(words[i]), m)
			continue
		}
		// A 32-bit word: r may need all 64 bits, so that the two are divided as 96 bits.
		hi, lo := r>>32, r<<32|uint64(words[i])
		_, r = bits.Div64(hi, lo, m)
	}
	return r
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
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

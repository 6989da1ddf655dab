package keycheck

import (
	"math/big"
	"math/bits"
)

const (
	// rocaGenerator generates the subgroup in which the flawed library chose its primes (Nemec et al., section 2.1).
	rocaGenerator = 65537
	// rocaLargest is the largest prime of the modulus that the flawed library used for its smallest keys, the product of
	// all primes up to it. The modulus used for every larger size of key is a multiple of that.
	rocaLargest = 167
)

// logarithms has the discrete logarithms to the base 65537 modulo one small prime.
type logarithms struct {
	p     uint64
	order int     // of 65537
	of    []int16 // each residue, -1 where there is none
}

// rocaRun has the odd primes of the fingerprint in runs whose product fits a word.
type rocaRun struct {
	product uint64
	primes  []logarithms
}

var rocaRuns = newRocaRuns()

func newRocaRuns() []rocaRun {
	var all []rocaRun
	for _, primes := range runs(oddPrimesBelow(rocaLargest + 1)) {
		run := rocaRun{product: 1}
		for _, p := range primes {
			run.product *= p
			l := logarithms{p: p, of: make([]int16, p)}
			for i := range l.of {
				l.of[i] = -1
			}
			for power := uint64(1); l.of[power] < 0; power = power * rocaGenerator % p {
				l.of[power] = int16(l.order) // #nosec G115 -- an order modulo p is below p, at most 167
				l.order++
			}
			run.primes = append(run.primes, l)
		}
		all = append(all, run)
	}
	return all
}

// ROCA reports whether the RSA modulus n carries the fingerprint of CVE-2017-15361: whether n is a power of 65537 modulo
// the product of all primes up to 167. Such keys were made by the Infineon library RSALib, and the private key of the
// usual sizes can be computed from the public one. Of sound moduli about one in 2^154 looks the same.
//
// Source: Nemec, Sys, Svenda, Klinec, Matyas: The Return of Coppersmith's Attack, CCS 2017, section 2.3. Instead of one
// discrete logarithm modulo the product, one is looked up for each prime; by the Chinese remainder theorem they have an
// exponent in common exactly if each two of them agree modulo the greatest common divisor of their orders.
func ROCA(n *big.Int) bool {
	if n.Cmp(one) <= 0 || n.Bit(0) == 0 {
		return false
	}
	var space [128]uint64
	words := words64(space[:0], n)
	type congruence struct{ exponent, order int }
	var known []congruence
	for i := range rocaRuns {
		run := &rocaRuns[i]
		var residue uint64
		for j := len(words) - 1; j >= 0; j-- {
			residue = bits.Rem64(residue, words[j], run.product)
		}
		for _, l := range run.primes {
			c := congruence{int(l.of[residue%l.p]), l.order}
			if c.exponent < 0 {
				return false
			}
			for _, k := range known {
				if (c.exponent-k.exponent)%gcd(c.order, k.order) != 0 {
					return false
				}
			}
			known = append(known, c)
		}
	}
	return true
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

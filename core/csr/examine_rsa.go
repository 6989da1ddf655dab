package csr

import (
	"math/big"
	"math/bits"

	"enrollbench/core/csr/keycheck"
)

// maxRSABits bounds what is computed with: a request may hold a modulus of 700,000 bits, whose arithmetic would take
// seconds. What is longer has its finding by its size.
const maxRSABits = 16384

// maxExponentBits is the bound of FIPS 186-5 §A.1.1 for exponents.
const maxExponentBits = 256

// fermatRounds is customary; keys that CVE-2022-26320 describes need one.
const fermatRounds = 100

func (e *exam) rsaKey(k *publicKey) {
	n, exp := k.rsa.n, k.rsa.e
	switch size := k.Bits; {
	case k.pss:
		e.addf(RuleKeyType, "the key is bound to RSASSA-PSS (id-RSASSA-PSS), and the service takes rsaEncryption")
		if size < 2048 {
			e.addf(RuleWeakRSAKey, "the RSA key has %d bits, and 2048 is the least", size)
		}
	case size < 2048:
		e.addf(RuleWeakRSAKey, "the RSA key has %d bits, and 2048 is the least", size)
	case size != 2048 && size != 3072 && size != 4096:
		e.addf(RuleRSAKeySize, "the RSA key has %d bits, and the service takes 2048, 3072 and 4096", size)
	}
	switch {
	case exp.BitLen() <= 1:
		e.addf(RuleRSAExponent, "the RSA exponent is %s", exp)
	case exp.Bit(0) == 0 && exp.BitLen() <= maxExponentBits:
		e.addf(RuleRSAExponent, "the RSA exponent %s is even", exp)
	case exp.BitLen() > maxExponentBits:
		e.addf(RuleRSAExponent, "the RSA exponent has %d bits, and %d is the most", exp.BitLen(), maxExponentBits)
	case exp.BitLen() <= 16:
		e.addf(RuleSmallRSAExponent, "the RSA exponent is %s, and 65537 is the least that is advised", exp)
	}
	if k.Bits > maxRSABits {
		return
	}
	if hasTinyFactor(n) {
		e.smallFactor(n)
		return // a damaged modulus: what else arithmetic says of it means nothing
	}
	e.facts.modulus = n.Bytes()
	if keycheck.ROCA(n) {
		e.addf(RuleROCA, "the RSA modulus has the fingerprint of the defective Infineon library")
	}
	if keycheck.ClosePrimes(n, fermatRounds) != nil {
		e.addf(RuleClosePrimes, "Fermat's method finds the primes of the RSA modulus in %d rounds or fewer", fermatRounds)
	}
}

// smallFactor searches further than hasTinyFactor, up to 2^16, at several times the cost of a verification: it is for
// moduli that something is wrong with already.
func (e *exam) smallFactor(n *big.Int) {
	if p := keycheck.SmallFactor(n); p != 0 {
		e.facts.modulus = nil // shares its factor with every other damaged modulus
		e.addf(RuleSmallFactor, "the RSA modulus is divisible by %d", p)
	}
}

// wordPrimes is a run of primes whose product fits a word, so that one pass over a modulus serves all of them.
type wordPrimes struct {
	product uint64
	primes  []uint64
}

// tinyPrimes are the odd primes below 752, the bound of the CA/Browser Forum's Baseline Requirements §6.1.6.
var tinyPrimes = func() (groups []wordPrimes) {
	group := wordPrimes{product: 1}
	for p := uint64(3); p < 752; p += 2 {
		if !big.NewInt(int64(p)).ProbablyPrime(0) { // #nosec G115 -- below 752
			continue
		}
		hi, lo := bits.Mul64(group.product, p)
		if hi != 0 {
			groups = append(groups, group)
			group, lo = wordPrimes{}, p
		}
		group.product = lo
		group.primes = append(group.primes, p)
	}
	return append(groups, group)
}()

// hasTinyFactor reports whether n is even or has a factor below 752.
func hasTinyFactor(n *big.Int) bool {
	if n.Bit(0) == 0 {
		return true
	}
	for i := range tinyPrimes {
		g := &tinyPrimes[i]
		r := modWord(n, g.product)
		for _, p := range g.primes {
			if r%p == 0 {
				return true
			}
		}
	}
	return false
}

// modWord is n mod m for n ≥ 0, without memory.
func modWord(n *big.Int, m uint64) (r uint64) {
	words := n.Bits()
	for i := len(words) - 1; i >= 0; i-- {
		if bits.UintSize == 64 {
			_, r = bits.Div64(r, uint64(words[i]), m)
		} else {
			_, r = bits.Div64(r>>32, r<<32|uint64(words[i]), m)
		}
	}
	return r
}

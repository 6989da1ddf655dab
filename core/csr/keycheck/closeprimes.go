package keycheck

import "math/big"

// ClosePrimes looks for two factors of n close to each other by Fermat's method: it tries rounds successive values a
// from the square root of n upwards, and finds n = (a-b)(a+b) as soon as a²-n is a square b². It returns the smaller of
// the two factors, which are the primes if n is the product of two; or nil if none was found, n is below 2 or a prime.
//
// Primes whose distance is below √(8·rounds)·n^¼ are found. Sound generators keep it above 2^(bits/2-100) (FIPS 186-5,
// appendix A.1.3), which no number of rounds reaches. Of the flawed keys seen in the field (CVE-2022-26320) all fall in
// the first rounds; 100 are customary. A round costs some nanoseconds, the square root before them microseconds.
func ClosePrimes(n *big.Int, rounds int) (p *big.Int) {
	if n.Cmp(one) <= 0 || rounds <= 0 {
		return nil
	}
	a := new(big.Int).Sqrt(n)
	if new(big.Int).Mul(a, a).Cmp(n) < 0 {
		a.Add(a, one)
	}
	// Most differences a²-n are no squares already modulo small numbers, where next to nothing is to be computed.
	modulus := new(big.Int).SetUint64(squareModulus)
	root := new(big.Int).Rem(a, modulus).Uint64()
	rest := new(big.Int).Rem(n, modulus).Uint64()
	square, b := new(big.Int), new(big.Int)
	for i := range rounds {
		r := (root + uint64(i)) % squareModulus // #nosec G115 -- not negative
		if !maybeSquare((r*r + squareModulus - rest) % squareModulus) {
			continue
		}
		candidate := new(big.Int).Add(a, big.NewInt(int64(i)))
		square.Mul(candidate, candidate).Sub(square, n)
		b.Sqrt(square)
		if new(big.Int).Mul(b, b).Cmp(square) != 0 {
			continue
		}
		if p := candidate.Sub(candidate, b); p.Cmp(one) > 0 {
			return p
		}
		return nil // n = 1·n is the last pair there is
	}
	return nil
}

// squareFactors are pairwise coprime numbers with few squares among their residues: together they let 1 candidate in 428
// pass. Their product squared fits a word.
var squareFactors = [...]uint64{64, 63, 65, 11, 17, 19}

const squareModulus = 64 * 63 * 65 * 11 * 17 * 19

// squares has bit r of word i set where r is a square modulo squareFactors[i].
var squares = func() (s [len(squareFactors)][2]uint64) {
	for i, m := range squareFactors {
		for x := range m {
			r := x * x % m
			s[i][r/64] |= 1 << (r % 64)
		}
	}
	return s
}()

// maybeSquare reports whether r, a number modulo squareModulus, is a square modulo each of squareFactors.
func maybeSquare(r uint64) bool {
	for i, m := range squareFactors {
		x := r % m
		if squares[i][x/64]>>(x%64)&1 == 0 {
			return false
		}
	}
	return true
}

package keycheck

import "math/big"

// ClosePrimes looks for a factor of n by Fermat's method: it tries rounds successive values a from the square root of n
// upwards, and finds n = (a-b)(a+b) as soon as a²-n is a square b². It returns the smaller of the two factors, which are
// primes if n is the product of two, or nil if none was found. Primes whose distance is less than about
// n^¼·√(8·rounds) are found; sound generators keep it above 2^(bits/2-100) (FIPS 186-5, appendix A.1.3), which no
// number of rounds reaches. Flawed ones are known that 1 round finds, and 100 are customary (CVE-2022-26320).
func ClosePrimes(n *big.Int, rounds int) (p *big.Int) {
	if n.Sign() <= 0 || rounds <= 0 {
		return nil
	}
	one := big.NewInt(1)
	a := new(big.Int).Sqrt(n)
	if new(big.Int).Mul(a, a).Cmp(n) < 0 {
		a.Add(a, one)
	}
	squares, b := new(big.Int), new(big.Int)
	for range rounds {
		squares.Mul(a, a).Sub(squares, n)
		b.Sqrt(squares)
		if new(big.Int).Mul(b, b).Cmp(squares) == 0 {
			if p := new(big.Int).Sub(a, b); p.Cmp(one) > 0 {
				return p
			}
			return nil // n = 1·n: a prime, and every further a is too large
		}
		a.Add(a, one)
	}
	return nil
}

package main

import (
	"crypto/rand"
	"math/big"
)

const modulusBits = 2048

func prime(bits int) *big.Int {
	p, err := rand.Prime(rand.Reader, bits)
	check(err)
	return p
}

// sound makes a key of two primes without a flaw, with exponent e.
func sound(e int64) *rsaKey {
	for {
		p, q := prime(modulusBits/2), prime(modulusBits/2)
		if k := newRSA([]*big.Int{p, q}, e); k != nil && k.n.BitLen() == modulusBits {
			return k
		}
	}
}

// closePrimes makes q the next prime after p, as the generators of CVE-2022-26320 did.
func closePrimes() *rsaKey {
	for {
		p := prime(modulusBits / 2)
		q := new(big.Int).Add(p, big.NewInt(2))
		for !q.ProbablyPrime(20) {
			q.Add(q, big.NewInt(2))
		}
		if k := newRSA([]*big.Int{p, q}, 65537); k != nil && k.n.BitLen() == modulusBits {
			return k
		}
	}
}

// apart makes primes that agree in their leading third: sound, and near enough to tell a check that is too eager.
func apart() *rsaKey {
	for {
		p := prime(modulusBits / 2)
		q := new(big.Int).Xor(p, prime(modulusBits/3))
		q.SetBit(q, 0, 1)
		for !q.ProbablyPrime(20) {
			q.Add(q, big.NewInt(2))
		}
		if k := newRSA([]*big.Int{p, q}, 65537); k != nil && k.n.BitLen() == modulusBits {
			return k
		}
	}
}

// roca makes primes k·M + 65537^a mod M, M being the product of the primes that the flawed library uses for this size
// (the first 126: Nemec et al., section 2.1).
func roca() *rsaKey {
	m := big.NewInt(1)
	for p, count := int64(2), 0; count < 126; p++ {
		if big.NewInt(p).ProbablyPrime(20) {
			m.Mul(m, big.NewInt(p))
			count++
		}
	}
	one := func() *big.Int {
		for {
			a, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 62))
			check(err)
			low := new(big.Int).Exp(big.NewInt(65537), a, m)
			k, err := rand.Prime(rand.Reader, modulusBits/2-m.BitLen()) // any number of this size
			check(err)
			p := new(big.Int).Add(low, k.Mul(k, m))
			if p.BitLen() == modulusBits/2 && p.ProbablyPrime(20) {
				return p
			}
		}
	}
	for {
		if k := newRSA([]*big.Int{one(), one()}, 65537); k != nil && k.n.BitLen() == modulusBits {
			return k
		}
	}
}

// withFactor makes a modulus of three primes, one of them small.
func withFactor(small int64) *rsaKey {
	f := big.NewInt(small)
	for {
		k := newRSA([]*big.Int{f, prime(modulusBits / 2), prime(modulusBits/2 + 1 - f.BitLen())}, 65537)
		if k != nil && k.n.BitLen() == modulusBits {
			return k
		}
	}
}

// exponentOne verifies whatever equals its padding: the root of a message is the message.
func exponentOne() *rsaKey {
	k := sound(65537)
	k.e, k.root = big.NewInt(1), func(m *big.Int) *big.Int { return m }
	return k
}

// exponentTwo has square roots for one message in four.
func exponentTwo() *rsaKey {
	p, q := prime(modulusBits/2), prime(modulusBits/2)
	n := new(big.Int).Mul(p, q)
	if n.BitLen() != modulusBits {
		return exponentTwo()
	}
	return &rsaKey{n: n, e: big.NewInt(2), root: func(m *big.Int) *big.Int {
		a, b := new(big.Int).ModSqrt(new(big.Int).Mod(m, p), p), new(big.Int).ModSqrt(new(big.Int).Mod(m, q), q)
		if a == nil || b == nil {
			return nil
		}
		// Chinese remainder: a + p·((b-a)/p mod q)
		h := new(big.Int).Sub(b, a)
		h.Mul(h, new(big.Int).ModInverse(p, q)).Mod(h, q)
		return h.Mul(h, p).Add(h, a)
	}}
}

// sharedPrime makes two keys with one prime in common.
func sharedPrime() (a, b *rsaKey) {
	p := prime(modulusBits / 2)
	one := func() *rsaKey {
		for {
			if k := newRSA([]*big.Int{p, prime(modulusBits / 2)}, 65537); k != nil && k.n.BitLen() == modulusBits {
				return k
			}
		}
	}
	return one(), one()
}

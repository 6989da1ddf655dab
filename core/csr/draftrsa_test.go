package csr

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
)

// rsaDraft is an RSA key that signs by hand, because the library refuses most of the keys here.
type rsaDraft struct {
	n, e *big.Int
	root func(m *big.Int) *big.Int // the e-th root of m modulo n, nil where there is none
}

var oidRSAKey = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}

func (k *rsaDraft) spki() []byte {
	return sequence(sequence(marshal(oidRSAKey), []byte{5, 0}), bitString(sequence(marshal(k.n), marshal(k.e))))
}

func (k *rsaDraft) algorithm() []byte {
	return sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}), []byte{5, 0})
}

// sign gives nil where the message has no root.
func (k *rsaDraft) sign(info []byte) []byte {
	size := (k.n.BitLen() + 7) / 8
	hash := sha256.Sum256(info)
	tail := append(append([]byte{0}, digestInfo[crypto.SHA256]...), hash[:]...)
	em := make([]byte, size)
	em[1] = 1
	for i := 2; i < size-len(tail); i++ {
		em[i] = 0xFF
	}
	copy(em[size-len(tail):], tail)
	if s := k.root(new(big.Int).SetBytes(em)); s != nil {
		return s.FillBytes(make([]byte, size))
	}
	return nil
}

// rsaOf makes keys of the primes that draw gives until one has the size of a modulus and an exponent.
func rsaOf(bits int, e int64, draw func() []*big.Int) *rsaDraft {
	for {
		n, phi := big.NewInt(1), big.NewInt(1)
		for _, p := range draw() {
			n.Mul(n, p)
			phi.Mul(phi, new(big.Int).Sub(p, big.NewInt(1)))
		}
		if d := new(big.Int).ModInverse(big.NewInt(e), phi); d != nil && n.BitLen() == bits {
			return &rsaDraft{n, big.NewInt(e), func(m *big.Int) *big.Int { return new(big.Int).Exp(m, d, n) }}
		}
	}
}

func prime(bits int) *big.Int {
	p, err := rand.Prime(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return p
}

func nextPrime(n *big.Int) *big.Int {
	for n.SetBit(n, 0, 1); !n.ProbablyPrime(20); {
		n.Add(n, big.NewInt(2))
	}
	return n
}

// primeOf is the prime of a number: any two make a modulus of 2048 bits that goes with every exponent of the fixtures.
var primeOf = once(func() *big.Int {
	for {
		p := prime(1024)
		rest, fits := new(big.Int).Sub(p, big.NewInt(1)), p.Bit(1022) == 1
		for _, e := range []int64{17, 65537, 65539, 1<<32 + 15} {
			fits = fits && new(big.Int).Mod(rest, big.NewInt(e)).Sign() != 0
		}
		if fits {
			return p
		}
	}
})

// sound is a key of two primes without a flaw; its exponent says which.
func sound(e int64) *rsaDraft {
	return rsaOf(2048, e, func() []*big.Int { return []*big.Int{primeOf(int(e)), primeOf(int(-e))} })
}

// sharing is a key of 2048 bits with the prime of a number.
func sharing(number int) *rsaDraft {
	return rsaOf(2048, 65537, func() []*big.Int { return []*big.Int{primeOf(number), prime(1024)} })
}

// closeTogether has the next prime after the first as its second, as the generators of CVE-2022-26320 did.
func closeTogether() *rsaDraft {
	return rsaOf(2048, 65537, func() []*big.Int {
		p := prime(1024)
		return []*big.Int{p, nextPrime(new(big.Int).Add(p, big.NewInt(2)))}
	})
}

// apart has primes that agree in their leading third: sound, and near enough to tell a check that is too eager.
func apart() *rsaDraft {
	return rsaOf(2048, 65537, func() []*big.Int {
		p := prime(1024)
		return []*big.Int{p, nextPrime(new(big.Int).Xor(p, prime(2048/3)))}
	})
}

// infineon has primes k·M + 65537^a mod M, where M is the product of the primes that the flawed library takes for this
// size (the first 126: Nemec et al., section 2.1).
func infineon() *rsaDraft {
	m := big.NewInt(1)
	for p, count := int64(2), 0; count < 126; p++ {
		if big.NewInt(p).ProbablyPrime(20) {
			m.Mul(m, big.NewInt(p))
			count++
		}
	}
	one := func() *big.Int {
		for {
			p := new(big.Int).Exp(big.NewInt(65537), prime(62), m)
			k := prime(1024 - m.BitLen()) // any number of this size
			if p.Add(p, k.Mul(k, m)); p.BitLen() == 1024 && p.ProbablyPrime(20) {
				return p
			}
		}
	}
	return rsaOf(2048, 65537, func() []*big.Int { return []*big.Int{one(), one()} })
}

// divisible has a modulus of three primes, one of them small.
func divisible(small int64) *rsaDraft {
	f := big.NewInt(small)
	return rsaOf(2048, 65537, func() []*big.Int { return []*big.Int{f, prime(1024), prime(1025 - f.BitLen())} })
}

// exponentOne verifies whatever equals its padding: the root of a message is the message.
func exponentOne() *rsaDraft {
	k := sound(65537)
	k.e, k.root = big.NewInt(1), func(m *big.Int) *big.Int { return m }
	return k
}

// exponentTwo has square roots for one message in four.
func exponentTwo() *rsaDraft {
	var p, q *big.Int
	k := rsaOf(2048, 65537, func() []*big.Int { p, q = prime(1024), prime(1024); return []*big.Int{p, q} })
	k.e, k.root = big.NewInt(2), func(m *big.Int) *big.Int {
		a, b := new(big.Int).ModSqrt(new(big.Int).Mod(m, p), p), new(big.Int).ModSqrt(new(big.Int).Mod(m, q), q)
		if a == nil || b == nil {
			return nil
		}
		h := new(big.Int).Sub(b, a) // Chinese remainder: a + p·((b-a)/p mod q)
		h.Mul(h, new(big.Int).ModInverse(p, q)).Mod(h, q)
		return h.Mul(h, p).Add(h, a)
	}
	return k
}

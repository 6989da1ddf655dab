package keycheck

import (
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"
)

// smallestFactor divides by one prime after the other.
func smallestFactor(n *big.Int) uint64 {
	if n.Cmp(one) <= 0 {
		return 0
	}
	r := new(big.Int)
	for _, p := range primesOfBig() {
		if r.Rem(n, p).Sign() == 0 {
			return p.Uint64()
		}
	}
	return 0
}

// primesOfBig has the primes below 2^16 by another sieve than ours: math/big's test, which is exact there.
var primesOfBig = sync.OnceValue(func() (primes []*big.Int) {
	for d := int64(2); d < smallLimit; d++ {
		if p := big.NewInt(d); p.ProbablyPrime(0) {
			primes = append(primes, p)
		}
	}
	return primes
})

func TestSmallFactor(t *testing.T) {
	huge := new(big.Int).Lsh(one, 20000)
	for _, c := range []struct {
		n    *big.Int
		want uint64
	}{
		{big.NewInt(-15), 0},
		{big.NewInt(0), 0},
		{big.NewInt(1), 0},
		{big.NewInt(2), 2},
		{big.NewInt(3), 3},
		{big.NewInt(1 << 40), 2},
		{big.NewInt(65521), 65521}, // the largest prime below 2^16
		{big.NewInt(65521 * 65521), 65521},
		{big.NewInt(65519 * 65521), 65519},
		{big.NewInt(65537), 0}, // the smallest above
		{big.NewInt(65537 * 65539), 0},
		{huge, 2},
		{new(big.Int).Add(huge, one), smallestFactor(new(big.Int).Add(huge, one))},
		{new(big.Int).Mul(parse(t, sound2048, 16), big.NewInt(60013)), 60013},
		{parse(t, sound2048, 16), 0},
	} {
		if got := SmallFactor(c.n); got != c.want {
			t.Errorf("%v: %d, want %d", c.n, got, c.want)
		}
	}
}

// Every prime is found alone, and in a modulus with no other small one.
func TestSmallFactorKnowsEveryPrime(t *testing.T) {
	sound := parse(t, sound2048, 16)
	n := new(big.Int)
	primes := oddPrimesBelow(smallLimit)
	if len(primes) != 6541 {
		t.Fatalf("%d odd primes below 2^16, there are 6541", len(primes))
	}
	for _, p := range primes {
		if got := SmallFactor(n.Mul(sound, n.SetUint64(p))); got != p {
			t.Errorf("%d in a modulus is taken for %d", p, got)
		}
	}
}

func TestSmallFactorOfRandomNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, size := range []int{64, 128, 1024, 4096, 9000} {
		for range 20 {
			n := randomOdd(r, size)
			if got, want := SmallFactor(n), smallestFactor(n); got != want {
				t.Errorf("%v: %d, want %d", n, got, want)
			}
		}
	}
}

func FuzzSmallFactor(f *testing.F) {
	f.Add([]byte{0})
	f.Add([]byte{0xff, 0xf1})
	f.Add(parse(f, sound2048, 16).Bytes())
	f.Add(new(big.Int).Mul(parse(f, sound2048, 16), big.NewInt(65521)).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		n := new(big.Int).SetBytes(data)
		if got, want := SmallFactor(n), smallestFactor(n); got != want {
			t.Errorf("%v: %d, want %d", n, got, want)
		}
	})
}

package keycheck

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// fermat is the method without any filter.
func fermat(n *big.Int, rounds int) *big.Int {
	if n.Cmp(one) <= 0 {
		return nil
	}
	a := new(big.Int).Sqrt(n)
	for a2 := new(big.Int); rounds > 0; a.Add(a, one) {
		if a2.Mul(a, a).Cmp(n) < 0 {
			continue
		}
		a2.Sub(a2, n)
		b := new(big.Int).Sqrt(a2)
		if new(big.Int).Mul(b, b).Cmp(a2) == 0 {
			if p := new(big.Int).Sub(a, b); p.Cmp(one) > 0 {
				return p
			}
			return nil
		}
		rounds--
	}
	return nil
}

func equal(a, b *big.Int) bool { return a == nil && b == nil || a != nil && b != nil && a.Cmp(b) == 0 }

func TestClosePrimes(t *testing.T) {
	for _, c := range []struct {
		n      int64
		rounds int
		want   int64 // 0 for none
	}{
		{-15, 100, 0},
		{0, 100, 0},
		{1, 100, 0},
		{2, 100, 0},
		{3, 100, 0}, // 1·3
		{13, 100, 0},
		{4, 1, 2},
		{15, 1, 3},
		{6, 100, 0}, // 2 modulo 4: no difference of squares
		{49, 1, 7},
		{101 * 103, 1, 101},
		{101 * 151, 1, 0},
		{101 * 151, 3, 101}, // √15251 is 123.5, and 126 is the mean of both
		{101 * 151, 0, 0},
		{101 * 151, -1, 0},
		{5 * 10007, 10000, 5},
	} {
		got := ClosePrimes(big.NewInt(c.n), c.rounds)
		if got == nil && c.want != 0 || got != nil && got.Int64() != c.want {
			t.Errorf("%d in %d rounds: %v, want %d", c.n, c.rounds, got, c.want)
		}
	}
}

func TestClosePrimesFindsNeighbours(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	next := func(p *big.Int) *big.Int {
		for p = new(big.Int).Add(p, big.NewInt(2)); !p.ProbablyPrime(5); p.Add(p, big.NewInt(2)) {
		}
		return p
	}
	for _, size := range []int{256, 512} {
		p := randomPrime(r, size)
		n := new(big.Int).Mul(p, next(next(p)))
		if got := ClosePrimes(n, 1); !equal(got, p) {
			t.Errorf("%v: %v, want %v", n, got, p)
		}
		// √(8·rounds)·n^¼ apart is within reach, ten times as far is not.
		for factor, found := range map[int64]bool{20: true, 400: false} {
			q := new(big.Int).Sqrt(p)
			q.Mul(q, big.NewInt(factor)).SetBit(q, 0, 0)
			q = next(q.Add(q, p))
			want := p
			if !found {
				want = nil
			}
			if got := ClosePrimes(n.Mul(p, q), 100); !equal(got, want) {
				t.Errorf("primes %d·n^¼ apart: %v, want %v", factor, got, want)
			}
		}
		if got := ClosePrimes(n.Mul(p, randomPrime(r, size)), 100); got != nil {
			t.Errorf("sound primes: %v", got)
		}
	}
}

func FuzzClosePrimes(f *testing.F) {
	f.Add([]byte{1}, []byte{3}, uint8(100))
	f.Add([]byte{101}, []byte{103}, uint8(1))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc5}, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0x03}, uint8(50))
	f.Add([]byte{2}, []byte{2}, uint8(2))
	f.Add([]byte{0x4b, 0x1f}, []byte{0x4b, 0xe1}, uint8(255))
	f.Fuzz(func(t *testing.T, x, y []byte, rounds uint8) {
		p, q := new(big.Int).SetBytes(x), new(big.Int).SetBytes(y)
		for _, n := range []*big.Int{p, q, new(big.Int).Mul(p, q), new(big.Int).Mul(p, new(big.Int).Add(p, big.NewInt(2)))} {
			got, want := ClosePrimes(n, int(rounds)), fermat(n, int(rounds))
			if !equal(got, want) {
				t.Fatalf("%v in %d rounds: %v, want %v", n, rounds, got, want)
			}
			if got == nil {
				continue
			}
			if other, rest := new(big.Int).QuoRem(n, got, new(big.Int)); rest.Sign() != 0 || got.Cmp(other) > 0 || got.Cmp(one) <= 0 {
				t.Fatalf("%v is not the smaller factor of %v", got, n)
			}
		}
	})
}

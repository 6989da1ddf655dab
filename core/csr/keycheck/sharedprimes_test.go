package keycheck

import (
	"context"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
)

func randBits(r *rand.Rand, n int) *big.Int {
	b := make([]byte, n/8)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	b[0] |= 192
	b[len(b)-1] |= 1
	return new(big.Int).SetBytes(b)
}

func TestQuick(t *testing.T) {
	n := func(s ...int64) (r []*big.Int) {
		for _, v := range s {
			r = append(r, big.NewInt(v))
		}
		return
	}
	got, err := SharedPrimes(context.Background(), n(15, 77, 21, 15, 0, 1, 26, 221, 11*13), nil)
	t.Log(got, err)
	r := rand.New(rand.NewPCG(1, 2))
	for _, count := range []int{100, 300, 1000, 3000} {
		var ms []*big.Int
		prod := big.NewInt(1)
		for range count {
			ms = append(ms, randBits(r, 2048))
			prod.Mul(prod, ms[len(ms)-1])
		}
		s := time.Now()
		fs, err := commonFactors(context.Background(), ms, nil)
		t.Log(count, time.Since(s), err)
		for i, f := range fs {
			c := new(big.Int).Quo(prod, ms[i])
			c.GCD(nil, nil, c.Rem(c, ms[i]), ms[i])
			if c.Cmp(f) != 0 {
				t.Fatal(count, i, c, f)
			}
			if i > 300 {
				break
			}
		}
	}
}

func BenchmarkSharedPrimes20000(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var ms []*big.Int
	for range 20000 {
		ms = append(ms, randBits(r, 2048))
	}
	for b.Loop() {
		if _, err := commonFactors(context.Background(), ms, nil); err != nil {
			b.Fatal(err)
		}
	}
}

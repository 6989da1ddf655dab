package keycheck

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"testing"
)

// hardest returns a number of bits bits without a factor below 2^16, so that no test ends early.
func hardest(bits int) *big.Int {
	n := big.NewInt(1)
	for n.BitLen() < bits-100 {
		p, err := rand.Prime(rand.Reader, 64)
		if err != nil {
			panic(err)
		}
		n.Mul(n, p)
	}
	p, err := rand.Prime(rand.Reader, bits-n.BitLen())
	if err != nil {
		panic(err)
	}
	return n.Mul(n, p)
}

func BenchmarkSmallFactor(b *testing.B) {
	for _, size := range []int{2048, 3072, 4096} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			n := hardest(size)
			for b.Loop() {
				if SmallFactor(n) != 0 {
					b.Fatal("a factor that is not there")
				}
			}
		})
	}
}

func BenchmarkROCA(b *testing.B) {
	n := hardest(4096)
	for b.Loop() {
		ROCA(n)
	}
}

func BenchmarkClosePrimes(b *testing.B) {
	n := hardest(4096)
	for b.Loop() {
		if ClosePrimes(n, 100) != nil {
			b.Fatal("a factor that is not there")
		}
	}
}

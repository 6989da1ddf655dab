package keycheck

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestTransformRoundTrip(t *testing.T) {
	var tw twiddles
	for k := 0; k <= 21; k++ {
		n := 1 << k
		a := make([]uint64, n)
		for i := range a {
			a[i] = rand.Uint64N(prime)
		}
		b := append([]uint64(nil), a...)
		table := tw.forLength(n)
		s := time.Now()
		forward(b, table, 0)
		m := time.Since(s)
		for i := range b {
			b[i] = halve(b[i])
		}
		s = time.Now()
		inverse(b, table, 0)
		t.Log(k, m, time.Since(s))
		scale := newTwiddle(powerMod(uint64(n), prime-2))
		for i := range b {
			if scale.times(b[i])%prime != a[i] {
				t.Fatal(n, i)
			}
		}
	}
}

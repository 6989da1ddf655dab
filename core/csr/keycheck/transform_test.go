package keycheck

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// The transform is evaluation at all roots of unity, here by Horner's method.
func TestForwardEvaluates(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 6))
	var roots twiddles
	for k := range 10 {
		length := 1 << k
		a := make([]uint64, length)
		for i := range a {
			a[i] = r.Uint64N(prime)
		}
		root := powerMod(primitive, (prime-1)/uint64(length))
		got := slices.Clone(a)
		forward(got, roots.forLength(length), 0)
		for i, v := range got {
			at, want := powerMod(root, bits.Reverse64(uint64(i))>>1>>(63-k)), uint64(0)
			for _, c := range slices.Backward(a) {
				want = (multiplyMod(want, at) + c) % prime
			}
			if v >= 4*prime-1 || v%prime != want {
				t.Fatalf("value %d of %d is %d, want %d", i, length, v, want)
			}
		}
	}
}

// Beyond a core's cache the steps are done in another order: lengths from there on are tried here too, and values at
// the limits of what the steps accept.
func TestInverseUndoesForward(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 7))
	var roots twiddles
	for k := range 18 {
		length := 1 << k
		a := make([]uint64, length)
		for i := range a {
			a[i] = []uint64{0, prime - 1, 4*prime - 1, r.Uint64N(4 * prime)}[r.IntN(4)]
		}
		got := slices.Clone(a)
		table := roots.forLength(length)
		forward(got, table, 0)
		for i := range got {
			got[i] = halve(got[i])
		}
		inverse(got, table, 0)
		scale := powerMod(uint64(length), prime-2)
		for i, v := range got {
			if v >= 2*prime || multiplyMod(v, scale) != a[i]%prime {
				t.Fatalf("value %d of %d is %d, want %d", i, length, multiplyMod(v, scale), a[i]%prime)
			}
		}
	}
}

func TestMontgomery(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 8))
	_, radix := bits.Div64(1, 0, prime)
	values := []uint64{0, 1, prime - 1, prime, prime + 1, 2*prime - 1}
	for range 200 {
		values = append(values, r.Uint64N(2*prime))
	}
	for _, a := range values {
		for _, b := range values {
			if got := montgomery(a, b); got >= 2*prime || multiplyMod(got, radix) != multiplyMod(a, b) {
				t.Fatalf("%d·%d: %d", a, b, got)
			}
		}
	}
}

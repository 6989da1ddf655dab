package keycheck

import (
	"math/bits"
	"sync"
)

// The number-theoretic transform modulo one prime just below 2^62: a discrete Fourier transform without rounding, so
// that products of millions of digits are exact. Values are kept below 4·prime between the steps and reduced fully once
// at the end (Harvey: Faster arithmetic for number-theoretic transforms, Journal of Symbolic Computation 60, 2014).
const (
	prime     = 0x3fffffb400000001 // = 1 + 2^34·268435437; 19 is a primitive root
	primitive = 19
	// maxTransform is the longest transform: the prime has roots of unity of order 2^34, and an int must index them.
	maxTransform = 1 << 30
	// cached is the length in words of a piece that stays in a core's own cache while all its steps are done.
	cached = 1 << 13
)

// twiddle is a constant factor w with ⌊w·2^64/prime⌋, by which times needs no division.
type twiddle struct{ w, quotient uint64 }

func newTwiddle(w uint64) twiddle {
	quotient, _ := bits.Div64(w, 0, prime)
	return twiddle{w, quotient}
}

// times returns t.w·v modulo prime, below 2·prime, for every v.
func (t twiddle) times(v uint64) uint64 {
	q, _ := bits.Mul64(v, t.quotient)
	return v*t.w - q*prime
}

// halve brings a value below 4·prime below 2·prime.
func halve(v uint64) uint64 {
	if v >= 2*prime {
		v -= 2 * prime
	}
	return v
}

// montgomery returns a·b/2^64 modulo prime, below 2·prime, for a and b below 2·prime.
func montgomery(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	q, _ := bits.Mul64(lo*primeInverse, prime)
	return hi - q + prime
}

// primeInverse is 1/prime modulo 2^64: prime-1 is a multiple of 2^34, so that its square is 0.
const primeInverse = 1<<64 + 2 - prime

func multiplyMod(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return bits.Rem64(hi, lo, prime)
}

func powerMod(base, exponent uint64) uint64 {
	result := uint64(1)
	for ; exponent > 0; exponent >>= 1 {
		if exponent&1 != 0 {
			result = multiplyMod(result, base)
		}
		base = multiplyMod(base, base)
	}
	return result
}

// twiddles holds roots of unity in bit-reversed order: number i ≥ 1 with top bit 2^k is the power of a root of order
// 2^(k+2) whose exponent is i with its bits reversed. A table for one length thereby begins with that for every shorter one.
type twiddles struct {
	mu    sync.Mutex
	table []twiddle
}

// forLength returns the table for transforms of up to length values.
func (t *twiddles) forLength(length int) []twiddle {
	t.mu.Lock()
	defer t.mu.Unlock()
	if want := max(length/2, 1); len(t.table) < want {
		table := make([]twiddle, want)
		table[0] = newTwiddle(1)
		copy(table, t.table)
		for top := 1; top < want; top *= 2 {
			if top < len(t.table) {
				continue
			}
			root := powerMod(primitive, (prime-1)/uint64(4*top)) // #nosec G115 -- top is positive
			for i := range top {
				table[top+i] = newTwiddle(multiplyMod(root, table[i].w))
			}
		}
		t.table = table
	}
	return t.table
}

// forward transforms a, whose length is a power of two: value number i of the result is the polynomial with the
// coefficients a at a root of unity, the roots in bit-reversed order. Input and output are below 4·prime.
//
// The polynomial is known modulo x^(2h)-r² and is reduced modulo x^h-r and x^h+r, and so on down to single values; table
// holds r for each of these pieces, and block is the number of this piece among those of its size.
func forward(a []uint64, table []twiddle, block int) {
	if len(a) > cached {
		h := len(a) / 4
		forwardTwice(a[:h], a[h:2*h], a[2*h:3*h], a[3*h:], table[block], table[2*block], table[2*block+1])
		for i := range 4 {
			forward(a[i*h:(i+1)*h], table, 4*block+i)
		}
		return
	}
	h, count := len(a), 1
	for ; h >= 4; h, count = h/4, 4*count {
		q := h / 4
		for i := range count {
			b, p := block*count+i, a[i*h:(i+1)*h]
			forwardTwice(p[:q], p[q:2*q], p[2*q:3*q], p[3*q:], table[b], table[2*b], table[2*b+1])
		}
	}
	if h == 2 {
		for i := range count {
			u, v := halve(a[2*i]), table[block*count+i].times(a[2*i+1])
			a[2*i], a[2*i+1] = u+v, u-v+2*prime
		}
	}
}

// forwardTwice does two steps at once, on the four quarters of a piece.
func forwardTwice(a, b, c, d []uint64, r, r0, r1 twiddle) {
	b, c, d = b[:len(a)], c[:len(a)], d[:len(a)]
	for i := range a {
		c2, d2 := r.times(c[i]), r.times(d[i])
		a1, b1 := halve(a[i]), halve(b[i])
		u, v := halve(a1+c2), r0.times(b1+d2)
		a[i], b[i] = u+v, u-v+2*prime
		u, v = halve(a1-c2+2*prime), r1.times(b1-d2+2*prime)
		c[i], d[i] = u+v, u-v+2*prime
	}
}

// inverse undoes forward, but for a factor of len(a) on a whole polynomial. Input and output are below 2·prime.
func inverse(a []uint64, table []twiddle, block int) {
	if len(a) > cached {
		h := len(a) / 4
		for i := range 4 {
			inverse(a[i*h:(i+1)*h], table, 4*block+i)
		}
		inverseTwice(a[:h], a[h:2*h], a[2*h:3*h], a[3*h:], reciprocal(table, block), reciprocal(table, 2*block), reciprocal(table, 2*block+1))
		return
	}
	h, count := 4, len(a)/4
	if bits.Len(uint(len(a)))%2 == 0 { // an odd power of two: one single step
		count = len(a) / 2
		for i := range count {
			u, v := a[2*i], a[2*i+1]
			a[2*i], a[2*i+1] = halve(u+v), reciprocal(table, block*count+i).times(u-v+2*prime)
		}
		h, count = 8, count/4
	}
	for ; h <= len(a); h, count = 4*h, count/4 {
		q := h / 4
		for i := range count {
			b, p := block*count+i, a[i*h:(i+1)*h]
			inverseTwice(p[:q], p[q:2*q], p[2*q:3*q], p[3*q:], reciprocal(table, b), reciprocal(table, 2*b), reciprocal(table, 2*b+1))
		}
	}
}

func inverseTwice(a, b, c, d []uint64, r, r0, r1 twiddle) {
	b, c, d = b[:len(a)], c[:len(a)], d[:len(a)]
	for i := range a {
		u, v := halve(a[i]+b[i]), r0.times(a[i]-b[i]+2*prime)
		w, x := halve(c[i]+d[i]), r1.times(c[i]-d[i]+2*prime)
		a[i], c[i] = halve(u+w), r.times(u-w+2*prime)
		b[i], d[i] = halve(v+x), r.times(v-x+2*prime)
	}
}

// reciprocal returns 1/table[i]. All bits of i but the top one turned over give the negative of the reciprocal.
func reciprocal(table []twiddle, i int) twiddle {
	if i == 0 {
		return table[0]
	}
	mirror := table[3<<(bits.Len(uint(i))-1)-1-i]
	return twiddle{prime - mirror.w, ^mirror.quotient}
}

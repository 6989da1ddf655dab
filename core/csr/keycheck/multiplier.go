package keycheck

import (
	"context"
	"math/big"
	"math/bits"
	"slices"
	"sync"
)

// long is the length in machine words of the shorter factor from which the transform is quicker than math/big, whose
// multiplication is Karatsuba's.
const long = 2000

// multiplier multiplies integers of up to some 10^9 bits. It keeps its tables and buffers for the next product; its
// methods may be called concurrently. Every product starts with a look at the context.
type multiplier struct {
	ctx      context.Context
	twiddles twiddles
	mu       sync.Mutex
	free     [][]uint64
}

// shape says how integers are cut for a transform: into digits of width bits, length of them.
type shape struct {
	length int
	width  uint
}

// shapeFor returns the shortest shape that holds size bits and in which sums products of digits cannot reach the prime,
// where terms(width) is their number.
func shapeFor(size int, terms func(width int) int) (shape, bool) {
	for width := 30; width > 0; width-- {
		if uint64(terms(width)) <= prime>>(2*width) { // #nosec G115 -- a count
			length := 1 << bits.Len(uint((size-1)/width)) // #nosec G115 -- size is positive
			return shape{length, uint(width)}, length <= maxTransform
		}
	}
	return shape{}, false
}

// product returns a·b for a, b ≥ 0.
func (m *multiplier) product(a, b *big.Int) (*big.Int, error) {
	if err := m.ctx.Err(); err != nil {
		return nil, err
	}
	if shorter := min(len(a.Bits()), len(b.Bits())); shorter >= long {
		size := a.BitLen() + b.BitLen()
		if s, ok := shapeFor(size, digitsOf(min(a.BitLen(), b.BitLen()))); ok {
			return m.cyclic(a, b, s, words(size)), nil
		}
	}
	return new(big.Int).Mul(a, b), nil
}

// cyclic returns the lowest count words of a·b, where what goes beyond the length of the shape comes in again at the
// lower end.
func (m *multiplier) cyclic(a, b *big.Int, s shape, count int) *big.Int {
	var ta, tb []uint64
	both(func() { ta = m.transform(a, s) }, func() { tb = m.transform(b, s) })
	for i := range ta {
		ta[i] = montgomery(ta[i], tb[i])
	}
	m.release(tb)
	return m.integer(ta, s, 0, count)
}

// crosswise returns a·d + b·c and b·d: numerator and denominator of a/b + c/d. All are positive.
func (m *multiplier) crosswise(a, b, c, d *big.Int) (sum, product *big.Int, err error) {
	if err := m.ctx.Err(); err != nil {
		return nil, nil, err
	}
	if shorter := min(len(b.Bits()), len(d.Bits())); shorter >= long {
		size := max(a.BitLen()+d.BitLen(), b.BitLen()+c.BitLen(), b.BitLen()+d.BitLen()) + 1
		digits := digitsOf(max(min(a.BitLen(), d.BitLen()), min(b.BitLen(), c.BitLen()), min(b.BitLen(), d.BitLen())))
		if s, ok := shapeFor(size, func(width int) int { return 2 * digits(width) }); ok {
			var ta, tb, tc, td []uint64
			both(func() { ta, tb = m.transform(a, s), m.transform(b, s) }, func() { tc, td = m.transform(c, s), m.transform(d, s) })
			for i := range ta {
				ta[i] = halve(montgomery(ta[i], td[i]) + montgomery(tb[i], tc[i]))
				tb[i] = montgomery(tb[i], td[i])
			}
			m.release(tc)
			m.release(td)
			both(func() { sum = m.integer(ta, s, 0, words(size)) }, func() { product = m.integer(tb, s, 0, words(size)) })
			return sum, product, nil
		}
	}
	sum = new(big.Int).Mul(a, d)
	sum.Add(sum, new(big.Int).Mul(b, c))
	return sum, new(big.Int).Mul(b, d), nil
}

// fractions multiplies f, a fraction of size words, by p and by q and returns of each product what comes after the
// point: the uppermost words of it, as many as said. size must be large enough that the words left out at the lower end
// are at least as many as p or q has: the result may then be too small or too large by 1 in its last place, and what
// goes round in a transform that has no room for the words before the point does no harm.
func (m *multiplier) fractions(f *big.Int, size int, p *big.Int, pKept int, q *big.Int, qKept int) (fp, fq *big.Int, err error) {
	if err := m.ctx.Err(); err != nil {
		return nil, nil, err
	}
	if min(len(p.Bits()), len(q.Bits())) >= long {
		longer := max(p.BitLen(), q.BitLen())
		if s, ok := shapeFor(size*bits.UintSize, digitsOf(longer)); ok {
			var tf, tp, tq []uint64
			both(func() { tf, tp = m.transform(f, s), m.transform(p, s) }, func() { tq = m.transform(q, s) })
			for i := range tf {
				tp[i] = montgomery(tp[i], tf[i])
				tq[i] = montgomery(tq[i], tf[i])
			}
			m.release(tf)
			both(func() { fp = m.integer(tp, s, size-pKept, size) }, func() { fq = m.integer(tq, s, size-qKept, size) })
			return fp, fq, nil
		}
	}
	return cut(new(big.Int).Mul(f, p), size-pKept, size), cut(new(big.Int).Mul(f, q), size-qKept, size), nil
}

// transform returns the transform of x ≥ 0, its values below 2·prime.
func (m *multiplier) transform(x *big.Int, s shape) []uint64 {
	a := m.buffer(s.length)
	digits(a, x.Bits(), s.width)
	forward(a, m.twiddles.forLength(s.length), 0)
	for i := range a {
		a[i] = halve(a[i])
	}
	return a
}

// integer turns a transform back into the integer that it belongs to, or into its words from number low to number high,
// and releases it.
func (m *multiplier) integer(a []uint64, s shape, low, high int) *big.Int {
	inverse(a, m.twiddles.forLength(s.length), 0)
	// montgomery divided by 2^64, inverse multiplied by the length.
	_, radix := bits.Div64(1, 0, prime)
	scale := newTwiddle(multiplyMod(radix, powerMod(uint64(s.length), prime-2))) // #nosec G115 -- a length
	for i := range a {
		v := scale.times(a[i])
		if v >= prime {
			v -= prime
		}
		a[i] = v
	}
	z := cut(new(big.Int).SetBits(assemble(a, s.width, high)), low, high)
	m.release(a)
	return z
}

// digits cuts x into digits of width bits and fills the rest of a with zeros.
func digits(a []uint64, x []big.Word, width uint) {
	mask := uint64(1)<<width - 1
	var pending uint64 // bits of x that are not yet in a
	var have uint
	n := 0
	for _, w := range x {
		word, left := uint64(w), uint(bits.UintSize)
		for have+left >= width {
			a[n] = (pending | word<<have) & mask
			n++
			word >>= width - have
			left -= width - have
			pending, have = 0, 0
		}
		pending |= word << have
		have += left
	}
	if have > 0 && n < len(a) {
		a[n] = pending
		n++
	}
	clear(a[n:])
}

// assemble adds up the values of a, each width bits above the one before, and returns the lowest count words of the sum.
func assemble(a []uint64, width uint, count int) []big.Word {
	z := make([]big.Word, count)
	mask := uint64(1)<<width - 1
	var carry, word uint64
	var have uint
	for i, n := 0, 0; n < count; i++ {
		v := carry
		if i < len(a) {
			v += a[i] // no overflow: a[i] is below 2^62 and carry below 2^63
		}
		carry = v >> width
		v &= mask
		word |= v << have
		have += width
		if have >= bits.UintSize {
			z[n] = big.Word(word)
			n++
			have -= bits.UintSize
			word = v >> (width - have)
		}
	}
	return z
}

// cut returns the words of x from number low to number high. It may share memory with x.
func cut(x *big.Int, low, high int) *big.Int {
	w := x.Bits()
	return new(big.Int).SetBits(w[min(low, len(w)):min(high, len(w))])
}

func (m *multiplier) buffer(length int) []uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, b := range m.free {
		if cap(b) >= length {
			m.free = slices.Delete(m.free, i, i+1)
			return b[:length]
		}
	}
	// The buffers that are too short now will hardly be needed again: the lengths grow up the tree.
	m.free = nil
	return make([]uint64, length)
}

func (m *multiplier) release(b []uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free = append(m.free, b)
}

// digitsOf returns how many digits size bits make.
func digitsOf(size int) func(width int) int {
	return func(width int) int { return (size + width - 1) / width }
}

func words(size int) int { return (size + bits.UintSize - 1) / bits.UintSize }

// both runs two functions at the same time.
func both(f, g func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		g()
	}()
	f()
	<-done
}

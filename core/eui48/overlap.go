package eui48

import "math/bits"

// Overlap is the series of the addresses that r and other have in common, and whether there are any. Two arithmetic
// progressions meet in one whose step is the least common multiple of theirs; where it starts follows from the Chinese
// remainder theorem, in a few divisions, whatever the lengths. A single common address has Step 1.
func (r Range) Overlap(other Range) (Range, bool) {
	if r.Count == 0 || other.Count == 0 {
		return Range{}, false
	}
	hi, lo := r, other // hi starts last, so whatever is common starts there or later
	if hi.Start < lo.Start {
		hi, lo = lo, hi
	}
	last := min(hi.Last(), lo.Last())
	if hi.Start > last {
		return Range{}, false
	}
	if hi.Count == 1 {
		if _, in := lo.Index(hi.Start); !in {
			return Range{}, false
		}
		return Range{hi.Start, 1, 1}, true
	}
	if lo.Count == 1 { // it starts no later than hi and is not below it
		return Range{hi.Start, 1, 1}, true
	}
	// Both steps are below 2^48 from here: a second address exists.
	g := gcd(hi.Step, lo.Step)
	apart := uint64(hi.Start - lo.Start)
	if apart%g != 0 {
		return Range{}, false
	}
	// hi.Start + k·hi.Step ≡ lo.Start (mod lo.Step), divided by g: k·(hi.Step/g) ≡ −apart/g (mod m).
	m := lo.Step / g
	k := mulMod((m-apart/g%m)%m, inverse(hi.Step/g%m, m), m)
	over, ahead := bits.Mul64(k, hi.Step)
	if over != 0 || ahead > uint64(last-hi.Start) {
		return Range{}, false
	}
	start := hi.Start + Address(ahead)
	over, step := bits.Mul64(hi.Step, m)
	count := uint64(1)
	if over == 0 {
		count += uint64(last-start) / step
	}
	if count == 1 {
		step = 1
	}
	return Range{start, count, step}, true
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// mulMod is a·b mod m without overflow, for a < m.
func mulMod(a, b, m uint64) uint64 {
	hi, lo := bits.Mul64(a, b%m)
	_, rem := bits.Div64(hi, lo, m) // hi < m because a < m
	return rem
}

// inverse is the x with a·x ≡ 1 (mod m), for a and m without a common factor and m below 2^63; 0 for m = 1.
func inverse(a, m uint64) uint64 {
	if m == 1 {
		return 0
	}
	var (
		r0, r1 = m, a
		x0, x1 = int64(0), int64(1) // |x| stays at or below m
	)
	for r1 != 0 {
		q := r0 / r1
		r0, r1 = r1, r0-q*r1
		x0, x1 = x1, x0-int64(q)*x1 // #nosec G115 -- q < m < 2^63
	}
	if x0 < 0 {
		return m - uint64(-x0)
	}
	return uint64(x0)
}

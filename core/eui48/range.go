package eui48

import (
	"fmt"
	"iter"

	"enrollbench/core/finding"
)

// OrderLimit is the most addresses that the service takes in one order (DigiCert, "Prepare enrollment data").
const OrderLimit = 500_000

// Range is a series of addresses: Start, Start+Step, … It is computed, never held, so it may be as long as the whole
// space of 2^48. Make it with NewRange: the methods rely on Count ≥ 1, Step ≥ 1 and on the last address being one.
type Range struct {
	Start       Address
	Count, Step uint64
}

// RangeError says why a series is none.
type RangeError struct {
	Start       Address
	Count, Step uint64
	Reason      string
	Fits        uint64 // how many addresses there are from Start in steps of Step; 0 where that is not what is wrong
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("series of %d from %s in steps of %d: %s", e.Count, e.Start, e.Step, e.Reason)
}

// NewRange makes a series. Errors are *RangeError: no address, a step of 0, or past ff-ff-ff-ff-ff-ff, where Fits says
// how many would do.
func NewRange(start Address, count, step uint64) (Range, error) {
	fail := func(fits uint64, format string, args ...any) (Range, error) {
		return Range{}, &RangeError{Start: start, Count: count, Step: step, Reason: fmt.Sprintf(format, args...), Fits: fits}
	}
	switch {
	case start > Last48:
		return fail(0, "the start has more than 48 bits")
	case step == 0:
		return fail(0, "the increment must be 1 or more, or every device gets the same address")
	case count == 0:
		return fail(0, "the number of addresses must be 1 or more")
	}
	if n := fits(start, step); count > n {
		return fail(n, "it runs past %s; %s would fit", Last48, finding.Grouped(n))
	}
	return Range{start, count, step}, nil
}

// fits is how many addresses there are from start in steps of step; start and step must be valid.
func fits(start Address, step uint64) uint64 { return uint64(Last48-start)/step + 1 }

// Len is the number of addresses.
func (r Range) Len() uint64 { return r.Count }

// At is the address of index i, counted from 0. It panics, as a slice does, unless i < Len().
func (r Range) At(i uint64) Address {
	if i >= r.Count {
		panic(fmt.Sprintf("eui48: index %d in a series of %d", i, r.Count))
	}
	return r.Start + Address(i*r.Step)
}

// Last is the highest address of the series.
func (r Range) Last() Address { return r.At(r.Count - 1) }

// Index finds a in the series: its index counted from 0, and whether it is there.
func (r Range) Index(a Address) (uint64, bool) {
	if r.Count == 0 || a < r.Start || uint64(a-r.Start)%r.Step != 0 {
		return 0, false
	}
	i := uint64(a-r.Start) / r.Step
	return i, i < r.Count
}

// All yields every address in order.
func (r Range) All() iter.Seq[Address] {
	return func(yield func(Address) bool) {
		a := r.Start
		for range r.Count {
			if !yield(a) {
				return
			}
			a += Address(r.Step) // one step past the last wraps at worst, and is not used
		}
	}
}

// Part is the series of up to count addresses from index first on.
func (r Range) Part(first, count uint64) Range {
	return Range{r.At(first), min(count, r.Count-first), r.Step}
}

// Orders yields the series that together are r, each small enough for one order.
func (r Range) Orders() iter.Seq[Range] {
	return func(yield func(Range) bool) {
		for first := uint64(0); first < r.Count; first += OrderLimit {
			if !yield(r.Part(first, OrderLimit)) {
				return
			}
		}
	}
}

// OrderCount is how many series Orders yields.
func (r Range) OrderCount() uint64 { return (r.Count + OrderLimit - 1) / OrderLimit }

// from is the index of the first address that is a or higher; Count where there is none.
func (r Range) from(a Address) uint64 {
	if a <= r.Start {
		return 0
	}
	return min(uint64(a-r.Start-1)/r.Step+1, r.Count)
}

// withBit finds the addresses that have a bit of the first octet set: the index of the first, and how many there are.
// A carry can set the bit far into a series, so it goes through the at most 256 values of that octet, not through the
// series.
func (r Range) withBit(bit Address) (first, n uint64) {
	const octet = 40 // the first one begins at this bit
	for o := r.Start >> octet; o <= r.Last()>>octet; o++ {
		if o<<octet&bit == 0 {
			continue
		}
		begin, end := r.from(o<<octet), r.from((o+1)<<octet)
		if end > begin && n == 0 {
			first = begin
		}
		n += end - begin
	}
	return first, n
}

// Multicast finds group addresses in the series: the index of the first and how many there are.
func (r Range) Multicast() (first, n uint64) { return r.withBit(groupBit) }

// Local finds locally administered addresses in the series: the index of the first and how many there are.
func (r Range) Local() (first, n uint64) { return r.withBit(localBit) }

// BeyondBlock finds the addresses that lie outside the block of the start: the index of the first and how many.
func (r Range) BeyondBlock() (first, n uint64) {
	first = r.from(r.Start.Block().Last() + 1)
	return first, r.Count - first
}

package eui48

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func mustRange(t testing.TB, start Address, count, step uint64) Range {
	t.Helper()
	r, err := NewRange(start, count, step)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The example of the service's documentation, with the sixth octet that it lacks.
func TestDocumentedExample(t *testing.T) {
	var got []string
	for a := range mustRange(t, 0x001ac27b0000, 5, 10).All() {
		got = append(got, a.String())
	}
	want := []string{"00-1a-c2-7b-00-00", "00-1a-c2-7b-00-0a", "00-1a-c2-7b-00-14", "00-1a-c2-7b-00-1e", "00-1a-c2-7b-00-28"}
	if !slices.Equal(got, want) {
		t.Error(got)
	}
}

func TestNewRangeLimits(t *testing.T) {
	for _, c := range []struct {
		start       Address
		count, step uint64
		ok          bool
		fits        uint64
	}{
		{0, 1 << 48, 1, true, 0},
		{0, 1<<48 + 1, 1, false, 1 << 48},
		{0, math.MaxUint64, math.MaxUint64, false, 1},
		{1, 1 << 48, 1, false, 1<<48 - 1},
		{Last48, 1, math.MaxUint64, true, 0},
		{Last48, 2, 1, false, 1},
		{Last48 - 10, 2, 10, true, 0},
		{Last48 - 10, 3, 5, true, 0},
		{Last48 - 10, 3, 6, false, 2},
		{0, 1 << 32, 1 << 32, false, 1 << 16}, // count·step = 2^64
		{0, 0, 1, false, 0},
		{0, 1, 0, false, 0},
		{Last48 + 1, 1, 1, false, 0},
		{math.MaxUint64, 1, 1, false, 0},
	} {
		r, err := NewRange(c.start, c.count, c.step)
		if (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		if c.ok {
			if r.Last() > Last48 || r.Last() < r.Start {
				t.Errorf("%+v ends at %#x", c, uint64(r.Last()))
			}
			continue
		}
		var e *RangeError
		if !errors.As(err, &e) || e.Fits != c.fits {
			t.Errorf("%+v: %#v", c, err)
		}
		if c.fits > 0 {
			mustRange(t, c.start, c.fits, c.step) // what is said to fit does
		}
	}
}

func TestWholeSpace(t *testing.T) {
	r := mustRange(t, 0, 1<<48, 1)
	if r.Last() != Last48 || r.OrderCount() != 562_949_954 {
		t.Error(r.Last(), r.OrderCount())
	}
	if i, ok := r.Index(Last48); !ok || i != 1<<48-1 {
		t.Error(i, ok)
	}
	if first, n := r.Multicast(); first != 1<<40 || n != 1<<47 {
		t.Error(first, n)
	}
	if first, n := r.Local(); first != 1<<41 || n != 1<<47 {
		t.Error(first, n)
	}
	if o, ok := r.Overlap(r); !ok || o != r {
		t.Error(o, ok)
	}
}

func TestAtPanicsOutside(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("index 5 of 5 was given")
		}
	}()
	mustRange(t, 0, 5, 1).At(5)
}

func TestOrders(t *testing.T) {
	for count, want := range map[uint64][]uint64{
		1:         {1},
		500_000:   {500_000},
		500_001:   {500_000, 1},
		1_234_567: {500_000, 500_000, 234_567},
	} {
		r := mustRange(t, 0x001ac2000000, count, 3)
		next := r.Start
		var got []uint64
		for o := range r.Orders() {
			if o.Start != next || o.Step != 3 {
				t.Errorf("%d: an order starts at %s, want %s", count, o.Start, next)
			}
			next = o.Last() + 3
			got = append(got, o.Len())
		}
		if !slices.Equal(got, want) || next != r.Last()+3 || r.OrderCount() != uint64(len(want)) {
			t.Errorf("%d: %v", count, got)
		}
	}
}

// randomRange makes small series that meet often, near an edge of the first octet so that carries reach it.
func randomRange(rnd *rand.Rand) Range {
	start := Address(rnd.Uint64N(100))
	switch rnd.IntN(3) {
	case 0:
		start += Address(rnd.Uint64N(255))<<40 - 50&Last48
	case 1:
		start = Last48 - 3000 + start
	}
	start &= Last48
	step := 1 + rnd.Uint64N(30)
	return Range{start, 1 + rnd.Uint64N(min(40, fits(start, step))), step}
}

func checkAgainstListing(t *testing.T, r, q Range) {
	t.Helper()
	a, b := slices.Collect(r.All()), slices.Collect(q.All())
	if uint64(len(a)) != r.Len() || a[len(a)-1] != r.Last() {
		t.Fatalf("%+v lists %d up to %s", r, len(a), a[len(a)-1])
	}
	for i, x := range a {
		if j, ok := r.Index(x); !ok || j != uint64(i) || r.At(j) != x {
			t.Fatalf("%+v: index of %s is %d, %v; want %d", r, x, j, ok, i)
		}
	}
	var common []Address
	for _, x := range a {
		_, in := slices.BinarySearch(b, x)
		if _, indexed := q.Index(x); indexed != in {
			t.Fatalf("%+v: %s found %v, listed %v", q, x, indexed, in)
		}
		if in {
			common = append(common, x)
		}
	}
	o, ok := r.Overlap(q)
	o2, ok2 := q.Overlap(r)
	if ok != ok2 || o != o2 {
		t.Fatalf("%+v and %+v: %+v one way, %+v the other", r, q, o, o2)
	}
	if ok != (len(common) > 0) || !slices.Equal(slices.Collect(o.All()), common) {
		t.Fatalf("%+v and %+v: %+v (%v), by listing %v", r, q, o, ok, common)
	}
	if ok {
		if _, err := NewRange(o.Start, o.Count, o.Step); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAgainstListing(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	met := 0
	for range 20_000 {
		r, q := randomRange(rnd), randomRange(rnd)
		checkAgainstListing(t, r, q)
		if _, ok := r.Overlap(q); ok {
			met++
		}
	}
	if met < 1000 {
		t.Errorf("only %d of the pairs overlapped: the test says little", met)
	}
}

func FuzzOverlap(f *testing.F) {
	f.Add(uint64(0x001ac27b0000), uint16(5), uint32(10), uint64(0x001ac27b000a), uint16(9), uint32(4))
	f.Add(uint64(0), uint16(100), uint32(6), uint64(1), uint16(100), uint32(4))
	f.Add(uint64(Last48), uint16(1), uint32(1), uint64(Last48-7), uint16(8), uint32(1))
	f.Fuzz(func(t *testing.T, s1 uint64, n1 uint16, d1 uint32, s2 uint64, n2 uint16, d2 uint32) {
		r, err1 := NewRange(Address(s1), uint64(n1), uint64(d1))
		q, err2 := NewRange(Address(s2), uint64(n2), uint64(d2))
		if err1 != nil || err2 != nil {
			return
		}
		checkAgainstListing(t, r, q)
	})
}

// Series too long to list: whatever is said to be common is in both, at both ends and in between, and so is nothing
// between two neighbours.
func TestOverlapOfLongSeries(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	long := func() Range {
		start := Address(rnd.Uint64N(1 << 46))
		step := 1 + rnd.Uint64N(1<<rnd.IntN(40))
		return Range{start, 1 + rnd.Uint64N(fits(start, step)), step}
	}
	met := 0
	for range 50_000 {
		r, q := long(), long()
		o, ok := r.Overlap(q)
		if !ok {
			continue
		}
		met++
		for _, i := range []uint64{0, o.Count / 2, o.Count - 1} {
			_, a := r.Index(o.At(i))
			_, b := q.Index(o.At(i))
			if !a || !b {
				t.Fatalf("%+v and %+v: %s is not in both", r, q, o.At(i))
			}
		}
		// It is complete: the step before its first and the step after its last leave one of the two.
		if o.Count > 1 {
			for _, a := range []Address{o.Start - Address(o.Step), o.Last() + Address(o.Step)} {
				_, x := r.Index(a)
				_, y := q.Index(a)
				if x && y {
					t.Fatalf("%+v and %+v: %s is missing", r, q, a)
				}
			}
			if o.Step%r.Step != 0 || o.Step%q.Step != 0 || o.Step/gcd(o.Step/r.Step, o.Step/q.Step) != o.Step {
				t.Fatalf("%d is not the least common multiple of %d and %d", o.Step, r.Step, q.Step)
			}
		}
	}
	if met < 1000 {
		t.Errorf("only %d of the pairs overlapped", met)
	}
}

func TestOverlapOfCoprimeGiants(t *testing.T) {
	// The steps' least common multiple has 96 bits; they meet once, at an address that was built in.
	const meet = 200_000_000_000_001
	const p, q = 99_999_999_977, 99_999_999_947 // primes
	a := mustRange(t, Address(meet%p), fits(Address(meet%p), p), p)
	b := mustRange(t, Address(meet%q), fits(Address(meet%q), q), q)
	if o, ok := a.Overlap(b); !ok || o != (Range{meet, 1, 1}) {
		t.Errorf("%+v, %v", o, ok)
	}
}

func TestBitsAgainstListing(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		start := Address(rnd.Uint64N(uint64(Last48)))
		step := 1 + rnd.Uint64N(1<<(30+rnd.IntN(14)))
		r := Range{start, 1 + rnd.Uint64N(min(300, fits(start, step))), step}
		var want [3]struct{ first, n uint64 }
		var i uint64
		for a := range r.All() {
			for k, hit := range []bool{a.Multicast(), a.Local(), a.Block() != start.Block()} {
				if hit && want[k].n == 0 {
					want[k].first = i
				}
				if hit {
					want[k].n++
				}
			}
			i++
		}
		for k, f := range []func() (uint64, uint64){r.Multicast, r.Local, r.BeyondBlock} {
			if first, n := f(); n != want[k].n || n > 0 && first != want[k].first {
				t.Fatalf("%+v, property %d: %d from %d, by listing %+v", r, k, n, first, want[k])
			}
		}
	}
}

func TestWriteCSV(t *testing.T) {
	r := mustRange(t, 0x001ac27b0000, 10_001, 7)
	var b bytes.Buffer
	var done, total int64
	if err := r.WriteCSV(t.Context(), &b, func(d, n int64) { done, total = d, n }); err != nil {
		t.Fatal(err)
	}
	if done != 10_001 || total != 10_001 {
		t.Errorf("progress ended at %d of %d", done, total)
	}
	if !strings.HasPrefix(b.String(), "\"subject.common_name\"\n\"00-1a-c2-7b-00-00\"\n\"00-1a-c2-7b-00-07\"\n") {
		t.Errorf("%.80q", b.String())
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 10_002 {
		t.Fatal(len(rows), err)
	}
	for i, row := range rows[1:] {
		if row[0] != r.At(uint64(i)).String() {
			t.Fatalf("row %d is %s", i+2, row[0])
		}
	}
}

type failing struct{ after int }

func (f *failing) Write(b []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, errors.New("no space left")
	}
	return len(b), nil
}

func TestWriteCSVStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	whole := mustRange(t, 0, 1<<48, 1) // it would take days
	err := whole.WriteCSV(ctx, &failing{math.MaxInt}, func(done, _ int64) {
		if done > 100_000 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for after := range 3 {
		if err := whole.WriteCSV(t.Context(), &failing{after}, nil); err == nil || err.Error() != "no space left" {
			t.Error(err)
		}
	}
}

func BenchmarkWriteCSV(b *testing.B) {
	r := mustRange(b, 0x001ac27b0000, OrderLimit, 1)
	for b.Loop() {
		if err := r.WriteCSV(b.Context(), &failing{math.MaxInt}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

package keycheck

import (
	"context"
	"encoding/binary"
	"errors"
	"math/big"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
)

func numbers(values ...int64) []*big.Int {
	n := make([]*big.Int, len(values))
	for i, v := range values {
		n[i] = big.NewInt(v)
	}
	return n
}

// randomOdd returns an odd number of exactly size bits, the upper two of them set.
func randomOdd(r *rand.Rand, size int) *big.Int {
	b := make([]byte, size/8)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	b[0] |= 0xc0
	b[len(b)-1] |= 1
	return new(big.Int).SetBytes(b)
}

func randomPrime(r *rand.Rand, size int) *big.Int {
	for {
		if p := randomOdd(r, size); p.ProbablyPrime(5) {
			return p
		}
	}
}

func TestSharedPrimes(t *testing.T) {
	type shared map[int64][]int // by prime
	for _, c := range []struct {
		name   string
		moduli []*big.Int
		want   shared
	}{
		{"none at all", nil, shared{}},
		{"one", numbers(15), shared{}},
		{"sound", numbers(15, 77, 221), shared{}},
		{"one prime in two", numbers(3*5, 7*11, 3*7, 2*13), shared{3: {0, 2}, 7: {1, 2}}},
		{"one prime in many", numbers(3*5, 3*7, 3*11, 3*13), shared{3: {0, 1, 2, 3}}},
		{"both primes with two others", numbers(3*5, 5*7, 7*11), shared{5: {0, 1}, 7: {1, 2}}},
		{"a triangle", numbers(3*5, 5*7, 7*3), shared{3: {0, 2}, 5: {0, 1}, 7: {1, 2}}},
		{"identical only", numbers(15, 15, 15, 77), shared{}},
		{"identical and shared", numbers(15, 21, 15, 77), shared{3: {0, 1, 2}, 7: {1, 3}}},
		{"a pair of primes that never parts", numbers(3*5*7, 3*5*11), shared{15: {0, 1}}},
		{"a pair of primes that parts", numbers(3*5*7, 3*5*11, 3*13), shared{3: {0, 1, 2}, 5: {0, 1}}},
		{"squares", numbers(9, 15, 25), shared{3: {0, 1}, 5: {1, 2}}},
		{"powers", numbers(27*5, 9*7, 3*11), shared{3: {0, 1, 2}}},
		{"a square in two", numbers(9*5, 9*7), shared{9: {0, 1}}},
		{"one is a factor of another", numbers(3, 15, 5*7), shared{3: {0, 1}, 5: {1, 2}}},
		{"even", numbers(2*3, 2*5, 2, 7), shared{2: {0, 1, 2}}},
		{"nothing to compute with", []*big.Int{nil, big.NewInt(0), big.NewInt(1), big.NewInt(-15), big.NewInt(15), nil, big.NewInt(21)}, shared{3: {4, 6}}},
	} {
		got, err := SharedPrimes(context.Background(), c.moduli, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		found := shared{}
		for _, s := range got {
			found[s.Prime.Int64()] = s.Members
		}
		if !reflect.DeepEqual(found, c.want) || len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSharedPrimesIsSorted(t *testing.T) {
	got, err := SharedPrimes(context.Background(), numbers(11*13, 5*3, 13*17, 3*7, 5*11), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []Shared{{big.NewInt(11), []int{0, 4}}, {big.NewInt(13), []int{0, 2}}, {big.NewInt(3), []int{1, 3}}, {big.NewInt(5), []int{1, 4}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// checkShared holds a result against the definition, pair by pair.
func checkShared(t *testing.T, moduli []*big.Int, got []Shared) {
	t.Helper()
	g := new(big.Int)
	for i, s := range got {
		if s.Prime.Cmp(one) <= 0 || len(s.Members) < 2 {
			t.Fatalf("a result with the factor %v and the members %v", s.Prime, s.Members)
		}
		var want []int
		different := map[string]bool{}
		for j, n := range moduli {
			if n.Cmp(one) > 0 && g.Rem(n, s.Prime).Sign() == 0 {
				want = append(want, j)
				different[n.String()] = true
			}
		}
		if !reflect.DeepEqual(s.Members, want) {
			t.Fatalf("the members of %v are %v, want %v", s.Prime, s.Members, want)
		}
		if len(different) < 2 {
			t.Fatalf("%v is shared by nobody but %v", s.Prime, s.Members)
		}
		for _, o := range got[:i] {
			if g.GCD(nil, nil, s.Prime, o.Prime).Cmp(one) != 0 {
				t.Fatalf("%v and %v have a factor in common", s.Prime, o.Prime)
			}
		}
	}
	for i, n := range moduli {
		for _, o := range moduli[:i] {
			if n.Cmp(one) <= 0 || o.Cmp(one) <= 0 || n.Cmp(o) == 0 {
				continue
			}
			g.GCD(nil, nil, n, o)
			for _, s := range got {
				for rest := new(big.Int).Rem(g, s.Prime); rest.Sign() == 0; rest.Rem(g, s.Prime) {
					g.Quo(g, s.Prime)
				}
			}
			if g.Cmp(one) != 0 {
				t.Fatalf("%v and %v have %v in common, which was not found", n, o, g)
			}
		}
	}
}

func TestSharedPrimesOfModuliFromAPool(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	pool := make([]*big.Int, 40)
	for i := range pool {
		pool[i] = randomPrime(r, 128)
	}
	for _, size := range []int{2, 5, 12, 40} { // the smaller, the more entangled
		moduli := make([]*big.Int, 120)
		for i := range moduli {
			p := pool[r.IntN(size)]
			q := randomPrime(r, 128)
			if r.IntN(3) > 0 {
				q = pool[r.IntN(size)]
			}
			moduli[i] = new(big.Int).Mul(p, q)
		}
		got, err := SharedPrimes(context.Background(), moduli, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkShared(t, moduli, got)
		for _, s := range got {
			if !s.Prime.ProbablyPrime(5) {
				// Right where two primes never occur apart; with squares that is a square.
				if root := new(big.Int).Sqrt(s.Prime); root.Mul(root, root).Cmp(s.Prime) != 0 && size > 2 {
					t.Errorf("%v is not a prime", s.Prime)
				}
			}
		}
	}
}

// Random odd numbers share small factors all the time, in every constellation.
func TestSharedPrimesOfRandomNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, size := range []int{16, 64, 256} {
		moduli := make([]*big.Int, 150)
		for i := range moduli {
			moduli[i] = randomOdd(r, size)
		}
		got, err := SharedPrimes(context.Background(), moduli, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkShared(t, moduli, got)
	}
}

// Large enough for transforms at every step, the division included, with lengths that make groups and halves uneven.
func TestCommonFactorsOfManyModuli(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var moduli []*big.Int
	all := big.NewInt(1)
	for i := range 700 {
		n := randomOdd(r, []int{1024, 2048, 3072, 4096}[r.IntN(4)])
		if i == 350 {
			n = randomOdd(r, 1<<18)
		}
		moduli = append(moduli, n)
	}
	p := randomPrime(r, 512)
	for _, i := range []int{0, 349, 350, 699} {
		moduli[i].Mul(moduli[i], p)
	}
	for _, n := range moduli {
		all.Mul(all, n)
	}
	got, err := commonFactors(context.Background(), moduli, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range moduli {
		if i%25 > 0 && i != 349 && i != 699 {
			continue // the reference is slow
		}
		rest := new(big.Int).Rem(all, new(big.Int).Mul(n, n))
		if want := rest.GCD(nil, nil, rest.Quo(rest, n), n); got[i].Cmp(want) != 0 {
			t.Errorf("modulus %d has %v in common with the others, want %v", i, got[i], want)
		}
	}
}

func TestSharedPrimesLeavesItsInputAlone(t *testing.T) {
	moduli := numbers(3*5, 5*7, 7*3, 9, 0, 15)
	if _, err := SharedPrimes(context.Background(), moduli, nil); err != nil {
		t.Fatal(err)
	}
	if want := numbers(3*5, 5*7, 7*3, 9, 0, 15); !reflect.DeepEqual(moduli, want) {
		t.Errorf("the moduli are now %v", moduli)
	}
}

func TestSharedPrimesReportsAndStops(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	moduli := make([]*big.Int, 400)
	for i := range moduli {
		moduli[i] = randomPrime(r, 64)
		moduli[i].Mul(moduli[i], randomOdd(r, 1984))
	}
	var mu sync.Mutex
	var steps int
	var last, total int64
	if _, err := commonFactors(context.Background(), moduli, func(done, of int64) {
		mu.Lock()
		defer mu.Unlock()
		steps++
		last, total = max(last, done), of
	}); err != nil {
		t.Fatal(err)
	}
	if steps < 20 || last != total || total == 0 {
		t.Errorf("%d reports up to %d of %d", steps, last, total)
	}
	for _, after := range []int{0, 1, steps / 2, steps - 1} {
		ctx, cancel := context.WithCancel(context.Background())
		if after == 0 {
			cancel()
		}
		n := 0
		got, err := SharedPrimes(ctx, moduli, func(int64, int64) {
			mu.Lock()
			defer mu.Unlock()
			if n++; n == after {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) || got != nil {
			t.Errorf("cancelled after %d reports: %v, %v", after, got, err)
		}
		cancel()
	}
}

func FuzzSharedPrimes(f *testing.F) {
	f.Add([]byte{0, 15, 0, 21, 0, 35})
	f.Add([]byte{0, 9, 0, 27, 0, 81, 0, 0, 0, 1, 0, 27})
	f.Add([]byte{0xff, 0xff, 0xff, 0xfe, 0x75, 0x30, 0x75, 0x30, 0x03, 0xe8})
	f.Fuzz(func(t *testing.T, data []byte) {
		var moduli []*big.Int
		for ; len(data) >= 2 && len(moduli) < 60; data = data[2:] {
			moduli = append(moduli, big.NewInt(int64(binary.BigEndian.Uint16(data))))
		}
		got, err := SharedPrimes(context.Background(), moduli, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkShared(t, moduli, got)
		again, err := SharedPrimes(context.Background(), moduli, nil)
		if err != nil || !reflect.DeepEqual(got, again) {
			t.Fatalf("%v, then %v, %v", got, again, err)
		}
	})
}

// Moduli of the size of RSA-2048, products of two odd numbers without small factors. One in a hundred has one of its
// two from a small pool, and a few have both.
func BenchmarkSharedPrimes20000(b *testing.B) {
	r := rand.New(rand.NewPCG(15, 16))
	factor := func() *big.Int {
		for {
			if p := randomOdd(r, 1024); SmallFactor(p) == 0 {
				return p
			}
		}
	}
	pool := make([]*big.Int, 50)
	for i := range pool {
		pool[i] = factor()
	}
	moduli := make([]*big.Int, 20000)
	for i := range moduli {
		p, q := factor(), factor()
		if i%100 == 0 {
			p = pool[i/100%len(pool)]
		}
		if i%1000 == 0 {
			q = pool[(i/100+7)%len(pool)]
		}
		moduli[i] = new(big.Int).Mul(p, q)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := SharedPrimes(context.Background(), moduli, nil); err != nil {
			b.Fatal(err)
		}
	}
}

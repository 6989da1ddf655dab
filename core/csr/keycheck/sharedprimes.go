package keycheck

import (
	"cmp"
	"context"
	"math/big"
	"slices"

	"enrollbench/core/progress"
)

// Shared is a factor that several different moduli have in common. Everybody can find it, and with it all their keys.
type Shared struct {
	// Prime is the common factor: a prime if the moduli are products of two primes. In other moduli it is a product
	// where two primes never occur apart from each other.
	Prime *big.Int
	// Members are the indices of all moduli that Prime divides, ascending.
	Members []int
}

// SharedPrimes finds every factor that two different moduli have in common: the work of devices that make their primes
// from too little randomness (Heninger, Durumeric, Wustrow, Halderman: Mining your Ps and Qs, 2012). The moduli may be
// of any length and need not be products of two primes; nil and values below 2 are passed over. Identical moduli are
// one: they alone are not reported, but where their modulus shares a factor with a different one all of them are members.
// A modulus that shares both its primes is a member of two results. Results are sorted by their first member.
//
// Time is nearly in proportion to all bits together: some 5 seconds of processor time for 20,000 moduli of 2048 bits,
// spread over all cores. Memory grows like the size of the moduli times the logarithm of their number: at the peak some
// 160 MB live for those 20,000, which the garbage collector lets grow to some 400 MB, whatever the number of cores. Only
// where thousands of different primes are shared crosswise, so that moduli hang together in long chains, the last step
// takes a division for each of these primes and each of these moduli.
//
// report counts steps of about equal time, and anew for that last step. The error is that of ctx.
func SharedPrimes(ctx context.Context, moduli []*big.Int, report progress.Func) ([]Shared, error) {
	distinct, indices := deduplicate(moduli)
	common, err := commonFactors(ctx, distinct, report)
	if err != nil {
		return nil, err
	}
	// Every prime in two of the moduli is in the common factor of both. A common factor that has no prime in common with
	// any different one is a result as it stands. Only the others are split against each other.
	factors, holders := deduplicate(common)
	entangled, err := commonFactors(ctx, factors, nil)
	if err != nil {
		return nil, err
	}
	var results []Shared
	var mixed []*big.Int
	var mixedHolders []int // indices into distinct
	for i, f := range factors {
		if entangled[i].Cmp(one) == 0 {
			results = append(results, Shared{Prime: f, Members: expand(holders[i], indices)})
			continue
		}
		mixed = append(mixed, f)
		mixedHolders = append(mixedHolders, holders[i]...)
	}
	base, err := coprimeBase(ctx, mixed, report)
	if err != nil {
		return nil, err
	}
	rest := new(big.Int)
	for _, b := range base {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var members []int
		for _, i := range mixedHolders {
			if rest.Rem(distinct[i], b).Sign() == 0 {
				members = append(members, i)
			}
		}
		results = append(results, Shared{Prime: b, Members: expand(members, indices)})
	}
	slices.SortFunc(results, func(a, b Shared) int {
		return cmp.Or(cmp.Compare(a.Members[0], b.Members[0]), a.Prime.Cmp(b.Prime))
	})
	return results, nil
}

var one = big.NewInt(1)

// deduplicate returns the different values above 1 in the order of their first appearance, and where each of them was.
func deduplicate(values []*big.Int) (distinct []*big.Int, indices [][]int) {
	seen := make(map[string]int, len(values))
	for i, v := range values {
		if v == nil || v.Cmp(one) <= 0 {
			continue
		}
		key := string(v.Bytes())
		at, ok := seen[key]
		if !ok {
			at = len(distinct)
			seen[key] = at
			distinct = append(distinct, v)
			indices = append(indices, nil)
		}
		indices[at] = append(indices[at], i)
	}
	return distinct, indices
}

func expand(members []int, indices [][]int) []int {
	var all []int
	for _, m := range members {
		all = append(all, indices[m]...)
	}
	slices.Sort(all)
	return all
}

// coprimeBase returns pairwise coprime numbers above 1 of which every one of numbers is a product of powers: what can
// be told apart in them by greatest common divisors (Bach, Driscoll, Shallit: Factor refinement, 1993).
func coprimeBase(ctx context.Context, numbers []*big.Int, report progress.Func) ([]*big.Int, error) {
	// With the short ones first, which are mostly primes, the long ones are divided by them and rarely need more.
	numbers = slices.Clone(numbers)
	slices.SortFunc(numbers, (*big.Int).Cmp)
	var base []*big.Int
	for i, f := range numbers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		base = refine(base, f)
		report.Report(int64(i+1), int64(len(numbers)))
	}
	return base, nil
}

// refine adds f to a coprime base, which it takes over, numbers and all; f it leaves alone.
func refine(base []*big.Int, f *big.Int) []*big.Int {
	f = new(big.Int).Set(f)
	product, quotient, rest := big.NewInt(1), new(big.Int), new(big.Int)
	for _, b := range base {
		for quotient.QuoRem(f, b, rest); rest.Sign() == 0; quotient.QuoRem(f, b, rest) {
			f.Set(quotient)
		}
		if f.Cmp(one) == 0 {
			return base
		}
		product.Mul(product, b).Rem(product, f)
	}
	// One greatest common divisor with the product of all tells whether any other is needed.
	if rest.GCD(nil, nil, f, product).Cmp(one) == 0 {
		return append(base, f)
	}
	for i, b := range base {
		g := new(big.Int).GCD(nil, nil, f, b)
		if g.Cmp(one) > 0 {
			base = slices.Delete(base, i, i+1)
			for _, part := range []*big.Int{g, b.Quo(b, g), f.Quo(f, g)} {
				if part.Cmp(one) > 0 {
					base = refine(base, part)
				}
			}
			return base
		}
	}
	return append(base, f)
}

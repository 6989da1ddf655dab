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

// SharedPrimes finds every factor that two different moduli have in common. Values below 2 and nil are passed over.
// Identical moduli are one: they alone are not reported, but where their modulus shares a factor with another one all of
// them are members. Each modulus may be in several of the results, which are sorted by their first member.
func SharedPrimes(ctx context.Context, moduli []*big.Int, report progress.Func) ([]Shared, error) {
	distinct, indices := deduplicate(moduli)
	common, err := commonFactors(ctx, distinct, report)
	if err != nil {
		return nil, err
	}
	// Every prime in two of the moduli is in the common factor of both. A common factor that has none of its primes in
	// another common factor than its equals is a result as it stands. Only the others are split against each other.
	factors, holders := deduplicate(common)
	entangled, err := commonFactors(ctx, factors, nil)
	if err != nil {
		return nil, err
	}
	var results []Shared
	var base []*big.Int
	var mixed []int // those of distinct whose common factor is entangled
	for i, f := range factors {
		if entangled[i].Cmp(one) == 0 {
			results = append(results, Shared{Prime: f, Members: expand(holders[i], indices)})
			continue
		}
		mixed = append(mixed, holders[i]...)
		base = refine(base, f)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	rest := new(big.Int)
	for _, b := range base {
		var members []int
		for _, i := range mixed {
			if rest.Rem(distinct[i], b).Sign() == 0 {
				members = append(members, i)
			}
		}
		if len(members) > 1 {
			results = append(results, Shared{Prime: b, Members: expand(members, indices)})
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
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

// refine adds f to a set of pairwise coprime numbers above 1 and keeps it so: every number added so far is a product of
// powers of its members (Bach, Driscoll, Shallit: Factor refinement, 1993).
func refine(base []*big.Int, f *big.Int) []*big.Int {
	pending := []*big.Int{f}
	for len(pending) > 0 {
		f, pending = pending[len(pending)-1], pending[:len(pending)-1]
		for i := 0; i < len(base) && f.Cmp(one) > 0; i++ {
			g := new(big.Int).GCD(nil, nil, f, base[i])
			if g.Cmp(one) == 0 {
				continue
			}
			if g.Cmp(base[i]) == 0 {
				f = new(big.Int).Quo(f, g)
				i--
				continue
			}
			pending = append(pending, f, new(big.Int).Quo(base[i], g), g)
			base = slices.Delete(base, i, i+1)
			f = one
		}
		if f.Cmp(one) > 0 {
			base = append(base, f)
		}
	}
	return base
}

package enrollment

import (
	"bytes"
	"cmp"
	"context"
	"math/big"
	"slices"

	"enrollbench/core/csr"
	"enrollbench/core/csr/keycheck"
	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
)

// fewModuli is how many new RSA keys are compared with each of the others, one by one; for more of them all are compared
// anew.
const fewModuli = 16

// comparePrimes compares the RSA keys of the rows. fresh are the rows whose keys are new since r.primes was made; nil
// means all.
func (r *relations) comparePrimes(ctx context.Context, p *plan, fresh []csvdoc.RowID, report progress.Func) error {
	r.moduli, r.skipped = 0, false
	var rows []csvdoc.RowID // the copies of a CSR too: which of them is the copy may change
	moduli := map[csvdoc.RowID][]byte{}
	copies := r.groups[cause{csr.RuleSameFile, p.relationColumn(byDER)}]
	r.eachRequest(func(id csvdoc.RowID, v rowValues) {
		if v.modulus != nil {
			rows = append(rows, id)
			moduli[id] = v.modulus
			if copies == nil || !copies.rows.has(id) {
				r.moduli++
			}
		}
	})
	slices.Sort(rows)
	wanted := p.opt.SharedPrimes
	switch {
	case r.moduli < 2 || wanted == csr.SharedPrimesNever:
		r.primes = nil
	case wanted == csr.SharedPrimesAuto && r.moduli > csr.SharedPrimesAutoMax:
		r.primes, r.skipped = nil, true
	case fresh != nil && len(fresh) <= fewModuli:
		if err := r.compareFew(ctx, moduli, rows, fresh); err != nil {
			return err
		}
	default:
		numbers := make([]*big.Int, len(rows))
		for i, id := range rows {
			numbers[i] = new(big.Int).SetBytes(moduli[id])
		}
		shared, err := keycheck.SharedPrimes(ctx, numbers, report)
		if err != nil {
			return err
		}
		r.primes = nil
		for _, s := range shared {
			set := primeSet{prime: string(s.Prime.Bytes())}
			for _, m := range s.Members {
				set.rows = append(set.rows, rows[m])
			}
			r.primes = append(r.primes, set)
		}
	}
	at := cause{csr.RuleSharedPrime, p.relationColumn(byDER)}
	delete(r.groups, at)
	for _, set := range r.primes {
		for _, id := range r.live(p, set.rows) {
			r.groups.add(at, id, false)
		}
	}
	return nil
}

// primeSet is rows with different RSA keys that have a factor in common.
type primeSet struct {
	prime string
	rows  []csvdoc.RowID // ascending
}

// compareFew keeps what is known of the other keys and compares each new one with all.
func (r *relations) compareFew(ctx context.Context, moduli map[csvdoc.RowID][]byte, rows, fresh []csvdoc.RowID) error {
	sets := map[string][]csvdoc.RowID{}
	for _, set := range r.primes {
		sets[set.prime] = slices.DeleteFunc(slices.Clone(set.rows), func(id csvdoc.RowID) bool {
			return moduli[id] == nil || slices.Contains(fresh, id)
		})
	}
	one := big.NewInt(1)
	for _, id := range fresh {
		if moduli[id] == nil {
			continue
		}
		n := new(big.Int).SetBytes(moduli[id])
		for _, other := range rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			m := new(big.Int).SetBytes(moduli[other])
			if other == id || m.Cmp(n) == 0 {
				continue
			}
			if g := new(big.Int).GCD(nil, nil, n, m); g.Cmp(one) > 0 {
				prime := string(g.Bytes())
				sets[prime] = append(sets[prime], id, other)
			}
		}
	}
	r.primes = nil
	for prime, set := range sets {
		slices.Sort(set)
		set = slices.Compact(set)
		different := slices.ContainsFunc(set, func(id csvdoc.RowID) bool { return !bytes.Equal(moduli[id], moduli[set[0]]) })
		if different { // one key in several rows is another finding
			r.primes = append(r.primes, primeSet{prime, set})
		}
	}
	slices.SortFunc(r.primes, func(a, b primeSet) int {
		return cmp.Or(cmp.Compare(a.rows[0], b.rows[0]), cmp.Compare(a.prime, b.prime))
	})
	return nil
}

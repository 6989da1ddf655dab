package enrollment

import (
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
	var rows []csvdoc.RowID
	moduli := map[csvdoc.RowID][]byte{}
	copies := r.groups[cause{csr.RuleSameFile, p.relationColumn(byDER)}]
	r.eachRequest(func(id csvdoc.RowID, v rowValues) {
		if v.modulus != nil && (copies == nil || !copies.rows.has(id)) {
			rows = append(rows, id)
			moduli[id] = v.modulus
		}
	})
	slices.Sort(rows)
	r.moduli, r.skipped = len(rows), false
	wanted := p.opt.SharedPrimes
	switch {
	case len(rows) < 2 || wanted == csr.SharedPrimesNever:
		r.primes = nil
	case wanted == csr.SharedPrimesAuto && len(rows) > csr.SharedPrimesAutoMax:
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
			var set []csvdoc.RowID
			for _, m := range s.Members {
				set = append(set, rows[m])
			}
			r.primes = append(r.primes, set)
		}
	}
	at := cause{csr.RuleSharedPrime, p.relationColumn(byDER)}
	delete(r.groups, at)
	for _, set := range r.primes {
		for _, id := range set {
			r.groups.add(at, id, false)
		}
	}
	return nil
}

// compareFew keeps what is known of the other keys and compares each new one with all.
func (r *relations) compareFew(ctx context.Context, moduli map[csvdoc.RowID][]byte, rows, fresh []csvdoc.RowID) error {
	var known [][]csvdoc.RowID
	for _, set := range r.primes {
		set = slices.DeleteFunc(slices.Clone(set), func(id csvdoc.RowID) bool {
			return moduli[id] == nil || slices.Contains(fresh, id)
		})
		if len(set) > 1 {
			known = append(known, set)
		}
	}
	r.primes = known
	one := big.NewInt(1)
	for _, id := range fresh {
		if moduli[id] == nil {
			continue
		}
		n := new(big.Int).SetBytes(moduli[id])
		byPrime := map[string][]csvdoc.RowID{}
		for _, other := range rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			m := new(big.Int).SetBytes(moduli[other])
			if other == id || m.Cmp(n) == 0 {
				continue
			}
			if g := new(big.Int).GCD(nil, nil, n, m); g.Cmp(one) > 0 {
				byPrime[string(g.Bytes())] = append(byPrime[string(g.Bytes())], other)
			}
		}
		for _, others := range byPrime {
			set := append(others, id)
			slices.Sort(set)
			r.primes = append(r.primes, set)
		}
	}
	return nil
}

package keycheck

import (
	"context"
	"math/big"
	"math/bits"
	"sync/atomic"

	"enrollbench/core/progress"
	"enrollbench/core/work"
)

// groupWords is about how many words of moduli make one leaf of the tree. Within a leaf ordinary division is quickest.
const groupWords = 512

// commonFactors returns for each value, all above 1, its greatest common divisor with the product of all others.
//
// With the product P of all values N and S = ΣP/N, every term of S but P/N is a multiple of N, so that gcd(N, S) is
// what is asked for. P and S are computed up a binary tree of groups of values. Down the tree go not remainders, which
// would cost a division at every node, but the fractions S/P mod 1 of each node: a child's is its parent's times the
// product of its sibling, and a fraction needs only as many words as the product below it has, and one more against the
// errors in the last place. See Bernstein: Scaled remainder trees, 2004. One division remains, at the root.
func commonFactors(ctx context.Context, values []*big.Int, report progress.Func) ([]*big.Int, error) {
	if len(values) == 0 {
		return nil, nil
	}
	t := &tree{m: &multiplier{ctx: ctx}, report: report}
	t.group(values)
	if err := t.rise(ctx); err != nil {
		return nil, err
	}
	if err := t.root(); err != nil {
		return nil, err
	}
	return t.descend(ctx, values)
}

type tree struct {
	m      *multiplier
	levels [][]node // the groups first, the root last; each has half as many nodes as the one before
	report progress.Func
	done   atomic.Int64
	total  int64
}

// Shares of the processor time by step, for each word of the moduli.
const (
	workGroup  = 15 // sum and product of a group
	workLevel  = 6  // one level, up or down
	workRoot   = 24 // the division
	workCommon = 50 // from a group's fraction to the common factors
)

// did reports a step done for so many words.
func (t *tree) did(work, words int) {
	t.report.Report(t.done.Add(int64(work)*int64(words)), t.total)
}

type node struct {
	values   []*big.Int // of a group
	words    int        // of all values below, each rounded up: product has no more
	product  *big.Int
	sum      *big.Int // Σ product/value, until the level above has its own
	fraction *big.Int // of sum/product mod 1, words+1 words after the point
}

// group lays out a tree: a power of two of groups of about equal size.
func (t *tree) group(values []*big.Int) {
	total := 0
	for _, v := range values {
		total += len(v.Bits())
	}
	count := 1 << (bits.Len(uint(total/groupWords)+1) - 1) // #nosec G115 -- a count
	groups := make([]node, count)
	begin, end, before := 0, 0, 0
	for i := range groups {
		limit := int(int64(total) * int64(i+1) / int64(count))
		for end < len(values) && before < limit {
			before += len(values[end].Bits())
			groups[i].words += len(values[end].Bits())
			end++
		}
		groups[i].values = values[begin:end]
		begin = end
	}
	t.levels = [][]node{groups}
	for ; count > 1; count /= 2 {
		t.levels = append(t.levels, make([]node, count/2))
	}
	t.total = int64(total) * int64(workGroup+2*workLevel*(len(t.levels)-1)+workRoot+workCommon)
}

// each runs f for every node of a level, on all cores, until the first error.
func each(ctx context.Context, level []node, f func(i int, n *node) error) error {
	return work.Each(ctx, 0, len(level), 1, func(_, i int) error { return f(i, &level[i]) })
}

func (t *tree) rise(ctx context.Context) error {
	err := each(ctx, t.levels[0], func(_ int, n *node) error {
		n.sum, n.product = reciprocals(n.values)
		t.did(workGroup, n.words)
		return nil
	})
	for l := 1; l < len(t.levels) && err == nil; l++ {
		below := t.levels[l-1]
		err = each(ctx, t.levels[l], func(i int, n *node) (err error) {
			a, b := &below[2*i], &below[2*i+1]
			n.words = a.words + b.words
			n.sum, n.product, err = t.m.crosswise(a.sum, a.product, b.sum, b.product)
			a.sum, b.sum = nil, nil
			t.did(workLevel, n.words)
			return err
		})
	}
	return err
}

// reciprocals returns the sum of the reciprocals of values as a numerator and a denominator, their product.
func reciprocals(values []*big.Int) (sum, product *big.Int) {
	switch len(values) {
	case 0:
		return new(big.Int), big.NewInt(1)
	case 1:
		return big.NewInt(1), values[0]
	}
	a, b := reciprocals(values[:len(values)/2])
	c, d := reciprocals(values[len(values)/2:])
	sum = new(big.Int).Mul(a, d)
	sum.Add(sum, new(big.Int).Mul(b, c))
	return sum, new(big.Int).Mul(b, d)
}

func (t *tree) root() error {
	n := &t.levels[len(t.levels)-1][0]
	quotient, err := t.m.quotient(n.sum, n.product, (n.words+1)*bits.UintSize)
	if err != nil {
		return err
	}
	n.fraction = cut(quotient, 0, n.words+1)
	n.sum = nil
	t.did(workRoot, n.words)
	return nil
}

func (t *tree) descend(ctx context.Context, values []*big.Int) ([]*big.Int, error) {
	for l := len(t.levels) - 1; l > 0; l-- {
		below := t.levels[l-1]
		err := each(ctx, t.levels[l], func(i int, n *node) (err error) {
			a, b := &below[2*i], &below[2*i+1]
			a.fraction, b.fraction, err = t.m.fractions(n.fraction, n.words+1, b.product, a.words+1, a.product, b.words+1)
			n.fraction, n.product = nil, nil
			t.did(workLevel, n.words)
			return err
		})
		if err != nil {
			return nil, err
		}
		t.levels[l] = nil
	}
	factors := make([]*big.Int, len(values))
	starts := make([]int, len(t.levels[0]))
	for i := 1; i < len(starts); i++ {
		starts[i] = starts[i-1] + len(t.levels[0][i-1].values)
	}
	err := each(ctx, t.levels[0], func(i int, n *node) error {
		// fraction·product is the sum modulo product, but for an error far below one half.
		shift := uint(n.words+1) * bits.UintSize // #nosec G115 -- a length
		sum := new(big.Int).Mul(n.fraction, n.product)
		sum.Add(sum, new(big.Int).Lsh(one, shift-1)).Rsh(sum, shift)
		for j, v := range n.values {
			r := new(big.Int).Rem(sum, v)
			factors[starts[i]+j] = r.GCD(nil, nil, r, v)
		}
		n.fraction, n.product = nil, nil
		t.did(workCommon, n.words)
		return nil
	})
	return factors, err
}

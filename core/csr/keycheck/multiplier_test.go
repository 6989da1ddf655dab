package keycheck

import (
	"context"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"testing"
)

func TestMultiplierAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	m := &multiplier{ctx: context.Background()}
	for _, size := range [][2]int{{2000, 2000}, {2000, 9000}, {4097, 2100}, {8000, 8000}} {
		a, b := randomOdd(r, size[0]*bits.UintSize), randomOdd(r, size[1]*bits.UintSize)
		p, err := m.product(a, b)
		if err != nil {
			t.Fatal(err)
		}
		if p.Cmp(new(big.Int).Mul(a, b)) != 0 {
			t.Errorf("product of %v words is wrong", size)
		}
		c, d := randomOdd(r, size[0]*bits.UintSize), randomOdd(r, size[1]*bits.UintSize)
		s, p, err := m.crosswise(a, b, c, d)
		if err != nil {
			t.Fatal(err)
		}
		w := new(big.Int).Mul(a, d)
		w.Add(w, new(big.Int).Mul(b, c))
		if p.Cmp(new(big.Int).Mul(b, d)) != 0 || s.Cmp(w) != 0 {
			t.Errorf("crosswise of %v words is wrong", size)
		}
		n := size[0] + size[1] + 1
		f := randomOdd(r, n*bits.UintSize)
		fb, fa, _ := m.fractions(f, n, b, size[0]+1, a, size[1]+1)
		wb, wa := cut(new(big.Int).Mul(f, b), n-size[0]-1, n), cut(new(big.Int).Mul(f, a), n-size[1]-1, n)
		wa.Sub(wa, fa)
		wb.Sub(wb, fb)
		if wa.CmpAbs(one) > 0 || wb.CmpAbs(one) > 0 {
			t.Errorf("fractions of %v words are wrong %v %v", size, wa.BitLen(), wb.BitLen())
		}
		for _, precision := range []int{64 * 100, 64 * 5000, 64*9000 + 7} {
			for _, numerator := range []*big.Int{nil, c, one} {
				if numerator != nil && numerator.BitLen() > a.BitLen()+guard/2 {
					continue
				}
				x, err := m.quotient(numerator, a, precision)
				if err != nil {
					t.Fatal(err)
				}
				if numerator == nil {
					numerator = new(big.Int).Lsh(one, uint(a.BitLen()))
				}
				w := new(big.Int).Lsh(numerator, uint(precision))
				w.Quo(w, a)
				if w.Sub(w, x).CmpAbs(big.NewInt(4)) > 0 {
					t.Errorf("quotient of %d words to %d bits is wrong: %d bits", size[0], precision, w.BitLen())
				}
			}
		}
	}
}

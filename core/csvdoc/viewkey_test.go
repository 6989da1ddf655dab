package csvdoc

import (
	"bytes"
	"cmp"
	"testing"
)

// Keys of numbers compare as the numbers do, whatever their length and form.
func FuzzNumberKeys(f *testing.F) {
	f.Add("7", "007.0")
	f.Add("-1.25", "-1.2")
	f.Add("99999999999999999998", "99999999999999999999")
	f.Add("-0", "+0.00")
	f.Add(".5", "0.49")
	f.Add("-10", "-9.999")
	f.Add(" 12\u00a0", "1.23E+11")
	f.Add("5.", "1/2")
	f.Add("1_000", "1.2.3")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 100 || len(b) > 100 {
			return
		}
		x, isX := appendNumber(nil, []byte(a))
		y, isY := appendNumber(nil, []byte(b))
		n, wantX := naiveNumber(a)
		m, wantY := naiveNumber(b)
		if isX != wantX || isY != wantY {
			t.Fatalf("%q is a number: %v, %q: %v", a, isX, b, isY)
		}
		if isX && isY && bytes.Compare(x, y) != n.Cmp(m) {
			t.Fatalf("%q and %q compare as %d, want %d", a, b, bytes.Compare(x, y), n.Cmp(m))
		}
		numeric := SortKey{Numeric: true}
		if isX != isY && a != "" && b != "" {
			want := 1
			if isX {
				want = -1
			}
			if got := cmp.Compare(bytes.Compare(numeric.append(nil, []byte(a)), numeric.append(nil, []byte(b))), 0); got != want {
				t.Fatalf("%q and %q: numbers come first, not %d", a, b, got)
			}
		}
	})
}

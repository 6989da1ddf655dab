package finding

import (
	"math"
	"testing"
)

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", -7: "-7", 999: "999", -999: "-999", 1000: "1,000", 12340: "12,340", -12340: "-12,340", 281474976710656: "281,474,976,710,656",
		math.MinInt64: "-9,223,372,036,854,775,808"} {
		if got := Grouped(n); got != want {
			t.Errorf("of %d it makes %q, want %q", n, got, want)
		}
	}
	if got := Grouped(uint64(math.MaxUint64)); got != "18,446,744,073,709,551,615" {
		t.Error(got)
	}
}

func TestCounted(t *testing.T) {
	for _, c := range []struct {
		n    int
		noun string
		want string
	}{{1, "error", "1 error"}, {0, "error", "0 errors"}, {12340, "row", "12,340 rows"}, {2, "copy", "2 copies"}, {3, "key", "3 keys"}, {2, "address", "2 addresses"}} {
		if got := Counted(c.n, c.noun); got != c.want {
			t.Errorf("%d of %q: %q, want %q", c.n, c.noun, got, c.want)
		}
	}
}

package words

import (
	"slices"
	"strings"
	"testing"
)

// TestCompare: lists are in the order in which people count.
func TestCompare(t *testing.T) {
	want := []string{"", "2", "10", "dev-1", "DEV-2", "dev-2", "dev-02", "dev-3", "dev-10", "dev-10a", "dev-10b", "dev-99999999999999999999",
		"dev-100000000000000000000", "dev-x", "É", "é1", "é2"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, Compare)
	// dev-2 and dev-02 have one value, and are told apart by their bytes.
	i, j := slices.Index(want, "DEV-2"), slices.Index(want, "dev-3")
	ties := want[i:j]
	slices.SortFunc(ties, strings.Compare)
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant\n%q", got, want)
	}
	for _, a := range want {
		for _, b := range want {
			if Compare(a, b) != -Compare(b, a) || (Compare(a, b) == 0) != (a == b) {
				t.Errorf("%q and %q: %d, %d", a, b, Compare(a, b), Compare(b, a))
			}
			for _, c := range want {
				if Compare(a, b) < 0 && Compare(b, c) < 0 && Compare(a, c) >= 0 {
					t.Errorf("%q < %q < %q, and not the first before the last", a, b, c)
				}
			}
		}
	}
}

// TestCompareKeepsItsPlaces: a common beginning that ends within a number or a character changes nothing.
func TestCompareKeepsItsPlaces(t *testing.T) {
	for _, c := range [][2]string{{"a19", "a110"}, {"a9", "a10"}, {"dev-1-2", "dev-1-10"}, {"line 2/9.csr", "line 2/10.csr"}, {"line 9/1.csr", "line 10/1.csr"}, {"ä2", "ä10"},
		{"a1", "a1b"}, {"a1b", "a12"}, {"ä", "Ö"}} {
		if Compare(c[0], c[1]) >= 0 || Compare(c[1], c[0]) <= 0 {
			t.Errorf("%q is not before %q", c[0], c[1])
		}
	}
}

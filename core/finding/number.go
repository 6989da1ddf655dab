package finding

import (
	"strconv"
	"strings"
)

// Grouped writes a number for people, its digits in groups of three: 12,340.
func Grouped[N int | int64 | uint64](n N) string {
	sign, s := "", strconv.FormatUint(uint64(n), 10) // #nosec G115 -- of what is not negative
	if n < 0 {
		sign, s = "-", strconv.FormatUint(-uint64(n), 10) // #nosec G115 -- its magnitude, the least one too
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Counted is "1 error" or "12,340 errors".
func Counted[N int | int64 | uint64](n N, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ey"):
		noun = strings.TrimSuffix(noun, "y") + "ie"
	case strings.HasSuffix(noun, "ss"):
		noun += "e"
	}
	return Grouped(n) + " " + noun + "s"
}

package words

import (
	"math"
	"testing"
	"time"
)

// The tests run in whatever locale there is, so that a separator may be any but none may be missing.
func digitsOf(s string) string {
	out := ""
	for _, r := range s {
		if r >= '0' && r <= '9' {
			out += string(r)
		}
	}
	return out
}

func TestGroup(t *testing.T) {
	if s := Group(12340); digitsOf(s) != "12340" || len(s) <= 5 {
		t.Errorf("%q", s)
	}
	if s := Group(uint64(math.MaxUint64)); digitsOf(s) != "18446744073709551615" {
		t.Errorf("%q", s)
	}
}

func TestMegabytes(t *testing.T) {
	for in, want := range map[int64]string{0: "00", 1: "01", 41_200_000: "412", 199_900_000: "200", 1_234_000_000: "1234"} {
		if s := Megabytes(in); digitsOf(s) != want {
			t.Errorf("%d: %q, want the digits %s", in, s, want)
		}
	}
}

func TestSize(t *testing.T) {
	for in, unit := range map[int64]string{812: "812 B", 999_999_999: "MB", 5_000: "kB", 3_000_000_000: "GB"} {
		if s := Size(in); s[len(s)-len(unit):] != unit {
			t.Errorf("%d: %q, want %s", in, s, unit)
		}
	}
}

func TestRate(t *testing.T) {
	for in, want := range map[float64]string{0: "0", math.Inf(1): "0", 4.13: "41", 18734: "19000", 123: "120"} {
		if s := Rate(in); digitsOf(s) != want {
			t.Errorf("%v: %q, want the digits %s", in, s, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for in, want := range map[time.Duration]string{
		time.Millisecond: "1 s", 4200 * time.Millisecond: "5 s", 80 * time.Second: "1 min 20 s", 125 * time.Minute: "2 h 5 min",
	} {
		if s := Duration(in); s != want {
			t.Errorf("%v: %q, want %q", in, s, want)
		}
	}
}

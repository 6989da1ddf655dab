package csvdoc

import (
	"errors"
	"math/big"
	"strings"
	"testing"
)

func TestCounter(t *testing.T) {
	for _, c := range []struct {
		start string
		step  int64
		hex   bool
		want  string
	}{
		{"1", 1, false, "1 2 3"},
		{"0098", 1, false, "0098 0099 0100"},
		{"9", 1, false, "9 10 11"},
		{"0", 5, false, "0 5 10"},
		{"dev-001-a", 1, false, "dev-001-a dev-002-a dev-003-a"},
		{"line4-08", 2, false, "line4-08 line4-10 line4-12"},
		{"00fe", 1, true, "00fe 00ff 0100"},
		{"00FE", 1, true, "00FE 00FF 0100"},
		{"FF", 1, true, "FF 100 101"},
		{"device-00fe", 1, true, "device-00fe device-00ff device-0100"},
		{"abc", 1, true, "abc abd abe"},
		{"0009", 1, true, "0009 000a 000b"},
		{"18446744073709551615", 1, false, "18446744073709551615 18446744073709551616 18446744073709551617"},
		{"00018446744073709551614", 1 << 40, false, "00018446744073709551614 00018446745173221179390 00018446746272732807166"},
		{"a9b", 1, false, "a9b a10b a11b"},
		{"007.example.com", 1, false, "007.example.com 008.example.com 009.example.com"},
	} {
		s, err := ParseCounter(c.start, c.step, c.hex)
		if err != nil {
			t.Errorf("%s: %v", c.start, err)
			continue
		}
		if err := s.Check(3); err != nil {
			t.Error(err)
		}
		for i, want := range strings.Fields(c.want) {
			if got := string(s.Append(nil, i)); got != want {
				t.Errorf("%s: value %d is %q, want %q", c.start, i, got, want)
			}
		}
	}
}

func TestCounterRefuses(t *testing.T) {
	for _, c := range []struct {
		start string
		step  int64
		hex   bool
		words string
	}{
		{"1", 0, false, "fill down"}, {"1", -1, false, "negative"}, {"-5", 1, false, "negative"},
		{"", 1, false, "no number"}, {"device", 1, false, "no number"}, {"xyz", 1, true, "no number"},
		{"0aB1", 1, true, "both cases"}, {strings.Repeat("1", 65), 1, false, "65 digits"},
	} {
		_, err := ParseCounter(c.start, c.step, c.hex)
		var bad *SeriesError
		if !errors.As(err, &bad) || bad.At != -1 || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%q: %v", c.start, err)
		}
	}
}

func TestCounterOutgrowsItsZeros(t *testing.T) {
	s, err := ParseCounter("098", 3, false)
	if err != nil {
		t.Fatal(err)
	}
	// 098 + 3 × 300 = 998, the next is 1001
	if err := s.Check(301); err != nil {
		t.Error(err)
	}
	var bad *SeriesError
	if err := s.Check(302); !errors.As(err, &bad) || !bad.Width || bad.At != 301 || !strings.Contains(err.Error(), "1001") {
		t.Error(err)
	}
	s.Grow = true
	if err := s.Check(302); err != nil {
		t.Error(err)
	}
	if at := s.Outgrows(302); at != 301 {
		t.Error(at)
	}
	if at := s.Outgrows(301); at != -1 {
		t.Error(at)
	}
	// Without leading zeros there is no width to keep, but a preview can still say where it grows.
	s, err = ParseCounter("98", 1, false)
	if err != nil || s.Check(10) != nil || s.Outgrows(10) != 2 {
		t.Error(err, s.Outgrows(10))
	}
}

func FuzzCounter(f *testing.F) {
	f.Add("dev-0042", int64(1), false, 3)
	f.Add("00fe", int64(1<<40), true, 1<<30)
	f.Add("18446744073709551615", int64(1), false, 1)
	f.Fuzz(func(t *testing.T, start string, step int64, hex bool, i int) {
		c, err := ParseCounter(start, step, hex)
		if err != nil {
			return
		}
		if got := string(c.Append(nil, 0)); got != start {
			t.Fatalf("%q begins with %q", start, got)
		}
		if i < 0 {
			return
		}
		want := new(big.Int).Mul(big.NewInt(step), big.NewInt(int64(i)))
		want.Add(want, c.First)
		text := want.Text(c.base())
		for len(text) < c.Width {
			text = "0" + text
		}
		if c.Upper {
			text = strings.ToUpper(text)
		}
		if got := string(c.Append(nil, i)); got != c.Prefix+text+c.Suffix {
			t.Fatalf("%q, value %d: %q, want %q", start, i, got, c.Prefix+text+c.Suffix)
		}
	})
}

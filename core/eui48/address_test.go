package eui48

import (
	"strings"
	"testing"
)

func TestAddressString(t *testing.T) {
	for a, want := range map[Address]string{
		0x001ac27b000a: "00-1a-c2-7b-00-0a",
		Last48:         "ff-ff-ff-ff-ff-ff",
		0:              "00-00-00-00-00-00",
		0x0123456789ab: "01-23-45-67-89-ab",
	} {
		if got := a.String(); got != want {
			t.Errorf("%#x: %q, want %q", uint64(a), got, want)
		}
		if got := string(a.Append([]byte("x"))); got != "x"+want {
			t.Errorf("append: %q", got)
		}
	}
}

func TestAddressBits(t *testing.T) {
	for text, want := range map[string]struct{ multicast, local bool }{
		"00-1a-c2-7b-00-00": {false, false},
		"01-00-5e-00-00-01": {true, false},
		"02-00-00-00-00-00": {false, true},
		"03-00-00-00-00-00": {true, true},
		"fc-ff-ff-ff-ff-ff": {false, false},
		"ff-ff-ff-ff-ff-ff": {true, true},
	} {
		a, _, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if a.Multicast() != want.multicast || a.Local() != want.local {
			t.Errorf("%s: multicast %v, local %v", text, a.Multicast(), a.Local())
		}
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Notation{
		"00:1A:C2:7B:00:0a": Colons,
		"00-1a-c2-7b-00-0A": Hyphens,
		"001ac27b000a":      Bare,
		"001AC27B000A":      Bare,
		"001a.c27b.000a":    Dotted,
		"001a-c27b-000a":    Other,
		"001A:C27B:000A":    Other,
		"001ac2-7b000a":     Other,
		"0x001ac27b000a":    Other,
		"0X001AC27B000A":    Other,
		"00 1a c2 7b 00 0a": Other,
		"00.1a.c2.7b.00.0a": Other,
		"00_1a_c2_7b_00_0a": Other,
	} {
		a, n, err := Parse(text)
		if err != nil || a != 0x001ac27b000a || n != want {
			t.Errorf("%s: %s, %v, %v", text, a, n, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		text       string
		at, octets int
		words      string
	}{
		{"", 0, 0, "the field is empty"},
		{"00:1a:c2:7b:00", 0, 5, "5 octets were given; six are needed"},
		{"001ac27b00", 0, 5, "5 octets"},
		{"001a.c27b", 0, 4, "4 octets"},
		{"00", 0, 1, "one octet"},
		{"00:1a:c2:7b:00:00:01", 0, 7, "7 octets"},
		{"00-1a-c2-ff-fe-7b-00-00", 0, 8, "EUI-64"},
		{"001ac2fffe7b0000", 0, 8, "EUI-64"},
		{"001ac27b000", 0, 0, "11 hexadecimal digits"},
		{"00:1a:c2:7b:00:0g", 17, 0, `'g' is not a hexadecimal digit`},
		{"0O:1a:c2:7b:00:00", 2, 0, "the letter, not the digit 0"},
		{"00:1a:c2:7b:00:0l", 17, 0, "not the digit 1"},
		{"00:1a-c2:7b:00:00", 6, 0, "separators must all be the same"},
		{"00:1a:c2.7b00.0000", 9, 0, "separators must all be the same"},
		{" 00:1a:c2:7b:00:00", 1, 0, "is a space"},
		{"00:1a:c2:7b:00:00\n", 18, 0, "is a space"},
		{"00 1a c2 7b 00 0", 3, 0, "is a space"},
		{"00 1a c2-7b 00 00", 3, 0, "is a space"},
		{"0x001ac27b00", 2, 0, "'x' is not a hexadecimal digit"},
		{"001a-c27b:0000", 10, 0, "separators must all be the same"},
		{"001a--27b-0000", 1, 0, "a group of 4 digits"},
		{"00–1a–c2–7b–00–00", 3, 0, "dash that only looks like"},
		{"00:1a:c2:7b:00:0０", 17, 0, "not one of the digits"},
		{"日本", 1, 0, "not a hexadecimal digit"},
		{"00:1a:c2:7b:0:00", 13, 0, "a group of 1 digits"},
		{"001a:c27b:000", 1, 0, "a group of 4 digits"},
		{"00.1a.c2.7b.00.0", 1, 0, "three groups of four"},
		{"00::c2:7b:00:00", 3, 0, "no digits after it"},
		{":00:1a:c2:7b:00", 1, 0, "no digits before it"},
		{"00:1a:c2:7b:00:", 15, 0, "no digits after it"},
		{"00:1a:c2:7b:00:\xff", 16, 0, "not UTF-8"},
		{strings.Repeat("0", 257), 0, 0, "too many"},
	} {
		a, n, err := Parse(c.text)
		e, is := err.(*ParseError)
		if !is {
			t.Errorf("%q: %s, %v, %v", c.text, a, n, err)
			continue
		}
		if a != 0 || n != Unknown || e.Input != c.text || e.At != c.at || e.Octets != c.octets || !strings.Contains(e.Reason, c.words) {
			t.Errorf("%q: %#v", c.text, e)
		}
		if len(e.Error()) > 300 {
			t.Errorf("a message of %d bytes", len(e.Error()))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"00:1A:C2:7B:00:0a", "00-1a-c2-7b-00-0A", "001ac27b000a", "001a.c27b.000a", "00:1a:c2:7b:00",
		"00-1a-c2-ff-fe-7b-00-00", "00:1a-c2:7b:00:00", "0O:1a:c2:7b:00:00", " 00:1a:c2:7b:00:00", "\xff", "::::::",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, n, err := Parse(s)
		if err != nil {
			if e, is := err.(*ParseError); !is || e.Reason == "" || e.Input != s || a != 0 {
				t.Fatalf("%q: %#v", s, err)
			}
			return
		}
		if a > Last48 || n == Unknown {
			t.Fatalf("%q: %#x, %v", s, uint64(a), n)
		}
		b, n2, err := Parse(a.String())
		if err != nil || b != a || n2 != Hyphens {
			t.Fatalf("%q was read as %s and that as %s: %v", s, a, b, err)
		}
		// Whatever the notation, these are the digits that were given.
		bare := strings.NewReplacer(":", "", "-", "", ".", "").Replace(s)
		if !strings.EqualFold(bare, strings.ReplaceAll(a.String(), "-", "")) {
			t.Fatalf("%q became %s", s, a)
		}
	})
}

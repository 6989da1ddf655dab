package enrollment

import (
	"errors"
	"testing"

	"enrollbench/core/csvdoc"
	"enrollbench/core/eui48"
)

func TestMACSeries(t *testing.T) {
	for _, c := range []struct {
		start string
		step  int64
		want  []string
	}{
		{"00:1a:c2:7b:00:fe", 1, []string{"00:1a:c2:7b:00:fe", "00:1a:c2:7b:00:ff", "00:1a:c2:7b:01:00"}},
		{"00-1A-C2-7B-00-00", 10, []string{"00-1A-C2-7B-00-00", "00-1A-C2-7B-00-0A", "00-1A-C2-7B-00-14"}},
		{"001a.c27b.0000", 16, []string{"001a.c27b.0000", "001a.c27b.0010"}},
		{"001AC27B0000", 1, []string{"001AC27B0000", "001AC27B0001"}},
		{"001Ac27b0000", 1, []string{"001ac27b0000", "001ac27b0001"}},
		{"001a-c27b-00ff", 1, []string{"001a-c27b-00ff", "001a-c27b-0100"}},
		{"001AC2-7B00FF", 1, []string{"001AC2-7B00FF", "001AC2-7B0100"}},
		{"00 1a c2 7b 00 ff", 1, []string{"00 1a c2 7b 00 ff", "00 1a c2 7b 01 00"}},
		{"0x001ac27b00ff", 1, []string{"00-1a-c2-7b-00-ff", "00-1a-c2-7b-01-00"}},
		{"00:00:00:00:00:09", 1, []string{"00:00:00:00:00:09", "00:00:00:00:00:0a"}},
	} {
		s, err := ParseMACSeries(c.start, c.step)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Check(len(c.want)); err != nil {
			t.Error(err)
		}
		for i, want := range c.want {
			if got := string(s.Append(nil, i)); got != want {
				t.Errorf("%s: value %d is %q, want %q", c.start, i, got, want)
			}
			if a, _, err := eui48.Parse(want); err != nil || uint64(a) != uint64(s.first)+uint64(i)*uint64(c.step) {
				t.Errorf("%q: %v", want, err)
			}
		}
	}
}

func TestMACSeriesRefuses(t *testing.T) {
	var bad *csvdoc.SeriesError
	if _, err := ParseMACSeries("00:1a:c2:7b:00:00", 0); !errors.As(err, &bad) {
		t.Error(err)
	}
	if _, err := ParseMACSeries("00:1a:c2:7b:00:00", -1); !errors.As(err, &bad) {
		t.Error(err)
	}
	var parse *eui48.ParseError
	if _, err := ParseMACSeries("00:1a:c2:7b:00", 1); !errors.As(err, &parse) {
		t.Error(err)
	}
	for start, at := range map[string]int{"fe:ff:ff:ff:ff:fe": 2, "01:00:5e:00:00:01": 0, "fc:ff:ff:ff:ff:ff": 1} {
		s, err := ParseMACSeries(start, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Check(at); at > 0 && err != nil {
			t.Errorf("%s, %d: %v", start, at, err)
		}
		if err := s.Check(at + 1); !errors.As(err, &bad) || bad.At != at {
			t.Errorf("%s: %v", start, err)
		}
	}
	// The last address is one.
	s, err := ParseMACSeries("fe:ff:ff:ff:ff:ff", 1)
	if err != nil || s.Check(1) != nil {
		t.Error(err)
	}
}

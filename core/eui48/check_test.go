package eui48

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/finding"
)

func TestCheck(t *testing.T) {
	const start = "00:1a:c2:7b:00:00"
	for _, c := range []struct {
		start, count, step string
		want               Range
		findings           string // rule@field, in order of field and rule
		words              []string
	}{
		{start, "5", "10", Range{0x001ac27b0000, 5, 10}, "", nil},
		{"001a.c27b.0000", "5", "10", Range{0x001ac27b0000, 5, 10}, "notation@start", []string{"read as 00-1a-c2-7b-00-00"}},
		{"001AC27B0000", "5", "10", Range{0x001ac27b0000, 5, 10}, "notation@start", nil},
		{" " + start + "\t", "5 ", "10", Range{0x001ac27b0000, 5, 10}, "notation@count notation@start", []string{"spaces around"}},
		{"00:1a:c2:7b:00", "5", "10", Range{}, "octets@start", []string{"six are needed", `"00:1a:c2:7b:00"`}},
		{"zz", "0", "x", Range{}, "count@count increment@increment syntax@start", nil},
		{"", "", "", Range{}, "count@count increment@increment syntax@start", []string{"the field is empty"}},
		{start, "-5", "0", Range{}, "count@count increment@increment", []string{"negative", "1 or more"}},
		{start, "500,000", "1", Range{}, "count@count", []string{"thousands or decimals", "write 500000 or 500"}},
		{start, "1.500", "1", Range{}, "count@count", []string{"write 1500 or 1"}},
		{start, "1.5", "1", Range{}, "count@count", []string{"not a whole number"}},
		{start, "12 345", "1", Range{0x001ac27b0000, 12_345, 1}, "notation@count", []string{"was read as 12345"}},
		{start, "2’345", "1_000", Range{0x001ac27b0000, 2_345, 1000}, "notation@count notation@increment", nil},
		{start, "1 23", "1", Range{}, "count@count", []string{"groups of three"}},
		{start, "1,234.567", "1", Range{}, "count@count", []string{"in one number"}},
		{start, "5", "0x0a", Range{}, "increment@increment", []string{"decimal", "write 10 if"}},
		{start, "5", "0a", Range{}, "increment@increment", []string{"write 10 if"}},
		{start, "five", "1", Range{}, "count@count", []string{"character 1, 'f', is not a digit"}},
		{start, "99999999999999999999999", "1", Range{}, "count@count", []string{"281,474,976,710,656"}},
		{start, "500000", "1", Range{0x001ac27b0000, 500_000, 1}, "", nil},
		{start, "500001", "1", Range{0x001ac27b0000, 500_001, 1}, "order-limit@count",
			[]string{"make 2 orders: 500000 from 00-1a-c2-7b-00-00, 1 from 00-1a-c2-82-a1-20"}},
		{"00:1a:c2:00:00:00", "3.000.001", "1", Range{0x001ac2000000, 3_000_001, 1}, "notation@count order-limit@count",
			[]string{"make 7 orders", "…, 1 from 00-1a-c2-2d-c6-c0"}},
		{"fc:ff:ff:ff:ff:fe", "3", "1", Range{0xfcfffffffffe, 3, 1}, "leaves-oui@count multicast@count",
			[]string{"1 of the series are multicast addresses, from fd-00-00-00-00-00 (number 3) on"}},
		{"01:00:5e:00:00:00", "3", "1", Range{0x01005e000000, 3, 1}, "multicast@start", []string{"first octet, 01, is odd"}},
		{"02:00:00:00:00:00", "3", "1", Range{0x020000000000, 3, 1}, "local@start", nil},
		{"00:ff:ff:ff:ff:ff", "2", "1099511627777", Range{0x00ffffffffff, 2, 1<<40 + 1}, "leaves-oui@count local@count", nil},
		{"00:1a:c2:ff:ff:ff", "2", "1", Range{0x001ac2ffffff, 2, 1}, "leaves-oui@count", []string{"outside the block 00-1a-c2", "at most 1"}},
		{"fe:ff:ff:ff:ff:ff", "3", "1099511627776", Range{}, "leaves-oui@count multicast@count past-end@count local@start",
			[]string{"2 would fit", "order at most 2"}},
		{"00:00:00:00:00:00", "281474976710657", "1", Range{}, "count@count", nil},
		{"00:00:00:00:00:01", "281474976710656", "1", Range{},
			"leaves-oui@count local@count multicast@count order-limit@count past-end@count",
			[]string{"281,474,976,710,655 would fit", "562,949,954 orders"}},
		{"01-1g", "1000000", "x", Range{}, "order-limit@count increment@increment syntax@start", []string{"split it into 2 orders"}},
	} {
		t.Run(fmt.Sprintf("%s %s %s", c.start, c.count, c.step), func(t *testing.T) {
			r, report := Check(c.start, c.count, c.step)
			if r != c.want {
				t.Errorf("series %+v, want %+v", r, c.want)
			}
			var got, text []string
			for _, f := range report.All() {
				got = append(got, strings.TrimPrefix(f.Rule, "eui48/")+"@"+f.Column)
				text = append(text, f.Message+" | "+f.Hint)
				if f.Hint == "" || strings.HasSuffix(f.Message, ".") {
					t.Errorf("%+v", f)
				}
			}
			if strings.Join(slices.Compact(got), " ") != c.findings {
				t.Errorf("found %v\n%s", got, strings.Join(text, "\n"))
			}
			for _, w := range c.words {
				if !strings.Contains(strings.Join(text, "\n"), w) {
					t.Errorf("nobody says %q in\n%s", w, strings.Join(text, "\n"))
				}
			}
		})
	}
}

func TestRulesTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules {
		if seen[r.Name] || !strings.HasPrefix(r.Name, "eui48/") {
			t.Errorf("%q", r.Name)
		}
		seen[r.Name] = true
		if r.Title == "" || r.Why == "" || r.Hint == "" || r.Source == "" || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%+v", r)
		}
	}
	for name, severity := range map[string]finding.Severity{
		"eui48/multicast": finding.Error, "eui48/local": finding.Warning, "eui48/leaves-oui": finding.Warning,
		"eui48/order-limit": finding.Error, "eui48/past-end": finding.Error, "eui48/syntax": finding.Error,
		"eui48/octets": finding.Error, "eui48/notation": finding.Notice, "eui48/count": finding.Error, "eui48/increment": finding.Error,
	} {
		i := slices.IndexFunc(Rules, func(r *finding.Rule) bool { return r.Name == name })
		if i < 0 || Rules[i].Severity != severity {
			t.Errorf("%s is not in the table as %s", name, severity)
		}
	}
}

// Whatever is typed: the series is valid or zero, and errors are told where it is zero.
func FuzzCheck(f *testing.F) {
	f.Add("00:1a:c2:7b:00:00", "5", "10")
	f.Add("fc:ff:ff:ff:ff:fe", "500 001", "1")
	f.Add("001a.c27b.0000", "1.000.000", "0x0a")
	f.Add("ff:ff:ff:ff:ff:ff", "18446744073709551615", "18446744073709551616")
	f.Fuzz(func(t *testing.T, start, count, step string) {
		r, report := Check(start, count, step)
		if r == (Range{}) {
			if report.Count(finding.Error) == 0 {
				t.Fatal("neither a series nor an error")
			}
			return
		}
		if q, err := NewRange(r.Start, r.Count, r.Step); err != nil || q != r {
			t.Fatal(r, err)
		}
		again, report2 := Check(r.Start.String(), fmt.Sprint(r.Count), fmt.Sprint(r.Step))
		if again != r || report2.Count(finding.Error) != report.Count(finding.Error) || report2.Count(finding.Notice) != 0 {
			t.Fatalf("%+v and written again %+v", r, again)
		}
	})
}

package ledger

import (
	"slices"
	"strings"
	"testing"

	"enrollbench/core/eui48"
)

func TestCanonical(t *testing.T) {
	for _, test := range []struct {
		kind, want Kind
		in, out    string
	}{
		{CommonName, MAC, " 00:1A:C2:7B:00:0a", "00-1a-c2-7b-00-0a"},
		{CommonName, MAC, "001A.C27B.000A", "00-1a-c2-7b-00-0a"},
		{MAC, MAC, "001ac27b000a", "00-1a-c2-7b-00-0a"},
		{UniqueIdentifier, UniqueIdentifier, "001ac27b000a", "00-1a-c2-7b-00-0a"},
		{CommonName, CommonName, " Device\u00a0\t 7 ", "device 7"},
		{CommonName, CommonName, "GERA\u0308T", "ger\u00e4t"},
		{CommonName, CommonName, "Stra\u00dfe", "strasse"},
		{CommonName, CommonName, "\uff24evice", "device"}, // full width
		{PublicKey, PublicKey, strings.Repeat("AB:", 31) + "ab", strings.Repeat("ab", 32)},
	} {
		id, err := Identity{test.kind, test.in, 7}.Canonical()
		if err != nil || id != (Identity{test.want, test.out, 7}) {
			t.Errorf("%s %q is %+v, %v", test.kind, test.in, id, err)
		}
	}
	for _, bad := range []Identity{{CommonName, "", 0}, {CommonName, " \t", 0}, {MAC, "00-1a", 0}, {PublicKey, "abcd", 0}, {PublicKey, strings.Repeat("x", 64), 0}, {9, "x", 0}} {
		if id, err := bad.Canonical(); err == nil {
			t.Errorf("%+v is %+v", bad, id)
		}
	}
	long := strings.Repeat("x", 300)
	a, _ := Identity{CommonName, long + "a", 0}.Canonical()
	b, _ := Identity{CommonName, long + "b", 0}.Canonical()
	if a == b || len(a.Value) != maxValue {
		t.Errorf("long names: %q, %q", a.Value, b.Value)
	}
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"Device 7", "001ac27b000a", "\u0130\u1e9e\u01c5", "\xff\x00", "a\u0345\u0301", strings.Repeat("\u00c4", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []Kind{CommonName, UniqueIdentifier, PublicKey, MAC} {
			id, err := Identity{Kind: kind, Value: s}.Canonical()
			if err != nil {
				continue
			}
			if again, err := id.Canonical(); err != nil || again != id {
				t.Fatalf("%s %q is %+v, and that is %+v, %v", kind, s, id, again, err)
			}
		}
	})
}

// TestHold: what of single addresses becomes a range, with the rows that they had.
func TestHold(t *testing.T) {
	list := func(start eui48.Address, n, step, row, rows int) (all []Identity) {
		for i := range n {
			all = append(all, Identity{MAC, (start + eui48.Address(i*step)).String(), row + i*rows})
		}
		return all
	}
	for _, test := range []struct {
		name   string
		in     []Identity
		ranges int // in which they are kept
	}{
		{"a series", list(0x1000, 100, 10, 2, 1), 1},
		{"without rows", list(0x1000, 100, 1, 0, 0), 1},
		{"two series", append(list(0x1000, 50, 1, 2, 1), list(0x9000, 50, 3, 52, 1)...), 2},
		{"a row left out", append(list(0x1000, 50, 1, 2, 1), list(0x1032, 50, 1, 53, 1)...), 2},
		{"downwards", list(0x1000, 100, -1, 2, 1), 100},
		{"too short", list(0x1000, runLen-1, 1, 2, 1), runLen - 1},
		{"too far", list(0x1000, 20, runStep+1, 2, 1), 20},
		{"every other row", list(0x1000, 20, 1, 2, 2), 20},
	} {
		h, err := hold(nil, slices.Values(test.in))
		if err != nil || len(h.macs) != test.ranges || h.count != int64(len(test.in)) {
			t.Errorf("%s: %d ranges, %v", test.name, len(h.macs), err)
			continue
		}
		var out []Identity
		for _, r := range h.macs {
			for i := range r.Count {
				out = append(out, Identity{MAC, r.At(i).String(), r.rowAt(i)})
			}
		}
		if !slices.Equal(out, test.in) {
			t.Errorf("%s: %v", test.name, out)
		}
	}
}

// TestCut puts the parts of a range together again.
func TestCut(t *testing.T) {
	r := heldRange{eui48.Range{Start: 1000, Count: 10, Step: 3}, 2}
	for _, at := range [][]uint64{{0}, {9}, {4, 5, 6}, {0, 2, 4, 6, 8}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 9}} {
		seen := map[eui48.Address]bool{}
		err := r.cut(at, func(p heldRange, hole bool) error {
			for i := range p.Count {
				n, ok := r.Index(p.At(i))
				if !ok || seen[p.At(i)] || p.rowAt(i) != r.rowAt(n) || hole != slices.Contains(at, n) {
					t.Errorf("%v: part %+v, hole %v", at, p, hole)
				}
				seen[p.At(i)] = true
			}
			return nil
		})
		if err != nil || len(seen) != 10 {
			t.Errorf("%v: %d addresses, %v", at, len(seen), err)
		}
	}
}

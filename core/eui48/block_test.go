package eui48

import "testing"

func TestBlock(t *testing.T) {
	for address, want := range map[string]struct {
		prefix, first, last string
		n                   uint64
	}{
		"00-1a-c2-7b-00-0a": {"00-1a-c2", "00-1a-c2-00-00-00", "00-1a-c2-ff-ff-ff", 1 << 24},
		"70-b3-d5-1a-2f-fe": {"70-b3-d5-1a-2", "70-b3-d5-1a-20-00", "70-b3-d5-1a-2f-ff", 4096}, // MA-S
		"8c-1f-64-00-00-00": {"8c-1f-64-00-0", "8c-1f-64-00-00-00", "8c-1f-64-00-0f-ff", 4096}, // MA-S
		"00-50-c2-ff-ff-ff": {"00-50-c2-ff-f", "00-50-c2-ff-f0-00", "00-50-c2-ff-ff-ff", 4096}, // IAB
		"00-55-da-1f-ff-ff": {"00-55-da-1", "00-55-da-10-00-00", "00-55-da-1f-ff-ff", 1 << 20}, // MA-M
		"ff-ff-ff-ff-ff-ff": {"ff-ff-ff", "ff-ff-ff-00-00-00", "ff-ff-ff-ff-ff-ff", 1 << 24},
	} {
		a, _, err := Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if b := a.Block(); b.String() != want.prefix || b.First().String() != want.first || b.Last().String() != want.last || b.Len() != want.n {
			t.Errorf("%s: %s from %s to %s, %d addresses", address, b, b.First(), b.Last(), b.Len())
		}
	}
	if len(divided) < 290 {
		t.Errorf("only %d OUIs are divided", len(divided))
	}
}

// TestBeyondBlock: the block of 4,096 is whole, and one address more leaves it.
func TestBeyondBlock(t *testing.T) {
	for _, c := range []struct {
		start       Address
		count, step uint64
		first, n    uint64
	}{
		{0x70b3d51a2000, 4096, 1, 4096, 0}, {0x70b3d51a2000, 4097, 1, 4096, 1}, {0x70b3d51a2ffe, 5, 1, 2, 3},
		{0x0055da1ffffe, 3, 1, 2, 1}, {0x001ac2fffffe, 4, 2, 1, 3}, {0x001ac2000000, 1 << 24, 1, 1 << 24, 0},
	} {
		r := Range{c.start, c.count, c.step}
		if first, n := r.BeyondBlock(); first != c.first || n != c.n {
			t.Errorf("%d from %s: %d from number %d on", c.count, c.start, n, first)
		}
	}
}

//go:build !race

package archive

import "testing"

// Small entries cost no garbage: a batch of 200,000 must not keep the collector busy. (Under the race detector
// sync.Pool drops things on purpose, so the count means nothing there.)
func TestReadEntryAllocates(t *testing.T) {
	z := mustOpen(t, many(1000, true))
	buf := make([]byte, 0, 1000)
	i := 0
	n := testing.AllocsPerRun(2000, func() {
		if _, err := z.ReadEntry(i%1000, buf); err != nil {
			t.Fatal(err)
		}
		i++
	})
	if n >= 1 {
		t.Errorf("%v allocations an entry, want none", n)
	}
}

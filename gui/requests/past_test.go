package requests

import (
	"testing"

	"enrollbench/core/csr"
	"enrollbench/gui/frame/frametest"
)

// What is held to undo is bounded, and undoing brings back the same lists all the same: what was removed stays removed, what was
// left out stays out.
func TestUndoHoldsSoMuchAndNoMore(t *testing.T) {
	all := undoEntries
	undoEntries = 5
	t.Cleanup(func() { undoEntries = all })
	r := newRig(t)
	shown := func() (n, out int) { return r.CSR.view.set.Len(), r.CSR.view.set.Count(csr.Excluded) }
	held := func() (n int) {
		seen := map[*csr.Entry]bool{}
		for _, p := range r.CSR.before {
			if p.set == nil {
				continue
			}
			for i := range p.set.Len() {
				seen[p.set.Entry(i)] = true
			}
		}
		for i := range r.CSR.view.set.Len() {
			delete(seen, r.CSR.view.set.Entry(i))
		}
		return len(seen)
	}
	type state struct{ n, out int }
	var steps []state
	note := func() {
		n, out := shown()
		steps = append(steps, state{n, out})
	}
	note()
	for range 4 {
		r.Drop(frametest.GoodFolder(t))
		note()
		r.CSR.setOut([]int{0}, true)
		r.Wait()
		note()
		r.CSR.remove([]int{1})
		r.Wait()
		note()
		r.CSR.clearAll()
		r.Wait()
		note()
		if n := held(); n > undoEntries {
			t.Fatalf("%d entries are held", n)
		}
	}
	for i := len(steps) - 2; i >= 0; i-- {
		r.CSR.Undo()
		r.Wait()
		if n, out := shown(); (state{n, out}) != steps[i] {
			t.Errorf("undone to step %d there are %d entries, %d of them left out; there were %v", i, n, out, steps[i])
		}
	}
	r.NoDialog()
	// A list of which much is on the list still costs little.
	r.Drop(frametest.GoodFolder(t), frametest.GoodFolder(t), frametest.GoodFolder(t))
	r.CSR.setOut([]int{0}, true)
	r.Wait()
	if last := r.CSR.before[len(r.CSR.before)-1]; last.out != nil {
		t.Error("a list whose entries are shown still is read again")
	}
}

// An undo that does not come to its end can be asked for again.
func TestACancelledUndo(t *testing.T) {
	all := undoEntries
	undoEntries = 1
	t.Cleanup(func() { undoEntries = all })
	r := newRig(t)
	r.Drop(frametest.GoodFolder(t))
	r.CSR.clearAll()
	r.Wait()
	r.CSR.Undo()
	r.CSR.Escape()
	r.Wait()
	r.Dismiss()
	if r.CSR.view.set.Len() == 0 {
		r.CSR.Undo()
		r.Wait()
	}
	if n := r.CSR.view.set.Len(); n != 3 {
		t.Errorf("then there are %d entries", n)
	}
}

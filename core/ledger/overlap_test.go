//go:build unix

package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/eui48"
)

// rawInsert writes a range past everything that this package checks itself: the database alone decides.
func rawInsert(l *Ledger, claim ClaimID, r eui48.Range, slot int) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		h := heldRange{Range: r}
		_, err := tx.Exec("INSERT INTO mac (environment, level, start, claim, slot, last, step, row) VALUES (1, $1, $2, $3, $4, $5, $6, 0)",
			h.level(), int64(r.Start), claim, slot, int64(r.Last()), int64(r.Step))
		return err
	})
}

// TestTriggerArithmetic has the database refuse exactly the ranges that have an address in common with another one, found by
// counting them out, and eui48.Overlap say the same.
func TestTriggerArithmetic(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		l := open("line 1")
		id := claim(t, l, batch("first", nil, names("x")))
		random := rand.New(rand.NewPCG(1, 2))
		origin := eui48.Address(0)
		for n := range 400 {
			origin += 1 << 12 // pairs far from each other
			pick := func() eui48.Range {
				r := eui48.Range{Start: origin + eui48.Address(random.IntN(40)), Count: 1 + random.Uint64N(12), Step: 1 + random.Uint64N(15)}
				if n%10 == 0 { // steps whose product has more than 32 bits
					r.Step, r.Count = 1<<30+random.Uint64N(7), 1+random.Uint64N(4)
				}
				if r.Count == 1 {
					r.Step = 1
				}
				return r
			}
			if n%10 == 0 {
				origin = eui48.Address(n+1) << 36
			}
			a, b := pick(), pick()
			common := 0
			for x := range a.All() {
				if _, in := b.Index(x); in {
					common++
				}
			}
			if o, ok := a.Overlap(b); ok != (common > 0) || ok && o.Count != uint64(common) {
				t.Fatalf("%v and %v: Overlap says %v", a, b, o)
			}
			if err := rawInsert(l, id, a, ownerSlot); err != nil {
				t.Fatal(a, err)
			}
			err := rawInsert(l, id, b, ownerSlot)
			if (err == nil) != (common == 0) || err != nil && !strings.Contains(err.Error(), "is taken") {
				t.Fatalf("%v and %v have %d in common: %v", a, b, common, err)
			}
			h, err := hold([]eui48.Range{b}, nil)
			if err != nil {
				t.Fatal(err)
			}
			found, err := l.conflicts(ctx, l.db.Reader(), 1, h)
			if want := uint64(common); err != nil || common == 0 && countAll(found) != b.Count || common > 0 && countAll(found) != want {
				t.Fatalf("%v and %v: %d conflicts, want %d, %v", a, b, countAll(found), want, err)
			}
		}
	})
}

// TestDatabaseRefuses writes past this package what nobody may write.
func TestDatabaseRefuses(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		l := open("line 1")
		id := claim(t, l, batch("a", []eui48.Range{macs("00-1a-c2-7b-00-00", 10, 10)}, names("x", "y")))
		free := macs("00-1a-c2-7b-00-01", 1, 1)
		if err := rawInsert(l, id, free, laterSlot); err == nil {
			t.Error("an address was issued again without a reason")
		}
		for _, query := range []string{
			"UPDATE mac SET start = start + 1, last = last + 1",
			"UPDATE mac SET slot = 5",
			"UPDATE mac SET claim = claim + 1, slot = -1",
			"UPDATE name SET value = kind, slot = 0",
			"INSERT INTO name (environment, kind, value, slot, claim, row) SELECT environment, kind, value, 0, claim, 9 FROM name",
			"INSERT INTO name (environment, kind, value, slot, claim, row) SELECT environment, kind, value, 1, claim, 9 FROM name",
			"DELETE FROM claim",
			"UPDATE audit SET detail = 'nothing'",
			"UPDATE audit SET at = at + 1 WHERE seq = 1",
			"DELETE FROM audit WHERE seq = 2",
			"INSERT INTO mac (environment, level, start, claim, slot, last, step, row) VALUES (1, 0, 5, 1, 0, 6, 1, 0)",  // level too low
			"INSERT INTO mac (environment, level, start, claim, slot, last, step, row) VALUES (1, 3, 5, 1, 0, 10, 2, 0)", // ends between steps
			"INSERT INTO mac (environment, level, start, claim, slot, last, step, row) VALUES (1, 0, 281474976710656, 1, 0, 281474976710656, 1, 0)",
		} {
			if err := l.db.Write(ctx, func(tx *sql.Tx) error { _, err := tx.Exec(query); return err }); err == nil {
				t.Errorf("taken: %s", query)
			}
		}
		// What a release left of a range, and who stays behind an owner that was released, are as well protected as the first.
		left := claim(t, l, batch("left", []eui48.Range{macs("00-1a-c2-7b-01-00", 10, 1)}, names("again")))
		if _, err := l.Ended(ctx, left, Outcome{Failed: slices.Values([]Identity{{MAC, "00-1a-c2-7b-01-05", 0}})}); err != nil {
			t.Fatal(err)
		}
		if err := rawInsert(l, id, macs("00-1a-c2-7b-01-07", 1, 1), ownerSlot); err == nil {
			t.Error("an address behind a hole was taken")
		}
		if err := rawInsert(l, id, macs("00-1a-c2-7b-01-05", 1, 1), ownerSlot); err != nil {
			t.Errorf("the hole is not free: %v", err)
		}
		second := batch("second", nil, names("again"))
		second.Reissue = "board replaced"
		claim(t, l, second)
		if _, err := l.Ended(ctx, left, Outcome{None: true}); err == nil {
			t.Error("what was issued was released as a whole")
		}
		if _, err := l.Ended(ctx, left, Outcome{Failed: names("again")}); err != nil {
			t.Fatal(err)
		}
		if err := l.db.Write(ctx, func(tx *sql.Tx) error {
			_, err := tx.Exec("INSERT INTO name (environment, kind, value, slot, claim, row) VALUES (1, 1, $1, 0, $2, 9)", []byte("again"), id)
			return err
		}); err == nil {
			t.Error("a name that was issued again was taken")
		}
		verify(t, l)
		if c, err := l.Check(context.Background(), batch("b", []eui48.Range{macs("00-1a-c2-7b-00-00", 10, 10)}, names("x", "y"))); err != nil || countAll(c) != 12 {
			t.Errorf("%d conflicts, %v", countAll(c), err)
		}
	})
}

// TestSnapshot is a client of a server that writes on what it saw before it had the lock.
func TestSnapshot(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		l := open("line 1")
		if !l.Shared() {
			return // one writer at a time, by its file
		}
		claim(t, l, batch("a", nil, names("x")))
		err := l.db.Write(ctx, func(tx *sql.Tx) error {
			_, err := tx.Exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
			return err
		})
		if err == nil {
			t.Fatal("the level was changed after the lock was taken")
		}
	})
}

func TestWideSteps(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		l := open("line 1")
		claim(t, l, batch("a", []eui48.Range{macs("00-00-00-00-00-07", 300, 1<<39)}, nil)) // past what the trigger multiplies
		refused(t, l, batch("b", nil, names(fmt.Sprint(macs("00-00-00-00-00-07", 300, 1<<39).At(299)))))
	})
}

// TestScattered checks few addresses far apart in a stretch where many are held.
func TestScattered(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		l := open("line 1")
		const n = 1200
		at := func(i int) string { return eui48.Address(0x001ac2000000 + i*(i+1)/2%2048*1000).String() }
		var all []string
		for i := range n {
			all = append(all, at(i))
		}
		claim(t, l, batch("a", nil, names(all...)))
		c, err := l.Check(ctx, batch("b", nil, names(at(n), at(0), at(n+1), at(n-1), at(700), "001ac2000001")))
		if err != nil || len(c) != 3 || c[0].Row != 2 || c[0].Identity.Row != 3 || c[1].Row != n+1 || c[2].Row != 702 {
			t.Errorf("%v, %v", c, err)
		}
		if c, err := l.Check(ctx, batch("b", nil, names(all...))); err != nil || len(c) != n {
			t.Errorf("%d conflicts, %v", len(c), err)
		}
	})
}

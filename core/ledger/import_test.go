//go:build unix

package ledger

import (
	"crypto/sha256"
	"errors"
	"math/big"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"enrollbench/core/eui48"
)

func TestImport(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		l := open("line 1")
		claim(t, l, batch("now", []eui48.Range{macs("00-1a-c2-7b-00-04", 3, 2)}, nil))
		end := time.Date(2027, 3, 15, 0, 0, 0, 0, time.UTC)
		certificates := []Certificate{{Identity: Identity{Kind: CommonName, Value: "001ac27b0000"}, Serial: big.NewInt(0x1234abcd), Fingerprint: sha256.Sum256([]byte("a")), NotBefore: end.AddDate(-1, 0, 0), NotAfter: end}}
		b := batch("2024", []eui48.Range{macs("00-1a-c2-7b-00-00", 10, 1)}, names("old", "OLD", "00:1a:c2:7b:00:20"))
		b.At = time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
		done, err := l.Import(ctx, b, slices.Values(certificates))
		if err != nil || done.Identities != 10-3+2 || done.Certificates != 1 || countAll(done.Known) != 3+1 {
			t.Fatalf("%+v, %v", done, err)
		}
		for _, one := range []Batch{batch("c", nil, names("old")), batch("d", []eui48.Range{macs("00-1a-c2-7b-00-09", 1, 1)}, nil), batch("e", nil, names("00-1a-c2-7b-00-20"))} {
			if e := refused(t, l, one); !e.Conflicts[0].Holder.At.Equal(b.At) {
				t.Errorf("%v", e)
			}
		}
		if done, err := l.Import(ctx, b, slices.Values(certificates)); err != nil || done.ID != 0 || done.Identities != 0 {
			t.Errorf("imported again: %+v, %v", done, err)
		}
		for _, s := range []string{"1234ABCD", "12:34:ab:cd", "305441741", "00-1a-c2-7b-00-00", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"} {
			life, err := l.Find(ctx, s)
			if err != nil || len(life) != 1 || len(life[0].Certificates) != 1 || len(life[0].Holdings) != 1 {
				t.Errorf("%s: %+v, %v", s, life, err)
			}
		}
		months, err := l.ExpiringByMonth(ctx, env, time.Date(2027, 2, 10, 0, 0, 0, 0, time.UTC), 3)
		if err != nil || len(months) != 3 || months[0].Count != 0 || months[1].Count != 1 || months[2].Count != 0 {
			t.Errorf("%+v, %v", months, err)
		}
		n := 0
		for c, err := range l.Expiring(ctx, env, end, end.Add(time.Second)) {
			if n++; err != nil || c.Identity.Value != "00-1a-c2-7b-00-00" {
				t.Errorf("%+v, %v", c, err)
			}
		}
		if n != 1 {
			t.Errorf("%d certificates end", n)
		}
		verify(t, l)
	})
}

func TestReconcile(t *testing.T) {
	both(t, func(t *testing.T, openOne func(string) *Ledger) {
		shared, away := openOne("line 1"), open(t, Config{Path: filepath.Join(t.TempDir(), "away.db"), Station: "line 2"})
		claim(t, shared, batch("a", []eui48.Range{macs("00-1a-c2-7b-00-00", 10, 1)}, names("x")))
		b := batch("b", []eui48.Range{macs("00-1a-c2-7b-00-05", 10, 1)}, names("y", "x"))
		id := claim(t, away, b)
		if err := away.Started(ctx, id); err != nil {
			t.Fatal(err)
		}
		done, err := shared.Reconcile(ctx, away, "Ada")
		if err != nil || len(done) != 1 || countAll(done[0].Conflicts) != 5+1 || done[0].Claim.State != Sent || done[0].Claim.Station != "line 2" {
			t.Fatalf("%+v, %v", done, err)
		}
		if done, err = shared.Reconcile(ctx, away, "Ada"); err != nil || len(done) != 0 {
			t.Errorf("again: %+v, %v", done, err)
		}
		refused(t, shared, batch("c", []eui48.Range{macs("00-1a-c2-7b-00-0e", 1, 1)}, nil))
		verify(t, shared)
	})
}

func TestBlocks(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		l := open("line 1")
		first := macs("00-1a-c2-00-00-00", 1, 1).Start
		b, err := l.SaveBlock(ctx, Block{Environment: env, First: first, Last: first + 999, Label: "ours", Minimum: 100}, "Ada")
		if err != nil {
			t.Fatal(err)
		}
		if all, err := l.Blocks(ctx, env); err != nil || len(all) != 1 || all[0] != b || all[0].Size() != 1000 {
			t.Errorf("%+v, %v", all, err)
		}
		next := func(count, step uint64) eui48.Range {
			r, ok, err := l.NextFree(ctx, env, b.First, b.Last, count, step)
			if err != nil || !ok {
				t.Fatalf("%d in steps of %d: %v, %v", count, step, ok, err)
			}
			return r
		}
		claim(t, l, batch("a", []eui48.Range{next(50, 10)}, nil)) // 0, 10, … 490
		if r := next(50, 10); r.Start != first+500 {
			t.Errorf("next free in steps of 10 is %v", r)
		}
		if r := next(9, 1); r.Start != first+1 {
			t.Errorf("next free in steps of 1 is %v", r)
		}
		draft, err := l.Reserve(ctx, batch("draft", []eui48.Range{next(100, 1)}, nil))
		if err != nil {
			t.Fatal(err)
		}
		if r := next(100, 1); r.Start != first+591 {
			t.Errorf("next free beside a draft is %v", r)
		}
		if s, err := l.Stock(ctx, b); err != nil || s.Claimed != 50 || s.Reserved != 100 || s.Issued != 0 || s.Free() != 850 {
			t.Errorf("%+v, %v", s, err)
		}
		all, err := l.Map(ctx, env, b.First, b.Last, 10)
		if err != nil || len(all) != 10 || all[0].Claimed != 10 || all[4].Reserved != 9 || all[5].Reserved != 91 || all[9].Free() != 100 {
			t.Errorf("%+v, %v", all, err)
		}
		order := batch("order", []eui48.Range{macs("00-1a-c2-00-01-eb", 100, 1)}, nil) // the draft's, now for real
		order.Reserved = draft
		claim(t, l, order)
		if c, err := l.Get(ctx, draft); err != nil || c.State != Released {
			t.Errorf("%+v, %v", c, err)
		}
		if _, ok, err := l.NextFree(ctx, env, b.First, b.Last, 500, 1); ok || err != nil {
			t.Errorf("500 of a block with 400 in a row: %v, %v", ok, err)
		}
		if err := l.RemoveBlock(ctx, b, "Ada"); err != nil {
			t.Error(err)
		}
		if err := l.RemoveBlock(ctx, b, "Ada"); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		verify(t, l)
	})
}

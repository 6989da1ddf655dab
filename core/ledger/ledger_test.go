//go:build unix

package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/eui48"
	"enrollbench/core/store/storetest"
)

const env = "one.example/acme"

var ctx = context.Background()

// both runs a test on a file and on a server.
func both(t *testing.T, test func(t *testing.T, open func(station string) *Ledger)) {
	opener := func(c Config) func(t *testing.T) {
		return func(t *testing.T) {
			if c.Path == "" {
				c.Server = storetest.Database(t)
			} else {
				c.Path = filepath.Join(t.TempDir(), "ledger.db")
			}
			test(t, func(station string) *Ledger {
				c := c
				c.Station = station
				return open(t, c)
			})
		}
	}
	t.Run("SQLite", opener(Config{Path: "file"}))
	t.Run("PostgreSQL", opener(Config{}))
}

func open(t *testing.T, c Config) *Ledger {
	t.Helper()
	l, err := Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func macs(start string, count, step uint64) eui48.Range {
	a, _, err := eui48.Parse(start)
	if err != nil {
		panic(err)
	}
	r, err := eui48.NewRange(a, count, step)
	if err != nil {
		panic(err)
	}
	return r
}

func names(values ...string) iter.Seq[Identity] {
	var all []Identity
	for i, v := range values {
		all = append(all, Identity{CommonName, v, i + 2})
	}
	return slices.Values(all)
}

func batch(id string, ranges []eui48.Range, identities iter.Seq[Identity]) Batch {
	return Batch{Environment: env, ID: id, Name: "batch " + id, Operator: "Ada", Ranges: ranges, Identities: identities}
}

func claim(t *testing.T, l *Ledger, b Batch) ClaimID {
	t.Helper()
	id, err := l.Claim(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func refused(t *testing.T, l *Ledger, b Batch) *ConflictError {
	t.Helper()
	var e *ConflictError
	if _, err := l.Claim(ctx, b); !errors.As(err, &e) {
		t.Fatalf("batch %s: %v, want a conflict", b.ID, err)
	}
	return e
}

func verify(t *testing.T, l *Ledger) {
	t.Helper()
	if broken, err := l.Verify(ctx); broken != nil || err != nil {
		t.Errorf("audit log: %v, %v", broken, err)
	}
}

func TestClaim(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		one, two := open("line 1"), open("line 2")
		claim(t, one, batch("a", []eui48.Range{macs("00-1a-c2-7b-00-00", 3, 10)}, names("device-1", "Device 2")))
		claim(t, two, batch("b", []eui48.Range{macs("00-1a-c2-7b-00-05", 3, 10)}, nil)) // 5, 15, 25 between 0, 10, 20
		e := refused(t, two, batch("c", []eui48.Range{macs("00-1a-c2-7b-00-00", 9, 1)}, names("other", "DEVICE  2 ")))
		if n := len(e.Conflicts); n != 3 {
			t.Fatalf("%d conflicts: %v", n, e)
		}
		if s := e.Conflicts[2].String(); e.Conflicts[2].Row != 3 || e.Conflicts[2].Identity.Row != 3 || !strings.Contains(s, "claimed on") || !strings.Contains(s, "by Ada (line 1): batch a, row 3") {
			t.Errorf("said %q, %+v", s, e.Conflicts[2])
		}
		refused(t, two, batch("d", nil, names("x", "001A.C27B.0014"))) // a MAC as a common name, in another notation
		claim(t, two, batch("e", nil, names("x", "001A.C27B.0013")))
		if life, err := two.Find(ctx, "00:1A:C2:7B:00:13"); err != nil || len(life) != 1 || life[0].Holdings[0].Row != 3 || life[0].Holdings[0].Claim.Batch != "e" {
			t.Errorf("found %+v, %v", life, err)
		}
		if all, err := one.Batches(ctx, Filter{}); err != nil || len(all) != 3 {
			t.Errorf("%d batches, %v", len(all), err)
		}
		verify(t, one)
	})
}

func TestClaimAgain(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		one, two := open("line 1"), open("line 2")
		b := batch("a", nil, names("x"))
		id := claim(t, one, b)
		if again := claim(t, one, b); again != id {
			t.Errorf("claimed again as %d, was %d", again, id)
		}
		refused(t, two, b)
		if _, err := one.Claim(ctx, batch("a", nil, names("y"))); err == nil {
			t.Error("another content under the same id")
		}
		if c, err := one.Check(ctx, b); err != nil || len(c) != 0 {
			t.Errorf("conflicts with itself: %v, %v", c, err)
		}
		if c, err := two.Check(ctx, b); err != nil || len(c) != 1 {
			t.Errorf("conflicts: %v, %v", c, err)
		}
		if err := one.Started(ctx, id); err != nil {
			t.Fatal(err)
		}
		var state *StateError
		if _, err := one.Claim(ctx, b); !errors.As(err, &state) {
			t.Errorf("claimed after it was sent: %v", err)
		}
		if err := one.Release(ctx, id, "Ada", "why not"); !errors.As(err, &state) {
			t.Errorf("released after it was sent: %v", err)
		}
		if err := one.MayExist(ctx, id, "the connection broke"); err != nil {
			t.Fatal(err)
		}
		if err := one.Release(ctx, id, "Ada", "why not"); !errors.As(err, &state) {
			t.Errorf("released while it may exist: %v", err)
		}
		if err := one.NotStarted(ctx, id, "Ada", "not in the service's list"); err != nil {
			t.Fatal(err)
		}
		if err := one.Release(ctx, id, "Ada", ""); err == nil {
			t.Error("released without a reason")
		}
		if err := one.Release(ctx, id, "Ada", "given up"); err != nil {
			t.Fatal(err)
		}
		claim(t, two, b)
		verify(t, one)
	})
}

func TestFailed(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		l := open("line 1")
		id := claim(t, l, batch("a", []eui48.Range{macs("00-1a-c2-7b-00-00", 10, 2)}, func(yield func(Identity) bool) {
			for i := range 5 {
				_ = yield(Identity{CommonName, fmt.Sprint("device ", i), i + 2}) && yield(Identity{UniqueIdentifier, fmt.Sprint("id ", i), i + 2})
			}
		}))
		failed := []Identity{{MAC, "00-1a-c2-7b-00-04", 0}, {MAC, "00-1a-c2-7b-00-06", 0}, {CommonName, "Device 3", 0}, {Row: 2}, {CommonName, "nobody's", 0}}
		n, err := l.Ended(ctx, id, Outcome{Failed: slices.Values(failed)})
		if err != nil || n != 2+2+2 {
			t.Fatalf("%d released, %v", n, err)
		}
		claim(t, l, batch("b", []eui48.Range{macs("00-1a-c2-7b-00-04", 2, 2)}, names("device 3", "device 0")))
		for _, b := range []Batch{batch("c", []eui48.Range{macs("00-1a-c2-7b-00-08", 1, 1)}, nil), batch("d", []eui48.Range{macs("00-1a-c2-7b-00-02", 1, 1)}, nil), batch("e", nil, names("device 1"))} {
			refused(t, l, b)
		}
		life, err := l.Find(ctx, "001ac27b0004")
		if err != nil || len(life) != 1 || len(life[0].Holdings) != 2 || !life[0].Holdings[0].Released || life[0].Holdings[1].Released {
			t.Errorf("life of a failed address: %+v, %v", life, err)
		}
		verify(t, l)
	})
}

func TestReissue(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		l := open("line 1")
		first := claim(t, l, batch("a", []eui48.Range{macs("00-1a-c2-7b-00-00", 10, 1)}, names("x")))
		b := batch("b", []eui48.Range{macs("00-1a-c2-7b-00-05", 1, 1)}, names("x", "new"))
		refused(t, l, b)
		b.Reissue = "board replaced"
		second := claim(t, l, b)
		if c, err := l.Get(ctx, second); err != nil || !slices.Equal(c.Earlier, []ClaimID{first}) || c.Reissue != b.Reissue {
			t.Errorf("%+v, %v", c, err)
		}
		refused(t, l, batch("c", nil, names("x")))
		for own, holder := range map[string]ClaimID{"c": first, "a": second} { // one conflict a name, with its first holder that is another's
			if all, err := l.Check(ctx, batch(own, nil, names("x"))); err != nil || len(all) != 1 || all[0].Holder.ID != holder {
				t.Errorf("%s: %+v, %v", own, all, err)
			}
		}
		if _, err := l.Ended(ctx, first, Outcome{None: true}); err != nil { // the first is released: the second still holds
			t.Fatal(err)
		}
		refused(t, l, batch("c", nil, names("x")))
		refused(t, l, batch("c", []eui48.Range{macs("00-1a-c2-7b-00-05", 1, 1)}, nil))
		claim(t, l, batch("d", []eui48.Range{macs("00-1a-c2-7b-00-06", 1, 1)}, nil))
		verify(t, l)
	})
}

package job

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/ledger"
	"enrollbench/core/trustmanager"
)

// TestAudit: every act that matters about a batch stands in the audit log with who did it, to what, and why; no other stands there.
func TestAudit(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(b *bench) string // returns the id of the batch
		want []string              // acts in their order, each with a part of what is told of it
	}{
		"approved, delivered": {func(b *bench) string {
			b.service.approval = true
			id := b.prepare("one.csv").ID
			b.must(Started)(b.Start(ctx, id, nil))
			b.must(WaitingForApproval)(b.Refresh(ctx, id))
			b.must(Complete)(b.Approve(ctx, id))
			b.must(Fetched)(b.Fetch(ctx, id, nil))
			b.must(Opened)(b.MarkOpened(ctx, id, "green"))
			b.must(Delivered)(b.MarkDelivered(ctx, id, "USB stick 4"))
			return id
		}, []string{"prepared: one.csv, 4 enrollments, profile Sensors", "claimed: 4 identities", "started", "approved", "ended", "fetched", "opened: green", "exported: USB stick 4"}},
		"rejected": {func(b *bench) string {
			b.service.approval = true
			id := b.prepare("one.csv").ID
			b.must(Started)(b.Start(ctx, id, nil))
			b.must(WaitingForApproval)(b.Refresh(ctx, id))
			b.must(Rejected)(b.Reject(ctx, id))
			return id
		}, []string{"prepared", "claimed", "started", "rejected", "claim released: REJECTED"}},
		"handed over, taken back": {func(b *bench) string {
			id := b.prepare("one.csv").ID
			if _, err := b.Export(ctx, id, "for line 5.batch", new(strings.Builder), nil); err != nil {
				b.t.Fatal(err)
			}
			b.must(Prepared)(b.Retry(ctx, id))
			return id
		}, []string{"prepared", "reserved: 4 identities", "handed over: for line 5.batch", "claim released"}},
		"key chosen, not rehearsed": {func(b *bench) string {
			q := b.batch("one.csv")
			q.Keys, q.Unproven = ByService, true
			q.Recipient, _ = rehearsed(b.t, b.clock.Now())
			all, err := b.Prepare(ctx, q)
			if err != nil {
				b.t.Fatal(err)
			}
			return all[0].ID
		}, []string{"prepared", "key chosen: Line 4, ", "finding excluded: job/knowingly-not-rehearsed: nobody has proven"}},
		"ordered again, with the reason": {func(b *bench) string {
			b.must(Started)(b.Start(ctx, b.prepare("one.csv").ID, nil))
			q := b.batch("one.csv")
			q.Again = "the first set was lost"
			all, err := b.Prepare(ctx, q)
			if err != nil {
				b.t.Fatal(err)
			}
			b.must(Started)(b.Start(ctx, all[0].ID, nil))
			return all[0].ID
		}, []string{"prepared", "finding excluded: job/sent-again: the first set was lost", "claimed: the first set was lost", "started"}},
		"the reason later": {func(b *bench) string {
			id := b.prepare("one.csv").ID
			if err := b.OrderAgain(ctx, id, " a repaired device "); err != nil {
				b.t.Fatal(err)
			}
			return id
		}, []string{"prepared", "finding excluded: ordered again: a repaired device"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.t = t
			id := c.do(b)
			if err := b.tellAll(ctx, true); err != nil {
				t.Fatal(err)
			}
			var got []string
			for e, err := range b.book(true).Entries(ctx, 0) {
				if err != nil {
					t.Fatal(err)
				}
				if e.Batch != id {
					continue
				}
				got = append(got, string(e.Act)+": "+e.Detail)
				byService := e.Act == ledger.ActStarted || e.Act == ledger.ActEnded || e.Detail == "REJECTED"
				if (e.Operator != "Ada") != byService || e.Station != "line 4" || e.Environment != ledger.Practice {
					t.Errorf("%s: by %q at %q in %q", e.Act, e.Operator, e.Station, e.Environment)
				}
			}
			if len(got) != len(c.want) {
				t.Fatalf("%q, want %q", got, c.want)
			}
			for i, want := range c.want {
				act, part, _ := strings.Cut(want, ": ")
				if !strings.HasPrefix(got[i], act+": ") || !strings.Contains(got[i], part) {
					t.Errorf("%q, want %q", got[i], want)
				}
			}
		})
	}
}

// TestAuditOfConnections: what becomes of a connection is told with who did it, and never with a secret.
func TestAuditOfConnections(t *testing.T) {
	s := newStation(t, t.TempDir())
	s.WorkAs("Ada")
	c := trustmanager.NewConnection("plant", trustmanager.IoTTrustManager, "https://one.example.com")
	other := c
	other.Name = "plant 2"
	if err := errors.Join(s.Connections.Add(c), s.Connections.Update(other), s.Connections.SetDefault(c.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Connections.Remove(c.ID); err != nil {
		t.Fatal(err)
	}
	l, err := s.Ledger(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for e, err := range l.Entries(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Act == ledger.ActConnection {
			told = append(told, e.Operator+": "+e.Detail)
		}
	}
	if want := []string{"Ada: added plant, one.example.com", "Ada: renamed plant, now plant 2, one.example.com", "Ada: default is plant 2", "Ada: removed plant 2, one.example.com"}; !slices.Equal(told, want) {
		t.Errorf("%q, want %q", told, want)
	}
}

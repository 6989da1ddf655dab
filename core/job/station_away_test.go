//go:build unix

package job

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/ledger"
	"enrollbench/core/store/storetest"
)

// TestAway: while the shared ledger does not answer, nothing is started, unless the settings allow to claim here; what was claimed here is
// taken over later, and what others ordered meanwhile is listed once, before anything else is sent.
func TestAway(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a PostgreSQL server")
	}
	server, err := storetest.Start("-c", "fsync=off")
	if errors.Is(err, storetest.ErrMissing) && os.Getenv("CI") == "" {
		t.Skip("SKIPPED: " + err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	database, err := server.Database()
	if err != nil {
		t.Fatal(err)
	}
	s := NewStation(t.TempDir(), memory{})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	settings := LedgerSettings{Station: "line 4", Server: database}
	set := func(l LedgerSettings) {
		t.Helper()
		if err := s.SaveLedgerSettings(l); err != nil {
			t.Fatal(err)
		}
	}
	set(settings)
	b := newBench(t)
	b.Jobs, err = Open(b.db, Options{Folder: filepath.Join(b.dir, "jobs"), Clock: b.clock, Ledger: s.claiming, Operator: func() string { return "Ada" },
		Connect: func(context.Context, string) (Service, error) { return b.service, nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	prepare := func(names ...string) ([]*Record, error) {
		q := b.batch("unused.csv")
		q.Connection = Connection{ID: "c1", Name: "Plant"}
		q.Files = []File{{Path: b.write(strings.Join(names, "-")+".csv", "subject.common_name\n"+strings.Join(names, "\n")+"\n"), Count: len(names)}}
		return b.Prepare(ctx, q)
	}
	order := func(names ...string) *Record {
		t.Helper()
		all, err := prepare(names...)
		if err != nil {
			t.Fatal(err)
		}
		return all[0]
	}
	theirs := func(id string, names ...string) {
		t.Helper()
		l, err := ledger.Open(ctx, ledger.Config{Server: database, Station: "line 5"})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if _, err := l.Claim(ctx, ledger.Batch{Environment: ledger.Environment("Plant", ""), ID: id, Operator: "Grace", Identities: func(yield func(ledger.Identity) bool) {
			for i, n := range names {
				if !yield(ledger.Identity{Kind: ledger.CommonName, Value: n, Row: i + 2}) {
					return
				}
			}
		}}); err != nil {
			t.Fatal(err)
		}
	}
	goAway := func() {
		t.Helper()
		if err := server.Stop(); err != nil {
			t.Log(err) // it ends by a signal
		}
	}
	comeBack := func() {
		t.Helper()
		if err := server.Run("-c", "fsync=off"); err != nil {
			t.Fatal(err)
		}
	}

	before, here, two := order("before"), order("dev-1", "dev-2"), order("dev-3")
	b.must(Started)(b.Start(ctx, before.ID, nil))
	goAway()
	if _, err := b.Start(ctx, here.ID, nil); !errors.Is(err, ledger.ErrUnavailable) || b.service.starts[here.ID] != 0 {
		t.Fatalf("sent without the ledger: %v", err)
	}
	b.stands(here.ID, Prepared)

	settings.ClaimLocally = true
	set(settings)
	b.must(Started)(b.Start(ctx, here.ID, nil))
	if _, err := prepare("DEV-2"); !errors.As(err, new(*BlockedError)) {
		t.Fatalf("ordered twice here: %v", err)
	}
	b.must(Complete)(b.Refresh(ctx, here.ID))   // told later
	b.must(Complete)(b.Refresh(ctx, before.ID)) // of which the file here knows nothing
	if l, err := s.claiming(ctx, false); err != nil || !away(l) {
		t.Fatalf("%v, %v", l, err)
	}
	comeBack()
	theirs("theirs", "other", "Dev-2")

	// The next start learns of it and sends nothing; the one after that goes.
	_, err = b.Start(ctx, two.ID, nil)
	var told *ReconciledError
	if !errors.As(err, &told) || b.service.starts[two.ID] != 0 {
		t.Fatalf("%v", err)
	}
	if text := told.Error(); len(told.Conflicts) != 1 || !strings.Contains(text, `"dev-2"`) || !strings.Contains(text, "by Grace (line 5)") || !strings.Contains(text, "batch theirs, row 3") {
		t.Errorf("%s: %+v", text, told.Conflicts)
	}
	b.must(Started)(b.Start(ctx, two.ID, nil))
	if _, err := os.Stat(s.ledgerFile(awayLedger)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still in use: %v", err)
	}
	if _, err := os.Stat(s.ledgerFile("away-1.db")); err != nil {
		t.Error(err)
	}

	// A second time everything goes the same way, with a file of its own; nothing collides.
	goAway()
	three := order("dev-4")
	b.must(Started)(b.Start(ctx, three.ID, nil))
	comeBack()
	all, err := s.Reconcile(ctx)
	if err != nil || len(all) != 1 || all[0].Claim.Batch != three.ID || len(all[0].Conflicts) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := os.Stat(s.ledgerFile("away-2.db")); err != nil {
		t.Error(err)
	}
	if all, err := s.Reconcile(ctx); err != nil || len(all) != 0 {
		t.Errorf("nothing is left: %+v, %v", all, err)
	}

	// All stations see all of it, and what happened meanwhile is told.
	if err := b.tellAll(ctx, true); err != nil {
		t.Fatal(err)
	}
	l, err := s.Ledger(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]ledger.State{before.ID: ledger.Issued, here.ID: ledger.Issued, two.ID: ledger.Sent, three.ID: ledger.Sent, "theirs": ledger.Claimed} {
		claims, err := l.Batches(ctx, ledger.Filter{Batch: id})
		if err != nil || len(claims) != 1 || claims[0].State != want {
			t.Errorf("%s: %+v, %v, want %s", id, claims, err, want)
		}
	}
	var reconciled []string
	for e, err := range l.Entries(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Act == ledger.ActReconciled {
			reconciled = append(reconciled, e.Batch)
		}
	}
	if !slices.Equal(reconciled, []string{here.ID, three.ID}) {
		t.Errorf("the audit log has %q", reconciled)
	}
	if broken, err := l.Verify(ctx); broken != nil || err != nil {
		t.Errorf("%v, %v", broken, err)
	}
}

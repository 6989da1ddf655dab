package job

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/ledger"
	"enrollbench/core/trustmanager"
)

// ledger of production or practice.
func (b *bench) book(practice bool) *ledger.Ledger {
	b.t.Helper()
	l, err := b.ledgers.open(ctx, practice)
	if err != nil {
		b.t.Fatal(err)
	}
	return l
}

// held says which of the names are taken in practice.
func (b *bench) held(names ...string) (taken []string) {
	b.t.Helper()
	for _, name := range names {
		lives, err := b.book(true).Find(ctx, name)
		if err != nil {
			b.t.Fatal(err)
		}
		if slices.ContainsFunc(lives, func(l ledger.Life) bool { return l.Identity.Kind != 0 && l.Held() }) {
			taken = append(taken, name)
		}
	}
	return taken
}

func (b *bench) claimed(id string) ledger.State {
	b.t.Helper()
	all, err := b.book(true).Batches(ctx, ledger.Filter{Batch: id})
	if err != nil || len(all) == 0 {
		b.t.Fatalf("batch %s is not in the ledger: %v", id, err)
	}
	return all[0].State
}

// acts are what the audit log tells of a batch, in order.
func (b *bench) acts(id string) (all []string) {
	b.t.Helper()
	for e, err := range b.book(true).Entries(ctx, 0) {
		if err != nil {
			b.t.Fatal(err)
		}
		if e.Batch == id {
			all = append(all, string(e.Act))
		}
	}
	return all
}

// TestBook: a batch's life in the ledger, to the failed row that is free again.
func TestBook(t *testing.T) {
	b := newBench(t)
	b.service.bad = func(name string) string {
		if name == "dev-2" {
			return "no license left"
		}
		return ""
	}
	r := b.prepare("one.csv")
	if taken := b.held("dev-1"); taken != nil {
		t.Errorf("preparing takes %v", taken)
	}
	b.must(Started)(b.Start(ctx, r.ID, nil))
	if s := b.claimed(r.ID); s != ledger.Sent {
		t.Errorf("sent, and the ledger has it %s", s)
	}
	b.must(Complete)(b.Refresh(ctx, r.ID))
	if taken := b.held("dev-1", "dev-2", "dev-3", "only-in-one.csv"); !slices.Equal(taken, []string{"dev-1", "dev-3", "only-in-one.csv"}) || b.claimed(r.ID) != ledger.Issued {
		t.Errorf("taken: %v, %s", taken, b.claimed(r.ID))
	}
	b.must(Fetched)(b.Fetch(ctx, r.ID, nil))
	b.must(Opened)(b.MarkOpened(ctx, r.ID, "green"))
	b.must(Delivered)(b.MarkDelivered(ctx, r.ID, "the line"))
	if want := []string{"prepared", "claimed", "started", "ended", "claim released", "fetched", "opened", "exported"}; !slices.Equal(b.acts(r.ID), want) {
		t.Errorf("the audit log has %q", b.acts(r.ID))
	}
	if broken, err := b.book(true).Verify(ctx); broken != nil || err != nil {
		t.Error(broken, err)
	}
	if n, err := b.Untold(ctx); n != 0 || err != nil {
		t.Errorf("%d steps are not told, %v", n, err)
	}
}

// TestBookOutcomes: what certainly was not issued is free, what may have been stays taken.
func TestBookOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		do    func(b *bench, id string)
		state ledger.State
		held  bool
	}{
		"not taken": {func(b *bench, id string) {
			b.service.onStart = func(int) error { return &trustmanager.NotSentError{Err: errors.New("no route")} }
			if _, err := b.Start(ctx, id, nil); err == nil {
				b.t.Error("started")
			}
		}, ledger.Claimed, true},
		"not taken, given up": {func(b *bench, id string) {
			b.service.onStart = func(int) error { return &trustmanager.NotSentError{Err: errors.New("no route")} }
			_, _ = b.Start(ctx, id, nil)
			b.must(Cancelled)(b.Cancel(ctx, id))
		}, ledger.Released, false},
		"not taken, deleted": {func(b *bench, id string) {
			b.service.onStart = func(int) error { return &trustmanager.NotSentError{Err: errors.New("no route")} }
			_, _ = b.Start(ctx, id, nil)
			if err := b.Delete(ctx, id); err != nil {
				b.t.Error(err)
			}
		}, ledger.Released, false},
		"may exist": {func(b *bench, id string) {
			b.service.noList = true
			b.service.afterStart = func(int) error { return errors.New("the answer got lost") }
			_, _ = b.Start(ctx, id, nil)
		}, ledger.MayExist, true},
		"declared not started": {func(b *bench, id string) {
			b.service.noList = true
			b.service.onStart = func(int) error { return errors.New("the answer got lost") }
			_, _ = b.Start(ctx, id, nil)
			b.must(Prepared)(b.DeclareNotStarted(ctx, id))
		}, ledger.Claimed, true},
		"may exist, found": {func(b *bench, id string) {
			b.service.afterStart = func(int) error { return errors.New("the answer got lost") }
			b.must(Started)(b.Start(ctx, id, nil))
		}, ledger.Sent, true},
		"rejected": {func(b *bench, id string) {
			b.service.approval = true
			b.must(Started)(b.Start(ctx, id, nil))
			b.must(WaitingForApproval)(b.Refresh(ctx, id))
			b.must(Rejected)(b.Reject(ctx, id))
		}, ledger.Released, false},
		"all rows refused": {func(b *bench, id string) {
			b.service.bad = func(string) string { return "no license" }
			b.must(Started)(b.Start(ctx, id, nil))
			b.must(Failed)(b.Refresh(ctx, id))
		}, ledger.Released, false},
		"handed over": {func(b *bench, id string) {
			if _, err := b.Export(ctx, id, "x.batch", new(strings.Builder), nil); err != nil {
				b.t.Fatal(err)
			}
		}, ledger.Reserved, true},
		"handed over, cancelled here": {func(b *bench, id string) { // it may be sent from elsewhere
			if _, err := b.Export(ctx, id, "x.batch", new(strings.Builder), nil); err != nil {
				b.t.Fatal(err)
			}
			b.must(Cancelled)(b.Cancel(ctx, id))
		}, ledger.Reserved, true},
		"handed over, taken back": {func(b *bench, id string) {
			if _, err := b.Export(ctx, id, "x.batch", new(strings.Builder), nil); err != nil {
				b.t.Fatal(err)
			}
			b.must(Prepared)(b.Retry(ctx, id))
		}, ledger.Released, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			r := b.prepare("one.csv")
			c.do(b, r.ID)
			if got := b.claimed(r.ID); got != c.state || (b.held("dev-1") != nil) != c.held {
				t.Errorf("the ledger has it %s, held: %v", got, b.held("dev-1"))
			}
		})
	}
}

// TestNoLedger: without the ledger nothing is sent, what happened meanwhile is told later, and nothing is lost.
func TestNoLedger(t *testing.T) {
	b := newBench(t)
	one, two := b.prepare("one.csv"), b.prepare("two.csv")
	b.must(Started)(b.Start(ctx, one.ID, nil))
	b.ledgers.broken = ledger.ErrUnavailable
	if _, err := b.Start(ctx, two.ID, nil); !errors.Is(err, ledger.ErrUnavailable) || b.service.starts[two.ID] != 0 {
		t.Fatalf("sent without a ledger: %v", err)
	}
	b.stands(two.ID, Prepared)
	s, err := b.Check(ctx, b.batch("three.csv"))
	if err != nil || !slices.Contains(rules(s.Report, finding.Error), RuleLedger.Name) {
		t.Errorf("the check: %v, %v", s.Report.All(), err)
	}
	b.must(Complete)(b.Refresh(ctx, one.ID))
	if n, _ := b.Untold(ctx); n != 1 {
		t.Errorf("%d steps wait for the ledger", n)
	}
	b.ledgers.broken = nil
	if _, err := b.openJobs().Resume(ctx); err != nil {
		t.Fatal(err)
	}
	if n, _ := b.Untold(ctx); n != 0 || b.claimed(one.ID) != ledger.Issued {
		t.Errorf("%d steps are not told; it is %s", n, b.claimed(one.ID))
	}
}

// TestClaimBelongsToTheBatch: a program that ends between claim and sending leaves the claim to the next start.
func TestClaimBelongsToTheBatch(t *testing.T) {
	b := newBench(t)
	r := b.prepare("one.csv")
	if _, _, err := b.reserve(ctx, r, false); err != nil {
		t.Fatal(err)
	}
	if _, err := b.openJobs().Resume(ctx); err != nil {
		t.Fatal(err)
	}
	b.must(Started)(b.Start(ctx, r.ID, nil))
	if all, err := b.book(true).Batches(ctx, ledger.Filter{Batch: r.ID}); len(all) != 1 || err != nil {
		t.Errorf("%d claims, %v", len(all), err)
	}
}

// TestOtherStation: what another station ordered is told with who and when, and the next free range is offered.
func TestOtherStation(t *testing.T) {
	b := newBench(t)
	c := Connection{ID: "c1", Name: "Plant"}
	taken, _ := eui48.NewRange(0x001ac2000000, 10, 10)
	l := b.book(false)
	env := b.environment(&Record{Connection: c})
	if _, err := l.Claim(ctx, ledger.Batch{Environment: env, ID: "theirs", Operator: "Grace", Ranges: []eui48.Range{taken}}); err != nil {
		t.Fatal(err)
	}
	apart, _ := eui48.NewRange(0x001ac2000005, 10, 10)
	same, _ := eui48.NewRange(0x001ac2000032, 10, 10)
	q := b.batch("unused")
	q.Connection, q.Method, q.Keys, q.Files, q.Range, q.Unproven = c, MAC, ByDevice, nil, same, true
	s, err := b.Check(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(s.Report.All(), func(f finding.Finding) bool { return f.Rule == RuleSentBefore.Name })
	if i < 0 {
		t.Fatalf("%+v", s.Report.All())
	}
	if f := s.Report.All()[i]; f.Severity != finding.Error || !strings.Contains(f.Message, "Grace") || !strings.Contains(f.Message, "batch theirs") || !strings.Contains(f.Hint, "00-1a-c2-00-00-64") {
		t.Errorf("%+v", f)
	}
	q.Range = apart
	if s, err = b.Check(ctx, q); err != nil || slices.Contains(rules(s.Report, finding.Error), RuleSentBefore.Name) || !slices.Contains(s.Lines, "Ledger: none of this was ordered before") {
		t.Errorf("other steps: %v, %v, %v", s.Report.All(), s.Lines, err)
	}
	if _, err := l.SaveBlock(ctx, ledger.Block{Environment: env, First: 0x001ac2000000, Last: 0x001ac20000ff, Label: "ours", Minimum: 240}, ""); err != nil {
		t.Fatal(err)
	}
	if s, err = b.Check(ctx, q); err != nil || !slices.Contains(rules(s.Report, finding.Warning), RuleBlockLow.Name) {
		t.Errorf("a low block: %v, %v", s.Report.All(), err)
	}
	q.Range, _ = eui48.NewRange(0x001ac2000100, 1, 1)
	if s, err = b.Check(ctx, q); err != nil || !slices.Contains(rules(s.Report, finding.Warning), RuleOutsideBlocks.Name) {
		t.Errorf("outside: %v, %v", s.Report.All(), err)
	}
}

// TestHandedOver: on a shared ledger the station that takes a batch over takes its reservation over, and nobody else can.
func TestHandedOver(t *testing.T) {
	b := newBench(t)
	other := newBench(t)
	other.ledgers.dir, other.ledgers.station = b.ledgers.dir, "line 5"
	r := b.prepare("one.csv")
	path := filepath.Join(b.dir, "one.batch")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Export(ctx, r.ID, "one.batch", f, nil); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	there, err := other.ImportFile(ctx, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	other.must(Started)(other.Start(ctx, there.ID, nil))
	all, err := b.book(true).Batches(ctx, ledger.Filter{Batch: r.ID})
	if err != nil || len(all) != 2 || all[0].Station != "line 5" || all[0].State != ledger.Sent || all[0].Reissue != "" || all[1].State != ledger.Released {
		t.Errorf("%+v, %v", all, err)
	}
	b.must(Prepared)(b.Retry(ctx, r.ID))
	if s := b.claimed(r.ID); s != ledger.Sent {
		t.Errorf("taking back what was sent elsewhere makes it %s", s)
	}
}

// TestIdentities: what a document orders, and what of it names no single device.
func TestIdentities(t *testing.T) {
	b := newBench(t)
	oneLine := strings.ReplaceAll(string(request(t, "from-csr")), "\n", "")
	for name, c := range map[string]struct{ csv, want string }{
		"names":                    {"subject.common_name\na\nB\n", "common name a 2, common name b 3"},
		"a MAC in any notation":    {"subject.common_name\n001A.C27B.0001\n", "MAC address 00-1a-c2-7b-00-01 2"},
		"twice is no row's":        {"subject.common_name\na\na\nb\n", "common name a 0, common name b 4"},
		"a product's name":         {"subject.common_name,unique_identifier\nthermostat,1\nthermostat,2\n", "unique identifier 1 2, unique identifier 2 3"},
		"a name, an id":            {"subject.common_name,unique_identifier\na,1\n", "unique identifier 1 2, common name a 2"},
		"a product's name, one id": {"subject.common_name,unique_identifier\nthermostat,1\nthermostat,\n", "unique identifier 1 2, common name thermostat 0"},
		"the name of the request":  {"subject.common_name,csr\n," + oneLine + "\n", "public key * 2, common name from-csr 2"},
		"the column wins":          {"subject.common_name,csr\nx," + oneLine + "\n", "public key * 2, common name x 2"},
		"nothing names a device":   {"san.dns_name\na.example\n", "unique identifier file with sha-256 ab 0"},
	} {
		o, err := fileIdentities(ctx, CSV, b.write("i.csv", c.csv), "ab")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, id := range o.all {
			id, err := id.Canonical()
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if id.Kind == ledger.PublicKey {
				id.Value = "*"
			}
			got = append(got, fmt.Sprintf("%s %s %d", id.Kind, id.Value, id.Row))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %q, want %q", name, strings.Join(got, ", "), c.want)
		}
	}
}

// TestSeriesClaims: a series is claimed whole before its first part is sent, or not at all.
func TestSeriesClaims(t *testing.T) {
	b := newBench(t)
	q := b.batch("unused")
	q.Connection.Practice = false
	q.Files = []File{{Path: b.write("p1.csv", "subject.common_name\na\n")}, {Path: b.write("p2.csv", "subject.common_name\nb\n")}}
	all, err := b.Prepare(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	l := b.book(false)
	theirs, err := l.Claim(ctx, ledger.Batch{Environment: b.environment(all[0]), ID: "theirs", Identities: slices.Values([]ledger.Identity{{Kind: ledger.CommonName, Value: "B"}})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.StartSeries(ctx, all[0].ID, nil); !errors.As(err, new(*OrderedBeforeError)) || len(b.service.starts) != 0 {
		t.Fatalf("%v; sent: %v", err, b.service.starts)
	}
	if lives, err := l.Find(ctx, "a"); err != nil || len(lives) == 0 || lives[0].Held() {
		t.Errorf("the first part stays claimed: %+v, %v", lives, err)
	}
	if err := l.Release(context.Background(), theirs, "", "a mistake"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.StartSeries(ctx, all[0].ID, nil); err != nil {
		t.Error(err)
	}
}

// TestClaimStaysWhereItIs: a batch is told of where it was claimed, wherever its connection leads later.
func TestClaimStaysWhereItIs(t *testing.T) {
	b := newBench(t)
	host := "one.example.com"
	b.connection = func(string) (trustmanager.Connection, error) {
		return trustmanager.NewConnection("plant", trustmanager.IoTTrustManager, "https://"+host), nil
	}
	q := b.batch("one.csv")
	q.Connection.Practice = false
	all, err := b.Prepare(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	b.must(Started)(b.Start(ctx, all[0].ID, nil))
	host = "two.example.com"
	b.must(Complete)(b.Refresh(ctx, all[0].ID))
	claims, err := b.book(false).Batches(ctx, ledger.Filter{})
	if err != nil || len(claims) != 1 || claims[0].Environment != ledger.Environment("one.example.com", "") || claims[0].State != ledger.Issued {
		t.Errorf("%+v, %v", claims, err)
	}
}

// TestNothingFreeInTheBlock: beyond the block that the range begins in nothing is offered: it belongs to somebody else.
func TestNothingFreeInTheBlock(t *testing.T) {
	b := newBench(t)
	l, env := b.book(true), ledger.Practice
	whole := eui48.Range{Start: 0x001ac2000000, Count: 10, Step: 1}
	if _, err := l.SaveBlock(ctx, ledger.Block{Environment: env, First: whole.Start, Last: whole.Last(), Label: "ours"}, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Claim(ctx, ledger.Batch{Environment: env, ID: "theirs", Ranges: []eui48.Range{whole}}); err != nil {
		t.Fatal(err)
	}
	for _, start := range []eui48.Address{whole.Start, whole.Start + 5, whole.Last()} {
		if next, ok, err := nextFree(ctx, l, env, eui48.Range{Start: start, Count: 1, Step: 1}); ok || err != nil {
			t.Errorf("from %s: %v, %v", start, next, err)
		}
	}
	if next, ok, err := nextFree(ctx, l, env, eui48.Range{Start: whole.Last() + 1, Count: 1, Step: 1}); !ok || err != nil || next.Start != whole.Last()+1 {
		t.Errorf("beside the block: %v, %v", next, err)
	}
}

// TestToldLate: what the ledger is told late says when it was.
func TestToldLate(t *testing.T) {
	b := newBench(t)
	r := b.prepare("one.csv")
	b.must(Started)(b.Start(ctx, r.ID, nil))
	b.must(Complete)(b.Refresh(ctx, r.ID))
	b.ledgers.broken = ledger.ErrUnavailable
	then := b.now()
	b.must(Fetched)(b.Fetch(ctx, r.ID, nil))
	b.clock.advance(time.Hour)
	b.ledgers.broken = nil
	b.must(Opened)(b.MarkOpened(ctx, r.ID, "green"))
	if err := b.tellAll(ctx, true); err != nil {
		t.Fatal(err)
	}
	said := map[ledger.Act]string{}
	for e, err := range b.book(true).Entries(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		said[e.Act] = e.Detail
	}
	if !strings.Contains(said[ledger.ActFetched], "(at "+then.UTC().Format(time.RFC3339)+")") || strings.Contains(said[ledger.ActOpened], "(at ") {
		t.Errorf("%q", said)
	}
}

// TestEndedWithSome: a batch that ended badly after some certificates were issued stays taken.
func TestEndedWithSome(t *testing.T) {
	b := newBench(t)
	r := b.prepare("one.csv")
	started := b.must(Started)(b.Start(ctx, r.ID, nil))
	l := b.book(true)
	c, err := l.ClaimOf(ctx, ledger.Practice, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	some := *started
	some.State, some.Issued = Cancelled, 1
	if err := b.ended(ctx, l, c.ID, &some, &page{State: Cancelled}); err != nil {
		t.Fatal(err)
	}
	if got := b.claimed(r.ID); got != ledger.Issued || b.held("dev-1") == nil {
		t.Errorf("the ledger has it %s", got)
	}
}

// TestFailedInDoubt: a refusal that names several rows frees none of them: some were issued.
func TestFailedInDoubt(t *testing.T) {
	b := newBench(t)
	q := b.batch("unused")
	q.Files = []File{{Path: b.write("uid.csv", "subject.common_name,unique_identifier\nthermostat,uid-1\nthermostat,uid-2\nother,uid-3\n"), Count: 3}}
	all, err := b.Prepare(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	r := b.must(Started)(b.Start(ctx, all[0].ID, nil))
	b.give(r, refused(0, "thermostat", "no license"), refused(0, "other", "no license"))
	if got := b.held("uid-1", "uid-2", "uid-3"); !slices.Equal(got, []string{"uid-1", "uid-2"}) {
		t.Errorf("held: %q", got)
	}
}

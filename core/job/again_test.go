package job

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/finding"
)

// paid prepares a batch through a connection that costs something.
func (b *bench) paid(q Batch) *Record {
	b.t.Helper()
	q.Connection.Practice = false
	all, err := b.Prepare(ctx, q)
	if err != nil {
		b.t.Fatal(err)
	}
	return all[0]
}

// TestOrderedBefore: what was ordered goes out once, however often it was prepared, unless somebody says why.
func TestOrderedBefore(t *testing.T) {
	b := newBench(t)
	one, two := b.paid(b.batch("one.csv")), b.paid(b.batch("one.csv"))
	b.must(Started)(b.Start(ctx, one.ID, nil))
	var before *OrderedBeforeError
	for range 2 {
		if _, err := b.Start(ctx, two.ID, nil); !errors.As(err, &before) || before.Earlier() != one.ID || !strings.Contains(err.Error(), `"dev-1" was already ordered on `) {
			t.Fatalf("the same once more: %v", err)
		}
		b.stands(two.ID, Prepared)
	}
	if len(b.service.starts) != 1 {
		t.Errorf("the service was asked for %v", b.service.starts)
	}
	if err := b.OrderAgain(ctx, two.ID, "  "); err == nil {
		t.Error("an empty reason is taken")
	}
	if err := b.OrderAgain(ctx, two.ID, "the first set was lost"); err != nil {
		t.Fatal(err)
	}
	b.must(Started)(b.Start(ctx, two.ID, nil))
	r, err := b.Get(ctx, two.ID)
	if err != nil || !slices.ContainsFunc(r.Timeline, func(e Event) bool { return strings.Contains(e.Note, "the first set was lost") }) {
		t.Errorf("the reason does not stand in the timeline: %v", err)
	}

	q := b.batch("one.csv")
	q.Connection.Practice = false
	if _, err := b.Prepare(ctx, q); !errors.As(err, new(*BlockedError)) {
		t.Errorf("prepared a fourth time: %v", err)
	}
	q.Again = "a third set"
	if fourth := b.paid(q); fourth.Again != q.Again {
		t.Errorf("%+v", fourth)
	}
	others := b.batch("two.csv")
	others.Files[0].Path = b.write("two.csv", "\"subject.common_name\"\r\n\"dev-4\"\r\n")
	b.must(Started)(b.Start(ctx, b.paid(others).ID, nil))
	// Practice costs nothing: it is a warning, and goes out, also after the real order.
	again := b.prepare("one.csv")
	b.must(Started)(b.Start(ctx, again.ID, nil))
	for range 2 {
		r := b.prepare("three.csv")
		b.must(Started)(b.Start(ctx, r.ID, nil))
	}
	if s, err := b.Check(ctx, b.batch("three.csv")); err != nil || s.Blocked() || !slices.Contains(rules(s.Report, finding.Warning), RuleSentAgain.Name) {
		t.Errorf("practised before: %+v, %v", s.Report.All(), err)
	}
}

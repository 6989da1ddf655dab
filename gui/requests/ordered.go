package requests

import (
	"context"
	"slices"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
)

// askLedger asks which of the requests were ordered before through the connection that is chosen. They are shown as findings, and are
// no reason to leave a request out: they are asked for again before a start, where a reason lifts them.
func (t *Room) askLedger() {
	t.ledger.Drop()
	v, f, d, connection := t.view, t.filter, t.app.Desk(), t.app.Connections().Standard
	if v.set.Len() == 0 || d == nil || connection == "" {
		t.ordered = nil
		return
	}
	before := t.ordered
	frame.Run(t.ledger, "", func(ctx context.Context, _ progress.Func) (*csrView, error) {
		found, err := d.Taken(ctx, connection, job.SetIdentities(v.set), func(row int) finding.Location { return v.set.Entry(row - 1).At })
		if err != nil || slices.EqualFunc(found, before, func(a, b finding.Finding) bool { return a.Location == b.Location && a.Message == b.Message }) {
			return nil, err
		}
		return makeView(ctx, v.csrState, f, found)
	}, func(next *csrView, err error) {
		if err != nil || next == nil || t.view.set != v.set {
			return // the start page says that the ledger does not answer
		}
		t.ordered = next.ordered
		t.show(next)
		if t.filter != f {
			t.rearrange(nil)
		}
	})
}

// status is that of an entry, with what the ledger says of it.
func (v *csrView) status(i int) csr.Status {
	s := v.set.Status(i)
	for _, f := range v.taken[i] {
		switch {
		case s == csr.Excluded || s == csr.Failed:
		case f.Severity == finding.Error:
			s = csr.Failed
		default:
			s = csr.Warned
		}
	}
	return s
}

// said are the findings of an entry, with what the ledger says of it.
func (v *csrView) said(i int) []finding.Finding { return slices.Concat(v.set.Findings(i), v.taken[i]) }

// take puts what the ledger says beside the entries of the list.
func (v *csrView) take(ordered []finding.Finding) *finding.Report {
	v.ordered = ordered
	report := v.set.Report()
	for _, f := range ordered {
		i := v.set.Index(f.Location)
		if i < 0 || v.set.Status(i) == csr.Excluded {
			continue
		}
		if v.taken == nil {
			v.taken = map[int][]finding.Finding{}
			report = new(finding.Report)
			report.Merge(v.set.Report())
		}
		v.taken[i] = append(v.taken[i], f)
		report.Add(f)
	}
	return report
}

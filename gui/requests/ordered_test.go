package requests

import (
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/ledger"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// TestOrderedBefore: a request that was ordered before stands in the list as an error, with who ordered it; it stays in the upload,
// because a reason lifts that at the start, until it is left out.
func TestOrderedBefore(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	l, env := r.Plant()
	b := ledger.Batch{Environment: env, ID: "first", Operator: "Ada"}
	b.Identities = func(yield func(ledger.Identity) bool) {
		yield(ledger.Identity{Kind: ledger.CommonName, Value: "DEV-B", Row: 7})
	}
	if _, err := l.Claim(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	r.Drop(dir)
	r.Wait()
	if got := r.CSR.bar.Sentence(); got != "3 ready · 1 ordered before · 0.1 of 200 MB" {
		t.Errorf("the bar says %q", got)
	}
	v := r.CSR.view
	if v.status(1) != csr.Failed || v.status(0) == csr.Failed || v.counts[csr.Failed] != 1 || v.accepted != 3 {
		t.Errorf("%v %v, %d errors, %d accepted", v.status(0), v.status(1), v.counts[csr.Failed], v.accepted)
	}
	if cell := newCSRRows(v).Cell(1, colState); cell.Text != look.Failed.Word() {
		t.Errorf("the list shows %q", cell.Text)
	}
	if v.nextProblem(0) != 1 {
		t.Errorf("the next problem is in row %d", v.nextProblem(0))
	}
	g := v.groups[0]
	if g.Rule != job.RuleSentBefore.Name || g.Severity != finding.Error || len(g.Findings) != 1 || !strings.Contains(g.Findings[0].Message, "by Ada") || !strings.Contains(g.Findings[0].Message, "row 7") {
		t.Fatalf("%+v", v.groups)
	}
	if said := v.said(1); len(said) == 0 || said[len(said)-1].Rule != job.RuleSentBefore.Name {
		t.Errorf("the details say %+v", said)
	}
	r.CSR.onState(int(csr.Failed) + 1)
	r.Wait()
	if got := r.files(); len(got) != 1 || got[0] != "b.csr" {
		t.Errorf("with errors: %q", got)
	}
	r.CSR.onState(0)
	r.Wait()

	// It goes to the start page all the same, and the findings of the input do not say it twice.
	r.CSR.StartBatch()
	r.Wait()
	r.NoDialog()
	if len(r.orders) != 1 || r.orders[0].Batch.Files[0].Count != 3 || r.orders[0].Batch.Findings.Count(finding.Error) != 0 {
		t.Fatalf("%+v", r.orders)
	}

	// What is left out orders nothing.
	r.CSR.findings.pick(job.RuleSentBefore.Name)
	test.Tap(r.CSR.findings.group.actions.Objects[0].(*widgets.Button))
	r.Wait()
	if v := r.CSR.view; len(v.taken) != 0 || v.accepted != 2 || v.counts[csr.Excluded] != 1 || v.counts[csr.Failed] != 0 {
		t.Errorf("left out: %+v, %d accepted, %v", v.taken, v.accepted, v.counts)
	}
	r.CSR.Undo()
	r.Wait()
	if v := r.CSR.view; len(v.taken) != 1 || v.accepted != 3 {
		t.Errorf("taken in again: %+v, %d accepted", v.taken, v.accepted)
	}
}

// TestOrderedMeanwhile: what other stations order meanwhile is seen when the room is shown again; nothing stays from another connection.
func TestOrderedMeanwhile(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	l, env := r.Plant()
	r.Drop(dir)
	r.Wait()
	if len(r.CSR.view.taken) != 0 {
		t.Fatalf("%+v", r.CSR.view.taken)
	}
	set := r.CSR.view.set
	b := ledger.Batch{Environment: env, ID: "other", Identities: func(yield func(ledger.Identity) bool) {
		for i := range 2 {
			spki := set.Entry(i).SPKI
			if !yield(ledger.Identity{Kind: ledger.PublicKey, Value: strings.ReplaceAll(colons(spki[:]), ":", "")}) {
				return
			}
		}
	}}
	if _, err := l.Claim(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	r.Bring(r.Else)
	r.Bring(r.CSR)
	r.Wait()
	if len(r.CSR.view.taken) != 2 {
		t.Errorf("%+v", r.CSR.view.taken)
	}
	r.CSR.remove([]int{0})
	r.Wait()
	if len(r.CSR.view.taken) != 1 || filepath.Base(r.CSR.view.set.Entry(0).At.File) != "b.csr" {
		t.Errorf("after removing one: %+v", r.CSR.view.taken)
	}
	r.CSR.clearAll()
	r.Wait()
	if len(r.CSR.view.taken) != 0 || len(r.CSR.ordered) != 0 {
		t.Errorf("an empty list: %+v", r.CSR.ordered)
	}
	r.Drop(dir)
	r.Wait()
	if len(r.CSR.view.taken) != 2 {
		t.Errorf("%+v", r.CSR.view.taken)
	}
	r.Practice()
	if len(r.CSR.view.taken) != 0 {
		t.Errorf("practice has a ledger of its own: %+v", r.CSR.view.taken)
	}
}

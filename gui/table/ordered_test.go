package table

import (
	"strings"
	"testing"

	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/ledger"
	"enrollbench/gui/widgets/sheet"
)

// claim claims names as somebody else.
func claim(t *testing.T, l *ledger.Ledger, env, id string, names ...string) ledger.ClaimID {
	t.Helper()
	claimed, err := l.Claim(t.Context(), ledger.Batch{Environment: env, ID: id, Operator: "Ada", Identities: func(yield func(ledger.Identity) bool) {
		for i, n := range names {
			if !yield(ledger.Identity{Kind: ledger.CommonName, Value: n, Row: i + 2}) {
				return
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return claimed
}

// settle lets the pause after edits pass.
func (r *rig) settle() {
	for _, f := range r.Timers {
		f()
	}
	r.Timers = nil
	r.Wait()
}

// TestOrderedBefore: a row that was ordered before is an error of the check, with who ordered it; it stays in the upload, because a
// reason lifts that at the start.
func TestOrderedBefore(t *testing.T) {
	r, _ := openedCSV(t, "subject.common_name\nfree\ndev-1\n001a.c27b.0001\nother\n")
	l, env := r.Plant()
	first := claim(t, l, env, "first", "DEV-1", "00:1A:C2:7B:00:01")
	r.Bring(r.Else)
	r.Bring(r.CSV)
	r.Wait()
	f := r.CSV.file
	if got := r.CSV.bar.Sentence(); !strings.HasPrefix(got, "4 ready · 2 ordered before · ") {
		t.Errorf("the bar says %q", got)
	}
	if len(r.CSV.findings.shown) != 1 || r.CSV.findings.shown[0].Rule != job.RuleSentBefore || r.CSV.findings.shown[0].Rows != 2 {
		t.Fatalf("%+v", r.CSV.findings.shown)
	}
	if f.rows.mark(f.rows.id(1), 0) != sheet.Unmarked {
		t.Error("the cell is marked for what is about its row")
	}
	if s, _ := f.rows.result.RowMark(f.rows.id(1)); s != finding.Error {
		t.Errorf("the row is marked %v", s)
	}
	r.CSV.NextProblem()
	r.Wait()
	if at := r.CSV.editor.Current(); at.Row != 1 {
		t.Errorf("the next problem is in row %d", at.Row)
	}
	if said := r.CSV.value.found; len(said) != 1 || !strings.Contains(said[0].Message, "by Ada") {
		t.Errorf("of the cell is said %+v", said)
	}
	r.CSV.findings.pick(keyOf(&r.CSV.findings.shown[0]))
	r.Wait()
	if n := r.CSV.findings.page.Rows(); n != 2 || r.CSV.findings.page.Cell(1, 1).Text != "001a.c27b.0001" {
		t.Errorf("%d places", n)
	}

	// An edit keeps what was said until the ledger was asked again.
	r.CSV.setCell(f.rows.id(1), f.rows.column(0), "dev-9")
	r.Wait()
	if n := len(f.checked.said); n != 2 {
		t.Errorf("%d rows right after the edit", n)
	}
	r.settle()
	if n := len(f.checked.said); n != 1 {
		t.Errorf("%d rows once the edits pause", n)
	}
	r.CSV.setCell(f.rows.id(0), f.rows.column(0), "other")
	r.Wait()
	if n := len(f.checked.said); n != 1 || len(r.CSV.findings.shown) < 2 {
		t.Errorf("%d rows, %+v", n, r.CSV.findings.shown)
	}
	r.CSV.Undo()
	r.Wait()
	r.settle()

	// It is ordered all the same, and the findings of the input do not say it twice.
	r.CSV.StartBatch()
	r.Wait()
	r.NoDialog()
	if len(r.orders) != 1 || r.orders[0].Batch.Files[0].Count != 4 || len(r.orders[0].Batch.Findings.All()) != 0 {
		t.Fatalf("%+v", r.orders)
	}

	// What is free again is no finding any more.
	if err := l.Release(t.Context(), first, "Ada", "never sent"); err != nil {
		t.Fatal(err)
	}
	r.CSV.Recheck()
	r.Wait()
	if len(f.checked.said) != 0 || strings.Contains(r.CSV.bar.Sentence(), "ordered before") || len(r.CSV.findings.shown) != 0 {
		t.Errorf("%v; %q; %+v", f.checked.said, r.CSV.bar.Sentence(), r.CSV.findings.shown)
	}
}

// TestOrderedElsewhere: another connection has other identities.
func TestOrderedElsewhere(t *testing.T) {
	r, _ := openedCSV(t, "subject.common_name\ndev-1\n")
	l, env := r.Plant()
	claim(t, l, env, "first", "dev-1")
	r.CSV.Recheck()
	r.Wait()
	if len(r.CSV.file.checked.said) != 1 {
		t.Fatalf("%v", r.CSV.file.checked.said)
	}
	r.Practice()
	if len(r.CSV.file.checked.said) != 0 || len(r.CSV.findings.shown) != 0 {
		t.Errorf("practice has a ledger of its own: %v", r.CSV.file.checked.said)
	}
}

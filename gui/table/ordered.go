package table

import (
	"context"
	"maps"
	"time"

	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
)

// askPause is how long the ledger is left alone while somebody types: it is asked about every row.
const askPause = time.Second

// askSoon asks the ledger once the edits pause.
func (t *Room) askSoon() {
	t.ledger.Drop()
	if t.hush != nil {
		t.hush()
	}
	t.hush = t.app.Tasks().After(askPause, t.askLedger)
}

// askLedger asks which rows were ordered before through the connection that is chosen. They are shown as findings, and stay in the
// upload: they are asked for again before a start, where a reason lifts them.
func (t *Room) askLedger() {
	t.ledger.Drop()
	f, d, connection := t.file, t.app.Desk(), t.app.Connections().Standard
	if f == nil || f.checked.result == nil || d == nil || connection == "" {
		return
	}
	type answer struct {
		rule *finding.Rule
		said map[csvdoc.RowID]string
	}
	snap := f.checked.result.Snapshot()
	frame.Run(t.ledger, "", func(ctx context.Context, _ progress.Func) (a answer, err error) {
		a.rule, a.said, err = d.RowsTaken(ctx, connection, snap)
		return a, err
	}, func(a answer, err error) {
		if err != nil || t.file != f || f.checked.result == nil || maps.Equal(a.said, f.checked.said) {
			return // the start page says that the ledger does not answer
		}
		f.checked.rule, f.checked.said = a.rule, a.said
		f.checked.result = f.checked.result.With(a.rule, a.said)
		t.showChecked()
	})
}

// ConnectionsRead asks the ledger of the connection that is chosen now.
func (t *Room) ConnectionsRead(frame.ConnectionList, bool) { t.askLedger() }
func (t *Room) LedgerChanged()                             { t.askLedger() }

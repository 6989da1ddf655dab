package ledger

import (
	"context"
	"crypto/sha256"
	"math/big"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"enrollbench/core/eui48"
	core "enrollbench/core/ledger"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

const environment = "one.example/7"

// window is the frame with a ledger of its own, and notes where the room leads to.
type window struct {
	*frame.Frame
	t      *testing.T
	ledger *core.Ledger
	wrong  error // instead of a ledger
	used   []eui48.Range
}

func (w *window) Ledger() func(context.Context) (*core.Ledger, string, error) {
	return func(context.Context) (*core.Ledger, string, error) { return w.ledger, environment, w.wrong }
}
func (w *window) Operator() string       { return "Ada" }
func (w *window) UseRange(r eui48.Range) { w.used = append(w.used, r) }

// rig is the room alone in a frame, over a real ledger.
type rig struct {
	*frametest.Rig
	*window
	Room *Room
}

func newRig(t *testing.T) *rig {
	t.Helper()
	l, err := core.Open(t.Context(), core.Config{Path: filepath.Join(t.TempDir(), "ledger.db"), Station: "station-7"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r := &rig{Rig: frametest.New(t)}
	r.window = &window{Frame: r.F, t: t, ledger: l}
	r.Room = New(r.window)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Else, r.Room}})
	return r
}

// claim orders a range for a batch; with ends it was issued, with certificates that end then.
func (r *rig) claim(batch string, start eui48.Address, count uint64, ends ...time.Time) core.ClaimID {
	r.T.Helper()
	ctx := r.T.Context()
	series, err := eui48.NewRange(start, count, 1)
	if err != nil {
		r.T.Fatal(err)
	}
	id, err := r.ledger.Claim(ctx, core.Batch{Environment: environment, ID: batch, Name: batch, Operator: "Ada", Profile: "Thermostat", Ranges: []eui48.Range{series}})
	if err != nil {
		r.T.Fatal(err)
	}
	if len(ends) == 0 {
		return id
	}
	if err := r.ledger.Started(ctx, id); err != nil {
		r.T.Fatal(err)
	}
	if _, err := r.ledger.Ended(ctx, id, core.Outcome{}); err != nil {
		r.T.Fatal(err)
	}
	var certs []core.Certificate
	for i, end := range ends {
		name := series.At(uint64(i)).String()
		certs = append(certs, core.Certificate{Identity: core.Identity{Kind: core.CommonName, Value: name}, Serial: big.NewInt(int64(4096 + i)),
			Fingerprint: sha256.Sum256([]byte(batch + name)), NotBefore: end.AddDate(-1, 0, 0), NotAfter: end})
	}
	if _, err := r.ledger.Delivered(ctx, id, slices.Values(certs)); err != nil {
		r.T.Fatal(err)
	}
	return id
}

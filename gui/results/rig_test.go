package results

import (
	"testing"

	"enrollbench/core/job"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

// window is the frame, and notes where the room leads to.
type window struct {
	*frame.Frame
	taken, gone, again []job.Record
}

func (w *window) TakeJob(r job.Record)     { w.taken = append(w.taken, r) }
func (w *window) FetchAgain(r *job.Record) { w.again = append(w.again, *r) }
func (w *window) ResultGone(r *job.Record) { w.gone = append(w.gone, *r) }

// rig is the room alone in a frame.
type rig struct {
	*frametest.Rig
	*window
	Results *Room
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Rig: frametest.New(t)}
	r.window = &window{Frame: r.F}
	r.Results = New(r.window)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Results, r.Else}})
	return r
}

func TestMain(m *testing.M) { frametest.Main(m) }

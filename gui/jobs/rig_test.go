package jobs

import (
	"testing"

	"enrollbench/core/eui48"
	"enrollbench/core/job"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

// window is the frame, and notes where the room leads to.
type window struct {
	*frame.Frame
	opened []string // batches whose results were to be opened
	tables []string // tables that were to be opened
	ranges []eui48.Range
}

func (w *window) UseRange(r eui48.Range)   { w.ranges = append(w.ranges, r) }
func (w *window) OpenTable(path string)    { w.tables = append(w.tables, path) }
func (w *window) OpenResult(r *job.Record) { w.opened = append(w.opened, r.ID) }

// rig is the room alone in a frame.
type rig struct {
	*frametest.Rig
	*window
	Jobs *Room
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Rig: frametest.New(t)}
	r.window = &window{Frame: r.F}
	r.Jobs = New(r.window)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Jobs, r.Else}})
	return r
}

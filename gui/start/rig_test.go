package start

import (
	"testing"

	"enrollbench/core/eui48"
	"enrollbench/core/job"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

// window is the frame, and notes where the page leads to.
type window struct {
	*frame.Frame
	taken []*job.Record
	shown string // id of the batch that was shown last
	sent  string // and of the one that was sent
	used  eui48.Range
}

func (w *window) AddConnection()              {}
func (w *window) OrderSamples()               {}
func (w *window) ShowWelcome()                {}
func (w *window) UseRange(r eui48.Range)      { w.used = r }
func (w *window) TakeJobs(all ...*job.Record) { w.taken = append(w.taken, all...) }
func (w *window) ShowJob(id string)           { w.shown = id }
func (w *window) SendJob(id string)           { w.sent = id }

// rig is the page in a frame whose connection is the practice service.
type rig struct {
	*frametest.Rig
	*window
	Start *Room
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Rig: frametest.New(t)}
	r.window = &window{Frame: r.F}
	r.Start = New(r.window)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Else}, Pages: []frame.Room{r.Start}})
	r.Practice()
	return r
}

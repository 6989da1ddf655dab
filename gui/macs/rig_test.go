package macs

import (
	"testing"

	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

// window is the frame, and notes where the room leads to.
type window struct {
	*frame.Frame
	orders []*frame.Order
}

func (w *window) StartBatch(o *frame.Order) { w.orders = append(w.orders, o) }

// rig is the room alone in a frame.
type rig struct {
	*frametest.Rig
	*window
	MAC *Room
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Rig: frametest.New(t)}
	r.window = &window{Frame: r.F}
	r.MAC = New(r.window)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.MAC, r.Else}})
	return r
}

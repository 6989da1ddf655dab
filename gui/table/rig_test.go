package table

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

func (w *window) DiscardOrder(*frame.Order) {}
func (w *window) ShowWelcome()              {}

// rig is the room alone in a frame.
type rig struct {
	*frametest.Rig
	*window
	CSV *Room
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Rig: frametest.New(t)}
	r.window = &window{Frame: r.F}
	r.CSV = New(r.window)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.CSV, r.Else}, Leave: r.CSV.Leave})
	return r
}

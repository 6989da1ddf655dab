package requests

import (
	"path/filepath"
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
	CSR *Room
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Rig: frametest.New(t)}
	r.window = &window{Frame: r.F}
	r.CSR = New(r.window)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.CSR, r.Else}})
	return r
}

// files are the names in the list, in its order.
func (r *rig) files() []string {
	var out []string
	for _, i := range r.CSR.view.rows {
		out = append(out, filepath.Base(r.CSR.view.set.Entry(int(i)).At.File))
	}
	return out
}

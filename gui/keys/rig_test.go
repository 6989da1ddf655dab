package keys

import (
	"testing"

	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

// window is the frame, and notes where the room leads to.
type window struct {
	*frame.Frame
}

// rig is the room alone in a frame.
type rig struct {
	*frametest.Rig
	*window
	Keys *Room
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Rig: frametest.New(t)}
	r.window = &window{Frame: r.F}
	r.Keys = New(r.window)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Else}, Pages: []frame.Room{r.Keys}, Keys: r.Keys})
	return r
}

func TestMain(m *testing.M) { frametest.Main(m) }

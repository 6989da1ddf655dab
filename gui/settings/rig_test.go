package settings

import (
	"testing"

	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

// window is the frame, and notes where the room leads to.
type window struct {
	*frame.Frame
	needed   int  // batches that need a connection
	shutDesk bool // the desk is not open yet
}

func (w *window) JobsThatNeed(string) int { return w.needed }
func (w *window) ShowJobs()               {}
func (w *window) ShowLine()               {}

// Desk is the frame's, unless it is not open yet.
func (w *window) Desk() *frame.Desk {
	if w.shutDesk {
		return nil
	}
	return w.Frame.Desk()
}

// rig is the room alone in a frame.
type rig struct {
	*frametest.Rig
	*window
	Settings *Room
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Rig: frametest.New(t)}
	r.window = &window{Frame: r.F}
	r.Settings = New(r.window)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Settings, r.Else}, Pages: []frame.Room{r.Settings.Contract}, Connections: r.Settings})
	return r
}

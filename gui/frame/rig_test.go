package frame_test

import (
	"testing"

	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

// rig is a frame around a room that holds nothing.
type rig struct {
	*frametest.Rig
	*frame.Frame
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Rig: frametest.New(t)}
	r.Frame = r.F
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Else}})
	return r
}

func TestMain(m *testing.M) { frametest.Main(m) }

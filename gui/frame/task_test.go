package frame_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/widgets"
)

func TestStaleResultsAreDropped(t *testing.T) {
	r := newRig(t)
	lane := r.Tasks().NewRunner(nil)
	hold := make(chan struct{})
	var got []string
	done := func(s string, err error) { got = append(got, s) }
	frame.Run(lane, "", func(ctx context.Context, _ progress.Func) (string, error) { <-hold; return "old", nil }, done)
	frame.Run(lane, "", func(context.Context, progress.Func) (string, error) { return "new", nil }, done)
	close(hold)
	r.Until(func() bool { return len(got) > 0 && !lane.Busy() })
	// Whatever the first one posted is in the queue by the time all work has ended.
	ended := false
	other := r.Tasks().NewRunner(nil)
	frame.Run(other, "", func(context.Context, progress.Func) (int, error) { return 0, nil }, func(int, error) { ended = true })
	r.Until(func() bool { return ended && r.Drained() })
	if len(got) != 1 || got[0] != "new" {
		t.Errorf("results %q, want the new one alone", got)
	}
}

func TestReplacedWorkIsCancelled(t *testing.T) {
	r := newRig(t)
	lane := r.Tasks().NewRunner(nil)
	first := make(chan error, 1)
	frame.Run(lane, "", func(ctx context.Context, _ progress.Func) (int, error) {
		<-ctx.Done()
		first <- ctx.Err()
		return 0, ctx.Err()
	}, func(int, error) { t.Error("the replaced work's result arrived") })
	frame.Run(lane, "", func(context.Context, progress.Func) (int, error) { return 1, nil }, func(int, error) {})
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the replaced work ended with %v", err)
	}
	r.Until(func() bool { return !lane.Busy() })
}

func TestProgressIsSampled(t *testing.T) {
	r := newRig(t)
	now := time.Unix(1000, 0)
	r.Tasks().SetNow(func() time.Time { return now })
	var shown []widgets.Progress
	ended := false
	lane := r.Tasks().NewRunner(func(p *widgets.Progress) {
		if p == nil {
			ended = true
			return
		}
		shown = append(shown, *p)
	})
	reported, finish := make(chan struct{}), make(chan struct{})
	frame.Run(lane, "counting", func(_ context.Context, report progress.Func) (int, error) {
		report(40, 100)
		close(reported)
		<-finish
		return 0, nil
	}, func(int, error) {})
	<-reported
	now = now.Add(2 * time.Second)
	r.Tick <- now
	r.Until(func() bool { return len(shown) == 2 })
	if p := shown[1]; p.Title != "counting" || p.Done != 40 || p.Total != 100 || p.Elapsed != 2*time.Second {
		t.Errorf("the sample is %+v", p)
	}
	lane.Cancel()
	if p := shown[len(shown)-1]; !p.Stopping {
		t.Error("cancelling does not show that it stops")
	}
	close(finish)
	r.Until(func() bool { return ended })
}

func TestPanicBecomesAnError(t *testing.T) {
	r := newRig(t)
	crashed := make(chan any, 1)
	r.Tasks().SetOnPanic(func(v any, stack []byte) string {
		if len(stack) == 0 {
			t.Error("no stack")
		}
		crashed <- v
		return "crash.txt"
	})
	lane := r.Tasks().NewRunner(nil)
	var got error
	frame.Run(lane, "", func(context.Context, progress.Func) (int, error) { panic("boom") }, func(_ int, err error) { got = err })
	r.Until(func() bool { return got != nil })
	if p := (*frame.PanicError)(nil); !errors.As(got, &p) || <-crashed != "boom" || p.File != "crash.txt" {
		t.Errorf("the error is %v", got)
	}
}

func TestClosingCancelsAndWaits(t *testing.T) {
	r := newRig(t)
	lane := r.Tasks().NewRunner(nil)
	cleaned := false
	frame.Run(lane, "", func(ctx context.Context, _ progress.Func) (int, error) {
		<-ctx.Done()
		cleaned = true // what a real one does to its temporaries
		return 0, ctx.Err()
	}, func(int, error) {})
	r.OnClose()
	closed := false
	r.Window().SetOnClosed(func() { closed = true })
	r.Until(func() bool { return closed })
	if !cleaned {
		t.Error("the window closed before the work had ended")
	}
	if r.Preferences().Float("window.width") <= 0 {
		t.Error("the size of the window is not remembered")
	}
}

func TestTimers(t *testing.T) {
	r := newRig(t)
	ran := 0
	r.Tasks().After(time.Second, func() { ran++ })
	stop := r.Tasks().After(time.Second, func() { ran += 10 })
	stop()
	for _, f := range r.Timers {
		f()
	}
	r.Until(func() bool { return r.Drained() })
	if ran != 1 {
		t.Errorf("%d, want the timer that was not stopped to have run once", ran)
	}
}

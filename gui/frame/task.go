package frame

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"enrollbench/core/progress"
	"enrollbench/gui/widgets"
)

// Tasks is everything of the window that runs off the UI thread. Nothing else in this program's window starts a
// goroutine or calls fyne.Do: a handler reads its widgets into a plain request, Run works on that request elsewhere, and
// its result comes back to the UI thread.
type Tasks struct {
	ctx    context.Context
	cancel context.CancelFunc
	wait   sync.WaitGroup

	post    func(func()) // runs a function on the UI thread, in order, without waiting for it
	clock   func() time.Time
	ticks   func() (c <-chan time.Time, stop func()) // when to sample progress
	after   func(time.Duration, func()) (stop func())
	onPanic func(value any, stack []byte) (file string) // writes the crash down; may be nil
}

// sampling is how often progress is shown.
const sampling = 100 * time.Millisecond

// NewTasks starts with nothing running.
func NewTasks() *Tasks {
	t := &Tasks{post: fyne.Do, clock: time.Now}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.ticks = func() (<-chan time.Time, func()) {
		k := time.NewTicker(sampling)
		return k.C, k.Stop
	}
	t.after = func(d time.Duration, f func()) func() {
		k := time.AfterFunc(d, f)
		return func() { k.Stop() }
	}
	return t
}

// newTestTasks starts with nothing running, for tests that are the UI thread themselves: they run what is posted, say when
// progress is sampled, and let time pass.
func NewTestTasks(post func(func()), tick <-chan time.Time, after func(func())) *Tasks {
	t := NewTasks()
	t.post = post
	t.ticks = func() (<-chan time.Time, func()) { return tick, func() {} }
	t.after = func(_ time.Duration, f func()) func() {
		after(f)
		return func() {}
	}
	return t
}

// Now is the time.
func (t *Tasks) Now() time.Time { return t.clock() }

// Post runs f on the UI thread, in order, without waiting for it.
func (t *Tasks) Post(f func()) { t.post(f) }

// After calls f on the UI thread once d has passed, unless it is stopped before.
func (t *Tasks) After(d time.Duration, f func()) (stop func()) {
	stopped := false // touched on the UI thread alone
	end := t.after(d, func() {
		t.post(func() {
			if !stopped && t.ctx.Err() == nil {
				f()
			}
		})
	})
	return func() { stopped = true; end() }
}

// Close cancels everything and calls then on the UI thread once all of it has ended.
func (t *Tasks) Close(then func()) {
	t.cancel()
	go func() {
		t.wait.Wait()
		t.post(then)
	}()
}

func (t *Tasks) start(f func()) {
	t.wait.Add(1)
	go func() {
		defer t.wait.Done()
		f()
	}()
}

// FreeMemory gives the memory of what was let go of back to the computer; by itself that takes many minutes.
func (t *Tasks) FreeMemory() { t.start(debug.FreeOSMemory) }

// PanicError says that work failed by a defect of this program.
type PanicError struct {
	Value any
	File  string // where it is written down, "" for nowhere
}

// Error names what happened.
func (e *PanicError) Error() string { return fmt.Sprintf("defect in this program: %v", e.Value) }

// Runner is one lane of work, such as a tab's: what is started later takes the place of what was started before, whose
// result is dropped. Every method belongs to the UI thread.
type Runner struct {
	OnProgress func(*widgets.Progress) // about ten times a second, and nil once nothing runs

	tasks      *Tasks
	generation uint64 // of the latest work; an earlier one's result is stale
	stop       context.CancelFunc
	current    *widgets.Progress
}

// NewRunner makes a lane.
func (t *Tasks) NewRunner(onProgress func(*widgets.Progress)) *Runner {
	return &Runner{tasks: t, OnProgress: onProgress}
}

// Busy says whether something runs.
func (r *Runner) Busy() bool { return r.stop != nil }

// Cancel asks what runs to stop. Its done function still hears how it ended.
func (r *Runner) Cancel() {
	if r.stop == nil {
		return
	}
	r.stop()
	if r.current != nil && !r.current.Stopping {
		r.current.Stopping = true
		r.tell(r.current)
	}
}

// Drop stops what runs and forgets its result.
func (r *Runner) Drop() {
	if r.stop == nil {
		return
	}
	r.stop()
	r.stop = nil
	r.generation++
	r.current = nil
	r.tell(nil)
}

func (r *Runner) tell(p *widgets.Progress) {
	if r.OnProgress != nil {
		r.OnProgress(p)
	}
}

// Run works off the UI thread and then calls done on it, with the context's error if it was cancelled. If other work is
// started in the lane before that, done is not called.
func Run[T any](r *Runner, title string, work func(context.Context, progress.Func) (T, error), done func(T, error)) {
	if r.stop != nil {
		r.stop()
	}
	r.generation++
	generation, t := r.generation, r.tasks
	ends := &endings{}
	ctx, stop := context.WithCancel(context.WithValue(t.ctx, endingsKey{}, ends))
	began := t.clock()
	shown := &widgets.Progress{Title: title}
	r.stop, r.current = stop, shown
	counter, ended := &progress.Counter{}, make(chan struct{})
	r.tell(shown)

	t.start(func() {
		defer stop()
		value, err := guarded(ctx, t, counter, work)
		close(ended)
		t.post(func() {
			for _, end := range ends.all {
				end()
			}
			if r.generation != generation {
				return
			}
			r.stop, r.current = nil, nil
			r.tell(nil)
			done(value, err)
		})
	})
	if r.OnProgress == nil {
		return // nobody looks at it: a lane that runs as long as the window is open must cost nothing
	}
	t.start(func() {
		tick, end := t.ticks()
		defer end()
		for {
			select {
			case <-ended:
				return
			case <-tick:
				elapsed := t.clock().Sub(began)
				t.post(func() {
					if r.current != shown {
						return
					}
					shown.Done, shown.Total = counter.Get()
					shown.Elapsed = elapsed
					r.tell(shown)
				})
			}
		}
	})
}

// endings is what is done on the UI thread once a piece of work has ended.
type (
	endings    struct{ all []func() }
	endingsKey struct{}
)

// atEnd makes end happen on the UI thread when the work of ctx has ended, before its done function hears of it. Only that work
// itself may call it.
func atEnd(ctx context.Context, end func()) {
	if e, ok := ctx.Value(endingsKey{}).(*endings); ok {
		e.all = append(e.all, end)
	}
}

// guarded turns a panic into an error, so that a defect in one piece of work leaves the window and its lists alive.
func guarded[T any](ctx context.Context, t *Tasks, c *progress.Counter, work func(context.Context, progress.Func) (T, error)) (value T, err error) {
	defer func() {
		if p := recover(); p != nil {
			defect := &PanicError{Value: p}
			if t.onPanic != nil {
				defect.File = t.onPanic(p, debug.Stack())
			}
			err = defect
		}
	}()
	return work(ctx, c.Set)
}

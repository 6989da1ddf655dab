package job

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"enrollbench/core/trustmanager"
)

// watching runs Watch in virtual time and collects what it tells.
type watching struct {
	mu   sync.Mutex
	told []Record
}

func (w *watching) tell(r Record) { w.mu.Lock(); defer w.mu.Unlock(); w.told = append(w.told, r) }

func (w *watching) states(id string) (all []State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.told {
		if r.ID == id && (len(all) == 0 || all[len(all)-1] != r.State) {
			all = append(all, r.State)
		}
	}
	return all
}

// live moves the clock second by second until done says so; every waiting goroutine gets a chance between.
func (b *bench) live(done func() bool) {
	b.t.Helper()
	patience := time.Now().Add(5 * time.Minute)
	for !done() {
		if time.Now().After(patience) {
			b.t.Fatal("it did not happen")
		}
		b.clock.advance(time.Second)
		time.Sleep(200 * time.Microsecond)
	}
}

func TestWatch(t *testing.T) {
	b := newBench(t)
	b.service.steps = 2
	b.service.approval = true
	one := b.prepare("one.csv")
	b.must(Started)(b.Start(ctx, one.ID, nil))
	b.service.approval = false
	two := b.prepare("two.csv")
	b.must(Started)(b.Start(ctx, two.ID, nil))

	w := new(watching)
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- b.Watch(ctx, w.tell) }()
	b.live(func() bool { s := w.states(two.ID); return len(s) > 0 && s[len(s)-1] == Complete })
	if got := w.states(two.ID); !slices.Equal(got, []State{Running, Complete}) {
		t.Errorf("told %v", got)
	}
	b.live(func() bool { return slices.Contains(w.states(one.ID), WaitingForApproval) })
	// Another program with the same database approves, prepares and starts: all of it is told.
	other := b.openJobs()
	if _, err := other.Approve(ctx, one.ID); err != nil {
		t.Fatal(err)
	}
	b.live(func() bool { s := w.states(one.ID); return s[len(s)-1] == Complete })
	q := b.batch("three.csv")
	all, err := other.Prepare(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Start(ctx, all[0].ID, nil); err != nil {
		t.Fatal(err)
	}
	b.live(func() bool { s := w.states(all[0].ID); return len(s) > 0 && s[len(s)-1] == Complete })
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for i := 1; i < len(w.told); i++ {
		if w.told[i].Change <= w.told[i-1].Change {
			t.Fatal("changes were not told in their order")
		}
	}
}

// TestBackOff: a job at which nothing happens is asked for at 5 s and then less and less often, down to once a minute.
func TestBackOff(t *testing.T) {
	b := newBench(t)
	b.service.steps = 1 << 30
	r := b.paid(b.batch("one.csv"))
	b.must(Started)(b.Start(ctx, r.ID, nil))
	b.must(Running)(b.Refresh(ctx, r.ID))
	began := b.clock.Now()
	var asked []time.Duration
	var mu sync.Mutex
	b.service.onStatus = func() error {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, b.clock.Now().Sub(began))
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- b.Watch(ctx, nil) }()
	b.live(func() bool { mu.Lock(); defer mu.Unlock(); return len(asked) >= 14 })
	cancel()
	<-ended
	var gaps []time.Duration
	for i := 1; i < len(asked); i++ {
		gaps = append(gaps, asked[i]-asked[i-1])
	}
	const slack = 8 * time.Second // the clock runs on while a poll is under way
	if gaps[0] < pollFirst || gaps[len(gaps)-1] < pollLast || gaps[len(gaps)-1] > pollLast+4*slack || gaps[3] < 2*pollFirst {
		t.Errorf("gaps %v", gaps)
	}
}

// TestWatchFinds: what may exist is looked for until it is there, and an error of the service does not end the watching.
func TestWatchFinds(t *testing.T) {
	b := newBench(t)
	b.service.afterStart = func(int) error { return &trustmanager.UnclearError{Err: errors.New("reset")} }
	down := true
	b.service.onFind = func() error {
		if down {
			return errors.New("unreachable")
		}
		return nil
	}
	r := b.prepare("one.csv")
	if _, err := b.Start(ctx, r.ID, nil); err == nil {
		t.Fatal("no error")
	}
	b.stands(r.ID, MayExist)
	w := new(watching)
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- b.Watch(ctx, w.tell) }()
	b.live(func() bool { b.service.mu.Lock(); defer b.service.mu.Unlock(); return b.service.findings > 2 })
	b.service.mu.Lock()
	down = false
	b.service.mu.Unlock()
	b.live(func() bool { return slices.Contains(w.states(r.ID), Complete) })
	cancel()
	<-ended
	if b.service.starts[r.ID] != 1 {
		t.Errorf("accepted %d times", b.service.starts[r.ID])
	}
}

// TestOwnPace: the practice service runs on this computer, so that it is asked again at once; a service elsewhere is given time.
func TestOwnPace(t *testing.T) {
	b := newBench(t)
	own, far := b.prepare("one.csv"), b.paid(b.batch("two.csv"))
	for _, r := range []*Record{own, far} {
		b.must(Started)(b.Start(ctx, r.ID, nil))
	}
	w := &watch{jobs: b.Jobs, polls: map[string]*poll{}}
	if err := w.news(ctx); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]time.Duration{own.ID: pollOwn, far.ID: pollFirst} {
		at, now := w.polls[id], b.clock.Now()
		if at.next.After(now) {
			t.Errorf("%s waits before it is asked for", id)
		}
		w.busy = 1
		w.ended(polled{id: id, r: &Record{ID: id, Change: at.last + 1}})
		if got := at.next.Sub(now); got != want {
			t.Errorf("after a change it is asked for in %v, want %v", got, want)
		}
		w.busy = 1
		w.ended(polled{id: id, r: &Record{ID: id, Change: at.last}})
		if got := at.next.Sub(now); got != want*growth/2 {
			t.Errorf("without one it is asked for in %v", got)
		}
	}
}

package work

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

var ctx = context.Background()

var errBroken = errors.New("broken")

func TestEach(t *testing.T) {
	for _, n := range []int{0, 1, 7, 100, 1000} {
		for _, portion := range []int{1, 3, 64, 2000} {
			met := make([]atomic.Int32, n)
			var last [3]int
			for w := range last {
				last[w] = -1
			}
			err := Each(ctx, 3, n, portion, func(w, i int) error {
				if i <= last[w] {
					return fmt.Errorf("worker %d: %d after %d", w, i, last[w])
				}
				last[w] = i
				met[i].Add(1)
				return nil
			})
			if err != nil {
				t.Fatalf("%d by %d: %v", n, portion, err)
			}
			for i := range met {
				if met[i].Load() != 1 {
					t.Fatalf("%d by %d: %d was done %d times", n, portion, i, met[i].Load())
				}
			}
		}
	}
}

func TestEachEnds(t *testing.T) {
	var after atomic.Int32
	err := Each(ctx, 1, 100, 10, func(_, i int) error {
		if i == 25 {
			return errBroken
		}
		if i > 25 {
			after.Add(1)
		}
		return nil
	})
	if err != errBroken || after.Load() != 0 {
		t.Errorf("%v, and %d more were done", err, after.Load())
	}
	cancelled, cancel := context.WithCancelCause(ctx)
	err = Each(cancelled, 1, 100, 10, func(_, i int) error {
		if i == 25 {
			cancel(errBroken)
		}
		if i > 25 {
			after.Add(1)
		}
		return nil
	})
	if err != errBroken || after.Load() != 0 {
		t.Errorf("cancelled: %v, and %d more were done", err, after.Load())
	}
}

// closer is a worker that counts its closes.
type closer struct{ closed *atomic.Int32 }

func (c closer) Close() error { c.closed.Add(1); return nil }

// TestOrdered: every other job waits for the next one, so that results are made out of order.
func TestOrdered(t *testing.T) {
	var closed, worker atomic.Int32
	var got []int
	ready := make([]chan struct{}, 101)
	for i := range ready {
		ready[i] = make(chan struct{})
	}
	err := Ordered(ctx, 3, func(i int) closer { worker.Add(int32(i)); return closer{&closed} },
		func(_ context.Context, send func(func(closer) (int, error)) error) error {
			for i := range 100 {
				err := send(func(closer) (int, error) {
					if i%2 == 0 {
						<-ready[i+1]
					}
					close(ready[i])
					return i, nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		},
		func(i int) error { got = append(got, i); return nil })
	if err != nil || len(got) != 100 || !slices.IsSorted(got) || closed.Load() != 3 || worker.Load() != 0+1+2 {
		t.Errorf("%v; %v; %d closed, workers' numbers sum up to %d", err, got, closed.Load(), worker.Load())
	}
}

// send makes 100 jobs; that of number bad fails.
func send(bad int, run *atomic.Int32) func(context.Context, func(func(int) (int, error)) error) error {
	return func(_ context.Context, send func(func(int) (int, error)) error) error {
		for i := range 100 {
			err := send(func(int) (int, error) {
				run.Add(1)
				if i == bad {
					return 0, errBroken
				}
				return i, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func TestOrderedEnds(t *testing.T) {
	number := func(i int) int { return i }
	for _, at := range []int{0, 50, 99} {
		var run atomic.Int32
		var got []int
		err := Ordered(ctx, 3, number, send(at, &run), func(i int) error { got = append(got, i); return nil })
		if err != errBroken || len(got) != at {
			t.Errorf("a job fails at %d: %v, %d were handed on", at, err, len(got))
		}
		got = nil
		err = Ordered(ctx, 3, number, send(-1, &run), func(i int) error {
			if got = append(got, i); i == at {
				return errBroken
			}
			return nil
		})
		if err != errBroken || len(got) != at+1 {
			t.Errorf("collect fails at %d: %v, %d were handed on", at, err, len(got))
		}
	}
	// What was sent is run, whatever happened.
	var sent, run atomic.Int32
	err := Ordered(ctx, 2, number, func(_ context.Context, send func(func(int) (int, error)) error) error {
		for {
			err := send(func(int) (int, error) { run.Add(1); return 0, nil })
			if err != nil {
				return err
			}
			sent.Add(1)
		}
	}, func(int) error { return errBroken })
	if err != errBroken || sent.Load() != run.Load() {
		t.Errorf("%v; %d sent, %d run", err, sent.Load(), run.Load())
	}
	err = Ordered(ctx, 2, number, func(context.Context, func(func(int) (int, error)) error) error { return errBroken },
		func(int) error { return nil })
	if err != errBroken {
		t.Errorf("produce fails: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	got := 0
	err = Ordered(cancelled, 2, number, send(-1, &run), func(int) error {
		if got++; got == 5 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || got != 5 {
		t.Errorf("cancelled: %v after %d", err, got)
	}
}

// Jobs that wait are few: a producer that is fast does not fill the memory.
func TestOrderedWindow(t *testing.T) {
	var mu sync.Mutex
	sent, collected, most := 0, 0, 0
	err := Ordered(ctx, 2, func(i int) int { return i }, func(_ context.Context, send func(func(int) (int, error)) error) error {
		for range 1000 {
			if err := send(func(int) (int, error) { return 0, nil }); err != nil {
				return err
			}
			mu.Lock()
			sent++
			most = max(most, sent-collected)
			mu.Unlock()
		}
		return nil
	}, func(int) error {
		mu.Lock()
		collected++
		mu.Unlock()
		return nil
	})
	if limit := 2*waiting + 2; err != nil || most > limit {
		t.Errorf("%v; %d waited, and %d may", err, most, limit)
	}
}

func TestRanges(t *testing.T) {
	for _, n := range []int{0, 1, 9, 10, 11, 95} {
		var got [][2]int
		total := 0
		err := Ranges(ctx, 3, n, 10, func() Ranger[[2]int] {
			return func(_ context.Context, from, to int) ([2]int, error) { return [2]int{from, to}, nil }
		}, func(to int, r [2]int) error {
			if r[1] != to {
				return fmt.Errorf("told %d, worked up to %d", to, r[1])
			}
			got = append(got, r)
			total += r[1] - r[0]
			return nil
		})
		if err != nil || total != n || len(got) != (n+9)/10 {
			t.Errorf("%d: %v, %v", n, got, err)
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	err := Ranges(cancelled, 0, 10, 1, func() Ranger[int] {
		return func(context.Context, int, int) (int, error) { t.Error("worked after a cancel"); return 0, nil }
	}, func(int, int) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

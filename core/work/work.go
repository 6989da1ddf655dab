// Package work spreads work over the cores.
//
//   - Each for numbers below n, in any order.
//   - Ordered for what a producer finds as it reads, with results in its order.
//   - Ranges for Ordered over ranges of numbers: the rows of a table.
//
// Nothing that they start goes on once they have returned. Equal input gives equal output whichever worker was faster. workers
// below 1 means one for each core.
package work

import (
	"context"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// cores is the number of workers that is meant.
func cores(workers int) int {
	if workers < 1 {
		return runtime.GOMAXPROCS(0)
	}
	return workers
}

// Each calls do for every i below n. Workers take portions of that many numbers, in which i rises; worker is the number of the
// one that calls, below workers. The first error, or the end of ctx, ends it and is returned.
func Each(ctx context.Context, workers, n, portion int, do func(worker, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var running sync.WaitGroup
	for w := range min(cores(workers), (n+portion-1)/portion) {
		running.Go(func() {
			for {
				end := int(next.Add(int64(portion)))
				for i := end - portion; i < min(end, n); i++ {
					if ctx.Err() != nil {
						return
					}
					if err := do(w, i); err != nil {
						cancel(err)
						return
					}
				}
				if end >= n {
					return
				}
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}

// waiting is how many results, for each worker, wait for one before them.
const waiting = 4

// Ordered runs the jobs that produce sends on workers and hands their results to collect in the order in which they were sent.
// Each worker has a state W of its own, for its buffers, which newWorker makes in the worker; one that is an io.Closer is closed
// at the end. The first error in that order, of produce, of the end of ctx, ends it and is returned: collect is not called again,
// while jobs that were sent are still run, because a job may have to let go of something.
func Ordered[W, T any](
	ctx context.Context, workers int, newWorker func(i int) W,
	produce func(ctx context.Context, send func(job func(W) (T, error)) error) error,
	collect func(T) error,
) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type task struct {
		job    func(W) (T, error)
		result T
		err    error
		done   chan struct{}
	}
	workers = cores(workers)
	todo, ordered := make(chan *task, waiting*workers), make(chan *task, waiting*workers)
	var running sync.WaitGroup
	for i := range workers {
		running.Go(func() {
			w := newWorker(i)
			if c, ok := any(w).(io.Closer); ok {
				defer c.Close()
			}
			for t := range todo {
				t.result, t.err = t.job(w)
				close(t.done)
			}
		})
	}
	running.Go(func() {
		defer close(ordered)
		defer close(todo)
		err := produce(ctx, func(job func(W) (T, error)) error {
			t := &task{job: job, done: make(chan struct{})}
			select {
			case ordered <- t:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			todo <- t
			return nil
		})
		if err != nil {
			cancel(err)
		}
	})
	for t := range ordered {
		<-t.done
		if ctx.Err() != nil {
			continue
		}
		if t.err == nil {
			t.err = collect(t.result)
		}
		if t.err != nil {
			cancel(t.err)
		}
	}
	running.Wait()
	return context.Cause(ctx)
}

// Ranger works on the numbers from up to to.
type Ranger[T any] func(ctx context.Context, from, to int) (T, error)

// Ranges is Ordered over the numbers below n, size of them at a time. newWorker makes a Ranger for each worker; collect is told
// with each result up to which number all is done.
func Ranges[T any](ctx context.Context, workers, n, size int, newWorker func() Ranger[T], collect func(to int, result T) error) error {
	to := 0
	return Ordered(ctx, min(cores(workers), max(1, (n+size-1)/size)),
		func(int) Ranger[T] { return newWorker() },
		func(ctx context.Context, send func(func(Ranger[T]) (T, error)) error) error {
			for from := 0; from < n; from += size {
				err := send(func(do Ranger[T]) (none T, err error) {
					if ctx.Err() != nil {
						return none, context.Cause(ctx)
					}
					return do(ctx, from, min(from+size, n))
				})
				if err != nil {
					return err
				}
			}
			return nil
		},
		func(result T) error {
			to = min(to+size, n)
			return collect(to, result)
		})
}

package csr

import (
	"context"
	"runtime"
	"sync"
)

// pipeline runs jobs on workers, each with a state W of its own for buffers, and hands what they return to collect in
// the order in which produce sent them, so that equal input gives equal output whichever worker was faster. At most 64
// results wait. The first error of produce or collect, or the end of ctx, stops everything and is returned.
func pipeline[W, T any](
	ctx context.Context, workers int, newWorker func() *W,
	produce func(ctx context.Context, send func(job func(*W) T) error) error,
	collect func(T) error,
) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type task struct {
		job    func(*W) T
		result T
		done   chan struct{}
	}
	todo, ordered := make(chan *task, 64), make(chan *task, 64)
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			w := newWorker()
			if c, ok := any(w).(interface{ close() }); ok {
				defer c.close()
			}
			for t := range todo {
				t.result = t.job(w) // after a cancel too: a job may have to let go of something
				close(t.done)
			}
		})
	}
	running.Go(func() {
		defer close(ordered)
		defer close(todo)
		err := produce(ctx, func(job func(*W) T) error {
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
		if err := collect(t.result); err != nil {
			cancel(err)
		}
	}
	running.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

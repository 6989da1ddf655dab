package enrollment

import (
	"context"
	"sync"
)

// inOrder works on n pieces by several workers and hands the results on in order, so that equal input gives equal output
// whichever worker was faster. A worker runs ahead by a few pieces, not more. The first error ends everything.
func inOrder[T any](
	ctx context.Context, workers, n int,
	worker func() func(ctx context.Context, k int) (T, error),
	collect func(k int, result T) error,
) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers = max(1, min(workers, n))
	type piece struct {
		k      int
		result T
		err    error
		done   chan struct{}
	}
	todo, ordered := make(chan *piece), make(chan *piece, 2*workers)
	var running sync.WaitGroup
	running.Go(func() {
		defer close(ordered)
		defer close(todo)
		for k := range n {
			p := &piece{k: k, done: make(chan struct{})}
			select {
			case ordered <- p:
			case <-ctx.Done():
				return
			}
			todo <- p // a worker is always there to take it: none ends before todo is closed
		}
	})
	for range workers {
		running.Go(func() {
			work := worker()
			for p := range todo {
				if p.err = context.Cause(ctx); p.err == nil {
					p.result, p.err = work(ctx, p.k)
				}
				close(p.done)
			}
		})
	}
	for p := range ordered {
		<-p.done
		if p.err == nil && ctx.Err() == nil {
			p.err = collect(p.k, p.result)
		}
		if p.err != nil {
			cancel(p.err)
		}
	}
	running.Wait()
	return context.Cause(ctx)
}

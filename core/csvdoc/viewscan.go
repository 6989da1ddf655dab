package csvdoc

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"enrollbench/core/progress"
)

// scanRows is how many rows one step of a parallel scan takes: enough to make handing over cheap, and few enough that two
// million rows keep every core busy to the end and a cancel is obeyed at once.
const scanRows = 8192

// scanOrdered runs work over the rows of a snapshot in steps, on every core, and gives the results to emit one after the
// other in the order of rows. Not more results than twice the number of cores wait at any time. The first error ends it.
func scanOrdered[T any](ctx context.Context, s *Snapshot, report progress.Func, work func(ctx context.Context, from, to int) (T, error), emit func(T) error) error {
	rows := s.Rows()
	if err := ctx.Err(); err != nil {
		return err
	}
	steps := (rows + scanRows - 1) / scanRows
	type result struct {
		value T
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	workers := min(runtime.GOMAXPROCS(0), steps)
	window := 2 * workers
	slots := make([]chan result, window)
	for i := range slots {
		slots[i] = make(chan result, 1)
	}
	free := make(chan struct{}, window)
	var next atomic.Int64
	var running sync.WaitGroup
	defer running.Wait() // nothing of this goes on once it has returned
	defer cancel()
	for range workers {
		running.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case free <- struct{}{}:
				}
				step := int(next.Add(1)) - 1
				if step >= steps {
					return
				}
				from := step * scanRows
				value, err := work(ctx, from, min(from+scanRows, rows))
				slots[step%window] <- result{value, err}
			}
		})
	}
	for step := range steps {
		var r result
		select {
		case <-ctx.Done():
			return ctx.Err()
		case r = <-slots[step%window]:
		}
		if r.err != nil {
			return r.err
		}
		if err := emit(r.value); err != nil {
			return err
		}
		<-free
		report.Report(int64(min((step+1)*scanRows, rows)), int64(rows))
	}
	return nil
}

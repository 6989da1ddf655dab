package csvdoc

import (
	"context"

	"enrollbench/core/progress"
	"enrollbench/core/work"
)

// scanRows is how many rows one step of a parallel scan takes: enough to make handing over cheap, and few enough that two
// million rows keep every core busy to the end and a cancel is obeyed at once.
const scanRows = 8192

// scanOrdered runs do over the rows of a snapshot in steps, on every core, and gives the results to emit one after the other in
// the order of rows. The first error ends it.
func scanOrdered[T any](ctx context.Context, s *Snapshot, report progress.Func, do work.Ranger[T], emit func(T) error) error {
	return work.Ranges(ctx, 0, s.Rows(), scanRows, func() work.Ranger[T] { return do }, func(to int, result T) error {
		if err := emit(result); err != nil {
			return err
		}
		report.Report(int64(to), int64(s.Rows()))
		return nil
	})
}

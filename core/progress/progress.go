// Package progress lets long work say how far it is and stop when it is told to.
//
// Work reports as often as it likes through a Func; the side that shows it samples a Counter about ten times a second,
// so that reporting costs two atomic stores and no screen is drawn per item.
package progress

import (
	"context"
	"io"
	"sync/atomic"
)

// Func is told how much is done and how much there is, in the same unit (the caller's: bytes, entries, rows). total is
// 0 while it is not known. It must be safe for concurrent use and return at once. A nil Func is valid: see Report.
type Func func(done, total int64)

// Report calls f unless it is nil.
func (f Func) Report(done, total int64) {
	if f != nil {
		f(done, total)
	}
}

// Counter keeps the latest report for whoever samples it. The zero value is ready; its Set method is a Func.
type Counter struct {
	done, total atomic.Int64
}

// Set stores a report.
func (c *Counter) Set(done, total int64) {
	c.total.Store(total)
	c.done.Store(done)
}

// Get returns the latest report.
func (c *Counter) Get() (done, total int64) { return c.done.Load(), c.total.Load() }

// Reader passes r on, reports the bytes read so far against total, and fails with the context's error once ctx ends.
func Reader(ctx context.Context, r io.Reader, total int64, report Func) io.Reader {
	return &reader{ctx: ctx, r: r, total: total, report: report}
}

type reader struct {
	ctx         context.Context
	r           io.Reader
	done, total int64
	report      Func
}

func (p *reader) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := p.r.Read(b)
	p.done += int64(n)
	p.report.Report(p.done, p.total)
	return n, err
}

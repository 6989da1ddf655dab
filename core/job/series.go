package job

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"enrollbench/core/finding"
	"enrollbench/core/progress"
)

// Series are the jobs of one batch together: one page, one progress. A batch of one job is a series of one.
type Series struct {
	Records                 []*Record // in their order
	Ordered, Issued, Failed int
	State                   State // the one that is furthest back; MayExist and Failed stand before all others
}

// SeriesOf returns the series that a batch belongs to.
func (j *Jobs) SeriesOf(ctx context.Context, id string) (*Series, error) {
	r, err := j.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.Series == "" {
		return seriesOf([]*Record{r}), nil
	}
	all, err := j.query(ctx, "WHERE series = ? ORDER BY part", r.Series)
	return seriesOf(all), err
}

// urgency orders states by how much they need somebody: the first of these is the state of the whole.
var urgency = []State{MayExist, Failed, Rejected, Cancelled, Prepared, Starting, Started, WaitingForApproval, Running, Complete, Fetched, Opened, Delivered}

func seriesOf(all []*Record) *Series {
	s := &Series{Records: all}
	for _, r := range all {
		s.Ordered += r.Expected()
		s.Issued += r.Issued
		s.Failed += r.Failed
	}
	for _, state := range urgency {
		for _, r := range all {
			if r.State == state {
				s.State = state
				return s
			}
		}
	}
	return s
}

// Sentence says in one line how the series stands.
func (s *Series) Sentence() string {
	if len(s.Records) == 1 {
		return s.Records[0].Sentence()
	}
	counts := map[State]int{}
	for _, r := range s.Records {
		counts[r.State]++
	}
	text := finding.Counted(len(s.Records), "job") + ":"
	for _, state := range States {
		if counts[state] > 0 {
			text += fmt.Sprintf(" %d %s,", counts[state], state)
		}
	}
	text += fmt.Sprintf(" %s of %s issued", finding.Grouped(s.Issued), finding.Grouped(s.Ordered))
	if s.Failed > 0 {
		text += fmt.Sprintf("; %s failed", finding.Grouped(s.Failed))
	}
	return text
}

// StartSeries starts every prepared job of the series that a batch belongs to, one after another. The first that the service
// does not take, or that ends in doubt, ends it: what stands behind it is not sent. Progress counts octets of all files.
func (j *Jobs) StartSeries(ctx context.Context, id string, report progress.Func) (*Series, error) {
	s, err := j.SeriesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	var total int64
	var sent atomic.Int64
	prepared := 0
	for _, r := range s.Records {
		total += r.Size
		if r.State == Prepared {
			prepared++
		}
	}
	if prepared == 0 {
		return s, &StateError{ID: id, Have: s.State, Allowing: ToStart}
	}
	if err := j.reserveSeries(ctx, s); err != nil {
		return s, err
	}
	for i, r := range s.Records {
		if r.State != Prepared {
			sent.Add(r.Size)
			continue
		}
		part := func(done, _ int64) { report.Report(sent.Load()+min(done, r.Size), total) }
		now, err := j.Start(ctx, r.ID, part)
		if now != nil {
			s.Records[i] = now
		}
		if err != nil {
			if len(s.Records) > 1 {
				err = fmt.Errorf("job %d of %d: %w", r.Part, len(s.Records), err)
			}
			return seriesOf(s.Records), err
		}
		sent.Add(r.Size)
		report.Report(sent.Load(), total)
	}
	return seriesOf(s.Records), nil
}

// reserveSeries claims what all parts order before the first of them is sent, or nothing.
func (j *Jobs) reserveSeries(ctx context.Context, s *Series) (err error) {
	if len(s.Records) == 1 {
		return nil // its start does
	}
	var free []func() error
	for _, r := range s.Records {
		if r.State != Prepared || !r.Exported.IsZero() {
			continue
		}
		l, claim, e := j.reserve(ctx, r, false)
		if e != nil {
			err = fmt.Errorf("job %d of %d: %w", r.Part, len(s.Records), e)
			break
		}
		free = append(free, func() error {
			return l.Release(ctx, claim, j.operator(), "another part of the series cannot be ordered")
		})
	}
	if err == nil {
		return nil
	}
	for _, f := range free {
		err = errors.Join(err, f())
	}
	return err
}

// ErrNoOrder is a batch whose result can be compared with nothing.
var ErrNoOrder = errors.New("there is no order to compare the result with")

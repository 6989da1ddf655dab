package job

import (
	"context"
	"errors"
	"sync"
	"time"

	"enrollbench/core/trustmanager"
)

const (
	pollFirst = 5 * time.Second // after a change
	pollLast  = time.Minute     // when nothing changes for long
	pollMost  = 4               // jobs asked for at the same time
	lookEvery = 2 * time.Second // at the database, for what other programs change
	growth    = 3               // halves: each wait is half as long again as the one before
)

// Watch asks the service for the state of every batch under way until ctx ends, and calls onChange with each record that
// changes meanwhile, whoever changed it: a step of this program, the service, another program with the same database.
// onChange is called from one goroutine at a time, in the order of the changes; timelines are not in the record.
//
// Each job is asked for after 5 s, then less and less often up to once a minute as long as nothing changes. A service that
// says how long to wait is obeyed. Errors of the service stand in the record (LastError) and do not end the watching; the
// error is the database's, or the context's.
func (j *Jobs) Watch(ctx context.Context, onChange func(Record)) error {
	wake, stop := j.listen()
	defer stop()
	w := watch{jobs: j, tell: onChange, polls: map[string]*poll{}, done: make(chan polled)}
	if err := j.db.Reader().QueryRowContext(ctx, "SELECT last FROM job_change").Scan(&w.seen); err != nil {
		return err
	}
	var running sync.WaitGroup
	defer running.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		if err := w.news(ctx); err != nil {
			return err
		}
		w.begin(ctx, &running)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
		case p := <-w.done:
			w.ended(p)
		case <-j.clock.After(w.pause()):
		}
	}
}

// watch is the state of one Watch.
type watch struct {
	jobs  *Jobs
	tell  func(Record)
	seen  int64 // the last change that was told
	polls map[string]*poll
	busy  int
	done  chan polled
}

// poll is one job that is asked for.
type poll struct {
	next time.Time
	wait time.Duration
	busy bool
	last int64 // the change of the record when it was asked for last
}

type polled struct {
	id  string
	r   *Record
	err error
}

// news tells of the records that changed and takes up those that are under way.
func (w *watch) news(ctx context.Context) error {
	changed, err := w.jobs.query(ctx, "WHERE change > ? ORDER BY change", w.seen)
	if err != nil {
		return err
	}
	for _, r := range changed {
		w.seen = r.Change
		if w.tell != nil {
			w.tell(*r)
		}
	}
	active, err := w.jobs.List(ctx, Filter{States: append([]State{MayExist}, remote...)})
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, r := range active {
		there[r.ID] = true
		if w.polls[r.ID] == nil {
			w.polls[r.ID] = &poll{next: w.jobs.now(), wait: pollFirst, last: r.Change}
		}
	}
	for id, p := range w.polls {
		if !there[id] && !p.busy {
			delete(w.polls, id)
		}
	}
	return nil
}

// begin asks for the jobs whose time has come, the longest waiting first.
func (w *watch) begin(ctx context.Context, running *sync.WaitGroup) {
	for w.busy < pollMost {
		id := ""
		for candidate, p := range w.polls {
			if !p.busy && !p.next.After(w.jobs.now()) && (id == "" || p.next.Before(w.polls[id].next)) {
				id = candidate
			}
		}
		if id == "" {
			return
		}
		w.polls[id].busy = true
		w.busy++
		running.Go(func() {
			r, err := w.jobs.Refresh(ctx, id)
			select {
			case w.done <- polled{id, r, err}:
			case <-ctx.Done():
			}
		})
	}
}

// ended plans when to ask again.
func (w *watch) ended(p polled) {
	w.busy--
	at := w.polls[p.id]
	at.busy = false
	if p.r != nil && p.r.Change != at.last && p.err == nil {
		at.wait, at.last = pollFirst, p.r.Change
	} else {
		at.wait = min(at.wait*growth/2, pollLast)
	}
	wait := at.wait
	var refused *trustmanager.APIError
	if errors.As(p.err, &refused) {
		wait = max(wait, min(refused.RetryAfter, 10*pollLast))
	}
	at.next = w.jobs.now().Add(wait)
}

// pause is how long there is nothing to do.
func (w *watch) pause() time.Duration {
	d := lookEvery
	if w.busy >= pollMost {
		return d
	}
	for _, p := range w.polls {
		if !p.busy {
			d = min(d, p.next.Sub(w.jobs.now()))
		}
	}
	return max(d, 0)
}

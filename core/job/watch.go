package job

import (
	"context"
	"errors"
	"sync"
	"time"

	"enrollbench/core/trustmanager"
)

const (
	pollFirst = 5 * time.Second        // after a change
	pollOwn   = 500 * time.Millisecond // the same for practice, which runs on this computer
	pollLast  = time.Minute            // when nothing changes for long
	pollMost  = 4                      // jobs asked for at the same time
	lookEvery = 2 * time.Second        // at the database, for what other programs change
	growth    = 3                      // halves: each wait is half as long again as the one before
)

// Watch asks the service for the state of every batch under way until ctx ends, and calls onChange with each record that
// changes meanwhile, whoever changed it: a step of this program, the service, another program with the same database.
// onChange is called from one goroutine at a time, in the order of the changes; timelines are not in the record.
//
// Each job is asked for at once and 5 s after a change (0.5 s at the practice service), then less and less often up to once a
// minute as long as nothing changes. A service that says how long to wait is obeyed. Errors of the service stand in the record (LastError) and do not end the watching; the
// error is the database's, or the context's.
func (j *Jobs) Watch(ctx context.Context, onChange func(Record)) error {
	wake, stop := j.listen()
	defer stop()
	w := &watch{jobs: j, tell: onChange, polls: map[string]*poll{}, done: make(chan polled), clients: map[string]Service{}}
	defer w.closeClients()
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
		_ = j.tellAll(ctx, false) // else at the next round
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

	mu      sync.Mutex
	clients map[string]Service // by connection: a keychain is not asked for each poll
	old     []Service          // that had an error
}

// poll is one job that is asked for.
type poll struct {
	next  time.Time
	wait  time.Duration
	first time.Duration // the wait after a change
	busy  bool
	last  int64 // the change of the record when it was asked for last
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
	active, err := w.jobs.List(ctx, Filter{States: append([]State{Starting, MayExist}, remote...)})
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, r := range active {
		there[r.ID] = true
		if w.polls[r.ID] == nil {
			first := pollFirst
			if r.Connection.Practice {
				first = pollOwn
			}
			w.polls[r.ID] = &poll{next: w.jobs.now(), wait: first, first: first, last: r.Change}
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
			r, err := w.ask(ctx, id)
			select {
			case w.done <- polled{id, r, err}:
			case <-ctx.Done():
			}
		})
	}
}

// ask asks for one job.
func (w *watch) ask(ctx context.Context, id string) (*Record, error) {
	r, err := w.jobs.Get(ctx, id)
	if err == nil && r.State == Starting { // as long as its program lives, this does nothing
		return w.jobs.resume(ctx, id)
	}
	if err != nil || !r.State.UnderWay() && r.State != MayExist {
		return r, err
	}
	service, err := w.client(ctx, r.Connection.ID)
	if err != nil {
		return w.jobs.noteError(ctx, r, err)
	}
	now, err := w.jobs.refresh(ctx, r, service)
	if err != nil && !errors.As(err, new(*UnsettledError)) {
		w.drop(r.Connection.ID, service)
	}
	return now, err
}

func (w *watch) client(ctx context.Context, connectionID string) (Service, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.clients[connectionID]; s != nil {
		return s, nil
	}
	s, err := w.jobs.connect(ctx, connectionID)
	if err == nil {
		w.clients[connectionID] = s
	}
	return s, err
}

// drop has the next poll make a client anew, which looks the token up again. Other polls may still use the old one.
func (w *watch) drop(connectionID string, s Service) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.clients[connectionID] == s {
		delete(w.clients, connectionID)
		w.old = append(w.old, s)
	}
}

func (w *watch) closeOld() {
	for _, s := range w.old {
		closeClient(s)
	}
	w.old = nil
}

func (w *watch) closeClients() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.clients {
		closeClient(s)
	}
	w.closeOld()
}

// ended plans when to ask again.
func (w *watch) ended(p polled) {
	if w.busy--; w.busy == 0 {
		w.mu.Lock()
		w.closeOld()
		w.mu.Unlock()
	}
	at := w.polls[p.id]
	at.busy = false
	if p.r != nil && p.r.Change != at.last && p.err == nil {
		at.wait, at.last = at.first, p.r.Change
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

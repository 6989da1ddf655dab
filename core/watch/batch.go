package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/osfile"
)

// marker is the file of a taken folder that holds the id of its batch, once that is prepared; of a result that was dealt with, it is
// empty. What has one is never prepared again, even when its record was deleted.
const marker = ".batch"

// Pauses before what went wrong is tried again.
const (
	pauseFirst = 15 * time.Second
	pauseLast  = 10 * time.Minute
)

// batch is a folder below taken that is not finished.
type batch struct {
	name  string
	id    string    // of the first of its jobs; "" while it is not prepared
	after time.Time // when there may be something to do
	pause time.Duration
	stuck bool // it needs somebody, or the service's time
	done  bool
}

// resume takes up what an earlier run left below taken.
func (w *Watcher) resume(ctx context.Context) error {
	if w.resumed {
		return nil
	}
	entries, err := os.ReadDir(filepath.Join(w.Folder, takenFolder))
	if err != nil {
		return err
	}
	all, err := w.station.Jobs.List(ctx, job.Filter{})
	if err != nil {
		return err
	}
	prepared := map[string]*job.Record{} // the first part of each series, by name
	going := map[string]bool{}           // by id and name
	for _, r := range all {
		if !r.State.Ended() {
			going[r.ID], going[r.Name] = true, true
		}
		if first := prepared[r.Name]; first == nil || r.Part < first.Part {
			prepared[r.Name] = r
		}
	}
	var open []*batch
	for _, e := range entries {
		b := &batch{name: e.Name()}
		id, err := os.ReadFile(filepath.Join(w.taken(b.name), marker))
		switch {
		case !e.IsDir(), err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
			continue
		case err == nil:
			b.id = strings.TrimSpace(string(id))
			if !going[b.id] && !going[b.name] {
				continue // finished, or its record was deleted
			}
		case prepared[b.name] != nil: // the program ended before it wrote the marker
			b.id = prepared[b.name].ID
			if err := w.mark(b); err != nil {
				return err
			}
		}
		open = append(open, b)
	}
	w.batches, w.resumed = append(open, w.batches...), true
	return nil
}

// mark writes down that a taken folder was dealt with.
func (w *Watcher) mark(b *batch) error {
	return atomicfile.WriteFile(filepath.Join(w.taken(b.name), marker), []byte(b.id+"\n"), atomicfile.Options{Mode: 0o600, Replace: true})
}

// advance takes a batch as far as it goes now.
func (w *Watcher) advance(ctx context.Context, b *batch) {
	err := w.further(ctx, b)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		b.pause = min(max(2*b.pause, pauseFirst), pauseLast)
		b.stuck, b.after = true, w.Now().Add(b.pause)
		w.tell(Event{State: NeedsYou, Batch: b.name, Message: osfile.Explain(err), Hint: "the program tries again; if it fails again, fix the cause"})
	default:
		b.pause, b.after = 0, time.Time{}
	}
}

// further does the next acts of a batch.
func (w *Watcher) further(ctx context.Context, b *batch) error {
	if b.id == "" {
		if err := w.prepare(ctx, b); err != nil || b.done {
			return err
		}
	}
	s, err := w.station.Jobs.SeriesOf(ctx, b.id)
	if errors.Is(err, job.ErrNotFound) { // somebody deleted the record
		b.done = true
		return nil
	}
	if err != nil {
		return err
	}
	if s.State == job.Prepared {
		w.tell(Event{State: Sending, Batch: b.name, Count: s.Ordered, Of: s.Ordered})
		// A start that is cut off may exist at the service. So it is ended, whatever ends the program meanwhile.
		s, err = w.station.Jobs.StartSeries(context.WithoutCancel(ctx), b.id, nil)
		w.moment()
		if err != nil && !errors.As(err, new(*job.UnsettledError)) {
			return err
		}
	}
	return w.follow(ctx, b, s)
}

// follow tells how the jobs of a batch stand, and opens the results that are there. Jobs.Watch asks the service.
func (w *Watcher) follow(ctx context.Context, b *batch, s *job.Series) (err error) {
	ended := true
	for i, r := range s.Records {
		if r.State == job.Complete || r.State == job.Fetched || r.State == job.Opened {
			if s.Records[i], err = w.deliver(ctx, b, r); err != nil {
				return err
			}
		}
		ended = ended && s.Records[i].State.Ended()
	}
	if s, err = w.station.Jobs.SeriesOf(ctx, b.id); err != nil {
		return err
	}
	e := Event{State: Sent, Batch: b.name, Count: s.Issued, Of: s.Ordered, Message: s.Sentence()}
	switch {
	case s.State == job.MayExist:
		e.State = NeedsYou
		e.Hint = "the program does not send it again; look in the service's portal, then settle it in Jobs, or with enrollctl job resolve or job not-started"
	case !ended:
	case s.State == job.Delivered && s.Failed == 0:
		e.State, e.Path, e.Message = Opened, w.outOf(b.name, nil), s.Records[0].Verdict
	case s.State == job.Delivered:
		e.State, e.Path = Refused, w.outOf(b.name, nil)
		e.Hint = "see the failed rows in Jobs, or with enrollctl job failed-rows; what was issued is exported"
	default:
		e.State, e.Hint = Refused, "see the reason in Jobs, or with enrollctl job show"
	}
	b.done, b.stuck = ended, e.State == NeedsYou
	w.tell(e)
	return nil
}

// prepare makes a batch of what lies in a taken folder: checks it, asks the ledger, and writes its record.
func (w *Watcher) prepare(ctx context.Context, b *batch) error {
	files, err := w.files(b)
	if err != nil {
		return err
	}
	if len(files) == 1 {
		if done, err := w.openDropped(ctx, b, files[0]); done || err != nil {
			return err
		}
	}
	set, err := w.good(ctx, files)
	if err != nil {
		return err
	}
	if set.Accepted() == 0 {
		b.done = true
		w.forget(b)
		return nil
	}
	folder, err := w.station.Uploads()
	if err != nil {
		return err
	}
	records, err := w.order(ctx, b, set, folder)
	if err != nil {
		return errors.Join(err, job.RemoveUploads(folder))
	}
	b.id = records[0].ID
	w.moment()
	defer w.moment()
	return w.mark(b)
}

// order writes the upload file and the record.
func (w *Watcher) order(ctx context.Context, b *batch, set *csr.Set, folder string) ([]*job.Record, error) {
	bundle, err := set.Bundle(ctx, csr.BundleOptions{Out: filepath.Join(folder, b.name+".zip")}, nil)
	if err != nil {
		return nil, err
	}
	c, err := w.station.Connection(w.Connection)
	if err != nil {
		return nil, err
	}
	profile, err := w.station.Profile(ctx, c, w.Profile)
	if err != nil {
		return nil, err
	}
	return w.station.Jobs.Prepare(ctx, job.Batch{Name: b.name, Connection: job.ConnectionOf(c), Profile: profile, Method: job.ZIP, Keys: job.ByDevice,
		Files: job.BundleFiles(bundle), Format: w.Format, FullChain: !w.NoChain, Findings: set.Report()})
}

// files are those of a taken folder.
func (w *Watcher) files(b *batch) (paths []string, err error) {
	entries, err := os.ReadDir(w.taken(b.name))
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			paths = append(paths, filepath.Join(w.taken(b.name), e.Name()))
		}
	}
	return paths, err
}

// forget removes a taken folder that nothing is left in.
func (w *Watcher) forget(b *batch) {
	_ = os.Remove(w.taken(b.name)) // it is removed only if it is empty
}

// good checks files against each other and against the ledger, refuses those with errors, and returns the set of the others. A file
// with several CSRs is refused as a whole: what is repaired comes again as a whole.
func (w *Watcher) good(ctx context.Context, files []string) (*csr.Set, error) {
	for {
		set, err := csr.NewSet(csr.Options{}).Add(ctx, files, nil)
		if err != nil || len(files) == 0 {
			return set, err
		}
		bad := errorsOf(set.Report())
		if len(bad) == 0 {
			if bad, err = w.ordered(ctx, set); err != nil {
				return nil, err
			}
		}
		if len(bad) == 0 {
			return set, nil
		}
		var rest []string
		for _, path := range files {
			if bad[path] == nil {
				rest = append(rest, path)
			} else if err := w.refuse(path, bad[path]); err != nil {
				return nil, err
			}
		}
		if len(rest) == len(files) { // about no file that we know
			return nil, fmt.Errorf("the CSRs have errors: %s", set.Report().All()[0].Message)
		}
		files = rest
	}
}

// ordered are the files whose devices or keys were ordered before, in practice too: a machine that drops a file twice means it once.
func (w *Watcher) ordered(ctx context.Context, set *csr.Set) (map[string][]reason, error) {
	found, err := w.station.Taken(ctx, w.Connection, job.SetIdentities(set), func(row int) finding.Location { return set.Entry(max(row, 1) - 1).At })
	if err != nil {
		return nil, err
	}
	bad := map[string][]reason{}
	for _, f := range found {
		bad[f.File] = append(bad[f.File], reason{job.RuleSentBefore.Title, f.Message, "if the device needs a second certificate, start this CSR in the window or with enrollctl job start --again, and give the reason"})
	}
	return bad, nil
}

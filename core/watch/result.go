package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/form"
	"enrollbench/core/job"
	"enrollbench/core/privatekey"
	"enrollbench/core/recipient"
)

// deliver fetches the result of a job, opens it against its order, and exports it. Each step is in the record before the next.
func (w *Watcher) deliver(ctx context.Context, b *batch, r *job.Record) (*job.Record, error) {
	jobs := w.station.Jobs
	if _, err := os.Stat(r.ResultPath); r.State == job.Complete || errors.Is(err, fs.ErrNotExist) {
		if r, err = jobs.Fetch(ctx, r.ID, nil); err != nil {
			return r, err
		}
	}
	order, err := r.Order()
	if err != nil && !errors.Is(err, job.ErrNoOrder) {
		return r, err
	}
	w.moment()
	d, done, err := w.open(ctx, r.ResultPath, order, r.Connection.Practice, false)
	if delivery.Damaged(err) {
		_, e := jobs.MarkDamaged(ctx, r.ID, err.Error())
		return r, errors.Join(err, e)
	}
	if err != nil {
		return r, err
	}
	defer done()
	if r, err = jobs.MarkOpened(ctx, r.ID, d.Verdict().Sentence); err != nil {
		return r, err
	}
	if reasons := unusable(d, r.Partial()); len(reasons) > 0 {
		return r, fmt.Errorf("the result is not exported: %s", reasons[0].message)
	}
	to := w.outOf(b.name, r)
	if err := w.export(ctx, d, to); err != nil {
		return r, err
	}
	if err := jobs.RecordDelivered(ctx, r.ID, d); err != nil {
		return r, err
	}
	w.moment()
	return jobs.MarkDelivered(ctx, r.ID, to)
}

// outOf is the folder for what a batch brought.
func (w *Watcher) outOf(name string, r *job.Record) string {
	if r != nil && r.Parts > 1 {
		name += fmt.Sprintf("-part%d", r.Part)
	}
	return filepath.Join(w.Out, name)
}

// export writes certificates and keys. A folder of that name is our own, of a run that ended before it was noted.
func (w *Watcher) export(ctx context.Context, d *delivery.Delivery, to string) error {
	o := w.Export
	o.Dir, o.Replace = to, true
	w.moment()
	defer w.moment()
	return d.Export(ctx, o, nil)
}

// open opens a result; sealed says that it may need a key. done closes it and wipes the key.
func (w *Watcher) open(ctx context.Context, path string, order *delivery.Order, practice, sealed bool) (d *delivery.Delivery, done func(), err error) {
	request := delivery.OpenRequest{Paths: []string{path}, Order: order, Practice: practice, Anchors: w.Anchors}
	if practice {
		service, err := w.station.Practice(ctx)
		if err != nil {
			return nil, nil, err
		}
		request.Anchors = new(delivery.Anchors)
		if w.Anchors != nil {
			*request.Anchors = *w.Anchors
		}
		for _, c := range service.Anchors() {
			request.Anchors.Add(c)
		}
	}
	wipe := func() {}
	if given, err := delivery.Inspect(path); err != nil {
		return nil, nil, err
	} else if sealed && w.Key != nil && (given.Form.Sealed() || given.Form.Archive() || given.Form.Kind == form.JSON) {
		if request.Opener, wipe, err = w.Key(ctx, given.Wants); err != nil {
			return nil, nil, err
		}
	}
	if d, err = delivery.Open(ctx, request, nil); err != nil {
		wipe()
		return nil, nil, err
	}
	return d, func() { _ = d.Close(); wipe() }, nil
}

// unusable are the reasons why a result is not exported without somebody having looked at it: its errors, what is missing of its order
// although the service says that it is whole, and what nothing shows to be unchanged.
func unusable(d *delivery.Delivery, partial bool) (all []reason) {
	for _, f := range d.Findings().All() {
		switch {
		case f.Severity == finding.Error, f.Rule == delivery.RuleMissing.Name && !partial, f.Rule == delivery.RuleNotProven.Name:
			all = append(all, reasonOf(f))
		}
	}
	return all
}

// openDropped opens a result that was dropped; done is false where the file is none. What cannot be opened or used is refused, unless
// that is not the file's fault.
func (w *Watcher) openDropped(ctx context.Context, b *batch, path string) (done bool, err error) {
	given, err := delivery.Inspect(path)
	if err != nil || !given.Result {
		return false, err
	}
	if set, err := csr.NewSet(csr.Options{}).Add(ctx, []string{path}, nil); err != nil || hasRequest(set) {
		return false, err
	}
	c, err := w.station.Connection(w.Connection)
	if err != nil {
		return false, err
	}
	order, err := w.orderOf(ctx, path)
	if err != nil {
		return false, err
	}
	refuse := func(reasons ...reason) error {
		b.done = true
		if err := w.refuse(path, reasons); err != nil {
			return err
		}
		w.forget(b)
		return nil
	}
	d, close, err := w.open(ctx, path, order, job.ConnectionOf(c).Practice, true)
	switch {
	case ctx.Err() != nil:
		return true, ctx.Err()
	case errors.Is(err, delivery.ErrNeedKey), errors.Is(err, recipient.ErrNoMatchingKey), errors.Is(err, privatekey.ErrWrongPassphrase):
		return true, refuse(reason{"", err.Error(), "give the watch the private key that this result was sealed to, then drop the file again"})
	case delivery.Damaged(err):
		return true, refuse(reason{"", err.Error(), "download it again"})
	case err != nil && errors.As(err, new(*delivery.FormError)):
		return true, refuse(reason{"", err.Error(), ""})
	case err != nil:
		return true, err
	}
	defer close()
	if reasons := unusable(d, false); len(reasons) > 0 {
		return true, refuse(reasons...)
	}
	if err := w.export(ctx, d, w.outOf(b.name, nil)); err != nil {
		return true, err
	}
	if err := w.mark(b); err != nil {
		return true, err
	}
	b.done = true
	w.tell(Event{State: Opened, Batch: b.name, Count: d.Len(), Of: d.Ordered(), Message: d.Verdict().Sentence, Path: w.outOf(b.name, nil)})
	return true, nil
}

// orderOf is the order of the batch whose id the name of a file carries, nil where there is none.
func (w *Watcher) orderOf(ctx context.Context, path string) (*delivery.Order, error) {
	all, err := w.station.Jobs.List(ctx, job.Filter{})
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if strings.Contains(filepath.Base(path), r.ID) {
			order, err := r.Order()
			if errors.Is(err, job.ErrNoOrder) {
				return nil, nil
			}
			return order, err
		}
	}
	return nil, nil
}

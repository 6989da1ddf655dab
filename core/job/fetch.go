package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"enrollbench/core/archive"
	"enrollbench/core/atomicfile"
	"enrollbench/core/finding"
	"enrollbench/core/form"
	"enrollbench/core/ledger"
	"enrollbench/core/osfile"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/core/trustmanager"
)

// ResultError is a download that is no result: an error page, a file cut short, an archive with a wrong checksum.
type ResultError struct {
	Reason string
	Err    error
}

func (e *ResultError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("the result cannot be used: %s: %v", e.Reason, e.Err)
	}
	return "the result cannot be used: " + e.Reason
}

func (e *ResultError) Unwrap() error { return e.Err }

// Fetch downloads the result of a complete job into the batch's folder, 0600, under its final name only once it is whole. It
// may be called again for a result that was fetched before: that one is replaced when the new one is there. Progress counts
// octets.
//
// Errors: *StateError; ErrTaken; *ResultError, and the record stays as it was; those of the service.
func (j *Jobs) Fetch(ctx context.Context, id string, report progress.Func) (*Record, error) {
	r, service, done, err := j.reach(ctx, id, ToFetch, Complete, Fetched, Opened, Delivered)
	if err != nil {
		return r, err
	}
	defer done()
	if err := j.db.Write(ctx, func(tx *sql.Tx) error { return j.claim(ctx, tx, id) }); err != nil {
		return r, err
	}
	release := j.hold(id)
	defer release()
	got, path, err := j.download(ctx, r, service, report)
	if err != nil {
		return j.noteError(ctx, r, err)
	}
	return j.edit(context.WithoutCancel(ctx), id, func(tx *sql.Tx, r *Record) (string, error) {
		if r.State == Complete || r.State == Opened {
			r.State = Fetched
		} else if err := j.enqueue(ctx, tx, r, ledger.ActFetched, "again, SHA-256 "+got.SHA256); err != nil {
			return "", err
		}
		r.ResultPath, r.ResultBytes, r.ResultSHA256, r.ResultType, r.LastError = path, got.Bytes, got.SHA256, got.ContentType, ""
		return fmt.Sprintf("%s bytes, SHA-256 %s", finding.Grouped(int(got.Bytes)), got.SHA256), nil
	})
}

func (j *Jobs) download(ctx context.Context, r *Record, service Service, report progress.Func) (trustmanager.Downloaded, string, error) {
	folder := j.of(r.ID)
	if err := osfile.MkdirAll(folder, 0o700); err != nil {
		return trustmanager.Downloaded{}, "", err
	}
	final := filepath.Join(folder, "result"+r.resultExtension())
	fresh := filepath.Join(folder, "new"+r.resultExtension())
	// What a crash left of an earlier download, or between the next two steps; the claim keeps other programs away.
	if _, err := atomicfile.Sweep(folder, 0); err != nil {
		return trustmanager.Downloaded{}, "", err
	}
	if err := remove(fresh); err != nil {
		return trustmanager.Downloaded{}, "", err
	}
	got, err := service.Download(ctx, r.RemoteID, fresh, report)
	if err != nil {
		return got, "", err
	}
	if err := verifyResult(ctx, r, fresh); err != nil {
		return got, "", errors.Join(err, remove(fresh))
	}
	if err := os.Rename(fresh, final); err != nil {
		return got, "", err
	}
	if d, err := os.Open(folder); err == nil { // where a folder can be synced; the rest is up to the file system
		_ = d.Sync()
		_ = d.Close()
	}
	return got, final, nil
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// resultExtension is what a result of this order is called by its form; opening it relies on the content alone.
func (r *Record) resultExtension() string {
	switch {
	case r.Format == SMPB:
		return ".smpb"
	case r.Format == JSON:
		return ".json"
	case r.Keys == ByDevice:
		return ".zip"
	}
	if to, _, err := recipient.Parse([]byte(r.RecipientText)); err == nil && to[0].Kind() == recipient.OpenPGP {
		return ".pgp"
	}
	return ".p7m"
}

// verifyResult finds what can be told without a key: that there is something, that it has one of the forms of a result, and
// that what is not sealed is undamaged.
func verifyResult(ctx context.Context, r *Record, path string) error {
	f, err := os.Open(path) // #nosec G304 -- just downloaded
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return &ResultError{Reason: "it is empty"}
	}
	if r.Format == SMPB {
		return nil
	}
	in, what, err := form.Unwrap(progress.Reader(ctx, f, info.Size(), nil))
	switch {
	case err != nil:
		return err
	case what.Sealed(), what.Kind == form.Base64Text, what.Kind == form.ZIP && !what.Bare():
		return nil
	case what.Kind == form.ZIP:
		z, err := archive.Open(f, info.Size(), archive.Limits{})
		if err == nil {
			err = z.Verify(ctx, nil)
		}
		if err != nil && ctx.Err() == nil {
			return &ResultError{Reason: "the ZIP is damaged", Err: err}
		}
		return ctx.Err()
	case what.Kind == form.JSON:
		return validJSON(in)
	}
	return &ResultError{Reason: "it is " + what.String()}
}

// validJSON reads one JSON text to its end without keeping it.
func validJSON(in io.Reader) error {
	d := json.NewDecoder(in)
	depth, ended := 0, false
	for {
		t, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && ended:
			return nil
		case err != nil:
			return &ResultError{Reason: "the JSON is damaged", Err: err}
		case ended:
			return &ResultError{Reason: "the JSON is damaged: something follows its end"}
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		ended = depth == 0
	}
}

// MarkOpened notes that the fetched result was opened and compared with the order; verdict says how it went, in words.
func (j *Jobs) MarkOpened(ctx context.Context, id, verdict string) (*Record, error) {
	return j.edit(ctx, id, func(tx *sql.Tx, r *Record) (string, error) {
		switch r.State {
		case Fetched: // the change of the state is told
			r.State = Opened
		case Opened, Delivered:
			if err := j.enqueue(ctx, tx, r, ledger.ActOpened, verdict); err != nil {
				return "", err
			}
		default:
			return "", &StateError{ID: id, Have: r.State, Allowing: ToOpen}
		}
		r.Verdict, r.LastError = verdict, ""
		return verdict, nil
	})
}

// MarkDelivered notes that certificates and keys were exported or handed over; to says where to, in words.
func (j *Jobs) MarkDelivered(ctx context.Context, id, to string) (*Record, error) {
	return j.edit(ctx, id, func(tx *sql.Tx, r *Record) (string, error) {
		switch r.State {
		case Opened: // the change of the state is told
		case Delivered:
			if err := j.enqueue(ctx, tx, r, ledger.ActExported, to); err != nil {
				return "", err
			}
		default:
			return "", &StateError{ID: id, Have: r.State, Allowing: ToDeliver}
		}
		r.State, r.DeliveredTo, r.LastError = Delivered, to, ""
		return to, nil
	})
}

// MarkDamaged notes that the fetched result could not be opened because it is damaged: it is to be fetched again.
func (j *Jobs) MarkDamaged(ctx context.Context, id, reason string) (*Record, error) {
	return j.edit(ctx, id, func(_ *sql.Tx, r *Record) (string, error) {
		if r.State != Fetched && r.State != Opened {
			return "", &StateError{ID: id, Have: r.State, Allowing: ToFetchAgain}
		}
		r.State, r.LastError = Complete, reason
		return "damaged: " + reason, nil
	})
}

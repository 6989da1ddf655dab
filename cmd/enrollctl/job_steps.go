package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"enrollbench/core/atomicfile"
	"enrollbench/core/finding"
	"enrollbench/core/job"
)

// oneStep is a command that takes one batch a step further and prints how it stands then.
func oneStep(name, summary string, do func(*job.Jobs, context.Context, string) (*job.Record, error)) *command {
	return &command{name: name, arguments: "BATCH", summary: summary,
		setup: onDesk(func(*pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
			return func(ctx context.Context, s *session, d *desk, args []string) error {
				r, err := do(d.Jobs, ctx, args[0])
				if err != nil {
					return err
				}
				return line1(s, r)
			}
		}, 1, oneBatch)}
}

var (
	jobApprove    = oneStep("approve", "approve a job that waits for it, where you may", (*job.Jobs).Approve)
	jobReject     = oneStep("reject", "reject a job that waits for approval", (*job.Jobs).Reject)
	jobNotStarted = oneStep("not-started", "declare that a batch that may exist was not started: it can be started again", (*job.Jobs).DeclareNotStarted)
	jobCancel     = oneStep("cancel", "give up a batch that was not sent", (*job.Jobs).Cancel)
	jobRetry      = oneStep("retry", "take back what was cancelled or handed over; order again what the service refused", (*job.Jobs).Retry)
)

var jobDelete = &command{
	name:      "delete",
	arguments: "BATCH",
	summary:   "remove the record of a batch and its fetched result",
	detail:    "A batch that is being sent, may exist, or is running at the service is not deleted.",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		sure := flags.Bool("yes", false, "delete it: this cannot be undone")
		return func(ctx context.Context, s *session, d *desk, args []string) error {
			r, err := d.Jobs.Get(ctx, args[0])
			if err != nil {
				return err
			}
			if !*sure {
				return usagef("batch %s (%s) would be deleted with its result: add --yes to delete it", r.ID, r.Sentence())
			}
			return errors.Join(d.Jobs.Delete(ctx, r.ID), d.ReleaseUploads(ctx, r))
		}
	}, 1, oneBatch),
}

var jobResolve = &command{
	name:      "resolve",
	arguments: "BATCH JOB-ID",
	summary:   "tie a batch that may exist to the job id that the service's portal shows",
	detail:    "The service has to confirm that there is such a job.",
	setup: onDesk(func(*pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		return func(ctx context.Context, s *session, d *desk, args []string) error {
			r, err := d.Jobs.Resolve(ctx, args[0], args[1])
			if err != nil {
				return err
			}
			return line1(s, r)
		}
	}, 2, "the id of a batch and the job id of the service"),
}

var jobResume = &command{
	name:    "resume",
	summary: "ask the service about every batch that an interrupted run left in doubt",
	detail:  "Nothing is sent. The status is 3 while a batch is not settled.",
	setup: onDesk(func(*pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		return func(ctx context.Context, s *session, d *desk, _ []string) error {
			looked, err := d.Jobs.Resume(ctx)
			for _, r := range looked {
				if e := line1(s, r); e != nil {
					return e
				}
			}
			return err
		}
	}, 0, "no argument"),
}

var jobWatch = &command{
	name:      "watch",
	arguments: "[BATCH...]",
	summary:   "follow batches until the service is done with them",
	detail: "Without BATCH, all batches under way are followed. Each change is a line. The status is 1 if any of them failed, as a whole or in\n" +
		"part, 3 if one may exist or cannot be asked for, and 0 if every certificate was issued. A batch that may exist is not\n" +
		"waited for: the message says what to do. One that waits for approval is waited for, unless --once.",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		w := new(watching)
		flags.BoolVar(&w.once, "once", false, "ask once and do not wait")
		flags.BoolVar(&w.download, "download", false, "fetch each result as soon as it is complete")
		return w.run
	}, -1, ""),
}

// watching is what the flags say about a watch.
type watching struct{ once, download bool }

func (w *watching) run(ctx context.Context, s *session, d *desk, ids []string) error {
	ids = slices.Clone(ids)
	if len(ids) == 0 {
		all, err := d.Jobs.List(ctx, job.Filter{States: []job.State{job.Starting, job.MayExist, job.Started, job.WaitingForApproval, job.Running}})
		if err != nil {
			return err
		}
		for _, r := range slices.Backward(all) {
			ids = append(ids, r.ID)
		}
	}
	pending := map[string]bool{}
	var failed []error
	for i, text := range ids {
		id, err := d.batch(ctx, text)
		if err != nil {
			return err
		}
		ids[i] = id
		r, err := d.Jobs.Refresh(ctx, id)
		if r == nil {
			return err
		}
		if err != nil && w.once && r.State != job.MayExist {
			failed = append(failed, err)
		}
		if err := line1(s, r); err != nil {
			return err
		}
		if !w.once && goesOn(r.State) {
			pending[id] = true
		}
	}
	if len(pending) > 0 {
		if err := w.follow(ctx, s, d, pending); err != nil {
			return err
		}
	}
	return errors.Join(errors.Join(failed...), w.judge(ctx, s, d, ids))
}

// goesOn says whether waiting can bring news of a batch. One that may exist was looked for just now: a person has to say what
// became of it.
func goesOn(state job.State) bool { return state.UnderWay() || state == job.Starting }

// follow prints every change of the pending batches until none is.
func (w *watching) follow(ctx context.Context, s *session, d *desk, pending map[string]bool) error {
	inner, done := context.WithCancel(ctx)
	defer done()
	shown := map[string]string{}
	err := d.Jobs.Watch(inner, func(r job.Record) {
		if !pending[r.ID] {
			return
		}
		text := string(r.State) + r.Sentence() + r.LastError
		if shown[r.ID] != text {
			shown[r.ID] = text
			_ = line1(s, &r)
			if r.LastError != "" {
				s.complain("%s: %s", r.ID, r.LastError)
			}
		}
		if !goesOn(r.State) {
			delete(pending, r.ID)
		}
		if len(pending) == 0 {
			done()
		}
	})
	if ctx.Err() == nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// judge fetches what is to be fetched and says how it went.
func (w *watching) judge(ctx context.Context, s *session, d *desk, ids []string) error {
	bad := false
	var doubtful error
	for _, id := range ids {
		r, err := d.Jobs.Get(ctx, id)
		if err != nil {
			return err
		}
		if w.download && r.State == job.Complete {
			if r, err = d.Jobs.Fetch(ctx, id, nil); err != nil {
				return err
			}
			if err := line1(s, r); err != nil {
				return err
			}
		}
		if r.State == job.Failed || r.State == job.Rejected || r.State == job.Cancelled || r.Partial() {
			bad = true
			s.complain("%s: %s; enrollctl job show %s tells why", r.ID, r.Sentence(), r.ID)
		}
		if r.State == job.MayExist {
			if doubtful != nil {
				s.complain("%v", d.advise(doubtful))
			}
			if _, doubtful = d.Jobs.Refresh(ctx, id); doubtful == nil {
				doubtful = fmt.Errorf("batch %s was found in the service's list just now: watch it again", id)
			}
		}
	}
	if doubtful != nil {
		return doubtful
	}
	if bad {
		return errFindings
	}
	return nil
}

var jobDownload = &command{
	name:      "download",
	arguments: "BATCH",
	summary:   "fetch the result of a complete job",
	detail:    "It is kept in the batch's folder; -o makes a copy. enrollctl job deliver opens it against its order.",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		out := declareOutput(flags, "copy the result to `FILE`")
		return func(ctx context.Context, s *session, d *desk, args []string) error {
			if _, err := d.Jobs.Refresh(ctx, args[0]); err != nil {
				return err
			}
			report, stop := s.track("fetching")
			r, err := d.Jobs.Fetch(ctx, args[0], report)
			stop()
			if err != nil {
				return err
			}
			path := r.ResultPath
			if out.path != "" {
				if err := copyFile(path, *out); err != nil {
					return err
				}
				path = out.path
			}
			_, err = fmt.Fprintf(s.stdout, "%s: %s bytes, SHA-256 %s\n", printable(path), finding.Grouped(r.ResultBytes), r.ResultSHA256)
			return err
		}
	}, 1, oneBatch),
}

func copyFile(from string, out output) error {
	in, err := os.Open(from) // #nosec G304 -- the result of the record
	if err != nil {
		return err
	}
	defer in.Close()
	f, err := atomicfile.Create(out.path, atomicfile.Options{Mode: 0o600, Replace: out.force})
	if err != nil {
		return out.explain(err)
	}
	defer f.Abort() //nolint:errcheck // after Commit it does nothing, before it the error that led here counts
	if _, err := io.Copy(f, in); err != nil {
		return err
	}
	return out.explain(f.Commit())
}

var jobExport = &command{
	name:      "export",
	required:  "-o FILE",
	arguments: "BATCH",
	summary:   "write a prepared batch as one file, for a station that sends it",
	detail:    "The file holds the order, the upload and the recipient, and nothing secret. From then on the batch is not sent from here.",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		out := declareOutput(flags, "write to `FILE`")
		return func(ctx context.Context, s *session, d *desk, args []string) error {
			if err := require(flags, "output"); err != nil {
				return err
			}
			f, err := atomicfile.Create(out.path, atomicfile.Options{Mode: 0o600, Replace: out.force})
			if err != nil {
				return out.explain(err)
			}
			defer f.Abort() //nolint:errcheck // after Commit it does nothing, before it the error that led here counts
			r, err := d.Jobs.Export(ctx, args[0], filepath.Base(out.path), f, nil)
			if err != nil {
				return err
			}
			if err := f.Commit(); err != nil {
				// The record says that it was handed over, and it was not.
				_, e := d.Jobs.Retry(ctx, args[0])
				return errors.Join(out.explain(err), e)
			}
			return line1(s, r)
		}
	}, 1, oneBatch),
}

var jobImport = &command{
	name:      "import",
	arguments: "FILE",
	summary:   "take a prepared batch from a file",
	detail:    "It keeps its id. --connection and --profile say where it is to be sent from here; job start --batch sends it.",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		connection := flags.String("connection", "", "send it through the connection `NAME` of this computer")
		profile := flags.String("profile", "", "order through the profile `ID` or name; without it the one of the file")
		return func(ctx context.Context, s *session, d *desk, args []string) error {
			r, err := d.Jobs.ImportFile(ctx, args[0], nil)
			if err != nil {
				return err
			}
			if *connection != "" {
				c, err := d.connection(*connection)
				if err != nil {
					return err
				}
				p := r.Profile
				if *profile != "" {
					if p, err = d.Profile(ctx, c, *profile); err != nil {
						return err
					}
				}
				if r, err = d.Jobs.Assign(ctx, r.ID, job.ConnectionOf(c), p); err != nil {
					return err
				}
			}
			return line1(s, r)
		}
	}, 1, oneFile),
}

var jobFailedRows = &command{
	name:      "failed-rows",
	required:  "-o OUT.csv",
	arguments: "BATCH",
	summary:   "write what the service refused as a CSV, ready to be corrected and sent",
	detail:    "The reasons are in OUT.reasons.csv.",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		out := declareOutput(flags, "write to `OUT.csv`")
		return func(ctx context.Context, s *session, d *desk, args []string) error {
			if err := require(flags, "output"); err != nil {
				return err
			}
			return failedRows(ctx, s, d, args[0], *out)
		}
	}, 1, oneBatch),
}

func failedRows(ctx context.Context, s *session, d *desk, id string, out output) error {
	set := atomicfile.NewSet(filepath.Dir(out.path), atomicfile.Options{Mode: 0o600, Replace: out.force})
	defer set.Abort() //nolint:errcheck // after Commit it does nothing, before it the error that led here counts
	base := filepath.Base(out.path)
	rows, err := set.Create(base)
	if err != nil {
		return out.explain(err)
	}
	found, err := d.Jobs.FailedRows(ctx, id, rows)
	if err != nil {
		return err
	}
	if err := rows.Close(); err != nil {
		return err
	}
	reasons, err := set.Create(base[:len(base)-len(filepath.Ext(base))] + ".reasons.csv")
	if err != nil {
		return out.explain(err)
	}
	if err := d.Jobs.WriteReasons(ctx, id, reasons); err != nil {
		return err
	}
	if err := reasons.Close(); err != nil {
		return err
	}
	if err := set.Commit(); err != nil {
		return out.explain(err)
	}
	for _, f := range found.NotFound {
		s.complain("no row of the upload was found for the refusal of row %d, %q: %s", f.Row, f.Name, f.Reason)
	}
	for _, f := range found.Ambiguous {
		s.complain("several rows are called %q: all of them were written", f.Name)
	}
	_, err = fmt.Fprintf(s.stdout, "%s: %s\n", printable(out.path), finding.Counted(int64(found.Written), "row"))
	return err
}

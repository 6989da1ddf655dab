package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"enrollbench/core/atomicfile"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/job"
)

const macRequired = "--start MAC --count N --increment N"

var macCheck = &command{
	name:     "check",
	required: macRequired,
	summary:  "check a range, and show where it ends",
	detail: "The start is six octets with colons or hyphens, in any case; the increment is decimal. All problems are shown at\n" +
		"once. The limit of one order is 500,000 addresses.",
	setup: func(flags *pflag.FlagSet) action {
		var q rangeRequest
		q.declare(flags)
		asJSON := flags.Bool("json", false, "print one JSON object")
		connection := declareOrdered(flags)
		return func(ctx context.Context, s *session, args []string) error {
			series, report, err := q.read(args)
			if err != nil {
				return err
			}
			found, err := ordered(ctx, s, *connection, job.RangeIdentities(series), func(int) finding.Location { return finding.Location{} })
			if err != nil {
				return err
			}
			for _, f := range found {
				report.Add(f)
			}
			return showRange(s, series, report, *asJSON)
		}
	},
}

var macList = &command{
	name:     "list",
	required: macRequired,
	summary:  "list a range as a CSV, for keys that the service makes",
	detail: "The CSV has the one column subject.common_name. It is written as it is computed, so it may be of any length;\n" +
		"past the 500,000 addresses of one order by MAC range, a longer CSV needs --long.",
	setup: func(flags *pflag.FlagSet) action {
		var q rangeRequest
		q.declare(flags)
		out := declareOutput(flags, "write to `FILE.csv` instead of standard output")
		long := flags.Bool("long", false, "list more than the 500,000 addresses of one order by MAC range")
		return func(ctx context.Context, s *session, args []string) error {
			series, report, err := q.read(args)
			if err != nil {
				return err
			}
			anyLength := withoutOrderLimit(report)
			if *long {
				report = anyLength
			}
			if err := writeFindings(s.stderr, report, true); err != nil {
				return err
			}
			if n := report.Count(finding.Error); n > 0 {
				next := ""
				if anyLength.Count(finding.Error) == 0 {
					next = "; a CSV may be longer than an order by MAC range: --long writes it"
				}
				s.complain("nothing was written: %s%s", finding.Counted(int64(n), "error"), next)
				return errFindings
			}
			return listRange(ctx, s, series, *out)
		}
	},
}

// rangeRequest is what the flags say about a range, as it was typed.
type rangeRequest struct {
	flags                   *pflag.FlagSet
	start, count, increment string
}

func (q *rangeRequest) declare(flags *pflag.FlagSet) {
	q.flags = flags
	flags.StringVar(&q.start, "start", "", "the first `MAC` address, such as 00:1a:c2:7b:00:00")
	flags.StringVar(&q.count, "count", "", "how many addresses, `N`")
	flags.StringVar(&q.increment, "increment", "", "the distance `N` from one address to the next, decimal")
}

func (q *rangeRequest) read(args []string) (eui48.Range, *finding.Report, error) {
	if len(args) > 0 {
		return eui48.Range{}, nil, usagef("%q is not expected here; the range is given by %s", args[0], macRequired)
	}
	if err := require(q.flags, "start", "count", "increment"); err != nil {
		return eui48.Range{}, nil, err
	}
	series, report := eui48.Check(q.start, q.count, q.increment)
	return series, report, nil
}

// withoutOrderLimit is what is to be said about a range that is no order but a CSV.
func withoutOrderLimit(report *finding.Report) *finding.Report {
	rest := new(finding.Report)
	for _, f := range report.All() {
		if f.Rule != eui48.RuleOrderLimit.Name {
			rest.Add(f)
		}
	}
	return rest
}

func showRange(s *session, series eui48.Range, report *finding.Report, asJSON bool) error {
	ready := 0
	failed := report.Count(finding.Error) > 0
	if !failed {
		ready = int(series.Count) // #nosec G115 -- at most the limit of an order
	}
	if asJSON {
		var more []finding.Field
		if series.Count > 0 {
			more = append(more, finding.Field{Name: "first", Value: series.Start.String()},
				finding.Field{Name: "last", Value: series.Last().String()})
		}
		if err := report.WriteJSON(s.stdout, ready, more...); err != nil {
			return err
		}
	} else {
		if err := writeFindings(s.stdout, report, true); err != nil {
			return err
		}
		var ends []string
		if series.Count > 0 {
			ends = append(ends, fmt.Sprintf("%s to %s", series.Start, series.Last()))
		}
		if _, err := fmt.Fprintln(s.stdout, summary(int64(ready), report, ends...)); err != nil {
			return err
		}
	}
	if failed {
		return errFindings
	}
	return nil
}

func listRange(ctx context.Context, s *session, series eui48.Range, out output) error {
	report, stop := s.track("listing")
	defer stop()
	if out.path == "" {
		b := bufio.NewWriterSize(s.stdout, 1<<16)
		if err := series.WriteCSV(ctx, b, report); err != nil {
			return err
		}
		return b.Flush()
	}
	f, err := atomicfile.Create(out.path, atomicfile.Options{Replace: out.force})
	if err != nil {
		return out.explain(err)
	}
	defer f.Abort() //nolint:errcheck // after Commit it does nothing, before it the error that led here counts
	if err := series.WriteCSV(ctx, f, report); err != nil {
		return err
	}
	size, err := sizeOf(f.Name())
	if err != nil {
		return err
	}
	if err := f.Commit(); err != nil {
		return out.explain(err)
	}
	stop()
	if size > uploadLimit {
		s.complain("%s has %s bytes, more than the %s that the service accepts in one upload", out.path, finding.Grouped(size), finding.Grouped(uploadLimit))
	}
	_, err = fmt.Fprintf(s.stdout, "%s: %s, %s bytes\n", printable(out.path), finding.Counted(int64(series.Count), "address"), finding.Grouped(size)) // #nosec G115 -- at most 2^48
	return err
}

// uploadLimit is the most bytes that the service takes in one file.
const uploadLimit = 200_000_000

func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

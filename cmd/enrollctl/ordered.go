package main

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"enrollbench/core/csr"
	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
	"enrollbench/core/job"
)

// declareOrdered is the flag by which a check asks the ledger.
func declareOrdered(flags *pflag.FlagSet) *string {
	return flags.String("connection", "", "find what was ordered before through the connection `NAME`, by the ledger")
}

// stationOf opens the station for a look into its ledger.
func stationOf(s *session, connection string) (*desk, error) {
	d := new(desk).withoutJobs(s)
	if _, err := d.connection(connection); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// ordered asks the ledger for what was ordered before; nothing where no connection is named.
func ordered(ctx context.Context, s *session, connection string, what *job.Identities, at func(row int) finding.Location) (found []finding.Finding, err error) {
	if connection == "" {
		return nil, nil
	}
	d, err := stationOf(s, connection)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return d.Taken(ctx, connection, what, at)
}

// rowsOrdered is the result of a check with the rows that were ordered before.
func rowsOrdered(ctx context.Context, s *session, connection string, r *enrollment.Result) (with *enrollment.Result, err error) {
	if connection == "" {
		return r, nil
	}
	d, err := stationOf(s, connection)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	rule, said, err := d.RowsTaken(ctx, connection, r.Snapshot())
	return r.With(rule, said), err
}

// withOrdered is the report of a set with what of it was ordered before.
func withOrdered(ctx context.Context, s *session, connection string, set *csr.Set) (*finding.Report, error) {
	if connection == "" {
		return set.Report(), nil
	}
	found, err := ordered(ctx, s, connection, job.SetIdentities(set), func(row int) finding.Location { return set.Entry(max(row, 1) - 1).At })
	report := new(finding.Report)
	report.Merge(set.Report())
	for _, f := range found {
		report.Add(f)
	}
	return report, err
}

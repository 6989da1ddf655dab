package main

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/spf13/pflag"

	"enrollbench/core/csr"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/ledger"
)

// declareOrdered is the flag by which a check asks the ledger.
func declareOrdered(flags *pflag.FlagSet) *string {
	return flags.String("connection", "", "find what was ordered before through the connection `NAME`, by the ledger")
}

// ordered asks the ledger for what was ordered before; nothing where no connection is named.
func ordered(ctx context.Context, s *session, connection string, all []ledger.Identity, r eui48.Range, at func(row int) finding.Location) (found []finding.Finding, err error) {
	if connection == "" {
		return nil, nil
	}
	d := new(desk).withoutJobs(s)
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := d.connection(connection); err != nil {
		return nil, err
	}
	return d.Taken(ctx, connection, all, r, at)
}

// rowsOrdered are the rows of a CSV that were ordered before.
func rowsOrdered(ctx context.Context, s *session, connection, path string) (*finding.Report, error) {
	report := new(finding.Report)
	if connection == "" {
		return report, nil
	}
	all, err := job.UploadIdentities(ctx, path)
	if err != nil {
		return nil, err
	}
	found, err := ordered(ctx, s, connection, all, eui48.Range{}, func(row int) finding.Location { return finding.Location{File: path, Row: row} })
	for _, f := range found {
		report.Add(f)
	}
	return report, err
}

// withOrdered is the report of a set with what of it was ordered before.
func withOrdered(ctx context.Context, s *session, connection string, set *csr.Set) (*finding.Report, error) {
	if connection == "" {
		return set.Report(), nil
	}
	var all []ledger.Identity
	err := set.EachRequest(ctx, func(i int, der []byte) error {
		subject, key, err := csr.Identity(der)
		if err != nil {
			return err
		}
		all = append(all, ledger.Identity{Kind: ledger.PublicKey, Value: hex.EncodeToString(key[:]), Row: i + 1})
		for _, a := range subject {
			if id, err := (ledger.Identity{Kind: ledger.CommonName, Value: a.Value, Row: i + 1}).Canonical(); a.Name == "commonName" && err == nil {
				all = append(all, id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	found, err := ordered(ctx, s, connection, all, eui48.Range{}, func(row int) finding.Location { return set.Entry(max(row, 1) - 1).At })
	report := new(finding.Report)
	report.Merge(set.Report())
	for _, f := range found {
		report.Add(f)
	}
	return report, err
}

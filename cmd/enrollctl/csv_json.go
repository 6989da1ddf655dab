package main

import (
	"context"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
)

// writeJSON prints the object that a finding.Report prints, finding by finding as rows are put into words: a million
// findings are not held in memory for it.
func (t *table) writeJSON(ctx context.Context, s *session, doc *csvdoc.Document, r *enrollment.Result, more ...finding.Field) error {
	report, stop := s.track("listing")
	defer stop()
	totals, err := r.Totals(ctx)
	if err != nil {
		return err
	}
	j := finding.NewJSON(s.stdout, r.Counts().Ready, totals, append(t.facts(doc, r), more...)...)
	err = r.Each(ctx, t.path, report, func(f finding.Finding) error {
		j.Add(f)
		return nil
	})
	if err != nil {
		return err
	}
	stop()
	return j.Close()
}

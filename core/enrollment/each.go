package enrollment

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"enrollbench/core/finding"
	"enrollbench/core/progress"
)

// Each puts everything into words and hands it on finding by finding, in the order of finding.Report.All: the whole header
// and every row that has a finding, each at its place in file. Nothing is left out, and nothing is kept but the sets of
// rows that share something. report counts rows.
func (r *Result) Each(ctx context.Context, file string, report progress.Func, do func(finding.Finding) error) error {
	header := r.HeaderFindings()
	for i := range header {
		header[i].File = file
	}
	slices.SortStableFunc(header, inReports)
	for _, f := range header {
		if err := do(f); err != nil {
			return err
		}
	}
	var row []finding.Finding
	flush := func() error {
		slices.SortStableFunc(row, inReports)
		for _, f := range row {
			if err := do(f); err != nil {
				return err
			}
		}
		row = row[:0]
		return nil
	}
	err := r.explainRows(ctx, r.withFindings(), file, false, report, func(list []Finding) error {
		for _, f := range list {
			if len(row) > 0 && row[0].Row != f.Row {
				if err := flush(); err != nil {
					return err
				}
			}
			row = append(row, f.Finding)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// inReports is the order of findings in a report.
func inReports(a, b finding.Finding) int {
	return cmp.Or(a.Location.Compare(b.Location), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Message, b.Message))
}

// Report holds everything that Each hands on, so that its memory grows with the findings.
func (r *Result) Report(ctx context.Context, file string, report progress.Func) (*finding.Report, error) {
	out := new(finding.Report)
	err := r.Each(ctx, file, report, func(f finding.Finding) error {
		out.Add(f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Totals counts the findings that Each hands on, by severity. Rows whose CSR breaks a rule are checked for that again, since
// a CSR may break one several times.
func (r *Result) Totals(ctx context.Context) (n [finding.Error + 1]int, err error) {
	requests, alone := new(rowSet), map[string]bool{} // rules that a CSR breaks by itself
	for i := range r.list {
		g := &r.list[i]
		switch {
		case g.Header:
			n[g.Rule.Severity]++
		case strings.HasPrefix(g.Rule.Name, "csr/") && r.groups[cause{g.Rule, g.Column}] != nil:
			requests.merge(g.rows)
			alone[g.Rule.Name] = true
		default:
			n[g.Rule.Severity] += g.Rows
		}
	}
	err = r.explainRows(ctx, r.places(requests, 0), "", true, nil, func(list []Finding) error {
		for _, f := range list {
			if alone[f.Rule] {
				n[f.Severity]++
			}
		}
		return nil
	})
	return n, err
}

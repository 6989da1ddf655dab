package enrollment

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

// conclude works out what follows from the groups: the damage of whole columns, the state of each row, the header, the
// sizes and the list of causes. It costs some milliseconds for a million rows.
func (r *Result) conclude(ctx context.Context) error {
	r.verdicts = make([]verdict, len(r.p.columns))
	r.damage = causes{}
	for i, profile := range r.profiles {
		column := &r.p.columns[i]
		if !column.profiled {
			continue
		}
		r.verdicts[i] = profile.judge(column.name)
		profile.groups(&r.verdicts[i], func(rule *finding.Rule, rows *rowSet, fixable bool) {
			at := cause{rule, column.id}
			g := r.damage[at]
			if g == nil {
				g = &rowGroup{rows: rows.clone()} // the profile's own may change with the next edit
				r.damage[at] = g
			} else {
				g.rows.merge(rows)
			}
			if fixable {
				g.fixable = g.rows
			}
		})
	}
	r.trailing = r.findTrailing()
	r.states = [3]*rowSet{new(rowSet), new(rowSet), new(rowSet)}
	for at, group := range r.causes() {
		r.states[at.rule.Severity].merge(group.rows)
	}
	r.states[finding.Warning] = r.states[finding.Warning].without(r.states[finding.Error])
	r.states[finding.Notice] = r.states[finding.Notice].without(r.states[finding.Error]).without(r.states[finding.Warning])
	r.marked = r.states
	r.leftOut = r.states[finding.Error].clone()
	r.leftOut.merge(r.trailing)
	r.concludeColumns()
	if err := r.measure(ctx); err != nil {
		return err
	}
	r.concludeHeader()
	r.list = r.makeGroups()
	return nil
}

// findTrailing finds the empty rows at the end: editors and spreadsheets leave them, and nothing was lost there.
func (r *Result) findTrailing() *rowSet {
	out := new(rowSet)
	empty := r.groups[cause{RuleEmptyRow, noColumn}]
	for i := r.snap.Rows() - 1; empty != nil && i >= 0 && empty.rows.has(r.snap.ID(i)); i-- {
		out.add(r.snap.ID(i))
	}
	return out
}

// causes yields all groups of rows. Empty rows at the end are a group of their own.
func (r *Result) causes() iter.Seq2[cause, *rowGroup] {
	return func(yield func(cause, *rowGroup) bool) {
		for _, set := range []causes{r.groups, r.relations.groups, r.damage} {
			for at, group := range set {
				if at.rule == RuleEmptyRow {
					rows := group.rows.without(r.trailing)
					group = &rowGroup{rows, rows}
				}
				if group.rows.len() > 0 && !yield(at, group) {
					return
				}
			}
		}
		if r.trailing.len() > 0 {
			yield(cause{RuleTrailingRow, noColumn}, &rowGroup{r.trailing, r.trailing})
		}
	}
}

// concludeColumns finds the columns without a name that no row to be uploaded has a value for: they are left out.
func (r *Result) concludeColumns() {
	r.written = make([]int, 0, len(r.p.columns))
	for i, c := range r.p.columns {
		if !c.unnamed || r.profiles[i].rows.without(r.states[finding.Error]).len() > 0 {
			r.written = append(r.written, i)
		}
	}
}

// concludeHeader lists what is to be said about the header and about the file as a whole.
func (r *Result) concludeHeader() {
	r.header = slices.Clip(r.p.header)
	for i, c := range r.p.columns {
		if c.unnamed {
			h := headerFinding{rule: RuleUnnamedColumn, column: i, message: fmt.Sprintf("column %d has values and no name", i+1)}
			if !slices.Contains(r.written, i) {
				h.rule, h.message, h.remove = RuleEmptyColumn, fmt.Sprintf("column %d has neither a name nor values for the upload", i+1), true
			}
			r.header = append(r.header, h)
		}
	}
	tell := func(rule *finding.Rule, format string, args ...any) {
		r.header = append(r.header, headerFinding{rule: rule, column: -1, message: fmt.Sprintf(format, args...)})
	}
	if r.snap.Rows() == r.trailing.len() {
		tell(RuleNoRows, "no row below the header has a value")
	}
	if r.size.Over() {
		tell(RuleTooLarge, "the upload would have %d bytes; at most %d are allowed; as a ZIP it would have about %d", r.size.Plain, r.size.Max, r.size.Zipped)
	}
	if r.relations.skipped {
		tell(csr.RuleSharedPrimeSkipped, "%d RSA keys were not compared for shared primes: more than %d are compared only when asked",
			r.relations.moduli, csr.SharedPrimesAutoMax)
	}
	if r.p.opt.Form == nil {
		return
	}
	if r.p.opt.Form.misread() {
		r.header = nil
	}
	for _, f := range r.p.opt.Form.header {
		if i := slices.IndexFunc(csvdoc.Rules, func(rule *finding.Rule) bool { return rule.Name == f.Rule }); i >= 0 {
			r.header = append(r.header, headerFinding{rule: csvdoc.Rules[i], column: r.p.columnNamed(f.Column), name: f.Column, message: f.Message, hint: f.Hint})
		}
	}
}

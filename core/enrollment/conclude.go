package enrollment

import (
	"fmt"
	"slices"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

// conclude works out what follows from the groups: the damage of whole columns, the state of each row, the header, the
// sizes and the list of causes. It costs some milliseconds for a million rows.
func (r *Result) conclude() {
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
	r.states = [3]*rowSet{new(rowSet), new(rowSet), new(rowSet)}
	for _, set := range []causes{r.groups, r.relations.groups, r.damage} {
		for at, group := range set {
			r.states[at.rule.Severity].merge(group.rows)
		}
	}
	r.states[finding.Warning] = r.states[finding.Warning].without(r.states[finding.Error])
	r.states[finding.Notice] = r.states[finding.Notice].without(r.states[finding.Error]).without(r.states[finding.Warning])
	r.measure()
	r.concludeHeader()
	r.list = r.makeGroups()
}

// concludeHeader lists what is to be said about the header and about the file as a whole.
func (r *Result) concludeHeader() {
	r.header = slices.Clip(r.p.header)
	tell := func(rule *finding.Rule, format string, args ...any) {
		r.header = append(r.header, headerFinding{rule: rule, column: -1, message: fmt.Sprintf(format, args...)})
	}
	if r.snap.Rows() == 0 {
		tell(RuleNoRows, "there is no row below the header")
	}
	if r.size.Over() {
		tell(RuleTooLarge, "the upload would have %d bytes, and %d is the most", r.size.Plain, r.size.Max)
	}
	if r.relations.skipped {
		tell(csr.RuleSharedPrimeSkipped, "%d RSA keys were not compared for shared primes: more than %d are compared only when asked",
			r.relations.moduli, csr.SharedPrimesAutoMax)
	}
	for _, f := range r.p.opt.Form {
		if rule := formRule(f.Rule); rule != nil && r.rowOfForm(f) < 0 {
			h := headerFinding{rule: rule, column: -1, name: f.Column, message: f.Message, hint: f.Hint}
			h.column = slices.IndexFunc(r.p.columns, func(c column) bool { return f.Column != "" && c.name == f.Column })
			r.header = append(r.header, h)
		}
	}
}

func formRule(name string) *finding.Rule {
	if i := slices.IndexFunc(csvdoc.Rules, func(r *finding.Rule) bool { return r.Name == name }); i >= 0 {
		return csvdoc.Rules[i]
	}
	return nil
}

// rowOfForm is which row of the file a finding about its form means, -1 for the header and the file as a whole.
func (r *Result) rowOfForm(f finding.Finding) int {
	return f.Row - r.snap.FileRow(0)
}

// addForm adds what is wrong with the form of rows: of all, or of those in only.
func (r *Result) addForm(only *rowSet) {
	for _, f := range r.p.opt.Form {
		rule, row := formRule(f.Rule), r.rowOfForm(f)
		if rule == nil || row < 0 {
			continue
		}
		id := csvdoc.RowID(row) // #nosec G115 -- not negative
		if only != nil && !only.has(id) {
			continue
		}
		if _, there := r.snap.Index(id); there && !r.rewritten(id) {
			r.groups.add(cause{rule, r.formColumn(f)}, id, false)
		}
	}
}

func (r *Result) formColumn(f finding.Finding) csvdoc.ColumnID {
	if f.Column != "" {
		for _, c := range r.p.columns {
			if c.name == f.Column {
				return c.id
			}
		}
	}
	return noColumn
}

// rewritten says whether a cell of the row was edited, so that the row will be written anew.
func (r *Result) rewritten(id csvdoc.RowID) bool {
	return slices.ContainsFunc(r.p.columns, func(c column) bool { return r.snap.Edited(id, c.id) })
}

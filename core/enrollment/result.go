package enrollment

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

// Result is what a check of a document found. It does not change and is safe for concurrent use; it belongs to the
// snapshot that was checked. Rows are kept by cause, as bits, and messages are made when they are asked for.
type Result struct {
	snap      *csvdoc.Snapshot
	p         *plan
	groups    causes // each row by itself
	profiles  []*profile
	relations *relations
	sizes     *rowSizes

	// What follows from the above.
	verdicts []verdict
	damage   causes
	list     []Group
	byColumn map[csvdoc.ColumnID][]int // indexes in list, worst first
	states   [3]*rowSet                // rows by their worst finding
	trailing *rowSet                   // empty rows that nothing follows
	leftOut  *rowSet                   // rows that no upload has
	header   []headerFinding
	size     Size
	written  []int // places of the columns that an upload has

	beside beside
	marked [3]*rowSet // rows by their worst finding, with what is known beside
}

// beside is one cause that this package knows nothing of.
type beside struct {
	rule *finding.Rule
	said map[csvdoc.RowID]string
	rows *rowSet
}

// With is the result with one more cause: what somebody else knows of rows, such as that they were ordered before, and says of each.
// It is among Groups, marks and RowFindings; Counts, repairs and uploads are as without it, and Revalidate forgets it.
func (r *Result) With(rule *finding.Rule, said map[csvdoc.RowID]string) *Result {
	if len(said) == 0 && r.beside.rule == nil {
		return r
	}
	next := *r
	next.beside, next.marked = beside{rule: rule, said: said, rows: new(rowSet)}, r.states
	for _, id := range slices.Sorted(maps.Keys(said)) {
		if _, there := r.snap.Index(id); there {
			next.beside.rows.add(id)
		}
	}
	for s := range next.marked {
		switch severity := finding.Severity(s); { // #nosec G115 -- one of three
		case len(said) == 0:
		case severity == rule.Severity:
			next.marked[s] = r.states[s].clone()
			next.marked[s].merge(next.beside.rows.without(r.worse(severity)))
		case severity < rule.Severity:
			next.marked[s] = r.states[s].without(next.beside.rows)
		}
	}
	next.list = next.makeGroups()
	return &next
}

// worse are the rows with a finding of a severity above one.
func (r *Result) worse(than finding.Severity) *rowSet {
	rows := new(rowSet)
	for s := than + 1; s <= finding.Error; s++ {
		rows.merge(r.states[s])
	}
	return rows
}

// Snapshot is the document that was checked.
func (r *Result) Snapshot() *csvdoc.Snapshot { return r.snap }

// Options are those of the check, with the defaults filled in.
func (r *Result) Options() Options { return r.p.opt }

// Keys says who makes the keys: as the options had it, or else as the columns show it.
func (r *Result) Keys() Keys { return r.p.keys }

// Counts is how rows stand. Ready rows can be uploaded; they include those with warnings and notices.
type Counts struct {
	Rows, Ready, Errors, Warnings, Notices int // each row counts once, by its worst finding
	Header                                 int // errors about the header, which concern all rows
}

// Counts counts.
func (r *Result) Counts() Counts {
	c := Counts{
		Rows: r.snap.Rows(), Errors: r.states[finding.Error].len(), Warnings: r.states[finding.Warning].len(), Notices: r.states[finding.Notice].len(),
	}
	c.Ready = c.Rows - r.leftOut.len()
	for _, h := range r.header {
		if h.rule.Severity == finding.Error {
			c.Header++
		}
	}
	if c.Header > 0 {
		c.Ready = 0
	}
	return c
}

// Group is all findings of one cause: one rule, and one column where the rule is about a column.
type Group struct {
	Rule      *finding.Rule
	Column    csvdoc.ColumnID // valid where HasColumn is true
	HasColumn bool
	Name      string // of the column, also where it is missing; "" where there is none
	Header    bool   // about the header or the file as a whole: there are no rows
	Rows      int    // with this finding; 0 for the header
	Fixable   int    // of these, those that Fix mends; 1 for a header that can be mended
	Beside    bool   // somebody else says so (Result.With): it keeps no row from the upload

	rows, fixable *rowSet
	at            int // index of the header's finding
}

// Groups are the causes, those of the header first, then errors, then by number of rows. Nothing is left out.
func (r *Result) Groups() []Group { return r.list }

func (r *Result) makeGroups() []Group {
	var list []Group
	for i, h := range r.header {
		g := Group{Rule: h.rule, Name: h.name, Header: true, at: i}
		if h.column >= 0 {
			g.Column, g.HasColumn = r.p.columns[h.column].id, true
		}
		if h.rename != "" || h.remove {
			g.Fixable = 1
		}
		list = append(list, g)
	}
	places := map[csvdoc.ColumnID]int{noColumn: -1}
	for i, c := range r.p.columns {
		places[c.id] = i
	}
	first := len(list)
	for at, group := range r.causes() {
		g := Group{Rule: at.rule, Rows: group.rows.len(), Fixable: group.fixable.len(), rows: group.rows, fixable: group.fixable}
		if at.column != noColumn {
			g.Column, g.HasColumn, g.Name = at.column, true, r.p.columns[places[at.column]].name
		}
		list = append(list, g)
	}
	if n := r.beside.rows.len(); n > 0 {
		list = append(list, Group{Rule: r.beside.rule, Rows: n, Beside: true, rows: r.beside.rows})
	}
	place := func(g *Group) int {
		if !g.HasColumn {
			return -1
		}
		return places[g.Column]
	}
	slices.SortFunc(list[first:], func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Rule.Severity, a.Rule.Severity), cmp.Compare(b.Rows, a.Rows), strings.Compare(a.Rule.Name, b.Rule.Name),
			cmp.Compare(place(&a), place(&b)))
	})
	slices.SortStableFunc(list[:first], func(a, b Group) int { return cmp.Compare(b.Rule.Severity, a.Rule.Severity) })
	r.byColumn = map[csvdoc.ColumnID][]int{}
	for i := first; i < len(list); i++ {
		id := noColumn
		if list[i].HasColumn {
			id = list[i].Column
		}
		r.byColumn[id] = append(r.byColumn[id], i)
	}
	return list
}

// GroupRows yields the places of the group's rows in the snapshot, in order.
func (r *Result) GroupRows(g *Group) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, i := range r.places(g.rows, 0) {
			if !yield(int(i)) {
				return
			}
		}
	}
}

// places are the places of rows in the snapshot, in order: the first of them, or all where limit is 0.
func (r *Result) places(rows *rowSet, limit int) []int32 {
	all := func(yield func(int32) bool) {
		for id := range rows.all() {
			if i, ok := r.snap.Index(id); ok && !yield(int32(i)) { // #nosec G115 -- csvdoc bounds the rows
				return
			}
		}
	}
	if limit > 0 {
		first, _ := smallest(all, limit)
		return first
	}
	out := slices.AppendSeq(make([]int32, 0, rows.len()), all)
	if !slices.IsSorted(out) {
		slices.Sort(out)
	}
	return out
}

// Mark is the worst finding of one cell, and whether there is any: what it is coloured by. It is made for asking about
// every cell of a screen each time it is drawn.
func (r *Result) Mark(row csvdoc.RowID, column csvdoc.ColumnID) (finding.Severity, bool) {
	for _, i := range r.byColumn[column] { // worst first
		if g := &r.list[i]; g.rows.has(row) {
			return g.Rule.Severity, true
		}
	}
	return 0, false
}

// RowMark is the worst finding of a row, and whether there is any.
func (r *Result) RowMark(row csvdoc.RowID) (finding.Severity, bool) {
	for s := finding.Error; ; s-- {
		if r.marked[s].has(row) {
			return s, true
		}
		if s == finding.Notice {
			return 0, false
		}
	}
}

// HeaderMark is the worst finding about the name of a column, and whether there is any.
func (r *Result) HeaderMark(column csvdoc.ColumnID) (worst finding.Severity, any bool) {
	for _, h := range r.header {
		if h.column >= 0 && r.p.columns[h.column].id == column {
			worst, any = max(worst, h.rule.Severity), true
		}
	}
	return worst, any
}

// Position is a cell: places in the snapshot. Column is -1 where the whole row is meant.
type Position struct{ Row, Column int }

// NextProblem finds the next cell with a warning or an error behind a position (before it, where backwards is true), going
// round at the end. Cells of a row follow from left to right; what concerns a whole row comes first. ok is false where
// there is no problem at all.
func (r *Result) NextProblem(from Position, backwards bool) (next Position, ok bool) {
	n := r.snap.Rows()
	if n == 0 || r.marked[finding.Error].len()+r.marked[finding.Warning].len() == 0 {
		return Position{}, false
	}
	step := 1
	if backwards {
		step = -1
	}
	row := min(max(from.Row, 0), n-1)
	if at, ok := r.problemIn(row, from.Column, step, true); ok && from.Row == row {
		return Position{row, at}, true
	}
	for range n {
		row = (row + step + n) % n
		id := r.snap.ID(row)
		if !r.marked[finding.Error].has(id) && !r.marked[finding.Warning].has(id) {
			continue
		}
		if at, ok := r.problemIn(row, 0, step, false); ok {
			return Position{row, at}, true
		}
	}
	return Position{}, false
}

// problemIn finds a problem in one row: behind or before a column, or the first or last one.
func (r *Result) problemIn(row, from, step int, beyond bool) (column int, ok bool) {
	id := r.snap.ID(row)
	last := len(r.p.columns) - 1
	at := -1
	switch {
	case beyond:
		at = from + step
	case step < 0:
		at = last
	}
	for ; at >= -1 && at <= last; at += step {
		column := noColumn
		if at >= 0 {
			column = r.p.columns[at].id
		}
		if s, found := r.Mark(id, column); found && s >= finding.Warning {
			return at, true
		}
	}
	return 0, false
}

// Strip is one part of a map of the document.
type Strip struct {
	Errors, Warnings int // rows
}

// Map divides the document into n strips of equally many rows and counts the problems in each: what stands beside the
// scroll bar.
func (r *Result) Map(n int) []Strip {
	out := make([]Strip, n)
	rows := r.snap.Rows()
	if rows == 0 || n == 0 {
		return out
	}
	for id := range r.marked[finding.Error].all() {
		if i, ok := r.snap.Index(id); ok {
			out[i*n/rows].Errors++
		}
	}
	for id := range r.marked[finding.Warning].all() {
		if i, ok := r.snap.Index(id); ok {
			out[i*n/rows].Warnings++
		}
	}
	return out
}

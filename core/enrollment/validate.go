package enrollment

import (
	"context"
	"strings"
	"sync/atomic"

	"enrollbench/core/csvdoc"
	"enrollbench/core/csvlist"
	"enrollbench/core/progress"
)

// tally is what one worker finds.
type tally struct {
	checker
	groups   causes
	values   [numRelations]valueList
	requests map[csvdoc.RowID]rowValues
	named    *rowSet
	sizes    rowSizes
	columns  []*profile

	cells []string
	text  []byte
}

func newTally(p *plan) *tally {
	t := &tally{checker: *newChecker(p, false), groups: causes{}, requests: map[csvdoc.RowID]rowValues{}, named: new(rowSet)}
	t.columns = make([]*profile, len(p.columns))
	for i := range t.columns {
		t.columns[i] = new(profile)
	}
	t.profiles, t.by = t.columns, 1
	return t
}

// take checks a row and keeps what was found.
func (t *tally) take(id csvdoc.RowID, cells []string) {
	t.row(id, cells)
	for i := range t.hits {
		h := &t.hits[i]
		t.groups.add(cause{h.rule, t.p.columnID(h.column)}, id, h.fixable)
	}
	v := t.valuesOf(cells)
	for k, value := range v.of {
		if value != 0 {
			t.values[k].add(newValueAt(value, id))
		}
	}
	if v.of[byDER] != 0 {
		t.requests[id] = v
	}
	if v.of[byID] != 0 {
		t.named.add(id)
	}
	t.sizes.set(id, t.p.uploadBytes(cells))
}

func (p *plan) columnID(i int) csvdoc.ColumnID {
	if i < 0 {
		return noColumn
	}
	return p.columns[i].id
}

// uploadBytes is what a row takes in an upload: every cell quoted, a comma between cells, one byte at the end.
func (p *plan) uploadBytes(cells []string) uint32 {
	n := len(cells) // commas and the line feed
	for i, cell := range cells {
		if i == p.csr {
			cell = string(cleanPEM([]byte(cell), p.opt.PEM))
		} else {
			cell = csvlist.Plain(cell)
		}
		n += len(cell) + 2 + strings.Count(cell, `"`)
	}
	return uint32(n) // #nosec G115 -- a row is limited to far less
}

// asText makes strings of a row: one allocation for all its cells.
func (t *tally) asText(values [][]byte) []string {
	t.text = t.text[:0]
	for _, v := range values {
		t.text = append(t.text, v...)
	}
	text := string(t.text)
	t.cells = t.cells[:0]
	for _, v := range values {
		t.cells = append(t.cells, text[:len(v)])
		text = text[len(v):]
	}
	return t.cells
}

// Validate checks a whole document: its header, each row by itself, and the rows against each other. It works on all
// cores, in memory that is a few dozen bytes for each row, however many findings there are. report counts rows. The
// error is that of the context or of the file; what is wrong with the document is in the Result.
func Validate(ctx context.Context, snap *csvdoc.Snapshot, o Options, report progress.Func) (*Result, error) {
	p := newPlan(snap.Columns(), o)
	p.mac = p.findMAC(snap)
	tallies := make([]*tally, p.opt.Workers)
	for w := range tallies {
		tallies[w] = newTally(p)
	}
	total := int64(snap.Rows())
	var done atomic.Int64
	err := snap.ScanParallel(ctx, len(tallies), 0, snap.Rows(), func(w, _ int, id csvdoc.RowID, cells [][]byte, _ []byte) error {
		t := tallies[w]
		t.take(id, t.asText(cells))
		if id%1024 == 0 {
			report.Report(min(done.Add(1024), total), total)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r := &Result{snap: snap, p: p, groups: causes{}, sizes: &rowSizes{}, profiles: make([]*profile, len(p.columns))}
	for i := range r.profiles {
		r.profiles[i] = new(profile)
	}
	for _, t := range tallies {
		r.groups.merge(t.groups)
		r.sizes.merge(&t.sizes)
		for i, part := range t.columns {
			r.profiles[i].merge(part)
		}
	}
	r.addForm(nil)
	if r.relations, err = newRelations(ctx, p, snap, tallies, report); err != nil {
		return nil, err
	}
	if err := r.conclude(ctx); err != nil {
		return nil, err
	}
	report.Report(total, total)
	return r, nil
}

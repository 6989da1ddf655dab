package enrollment

import (
	"context"
	"errors"
	"fmt"

	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/core/work"
)

// Reasons for which nothing is fixed.
var (
	ErrNoFix    = errors.New("nothing of this can be fixed for certain")
	ErrOutdated = errors.New("the document was edited since it was checked")
)

// Repair is what mends a group: one step that can be undone. It changes nothing until it is applied, so that it can be
// shown before.
type Repair struct {
	Label  string
	Cells  []csvdoc.Cell     // values to be written
	Delete []csvdoc.RowID    // rows to be deleted
	Rename []csvdoc.Column   // columns with their new names
	Remove []csvdoc.ColumnID // columns to be removed

	snap *csvdoc.Snapshot
}

// Len is how many cells, rows and columns the repair changes.
func (f *Repair) Len() int { return len(f.Cells) + len(f.Delete) + len(f.Rename) + len(f.Remove) }

// Fix works out the repair of a group. Only what can be mended for certain is part of it; Group.Fixable says how many rows
// that are. The error is ErrNoFix where there are none, or the context's.
func (r *Result) Fix(ctx context.Context, g *Group, report progress.Func) (*Repair, error) {
	if g.Fixable == 0 {
		return nil, ErrNoFix
	}
	f := &Repair{Label: "fix: " + g.Rule.Title, snap: r.snap}
	if g.Header {
		h := r.header[g.at]
		switch id := r.p.columns[h.column].id; {
		case h.remove:
			f.Remove = []csvdoc.ColumnID{id}
		default:
			f.Rename = []csvdoc.Column{{ID: id, Name: h.rename}}
		}
		return f, nil
	}
	rows := r.places(g.fixable, 0)
	if deletesRow(g.Rule) {
		for _, i := range rows {
			f.Delete = append(f.Delete, r.snap.ID(int(i)))
		}
		return f, nil
	}
	column, ok := r.snap.Column(g.Column)
	if !ok {
		return nil, ErrNoFix
	}
	const piece = 1024
	total := int64(len(rows))
	err := work.Ranges(ctx, r.p.opt.Workers, len(rows), piece,
		func() work.Ranger[[]csvdoc.Cell] {
			c := newChecker(r.p, true)
			c.verdicts, c.light = r.verdicts, column != r.p.csr // no need to verify signatures for mending a name
			var cells []string
			return func(ctx context.Context, from, to int) ([]csvdoc.Cell, error) {
				var out []csvdoc.Cell
				for _, i := range rows[from:to] {
					if err := ctx.Err(); err != nil {
						return nil, err
					}
					cells = r.snap.Row(int(i), cells)
					id := r.snap.ID(int(i))
					c.row(id, cells)
					for _, h := range c.hits {
						if h.rule == g.Rule && h.column == column && h.fixable {
							out = append(out, csvdoc.Cell{Row: id, Column: g.Column, Value: h.fix})
							break
						}
					}
				}
				return out, nil
			}
		},
		func(to int, cells []csvdoc.Cell) error {
			f.Cells = append(f.Cells, cells...)
			report.Report(int64(to), total)
			return nil
		})
	if err != nil {
		return nil, err
	}
	return f, r.snap.Err()
}

// deletesRow says whether the repair of a rule is to delete the row.
func deletesRow(rule *finding.Rule) bool {
	switch rule {
	case RuleEmptyRow, RuleTrailingRow, RuleHeaderAgain, RuleNoDevice:
		return true
	}
	return false
}

// fixedWithAll says whether FixAll mends a group. It leaves empty rows at the end, where one types on, and a column of CSRs
// that the service has no use for: whoever makes the keys may only have been chosen wrong.
func fixedWithAll(g *Group) bool {
	return g.Fixable > 0 && g.Rule != RuleTrailingRow && g.Rule != RuleCSRPresent
}

// Fixable is how many places FixAll mends at most: where a cell has two problems it takes the worse one's repair.
func (r *Result) Fixable() (n int) {
	for i := range r.list {
		if fixedWithAll(&r.list[i]) {
			n += r.list[i].Fixable
		}
	}
	return n
}

// FixAll works out the repair of all groups at once, as Fix does that of one.
func (r *Result) FixAll(ctx context.Context, report progress.Func) (*Repair, error) {
	type place struct {
		row    csvdoc.RowID
		column csvdoc.ColumnID
	}
	all := &Repair{Label: "fix all", snap: r.snap}
	cells, rows, columns := map[place]bool{}, map[csvdoc.RowID]bool{}, map[csvdoc.ColumnID]bool{}
	for i := range r.list {
		g := &r.list[i]
		if !fixedWithAll(g) {
			continue
		}
		f, err := r.Fix(ctx, g, report)
		if err != nil {
			return nil, err
		}
		for _, c := range f.Cells {
			if at := (place{c.Row, c.Column}); !cells[at] {
				cells[at] = true
				all.Cells = append(all.Cells, c)
			}
		}
		for _, id := range f.Delete {
			if !rows[id] {
				rows[id] = true
				all.Delete = append(all.Delete, id)
			}
		}
		for _, c := range f.Rename {
			if !columns[c.ID] {
				columns[c.ID] = true
				all.Rename = append(all.Rename, c)
			}
		}
		for _, id := range f.Remove {
			if !columns[id] {
				columns[id] = true
				all.Remove = append(all.Remove, id)
			}
		}
	}
	if all.Len() == 0 {
		return nil, ErrNoFix
	}
	return all, nil
}

// Apply makes the repair one step of the document. The error is ErrOutdated where the document is not as it was when it
// was checked.
func (f *Repair) Apply(d *csvdoc.Document) (csvdoc.Change, error) {
	if d.Snapshot() != f.snap {
		return csvdoc.Change{}, ErrOutdated
	}
	return d.Apply(f.Label, func(e *csvdoc.Edit) error {
		for _, c := range f.Cells {
			if err := e.SetCell(c.Row, c.Column, c.Value); err != nil {
				return err
			}
		}
		for _, c := range f.Rename {
			if err := e.RenameColumn(c.ID, c.Name); err != nil {
				return fmt.Errorf("rename a column to %q: %w", c.Name, err)
			}
		}
		if len(f.Remove) > 0 {
			if err := e.RemoveColumns(f.Remove); err != nil {
				return err
			}
		}
		if len(f.Delete) > 0 {
			return e.DeleteRows(f.Delete)
		}
		return nil
	})
}

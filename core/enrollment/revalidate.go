package enrollment

import (
	"context"
	"maps"
	"slices"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
)

// rebaseRequests is how many CSRs may lie over those of the last whole check.
const rebaseRequests = 1 << 14

// Revalidate checks a document again after an edit, an undo or a redo. It looks at the rows that changed, and at those
// that they are compared with; where the columns changed, or a great part of the rows, it looks at everything. prev is
// the result for the snapshot from before the change and stays what it was. The outcome is that of Validate.
func Revalidate(ctx context.Context, prev *Result, snap *csvdoc.Snapshot, change csvdoc.Change, report progress.Func) (*Result, error) {
	if change.AllRows || !slices.Equal(prev.snap.Columns(), snap.Columns()) {
		return Validate(ctx, snap, prev.p.opt, report)
	}
	if prev.p.findMAC(snap) != prev.p.mac {
		return Validate(ctx, snap, prev.p.opt, report)
	}
	changed, removed := new(rowSet), new(rowSet)
	for _, id := range change.Rows {
		if _, there := snap.Index(id); there {
			changed.add(id)
		}
	}
	if change.Structure || snap.Rows() != prev.snap.Rows() {
		before, after := rowsOf(prev.snap), rowsOf(snap)
		changed.merge(after.without(before))
		removed = before.without(after)
	}
	if n := changed.len() + removed.len(); n > 1024 && 4*n > snap.Rows() {
		return Validate(ctx, snap, prev.p.opt, report)
	}
	r := &Result{snap: snap, p: prev.p, groups: prev.groups.clone(), sizes: prev.sizes.clone(), profiles: make([]*profile, len(prev.profiles))}
	for i, p := range prev.profiles {
		r.profiles[i] = p.clone()
	}
	u := newUpdate(prev, r)
	if err := u.run(ctx, changed, removed, report); err != nil {
		return nil, err
	}
	r.addForm(changed)
	if err := u.relate(ctx, change.Structure, report); err != nil {
		return nil, err
	}
	if err := r.conclude(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// rowsOf is the set of all rows.
func rowsOf(snap *csvdoc.Snapshot) *rowSet {
	s := new(rowSet)
	for i := range snap.Rows() {
		s.add(snap.ID(i))
	}
	return s
}

// update carries one result over into the next.
type update struct {
	prev, next     *Result
	old, now       *tally
	removed, added [numRelations][]valueAt
	fresh          []csvdoc.RowID // rows with RSA keys that were not compared yet
	lost           bool           // a row with an RSA key went, or got another
}

func newUpdate(prev, next *Result) *update {
	u := &update{prev: prev, next: next, old: newTally(next.p), now: newTally(next.p)}
	u.old.profiles, u.old.by, u.old.light = next.profiles, -1, true
	u.now.profiles = next.profiles
	rel := *prev.relations
	rel.over = maps.Clone(rel.over)
	if rel.over == nil {
		rel.over = map[csvdoc.RowID]rowValues{}
	}
	rel.groups = rel.groups.clone()
	rel.named = rel.named.clone()
	next.relations = &rel
	return u
}

func (u *update) run(ctx context.Context, changed, removed *rowSet, report progress.Func) error {
	total, done := int64(changed.len()+removed.len()), int64(0)
	var cells []string
	step := func() error {
		if done++; done%256 == 0 {
			report.Report(done, total)
			return ctx.Err()
		}
		return nil
	}
	for id := range removed.all() {
		cells = u.forget(id, cells)
		if err := step(); err != nil {
			return err
		}
	}
	for id := range changed.all() {
		cells = u.forget(id, cells)
		cells = u.next.snap.RowByID(id, cells)
		u.take(id, cells)
		if err := step(); err != nil {
			return err
		}
	}
	if err := u.prev.snap.Err(); err != nil {
		return err
	}
	return u.next.snap.Err()
}

// forget takes out what is known of a row from before the change.
func (u *update) forget(id csvdoc.RowID, cells []string) []string {
	if _, there := u.prev.snap.Index(id); !there {
		return cells
	}
	cells = u.prev.snap.RowByID(id, cells)
	u.old.row(id, cells)
	rel := u.next.relations
	v, ok := rel.values(id)
	if !ok {
		v = u.old.valuesOf(cells)
	}
	for k, value := range v.of {
		if value != 0 {
			u.removed[k] = append(u.removed[k], newValueAt(value, id))
		}
	}
	if ok {
		rel.over[id] = rowValues{}
		u.lost = u.lost || v.modulus != nil
	}
	rel.named.remove(id)
	u.next.groups.remove(id)
	u.next.sizes.set(id, 0)
	return cells
}

func (u *update) take(id csvdoc.RowID, cells []string) {
	t, rel := u.now, u.next.relations
	t.row(id, cells)
	for i := range t.hits {
		h := &t.hits[i]
		u.next.groups.add(cause{h.rule, u.next.p.columnID(h.column)}, id, h.fixable)
	}
	v := t.valuesOf(cells)
	for k, value := range v.of {
		if value != 0 {
			u.added[k] = append(u.added[k], newValueAt(value, id))
		}
	}
	if v.of[byDER] != 0 {
		rel.over[id] = v
		if v.modulus != nil {
			u.fresh = append(u.fresh, id)
		}
	}
	if v.of[byID] != 0 {
		rel.named.add(id)
	}
	u.next.sizes.set(id, u.next.p.uploadBytes(cells))
}

// relate compares the rows again that have values which rows lost or got. moved says that the order of the rows changed,
// by which it is decided which of two equal CSRs is the copy.
func (u *update) relate(ctx context.Context, moved bool, report progress.Func) error {
	rel, p, snap := u.next.relations, u.next.p, u.next.snap
	before := rel.index
	for k := range rel.index {
		rel.index[k] = rel.index[k].with(u.removed[k], u.added[k])
	}
	if moved {
		if err := rel.blameAll(ctx, p, snap); err != nil {
			return err
		}
	} else {
		for k := range numRelations {
			touched := map[valueHash]bool{}
			for _, list := range [2][]valueAt{u.removed[k], u.added[k]} {
				for _, v := range list {
					touched[v.value()] = true
				}
			}
			column := p.relationColumn(k)
			for value := range touched { // all go before any is added: a row may move from one value to another
				for _, x := range [2]*valueIndex{before[k], rel.index[k]} {
					for _, id := range x.rows(value) {
						for _, rule := range relationRules[k] {
							rel.groups.removeFrom(cause{rule, column}, id)
						}
					}
				}
			}
			for value := range touched {
				if rows := rel.index[k].rows(value); len(rows) > 1 {
					rel.blame(p, snap, k, rows)
				}
			}
		}
	}
	if len(rel.over) > rebaseRequests {
		base := make(map[csvdoc.RowID]rowValues, len(rel.base))
		rel.eachRequest(func(id csvdoc.RowID, v rowValues) { base[id] = v })
		rel.base, rel.over = base, map[csvdoc.RowID]rowValues{}
	}
	if u.lost || len(u.fresh) > 0 {
		fresh := u.fresh
		if fresh == nil {
			fresh = []csvdoc.RowID{}
		}
		if u.prev.relations.skipped {
			fresh = nil // those of before were not compared either
		}
		return rel.comparePrimes(ctx, p, fresh, report)
	}
	if moved { // blameAll made all groups anew
		return rel.comparePrimes(ctx, p, []csvdoc.RowID{}, report)
	}
	return nil
}

package csvdoc

import "slices"

// run is rows that follow each other with ids that do.
type run struct {
	first RowID
	n     int
}

// maxRuns is how many runs a leaf of the order holds.
const maxRuns = 32

// order is the sequence of a document's rows: a balanced tree of runs that never changes. Each operation makes a tree
// that shares all but a path with the one before, so a step costs by its size and undo costs nothing. Nil is empty.
//
// min and max bound the ids below a node; a search for an id enters only where it can be.
type order struct {
	left, right *order
	runs        []run // of a leaf
	rows        int
	height      int
	min, max    RowID
}

func leaf(runs []run) *order {
	if len(runs) == 0 {
		return nil
	}
	o := &order{runs: runs, min: runs[0].first}
	for _, r := range runs {
		o.rows += r.n
		o.min = min(o.min, r.first)
		o.max = max(o.max, r.first+RowID(r.n)-1)
	}
	return o
}

func inner(l, r *order) *order {
	return &order{left: l, right: r, rows: l.rows + r.rows, height: max(l.height, r.height) + 1, min: min(l.min, r.min), max: max(l.max, r.max)}
}

// build makes a balanced tree of runs.
func build(runs []run) *order {
	if len(runs) <= maxRuns {
		return leaf(slices.Clone(runs))
	}
	half := len(runs) / 2
	return join(build(runs[:half]), build(runs[half:]))
}

func appendRun(runs []run, r run) []run {
	if r.n <= 0 {
		return runs
	}
	if k := len(runs) - 1; k >= 0 && runs[k].first+RowID(runs[k].n) == r.first {
		runs[k].n += r.n
		return runs
	}
	return append(runs, r)
}

// join appends r to l.
func join(l, r *order) *order {
	switch {
	case l == nil:
		return r
	case r == nil:
		return l
	case l.height == 0 && r.height == 0:
		merged := append(make([]run, 0, len(l.runs)+len(r.runs)), l.runs...)
		for _, x := range r.runs {
			merged = appendRun(merged, x)
		}
		if len(merged) <= maxRuns {
			return leaf(merged)
		}
		return inner(l, r)
	case l.height > r.height+1 || l.height > 0 && r.height == 0:
		return balance(l.left, join(l.right, r))
	case r.height > l.height+1 || r.height > 0 && l.height == 0:
		return balance(join(l, r.left), r.right)
	}
	return inner(l, r)
}

// balance is inner for trees whose heights differ by up to two.
func balance(l, r *order) *order {
	switch {
	case l.height > r.height+1:
		if l.left.height >= l.right.height {
			return inner(l.left, inner(l.right, r))
		}
		return inner(inner(l.left, l.right.left), inner(l.right.right, r))
	case r.height > l.height+1:
		if r.right.height >= r.left.height {
			return inner(inner(l, r.left), r.right)
		}
		return inner(inner(l, r.left.left), inner(r.left.right, r.right))
	}
	return inner(l, r)
}

// split cuts before row i.
func (o *order) split(i int) (l, r *order) {
	switch {
	case o == nil || i <= 0:
		return nil, o
	case i >= o.rows:
		return o, nil
	case o.height == 0:
		for k, x := range o.runs {
			if i >= x.n {
				i -= x.n
				continue
			}
			if i == 0 {
				return leaf(o.runs[:k:k]), leaf(o.runs[k:])
			}
			before := append(slices.Clone(o.runs[:k]), run{x.first, i})
			after := append([]run{{x.first + RowID(i), x.n - i}}, o.runs[k+1:]...)
			return leaf(before), leaf(after)
		}
		return o, nil
	case i < o.left.rows:
		l, r = o.left.split(i)
		return l, join(r, o.right)
	}
	l, r = o.right.split(i - o.left.rows)
	return join(o.left, l), r
}

// len is the number of rows.
func (o *order) len() int {
	if o == nil {
		return 0
	}
	return o.rows
}

// at returns the run that row i lies in, from i on.
func (o *order) at(i int) run {
	for o.height > 0 {
		if i < o.left.rows {
			o = o.left
		} else {
			i -= o.left.rows
			o = o.right
		}
	}
	for _, x := range o.runs {
		if i < x.n {
			return run{x.first + RowID(i), x.n - i}
		}
		i -= x.n
	}
	return run{}
}

// find returns the place of a row.
func (o *order) find(id RowID) (int, bool) {
	if o == nil || id < o.min || id > o.max {
		return 0, false
	}
	if o.height > 0 {
		if i, ok := o.left.find(id); ok {
			return i, true
		}
		i, ok := o.right.find(id)
		return i + o.left.rows, ok
	}
	at := 0
	for _, x := range o.runs {
		if id >= x.first && id-x.first < RowID(x.n) {
			return at + int(id-x.first), true
		}
		at += x.n
	}
	return 0, false
}

// walk calls f for the runs from row from up to row to, with the place where each begins.
func (o *order) walk(from, to int, f func(at int, r run) bool) bool {
	return o.walkFrom(0, from, to, f)
}

func (o *order) walkFrom(at, from, to int, f func(at int, r run) bool) bool {
	if o == nil || at >= to || at+o.rows <= from {
		return true
	}
	if o.height > 0 {
		return o.left.walkFrom(at, from, to, f) && o.right.walkFrom(at+o.left.rows, from, to, f)
	}
	for _, x := range o.runs {
		lo, hi := max(at, from), min(at+x.n, to)
		if lo < hi && !f(lo, run{x.first + RowID(lo-at), hi - lo}) {
			return false
		}
		at += x.n
	}
	return true
}

// extent is rows by place: n of them from at on.
type extent struct{ at, n int }

// without removes extents, which ascend and do not touch.
func (o *order) without(cut []extent) *order {
	const few = 64
	if len(cut) <= few {
		for _, c := range slices.Backward(cut) {
			l, rest := o.split(c.at)
			_, r := rest.split(c.n)
			o = join(l, r)
		}
		return o
	}
	// Many cuts: one walk costs less than a path for each.
	var kept []run
	k := 0
	o.walk(0, o.len(), func(at int, x run) bool {
		for x.n > 0 {
			for k < len(cut) && cut[k].at+cut[k].n <= at {
				k++
			}
			n := x.n
			if k < len(cut) {
				if at >= cut[k].at {
					skip := min(n, cut[k].at+cut[k].n-at)
					x.first, x.n, at = x.first+RowID(skip), x.n-skip, at+skip
					continue
				}
				n = min(n, cut[k].at-at)
			}
			kept = appendRun(kept, run{x.first, n})
			x.first, x.n, at = x.first+RowID(n), x.n-n, at+n
		}
		return true
	})
	return build(kept)
}

// with puts runs before row at.
func (o *order) with(at int, runs []run) *order {
	l, r := o.split(at)
	return join(join(l, build(runs)), r)
}

package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"

	"enrollbench/core/eui48"
)

// Conflict is an identity of a batch that a claim holds already, or that the batch has twice.
type Conflict struct {
	Identity Identity    // in canonical form, with its row in the batch
	Range    eui48.Range // of MACs: the addresses in common, the first of them is Identity
	Holder   *Claim      // nil where the batch itself has it twice
	Row      int         // in the holder's document, or where the batch has it first; 0: none

	of    any       // the heldRange or heldName of the batch
	there heldRange // of MACs: what the holder has
}

// Count is how many identities the conflict is about.
func (c *Conflict) Count() uint64 { return max(c.Range.Count, 1) }

// Each yields the conflict of each row: addresses that follow each other on successive rows are one conflict.
func (c Conflict) Each() iter.Seq[Conflict] {
	return func(yield func(Conflict) bool) {
		mine, ok := c.of.(heldRange)
		if !ok {
			yield(c)
			return
		}
		for a := range c.Range.All() {
			at, _ := mine.Index(a)
			there, _ := c.there.Index(a)
			one := c
			one.Identity = Identity{MAC, a.String(), mine.rowAt(at)}
			one.Range, one.Row = eui48.Range{Start: a, Count: 1, Step: 1}, c.there.rowAt(there)
			if !yield(one) {
				return
			}
		}
	}
}

// String says what is taken, since when and by whom, as a whole sentence: "00-1a-c2-7b-00-0a" was already ordered on 3 March 2026 by Ada
// (line 4): batch 2026-03-03-2, row 118.
func (c *Conflict) String() string {
	value, n := c.Identity.Value, c.Count()
	if c.Holder == nil {
		switch {
		case n > 1 && c.Row > 0:
			return fmt.Sprintf("%d MAC addresses from %s on are in the batch twice: rows %d and %d", n, value, c.Row, c.Identity.Row)
		case n > 1:
			return fmt.Sprintf("%d MAC addresses from %s on are in the batch twice", n, value)
		case c.Row > 0:
			return fmt.Sprintf("%q is in the batch twice: rows %d and %d", value, c.Row, c.Identity.Row)
		}
		return fmt.Sprintf("%q is in the batch twice", value)
	}
	h := c.Holder
	day, place := h.At.Local().Format("2 January 2006"), fmt.Sprintf("batch %s", h.Batch)
	if c.Row > 0 {
		place = fmt.Sprintf("batch %s, row %d", h.Batch, c.Row)
	}
	if n > 1 {
		return fmt.Sprintf(takenRange[h.how()], n, value, day, h.who(), place)
	}
	return fmt.Sprintf(takenOne[h.how()], value, day, h.who(), place)
}

// how says by its state how a claim holds what it holds.
func (c *Claim) how() State {
	switch {
	case c.State == Reserved, c.State == Claimed:
		return c.State
	case c.Imported:
		return imported
	}
	return Issued
}

const imported State = "imported" // of how: known from files, not from an order of a station

// Whole sentences, as each language orders them differently.
var (
	takenOne = map[State]string{
		Issued:   "%q was already ordered on %s by %s: %s",
		Reserved: "%q was already reserved on %s by %s: %s",
		Claimed:  "%q was already claimed on %s by %s: %s",
		imported: "%q was already ordered and was imported on %s by %s: %s",
	}
	takenRange = map[State]string{
		Issued:   "%d MAC addresses from %s on were already ordered on %s by %s: %s",
		Reserved: "%d MAC addresses from %s on were already reserved on %s by %s: %s",
		Claimed:  "%d MAC addresses from %s on were already claimed on %s by %s: %s",
		imported: "%d MAC addresses from %s on were already ordered and were imported on %s by %s: %s",
	}
)

// who is the operator and the station of a claim: "Ada (line 4)".
func (c *Claim) who() string {
	switch {
	case c.Operator != "" && c.Station != "":
		return c.Operator + " (" + c.Station + ")"
	case c.Operator != "" || c.Station != "":
		return c.Operator + c.Station
	}
	return "an unknown station"
}

// ConflictError is a batch that holds what is taken. Conflicts are in the order of the batch, never empty.
type ConflictError struct{ Conflicts []Conflict }

func (e *ConflictError) Error() string {
	first := e.Conflicts[0].String()
	switch n := countAll(e.Conflicts) - e.Conflicts[0].Count(); n {
	case 0:
		return first
	case 1:
		return fmt.Sprintf("%s; 1 more identity is taken", first)
	default:
		return fmt.Sprintf("%s; %d more identities are taken", first, n)
	}
}

func countAll(all []Conflict) (n uint64) {
	for i := range all {
		n += all[i].Count()
	}
	return n
}

// Check returns every identity of a batch that is taken, or that the batch has twice. It holds at this moment: only Claim
// makes sure. A batch that this station has claimed itself is no conflict with itself. Of a name that was ordered again and
// again, the first holder is named.
func (l *Ledger) Check(ctx context.Context, b Batch) ([]Conflict, error) {
	h, err := hold(b.Ranges, b.Identities)
	if err != nil {
		return nil, err
	}
	all := h.twice()
	env, err := findEnvironment(ctx, l.db.Reader(), text(b.Environment))
	if err != nil {
		return nil, l.db.Explain(err)
	}
	if env == 0 {
		return all, nil
	}
	taken, err := l.conflicts(ctx, l.db.Reader(), env, h)
	if err != nil {
		return nil, err
	}
	named := map[any]bool{}
	taken = slices.DeleteFunc(taken, func(c Conflict) bool { // in the order of the holders
		if c.Holder.ID == b.Reserved || b.ID != "" && c.Holder.Batch == b.ID && c.Holder.Station == l.config.Station {
			return true
		}
		_, isName := c.of.(heldName)
		again := isName && named[c.of]
		named[c.of] = true
		return again
	})
	return append(all, taken...), nil
}

// conflicts finds what of h is held in an environment.
func (l *Ledger) conflicts(ctx context.Context, q querier, env int64, h *held) ([]Conflict, error) {
	f := finder{l: l, ctx: ctx, q: q, env: env, holders: map[ClaimID]*Claim{}}
	defer f.close()
	if err := f.macs(h.macs); err != nil {
		return nil, err
	}
	if err := f.names(h.names); err != nil {
		return nil, err
	}
	slices.SortStableFunc(f.found, func(a, b Conflict) int {
		return cmp.Or(cmp.Compare(a.Identity.Row, b.Identity.Row), cmp.Compare(a.Range.Start, b.Range.Start), cmp.Compare(a.Holder.ID, b.Holder.ID))
	})
	for i := range f.found { // after all rows are read: a transaction has one query at a time
		c := &f.found[i]
		id := c.Holder.ID
		if f.holders[id] == nil {
			holder, err := getClaim(ctx, q, id)
			if err != nil {
				return nil, l.db.Explain(err)
			}
			f.holders[id] = holder
		}
		c.Holder = f.holders[id]
	}
	return f.found, nil
}

type finder struct {
	l       *Ledger
	ctx     context.Context
	q       querier
	env     int64
	holders map[ClaimID]*Claim
	found   []Conflict

	query     string // the last one, prepared: thousands of the same follow each other
	statement *sql.Stmt
}

// ask reads the rows of a query.
func (f *finder) ask(each func(rows *sql.Rows) error, query string, args ...any) error {
	if query != f.query {
		f.close()
		statement, err := f.q.PrepareContext(f.ctx, query)
		if err != nil {
			return f.l.db.Explain(err)
		}
		f.query, f.statement = query, statement
	}
	rows, err := f.statement.QueryContext(f.ctx, args...)
	return f.l.read(rows, err, each)
}

func (f *finder) close() {
	if f.statement != nil {
		_ = f.statement.Close() // what it told is known
		f.query, f.statement = "", nil
	}
}

// askAtOnce is how many values a query asks for.
const askAtOnce = 500

// names asks for names, in the order of the index, so that neighbours are read together. The answers need no order: asked for
// one, PostgreSQL reads the whole index instead of looking the values up.
func (f *finder) names(all []heldName) error {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b heldName) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), strings.Compare(a.value, b.value))
	})
	for len(sorted) > 0 {
		n := 0
		for n < len(sorted) && n < askAtOnce && sorted[n].kind == sorted[0].kind {
			n++
		}
		part := sorted[:n]
		sorted = sorted[n:]
		args := make([]any, 0, n+2)
		args = append(args, f.env, part[0].kind)
		for _, p := range part {
			args = append(args, []byte(p.value))
		}
		err := f.ask(func(rows *sql.Rows) error {
			var value []byte
			var claim ClaimID
			var row int
			if err := rows.Scan(&value, &claim, &row); err != nil {
				return err
			}
			i, _ := slices.BinarySearchFunc(part, string(value), func(n heldName, v string) int { return strings.Compare(n.value, v) })
			p := part[i]
			f.found = append(f.found, Conflict{Identity: shown(p), Holder: &Claim{ID: claim}, Row: row, of: p})
			return nil
		}, "SELECT value, claim, row FROM name WHERE environment = $1 AND kind = $2 AND slot >= 0 AND value IN ("+f.l.marks(3, n)+")", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// marks are the marks of n parameters, the first of which has a number. SQLite looks the name of a parameter up in a list of
// all of them, so that many have to be without.
func (l *Ledger) marks(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		if l.db.Shared() {
			fmt.Fprintf(&b, "$%d", first+i)
		} else {
			b.WriteByte('?')
		}
	}
	return b.String()
}

func (f *finder) levels() (levels []int, err error) {
	err = f.l.each(f.ctx, f.q, func(rows *sql.Rows) error {
		var level int
		err := rows.Scan(&level)
		levels = append(levels, level)
		return err
	}, "SELECT level FROM mac_level WHERE environment = $1 ORDER BY level", f.env)
	return levels, err
}

// macs asks for ranges. Those that lie close together are asked for at once, level by level, and compared here.
func (f *finder) macs(all []heldRange) error {
	if len(all) == 0 {
		return nil
	}
	levels, err := f.levels()
	if err != nil {
		return err
	}
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b heldRange) int { return cmp.Compare(a.Start, b.Start) })
	for _, level := range levels {
		if err := f.level(level, sorted); err != nil {
			return err
		}
	}
	return nil
}

// level compares sorted ranges with those of a level: all at once where the level has few between the first and the last, else
// those that lie close together at once.
func (f *finder) level(level int, sorted []heldRange) error {
	first, last := sorted[0].Start, sorted[0].Last()
	for _, r := range sorted {
		last = max(last, r.Last())
	}
	few := 4*len(sorted) + 1000
	var there int
	if err := f.q.QueryRowContext(f.ctx, "SELECT count(*) FROM (SELECT 1 FROM mac WHERE environment = $1 AND level = $2 AND start > $3 AND start <= $4 LIMIT $5) AS x",
		f.env, level, int64(first)-1<<level, int64(last), few+1).Scan(&there); err != nil { // #nosec G115 -- below 2^48
		return f.l.db.Explain(err)
	}
	switch {
	case there == 0:
		return nil
	case there <= few:
		return f.cluster(level, sorted, last)
	}
	for len(sorted) > 0 {
		cluster, last := sorted[:1], sorted[0].Last()
		for n := 1; n < len(sorted) && sorted[n].Start <= last+clusterGap; n++ {
			cluster, last = sorted[:n+1], max(last, sorted[n].Last())
		}
		sorted = sorted[len(cluster):]
		if err := f.cluster(level, cluster, last); err != nil {
			return err
		}
	}
	return nil
}

// clusterGap is how far apart single addresses may lie to be asked for together: reading some rows that do not matter costs
// less than another query.
const clusterGap = 256

// cluster compares ranges, sorted by their start, with those of a level that meet their common interval.
func (f *finder) cluster(level int, ranges []heldRange, last eui48.Address) error {
	first, step := ranges[0].Start, uint64(1)
	if len(ranges) == 1 {
		step = ranges[0].Step
	}
	ends := make([]eui48.Address, len(ranges)) // the highest address up to each range
	for i, r := range ranges {
		ends[i] = r.Last()
		if i > 0 {
			ends[i] = max(ends[i], ends[i-1])
		}
	}
	return f.ask(func(rows *sql.Rows) error {
		var start, end, step int64
		var claim ClaimID
		var row int
		if err := rows.Scan(&start, &end, &step, &claim, &row); err != nil {
			return err
		}
		there := heldRange{rangeOf(start, end, step), row}
		i, _ := slices.BinarySearch(ends, there.Start)
		for ; i < len(ranges) && ranges[i].Start <= there.Last(); i++ {
			common, ok := ranges[i].Overlap(there.Range)
			if !ok {
				continue
			}
			mine, _ := ranges[i].Index(common.Start)
			theirs, _ := there.Index(common.Start)
			f.found = append(f.found, Conflict{Identity: Identity{MAC, common.Start.String(), ranges[i].rowAt(mine)}, Range: common,
				Holder: &Claim{ID: claim}, Row: there.rowAt(theirs), of: ranges[i], there: there})
		}
		return nil
	}, `SELECT start, last, step, claim, row FROM mac WHERE environment = $1 AND level = $2 AND start > $3 AND start <= $4 AND last >= $5 AND slot >= 0
		AND (start <> last OR (start - $5) % $6 = 0)`,
		f.env, level, int64(first)-1<<level, int64(last), int64(first), int64(step)) // #nosec G115 -- below 2^48
}

func rangeOf(start, last, step int64) eui48.Range {
	return eui48.Range{Start: eui48.Address(start), Count: uint64(last-start)/uint64(step) + 1, Step: uint64(step)} // #nosec G115 -- checked by the database
}

func shown(n heldName) Identity {
	if n.kind == PublicKey {
		return Identity{n.kind, fmt.Sprintf("%x", n.value), n.row}
	}
	return Identity{n.kind, n.value, n.row}
}

// twice finds what a batch has twice.
func (h *held) twice() (found []Conflict) {
	type key struct {
		kind  Kind
		value string
	}
	seen := make(map[key]int, len(h.names))
	for _, n := range h.names {
		k := key{n.kind, n.value}
		if first, ok := seen[k]; ok {
			found = append(found, Conflict{Identity: shown(n), Row: first, of: n})
			continue
		}
		seen[k] = n.row
	}
	sorted := slices.Clone(h.macs)
	slices.SortStableFunc(sorted, func(a, b heldRange) int { return cmp.Compare(a.Start, b.Start) })
	var open []heldRange // those that a later one can still meet
	for _, r := range sorted {
		open = slices.DeleteFunc(open, func(o heldRange) bool { return o.Last() < r.Start })
		for _, o := range open {
			if common, ok := o.Overlap(r.Range); ok {
				mine, _ := r.Index(common.Start)
				theirs, _ := o.Index(common.Start)
				found = append(found, Conflict{Identity: Identity{MAC, common.Start.String(), r.rowAt(mine)}, Range: common, Row: o.rowAt(theirs), of: r, there: o})
			}
		}
		open = append(open, r)
	}
	return found
}

package job

import (
	"context"
	"fmt"
	"time"

	"enrollbench/core/csvdoc"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/ledger"
)

// askLedger compares what a batch orders with all that was ordered before, by anybody. The error is the context's; that the
// ledger does not answer is a finding, which blocks.
func (j *Jobs) askLedger(ctx context.Context, s *Summary, b Batch) error {
	if b.Connection.ID == "" || s.Jobs == 0 {
		return nil
	}
	var nowhere finding.Location
	unknown := func(err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.say(RuleLedger, nowhere, "%v", err)
		return nil
	}
	l, err := j.ledger(ctx, b.Connection.Practice)
	if err != nil {
		return unknown(err)
	}
	if r := l.Restored(); r != nil {
		return unknown(r)
	}
	env := j.environment(&Record{Connection: b.Connection, Fields: b.Fields})
	clear := true
	for i, o := range j.parts(ctx, s, b) {
		if o == nil {
			return ctx.Err() // the file cannot be read, which another finding says
		}
		q := ledger.Batch{Environment: env}
		o.into(&q)
		conflicts, err := l.Check(ctx, q)
		if err != nil {
			return unknown(err)
		}
		if len(conflicts) == 0 {
			continue
		}
		clear = false
		at := nowhere
		if i < len(b.Files) {
			at.File = b.Files[i].Path
		}
		rule := RuleSentBefore
		if b.Again != "" || b.Connection.Practice {
			rule = RuleSentAgain
		}
		hint := ""
		if s.Next, hint, err = offer(ctx, l, env, b.Range); err != nil {
			return unknown(err)
		}
		for _, c := range byHolder(conflicts) {
			at.Row = c.Conflicts[0].Identity.Row
			s.Report.Add(rule.Finding(at, c.Error(), hint))
		}
	}
	if clear {
		s.Lines = append(s.Lines, "Ledger: none of this was ordered before")
	}
	if off, err := l.ClockOff(ctx); err != nil {
		return unknown(err)
	} else if off.Abs() >= ledger.ClockLimit {
		const form = "2006-01-02 15:04"
		now := time.Now()
		s.say(RuleClock, nowhere, "the clock of this computer shows %s, that of the ledger %s", now.Format(form), now.Add(-off).Format(form))
	}
	if b.Method == MAC {
		if err := s.blocks(ctx, l, env, b.Range); err != nil {
			return unknown(err)
		}
	}
	return nil
}

// offer is the next free range, with the hint that names it; zero and "" where no range was ordered or none is free.
func offer(ctx context.Context, l *ledger.Ledger, env string, r eui48.Range) (next eui48.Range, hint string, err error) {
	next, ok, err := nextFree(ctx, l, env, r)
	if ok {
		hint = fmt.Sprintf("the next free range of this length and step begins with %s; if you want a second set, give the reason (--again)", next.Start)
	}
	return next, hint, err
}

// Taken compares what is about to be ordered with what was ordered through a connection, named by id or name, and returns a finding
// for each row that holds something taken: an error, which a reason lifts at the start. at says where a row stands; 0 is none.
func (s *Station) Taken(ctx context.Context, connection string, what *Identities, at func(row int) finding.Location) (found []finding.Finding, err error) {
	l, env, err := s.LedgerOf(ctx, connection)
	if err != nil {
		return nil, err
	}
	q := ledger.Batch{Environment: env}
	what.into(&q)
	conflicts, err := l.Check(ctx, q)
	if err != nil || len(conflicts) == 0 {
		return nil, err
	}
	rule, hint := RuleSentBefore, ""
	if env == ledger.Practice {
		rule = RuleSentAgain
	}
	if len(what.ranges) > 0 {
		if _, hint, err = offer(ctx, l, env, what.ranges[0]); err != nil {
			return nil, err
		}
	}
	rows := map[ledger.Identity][]int{}
	for i, of := range what.rows {
		rows[what.all[i]] = of
	}
	tell := func(c ledger.Conflict) {
		for _, row := range append(rows[c.Identity], c.Identity.Row) {
			if row > 0 || rows[c.Identity] == nil {
				found = append(found, rule.Finding(at(row), c.String(), hint))
			}
		}
	}
	for _, c := range conflicts {
		switch {
		case c.Holder == nil: // what stands twice in the file is another rule's
		case len(what.ranges) > 0:
			tell(c)
		default:
			for one := range c.Each() {
				tell(one)
			}
		}
	}
	return found, nil
}

// RowsTaken is Taken for the rows of an upload CSV: what is said of each, by one rule.
func (s *Station) RowsTaken(ctx context.Context, connection string, rows *csvdoc.Snapshot) (rule *finding.Rule, said map[csvdoc.RowID]string, err error) {
	what, err := RowIdentities(ctx, rows)
	if err != nil {
		return nil, nil, err
	}
	found, err := s.Taken(ctx, connection, what, func(row int) finding.Location { return finding.Location{Row: row} })
	said = map[csvdoc.RowID]string{}
	for _, f := range found {
		id := rows.ID(f.Row - rows.FileRow(0))
		if said[id] != "" {
			f.Message = said[id] + "; " + f.Message
		}
		said[id] = f.Message
		if rule = RuleSentBefore; f.Rule == RuleSentAgain.Name {
			rule = RuleSentAgain
		}
	}
	return rule, said, err
}

// parts are the identities of a batch, one for each file, or those of its range; nil for a file that cannot be read.
func (j *Jobs) parts(ctx context.Context, s *Summary, b Batch) (all []*Identities) {
	if b.Method == MAC {
		return []*Identities{RangeIdentities(b.Range)}
	}
	for _, f := range s.files {
		o, err := fileIdentities(ctx, b.Method, f.path, f.sha256)
		if err != nil {
			o = nil
		}
		all = append(all, o)
	}
	return all
}

// byHolder puts together what one batch holds, in the order of the first of each.
func byHolder(conflicts []ledger.Conflict) (all []*ledger.ConflictError) {
	at := map[ledger.ClaimID]*ledger.ConflictError{}
	for _, c := range conflicts {
		var id ledger.ClaimID
		if c.Holder != nil {
			id = c.Holder.ID
		}
		if at[id] == nil {
			at[id] = new(ledger.ConflictError)
			all = append(all, at[id])
		}
		at[id].Conflicts = append(at[id].Conflicts, c)
	}
	return all
}

// blocks compares a range with the blocks that are owned, once any is entered.
func (s *Summary) blocks(ctx context.Context, l *ledger.Ledger, env string, r eui48.Range) error {
	all, err := l.Blocks(ctx, env)
	if err != nil || len(all) == 0 || r.Count == 0 {
		return err
	}
	owned := false
	for _, b := range all {
		if !b.Contains(r) {
			continue
		}
		owned = true
		stock, err := l.Stock(ctx, b)
		if err != nil {
			return err
		}
		if rest := stock.Free() - min(stock.Free(), r.Count); rest < b.Minimum {
			s.say(RuleBlockLow, finding.Location{}, "%d addresses of the block %q stay free after this batch, and %d are the minimum", rest, b.String(), b.Minimum)
		}
	}
	if !owned {
		s.say(RuleOutsideBlocks, finding.Location{}, "the range from %s to %s is outside your own blocks", r.Start, r.Last())
	}
	return nil
}

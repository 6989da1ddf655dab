package job

import (
	"context"
	"fmt"
	"slices"

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
		hint, err := offer(ctx, l, env, b.Range)
		if err != nil {
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
	if b.Method == MAC {
		if err := s.blocks(ctx, l, env, b.Range); err != nil {
			return unknown(err)
		}
	}
	return nil
}

// offer is the hint with the next free range, "" where none was ordered or none is free.
func offer(ctx context.Context, l *ledger.Ledger, env string, r eui48.Range) (hint string, err error) {
	next, ok, err := nextFree(ctx, l, env, r)
	if ok {
		hint = fmt.Sprintf("the next free range of this length and step begins with %s; if you want a second set, give the reason (--again)", next.Start)
	}
	return hint, err
}

// Taken compares identities and a range, which may be empty, with what was ordered through a connection, named by id or name, and
// returns a finding for each that is taken. at says where an identity with a row stands.
func (s *Station) Taken(ctx context.Context, connection string, all []ledger.Identity, r eui48.Range, at func(row int) finding.Location) ([]finding.Finding, error) {
	l, env, err := s.LedgerOf(ctx, connection)
	if err != nil {
		return nil, err
	}
	q := ledger.Batch{Environment: env, Identities: slices.Values(all)}
	if r.Count > 0 {
		q.Ranges = []eui48.Range{r}
	}
	conflicts, err := l.Check(ctx, q)
	if err != nil || len(conflicts) == 0 {
		return nil, err
	}
	rule := RuleSentBefore
	if env == ledger.Practice {
		rule = RuleSentAgain
	}
	hint, err := offer(ctx, l, env, r)
	var found []finding.Finding
	for i := range conflicts {
		if c := &conflicts[i]; c.Holder != nil { // what stands twice in the file is another rule's
			found = append(found, rule.Finding(at(c.Identity.Row), c.String(), hint))
		}
	}
	return found, err
}

// UploadIdentities are what the rows of an upload CSV order.
func UploadIdentities(ctx context.Context, path string) ([]ledger.Identity, error) {
	o := new(identities)
	err := o.ordered(ctx, CSV, path, "")
	return o.all, err
}

// parts are the identities of a batch, one for each file, or those of its range; nil for a file that cannot be read.
func (j *Jobs) parts(ctx context.Context, s *Summary, b Batch) (all []*identities) {
	if b.Method == MAC {
		return []*identities{{ranges: []eui48.Range{b.Range}}}
	}
	for _, f := range s.files {
		o := new(identities)
		if err := o.ordered(ctx, b.Method, f.path, f.sha256); err != nil {
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
		s.say(RuleOutsideBlocks, finding.Location{}, "the range from %s to %s lies in none of your own blocks", r.Start, r.Last())
	}
	return nil
}

package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
)

// Imported is what an import took over.
type Imported struct {
	ID           ClaimID    // 0 where nothing was new
	Identities   int64      // taken over
	Certificates int64      // taken over
	Known        []Conflict // what the ledger knew already, or the source has twice
}

// Import takes over what was issued before the ledger existed: ranges and identities of a batch, and certificates, each of which
// may be nil. What the ledger knows already stays as it is and is returned, so that the same orders may come as CSV, as
// manifest and as certificates.
func (l *Ledger) Import(ctx context.Context, b Batch, certificates iter.Seq[Certificate]) (done Imported, err error) {
	if b.ID == "" {
		return done, errNoBatch
	}
	h, err := hold(b.Ranges, b.Identities)
	if err != nil {
		return done, err
	}
	err = l.write(ctx, func(tx *sql.Tx) error {
		done.Known = h.twice()
		rest, err := h.without(done.Known)
		if err != nil {
			return err
		}
		env, err := l.environment(ctx, tx, b.Environment)
		if err != nil {
			return err
		}
		known, err := l.conflicts(ctx, tx, env, rest)
		if err != nil {
			return err
		}
		done.Known = append(done.Known, known...)
		if rest, err = rest.without(known); err != nil {
			return err
		}
		if done.ID, err = l.insertClaim(ctx, tx, env, b, rest, Issued, true); err != nil {
			return err
		}
		if err := l.insertHeld(ctx, tx, env, done.ID, rest, nil); err != nil {
			return err
		}
		done.Identities = rest.count
		if certificates != nil {
			if done.Certificates, err = l.insertCertificates(ctx, tx, done.ID, certificates); err != nil {
				return err
			}
		}
		if done.Identities == 0 && done.Certificates == 0 {
			return errStop
		}
		_, err = l.append(ctx, tx, Entry{Act: ActImported, Environment: b.Environment, Batch: b.ID, Operator: b.Operator,
			Detail: fmt.Sprintf("%d identities and %d certificates; %d were known", done.Identities, done.Certificates, countAll(done.Known))})
		return err
	})
	if errors.Is(err, errStop) {
		done.ID, err = 0, nil
	}
	return done, err
}

// without is what is left of h beside conflicts.
func (h *held) without(conflicts []Conflict) (*held, error) {
	if len(conflicts) == 0 {
		return h, nil
	}
	names := map[heldName]int{}
	ranges := map[heldRange][]uint64{}
	for _, c := range conflicts {
		switch of := c.of.(type) {
		case heldName:
			names[of]++
		case heldRange:
			for a := range c.Range.All() {
				i, _ := of.Index(a)
				ranges[of] = append(ranges[of], i)
			}
		}
	}
	rest := &held{count: h.count}
	// From the end, so that of what a batch has twice the first stays.
	for _, n := range slices.Backward(h.names) {
		if names[n] > 0 {
			names[n]--
			rest.count--
			continue
		}
		rest.names = append(rest.names, n)
	}
	slices.Reverse(rest.names)
	for _, r := range slices.Backward(h.macs) {
		at, cut := ranges[r]
		if !cut {
			rest.macs = append(rest.macs, r)
			continue
		}
		delete(ranges, r) // one that stands there twice, whole, goes once
		slices.Sort(at)
		at = slices.Compact(at)
		rest.count -= int64(len(at))
		if err := r.cut(at, func(p heldRange, hole bool) error {
			if !hole {
				rest.macs = append(rest.macs, p)
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	slices.Reverse(rest.macs)
	return rest, nil
}

// Reconciled is a batch that was claimed while the shared ledger was away, now in it.
type Reconciled struct {
	Claim     *Claim // in the shared ledger
	Conflicts []Conflict
}

// Reconcile takes the claims of another ledger over, which this station made while this one was away. What somebody else claimed
// meanwhile is returned as conflicts, and recorded as issued twice: it may have been. A batch that is here already is left
// as it is.
func (l *Ledger) Reconcile(ctx context.Context, away *Ledger, operator string) (all []Reconciled, err error) {
	claims, err := away.Batches(ctx, Filter{})
	if err != nil {
		return nil, err
	}
	for _, c := range slices.Backward(claims) {
		if c.State == Released || c.State == Reserved {
			continue
		}
		h, err := away.contents(ctx, c.ID)
		if err != nil {
			return all, err
		}
		r, err := l.reconcile(ctx, c, h, operator)
		if err != nil {
			return all, err
		}
		if r != nil {
			all = append(all, *r)
		}
	}
	return all, nil
}

func (l *Ledger) reconcile(ctx context.Context, c *Claim, h *held, operator string) (r *Reconciled, err error) {
	err = l.write(ctx, func(tx *sql.Tx) error {
		env, err := l.environment(ctx, tx, c.Environment)
		if err != nil {
			return err
		}
		var there int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM claim WHERE environment = $1 AND batch = $2 AND station = $3", env, c.Batch, c.Station).Scan(&there); err != nil || there > 0 {
			return err
		}
		taken, err := l.conflicts(ctx, tx, env, h)
		if err != nil {
			return err
		}
		b := Batch{ID: c.Batch, Name: c.Name, Operator: c.Operator, Connection: c.Connection, Profile: c.Profile, Reissue: c.Reissue, At: c.At,
			station: c.Station, account: c.Account}
		if len(taken) > 0 && b.Reissue == "" {
			b.Reissue = "claimed while the shared ledger was away"
		}
		id, err := l.insertClaim(ctx, tx, env, b, h, c.State, c.Imported)
		if err != nil {
			return err
		}
		if err := l.insertHeld(ctx, tx, env, id, h, taken); err != nil {
			return err
		}
		if _, err := l.append(ctx, tx, Entry{Act: ActReconciled, Environment: c.Environment, Batch: c.Batch, Operator: operator,
			Detail: fmt.Sprintf("%d identities claimed on %s, %d of them taken", h.count, c.At.UTC().Format("2006-01-02T15:04Z"), countAll(taken))}); err != nil {
			return err
		}
		claim, err := getClaim(ctx, tx, id)
		r = &Reconciled{claim, taken}
		return err
	})
	return r, err
}

// contents is what a claim holds.
func (l *Ledger) contents(ctx context.Context, id ClaimID) (*held, error) {
	h := new(held)
	var err error
	if h.macs, err = l.heldRanges(ctx, l.db.Reader(), id); err != nil {
		return nil, err
	}
	for _, r := range h.macs {
		h.count += int64(r.Count) // #nosec G115 -- below 2^48
	}
	err = l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
		var n heldName
		var value []byte
		err := rows.Scan(&n.kind, &value, &n.row)
		n.value = string(value)
		h.names = append(h.names, n)
		h.count++
		return err
	}, "SELECT kind, value, row FROM name WHERE claim = $1 AND slot >= 0 ORDER BY row, kind, value", id)
	return h, err
}

// Identities yields what a claim holds, MAC addresses first; what was released is not in it.
func (l *Ledger) Identities(ctx context.Context, id ClaimID) iter.Seq2[Identity, error] {
	return func(yield func(Identity, error) bool) {
		h, err := l.contents(ctx, id)
		if err != nil {
			yield(Identity{}, err)
			return
		}
		for _, r := range h.macs {
			for i := range r.Count {
				if !yield(Identity{MAC, r.At(i).String(), r.rowAt(i)}, nil) {
					return
				}
			}
		}
		for _, n := range h.names {
			if !yield(shown(n), nil) {
				return
			}
		}
	}
}

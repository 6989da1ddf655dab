package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"iter"
	"slices"

	"enrollbench/core/eui48"
)

// releaseFailed frees failed identities of a claim, with all that stands on their rows. What is left of a range becomes
// ranges.
func (l *Ledger) releaseFailed(ctx context.Context, tx *sql.Tx, c *Claim, failed iter.Seq[Identity]) (released int64, err error) {
	macs, err := l.heldRanges(ctx, tx, c.ID)
	if err != nil {
		return 0, err
	}
	holes := holes{macs: macs, at: map[int][]uint64{}}
	rows := map[int]bool{}
	for id := range failed {
		if id.Value == "" {
			rows[id.Row] = true
			continue
		}
		key, address, err := id.key()
		if err != nil {
			continue // it is in no claim
		}
		if key == nil {
			rows[holes.address(address)] = true
			continue
		}
		var row int
		err = tx.QueryRowContext(ctx, "UPDATE name SET slot = -claim WHERE environment = $1 AND kind = $2 AND value = $3 AND claim = $4 AND slot >= 0 RETURNING row",
			c.envID, id.Kind, key, c.ID).Scan(&row)
		switch {
		case err == sql.ErrNoRows:
			continue
		case err != nil:
			return 0, err
		}
		released++
		rows[row] = true
	}
	delete(rows, 0)
	for row := range rows {
		holes.row(row)
		result, err := tx.ExecContext(ctx, "UPDATE name SET slot = -claim WHERE claim = $1 AND row = $2 AND slot >= 0", c.ID, row)
		if err != nil {
			return 0, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return 0, err
		}
		released += n
	}
	n, err := l.punch(ctx, tx, c, &holes)
	return released + n, err
}

func (l *Ledger) heldRanges(ctx context.Context, q querier, id ClaimID) (all []heldRange, err error) {
	err = l.each(ctx, q, func(rows *sql.Rows) error {
		var start, last, step int64
		var row int
		if err := rows.Scan(&start, &last, &step, &row); err != nil {
			return err
		}
		all = append(all, heldRange{rangeOf(start, last, step), row})
		return nil
	}, "SELECT start, last, step, row FROM mac WHERE claim = $1 AND slot >= 0 ORDER BY start, last", id)
	return all, err
}

// holes are the failed addresses of a claim, as indexes in its ranges.
type holes struct {
	macs []heldRange // sorted by start
	at   map[int][]uint64
}

// address adds a failed address and returns its row, 0 where it is not in the claim.
func (h *holes) address(a eui48.Address) (row int) {
	// What starts behind it cannot hold it. Before it lies at most what the batch has.
	end, _ := slices.BinarySearchFunc(h.macs, a, func(r heldRange, a eui48.Address) int { return cmp.Compare(r.Start, a+1) })
	for i := end - 1; i >= 0; i-- {
		if n, ok := h.macs[i].Index(a); ok {
			h.at[i] = append(h.at[i], n)
			return h.macs[i].rowAt(n)
		}
	}
	return 0
}

// row adds the addresses on a failed row.
func (h *holes) row(row int) {
	for i, r := range h.macs {
		if r.row > 0 && row >= r.row && uint64(row-r.row) < r.Count { // #nosec G115 -- not negative
			h.at[i] = append(h.at[i], uint64(row-r.row)) // #nosec G115 -- not negative
		}
	}
}

// punch takes the holes out of the claim's ranges.
func (l *Ledger) punch(ctx context.Context, tx *sql.Tx, c *Claim, h *holes) (released int64, err error) {
	insert := l.inserter(ctx, tx, "mac (environment, level, start, claim, slot, last, step, row)", 8)
	for i, at := range h.at {
		r := h.macs[i]
		if _, err := tx.ExecContext(ctx, "DELETE FROM mac WHERE environment = $1 AND level = $2 AND start = $3 AND claim = $4 AND slot >= 0 AND last = $5",
			c.envID, r.level(), int64(r.Start), c.ID, int64(r.Last())); err != nil { // #nosec G115 -- below 2^48
			return 0, err
		}
		slices.Sort(at)
		at = slices.Compact(at)
		released += int64(len(at))
		if err := r.cut(at, func(p heldRange, hole bool) error {
			slot := laterSlot
			if hole {
				slot = releasedSlot
			}
			return insert.add(c.envID, p.level(), int64(p.Start), c.ID, slot, int64(p.Last()), int64(p.Step), p.row) // #nosec G115 -- below 2^48
		}); err != nil {
			return 0, err
		}
	}
	return released, insert.flush()
}

// cut yields the runs of r that are holes, at sorted indexes, and those that are not.
func (r heldRange) cut(at []uint64, yield func(part heldRange, hole bool) error) error {
	next := uint64(0)
	for len(at) > 0 {
		if at[0] > next {
			if err := yield(r.part(next, at[0]-next), false); err != nil {
				return err
			}
		}
		n := 1
		for n < len(at) && at[n] == at[0]+uint64(n) {
			n++
		}
		if err := yield(r.part(at[0], uint64(n)), true); err != nil { // #nosec G115 -- positive
			return err
		}
		next = at[0] + uint64(n) // #nosec G115 -- positive
		at = at[n:]
	}
	if next < r.Count {
		return yield(r.part(next, r.Count-next), false)
	}
	return nil
}

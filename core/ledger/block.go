package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"

	"enrollbench/core/eui48"
)

// Block is a series of MAC addresses that somebody owns: an OUI-24, -28 or -36, or any range.
type Block struct {
	ID          int64
	Environment string
	First, Last eui48.Address
	Label       string
	Minimum     uint64 // a warning is due when fewer are free
}

// Size is how many addresses the block has.
func (b Block) Size() uint64 { return uint64(b.Last-b.First) + 1 }

// Contains says whether all of a range lies in the block.
func (b Block) Contains(r eui48.Range) bool { return r.Start >= b.First && r.Last() <= b.Last }

// Blocks are those that are owned in an environment, in the order of their addresses.
func (l *Ledger) Blocks(ctx context.Context, environment string) (all []Block, err error) {
	err = l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
		b := Block{Environment: environment}
		err := rows.Scan(&b.ID, &b.First, &b.Last, &b.Label, &b.Minimum)
		all = append(all, b)
		return err
	}, `SELECT b.id, b.start, b.last, b.label, b.minimum FROM block AS b JOIN environment AS e ON e.id = b.environment
		WHERE e.name = $1 ORDER BY b.start, b.last DESC, b.id`, text(environment))
	return all, err
}

// SaveBlock enters a block as owned, or changes the one with its ID, and returns it with its ID.
func (l *Ledger) SaveBlock(ctx context.Context, b Block, operator string) (Block, error) {
	if b.Last < b.First || b.Last > eui48.Last48 {
		return b, fmt.Errorf("a block must end after its first address: %s to %s", b.First, b.Last)
	}
	err := l.write(ctx, func(tx *sql.Tx) error {
		env, err := l.environment(ctx, tx, b.Environment)
		if err != nil {
			return err
		}
		verb := "changed"
		if b.ID == 0 {
			verb = "entered"
			if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) + 1 FROM block").Scan(&b.ID); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO block (id, environment, start, last, label, minimum) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (id) DO UPDATE SET environment = $2, start = $3, last = $4, label = $5, minimum = $6`,
			b.ID, env, int64(b.First), int64(b.Last), text(b.Label), int64(min(b.Minimum, b.Size()))); err != nil { // #nosec G115 -- at most 2^48
			return err
		}
		_, err = l.append(ctx, tx, Entry{Act: ActBlock, Environment: b.Environment, Operator: operator,
			Detail: fmt.Sprintf("%s: %s to %s %q, warning below %d", verb, b.First, b.Last, b.Label, b.Minimum)})
		return err
	})
	return b, err
}

// RemoveBlock says that a block is no longer owned. What was claimed in it stays claimed.
func (l *Ledger) RemoveBlock(ctx context.Context, b Block, operator string) error {
	return l.write(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, "DELETE FROM block WHERE id = $1", b.ID)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrNotFound)
		}
		_, err = l.append(ctx, tx, Entry{Act: ActBlock, Environment: b.Environment, Operator: operator,
			Detail: fmt.Sprintf("removed: %s to %s %q", b.First, b.Last, b.Label)})
		return err
	})
}

// NextFree returns the first range of a count and step, at or behind from and at most to last, of which nothing is held. It
// keeps the phase: its start is from plus a multiple of the step. The bool says whether there is one.
func (l *Ledger) NextFree(ctx context.Context, environment string, from, last eui48.Address, count, step uint64) (eui48.Range, bool, error) {
	env, err := findEnvironment(ctx, l.db.Reader(), text(environment))
	if err != nil {
		return eui48.Range{}, false, l.db.Explain(err)
	}
	for {
		r, err := eui48.NewRange(from, count, step)
		if err != nil {
			var bad *eui48.RangeError
			if errors.As(err, &bad) && bad.Fits > 0 {
				err = nil // it runs past the last address that there is
			}
			return eui48.Range{}, false, err
		}
		if r.Last() > last {
			return eui48.Range{}, false, nil
		}
		h, err := hold([]eui48.Range{r}, nil)
		if err != nil {
			return eui48.Range{}, false, err
		}
		var beyond eui48.Address // no start up to it, in the phase, is free
		free := true
		for run, err := range l.runs(ctx, env, r.Start, r.Last()) {
			if err != nil {
				return eui48.Range{}, false, err
			}
			for _, m := range h.macs {
				common, meets := m.Overlap(run.Range)
				if !meets {
					continue
				}
				free = false
				end := common.Last()
				if step%run.Step == 0 { // every start up to its end would meet it again
					end = run.Last()
				}
				beyond = max(beyond, end)
			}
		}
		if free {
			return r, true, nil
		}
		skip := (uint64(beyond-from)/step + 1) * step
		if skip > uint64(last-from) {
			return eui48.Range{}, false, nil
		}
		from += eui48.Address(skip)
	}
}

// Reserve holds ranges for a draft, until they are released or a batch takes their place (Batch.Reserved).
func (l *Ledger) Reserve(ctx context.Context, b Batch) (ClaimID, error) {
	return l.claim(ctx, b, Reserved, ActReserved)
}

// run is a range that is held, and how.
type run struct {
	heldRange
	claim ClaimID
	state State
}

// runs yields what is held of an environment and meets an interval, level by level.
func (l *Ledger) runs(ctx context.Context, env int64, first, last eui48.Address) iter.Seq2[run, error] {
	return func(yield func(run, error) bool) {
		f := finder{l: l, ctx: ctx, q: l.db.Reader(), env: env}
		levels, err := f.levels()
		for _, level := range levels {
			if err != nil {
				break
			}
			err = l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
				var start, end, step int64
				var r run
				if err := rows.Scan(&start, &end, &step, &r.row, &r.claim, &r.state); err != nil {
					return err
				}
				r.Range = rangeOf(start, end, step)
				if !yield(r, nil) {
					return errStop
				}
				return nil
			}, `SELECT m.start, m.last, m.step, m.row, m.claim, c.state FROM mac AS m JOIN claim AS c ON c.id = m.claim
				WHERE m.environment = $1 AND m.level = $2 AND m.start > $3 AND m.start <= $4 AND m.last >= $5 AND m.slot >= 0 ORDER BY m.start`,
				env, level, int64(first)-1<<level, int64(last), int64(first)) // #nosec G115 -- below 2^48
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(run{}, err)
		}
	}
}

// Stretch is a part of a block in which as much is used as Used says.
type Stretch struct {
	First, Last       eui48.Address
	Issued            uint64 // held for good
	Claimed, Reserved uint64 // held by batches that are not ended, and by drafts
}

// Size is how many addresses the stretch has.
func (s Stretch) Size() uint64 { return uint64(s.Last-s.First) + 1 }

// Free is how many of them nobody holds.
func (s Stretch) Free() uint64 { return s.Size() - min(s.Size(), s.Issued+s.Claimed+s.Reserved) }

// Map divides the addresses from first to last into at most n stretches of equal length, for a picture, and counts what is
// held in each. Addresses that were issued again count once for each.
func (l *Ledger) Map(ctx context.Context, environment string, first, last eui48.Address, n int) ([]Stretch, error) {
	if n < 1 || last < first {
		return nil, nil
	}
	size := uint64(last-first) + 1
	width := (size + uint64(n) - 1) / uint64(n)
	var all []Stretch
	for at := uint64(0); at < size; at += width {
		all = append(all, Stretch{First: first + eui48.Address(at), Last: min(first+eui48.Address(at+width-1), last)})
	}
	env, err := findEnvironment(ctx, l.db.Reader(), text(environment))
	if err != nil {
		return nil, l.db.Explain(err)
	}
	for r, err := range l.runs(ctx, env, first, last) {
		if err != nil {
			return nil, err
		}
		for i := uint64(max(r.Start, first)-first) / width; i < uint64(len(all)) && all[i].First <= r.Last(); i++ {
			s := &all[i]
			c := within(r.Range, s.First, s.Last)
			switch r.state {
			case Issued:
				s.Issued += c
			case Reserved:
				s.Reserved += c
			default:
				s.Claimed += c
			}
		}
	}
	return all, nil
}

// within is how many addresses of r lie from first to last.
func within(r eui48.Range, first, last eui48.Address) uint64 {
	upTo := func(a eui48.Address) uint64 { // those below a
		if a <= r.Start {
			return 0
		}
		return min(uint64(a-r.Start-1)/r.Step+1, r.Count)
	}
	return upTo(last+1) - upTo(first)
}

// Stock is how a block stands: one stretch of its whole length.
func (l *Ledger) Stock(ctx context.Context, b Block) (Stretch, error) {
	all, err := l.Map(ctx, b.Environment, b.First, b.Last, 1)
	if err != nil || len(all) == 0 {
		return Stretch{}, err
	}
	return all[0], nil
}

// String is the block in words: its label, or its addresses where it has none.
func (b Block) String() string {
	if s := strings.TrimSpace(b.Label); s != "" {
		return s
	}
	return fmt.Sprintf("%s to %s", b.First, b.Last)
}

package job

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/ledger"
)

// OrderedBeforeError is a batch that holds what was ordered before, here or at another station. It is sent only with a reason
// (Batch.Again, Jobs.OrderAgain): each enrollment would be paid for twice, and devices would have two certificates.
type OrderedBeforeError struct {
	ID        string // of the batch
	Conflicts []ledger.Conflict
	Next      eui48.Range // the next free range of the same length and step; zero: there is none, or no range was ordered
}

func (e *OrderedBeforeError) Error() string {
	return (&ledger.ConflictError{Conflicts: e.Conflicts}).Error()
}

// Earlier is the id of the batch that was first.
func (e *OrderedBeforeError) Earlier() string { return e.Conflicts[0].Holder.Batch }

// Created is when that batch was ordered.
func (e *OrderedBeforeError) Created() time.Time { return e.Conflicts[0].Holder.At }

// OrderAgain notes why a prepared batch, with the rest of its series, is sent although the same was ordered before.
func (j *Jobs) OrderAgain(ctx context.Context, id, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return errors.New("ordering the same again needs a reason")
	}
	s, err := j.SeriesOf(ctx, id)
	if err != nil {
		return err
	}
	for _, r := range s.Records {
		if r.State != Prepared {
			continue
		}
		if _, err := j.edit(ctx, r.ID, func(tx *sql.Tx, r *Record) (string, error) {
			r.Again = reason
			return againNote(reason), j.enqueue(ctx, tx, r, ledger.ActExcluded, againNote(reason))
		}); err != nil {
			return err
		}
	}
	return nil
}

// againNote stands in a batch's timeline.
func againNote(reason string) string {
	if reason == "" {
		return ""
	}
	return "ordered again: " + reason
}

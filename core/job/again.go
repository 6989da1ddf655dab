package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"enrollbench/core/eui48"
)

// OrderedBeforeError is a batch that holds what was ordered before. It is sent only with a reason (Batch.Again, Jobs.OrderAgain):
// each enrollment would be paid for twice, and devices would have two certificates.
type OrderedBeforeError struct {
	ID      string // of the batch
	Earlier string // the batch that ordered the same
	What    string // what both hold: "the content of "upload.csv""
	Created time.Time
}

func (e *OrderedBeforeError) Error() string {
	return fmt.Sprintf("%s was ordered on %s already, as batch %s", e.What, e.Created.Format(time.DateOnly), e.Earlier)
}

// ordered says whether a batch was sent, may have been, or was handed over to be sent elsewhere.
func (r *Record) ordered() bool {
	switch r.State {
	case Failed, Rejected, Cancelled:
		return false
	case Prepared:
		return !r.Exported.IsZero()
	}
	return true
}

// holdsToo says in words what a batch of the method holds of this one, "" for nothing. A file is known by its SHA-256.
func (r *Record) holdsToo(m Method, macs eui48.Range, sha256, name string) string {
	switch {
	case m == MAC && r.Method == MAC && macs.Count > 0:
		if common, ok := macs.Overlap(r.Range); ok {
			return fmt.Sprintf("%d of the MAC addresses, from %s on", common.Count, common.Start)
		}
	case m != MAC && r.Method != MAC && sha256 != "" && sha256 == r.SHA256:
		return fmt.Sprintf("the content of %q", name)
	}
	return ""
}

// orderedBefore looks, within the transaction of a start, for a batch that ordered the same. Practice costs nothing.
func (j *Jobs) orderedBefore(ctx context.Context, tx *sql.Tx, r *Record) error {
	if r.Again != "" || r.Connection.Practice {
		return nil
	}
	rows, err := tx.QueryContext(ctx, "SELECT "+columns+" FROM job WHERE id <> ? ORDER BY created", r.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scan(rows)
		if err != nil {
			return err
		}
		if what := e.holdsToo(r.Method, r.Range, r.SHA256, r.Short()); what != "" && e.ordered() && !e.Connection.Practice {
			return &OrderedBeforeError{ID: r.ID, Earlier: e.ID, What: what, Created: e.Created}
		}
	}
	return rows.Err()
}

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
		if _, err := j.edit(ctx, r.ID, func(_ *sql.Tx, r *Record) (string, error) {
			r.Again = reason
			return againNote(reason), nil
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

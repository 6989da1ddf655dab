package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"enrollbench/core/store"
	"enrollbench/core/trustmanager"
)

// migrations are the tables of this package. What is asked for by value has a column; the rest of a record is its body.
var migrations = []store.Migration{{Name: "jobs", SQL: `
CREATE TABLE job (
	id          TEXT PRIMARY KEY,
	state       TEXT NOT NULL,
	connection  TEXT NOT NULL,
	series      TEXT NOT NULL,
	part        INTEGER NOT NULL,
	remote      TEXT NOT NULL,
	created     INTEGER NOT NULL,
	change      INTEGER NOT NULL,
	claim       TEXT NOT NULL DEFAULT '',
	claim_until INTEGER NOT NULL DEFAULT 0,
	body        TEXT NOT NULL
) STRICT;
CREATE INDEX job_by_state ON job (state);
CREATE INDEX job_by_change ON job (change);
CREATE INDEX job_by_series ON job (series, part);
CREATE UNIQUE INDEX job_by_remote ON job (connection, remote) WHERE remote <> '';
CREATE TABLE job_event (
	job   TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
	at    INTEGER NOT NULL,
	state TEXT NOT NULL,
	note  TEXT NOT NULL
) STRICT;
CREATE INDEX job_event_by_job ON job_event (job);
CREATE TABLE job_failure (
	job    TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
	row    INTEGER NOT NULL,
	name   TEXT NOT NULL,
	reason TEXT NOT NULL
) STRICT;
CREATE INDEX job_failure_by_job ON job_failure (job);
CREATE TABLE job_change (last INTEGER NOT NULL) STRICT;
INSERT INTO job_change VALUES (0);
`}, {Name: "what the ledger does not know yet, including all that was sent before it existed", SQL: `
CREATE TABLE job_book (
	seq  INTEGER PRIMARY KEY AUTOINCREMENT,
	job  TEXT NOT NULL,
	body TEXT NOT NULL
) STRICT;
INSERT INTO job_book (job, body)
	SELECT id, json_object('State', state, 'Was', '', 'At', strftime('%Y-%m-%dT%H:%M:%SZ', created / 1000, 'unixepoch'),
		'Practice', json(CASE WHEN json_extract(body, '$.Connection.practice') THEN 'true' ELSE 'false' END), 'Where', '')
	FROM job WHERE state NOT IN ('prepared', 'failed', 'rejected', 'cancelled') ORDER BY created;
`}}

// columns are what scan reads.
const columns = "id, state, change, body"

type scanner interface{ Scan(...any) error }

func scan(row scanner) (*Record, error) {
	var id, state, body string
	var change int64
	if err := row.Scan(&id, &state, &change, &body); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return nil, ErrNotFound
		}
		return nil, err
	}
	r := new(Record)
	if err := json.Unmarshal([]byte(body), r); err != nil {
		return nil, fmt.Errorf("record of batch %q: %w", id, err)
	}
	r.ID, r.State, r.Change = id, State(state), change
	for _, path := range []*string{&r.Path, &r.OrderPath, &r.ResultPath} {
		*path = trustmanager.Moved(*path)
	}
	return r, nil
}

// body is what stands in the record's text: everything but what has a column or a table of its own.
func body(r *Record) (string, error) {
	c := *r
	c.Timeline, c.Change = nil, 0
	data, err := json.Marshal(&c)
	return string(data), err
}

// querier is the database or a transaction of it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func get(ctx context.Context, q querier, id string) (*Record, error) {
	r, err := scan(q.QueryRowContext(ctx, "SELECT "+columns+" FROM job WHERE id = ?", id))
	if err != nil {
		return nil, fmt.Errorf("batch %q: %w", id, err)
	}
	return r, nil
}

func timeline(ctx context.Context, q querier, r *Record) error {
	rows, err := q.QueryContext(ctx, "SELECT at, state, note FROM job_event WHERE job = ? ORDER BY rowid", r.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e Event
		var at int64
		if err := rows.Scan(&at, &e.State, &e.Note); err != nil {
			return err
		}
		e.At = time.UnixMilli(at)
		r.Timeline = append(r.Timeline, e)
	}
	return rows.Err()
}

// nextChange counts the changes of the database up.
func nextChange(ctx context.Context, tx *sql.Tx) (n int64, err error) {
	err = tx.QueryRowContext(ctx, "UPDATE job_change SET last = last + 1 RETURNING last").Scan(&n)
	return n, err
}

// insert writes a new record with its first event.
func (j *Jobs) insert(ctx context.Context, tx *sql.Tx, r *Record, note string) error {
	now := j.now()
	r.Created, r.Updated = now, now
	change, err := nextChange(ctx, tx)
	if err != nil {
		return err
	}
	r.Change = change
	text, err := body(r)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO job (id, state, connection, series, part, remote, created, change, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.ID, r.State, r.Connection.ID, r.Series, r.Part, r.RemoteID, now.UnixMilli(), change, text); err != nil {
		return err
	}
	return j.event(ctx, tx, r, note)
}

func (j *Jobs) event(ctx context.Context, tx *sql.Tx, r *Record, note string) error {
	e := Event{At: j.now(), State: r.State, Note: note}
	_, err := tx.ExecContext(ctx, "INSERT INTO job_event (job, at, state, note) VALUES (?, ?, ?, ?)", r.ID, e.At.UnixMilli(), e.State, e.Note)
	return err
}

// errUnchanged ends an edit that has nothing to write.
var errUnchanged = errors.New("unchanged")

// edit reads a record, lets f change it, and writes it, as one step that no other process can come between. Where f changes
// the state, the step must be allowed and an event with the note is written; a note alone is an event too. f gets the record
// as it is now; an error of f ends the edit, errUnchanged without being one.
func (j *Jobs) edit(ctx context.Context, id string, f func(tx *sql.Tx, r *Record) (note string, err error)) (*Record, error) {
	var out *Record
	err := j.db.Write(ctx, func(tx *sql.Tx) error {
		r, err := get(ctx, tx, id)
		if err != nil {
			return err
		}
		out = r
		was := r.State
		note, err := f(tx, r)
		if err != nil {
			return err
		}
		if r.State != was && !slices.Contains(after[was], r.State) {
			return &StateError{ID: id, Have: was, Allowing: Step(r.State)}
		}
		if err := j.save(ctx, tx, r, r.State != was || note != "", note); err != nil || r.State == was || r.State == Starting || r.State.UnderWay() && was.UnderWay() {
			return err
		}
		return j.turn(ctx, tx, r, &page{State: r.State, Was: was, Detail: note})
	})
	if errors.Is(err, errUnchanged) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	j.changed()
	_ = j.tellAll(ctx, false) // else later
	return out, nil
}

func (j *Jobs) save(ctx context.Context, tx *sql.Tx, r *Record, event bool, note string) error {
	change, err := nextChange(ctx, tx)
	if err != nil {
		return err
	}
	r.Change, r.Updated = change, j.now()
	text, err := body(r)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE job SET state = ?, connection = ?, remote = ?, change = ?, body = ? WHERE id = ?",
		r.State, r.Connection.ID, r.RemoteID, change, text, r.ID); err != nil {
		return err
	}
	if !event {
		return nil
	}
	return j.event(ctx, tx, r, note)
}

// Filter chooses records; zero fields choose all.
type Filter struct {
	States     []State
	Connection string // id
	Series     string
	Text       string // in name, id, file name, profile or job id, whatever the case
}

// List returns the records that the filter chooses, the newest first, parts of a series in their order. Timelines are not
// in it: Get has them.
func (j *Jobs) List(ctx context.Context, f Filter) ([]*Record, error) {
	where, args := f.where()
	all, err := j.query(ctx, where+" ORDER BY created DESC, series, part, id", args...)
	return slices.DeleteFunc(all, func(r *Record) bool { return !f.matches(r) }), err
}

func (f Filter) where() (text string, args []any) {
	var terms []string
	if len(f.States) > 0 {
		terms = append(terms, "state IN (?"+strings.Repeat(", ?", len(f.States)-1)+")")
		for _, s := range f.States {
			args = append(args, s)
		}
	}
	if f.Connection != "" {
		terms, args = append(terms, "connection = ?"), append(args, f.Connection)
	}
	if f.Series != "" {
		terms, args = append(terms, "series = ?"), append(args, f.Series)
	}
	if len(terms) > 0 {
		text = "WHERE " + strings.Join(terms, " AND ")
	}
	return text, args
}

func (j *Jobs) query(ctx context.Context, rest string, args ...any) ([]*Record, error) {
	rows, err := j.db.Reader().QueryContext(ctx, "SELECT "+columns+" FROM job "+rest, args...) // #nosec G202 -- the text is ours, values are arguments
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*Record
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// matches says whether the filter's text is in the record. It is compared here and not by the database, whose comparison
// without case knows ASCII only.
func (f Filter) matches(r *Record) bool {
	if f.Text == "" {
		return true
	}
	text := strings.ToLower(f.Text)
	for _, s := range []string{r.Name, r.ID, r.FileName, r.Path, r.Profile.Name, r.Profile.ID, r.RemoteID, r.Connection.Name, string(r.State)} {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	return false
}

// Get returns one record with its timeline.
func (j *Jobs) Get(ctx context.Context, id string) (*Record, error) {
	r, err := get(ctx, j.db.Reader(), id)
	if err != nil {
		return nil, err
	}
	return r, timeline(ctx, j.db.Reader(), r)
}

// Failures are the enrollments that the service refused, in the order in which it listed them.
func (j *Jobs) Failures(ctx context.Context, id string) ([]RowFailure, error) {
	rows, err := j.db.Reader().QueryContext(ctx, "SELECT row, name, reason FROM job_failure WHERE job = ? ORDER BY rowid", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []RowFailure
	for rows.Next() {
		var f RowFailure
		if err := rows.Scan(&f.Row, &f.Name, &f.Reason); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, rows.Err()
}

// keepFailures replaces the list of refused enrollments.
func keepFailures(ctx context.Context, tx *sql.Tx, id string, all []RowFailure) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM job_failure WHERE job = ?", id); err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, "INSERT INTO job_failure (job, row, name, reason) VALUES (?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, f := range all {
		if _, err := insert.ExecContext(ctx, id, f.Row, f.Name, f.Reason); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes a record, its timeline and its fetched result. The caller asks the user first. A state that is not
// Deletable is refused.
func (j *Jobs) Delete(ctx context.Context, id string) error {
	var gone *Record
	err := j.db.Write(ctx, func(tx *sql.Tx) error {
		r, err := get(ctx, tx, id)
		if err != nil {
			return err
		}
		if !r.State.Deletable() {
			return &StateError{ID: id, Have: r.State, Allowing: ToDelete}
		}
		gone = r
		if r.State == Prepared {
			if err := j.turn(ctx, tx, r, &page{State: Cancelled, Was: Prepared, Detail: "deleted here; it was not sent"}); err != nil {
				return err
			}
		}
		if _, err := nextChange(ctx, tx); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM job WHERE id = ?", id)
		return err
	})
	if err != nil {
		return err
	}
	j.changed()
	_ = j.tellAll(ctx, false)
	return j.removeFolder(gone.ID)
}

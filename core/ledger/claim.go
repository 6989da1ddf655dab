package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"enrollbench/core/eui48"
)

// ClaimID is the number of a claim within a ledger, from 1.
type ClaimID int64

// State of a claim. What each means for its identities stands behind it.
type State string

const (
	Reserved State = "reserved"  // held for a draft
	Claimed  State = "claimed"   // held, nothing was sent
	Sent     State = "started"   // held, the request is on its way or at work
	MayExist State = "may exist" // held until somebody knows; never released
	Issued   State = "issued"    // held for good; what failed was released
	Released State = "released"  // free again, all of it
)

var (
	errNoReason = errors.New("a reason is needed")
	errNoBatch  = errors.New("a batch needs an id")
)

// Batch is what is to be claimed.
type Batch struct {
	Environment string // Environment(host, account), or Practice
	ID          string // of the batch, the same whenever it is claimed again
	Name        string // for people
	Operator    string // who is signed in; the system's account is recorded beside it
	Connection  string
	Profile     string

	Ranges     []eui48.Range      // MAC orders
	Identities iter.Seq[Identity] // of a document; nil: none. It is gone through once
	Reissue    string             // why identities that were issued already are issued again; "": they are conflicts
	Reserved   ClaimID            // a reservation that the batch takes the place of; 0: none
	At         time.Time          // when it was ordered, of an import; zero: now

	station, account string // that claimed it, where that was not this one
}

// StateError is a claim whose state does not allow a step.
type StateError struct {
	ID       ClaimID
	Batch    string
	Have     State
	Allowing Act // what was asked for: ActReleased
}

// refusals are whole sentences for the steps that a claim's state can refuse.
var refusals = map[Act]string{
	ActClaimed:    `batch %s cannot be claimed again: its state in the ledger is "%s"`,
	ActStarted:    `batch %s cannot be started: its state in the ledger is "%s"`,
	ActNotStarted: `batch %s cannot be recorded as not started: its state in the ledger is "%s"`,
	ActMayExist:   `batch %s cannot be recorded as uncertain: its state in the ledger is "%s"`,
	ActEnded:      `batch %s cannot be recorded as ended: its state in the ledger is "%s"`,
	ActReleased:   `batch %s cannot be released: its state in the ledger is "%s"`,
}

func (e *StateError) Error() string {
	format, ok := refusals[e.Allowing]
	if !ok {
		return fmt.Sprintf(`batch %s does not allow this step (%s): its state in the ledger is "%s"`, e.Batch, e.Allowing, e.Have)
	}
	return fmt.Sprintf(format, e.Batch, e.Have)
}

// Claim takes all identities of a batch, or none. The claim of the same batch that this station made before, and never
// released, is returned again: so a claim whose answer was lost is asked for once more.
//
// Errors: *ConflictError where an identity is taken, ErrUnavailable, ErrRestored, ErrPractice, those of the database. After
// ErrUnavailable the claim may have been made.
func (l *Ledger) Claim(ctx context.Context, b Batch) (ClaimID, error) {
	return l.claim(ctx, b, Claimed, ActClaimed)
}

func (l *Ledger) claim(ctx context.Context, b Batch, state State, act Act) (id ClaimID, err error) {
	if b.ID == "" {
		return 0, errNoBatch
	}
	h, err := hold(b.Ranges, b.Identities)
	if err != nil {
		return 0, err
	}
	if again := h.twice(); len(again) > 0 {
		return 0, &ConflictError{again}
	}
	err = l.write(ctx, func(tx *sql.Tx) error {
		env, err := l.environment(ctx, tx, b.Environment)
		if err != nil {
			return err
		}
		if b.Reserved != 0 { // before what follows: it may be a reservation of the same batch
			if err := l.release(ctx, tx, b.Reserved, b.Operator, "taken by batch "+b.ID, Reserved); err != nil {
				return err
			}
		}
		if id, err = l.before(ctx, tx, env, b.ID, h.digest()); id != 0 || err != nil {
			return err
		}
		taken, err := l.conflicts(ctx, tx, env, h)
		if err != nil {
			return err
		}
		if len(taken) > 0 && b.Reissue == "" {
			return &ConflictError{taken}
		}
		if id, err = l.insertClaim(ctx, tx, env, b, h, state, false); err != nil {
			return err
		}
		if err := l.insertHeld(ctx, tx, env, id, h, taken); err != nil {
			return err
		}
		detail := fmt.Sprintf("%d identities", h.count)
		if len(taken) > 0 {
			detail += fmt.Sprintf(", %d of them again: %s", countAll(taken), b.Reissue)
		}
		clock, err := l.clockNote(ctx, tx)
		if err != nil {
			return err
		}
		_, err = l.append(ctx, tx, Entry{Act: act, Environment: b.Environment, Batch: b.ID, Operator: b.Operator, Detail: detail + clock})
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// environment is the number of an environment, which is made where it is not there.
func (l *Ledger) environment(ctx context.Context, tx *sql.Tx, name string) (id int64, err error) {
	name = text(name)
	if (name == Practice) != l.config.Practice {
		return 0, ErrPractice
	}
	if id, err = findEnvironment(ctx, tx, name); id != 0 || err != nil {
		return id, err
	}
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) + 1 FROM environment").Scan(&id); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO environment (id, name) VALUES ($1, $2)", id, name)
	return id, err
}

// findEnvironment is the number of an environment, 0 where the ledger has nothing of it.
func findEnvironment(ctx context.Context, q querier, name string) (id int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT id FROM environment WHERE name = $1", name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, err
}

// before finds the claim of a batch that this station holds already.
func (l *Ledger) before(ctx context.Context, tx *sql.Tx, env int64, batch string, digest []byte) (id ClaimID, err error) {
	var had []byte
	var state State
	err = tx.QueryRowContext(ctx, "SELECT id, digest, state FROM claim WHERE environment = $1 AND batch = $2 AND station = $3 AND state <> $4 ORDER BY id DESC LIMIT 1",
		env, text(batch), text(l.config.Station), string(Released)).Scan(&id, &had, &state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, nil
	case err != nil:
		return 0, err
	case state != Claimed && state != Reserved:
		return 0, &StateError{id, batch, state, ActClaimed}
	case !bytes.Equal(had, digest):
		return 0, fmt.Errorf("batch %s was claimed with other identities: release that claim first", batch)
	}
	return id, nil
}

// insertClaim writes the facts of a claim of this station.
func (l *Ledger) insertClaim(ctx context.Context, tx *sql.Tx, env int64, b Batch, h *held, state State, imported bool) (id ClaimID, err error) {
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) + 1 FROM claim").Scan(&id); err != nil {
		return 0, err
	}
	if b.station == "" {
		b.station, b.account = l.config.Station, l.account
	}
	at, now := b.At, l.now()
	if at.IsZero() {
		at = now
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO claim (id, environment, batch, name, state, imported, reissue, operator, account, station, connection, profile,
		claimed, changed, identities, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		id, env, text(b.ID), text(b.Name), string(state), number(imported), text(b.Reissue), text(b.Operator), text(b.account), text(b.station),
		text(b.Connection), text(b.Profile), at.UnixMilli(), now.UnixMilli(), h.count, h.digest())
	return id, err
}

// insertHeld writes what a claim holds; taken are the conflicts that a reissue lifts.
func (l *Ledger) insertHeld(ctx context.Context, tx *sql.Tx, env int64, id ClaimID, h *held, taken []Conflict) error {
	again := make(map[any]bool, len(taken))
	earlier := map[ClaimID]bool{}
	for _, c := range taken {
		again[c.of] = true
		earlier[c.Holder.ID] = true
	}
	for e := range earlier {
		if _, err := tx.ExecContext(ctx, "INSERT INTO reissue (claim, earlier) VALUES ($1, $2)", id, e); err != nil {
			return err
		}
	}
	macs := l.inserter(ctx, tx, "mac (environment, level, start, claim, slot, last, step, row)", 8)
	for _, r := range h.macs {
		slot := ownerSlot
		if again[r] {
			slot = laterSlot
		}
		if err := macs.add(env, r.level(), int64(r.Start), id, slot, int64(r.Last()), int64(r.Step), r.row); err != nil { // #nosec G115 -- below 2^48
			return err
		}
	}
	if err := macs.flush(); err != nil {
		return err
	}
	names := l.inserter(ctx, tx, "name (environment, kind, value, slot, claim, row)", 6)
	for _, n := range h.names {
		slot := ownerSlot
		if again[n] {
			if err := tx.QueryRowContext(ctx, "SELECT max(slot) + 1 FROM name WHERE environment = $1 AND kind = $2 AND value = $3",
				env, n.kind, []byte(n.value)).Scan(&slot); err != nil {
				return err
			}
		}
		if err := names.add(env, n.kind, []byte(n.value), slot, id, n.row); err != nil {
			return err
		}
	}
	return names.flush()
}

// inserter writes rows many at a time.
type inserter struct {
	l       *Ledger
	ctx     context.Context
	tx      *sql.Tx
	into    string
	columns int
	args    []any
	full    *sql.Stmt
}

const insertRows = 100

func (l *Ledger) inserter(ctx context.Context, tx *sql.Tx, into string, columns int) *inserter {
	return &inserter{l: l, ctx: ctx, tx: tx, into: into, columns: columns}
}

func (i *inserter) add(values ...any) error {
	if i.args = append(i.args, values...); len(i.args) < insertRows*i.columns {
		return nil
	}
	if i.full == nil {
		var err error
		if i.full, err = i.tx.PrepareContext(i.ctx, i.query()); err != nil { // closed with the transaction
			return err
		}
	}
	_, err := i.full.ExecContext(i.ctx, i.args...)
	i.args = i.args[:0]
	return err
}

func (i *inserter) query() string {
	rows := make([]string, len(i.args)/i.columns)
	for n := range rows {
		rows[n] = "(" + i.l.marks(n*i.columns+1, i.columns) + ")"
	}
	return "INSERT INTO " + i.into + " VALUES " + strings.Join(rows, ", ")
}

func (i *inserter) flush() error {
	if len(i.args) == 0 {
		return nil
	}
	_, err := i.tx.ExecContext(i.ctx, i.query(), i.args...)
	i.args = nil
	return err
}

// Started notes that the request leaves: from now on the claim is only released by what the service says.
func (l *Ledger) Started(ctx context.Context, id ClaimID) error {
	return l.step(ctx, id, Sent, ActStarted, "", "", Claimed, Sent, MayExist)
}

// NotStarted notes that the service certainly did not take the batch, or that an operator has declared so (with operator and
// reason): it may be started again, or released.
func (l *Ledger) NotStarted(ctx context.Context, id ClaimID, operator, reason string) error {
	return l.step(ctx, id, Claimed, ActNotStarted, operator, reason, Claimed, Sent, MayExist)
}

// MayExist notes that nobody knows whether the service took the batch.
func (l *Ledger) MayExist(ctx context.Context, id ClaimID, reason string) error {
	return l.step(ctx, id, MayExist, ActMayExist, "", reason, Claimed, Sent, MayExist)
}

// step changes the state of a claim.
func (l *Ledger) step(ctx context.Context, id ClaimID, to State, act Act, operator, detail string, from ...State) error {
	return l.write(ctx, func(tx *sql.Tx) error {
		_, err := l.change(ctx, tx, id, to, act, operator, detail, from...)
		return err
	})
}

func (l *Ledger) change(ctx context.Context, tx *sql.Tx, id ClaimID, to State, act Act, operator, detail string, from ...State) (*Claim, error) {
	c, err := getClaim(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(from, c.State) {
		return nil, &StateError{id, c.Batch, c.State, act}
	}
	if _, err := tx.ExecContext(ctx, "UPDATE claim SET state = $1, changed = $2, note = $3 WHERE id = $4", string(to), l.now().UnixMilli(), text(detail), id); err != nil {
		return nil, err
	}
	_, err = l.append(ctx, tx, Entry{Act: act, Environment: c.Environment, Batch: c.Batch, Operator: operator, Detail: detail})
	return c, err
}

// Release frees what a claim or a reservation holds that was never sent. A reason is needed. Errors: *StateError where it was
// sent or may have been (Ended, NotStarted), ErrNotFound.
func (l *Ledger) Release(ctx context.Context, id ClaimID, operator, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return errNoReason
	}
	return l.write(ctx, func(tx *sql.Tx) error { return l.release(ctx, tx, id, operator, reason, Reserved, Claimed) })
}

func (l *Ledger) release(ctx context.Context, tx *sql.Tx, id ClaimID, operator, reason string, from ...State) error {
	if _, err := l.change(ctx, tx, id, Released, ActReleased, operator, reason, from...); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE mac SET slot = -1 WHERE claim = $1 AND slot >= 0", id); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE name SET slot = -claim WHERE claim = $1 AND slot >= 0", id); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE claim SET released = identities WHERE id = $1", id)
	return err
}

// Outcome is how the service ended a batch.
type Outcome struct {
	// None says that nothing was issued: the job failed, was rejected or cancelled. All identities are free again.
	None bool
	// Failed identities are free again, with everything else on their rows. One that has a row and no value stands for its
	// row. Nil: none failed.
	Failed iter.Seq[Identity]
	Reason string // of the service, for the audit log
}

// Ended notes what the service made of a batch, and returns how many identities are free again.
func (l *Ledger) Ended(ctx context.Context, id ClaimID, o Outcome) (released int64, err error) {
	err = l.write(ctx, func(tx *sql.Tx) error {
		if o.None {
			c, err := getClaim(ctx, tx, id)
			if err != nil {
				return err
			}
			released = c.Identities - c.Released
			return l.release(ctx, tx, id, "", orElse(o.Reason, "the service issued nothing"), Claimed, Sent, MayExist)
		}
		c, err := l.change(ctx, tx, id, Issued, ActEnded, "", o.Reason, Claimed, Sent, MayExist, Issued)
		if err != nil || o.Failed == nil {
			return err
		}
		if released, err = l.releaseFailed(ctx, tx, c, o.Failed); err != nil || released == 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE claim SET released = released + $1 WHERE id = $2", released, id); err != nil {
			return err
		}
		_, err = l.append(ctx, tx, Entry{Act: ActReleased, Environment: c.Environment, Batch: c.Batch,
			Detail: fmt.Sprintf("%d identities that the service refused", released)})
		return err
	})
	return released, err
}

func orElse(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}

// Claim is a batch that the ledger knows.
type Claim struct {
	ID          ClaimID
	Environment string
	Batch, Name string
	State       State
	Imported    bool      // it was issued before the ledger existed
	Reissue     string    // why identities in it were issued again
	Earlier     []ClaimID // the claims whose identities it issued again
	Operator    string
	Account     string // of the system
	Station     string
	Connection  string
	Profile     string
	At          time.Time // of the claim
	Changed     time.Time
	Identities  int64
	Released    int64  // of them
	Delivered   int64  // certificates
	Note        string // why it is in its state

	envID int64
}

const claimColumns = `c.id, e.name, c.batch, c.name, c.state, c.imported, c.reissue, c.operator, c.account, c.station, c.connection, c.profile,
	c.claimed, c.changed, c.identities, c.released, c.delivered, c.note, c.environment FROM claim AS c JOIN environment AS e ON e.id = c.environment `

type scanner interface{ Scan(...any) error }

func scanClaim(row scanner) (*Claim, error) {
	c := new(Claim)
	var imported int
	var at, changed int64
	err := row.Scan(&c.ID, &c.Environment, &c.Batch, &c.Name, &c.State, &imported, &c.Reissue, &c.Operator, &c.Account, &c.Station, &c.Connection, &c.Profile,
		&at, &changed, &c.Identities, &c.Released, &c.Delivered, &c.Note, &c.envID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	c.Imported, c.At, c.Changed = imported != 0, time.UnixMilli(at), time.UnixMilli(changed)
	return c, err
}

func getClaim(ctx context.Context, q querier, id ClaimID) (*Claim, error) {
	return scanClaim(q.QueryRowContext(ctx, "SELECT "+claimColumns+"WHERE c.id = $1", id))
}

package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/filelock"
	"enrollbench/core/ledger"
	"enrollbench/core/osfile"
)

// The ledger follows the record. What happens to a batch is written into the table job_book together with the change of the
// record, as one transaction, and told to the ledger after that, in order. So nothing is lost where the program ends in
// between or a shared ledger does not answer: whoever comes next tells it. Only claiming comes first, and without it
// nothing is sent.

// page is one entry of the table: a step of a batch that the ledger does not know yet.
type page struct {
	seq    int64
	job    string
	State  State // that the record went into; "": only the audit log is told
	Was    State
	Act    ledger.Act `json:",omitempty"` // for the audit log
	Detail string     `json:",omitempty"`
	By     string     `json:",omitempty"` // operator
	At     time.Time
	// Of the record, for where that is deleted before the ledger is told.
	Practice bool
	Where    string // environment
}

// acts are the steps that only the audit log is told.
var acts = map[State]ledger.Act{Fetched: ledger.ActFetched, Opened: ledger.ActOpened, Delivered: ledger.ActExported}

// enqueue writes a step that concerns the audit log only.
func (j *Jobs) enqueue(ctx context.Context, tx *sql.Tx, r *Record, act ledger.Act, detail string) error {
	return j.turn(ctx, tx, r, &page{Act: act, Detail: detail})
}

// turn writes a page of the record.
func (j *Jobs) turn(ctx context.Context, tx *sql.Tx, r *Record, p *page) error {
	p.By, p.At, p.Practice, p.Where = j.operator(), j.now(), r.Connection.Practice, j.environment(r)
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO job_book (job, body) VALUES (?, ?)", r.ID, string(data))
	return err
}

// environment is where a record's identities are claimed: kept with it from its claim on.
func (j *Jobs) environment(r *Record) string {
	switch {
	case r.Connection.Practice:
		return ledger.Practice
	case r.Environment != "":
		return r.Environment
	case j.connection != nil:
		if c, err := j.connection(r.Connection.ID); err == nil {
			return environmentOf(c, r.Fields)
		}
	}
	return ledger.Environment(r.Connection.Name, "")
}

func (j *Jobs) operator() string {
	if j.who == nil {
		return ""
	}
	return j.who()
}

// draft is the record as the ledger claims it.
func (j *Jobs) draft(ctx context.Context, r *Record) (b ledger.Batch, err error) {
	o, err := j.identities(ctx, r)
	if err != nil {
		return b, err
	}
	b = ledger.Batch{Environment: j.environment(r), ID: r.ID, Name: r.Short(), Operator: j.operator(), Connection: r.Connection.Name, Profile: r.Profile.title(), Reissue: r.Again}
	o.into(&b)
	return b, nil
}

// reserve claims all that a record orders before anything is sent, or holds it for the station that the batch is handed over to.
// Errors: *OrderedBeforeError; those of the ledger, without which nothing may be sent.
func (j *Jobs) reserve(ctx context.Context, r *Record, handedOver bool) (l *ledger.Ledger, id ledger.ClaimID, err error) {
	if l, err = j.ledger(ctx, r.Connection.Practice); err != nil {
		return nil, 0, err
	}
	if err := j.tellAll(ctx, true); err != nil && !away(l) { // what an earlier attempt left: the claim may be in doubt there
		return nil, 0, err
	}
	b, err := j.draft(ctx, r)
	if err != nil {
		return nil, 0, err
	}
	had, err := l.ClaimOf(ctx, b.Environment, b.ID)
	if err != nil {
		return nil, 0, err
	}
	if had != nil && had.State == ledger.Reserved && !handedOver {
		b.Reserved = had.ID // by whoever handed it over
	}
	claim := l.Claim
	if handedOver {
		claim = l.Reserve
	}
	id, err = claim(ctx, b)
	var taken *ledger.ConflictError
	if errors.As(err, &taken) && r.Connection.Practice { // it costs nothing, and the page has said it
		b.Reissue = "practice"
		id, err = claim(ctx, b)
	}
	if errors.As(err, &taken) && taken.Conflicts[0].Holder != nil {
		before := &OrderedBeforeError{ID: r.ID, Conflicts: taken.Conflicts}
		before.Next, _, _ = nextFree(ctx, l, b.Environment, r.Range) // an offer only
		err = before
	}
	return l, id, err
}

// nextFree is the next free range of the same length and step: within the owned block in which it begins, else within its OUI.
func nextFree(ctx context.Context, l *ledger.Ledger, environment string, r eui48.Range) (next eui48.Range, ok bool, err error) {
	if r.Count == 0 {
		return next, false, nil
	}
	last := r.Start | 0xffffff
	blocks, err := l.Blocks(ctx, environment)
	if err != nil {
		return next, false, err
	}
	for _, b := range blocks {
		if b.First <= r.Start && r.Start <= b.Last {
			last = b.Last
		}
	}
	return l.NextFree(ctx, environment, r.Start, last, r.Count, r.Step)
}

// bookLock keeps two programs from telling the ledger the same.
const bookLock = "book.lock"

// bookPause is how long a ledger that did not answer is left alone.
const bookPause = 20 * time.Second

// tellAll tells the ledger what it does not know yet. Where it does not answer, it is told later; now says that the caller cannot
// go on without.
func (j *Jobs) tellAll(ctx context.Context, now bool) error {
	switch {
	case now:
		j.telling.Lock()
	case !j.telling.TryLock(): // whoever tells will see it
		return nil
	}
	defer j.telling.Unlock()
	if !now && j.now().Before(j.silent) {
		return nil
	}
	var waiting int
	if err := j.db.Reader().QueryRowContext(ctx, "SELECT count(*) FROM job_book").Scan(&waiting); err != nil || waiting == 0 {
		return err
	}
	lock, err := osfile.OpenFile(filepath.Join(j.folder, bookLock), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := filelock.Wait(lock); err != nil {
		return err
	}
	defer filelock.Release(lock)
	away := map[bool]error{} // by practice
	for told := true; told; {
		told = false
		pages, err := j.pages(ctx)
		if err != nil {
			return err
		}
		for _, p := range pages {
			if away[p.Practice] != nil {
				continue
			}
			if err := j.tell(ctx, p); err != nil && !settled(err) {
				away[p.Practice] = err
				j.silent = j.now().Add(bookPause)
				continue
			}
			told = true
			if err := j.db.Write(ctx, func(tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, "DELETE FROM job_book WHERE seq = ?", p.seq)
				return err
			}); err != nil {
				return err
			}
		}
	}
	return errors.Join(away[false], away[true])
}

// settled says whether an error of the ledger will be the same however often it is asked: somebody has changed the claim there.
func settled(err error) bool {
	var state *ledger.StateError
	return errors.As(err, &state) || errors.Is(err, ledger.ErrNotFound) || errors.Is(err, ledger.ErrPractice)
}

func (j *Jobs) pages(ctx context.Context) (all []*page, err error) {
	rows, err := j.db.Reader().QueryContext(ctx, "SELECT seq, job, body FROM job_book ORDER BY seq")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		p := new(page)
		var body string
		if err := rows.Scan(&p.seq, &p.job, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), p); err != nil {
			return nil, fmt.Errorf("step of batch %q: %w", p.job, err)
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

// Untold is how many steps the ledger does not know yet: more than a few, and it does not answer.
func (j *Jobs) Untold(ctx context.Context) (n int, err error) {
	err = j.db.Reader().QueryRowContext(ctx, "SELECT count(*) FROM job_book").Scan(&n)
	return n, err
}

// tell tells the ledger one step.
func (j *Jobs) tell(ctx context.Context, p *page) error {
	l, err := j.ledger(ctx, p.Practice)
	if err != nil {
		return err
	}
	r, err := j.Get(ctx, p.job)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if p.Where == "" && r != nil { // it was sent before there was a ledger
		p.Where = j.environment(r)
	}
	entry := ledger.Entry{Act: p.Act, Environment: p.Where, Batch: p.job, Operator: p.By, Detail: p.Detail}
	if late := j.now().Sub(p.At); late > bookPause {
		entry.Detail += " (at " + p.At.UTC().Format(time.RFC3339) + ")"
	}
	if p.State == "" && !away(l) {
		return l.Record(ctx, entry)
	}
	c, err := l.ClaimOf(ctx, p.Where, p.job)
	if err != nil {
		return err
	}
	if away(l) && (c == nil || p.State == "") {
		return ledger.ErrUnavailable // the shared one is told, once it answers
	}
	if c == nil && r != nil && slices.Contains(held, p.State) {
		if c, err = j.late(ctx, l, r, p); err != nil {
			return err
		}
	}
	if entry.Act = acts[p.State]; entry.Act != "" {
		if c != nil && c.State != ledger.Issued { // it was ordered before there was a ledger
			if err := j.ended(ctx, l, c.ID, r, p); err != nil {
				return err
			}
		}
		return l.Record(ctx, entry)
	}
	if c == nil {
		return nil // nothing was claimed, or it is free again
	}
	switch p.State {
	case Prepared:
		switch {
		case p.Was == Prepared && c.State == ledger.Reserved: // taken back
			return l.Release(ctx, c.ID, p.By, p.Detail)
		case p.Was == Starting, p.Was == MayExist:
			return l.NotStarted(ctx, c.ID, p.By, p.Detail)
		}
	case MayExist:
		return l.MayExist(ctx, c.ID, p.Detail)
	case Started:
		if c.State == ledger.Claimed || c.State == ledger.MayExist {
			return l.Started(ctx, c.ID)
		}
	case Complete, Failed, Rejected:
		return j.ended(ctx, l, c.ID, r, p)
	case Cancelled:
		switch {
		case p.Was != Prepared:
			return j.ended(ctx, l, c.ID, r, p)
		case c.State == ledger.Claimed: // a reservation is for another station
			return l.Release(ctx, c.ID, p.By, p.Detail)
		}
	}
	return nil
}

// held are the states in which the service has the batch, or may have it.
var held = []State{Starting, MayExist, Started, WaitingForApproval, Running, Complete, Fetched, Opened, Delivered}

// late claims a batch that was sent without a claim: before there was a ledger, or because its start was taken for failed. Others
// may have ordered the same meanwhile, and that is then recorded as issued twice.
func (j *Jobs) late(ctx context.Context, l *ledger.Ledger, r *Record, p *page) (*ledger.Claim, error) {
	b, err := j.draft(ctx, r)
	if err != nil { // the file is gone: the same file is known again
		id := fileIdentity(r.SHA256)
		b = ledger.Batch{ID: r.ID, Name: r.Short(), Connection: r.Connection.Name, Profile: r.Profile.title(),
			Identities: slices.Values([]ledger.Identity{id})}
	}
	b.Environment, b.At, b.Operator = p.Where, r.Created, p.By
	if b.Reissue == "" {
		b.Reissue = "found among the batches of this station"
	}
	id, err := l.Claim(ctx, b)
	if err != nil {
		return nil, err
	}
	return l.Get(ctx, id)
}

// ended tells what the service made of a batch. Only where it certainly issued nothing all is free again.
func (j *Jobs) ended(ctx context.Context, l *ledger.Ledger, id ledger.ClaimID, r *Record, p *page) error {
	if r == nil {
		return nil // the record is gone: what may have been issued stays taken
	}
	o := ledger.Outcome{Reason: p.Detail, None: r.Issued == 0 && slices.Contains([]State{Failed, Rejected, Cancelled}, p.State)}
	if o.Reason == "" {
		o.Reason = string(p.State)
	}
	if !o.None && r.Failed > 0 {
		failed, err := j.failedIdentities(ctx, l, id, r)
		if err != nil {
			return err
		}
		o.Failed = slices.Values(failed)
	}
	_, err := l.Ended(ctx, id, o)
	return err
}

// failedIdentities are the enrollments that the service refused, each by its row. What cannot be told apart from one that was
// issued is not among them.
func (j *Jobs) failedIdentities(ctx context.Context, l *ledger.Ledger, claim ledger.ClaimID, r *Record) (failed []ledger.Identity, err error) {
	failures, err := j.Failures(ctx, r.ID)
	if err != nil || len(failures) == 0 {
		return nil, err
	}
	s := newSought(failures)
	type hit struct {
		id    ledger.Identity
		names []string
	}
	var hits []hit
	if r.Method == MAC {
		row := 0
		for a := range r.Range.All() {
			if row++; s.take(row, a.String()) {
				hits = append(hits, hit{ledger.Identity{Kind: ledger.MAC, Value: a.String()}, []string{a.String()}})
			}
		}
	} else {
		take := func(row int, names []string) {
			if s.take(row, names...) {
				hits = append(hits, hit{ledger.Identity{Row: row}, names})
			}
		}
		facts, err := measure(ctx, r.Path, nil)
		if err == nil && facts.sha256 == r.SHA256 {
			err = eachEnrollment(ctx, r.Method, r.Path, func(e *enrollment) error {
				take(e.row, e.names())
				return nil
			})
		} else { // the file is gone or another: the ledger knows the names
			err = eachClaimed(ctx, l, claim, take)
		}
		if err != nil {
			return nil, err
		}
	}
	_, ambiguous := s.rest()
	doubt := map[string]bool{}
	for _, f := range ambiguous {
		doubt[nameKey(f.Name)] = true
	}
	for _, h := range hits {
		if !slices.ContainsFunc(h.names, func(name string) bool { return name != "" && doubt[nameKey(name)] }) {
			failed = append(failed, h.id)
		}
	}
	return failed, nil
}

// eachClaimed goes through the rows of a claim with the names that the ledger keeps of them.
func eachClaimed(ctx context.Context, l *ledger.Ledger, claim ledger.ClaimID, do func(row int, names []string)) error {
	rows := map[int][]string{}
	for id, err := range l.Identities(ctx, claim) {
		if err != nil {
			return err
		}
		if id.Row > 0 {
			rows[id.Row] = append(rows[id.Row], id.Value)
		}
	}
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		do(row, rows[row])
	}
	return nil
}

package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
)

// Act is what an entry of the audit log tells.
type Act string

// The acts that matter. Others may be recorded: verification does not depend on their names.
const (
	ActCreated    Act = "ledger created"
	ActAdopted    Act = "ledger adopted"
	ActPrepared   Act = "prepared"
	ActExcluded   Act = "finding excluded"
	ActClaimed    Act = "claimed"
	ActReserved   Act = "reserved"
	ActStarted    Act = "started"
	ActNotStarted Act = "not started"
	ActMayExist   Act = "may exist"
	ActEnded      Act = "ended"
	ActReleased   Act = "claim released"
	ActApproved   Act = "approved"
	ActRejected   Act = "rejected"
	ActFetched    Act = "fetched"
	ActOpened     Act = "opened"
	ActDelivered  Act = "delivered"
	ActExported   Act = "exported"
	ActHandedOver Act = "handed over"
	ActKey        Act = "key chosen"
	ActConnection Act = "connection changed"
	ActImported   Act = "imported"
	ActReconciled Act = "reconciled"
	ActBlock      Act = "block changed"
	ActSignedIn   Act = "signed in"
	ActPIN        Act = "PIN changed"
	ActBackedUp   Act = "backed up"
)

// Entry is one entry of the audit log. No secret may be in it.
type Entry struct {
	Seq         int64     // from 1, without a gap; given by Record
	At          time.Time // in milliseconds, UTC; given by Record
	Act         Act
	Environment string
	Batch       string
	Operator    string
	Account     string // of the system; given by Record
	Station     string // given by Record
	Detail      string // what was done, in words
	Hash        [32]byte
}

// sum is the hash of the entry behind the one with the hash previous. The canonical encoding is a line of text that says the
// form, then each field as a netstring (its length in octets in decimal, a colon, the octets, a comma), in this order: the
// previous hash in hexadecimal, number, time in milliseconds since 1970 UTC, act, environment, batch, operator, account,
// station, detail; numbers in decimal, text in UTF-8. No two different entries have the same encoding.
func (e *Entry) sum(previous [32]byte) [32]byte {
	h := sha256.New()
	h.Write([]byte("enrollbench audit 1\n"))
	for _, field := range []string{hex.EncodeToString(previous[:]), strconv.FormatInt(e.Seq, 10), strconv.FormatInt(e.At.UnixMilli(), 10),
		string(e.Act), e.Environment, e.Batch, e.Operator, e.Account, e.Station, e.Detail} {
		fmt.Fprintf(h, "%d:%s,", len(field), field)
	}
	return [32]byte(h.Sum(nil))
}

// Record appends an entry. Number, time, account, station and hash are given to it.
func (l *Ledger) Record(ctx context.Context, e Entry) error {
	return l.write(ctx, func(tx *sql.Tx) error {
		_, err := l.append(ctx, tx, e)
		return err
	})
}

func (l *Ledger) append(ctx context.Context, tx *sql.Tx, e Entry) (Head, error) {
	head, err := readHead(ctx, tx)
	if err != nil {
		return head, err
	}
	e.Seq, e.At, e.Account, e.Station = head.Seq+1, l.now(), text(l.account), text(l.config.Station)
	e.Act, e.Environment, e.Batch = Act(text(string(e.Act))), text(e.Environment), text(e.Batch)
	e.Operator, e.Detail = text(e.Operator), text(e.Detail)
	e.Hash = e.sum(head.Hash)
	_, err = tx.ExecContext(ctx, `INSERT INTO audit (seq, at, act, environment, batch, operator, account, station, detail, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		e.Seq, e.At.UnixMilli(), string(e.Act), e.Environment, e.Batch, e.Operator, e.Account, e.Station, e.Detail, e.Hash[:])
	return Head{e.Seq, e.Hash}, err
}

func (l *Ledger) now() time.Time { return l.config.Now().UTC().Truncate(time.Millisecond) }

func readHead(ctx context.Context, q querier) (head Head, err error) {
	var hash []byte
	err = q.QueryRowContext(ctx, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").Scan(&head.Seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return Head{}, nil
	}
	copy(head.Hash[:], hash)
	return head, err
}

// hashOf is the hash of an entry, nil where there is none.
func hashOf(ctx context.Context, q querier, seq int64) (hash []byte, err error) {
	err = q.QueryRowContext(ctx, "SELECT hash FROM audit WHERE seq = $1", seq).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return hash, err
}

// Head is the end of the audit log, to be printed, copied and kept elsewhere.
func (l *Ledger) Head(ctx context.Context) (Head, error) {
	h, err := readHead(ctx, l.db.Reader())
	return h, l.db.Explain(err)
}

// ParseHead reads an anchor as Head.String wrote it.
func ParseHead(s string) (h Head, err error) {
	number, sum, ok := strings.Cut(strings.TrimSpace(s), ":")
	hash, err := hex.DecodeString(sum)
	if err == nil {
		h.Seq, err = strconv.ParseInt(number, 10, 64)
	}
	if !ok || err != nil || len(hash) != len(h.Hash) || h.Seq < 0 {
		return Head{}, fmt.Errorf("%q is not an anchor: it has a number, a colon and 64 hexadecimal digits", s)
	}
	copy(h.Hash[:], hash)
	return h, nil
}

// Broken is the first entry of an audit log that is not as it was written.
type Broken struct {
	Seq    int64
	Reason string // a sentence that names the entry
}

func (b *Broken) Error() string { return b.Reason }

// Verify recomputes the audit log and returns its first broken entry, nil where all are as they were written. Whether
// entries are missing at the end only an anchor tells: VerifyAnchor.
func (l *Ledger) Verify(ctx context.Context) (*Broken, error) {
	var previous Head
	for e, err := range l.Entries(ctx, 0) {
		if err != nil {
			return nil, err
		}
		switch {
		case e.Seq != previous.Seq+1:
			return &Broken{previous.Seq + 1, fmt.Sprintf("entry %d of the audit log is missing", previous.Seq+1)}, nil
		case e.sum(previous.Hash) != e.Hash:
			return &Broken{e.Seq, fmt.Sprintf("entry %d of the audit log was changed", e.Seq)}, nil
		}
		previous = Head{e.Seq, e.Hash}
	}
	if previous.Seq == 0 { // each ledger begins with an entry
		return &Broken{1, fmt.Sprintf("entry %d of the audit log is missing", 1)}, nil
	}
	return nil, nil
}

// VerifyAnchor verifies the audit log, and that it still holds the entry that an anchor was made of.
func (l *Ledger) VerifyAnchor(ctx context.Context, anchor Head) (*Broken, error) {
	if broken, err := l.Verify(ctx); broken != nil || err != nil || anchor.Seq == 0 {
		return broken, err
	}
	hash, err := hashOf(ctx, l.db.Reader(), anchor.Seq)
	switch {
	case err != nil:
		return nil, l.db.Explain(err)
	case hash == nil:
		return &Broken{anchor.Seq, fmt.Sprintf("entry %d of the audit log, which the anchor names, is missing", anchor.Seq)}, nil
	case !bytes.Equal(hash, anchor.Hash[:]):
		return &Broken{anchor.Seq, fmt.Sprintf("entry %d of the audit log does not match the anchor: the log was written again", anchor.Seq)}, nil
	}
	return nil, nil
}

// Entries yields the entries of the audit log behind the one with the number after, in their order.
func (l *Ledger) Entries(ctx context.Context, after int64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		stop := errors.New("stop")
		err := l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
			var e Entry
			var at int64
			var hash []byte
			if err := rows.Scan(&e.Seq, &at, &e.Act, &e.Environment, &e.Batch, &e.Operator, &e.Account, &e.Station, &e.Detail, &hash); err != nil {
				return err
			}
			e.At = time.UnixMilli(at).UTC()
			if len(hash) == len(e.Hash) { // else it stays empty, and is no entry's
				copy(e.Hash[:], hash)
			}
			if !yield(e, nil) {
				return stop
			}
			return nil
		}, "SELECT seq, at, act, environment, batch, operator, account, station, detail, hash FROM audit WHERE seq > $1 ORDER BY seq", after)
		if err != nil && !errors.Is(err, stop) {
			yield(Entry{}, err)
		}
	}
}

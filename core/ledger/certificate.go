package ledger

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"iter"
	"math/big"
	"time"

	"enrollbench/core/eui48"
)

// Certificate is one that was delivered.
type Certificate struct {
	Identity    Identity // usually its common name
	Serial      *big.Int
	Fingerprint [32]byte // SHA-256 of its DER
	NotBefore   time.Time
	NotAfter    time.Time

	Claim ClaimID // of the ledger's answers
}

// value is an identity's key as certificates keep it: an address in six octets.
func (id Identity) value() (Kind, []byte, error) {
	key, address, err := id.key()
	if err != nil {
		return 0, nil, err
	}
	if key == nil {
		return MAC, addressOctets(address), nil
	}
	return id.Kind, key, nil
}

func addressOctets(a eui48.Address) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(a))[2:]
}

func identityOf(kind Kind, value []byte) Identity {
	if kind == MAC && len(value) == 6 {
		return Identity{Kind: MAC, Value: eui48.Address(binary.BigEndian.Uint64(append([]byte{0, 0}, value...))).String()}
	}
	return shown(heldName{kind: kind, value: string(value)})
}

// Delivered notes the certificates that came back for a claim. One that is noted already, by its fingerprint, is left as it
// is: a result may be opened twice. It returns how many were new.
func (l *Ledger) Delivered(ctx context.Context, id ClaimID, certificates iter.Seq[Certificate]) (added int64, err error) {
	err = l.write(ctx, func(tx *sql.Tx) error {
		c, err := getClaim(ctx, tx, id)
		if err != nil {
			return err
		}
		if added, err = l.insertCertificates(ctx, tx, id, certificates); err != nil || added == 0 {
			return err
		}
		_, err = l.append(ctx, tx, Entry{Act: ActDelivered, Environment: c.Environment, Batch: c.Batch, Detail: fmt.Sprintf("%d certificates", added)})
		return err
	})
	return added, err
}

func (l *Ledger) insertCertificates(ctx context.Context, tx *sql.Tx, id ClaimID, certificates iter.Seq[Certificate]) (added int64, err error) {
	var next int64
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM certificate").Scan(&next); err != nil {
		return 0, err
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO certificate (id, claim, kind, value, serial, fingerprint, not_before, not_after)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`)
	if err != nil {
		return 0, err
	}
	defer insert.Close()
	for c := range certificates {
		kind, value, err := c.Identity.value()
		if err != nil {
			return 0, err
		}
		next++
		result, err := insert.ExecContext(ctx, next, id, kind, value, c.Serial.Bytes(), c.Fingerprint[:], c.NotBefore.Unix(), c.NotAfter.Unix())
		if err != nil {
			return 0, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return 0, err
		}
		added += n
	}
	_, err = tx.ExecContext(ctx, "UPDATE claim SET delivered = delivered + $1 WHERE id = $2", added, id)
	return added, err
}

const certificateColumns = "claim, kind, value, serial, fingerprint, not_before, not_after FROM certificate "

func scanCertificate(rows *sql.Rows) (c Certificate, err error) {
	var kind Kind
	var value, serial, fingerprint []byte
	var before, after int64
	if err := rows.Scan(&c.Claim, &kind, &value, &serial, &fingerprint, &before, &after); err != nil {
		return c, err
	}
	c.Identity, c.Serial = identityOf(kind, value), new(big.Int).SetBytes(serial)
	copy(c.Fingerprint[:], fingerprint)
	c.NotBefore, c.NotAfter = time.Unix(before, 0), time.Unix(after, 0)
	return c, nil
}

// Expiring yields the certificates of an environment, or of all for "", that end from one time on and before another, the
// first to end first.
func (l *Ledger) Expiring(ctx context.Context, environment string, from, to time.Time) iter.Seq2[Certificate, error] {
	return func(yield func(Certificate, error) bool) {
		err := l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
			c, err := scanCertificate(rows)
			if err == nil && !yield(c, nil) {
				return errStop
			}
			return err
		}, "SELECT "+certificateColumns+"WHERE not_after >= $1 AND not_after < $2 AND "+ofEnvironment+" ORDER BY not_after, id", from.Unix(), to.Unix(), text(environment))
		if err != nil && err != errStop {
			yield(Certificate{}, err)
		}
	}
}

const ofEnvironment = "($3 = '' OR claim IN (SELECT c.id FROM claim AS c JOIN environment AS e ON e.id = c.environment WHERE e.name = $3))"

// Month is how many certificates end in a month.
type Month struct {
	Begin time.Time // of the month, in the zone that was asked for
	Count int64
}

// ExpiringByMonth counts what ends in each of n months, the one of first being the first, in its zone.
func (l *Ledger) ExpiringByMonth(ctx context.Context, environment string, first time.Time, n int) ([]Month, error) {
	months := make([]Month, n)
	for i := range months {
		begin := time.Date(first.Year(), first.Month()+time.Month(i), 1, 0, 0, 0, 0, first.Location())
		months[i].Begin = begin
		if err := l.db.Reader().QueryRowContext(ctx, "SELECT count(*) FROM certificate WHERE not_after >= $1 AND not_after < $2 AND "+ofEnvironment,
			begin.Unix(), begin.AddDate(0, 1, 0).Unix(), text(environment)).Scan(&months[i].Count); err != nil {
			return nil, l.db.Explain(err)
		}
	}
	return months, nil
}

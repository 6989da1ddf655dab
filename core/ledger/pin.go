package ledger

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"unicode/utf8"
)

var (
	// ErrNeedsPIN is an operator who has set a PIN and gave none.
	ErrNeedsPIN = errors.New("this operator signs in with a PIN")
	// ErrWrongPIN is a PIN that is not the operator's. The audit log has the attempt.
	ErrWrongPIN = errors.New("the PIN is wrong")
	// ErrShortPIN is a new PIN that is too short.
	ErrShortPIN = fmt.Errorf("a PIN has at least %d characters", minPIN)
)

const (
	minPIN    = 4
	pinRounds = 600_000 // of PBKDF2 with HMAC-SHA-256, as OWASP's Password Storage Cheat Sheet has it: some tenths of a second
)

// SetPIN gives an operator a PIN; an empty one takes it away. It lies in the ledger, and not in each workstation's keychain, because
// somebody who has one needs it at every station: there would always be one where it was never set. It keeps colleagues from signing
// in by each other's names. Whoever can read the database can try all short ones, so that it should be used for nothing else. by is
// who did it. Error: ErrShortPIN.
func (l *Ledger) SetPIN(ctx context.Context, operator string, pin []byte, by string) error {
	if n := utf8.RuneCount(pin); n > 0 && n < minPIN {
		return ErrShortPIN
	}
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // never fails
	hash, err := pinHash(pin, salt[:], pinRounds)
	if err != nil {
		return err
	}
	return l.write(ctx, func(tx *sql.Tx) error {
		detail := "PIN set for " + operator
		if _, err := tx.ExecContext(ctx, "DELETE FROM operator WHERE name = $1", fold(operator)); err != nil {
			return err
		}
		if len(pin) == 0 {
			detail = "PIN removed of " + operator
		} else if _, err := tx.ExecContext(ctx, "INSERT INTO operator (name, salt, rounds, hash) VALUES ($1, $2, $3, $4)", fold(operator), salt[:], pinRounds, hash); err != nil {
			return err
		}
		_, err := l.append(ctx, tx, Entry{Act: ActPIN, Operator: by, Detail: detail})
		return err
	})
}

// CheckPIN says whether an operator may sign in: whoever has no PIN may, whatever is given. Errors: ErrNeedsPIN, ErrWrongPIN.
func (l *Ledger) CheckPIN(ctx context.Context, operator string, pin []byte) error {
	var salt, hash []byte
	var rounds int
	err := l.db.Reader().QueryRowContext(ctx, "SELECT salt, rounds, hash FROM operator WHERE name = $1", fold(operator)).Scan(&salt, &rounds, &hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return l.db.Explain(err)
	case len(pin) == 0:
		return ErrNeedsPIN
	}
	given, err := pinHash(pin, salt, rounds)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(given, hash) == 1 {
		return nil
	}
	return errors.Join(ErrWrongPIN, l.Record(ctx, Entry{Act: ActSignedIn, Operator: operator, Detail: "refused: the PIN was wrong"}))
}

func pinHash(pin, salt []byte, rounds int) ([]byte, error) {
	return pbkdf2.Key(sha256.New, string(pin), salt, rounds, sha256.Size)
}

package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"
)

// Migration is one step of a component's tables. Steps are numbered by their place in the list, from 1. A step that was
// released is never changed: what is to be different becomes another step.
type Migration struct {
	Name string // what it is for, for whoever reads the table of migrations
	SQL  string // one statement or several
}

// createMigrations is read by SQLite and PostgreSQL alike.
const createMigrations = `CREATE TABLE IF NOT EXISTS migration (
	component TEXT NOT NULL,
	number    INTEGER NOT NULL,
	name      TEXT NOT NULL,
	sha256    TEXT NOT NULL,
	applied   TEXT NOT NULL,
	PRIMARY KEY (component, number)
)`

// NewerError is a database that a newer version of the program has worked on.
type NewerError struct {
	Component   string
	Have, Known int // steps
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the database was used by a newer version of this program (%s: step %d, and this version knows %d); use that version",
		e.Component, e.Have, e.Known)
}

// Is matches ErrNewer.
func (e *NewerError) Is(target error) bool { return target == ErrNewer }

// ChangedError is a migration that is not the one that was applied.
type ChangedError struct {
	Component string
	Number    int
	Name      string
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("step %d (%s) of %s is not the one that made this database", e.Number, e.Name, e.Component)
}

// Migrate brings the tables of a component up to date. All steps that are missing are applied in one transaction: the
// database is as before or as it should be. Errors: *NewerError, *ChangedError, those of the database.
func (db *DB) Migrate(ctx context.Context, component string, steps []Migration) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		have, err := applied(ctx, tx, component)
		if err != nil {
			return err
		}
		if len(have) > len(steps) {
			return &NewerError{component, len(have), len(steps)}
		}
		for i, step := range steps {
			sum := sha256.Sum256([]byte(step.SQL))
			hash := hex.EncodeToString(sum[:])
			if i < len(have) {
				if have[i] != hash {
					return &ChangedError{component, i + 1, step.Name}
				}
				continue
			}
			if _, err := tx.ExecContext(ctx, step.SQL); err != nil {
				return fmt.Errorf("step %d (%s) of %s: %w", i+1, step.Name, component, err)
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO migration (component, number, name, sha256, applied) VALUES ($1, $2, $3, $4, $5)",
				component, i+1, step.Name, hash, time.Now().UTC().Format(time.RFC3339)); err != nil {
				return err
			}
		}
		return nil
	})
}

// applied returns the hashes of the steps that were applied, in their order.
func applied(ctx context.Context, tx *sql.Tx, component string) (hashes []string, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT sha256 FROM migration WHERE component = $1 ORDER BY number", component)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var h string
		if err := rows.Scan(&h); err != nil {
			return nil, err
		}
		hashes = append(hashes, h)
	}
	return hashes, rows.Err()
}

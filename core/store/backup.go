package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"enrollbench/core/atomicfile"
	"enrollbench/core/osfile"
)

// DamageError lists what Check found. It matches ErrDamaged.
type DamageError struct{ Problems []string }

func (e *DamageError) Error() string {
	return "the database is damaged: " + strings.Join(e.Problems, "; ")
}

// Is matches ErrDamaged.
func (e *DamageError) Is(target error) bool { return target == ErrDamaged }

// Check reads the whole database and verifies its structure, its indexes and its references. The error is a *DamageError
// that lists every problem, or that of reading.
//
// Of a server nothing is read: its administrator has tools for that (pg_amcheck).
func (db *DB) Check(ctx context.Context) error {
	if db.Shared() {
		return nil
	}
	var problems []string
	rows, err := db.readers.QueryContext(ctx, "PRAGMA integrity_check")
	if err != nil {
		return explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return explain(err)
		}
		if text != "ok" {
			problems = append(problems, text)
		}
	}
	if err := rows.Err(); err != nil {
		return explain(err)
	}
	references, err := db.readers.QueryContext(ctx, `SELECT "table", coalesce(rowid, 0), parent FROM pragma_foreign_key_check`)
	if err != nil {
		return explain(err)
	}
	defer references.Close()
	for references.Next() {
		var table, parent string
		var row int64
		if err := references.Scan(&table, &row, &parent); err != nil {
			return explain(err)
		}
		problems = append(problems, fmt.Sprintf("row %d of %s refers to nothing in %s", row, table, parent))
	}
	if err := references.Err(); err != nil {
		return explain(err)
	}
	if len(problems) > 0 {
		return &DamageError{problems}
	}
	return nil
}

// Backup writes a copy of the database to path while others may go on working: what was committed when it began, compacted,
// as one file without a log beside it, 0600. An existing file is refused. A server is backed up by its administrator
// (pg_dump): the error matches errors.ErrUnsupported.
func (db *DB) Backup(ctx context.Context, path string) error {
	if db.Shared() {
		return fmt.Errorf("a database server is backed up where it runs, with pg_dump: %w", errors.ErrUnsupported)
	}
	if _, err := os.Lstat(path); err == nil {
		return &os.PathError{Op: "backup", Path: path, Err: os.ErrExist}
	}
	// SQLite writes to a name that it wants to make itself: in a folder of its own beside the target, which nobody else can
	// enter. From there it goes through atomicfile, which syncs and never replaces.
	folder, err := osfile.MkdirTemp(filepath.Dir(path), ".backup-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	copied := filepath.Join(folder, "copy.db")
	if _, err := db.writer.ExecContext(ctx, "VACUUM INTO ?", copied); err != nil {
		return explain(err)
	}
	return publish(copied, path)
}

func publish(from, to string) (err error) {
	in, err := os.Open(from) // #nosec G304 -- made above
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := atomicfile.Create(to, atomicfile.Options{Mode: 0o600})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Abort()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Commit()
}

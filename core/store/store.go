// Package store opens the program's databases, keeps their tables up to date, checks them and backs them up. It knows nothing
// of what the tables hold: jobs and ledger bring their own (Migrate) and write their own queries.
//
// Which to call:
//
//   - Open for a file of this computer, OpenServer for the PostgreSQL server that several workstations share; DB.Migrate by
//     each package before its first query;
//   - DB.Write for everything that changes something: one writer at a time, in a transaction that is on the disk when
//     Write returns;
//   - DB.Reader for queries, which never wait for a writer;
//   - DB.Check and DB.Backup when a user asks for it.
//
// # What is promised
//
// SQLite with a write-ahead log and synchronous=FULL: when Write returns nil, its change survives kill -9 and power loss,
// as far as the disk keeps what it says it has; when the program is killed before, nothing of it is seen. Several
// processes may use one database on one computer; a writer waits for another one up to BusyTimeout. The folder must lie on
// a local disk: a write-ahead log needs memory that the processes share, which a network drive does not have
// (https://www.sqlite.org/wal.html).
//
// With PostgreSQL the same holds of a commit that the server has answered, and writers of all stations come one after the
// other.
//
// The queries are those of database/sql. Parameters are written $1, $2: both databases read that.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"enrollbench/core/osfile"
)

// BusyTimeout is how long a writer waits for another process to finish before it gives up with ErrBusy.
const BusyTimeout = 15 * time.Second

// applicationID marks a database as one of this program ("EnBc"): PRAGMA application_id.
const applicationID = 0x456e4263

var (
	// ErrBusy is another process that would not finish its writing in time.
	ErrBusy = errors.New("another program is writing into the database and did not finish in time")
	// ErrDamaged is a database whose structure is broken.
	ErrDamaged = errors.New("the database is damaged")
	// ErrForeign is a file that is a database of another program, or no database.
	ErrForeign = errors.New("not a database of this program")
	// ErrFull is a disk or quota that has no room left.
	ErrFull = errors.New("no room is left for the database")
	// ErrNewer is a database that a newer version of the program has worked on: *NewerError.
	ErrNewer = errors.New("the database was used by a newer version of this program")
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	path    string  // of the file; "" for a server
	server  *Server // nil for a file
	name    string  // of the server
	writer  *sql.DB // one connection: SQLite has one writer at a time anyway, and waiting here is fair
	readers *sql.DB
}

// Open opens the database at path and makes it where it is not there: 0600, its folder 0700. Errors: ErrForeign for a file
// of something else, ErrDamaged, those of the file system.
func Open(ctx context.Context, path string) (*DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := osfile.MkdirAll(filepath.Dir(abs), 0o700); err != nil {
		return nil, err
	}
	// SQLite gives its files the mode of the database; made here, so that nobody else can ever read them. One that is there is
	// not opened: closing it would take away the locks that this program holds on it (https://www.sqlite.org/howtocorrupt.html).
	f, err := osfile.OpenFile(abs, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the file that the caller names
	if err == nil {
		err = f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	db := &DB{path: abs}
	if db.writer, err = sql.Open("sqlite", source(abs, "_txlock=immediate&_pragma=cache_size(-32000)")); err != nil {
		return nil, err
	}
	db.writer.SetMaxOpenConns(1)
	if db.readers, err = sql.Open("sqlite", source(abs, "_pragma=query_only(1)")); err != nil {
		return nil, errors.Join(err, db.writer.Close())
	}
	db.readers.SetMaxOpenConns(4)
	db.readers.SetMaxIdleConns(4)
	if err := db.claim(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database %q: %w", abs, err), db.Close())
	}
	return db, nil
}

// source is the name under which the driver opens the file. Its path is escaped: a question mark in a folder's name must not
// begin the options.
func source(path, more string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + fmt.Sprintf("?_pragma=busy_timeout(%d)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=trusted_schema(0)&%s",
		BusyTimeout.Milliseconds(), more)
}

// claim refuses what is not ours and marks what is new, in one transaction: another program may do the same now.
func (db *DB) claim(ctx context.Context) error {
	err := db.Write(ctx, func(tx *sql.Tx) error {
		var id, tables int
		if err := tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
			return err
		}
		switch {
		case id == applicationID:
			return nil
		case id != 0 || tables > 0:
			return ErrForeign
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id=%d; %s", applicationID, createMigrations))
		return err
	})
	if err != nil {
		return err
	}
	return db.keepLog(ctx)
}

// keepLog has the database keep a write-ahead log. SQLite does not wait for others when it changes to one: it is asked until
// BusyTimeout is over.
func (db *DB) keepLog(ctx context.Context) error {
	for end := time.Now().Add(BusyTimeout); ; {
		var mode string
		err := explain(db.writer.QueryRowContext(ctx, "PRAGMA journal_mode=WAL").Scan(&mode))
		switch {
		case errors.Is(err, ErrBusy) && time.Now().Before(end):
			time.Sleep(5 * time.Millisecond)
			continue
		case err == nil && !strings.EqualFold(mode, "wal"):
			return fmt.Errorf("the file system cannot keep a write-ahead log (mode %q): choose a folder on a local disk", mode)
		}
		return err
	}
}

// Shared says whether the database is a server that several workstations use.
func (db *DB) Shared() bool { return db.server != nil }

// Path is the file of the database, "" for a server.
func (db *DB) Path() string { return db.path }

// Close closes the database. The write-ahead log is taken into the file when the last process closes it.
func (db *DB) Close() error {
	var err error
	if db.readers != nil {
		err = db.readers.Close()
	}
	return errors.Join(err, db.writer.Close())
}

// Reader is for queries. It refuses to change anything, and sees what was committed when a query begins.
func (db *DB) Reader() *sql.DB { return db.readers }

// Write runs f in a transaction that no other writer, of this process or another, can come between: what f reads through tx
// is still so when it is committed. It is on the disk when Write returns nil; after any error nothing of it is there. f must
// use tx and nothing else of the database.
func (db *DB) Write(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := db.begin(ctx)
	if cut(err) { // the one that was kept, by a restart of the server; nothing was asked of it yet
		tx, err = db.begin(ctx)
	}
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback() // the connection is gone, or SQLite has rolled back by itself
		return db.Explain(err)
	}
	return db.Explain(tx.Commit())
}

func (db *DB) begin(ctx context.Context) (*sql.Tx, error) {
	tx, err := db.writer.BeginTx(ctx, nil)
	if err == nil && db.server != nil {
		if _, err = tx.ExecContext(ctx, serverLock); err != nil {
			_ = tx.Rollback() // the connection is gone
		}
	}
	return tx, db.Explain(err)
}

// Explain turns what a query of Reader returned into errors that callers can tell apart; others pass unchanged.
func (db *DB) Explain(err error) error {
	if db.server != nil {
		return explainServer(err)
	}
	return explain(err)
}

// explain turns the database's codes into errors that callers can tell apart; others pass unchanged.
func explain(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff { // the rest is detail
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w: %w", ErrBusy, err)
	case sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrForeign, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("%w: %w", fs.ErrPermission, err)
	}
	return err
}

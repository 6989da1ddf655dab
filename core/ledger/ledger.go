// Package ledger remembers what was ever ordered, so that nothing is issued twice, and who did what (the audit log).
//
// Which to call, in a batch's life:
//
//   - Check while it is prepared: what of it is taken, by whom;
//   - Claim before anything is sent: all of it or nothing; a *ConflictError names who was first;
//   - Started when the request leaves, NotStarted when it certainly did not arrive, MayExist when nobody knows;
//   - Ended when the service has finished: failed identities are free again, the rest is issued for good;
//   - Delivered with the certificates that came back; Release for what was claimed and never sent.
//
// Find tells the whole life of an identity, Batches lists claims, Blocks, NextFree and Reserve keep a stock of MAC addresses,
// Import takes over what was issued before the ledger existed. Record, Verify and Export are the audit log.
//
// # What is promised
//
// A claim is one transaction, and transactions that write come one after the other, on one lock of the database. The database
// itself refuses what is taken: by triggers with the exact arithmetic of ranges with steps, and by the primary key of names. An
// identity is free when nobody holds it: a released one stays in the ledger as history.
//
// Each environment (host and account of the service) has identities of its own. Practice has a ledger of its own, in another
// file, so that nothing that is tried can ever take something that is real.
//
// A ledger is a SQLite file of this computer or a PostgreSQL database that several workstations share: the same tables, the
// same queries, the same tests.
package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strings"
	"sync"
	"time"

	"enrollbench/core/store"
)

var (
	// ErrUnavailable is a shared database that does not answer. Nothing may be started until it does.
	ErrUnavailable = store.ErrUnavailable
	// ErrNewer is a ledger that a newer version of the program has worked on.
	ErrNewer = store.ErrNewer
	// ErrCorrupt is a ledger whose file is damaged.
	ErrCorrupt = store.ErrDamaged
	// ErrRestored is a ledger that is not as this station remembers it: *RestoredError.
	ErrRestored = errors.New("the ledger is not the one that this station remembers")
	// ErrPractice is practice in a ledger of production, or the other way round.
	ErrPractice = errors.New("practice and production have separate ledgers")
	// ErrNotFound is a claim, block or batch that the ledger does not have.
	ErrNotFound = errors.New("the ledger has no such entry")
)

// Practice is the environment of everything that is tried with the practice service.
const Practice = "practice"

// Environment is the name of the environment of a host and an account there, in one form however they were typed.
func Environment(host, account string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(host), "/")) + "/" + strings.TrimSpace(account)
}

// Config says where a ledger lies and for whom it is opened.
type Config struct {
	Path     string                                    // of a file of this computer; "" with Server
	Server   string                                    // connection string of a PostgreSQL database, without password: store.Server
	Password func(ctx context.Context) ([]byte, error) // of the server's user; nil where it wants none
	Practice bool                                      // the ledger of the practice service
	Station  string                                    // name of this workstation, as people call it
	Memory   Memory                                    // what the station remembers of the ledger; nil: a restored or copied ledger is not noticed
	Now      func() time.Time                          // nil: time.Now
}

// Ledger is an open ledger. It is safe for concurrent use by any number of programs.
type Ledger struct {
	db      *store.DB
	config  Config
	account string

	mu       sync.Mutex
	memory   remembered
	restored *RestoredError
}

// Open opens a ledger and makes it where it is not there. A ledger that is not as the station remembers it opens for reading:
// Restored says so, and whatever would change it ends with ErrRestored until Adopt. A file of up to 64 MB is checked for damage;
// a larger one is read whole by each backup, and by CheckFile.
//
// Errors: ErrUnavailable, ErrNewer, ErrCorrupt, ErrPractice, store.ErrForeign, store.ErrSignIn, store.ErrUnverified, those of
// the file system.
func Open(ctx context.Context, c Config) (*Ledger, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	var db *store.DB
	var err error
	switch {
	case c.Server != "" && c.Path != "":
		return nil, errors.New("a ledger is either in a file or on a server, not both")
	case c.Server != "":
		db, err = store.OpenServer(ctx, store.Server{URL: c.Server, Password: c.Password})
	default:
		db, err = store.Open(ctx, c.Path)
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	l := &Ledger{db: db, config: c, account: accountName()}
	if info, err := os.Stat(db.Path()); err == nil && info.Size() <= checkedAtOnce {
		if err := db.Check(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("ledger %q: %w", db.Path(), err), db.Close())
		}
	}
	if err := l.begin(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("ledger: %w", err), db.Close())
	}
	return l, nil
}

// checkedAtOnce is how large a file may be, in octets, to be read whole whenever it is opened: it takes some tenths of a second.
const checkedAtOnce = 64 << 20

// accountName is the name of the system's account, "" where the system does not say.
func accountName() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

func (l *Ledger) begin(ctx context.Context) error {
	if err := l.db.Migrate(ctx, component, migrations(l.db.Shared())); err != nil {
		return err
	}
	if err := l.loadMemory(); err != nil {
		return err
	}
	known := l.memory
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		is, err := readIdentity(ctx, tx)
		if errors.Is(err, sql.ErrNoRows) {
			is = identity{id: newID(), epoch: 1, station: l.memory.Station, practice: l.config.Practice}
			if _, err = tx.ExecContext(ctx, "INSERT INTO ledger (id, identity, epoch, station, practice) VALUES (1, $1, $2, $3, $4)",
				is.id, is.epoch, is.station, number(is.practice)); err == nil {
				_, err = l.append(ctx, tx, Entry{Act: ActCreated, Detail: "ledger " + is.id})
			}
		}
		if err != nil {
			return err
		}
		if is.practice != l.config.Practice {
			return ErrPractice
		}
		return l.compare(ctx, tx, is)
	})
	if err != nil || l.memory == known {
		return err
	}
	return l.saveMemory() // not before the ledger is there: the station would remember one that never was
}

// Close closes the ledger.
func (l *Ledger) Close() error { return l.db.Close() }

// Shared says whether other workstations use the same ledger.
func (l *Ledger) Shared() bool { return l.db.Shared() }

// Where names the file of the ledger, or its server, for people.
func (l *Ledger) Where() string {
	if l.db.Shared() {
		return l.db.Name()
	}
	return l.db.Path()
}

// CheckFile reads the whole file and verifies its structure. It takes about a second for each 500 MB, and returns nil for
// a server. The error matches ErrCorrupt where it is damaged.
func (l *Ledger) CheckFile(ctx context.Context) error { return l.db.Check(ctx) }

// identity is what a ledger says of itself.
type identity struct {
	id       string
	epoch    int64
	station  string // that made it, or took it over
	practice bool
}

func readIdentity(ctx context.Context, q querier) (is identity, err error) {
	var practice int
	err = q.QueryRowContext(ctx, "SELECT identity, epoch, station, practice FROM ledger").Scan(&is.id, &is.epoch, &is.station, &practice)
	is.practice = practice != 0
	return is, err
}

// querier is the database or a transaction of it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// write runs f as one transaction of a ledger that is as this station remembers it.
func (l *Ledger) write(ctx context.Context, f func(tx *sql.Tx) error) error {
	var head Head
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		is, err := readIdentity(ctx, tx)
		if err != nil {
			return err
		}
		if err := l.compare(ctx, tx, is); err != nil {
			return err
		}
		if r := l.Restored(); r != nil {
			return r
		}
		if err := f(tx); err != nil {
			return err
		}
		head, err = readHead(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return l.remember(head)
}

// each reads the rows of a query.
func (l *Ledger) each(ctx context.Context, q querier, f func(rows *sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	return l.read(rows, err, f)
}

func (l *Ledger) read(rows *sql.Rows, err error, f func(rows *sql.Rows) error) error {
	if err != nil {
		return l.db.Explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return l.db.Explain(rows.Err())
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// text is s as a text column takes it: PostgreSQL refuses octets of 0 and what is no UTF-8.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "")
}

// ClockLimit is how far two clocks may differ before it is worth a word.
const ClockLimit = 5 * time.Minute

// ClockOff is how far this computer's clock is ahead of the ledger's: of the server's clock, or, negative only, of the newest
// entry of the audit log. Times in the ledger are those of each station's clock; their order is that of the entries' numbers,
// whatever the clocks say. A claim made while they differ by more than five minutes says so in the audit log.
func (l *Ledger) ClockOff(ctx context.Context) (time.Duration, error) {
	off, err := l.clockOff(ctx, l.db.Reader())
	return off, l.db.Explain(err)
}

func (l *Ledger) clockOff(ctx context.Context, q querier) (time.Duration, error) {
	if l.db.Shared() {
		var at float64
		err := q.QueryRowContext(ctx, "SELECT extract(epoch FROM clock_timestamp())::float8").Scan(&at)
		return l.now().Sub(time.UnixMilli(int64(at * 1000))), err
	}
	var at int64
	err := q.QueryRowContext(ctx, "SELECT at FROM audit ORDER BY seq DESC LIMIT 1").Scan(&at)
	return min(0, l.now().Sub(time.UnixMilli(at))), err
}

// clockNote is what the audit log says of the clocks, "" where they agree.
func (l *Ledger) clockNote(ctx context.Context, q querier) (string, error) {
	off, err := l.clockOff(ctx, q)
	if err != nil || off.Abs() < ClockLimit {
		return "", err
	}
	direction := "ahead"
	if off < 0 {
		direction = "behind"
	}
	much := fmt.Sprintf("%d minutes", int(off.Abs().Minutes()))
	if off.Abs() >= 3*time.Hour {
		much = fmt.Sprintf("%d hours", int(off.Abs().Round(time.Hour).Hours()))
	}
	return fmt.Sprintf("; the clock of this station is %s %s: set it", much, direction), nil
}

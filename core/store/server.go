package store

import (
	"context"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

var (
	// ErrUnavailable is a server that does not answer, or a connection that was cut. A Write that ends with it may have been
	// committed all the same: the caller looks.
	ErrUnavailable = errors.New("the database server does not answer")
	// ErrSignIn is a server that refuses the user or the password.
	ErrSignIn = errors.New("the database server refused the user or the password")
	// ErrUnverified is a connection string that would send the data to a server whose certificate is not verified.
	ErrUnverified = errors.New("the connection to the database server must be verified: write sslmode=verify-full, with sslrootcert if the server has a certificate of your own authority")
)

// Server is a PostgreSQL database that several workstations share.
type Server struct {
	// URL is a connection string as PostgreSQL's own programs take it, "postgres://user@host/database?sslmode=verify-full" or
	// "host=… user=…", without the password. TLS is verified unless the server is this computer.
	URL string
	// Password is asked for at each new connection; nil where the server wants none.
	Password func(ctx context.Context) ([]byte, error)
}

const (
	// serverSchema is where the tables lie, so that another program's in the same database are never met.
	serverSchema = "enrollbench"
	// serverLock makes writers of all stations come one after the other until the transaction ends ("EnBc").
	serverLock = "SELECT pg_advisory_xact_lock(1164853859)"

	connectTimeout = 10 * time.Second
	// idleTimeout ends the transaction of a station that has fallen silent, so that it holds the lock no longer.
	idleTimeout = time.Minute
)

// OpenServer opens a database on a server. Its tables lie in a schema of their own, which is made where it is not there.
// Errors: ErrUnverified, ErrUnavailable, ErrSignIn, fs.ErrPermission where the user may not make tables.
func OpenServer(ctx context.Context, s Server) (*DB, error) {
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	db := &DB{server: &s, name: fmt.Sprintf("%s on %s", config.Database, config.Host)}
	db.writer = s.open(config, nil)
	db.writer.SetMaxOpenConns(1)
	db.readers = s.open(config, map[string]string{"default_transaction_read_only": "on"})
	db.readers.SetMaxOpenConns(4)
	db.readers.SetMaxIdleConns(2)
	err = db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+serverSchema+"; "+createMigrations)
		if errors.Is(explainServer(err), fs.ErrPermission) { // somebody may have made them for a user that may not
			return fmt.Errorf("the user %q may not make tables in the database %q: %w", config.User, config.Database, err)
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", db.name, err), db.Close())
	}
	return db, nil
}

func (s *Server) config() (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(s.URL)
	if err != nil {
		// pgx takes a password out of what it quotes, but not out of every text that is no connection string.
		return nil, errors.New("the connection string cannot be read: write postgres://user@host/database?sslmode=verify-full")
	}
	inside := false
	if u, err := url.Parse(s.URL); err == nil && u.User != nil {
		_, inside = u.User.Password()
	}
	if inside || strings.Contains(strings.ToLower(s.URL), "password=") {
		return nil, errors.New("the connection string holds a password: remove it, the keychain keeps it")
	}
	if verified, set := s.verified(config), strings.Contains(s.URL, "sslmode"); !verified {
		if set {
			return nil, ErrUnverified
		}
		return (&Server{URL: withVerification(s.URL), Password: s.Password}).config()
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	for name, value := range map[string]string{
		"application_name": "EnrollBench", "search_path": serverSchema, "timezone": "UTC", "client_encoding": "UTF8",
		"default_transaction_isolation":       "read committed",
		"lock_timeout":                        fmt.Sprint(BusyTimeout.Milliseconds()),
		"idle_in_transaction_session_timeout": fmt.Sprint(idleTimeout.Milliseconds()),
	} {
		config.RuntimeParams[name] = value
	}
	return config, nil
}

func withVerification(text string) string {
	switch {
	case !strings.Contains(text, "://"):
		return text + " sslmode=verify-full"
	case strings.Contains(text, "?"):
		return text + "&sslmode=verify-full"
	}
	return text + "?sslmode=verify-full"
}

// verified says whether every server that the string names is this computer, or is reached through TLS that proves its name.
func (s *Server) verified(config *pgx.ConnConfig) bool {
	sound := func(host string, insecure bool) bool {
		if strings.HasPrefix(host, "/") || host == "localhost" {
			return true
		}
		if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
			return true
		}
		return !insecure
	}
	ok := sound(config.Host, config.TLSConfig == nil || config.TLSConfig.InsecureSkipVerify)
	for _, f := range config.Fallbacks {
		ok = ok && sound(f.Host, f.TLSConfig == nil || f.TLSConfig.InsecureSkipVerify)
	}
	return ok
}

func (s *Server) open(config *pgx.ConnConfig, more map[string]string) *sql.DB {
	c := config.Copy()
	for name, value := range more {
		c.RuntimeParams[name] = value
	}
	return stdlib.OpenDB(*c, stdlib.OptionBeforeConnect(func(ctx context.Context, c *pgx.ConnConfig) error {
		if s.Password == nil {
			return nil
		}
		password, err := s.Password(ctx)
		if err != nil {
			return err
		}
		c.Password = string(password)
		clear(password)
		return nil
	}))
}

// explainServer is explain for PostgreSQL (https://www.postgresql.org/docs/current/errcodes-appendix.html).
func explainServer(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	for _, known := range []error{ErrUnavailable, ErrSignIn, ErrBusy, ErrFull, ErrDamaged} {
		if errors.Is(err, known) {
			return err
		}
	}
	var (
		code    *pgconn.PgError
		connect *pgconn.ConnectError
		network net.Error
		unknown x509.UnknownAuthorityError
		other   x509.HostnameError
		kind    error
	)
	switch {
	case errors.As(err, &code):
		kind = kinds(code.Code)
	case errors.As(err, &unknown), errors.As(err, &other):
		return fmt.Errorf("%w: its certificate is not trusted: %w", ErrUnavailable, err)
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), strings.Contains(err.Error(), "conn closed"):
		kind = ErrUnavailable
	}
	if kind == nil {
		return err
	}
	return fmt.Errorf("%w: %w", kind, err)
}

// cut says whether a connection that was there is gone, while the server may answer on another one.
func cut(err error) bool {
	var connect *pgconn.ConnectError
	return errors.Is(err, ErrUnavailable) && !errors.As(err, &connect)
}

func kinds(code string) error {
	switch {
	case len(code) != 5:
		return nil
	case code == "55P03" || code == "40P01": // lock_not_available, deadlock_detected
		return ErrBusy
	case code[:2] == "53" && code != "53300": // insufficient resources
		return ErrFull
	case code == "25P03", code == "53300", code[:2] == "57" && code != "57014", code[:2] == "08": // shut down, cut, too many
		return ErrUnavailable
	case code[:2] == "28":
		return ErrSignIn
	case code == "42501" || code == "25006":
		return fs.ErrPermission
	case code[:2] == "XX":
		return ErrDamaged
	}
	return nil
}

// Name is the server and the database in it for people, without the user; "" for a file.
func (db *DB) Name() string { return db.name }

//go:build unix

// Package storetest starts a PostgreSQL server for tests: the real one, in a folder of its own, reached through a socket there,
// and gone when the tests end, however they end.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"enrollbench/core/osfile"
)

// ErrMissing is a computer without PostgreSQL.
var ErrMissing = errors.New("PostgreSQL is missing: apt-get install postgresql")

// Server is a running server.
type Server struct {
	folder string
	watch  *exec.Cmd
	hold   *os.File // its end of life is the server's
	as     *syscall.SysProcAttr

	mu        sync.Mutex
	databases int
}

// program finds a program of the server, which Debian keeps outside the path.
func program(name string) (string, error) {
	if p, err := exec.LookPath(name); err == nil {
		return p, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		return "", ErrMissing
	}
	return found[len(found)-1], nil
}

// Start starts a server in a temporary folder; options are the server's own, such as "-c", "fsync=off". The error is
// ErrMissing where PostgreSQL is not installed.
func Start(options ...string) (*Server, error) {
	initdb, err := program("initdb")
	if err != nil {
		return nil, err
	}
	folder, err := osfile.MkdirTemp("", "pg") // short: the path of a socket has at most some hundred octets
	if err != nil {
		return nil, err
	}
	s := &Server{folder: folder}
	if err := s.dropRights(); err != nil {
		return nil, err
	}
	make := exec.Command(initdb, "-D", filepath.Join(folder, "data"), "-U", "tester", "--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync") // #nosec G204 -- for tests
	make.SysProcAttr, make.Dir = s.as, folder
	if out, err := make.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w\n%s", err, out), os.RemoveAll(folder))
	}
	return s, s.Run(options...)
}

// dropRights has the server run as somebody else than root, as it wants.
func (s *Server) dropRights() error {
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	s.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}} // #nosec G115 -- a user's
	return os.Chown(s.folder, uid, gid)
}

// Run starts a server that was stopped.
func (s *Server) Run(options ...string) error {
	postgres, err := program("postgres")
	if err != nil {
		return err
	}
	// The shell ends the server when the pipe is closed: by Stop, or by the end of this process, even by kill -9.
	script := `p=$1; shift; "$p" "$@" >log 2>&1 <&- & read x; kill -INT $! 2>/dev/null; wait $!`
	args := append([]string{"-c", script, "sh", postgres, "-D", filepath.Join(s.folder, "data"), "-k", s.folder, "-c", "listen_addresses="}, options...)
	s.watch = exec.Command("/bin/sh", args...) // #nosec G204 -- for tests
	s.watch.SysProcAttr, s.watch.Dir = s.as, s.folder
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	s.watch.Stdin, s.hold = r, w
	if err := s.watch.Start(); err != nil {
		return err
	}
	_ = r.Close()
	url := s.url("postgres")
	for _, o := range options {
		if port, ok := strings.CutPrefix(o, "port="); ok {
			url += " port=" + port
		}
	}
	for range 600 { // a minute
		c, err := pgx.Connect(context.Background(), url)
		if err == nil {
			return c.Close(context.Background())
		}
		time.Sleep(100 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(s.folder, "log"))
	return errors.Join(fmt.Errorf("PostgreSQL did not start:\n%s", log), s.Close())
}

// Stop ends the server and every connection to it; Run starts it again.
func (s *Server) Stop() error {
	return errors.Join(s.hold.Close(), s.watch.Wait())
}

// Close stops the server and removes its folder.
func (s *Server) Close() error {
	_ = s.Stop() // it may be stopped
	return os.RemoveAll(s.folder)
}

func (s *Server) url(database string) string {
	return fmt.Sprintf("host=%s user=tester dbname=%s", s.folder, database)
}

// Database makes an empty database and returns the connection string to it.
func (s *Server) Database() (string, error) {
	s.mu.Lock()
	s.databases++
	name := fmt.Sprintf("test%d", s.databases)
	s.mu.Unlock()
	return s.url(name), s.Exec("postgres", "CREATE DATABASE "+name)
}

// Exec runs SQL in a database as its administrator.
func (s *Server) Exec(database, query string) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.url(database))
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, query)
	return errors.Join(err, c.Close(ctx))
}

var (
	once   sync.Once
	shared *Server
	failed error
)

// Shared is one server for all tests of a process, without the disk's syncs; the last test's cleanup need not stop it. Where
// PostgreSQL is missing the test is skipped and says so, or fails if CI is set.
func Shared(t testing.TB) *Server {
	t.Helper()
	once.Do(func() { shared, failed = Start("-c", "fsync=off", "-c", "max_connections=100") })
	if errors.Is(failed, ErrMissing) && os.Getenv("CI") == "" {
		t.Skip("SKIPPED: " + failed.Error())
	}
	if failed != nil {
		t.Fatal(failed)
	}
	return shared
}

// Database is a new database of Shared.
func Database(t testing.TB) string {
	t.Helper()
	url, err := Shared(t).Database()
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// Main runs the tests of a package and ends what Shared started.
func Main(m *testing.M) {
	code := m.Run()
	if shared != nil {
		_ = shared.Close()
	}
	os.Exit(code)
}

// TLS gives the server a certificate with its private key, has it listen on a port of this computer, and returns the connection
// string to it without the host.
func (s *Server) TLS(certificate, private []byte) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		return "", err
	}
	for name, data := range map[string][]byte{"server.crt": certificate, "server.key": private} {
		path := filepath.Join(s.folder, "data", name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return "", err
		}
		if s.as != nil {
			if err := os.Chown(path, int(s.as.Credential.Uid), int(s.as.Credential.Gid)); err != nil {
				return "", err
			}
		}
	}
	if err := s.Stop(); err != nil {
		return "", err
	}
	return fmt.Sprintf("user=tester dbname=postgres port=%d", port), s.Run("-c", "ssl=on", "-c", "listen_addresses=127.0.0.1", "-c", fmt.Sprint("port=", port))
}

//go:build unix

package store

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"enrollbench/core/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestServer(t *testing.T) {
	ctx := context.Background()
	url := storetest.Database(t)
	db, err := OpenServer(ctx, Server{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(ctx, "test", []Migration{{"count", "CREATE TABLE n (i BIGINT NOT NULL); INSERT INTO n VALUES (0)"}}); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, "test", nil); !errors.Is(err, ErrNewer) {
		t.Errorf("an older program: %v", err)
	}
	if _, err := db.Reader().Exec("UPDATE n SET i = 1"); !errors.Is(db.Explain(err), fs.ErrPermission) {
		t.Errorf("a reader could write: %v", err)
	}
	two, err := OpenServer(ctx, Server{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	done := make(chan error)
	const each = 25
	for _, db := range []*DB{db, two, db, two} {
		go func() {
			for range each {
				if err := db.Write(ctx, func(tx *sql.Tx) error {
					var i int
					if err := tx.QueryRow("SELECT i FROM n").Scan(&i); err != nil {
						return err
					}
					_, err := tx.Exec("UPDATE n SET i = $1", i+1)
					return err
				}); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := number(t, two, "SELECT i FROM n"); n != 4*each {
		t.Errorf("counted to %d, want %d", n, 4*each)
	}
	if err := db.Backup(ctx, filepath.Join(t.TempDir(), "b")); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	if s := db.Name(); !strings.HasPrefix(s, "test") || strings.Contains(s, "tester") {
		t.Errorf("name %q", s)
	}
}

func TestServerSignIn(t *testing.T) {
	ctx := context.Background()
	url := storetest.Database(t)
	if _, err := OpenServer(ctx, Server{URL: strings.Replace(url, "user=tester", "user=nobody_known", 1)}); !errors.Is(err, ErrSignIn) {
		t.Errorf("an unknown user: %v", err)
	}
	if err := storetest.Shared(t).Exec("postgres", "CREATE ROLE guest LOGIN"); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenServer(ctx, Server{URL: strings.Replace(url, "user=tester", "user=guest", 1)}); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), `"guest" may not make tables`) {
		t.Errorf("a user without rights: %v", err)
	}
	failed := errors.New("the keychain is locked")
	if _, err := OpenServer(ctx, Server{URL: url, Password: func(context.Context) ([]byte, error) { return nil, failed }}); !errors.Is(err, failed) {
		t.Errorf("a locked keychain: %v", err)
	}
}

// TestServerString: what a connection string may not hold, before anything is sent.
func TestServerString(t *testing.T) {
	for url, want := range map[string]error{
		"postgres://ada@db.example/ledger":                           nil,
		"host=db.example user=ada dbname=ledger":                     nil,
		"postgres://ada@db.example/ledger?sslmode=verify-full":       nil,
		"postgres://ada@127.0.0.1/ledger":                            nil,
		"host=/run/postgresql user=ada dbname=ledger":                nil,
		"postgres://ada@db.example/ledger?sslmode=disable":           ErrUnverified,
		"postgres://ada@db.example/ledger?sslmode=prefer":            ErrUnverified,
		"postgres://ada@db.example/ledger?sslmode=require":           ErrUnverified,
		"postgres://ada@127.0.0.1,db.example/ledger?sslmode=require": ErrUnverified,
		"host=db.example user=ada dbname=ledger sslmode=allow":       ErrUnverified,
	} {
		c, err := (&Server{URL: url}).config()
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if err == nil && strings.Contains(url, "db.example") {
			for _, tls := range append([]*pgconn.FallbackConfig{{Host: c.Host, TLSConfig: c.TLSConfig}}, c.Fallbacks...) {
				if tls.TLSConfig == nil || tls.TLSConfig.InsecureSkipVerify || tls.TLSConfig.ServerName != "db.example" {
					t.Errorf("%s: not verified: %+v", url, tls)
				}
			}
		}
	}
	for _, url := range []string{"postgres://ada:s3cret@db.example/ledger", "host=db.example password=s3cret", "postgres://ada@db.example/ledger?password=s3cret", "postgres://ada:s3cret@db.example:port/"} {
		if _, err := (&Server{URL: url}).config(); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("a password in the string: %v", err)
		}
	}
}

// TestServerTLS: the real server with a certificate of its own authority, and one that nobody trusts.
func TestServerTLS(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	make := func(name string) (certificate, private []byte) {
		c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true,
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
		der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	}
	certificate, private := make("ledger.example")
	storetest.Shared(t) // skips where there is none
	server, err := storetest.Start("-c", "fsync=off")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	url, err := server.TLS(certificate, private)
	if err != nil {
		t.Fatal(err)
	}
	defer clear(private)
	root := filepath.Join(dir, "root.pem")
	if err := os.WriteFile(root, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := server.Exec("postgres port="+url[strings.LastIndex(url, "=")+1:], "ALTER ROLE tester PASSWORD 'a word'"); err != nil {
		t.Fatal(err)
	}
	word := "a word"
	password := func(context.Context) ([]byte, error) { return []byte(word), nil }
	// The name is resolved to this computer by hostaddr's place: pgx verifies the name of host.
	open := func(host, more string) error {
		s := Server{URL: url + " host=" + host + " " + more, Password: password}
		config, err := s.config()
		if err != nil {
			return err
		}
		config.LookupFunc = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
		db := s.open(config, nil)
		defer db.Close()
		return (&DB{server: &s}).Explain(db.PingContext(ctx))
	}
	if err := open("ledger.example", "sslmode=verify-full sslrootcert="+root); err != nil {
		t.Errorf("verified: %v", err)
	}
	word = "another"
	if err := open("ledger.example", "sslmode=verify-full sslrootcert="+root); !errors.Is(err, ErrSignIn) || strings.Contains(err.Error(), word) {
		t.Errorf("a wrong password: %v", err)
	}
	if err := open("other.example", "sslmode=verify-full sslrootcert="+root); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("another name: %v", err)
	}
	if err := open("ledger.example", ""); !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "certificate is not trusted") {
		t.Errorf("an unknown authority: %v", err)
	}
}

func TestCodes(t *testing.T) {
	for code, want := range map[string]error{"55P03": ErrBusy, "40P01": ErrBusy, "53100": ErrFull, "53300": ErrUnavailable, "57P01": ErrUnavailable, "57P03": ErrUnavailable,
		"08006": ErrUnavailable, "25P03": ErrUnavailable, "28P01": ErrSignIn, "42501": fs.ErrPermission, "25006": fs.ErrPermission, "XX001": ErrDamaged, "57014": nil, "23505": nil, "": nil} {
		err := explainServer(&pgconn.PgError{Code: code})
		if want != nil && !errors.Is(err, want) {
			t.Errorf("%s is %v, want %v", code, err, want)
		}
		for _, other := range []error{ErrBusy, ErrFull, ErrUnavailable, ErrSignIn, ErrDamaged, fs.ErrPermission} {
			if other != want && errors.Is(err, other) {
				t.Errorf("%s is %v too", code, other)
			}
		}
	}
}

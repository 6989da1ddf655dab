package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"enrollbench/core/osfile"
)

var steps = []Migration{
	{"people", "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT"},
	{"pets", "CREATE TABLE pet (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES person(id)) STRICT; CREATE INDEX pet_owner ON pet(owner)"},
}

func open(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func exec(db *DB, query string, args ...any) error {
	return db.Write(context.Background(), func(tx *sql.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

func number(t *testing.T, db *DB, query string) (n int) {
	t.Helper()
	if err := db.Reader().QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// named is a name that this system can store: Windows has no question marks in names.
func named(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ReplaceAll(name, "?", "!")
	}
	return name
}

func TestSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), named("a folder? 100%#"), "enrollbench.db")
	db := open(t, path)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "application_id": fmt.Sprint(applicationID)} {
		for name, pool := range map[string]*sql.DB{"writer": db.writer, "reader": db.readers} {
			var got string
			if err := pool.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s is %q, want %q (%v)", name, pragma, got, want, err)
			}
		}
	}
	if _, err := db.Reader().Exec("CREATE TABLE t (i)"); err == nil {
		t.Error("a reader could write")
	}
	if err := db.Migrate(context.Background(), "test", steps); err != nil {
		t.Fatal(err)
	}
	if who, err := osfile.Others(path); err != nil || len(who) > 0 {
		t.Errorf("the database can be opened by %q, %v", who, err)
	}
	if runtime.GOOS != "windows" { // there the side files have the list of their folder
		files, err := filepath.Glob(path + "*")
		if err != nil || len(files) < 2 {
			t.Fatalf("files %v, %v", files, err)
		}
		for _, f := range files {
			if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: mode %v, %v", f, info.Mode(), err)
			}
		}
	}
}

func TestMigrate(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path)
	if err := db.Migrate(ctx, "test", steps[:1]); err != nil {
		t.Fatal(err)
	}
	if err := exec(db, "INSERT INTO person (id, name) VALUES (1, 'Ada')"); err != nil {
		t.Fatal(err)
	}
	broken := append(steps[:1:1], Migration{"good", steps[1].SQL}, Migration{"bad", "CREATE TABLE oops ("})
	if err := db.Migrate(ctx, "test", broken); err == nil || !strings.Contains(err.Error(), "step 3 (bad) of test") {
		t.Fatalf("a bad step: %v", err)
	}
	if n := number(t, db, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'pet%'"); n != 0 {
		t.Errorf("%d tables and indexes of a migration that failed", n)
	}
	for range 2 { // the second time there is nothing to do
		if err := db.Migrate(ctx, "test", steps); err != nil {
			t.Fatal(err)
		}
	}
	if err := exec(db, "INSERT INTO pet (owner) VALUES (1)"); err != nil {
		t.Error(err)
	}
	if err := exec(db, "INSERT INTO pet (owner) VALUES (2)"); err == nil {
		t.Error("a pet of nobody was taken")
	}
	var newer *NewerError
	if err := db.Migrate(ctx, "test", steps[:1]); !errors.As(err, &newer) || newer.Have != 2 || newer.Known != 1 {
		t.Errorf("older program: %v", err)
	}
	var changed *ChangedError
	other := []Migration{{"people", steps[0].SQL + " "}, steps[1]}
	if err := db.Migrate(ctx, "test", other); !errors.As(err, &changed) || changed.Number != 1 {
		t.Errorf("changed step: %v", err)
	}
	if err := db.Migrate(ctx, "other", []Migration{{"own", "CREATE TABLE own (i INTEGER) STRICT"}}); err != nil {
		t.Errorf("another component: %v", err)
	}
}

func TestForeignAndDamaged(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database, a letter\n"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other.db")
	theirs, err := sql.Open("sqlite", source(other, ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.Exec("CREATE TABLE browsing_history (url TEXT)"); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	for _, path := range []string{text, other} {
		before, _ := os.ReadFile(path)
		if _, err := Open(ctx, path); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s was changed", filepath.Base(path))
		}
	}

	path := filepath.Join(dir, "ours.db")
	db := open(t, path)
	if err := db.Migrate(ctx, "test", steps); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(ctx, func(tx *sql.Tx) error {
		for i := range 2000 {
			if _, err := tx.Exec("INSERT INTO person (name) VALUES (?)", strings.Repeat("x", 50)+fmt.Sprint(i)); err != nil {
				return err
			}
			if _, err := tx.Exec("INSERT INTO pet (owner) VALUES (?)", i+1); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Check(ctx); err != nil {
		t.Fatalf("a sound database: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[5*4096:], bytes.Repeat([]byte{0xa5}, 8*4096))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err = Open(ctx, path)
	if err == nil {
		err = db.Check(ctx)
		db.Close()
	}
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("eight pages overwritten: %v", err)
	}
}

func TestBackup(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db := open(t, filepath.Join(dir, "a.db"))
	if err := db.Migrate(ctx, "test", steps); err != nil {
		t.Fatal(err)
	}
	if err := exec(db, "INSERT INTO person (name) VALUES ('Grace')"); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(dir, named("backups of 2026?"), "b.db")
	if err := os.Mkdir(filepath.Dir(target), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(ctx, target); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(ctx, target); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second backup over the first: %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(target))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the backup lies %v, %v", left, err)
	}
	restored := open(t, target)
	if err := restored.Migrate(ctx, "test", steps); err != nil {
		t.Fatal(err)
	}
	if n := number(t, restored, "SELECT count(*) FROM person"); n != 1 {
		t.Errorf("%d people in the backup", n)
	}
	if err := restored.Check(ctx); err != nil {
		t.Error(err)
	}
}

// TestOpenTogether: several programs start at the same moment on a database that is not there yet.
func TestOpenTogether(t *testing.T) {
	for range 20 {
		openTogether(t, filepath.Join(t.TempDir(), "a.db"))
	}
}

// TestOpenWhileClaimed: another program is in the middle of making the database.
func TestOpenWhileClaimed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	other, err := sql.Open("sqlite", source(path, "_txlock=immediate"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	opened := make(chan error)
	go func() {
		db, err := Open(context.Background(), path)
		if err == nil {
			err = db.Close()
		}
		opened <- err
	}()
	if _, err := tx.Exec(fmt.Sprintf("PRAGMA application_id=%d", applicationID)); err != nil {
		t.Error(err)
	}
	if _, err := tx.Exec(createMigrations); err != nil {
		t.Error(err)
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
	// It reads on, which forbids the change to a write-ahead log until it ends.
	read, err := other.Query("SELECT 1 FROM sqlite_schema")
	if err != nil {
		t.Fatal(err)
	}
	read.Next()
	read.Close()
	if err := <-opened; err != nil {
		t.Error(err)
	}
}

func openTogether(t *testing.T, path string) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			db, err := Open(context.Background(), path)
			if err == nil {
				err = db.Migrate(context.Background(), "test", steps)
			}
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { db.Close() })
		})
	}
	all.Wait()
}

// TestWriters has two handles on one file, as two processes have, count up together: no step may be lost.
func TestWriters(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a.db")
	one, two := open(t, path), open(t, path)
	if err := one.Migrate(ctx, "count", []Migration{{"count", "CREATE TABLE n (i INTEGER NOT NULL) STRICT; INSERT INTO n VALUES (0)"}}); err != nil {
		t.Fatal(err)
	}
	const each = 25
	var all sync.WaitGroup
	for _, db := range []*DB{one, two, one, two} {
		all.Go(func() {
			for range each {
				err := db.Write(ctx, func(tx *sql.Tx) error {
					var i int
					if err := tx.QueryRow("SELECT i FROM n").Scan(&i); err != nil {
						return err
					}
					_, err := tx.Exec("UPDATE n SET i = ?", i+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := number(t, one, "SELECT i FROM n"); n != 4*each {
		t.Errorf("counted to %d, want %d", n, 4*each)
	}
	failed := errors.New("changed my mind")
	if err := one.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec("UPDATE n SET i = -1"); err != nil {
			return err
		}
		return failed
	}); !errors.Is(err, failed) {
		t.Error(err)
	}
	if n := number(t, two, "SELECT i FROM n"); n != 4*each {
		t.Errorf("a transaction that failed left %d", n)
	}
}

//go:build unix

package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"enrollbench/core/store/storetest"
)

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// asked says that a ledger opens for reading and refuses every change.
func asked(t *testing.T, l *Ledger) *RestoredError {
	t.Helper()
	if _, err := l.Claim(ctx, batch("restored", nil, names("restored"))); !errors.Is(err, ErrRestored) {
		t.Errorf("claimed: %v", err)
	}
	r := l.Restored()
	if r == nil {
		t.Fatal("not noticed")
	}
	if err := l.Record(ctx, Entry{Act: ActOpened}); !errors.Is(err, ErrRestored) {
		t.Errorf("recorded: %v", err)
	}
	if _, err := l.Batches(ctx, Filter{}); err != nil {
		t.Errorf("not readable: %v", err)
	}
	return r
}

func TestRestoredFile(t *testing.T) {
	dir := t.TempDir()
	c := Config{Path: filepath.Join(dir, "ledger.db"), Station: "line 1", Memory: FileMemory(filepath.Join(dir, "memory", "station"))}
	l := open(t, c)
	claim(t, l, batch("a", nil, names("a")))
	backup := filepath.Join(dir, "backup.db")
	if err := l.Backup(ctx, backup, "Ada"); err != nil {
		t.Fatal(err)
	}
	claim(t, l, batch("b", nil, names("b")))
	l.Close()
	if l = open(t, c); l.Restored() != nil {
		t.Fatalf("opened again: %v", l.Restored())
	}
	l.Close()

	restore := func(from string) {
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(c.Path + end)
		}
		if from != "" {
			copyFile(t, from, c.Path)
		}
	}
	restore(backup)
	l = open(t, c)
	if r := asked(t, l); r.Copied || r.Other || r.Have >= r.Known {
		t.Errorf("%+v", r)
	}
	if err := l.Adopt(ctx, "Ada", ""); err == nil {
		t.Error("adopted without a reason")
	}
	if err := l.Adopt(ctx, "Ada", "the disk broke; batch b was never sent"); err != nil {
		t.Fatal(err)
	}
	claim(t, l, batch("c", nil, names("b")))
	verify(t, l)
	l.Close()
	if l = open(t, c); l.Restored() != nil {
		t.Fatal(l.Restored())
	}
	l.Close()

	restore("") // deleted: a new ledger is another one
	l = open(t, c)
	if r := asked(t, l); !r.Other {
		t.Errorf("%+v", r)
	}
	l.Close()

	other := c // on another computer
	other.Path, other.Memory = filepath.Join(dir, "other.db"), FileMemory(filepath.Join(dir, "other", "station"))
	copyFile(t, backup, other.Path)
	l = open(t, other)
	if r := asked(t, l); !r.Copied {
		t.Errorf("%+v", r)
	}
	if err := l.Adopt(ctx, "Ada", "the old computer is gone"); err != nil {
		t.Fatal(err)
	}
	claim(t, l, batch("d", nil, names("d")))
}

// A backup that was restored and used until it is as long as the station remembers.
func TestRestoredAndUsed(t *testing.T) {
	dir := t.TempDir()
	c := Config{Path: filepath.Join(dir, "ledger.db"), Station: "line 1", Memory: FileMemory(filepath.Join(dir, "station"))}
	l := open(t, c)
	backup := filepath.Join(dir, "backup.db")
	if err := l.Backup(ctx, backup, "Ada"); err != nil {
		t.Fatal(err)
	}
	claim(t, l, batch("a", nil, names("a")))
	l.Close()
	unaware := open(t, Config{Path: backup, Station: "line 1"})
	for _, s := range []string{"x", "y", "z"} {
		claim(t, unaware, batch(s, nil, names(s)))
	}
	unaware.Close()
	copyFile(t, backup, c.Path)
	if r := asked(t, open(t, c)); r.Have <= r.Known {
		t.Errorf("%+v", r)
	}
}

// A server that is restored while stations are connected is noticed by the next claim, and by each station.
func TestRestoredServer(t *testing.T) {
	url := storetest.Database(t)
	station := func(name string) *Ledger {
		return open(t, Config{Server: url, Station: name, Memory: FileMemory(filepath.Join(t.TempDir(), name))})
	}
	one, two := station("one"), station("two")
	claim(t, one, batch("a", nil, names("a")))
	claim(t, two, batch("b", nil, names("b")))
	claim(t, one, batch("c", nil, names("c")))
	withoutTriggers(t, one)
	write(t, one, "DELETE FROM audit WHERE seq > 2") // as a backup from then has it
	asked(t, one)
	asked(t, two)
	if err := one.Adopt(ctx, "Ada", "restored after the power failure"); err != nil {
		t.Fatal(err)
	}
	claim(t, one, batch("d", nil, names("d")))
	asked(t, two)
}

func TestPracticeApart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := open(t, Config{Path: path, Practice: true})
	if _, err := l.Claim(ctx, batch("a", nil, names("a"))); !errors.Is(err, ErrPractice) {
		t.Errorf("production in practice: %v", err)
	}
	b := batch("a", nil, names("a"))
	b.Environment = Practice
	claim(t, l, b)
	l.Close()
	if _, err := Open(ctx, Config{Path: path}); !errors.Is(err, ErrPractice) {
		t.Errorf("practice opened as production: %v", err)
	}
	production := open(t, Config{Path: path + "2"})
	if _, err := production.Claim(ctx, b); !errors.Is(err, ErrPractice) {
		t.Errorf("practice in production: %v", err)
	}
}

func TestBackups(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	l := open(t, Config{Path: filepath.Join(dir, "ledger.db"), Now: func() time.Time { return now }})
	s := Schedule{Folder: filepath.Join(dir, "backups"), Every: 24 * time.Hour, Keep: 3}
	mine := filepath.Join(s.Folder, "ledger-before-the-move.db")
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	made := 0
	for range 20 {
		path, err := l.BackUpWhenDue(ctx, s)
		if err != nil {
			t.Fatal(err)
		}
		if path != "" {
			made++
			copy := open(t, Config{Path: path})
			verify(t, copy)
			copy.Close()
			for _, end := range []string{"-wal", "-shm"} {
				_ = os.Remove(path + end)
			}
		}
		now = now.Add(7 * time.Hour)
	}
	all, err := backups(s.Folder)
	if err != nil || len(all) != 3 || made != 5 || all[2] != "ledger-20260305T220000Z.db" {
		t.Errorf("%d made, kept %v, %v", made, all, err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Errorf("a file of the user: %v", err)
	}
	if path, err := l.BackUpWhenDue(ctx, Schedule{Folder: s.Folder}); path != "" || err != nil {
		t.Errorf("without a schedule: %q, %v", path, err)
	}
}

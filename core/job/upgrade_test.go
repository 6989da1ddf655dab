package job

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/core/ledger"
	"enrollbench/core/store"
)

// steps are the SHA-256 of the steps that made databases which are in use: what is to be different becomes another step.
var steps = []string{
	"b888d722ab0483b1cfb3cedd0b4708d6fb6e2e8f31af7fe448e04f7c81c97d74",
	"d03b821639fcb873a8d2653115cf700e3afbbbdefb35d427bedd633055fb07af",
}

func TestStepsStay(t *testing.T) {
	if len(migrations) != len(steps) {
		t.Errorf("%d steps, %d known here: add its hash, and to TestUpgrade what it does", len(migrations), len(steps))
	}
	for i, m := range migrations {
		if sum := sha256.Sum256([]byte(m.SQL)); i < len(steps) && hex.EncodeToString(sum[:]) != steps[i] {
			t.Errorf("step %d (%s) is another: %x", i+1, m.Name, sum)
		}
	}
}

// TestUpgrade: a database of each earlier version is brought up to date with all that is in it, and what was sent before there was a
// ledger is known to it afterwards.
func TestUpgrade(t *testing.T) {
	for version := 1; version <= len(migrations); version++ {
		t.Run(fmt.Sprint("step ", version), func(t *testing.T) {
			b := newBench(t)
			path := filepath.Join(t.TempDir(), "old.db")
			old := openDB(t, path)
			if err := old.Migrate(ctx, "job", migrations[:version]); err != nil {
				t.Fatal(err)
			}
			there := b.write("there.csv", "subject.common_name\nthere-1\nthere-2\n")
			facts, err := measure(ctx, there, nil)
			if err != nil {
				t.Fatal(err)
			}
			// put writes a record as version 1 did, with the event that it began with.
			put := func(id string, state State, practice bool, path, hash string, more string) {
				t.Helper()
				body := fmt.Sprintf(`{"ID":%q,"Name":"lot","State":%q,"Method":"csv","Keys":"device","Connection":{"id":"c1","name":"Plant"%s},"Profile":{"id":"IOT_1","name":"Sensors"},
					"Path":%q,"FileName":"%s.csv","Size":42,"SHA256":%q,"Range":{"Start":0,"Count":0,"Step":0},"Count":2,"Format":"pem","FullChain":true,"OrderPath":%q,
					"Created":"2026-03-03T10:00:00Z","Updated":"2026-03-03T10:00:00Z"%s}`, id, state, map[bool]string{true: `,"practice":true`}[practice], path, id, hash, path, more)
				if err := old.Write(ctx, func(tx *sql.Tx) error {
					if _, err := tx.ExecContext(ctx, `INSERT INTO job (id, state, connection, series, part, remote, created, change, body) VALUES (?, ?, 'c1', '', 0, ?, 1772532000000, 1, ?)`,
						id, state, "remote-"+id, body); err != nil {
						return err
					}
					if _, err := tx.ExecContext(ctx, "INSERT INTO job_event (job, at, state, note) VALUES (?, 1772532000000, ?, 'as it was')", id, state); err != nil {
						return err
					}
					if version < 2 {
						return nil
					}
					_, err := tx.ExecContext(ctx, "INSERT INTO job_book (job, body) VALUES (?, ?)", id, fmt.Sprintf(`{"State":%q,"At":"2026-03-03T10:00:00Z","Practice":%v}`, state, practice))
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
			put("sent", Started, false, there, facts.sha256, "")
			put("done", Complete, false, b.write("done.csv", "subject.common_name\ndone-1\ndone-2\n"), "not this file", `,"Issued":2,"Total":2`)
			put("gone", Delivered, false, filepath.Join(b.dir, "no longer.csv"), "ab12", `,"Issued":2`)
			put("idle", Prepared, false, there, facts.sha256, "")
			put("no", Rejected, false, there, facts.sha256, "")
			put("tried", Started, true, there, facts.sha256, "")
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}

			b.db = openDB(t, path)
			jobs := b.openJobs()
			if err := jobs.tellAll(ctx, true); err != nil {
				t.Fatal(err)
			}
			all, err := jobs.List(ctx, Filter{})
			if err != nil || len(all) != 6 {
				t.Fatalf("%d records, %v", len(all), err)
			}
			if r, err := jobs.Get(ctx, "done"); err != nil || r.State != Complete || r.Issued != 2 || len(r.Timeline) != 1 || r.Timeline[0].Note != "as it was" {
				t.Errorf("%+v, %v", r, err)
			}
			if n, err := jobs.Untold(ctx); n != 0 || err != nil {
				t.Errorf("%d steps are not told, %v", n, err)
			}
			found := map[string]string{}
			for _, practice := range []bool{false, true} {
				claims, err := b.book(practice).Batches(ctx, ledger.Filter{})
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range claims {
					var names []string
					for id, err := range b.book(practice).Identities(ctx, c.ID) {
						if err != nil {
							t.Fatal(err)
						}
						names = append(names, id.Value)
					}
					found[c.Batch] = fmt.Sprint(c.State, " ", strings.Join(names, " "))
					if c.At.UTC().Format("2006-01-02") != "2026-03-03" {
						t.Errorf("%s was ordered on %v", c.Batch, c.At)
					}
				}
			}
			want := map[string]string{"sent": "started there-1 there-2", "done": "issued done-1 done-2", "gone": "issued file with sha-256 ab12", "tried": "started there-1 there-2"}
			if fmt.Sprint(found) != fmt.Sprint(want) {
				t.Errorf("the ledger has %q, want %q", found, want)
			}
		})
	}
}

// TestNewerJobs: a database that a newer version has worked on is refused as it is.
func TestNewerJobs(t *testing.T) {
	db := openDB(t, filepath.Join(t.TempDir(), "new.db"))
	more := append(append([]store.Migration(nil), migrations...), store.Migration{Name: "of tomorrow", SQL: "CREATE TABLE tomorrow (x INTEGER) STRICT"})
	if err := db.Migrate(ctx, "job", more); err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	if _, err := Open(db, Options{Folder: filepath.Join(b.dir, "jobs"), Ledger: b.ledgers.open, Connect: b.connect}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("%v", err)
	}
}

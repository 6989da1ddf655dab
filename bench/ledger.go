//go:build unix

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // opens the server past the ledger, to fill it

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/ledger"
	"enrollbench/core/store/storetest"
)

const (
	ledgerEnvironment = "bench.example/bench"
	ledgerBatch       = 500_000 // identities of a claim
)

// ledger measures checks against a ledger of some million identities, in a file and on a server: three fifths are common
// names, a fifth single MAC addresses, a fifth ranges.
func (b *bencher) ledger() error {
	n := size.Identities / (5 * ledgerBatch) * (5 * ledgerBatch)
	file := filepath.Join(b.folder, fmt.Sprintf("ledger-%d.db", n))
	if _, err := os.Stat(file); err != nil {
		if err := b.fill("sqlite", file, n); err != nil {
			return errors.Join(err, os.RemoveAll(file))
		}
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	inFile, onServer := ledgerChecks(b.self, file, ""), []*contest(nil)
	title := fmt.Sprintf("A ledger of %s identities: 500,000 new ones checked; %d bytes an identity in SQLite", finding.Grouped(n), info.Size()/int64(n))
	server, err := storetest.Start("-c", "shared_buffers=128MB", "-c", "max_wal_size=4GB")
	switch {
	case errors.Is(err, storetest.ErrMissing):
		title += "; PostgreSQL: SKIPPED: it is missing"
	case err != nil:
		return err
	default:
		defer server.Close()
		url, err := server.Database()
		if err != nil {
			return err
		}
		if err := b.fill("pgx", url, n); err != nil {
			return err
		}
		bytes, err := databaseSize(url)
		if err != nil {
			return err
		}
		title += fmt.Sprintf(", %d in PostgreSQL", bytes/int64(n))
		onServer = ledgerChecks(b.self, "", url)
	}
	all := append(inFile, onServer...)
	if err := b.hold(all...); err != nil {
		return err
	}
	var figures []figure
	for i, c := range all {
		limit := ledgerKinds[i%len(ledgerKinds)].seconds
		f := figure{c, nil, ledgerBatch, "identities", []goal{{memory, 200}}}
		if limit > 0 {
			f.goals = append([]goal{{clock, limit}}, f.goals...)
		}
		figures = append(figures, f)
	}
	b.report(title, figures...)
	return nil
}

// ledgerKinds are the batches that are checked, and in how many seconds.
var ledgerKinds = []struct {
	what, name string
	seconds    float64
}{
	{"range", "MAC addresses, one range", 0.05},
	{"names", "common names", 5},
	{"singles", "MAC addresses in no order", 0},
}

// ledgerChecks are the checks of a ledger in a file or on a server.
func ledgerChecks(self, path, server string) (all []*contest) {
	where := "SQLite, "
	if server != "" {
		where = "PostgreSQL, "
	}
	for _, kind := range ledgerKinds {
		all = append(all, &contest{name: where + kind.name, do: func() (usage, error) {
			u, err := run(self, "ledger-check", path, server, kind.what)
			if err != nil {
				return usage{}, err
			}
			inside := usage{}
			err = json.Unmarshal(u.stdout, &inside)
			inside.Peak, inside.Most = u.Peak, u.Most
			return inside, err
		}})
	}
	return all
}

func databaseSize(url string) (bytes int64, err error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	return bytes, db.QueryRow("SELECT pg_database_size(current_database())").Scan(&bytes)
}

// fill makes a ledger in a process of its own: the system counts the memory of whoever starts a process to that process.
func (b *bencher) fill(driver, at string, n int) error {
	_, err := run(b.self, "ledger-fill", driver, at, fmt.Sprint(n))
	return err
}

// ledgerFill makes a ledger and fills its tables with what claims would have written, by the database's own series. In
// SQLite the triggers run; on the server, whose triggers take most of an hour for 50 million rows, they rest.
func ledgerFill(args []string) error {
	driver, at := args[0], args[1]
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	c := ledger.Config{Path: at, Station: "bench"}
	if driver == "pgx" {
		c = ledger.Config{Server: at, Station: "bench"}
	}
	l, err := ledger.Open(context.Background(), c)
	if err != nil {
		return err
	}
	_, err = l.Claim(context.Background(), ledger.Batch{Environment: ledgerEnvironment, ID: "first", Name: "first",
		Ranges: []eui48.Range{{Start: 0x001ac3000000, Count: ledgerBatch, Step: 1}}})
	if err := errors.Join(err, l.Close()); err != nil {
		return err
	}
	source := at
	series, name := "generate_series(CAST(%d AS BIGINT), %d) AS s (i)", "convert_to(to_char(i, 'FM\"works-\"000000000'), 'UTF8')"
	if driver == "sqlite" {
		source += "?_pragma=synchronous(OFF)&_pragma=cache_size(-200000)"
		series, name = "(WITH RECURSIVE s (i) AS (SELECT %d UNION ALL SELECT i + 1 FROM s WHERE i < %d) SELECT i FROM s)", "CAST(printf('works-%%09d', i) AS BLOB)"
	} else {
		source += " search_path=enrollbench"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if driver == "pgx" {
		_, err := db.Exec("SET session_replication_role = replica; SET synchronous_commit = off; INSERT INTO mac_level VALUES (1, 0)")
		if err != nil {
			return err
		}
	}
	for part := range n / ledgerBatch {
		first, last := part*ledgerBatch, (part+1)*ledgerBatch-1
		from := fmt.Sprintf(series, first, last)
		var insert string
		switch part % 5 {
		case 0, 1, 2:
			insert = "INSERT INTO name (environment, kind, value, slot, claim, row) SELECT 1, 1, " + strings.ReplaceAll(name, "%%", "%") + ", 0, 1, i - " + fmt.Sprint(first-2) + " FROM " + from
		case 3: // scattered over some blocks, none twice: 7919 has no factor in common with 2^27
			insert = "INSERT INTO mac (environment, level, start, claim, slot, last, step, row) SELECT 1, 0, a, 1, 0, a, 1, row FROM (SELECT 28726784000000 + (i * 7919) % 134217728 AS a, i - " +
				fmt.Sprint(first-2) + " AS row FROM " + from + ") AS x"
		default:
			insert = fmt.Sprintf("INSERT INTO mac (environment, level, start, claim, slot, last, step, row) VALUES (1, 19, %d, 1, 0, %d, 1, 0)", 0x001ad0000000+first, 0x001ad0000000+last)
		}
		if _, err := db.Exec(insert); err != nil {
			return fmt.Errorf("%s: %w", insert, err)
		}
	}
	return nil
}

// ledgerCheck checks a batch of which nothing is taken.
func ledgerCheck(args []string) error {
	l, err := ledger.Open(context.Background(), ledger.Config{Path: args[0], Server: args[1], Station: "bench"})
	if err != nil {
		return err
	}
	defer l.Close()
	b := ledger.Batch{Environment: ledgerEnvironment, ID: "check"}
	switch args[2] {
	case "range":
		b.Ranges = []eui48.Range{{Start: 0x001ac3000000 + ledgerBatch, Count: ledgerBatch, Step: 1}}
	case "names": // between those that are there
		b.Identities = func(yield func(ledger.Identity) bool) {
			for i := range ledgerBatch {
				if !yield(ledger.Identity{Kind: ledger.CommonName, Value: "works-" + fmt.Sprintf("%09d", i*7) + "-b", Row: i + 2}) {
					return
				}
			}
		}
	default:
		b.Identities = func(yield func(ledger.Identity) bool) { // triangular numbers are all different modulo a power of two
			for i := range ledgerBatch {
				if !yield(ledger.Identity{Kind: ledger.MAC, Value: eui48.Address(0x001b00000000 + uint64(i)*uint64(i+1)/2%524288*300).String(), Row: i + 2}) {
					return
				}
			}
		}
	}
	return part(func() error {
		taken, err := l.Check(context.Background(), b)
		if err == nil && len(taken) > 0 {
			err = fmt.Errorf("%d are taken: %s", len(taken), taken[0].String())
		}
		return err
	})
}

//go:build unix

package ledger

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/core/store"
)

// TestPIN: an operator with a PIN signs in with it, by whatever spelling of the name; nobody else needs one.
func TestPIN(t *testing.T) {
	both(t, func(t *testing.T, openOne func(string) *Ledger) {
		l := openOne("line 1")
		if err := l.SetPIN(ctx, "Ana Souza", []byte("123"), "Ana Souza"); !errors.Is(err, ErrShortPIN) {
			t.Errorf("%v", err)
		}
		if err := l.SetPIN(ctx, "Ana Souza", []byte("2468"), "Ana Souza"); err != nil {
			t.Fatal(err)
		}
		other := openOne("line 2")
		for _, c := range []struct {
			name, pin string
			want      error
		}{
			{"Ana Souza", "2468", nil}, {" ANA  souza", "2468", nil}, {"Ana Souza", "", ErrNeedsPIN}, {"ana souza", "2467", ErrWrongPIN}, {"Ana Souza", "24680", ErrWrongPIN},
			{"Ben", "", nil}, {"Ben", "whatever", nil}, {"Ana", "", nil},
		} {
			if err := other.CheckPIN(ctx, c.name, []byte(c.pin)); !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%q with %q: %v, want %v", c.name, c.pin, err, c.want)
			}
		}
		if err := l.SetPIN(ctx, "ana souza", []byte("13579"), "Ana Souza"); err != nil {
			t.Fatal(err)
		}
		if err := other.CheckPIN(ctx, "Ana Souza", []byte("2468")); !errors.Is(err, ErrWrongPIN) {
			t.Errorf("the old PIN: %v", err)
		}
		if err := l.SetPIN(ctx, "Ana Souza", nil, "Ben"); err != nil {
			t.Fatal(err)
		}
		if err := other.CheckPIN(ctx, "Ana Souza", nil); err != nil {
			t.Errorf("without a PIN any more: %v", err)
		}
		var said []string
		for e, err := range l.Entries(ctx, 0) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Act == ActPIN || e.Act == ActSignedIn {
				said = append(said, e.Operator+": "+e.Detail)
			}
			if strings.Contains(e.Detail, "2468") || strings.Contains(e.Detail, "13579") {
				t.Errorf("a PIN stands in the audit log: %q", e.Detail)
			}
		}
		want := "Ana Souza: PIN set for Ana Souza; ana souza: refused: the PIN was wrong; Ana Souza: refused: the PIN was wrong; Ana Souza: PIN set for ana souza; " +
			"Ana Souza: refused: the PIN was wrong; Ben: PIN removed of Ana Souza"
		if strings.Join(said, "; ") != want {
			t.Errorf("%q", said)
		}
		verify(t, l)
	})
}

// TestPINIsSlow: what lies in the database is a salted slow hash.
func TestPINIsSlow(t *testing.T) {
	l := open(t, Config{Path: filepath.Join(t.TempDir(), "l.db")})
	for _, name := range []string{"a", "b"} {
		if err := l.SetPIN(ctx, name, []byte("2468"), ""); err != nil {
			t.Fatal(err)
		}
	}
	var salts, hashes [][]byte
	if err := l.each(ctx, l.db.Reader(), func(rows *sql.Rows) error {
		var salt, hash []byte
		var rounds int
		err := rows.Scan(&salt, &rounds, &hash)
		if rounds < 600_000 {
			t.Errorf("%d rounds", rounds)
		}
		salts, hashes = append(salts, salt), append(hashes, hash)
		return err
	}, "SELECT salt, rounds, hash FROM operator"); err != nil || len(salts) != 2 {
		t.Fatalf("%d, %v", len(salts), err)
	}
	if bytes.Equal(salts[0], salts[1]) || bytes.Equal(hashes[0], hashes[1]) {
		t.Error("the same PIN has the same hash")
	}
}

// TestStepsStay: the steps that made ledgers which are in use stay as they are; what is to be different becomes another step. An
// earlier ledger is brought up to date with all that is in it.
func TestStepsStay(t *testing.T) {
	want := map[bool][]string{
		false: {"bbb1a1dd76f199c1b548069c80a9091c0d890898319cc7cee3fdc270f96a236a", "985d2edf11ccf60f17881e0b96c8e7a5e9ec62c24afad0704a49bbd08710c96b"},
		true:  {"74d3991e7388d3f64fd3a442cd92f7503be66590bf43c7b958ca3fd12a6ca031", "ea389c19de3b6e7fc9ca3ba19c6c32faa4a6963e39830a69569d22b2de05dc43"},
	}
	for shared, sums := range want {
		all := migrations(shared)
		if len(all) != len(sums) {
			t.Errorf("%d steps, %d known here", len(all), len(sums))
		}
		for i, m := range all {
			if sum := sha256.Sum256([]byte(m.SQL)); i < len(sums) && hex.EncodeToString(sum[:]) != sums[i] {
				t.Errorf("step %d of shared %v is another: %x", i+1, shared, sum)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "old.db")
	db, err := store.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, component, migrations(false)[:1]); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	l := open(t, Config{Path: path})
	claim(t, l, batch("a", nil, names("x")))
	if err := l.SetPIN(ctx, "Ada", []byte("2468"), "Ada"); err != nil {
		t.Error(err)
	}
	verify(t, l)
}

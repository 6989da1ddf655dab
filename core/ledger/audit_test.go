//go:build unix

package ledger

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// withoutTriggers lets a test do what somebody with the file, or with the server's administration, can do.
func withoutTriggers(t *testing.T, l *Ledger) {
	t.Helper()
	names := []string{"audit_fixed", "audit_kept"}
	if l.Shared() {
		names = []string{"audit_kept ON audit", "audit_whole ON audit"}
	}
	for _, name := range names {
		write(t, l, "DROP TRIGGER "+name)
	}
}

func write(t *testing.T, l *Ledger, query string, args ...any) {
	t.Helper()
	if err := l.db.Write(ctx, func(tx *sql.Tx) error { _, err := tx.Exec(query, args...); return err }); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func filled(t *testing.T, l *Ledger, n int) {
	t.Helper()
	for i := range n {
		e := Entry{Act: ActPrepared, Environment: env, Batch: fmt.Sprint("batch ", i), Operator: "Žofie", Detail: strings.Repeat("=x,\"\n", i%3)}
		if err := l.Record(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFlip changes every octet of an entry in turn: each time the entry is named.
func TestFlip(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		l := open("line 1")
		filled(t, l, 4)
		withoutTriggers(t, l)
		verify(t, l)
		const seq = 3
		for _, column := range []string{"act", "environment", "batch", "operator", "account", "station", "detail", "hash", "at"} {
			var was []byte
			var at int64
			query := "SELECT " + column + " FROM audit WHERE seq = $1"
			if column == "at" {
				if err := l.db.Reader().QueryRow(query, seq).Scan(&at); err != nil {
					t.Fatal(err)
				}
				was = make([]byte, 8)
			} else if err := l.db.Reader().QueryRow(query, seq).Scan(&was); err != nil {
				t.Fatal(err)
			}
			for i := range was {
				var value, old any
				changed := bytes.Clone(was)
				switch column {
				case "at":
					value, old = at^1<<(8*i), at
				case "hash":
					changed[i] ^= 0x10
					value, old = changed, was
				default:
					changed[i] ^= 0x01
					value, old = text(string(changed)), string(was)
				}
				write(t, l, "UPDATE audit SET "+column+" = $1 WHERE seq = $2", value, seq)
				if broken, err := l.Verify(ctx); err != nil || broken == nil || broken.Seq != seq {
					t.Errorf("octet %d of %s: %v, %v", i, column, broken, err)
				}
				write(t, l, "UPDATE audit SET "+column+" = $1 WHERE seq = $2", old, seq)
			}
		}
		verify(t, l)
		write(t, l, "UPDATE audit SET batch = batch || 'x', operator = substr(operator, 2) WHERE seq = 2") // across a border of fields
		if broken, err := l.Verify(ctx); err != nil || broken == nil || broken.Seq != 2 {
			t.Errorf("%v, %v", broken, err)
		}
	})
}

func TestAnchor(t *testing.T) {
	both(t, func(t *testing.T, open func(string) *Ledger) {
		l := open("line 1")
		filled(t, l, 3)
		head, err := l.Head(ctx)
		if err != nil || head.Seq != 4 {
			t.Fatal(head, err)
		}
		if again, err := ParseHead(" " + head.String() + "\n"); err != nil || again != head {
			t.Errorf("%v, %v", again, err)
		}
		filled(t, l, 1)
		if broken, err := l.VerifyAnchor(ctx, head); broken != nil || err != nil {
			t.Errorf("%v, %v", broken, err)
		}
		other := head
		other.Hash[5] ^= 1
		if broken, err := l.VerifyAnchor(ctx, other); err != nil || broken == nil || broken.Seq != 4 {
			t.Errorf("%v, %v", broken, err)
		}
		withoutTriggers(t, l)
		write(t, l, "DELETE FROM audit WHERE seq >= 4") // the end is missing: only the anchor tells
		if broken, err := l.Verify(ctx); broken != nil || err != nil {
			t.Errorf("%v, %v", broken, err)
		}
		if broken, err := l.VerifyAnchor(ctx, head); err != nil || broken == nil || broken.Seq != 4 {
			t.Errorf("%v, %v", broken, err)
		}
		write(t, l, "DELETE FROM audit WHERE seq = 2")
		if broken, err := l.Verify(ctx); err != nil || broken == nil || broken.Seq != 2 {
			t.Errorf("%v, %v", broken, err)
		}
		write(t, l, "DELETE FROM audit")
		if broken, err := l.Verify(ctx); err != nil || broken == nil || broken.Seq != 1 {
			t.Errorf("%v, %v", broken, err)
		}
		for _, bad := range []string{"", "4", "4:", "x:" + strings.Repeat("0", 64), "-1:" + strings.Repeat("0", 64), "4:" + strings.Repeat("0", 63)} {
			if h, err := ParseHead(bad); err == nil {
				t.Errorf("%q is %v", bad, h)
			}
		}
	})
}

// TestExport has Python verify what is exported, with the script of the documentation.
func TestExport(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED: python3 is missing")
	}
	l := open(t, Config{Path: filepath.Join(t.TempDir(), "ledger.db"), Station: "Halle 3 \u00fc", Now: func() time.Time { return time.Unix(1_700_000_000, 123_000_000) }})
	filled(t, l, 20)
	var lines, list bytes.Buffer
	if err := l.ExportJSON(ctx, &lines); err != nil {
		t.Fatal(err)
	}
	if err := l.ExportCSV(ctx, &list); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(lines.Bytes(), []byte("\n")); n != 21 {
		t.Errorf("%d lines", n)
	}
	page, err := os.ReadFile("../../docs/ledger.md")
	if err != nil {
		t.Fatal(err)
	}
	_, script, _ := strings.Cut(string(page), "```python\n")
	script, _, _ = strings.Cut(script, "```")
	run := exec.Command(python, "-c", script)
	run.Stdin = &lines
	out, err := run.CombinedOutput()
	head, _ := l.Head(ctx)
	if err != nil || strings.TrimSpace(string(out)) != head.String() {
		t.Errorf("Python: %s, %v; the anchor is %s", out, err, head)
	}
	if s := list.String(); !strings.HasPrefix(s, `"seq","at","act"`) || !strings.Contains(s, `"'=x`) {
		t.Errorf("list: %.300s", s)
	}
}

package csvlist

import (
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestFormulasAreDefused(t *testing.T) {
	for _, c := range []struct{ cell, want string }{
		{"", ""}, {"device-1", "device-1"}, {"a=b", "a=b"}, {"'quoted'", "'quoted'"}, {"'", "'"},
		{"=CMD|'/C calc'!A0", "'=CMD|'/C calc'!A0"}, {"+49 731", "'+49 731"}, {"-40C", "'-40C"}, {"@SUM(1)", "'@SUM(1)"},
		{"\tx", "'\tx"}, {"\rx", "'\rx"}, {"\n=x", "'\n=x"}, {"＝1", "'＝1"}, {"－1", "'－1"}, {"＋1", "'＋1"}, {"＠1", "'＠1"},
		{"-----BEGIN CERTIFICATE REQUEST-----\nMII+/=\n-----END CERTIFICATE REQUEST-----\n", "-----BEGIN CERTIFICATE REQUEST-----\nMII+/=\n-----END CERTIFICATE REQUEST-----\n"},
		{"-----BEGIN CERT-----cmd|' /C calc'!A0", "'-----BEGIN CERT-----cmd|' /C calc'!A0"}, {"-----BEGIN SUM(1)", "'-----BEGIN SUM(1)"},
		{"'=x", "''=x"}, {"''+x", "'''+x"},
	} {
		if got := Defuse(c.cell); got != c.want {
			t.Errorf("Defuse(%q) = %q, want %q", c.cell, got, c.want)
		}
		if IsFormula(Defuse(c.cell)) || Plain(Defuse(c.cell)) != c.cell {
			t.Errorf("%q is not read back: %q", c.cell, Plain(Defuse(c.cell)))
		}
	}
}

// TestReadBack: another reader of CSV sees the cells, with the apostrophes.
func TestReadBack(t *testing.T) {
	var b strings.Builder
	l := NewWriter(&b, "file", "reason")
	l.Row(`a "quoted", name`, "=1+1\nnext")
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	if want := "\"file\",\"reason\"\n\"a \"\"quoted\"\", name\",\"'=1+1\nnext\"\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil || len(rows) != 2 || !slices.Equal(rows[1], []string{`a "quoted", name`, "'=1+1\nnext"}) {
		t.Errorf("%q %v", rows, err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestErrorIsKept(t *testing.T) {
	l := NewWriter(full{}, "file")
	l.Row(strings.Repeat("x", 1<<17))
	if err := l.Flush(); err == nil || !strings.Contains(err.Error(), "no space") {
		t.Error(err)
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"=1", "'=1", "''", "'＝", "-", "a", "'\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		safe := Defuse(cell)
		if IsFormula(safe) {
			t.Errorf("%q still runs", safe)
		}
		if Plain(safe) != cell {
			t.Errorf("%q became %q and is read as %q", cell, safe, Plain(safe))
		}
	})
}

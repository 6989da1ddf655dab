package csvdoc

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"enrollbench/core/finding"
	"enrollbench/core/form"
)

// oracle reads with encoding/csv, which changes CRLF within quotes to LF and drops blank lines: the texts that it is
// asked about have neither.
func oracle(text string, comma byte) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = rune(comma)
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

// rowsOf is the header and all rows as wide as they are in the file.
func rowsOf(t fataler, d *Document) [][]string {
	t.Helper()
	s := d.Snapshot()
	rows := [][]string{s.view.names}
	err := s.ScanBytes(context.Background(), 0, s.Rows(), func(_ int, id RowID, cells [][]byte, _ []byte) error {
		var r rowSpans
		if _, _, err := s.view.row(int(id), &r); err != nil {
			return err
		}
		row := make([]string, len(r.cells))
		for i := range row {
			row[i] = string(cells[i])
		}
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return rows
}

// What encoding/csv takes as proper CSV reads the same here, whether it was written by it or is random text.
func TestReadsAsEncodingCSV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	rapid.Check(t, func(t *rapid.T) {
		comma := rapid.SampledFrom(Delimiters).Draw(t, "comma")
		var text string
		if rapid.Bool().Draw(t, "written") {
			var b bytes.Buffer
			w := csv.NewWriter(&b)
			w.Comma = rune(comma)
			w.UseCRLF = rapid.Bool().Draw(t, "crlf")
			for range rapid.IntRange(1, 50).Draw(t, "rows") {
				row := make([]string, rapid.IntRange(1, 5).Draw(t, "cells"))
				for i := range row {
					row[i] = rapid.StringOfN(rapid.SampledFrom([]rune("ab0 ,;\t|\"\n'é😀")), 0, 30, -1).Draw(t, "value")
				}
				if len(row) == 1 && row[0] == "" {
					row[0] = "x"
				}
				if err := w.Write(row); err != nil {
					t.Fatalf("%v", err)
				}
			}
			w.Flush()
			text = b.String()
		} else {
			text = rapid.StringOfN(rapid.SampledFrom([]rune("aab,,\"\"\"\n\n")), 1, 60, -1).Draw(t, "text")
			comma = ','
		}
		want, err := oracle(text, comma)
		if err != nil || len(want) == 0 || strings.Contains("\n"+text, "\n\n") || strings.Contains(text, "\r\n") && quotedCRLF(want) {
			return
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatalf("%v", err)
		}
		d := reopen(t, path, Options{Dialect: &Dialect{Delimiter: comma, Header: true}})
		defer d.Close()
		got := rowsOf(t, d)
		if !slices.EqualFunc(got, want, func(a, b []string) bool { return slices.Equal(a, b) }) {
			t.Fatalf("%q:\ngot  %q\nwant %q", text, got, want)
		}
	})
}

// quotedCRLF: UseCRLF writes LF within quotes as CRLF, which the oracle turns back.
func quotedCRLF(rows [][]string) bool {
	for _, r := range rows {
		for _, v := range r {
			if strings.Contains(v, "\n") {
				return true
			}
		}
	}
	return false
}

// Rows that are longer than what one read takes, and texts cut by it at every byte, read as short ones do.
func TestPiecesDoNotShow(t *testing.T) {
	var b strings.Builder
	b.WriteString("a,b\n")
	for i := 0; b.Len() < 3*readAhead; i++ {
		b.WriteString(strings.Repeat("x", i%97) + ",\"" + strings.Repeat("y\"\"\n", i%53) + "\"\r\n")
		if i%1000 == 999 {
			b.WriteString("long,\"" + strings.Repeat("z", readAhead+i) + "\"\n")
		}
	}
	want, err := oracle(strings.ReplaceAll(b.String(), "\r\n", "\n"), ',')
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, b.String(), Options{})
	if got := rowsOf(t, d); !slices.EqualFunc(got, want, func(a, b []string) bool { return slices.Equal(a, b) }) {
		t.Errorf("%d rows differ from %d", len(got), len(want))
	}
	setCell(t, d, 5, 0, "edited")
	if got := save(t, d); got != strings.Replace(b.String(), "\n"+strings.Repeat("x", 5)+",", "\nedited,", 1) {
		t.Error("the saved file differs elsewhere")
	}
}

// written is what a save writes, without the disk.
func written(t *testing.T, d *Document) string {
	t.Helper()
	var b strings.Builder
	if err := d.Snapshot().Write(t.Context(), &b, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// FuzzOpen: whatever the bytes are, the document opens, reads the same in every way, and is saved as it was; after an
// edit that is undone as well. What encoding/csv takes reads as it does there.
func FuzzOpen(f *testing.F) {
	for _, s := range []string{
		"", "\n", "a", "a,b\n1,2\n", "a;b\r\n\"1\";\"2\"\"\"\r\n", "a\tb\n\"x\ny\"\tz", "\xEF\xBB\xBFa,b\n", "\xFF\xFEa\x00,\x00b\x00\n\x00",
		"\xFE\xFF\x00a\x00\n\xD8\x00", "a,\"b\nc,d\n", "a\"b,\"c\"d,e\r\n\"", "a,b\rc,d\r", "a,b\rc,\"d\ne\"\r", "sep=;\na;b\n", "a, \"b, c\" ,d\n \"x\n", "T 1\na.b;c\n1;2\n", "a\n\x93\x8C\x8B\x9E\n", "a\x00b,c\n\xE4\n", "\"a\\\"b\",c\n\"d\\\\\"\n", "a,b\n\n\n1,2,3,4\n",
		"\xFF\xFEa\x00b", "PK\x03\x04", "\"\"\"\"\n\"\"\"", "\r\n\r\n", "\"\r\n", "a,\"b\"\r",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := Open(t.Context(), path, Options{Scratch: t.TempDir()})
		if err == nil {
			err = d.Index(t.Context(), nil)
		}
		if err != nil {
			if f := form.Detect(text); isZIP(text) || f.Table() || f.Archive() || noTable(f, text) {
				return
			}
			t.Fatal(err)
		}
		defer d.Close()
		s := d.Snapshot()
		modelOf(s).same(t, s)
		if got := written(t, d); !isZIP(text) && got != string(text) {
			t.Fatalf("%s: saved %q as %q", d.Dialect(), text, got)
		}
		for _, f := range d.Findings() {
			if f.Row < 1 && !slices.ContainsFunc([]*finding.Rule{RuleEncoding, RuleSepLine, RuleSepUnknown}, func(r *finding.Rule) bool { return r.Name == f.Rule }) || f.Row > s.Rows()+1 || f.Message == "" {
				t.Fatalf("%+v", f)
			}
		}
		if rows, err := oracle(string(text), ','); err == nil && len(rows) > 0 && d.Dialect().Encoding == UTF8 && !d.Dialect().BOM && d.Dialect().Escape == Doubled && d.Dialect().Delimiter == ',' && len(s.view.lead) == 0 && !bytes.ContainsAny(text, "\r") && !strings.Contains("\n"+string(text), "\n\n") {
			if got := rowsOf(t, d); !slices.EqualFunc(got, rows, func(a, b []string) bool {
				return slices.EqualFunc(a, b, func(x, y string) bool {
					return x == strings.ToValidUTF8(y, "\uFFFD") || x == y || len(y) != len(strings.ToValidUTF8(y, ""))
				})
			}) {
				t.Fatalf("got %q, want %q", got, rows)
			}
		}
		if s.Rows() == 0 {
			return
		}
		if _, err := d.SetCells("", []Cell{{s.ID(s.Rows() - 1), s.Columns()[0].ID, "an \"edit\",\n"}}); err != nil {
			t.Fatal(err)
		}
		changed := modelOf(d.Snapshot())
		dialect := d.Dialect()
		if isZIP(text) {
			return
		}
		write(t, path, written(t, d))
		other := reopen(t, path, Options{Dialect: &dialect, Scratch: t.TempDir()})
		defer other.Close()
		got := modelOf(other.Snapshot())
		if len(got.rows) != len(changed.rows) {
			t.Fatalf("%s: %q: %d rows, want %d", dialect, text, len(got.rows), len(changed.rows))
		}
		for i := range got.rows {
			if !slices.Equal(trimmed(got.rows[i]), trimmed(changed.rows[i])) {
				t.Fatalf("%s: row %d: %q, want %q", dialect, i, got.rows[i], changed.rows[i])
			}
		}
	})
}

package csvdoc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"enrollbench/core/archive"
)

const corpusFolder = "../../testdata/csv"

// corpusCase is a line of the table that the script beside the files wrote: what it put in.
type corpusCase struct {
	File      string
	Encoding  string
	BOM       bool
	Delimiter string
	Newline   string
	Escape    string
	Findings  []string
	Member    string
	Free      []string // what the file itself does not say, so that it is not compared
	Rows      [][]string
}

func (c *corpusCase) free(what string) bool { return slices.Contains(c.Free, what) }

func corpus(t *testing.T) []corpusCase {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(corpusFolder, "corpus.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []corpusCase
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 60 {
		t.Fatalf("%d files", len(cases))
	}
	return cases
}

// openCorpus copies a file of the corpus, so that it can be saved, and opens it.
func openCorpus(t *testing.T, c corpusCase) (d *Document, path string, original []byte) {
	t.Helper()
	original, err := os.ReadFile(filepath.Join(corpusFolder, c.File))
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), c.File)
	if err := os.WriteFile(path, original, 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err = Open(t.Context(), path, Options{Scratch: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := d.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if c.Member != "" {
		original = member(t, path)
	}
	return d, path, original
}

// member reads the one file of a ZIP.
func member(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	z, err := archive.Open(f, info.Size(), archive.Limits{EntryBytes: 1 << 20, TotalBytes: 1 << 20})
	if err != nil || z.Len() != 1 {
		t.Fatal(err)
	}
	r, err := z.Open(0)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// savedCorpus is what a document's own file holds after it was saved.
func savedCorpus(t *testing.T, d *Document, path string, c corpusCase) []byte {
	t.Helper()
	if err := d.Save(t.Context(), "", SaveOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if c.Member != "" {
		return member(t, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What is found in each file is what was put in: its dialect, every cell, and what is wrong with it.
func TestCorpusIsRead(t *testing.T) {
	for _, c := range corpus(t) {
		t.Run(c.File, func(t *testing.T) {
			d, _, _ := openCorpus(t, c)
			got := d.Dialect()
			for _, f := range []struct{ what, got, want string }{
				{"encoding", got.Encoding.String(), c.Encoding},
				{"delimiter", string(got.Delimiter), c.Delimiter},
				{"newline", got.Newline.String(), c.Newline},
				{"escape", got.Escape.String(), c.Escape},
				{"bom", fmt.Sprint(got.BOM), fmt.Sprint(c.BOM)},
				{"member", d.Member(), c.Member},
			} {
				if f.got != f.want && !c.free(f.what) {
					t.Errorf("%s %q, want %q", f.what, f.got, f.want)
				}
			}
			var findings []string
			for _, f := range d.Findings() {
				findings = append(findings, strings.TrimPrefix(f.Rule, "csvdoc/"))
			}
			slices.Sort(findings)
			if findings = slices.Compact(findings); !slices.Equal(findings, c.Findings) && !c.free("findings") {
				t.Errorf("findings %q, want %q", findings, c.Findings)
			}
			if c.free("rows") {
				return
			}
			s := d.Snapshot()
			var names []string
			for _, column := range s.Columns() {
				names = append(names, column.Name)
			}
			rows := append([][]string{names}, allRows(s)...)
			if len(c.Rows) == 0 {
				if s.Rows() != 0 || strings.Join(names, "") != "" {
					t.Errorf("%q, want nothing", rows)
				}
				return
			}
			if len(rows) != len(c.Rows) {
				t.Fatalf("%d rows, want %d: %q", len(rows), len(c.Rows), rows)
			}
			for i, want := range c.Rows {
				for len(want) < len(rows[i]) {
					want = append(want, "") // a row is shown as wide as the widest
				}
				if !slices.Equal(rows[i], want) {
					t.Errorf("row %d: %.200q, want %.200q", i+1, rows[i], want)
				}
			}
		})
	}
}

func TestCorpusIsSavedByteForByte(t *testing.T) {
	for _, c := range corpus(t) {
		t.Run(c.File, func(t *testing.T) {
			d, path, original := openCorpus(t, c)
			if got := savedCorpus(t, d, path, c); !bytes.Equal(got, original) {
				t.Errorf("saved as %.300q, want %.300q", got, original)
			}
			other := filepath.Join(t.TempDir(), "other.csv")
			if err := d.Save(t.Context(), other, SaveOptions{}, nil); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(other); err != nil || !bytes.Equal(got, original) {
				t.Errorf("saved elsewhere as %.300q, %v", got, err)
			}
		})
	}
}

// encoded is the text in the case's encoding, without a mark.
func (c *corpusCase) encoded(t *testing.T, s string) []byte {
	t.Helper()
	var e encoding.Encoding
	switch c.Encoding {
	case "UTF-16LE":
		e = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case "UTF-16BE":
		e = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case "Windows-1252":
		e = charmap.Windows1252
	case "ISO-8859-1":
		e = charmap.ISO8859_1
	default:
		return []byte(s)
	}
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// forms are the ways in which a file of this dialect may write a value.
func (c *corpusCase) forms(t *testing.T, v string) [][]byte {
	quoted := strings.ReplaceAll(v, `"`, `""`)
	if c.Escape == "backslash" {
		quoted = strings.ReplaceAll(strings.ReplaceAll(v, `\`, `\\`), `"`, `\"`)
	}
	return [][]byte{c.encoded(t, v), c.encoded(t, `"`+quoted+`"`), c.encoded(t, `"`+v+`"`)}
}

// onlyThatCell says whether the two files differ in nothing but one cell, which held one value and holds another.
func (c *corpusCase) onlyThatCell(t *testing.T, before, after []byte, was, is string) bool {
	for _, old := range c.forms(t, was) {
		for _, fresh := range c.forms(t, is) {
			if len(before)-len(old) != len(after)-len(fresh) {
				continue
			}
			for at := 0; at+len(old) <= len(before) && at+len(fresh) <= len(after) && bytes.Equal(before[:at], after[:at]); {
				if bytes.HasPrefix(before[at:], old) && bytes.HasPrefix(after[at:], fresh) && bytes.Equal(before[at+len(old):], after[at+len(fresh):]) {
					return true
				}
				n := max(1, commonPrefix(before, after)-max(len(old), len(fresh)))
				if at < n-1 {
					at = n - 1 // most of a large file is equal, and comparing it for each byte costs its square
				}
				at++
			}
		}
	}
	return false
}

// readsSame opens what was saved and compares every cell.
func (c *corpusCase) readsSame(t *testing.T, path string, s *Snapshot) {
	t.Helper()
	again, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := again.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got, want := allRows(again.Snapshot()), allRows(s); !reflect.DeepEqual(got, want) || again.Snapshot().Columns()[0] != s.Columns()[0] {
		t.Errorf("saved and read again: %q, want %q", got, want)
	}
}

func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// One edit changes the bytes of one cell and no others; undone, every byte is as before.
func TestCorpusOneEdit(t *testing.T) {
	for _, c := range corpus(t) {
		t.Run(c.File, func(t *testing.T) {
			d, path, original := openCorpus(t, c)
			s := d.Snapshot()
			if s.Rows() == 0 {
				t.Skip("no row to edit")
			}
			row := s.Rows() - 1
			was := s.Cell(row, 0)
			for _, is := range []string{"edited", `a "quoted", one` + "\n" + `of two; lines|and	more`} {
				if _, err := d.SetCells("", []Cell{{s.ID(row), s.Columns()[0].ID, is}}); err != nil {
					t.Fatal(err)
				}
				got := savedCorpus(t, d, path, c)
				if slices.Contains(c.Findings, "unclosed-quote") {
					// A quote written behind one that nothing closes would close it: such a file is written in proper form, and
					// what is left to prove is that it reads the same.
					c.readsSame(t, path, d.Snapshot())
				} else if !c.onlyThatCell(t, original, got, was, is) {
					t.Errorf("%q became %q:\n got %.300q\n was %.300q", was, is, got, original)
				}
				if _, err := d.Undo(); err != nil {
					t.Fatal(err)
				}
				if got := savedCorpus(t, d, path, c); !bytes.Equal(got, original) {
					t.Errorf("undone and saved as %.300q, want %.300q", got, original)
				}
			}
		})
	}
}

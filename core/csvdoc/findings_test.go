package csvdoc

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/finding"
)

func list(d *Document) []string {
	var got []string
	for _, f := range d.Findings() {
		got = append(got, fmt.Sprintf("%s %d %s: %s", strings.TrimPrefix(f.Rule, "csvdoc/"), f.Row, f.Column, f.Message))
	}
	return got
}

// Each rule has a text that breaks it, once and where expected, and one that keeps it.
func TestFindings(t *testing.T) {
	cases := map[*finding.Rule]struct {
		bad, good string
		want      []string
	}{
		RuleRagged: {"a,b\n1,2\n3\n4\n5,6,7\n", "a,b\n1,2\n",
			[]string{"ragged-row 3 : rows 3 to 4: 1 cell, not 2", "ragged-row 5 : 3 cells, not 2"}},
		RuleBlankRow:   {"a,b\n1,2\n\n\r\n3,4\n\x1a", "a\n\n", []string{"blank-row 3 : rows 3 to 4: this line is empty", "blank-row 6 : this line is empty"}},
		RuleStrayQuote: {"a,b\nx\"y,2\n5\",7\"\n", "a,b\n\"x\"\"y\",2\n", []string{`stray-quote 2 a: "x\"y"`, `stray-quote 3 a: "5\""`}},
		RuleShifted: {"a,b\n1,\"2\"3\nmodel \"A,B\" x\n\"a \"b\" c,2\n", "a,b\n5\" x,7\" y\n",
			[]string{`shifted-cells 2 b: "\"2\"3"`, `shifted-cells 3 a: "model \"A"`, `shifted-cells 4 a: "\"a \"b\" c"`}},
		RuleSpaces: {"a,b\n1, \"2, 3\"\n1,  \"2\" \n\"1\" ,2\n", "a,b\n 1,2 \n",
			[]string{"space-around-quotes 2 b: rows 2 to 3: spaces around the quotes are left out", "space-around-quotes 4 a: spaces around the quotes are left out"}},
		RuleUnclosedQuote: {"a,b\n1,\"x,y\n3,4\n", "a,b\n1,\"x\ny\"\n",
			[]string{"ragged-row 2 : 3 cells, not 2", `unclosed-quote 2 b: "\"x"`}},
		RuleNUL:         {"a,b\n1,2\n3,x\x00y\n", "a,b\n", []string{"nul 3 b: a NUL character at byte 2 of the cell"}},
		RuleUndecodable: {"a,b\né,1\n2,\xE4\n", "a,b\né,ä\n", []string{"undecodable 3 b: byte E4 at byte 1 of the cell is not UTF-8"}},
	}
	for _, r := range Rules {
		_, whole := wholeCases[r]
		if _, ok := sheetRules[r]; ok {
			whole = true
		}
		if _, ok := cases[r]; ok == whole && r != RuleUntidyZIP && r != RuleTurned { // they have TestUntidyZIP and TestTurned
			t.Errorf("%s has no case, or two", r.Name)
		}
	}
	for rule, c := range cases {
		t.Run(rule.Name, func(t *testing.T) {
			d := open(t, c.bad, Options{Dialect: &Dialect{Delimiter: ',', Header: true}})
			if got := list(d); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if got := list(open(t, c.good, Options{Dialect: &Dialect{Delimiter: ',', Header: true}})); len(got) > 0 && rule != RuleShifted {
				t.Errorf("good: %q", got)
			} else if strings.Contains(strings.Join(got, ""), rule.Name[len("csvdoc/"):]) {
				t.Errorf("good: %q", got)
			}
			// Typing the cells anew, or filling the row up, mends all but what a row has too much.
			s := d.Snapshot()
			var cells []Cell
			for i := range s.Rows() {
				for c := range min(2, len(s.Columns())) {
					cells = append(cells, Cell{s.ID(i), ColumnID(c), fmt.Sprint("new", i, c)})
				}
			}
			if _, err := d.SetCells("", cells); err != nil {
				t.Fatal(err)
			}
			if len(s.Columns()) > 2 {
				if _, err := d.RemoveColumns([]ColumnID{2}); err != nil {
					t.Fatal(err)
				}
			}
			if got := list(d); len(got) > 0 {
				t.Errorf("mended, but %q", got)
			}
			for d.CanUndo() {
				if _, err := d.Undo(); err != nil {
					t.Fatal(err)
				}
			}
			if got := list(d); !slices.Equal(got, c.want) {
				t.Errorf("undone: %q", got)
			}
		})
	}
	for _, r := range Rules {
		if r.Title == "" || r.Why == "" || r.Hint == "" || r.Source == "" || !strings.HasPrefix(r.Name, "csvdoc/") {
			t.Errorf("%+v", r)
		}
	}
}

// wholeCases are texts with one finding about the file as a whole, and texts that are near to it.
var wholeCases = map[*finding.Rule]struct {
	bad  map[string]string // with a part of the message
	good []string
}{
	RuleHeaderBelow: {map[string]string{
		"Batch 12\nsubject.common_name;subject.country\ndev1;DE\ndev2;DE\n":    "is a title; the header seems to be in row 2",
		"Batch 12;;\nsubject.common_name;c1;c2\ndev1;a;b\n":                    "header seems to be in row 2",
		"Batch 12,,,,\nsubject.common_name,x,,,\ndev1,1,,,\n":                  "header seems to be in row 2",
		"Order of plant 7, line 4\n\nsubject.common_name;x\ndev1;1\ndev2;1\n":  "header seems to be in row 3",
		"\r\nsubject.common_name;x\r\ndev1;1\r\n":                              "is empty; the header seems to be in row 2",
		"Batch 12\nsubject.common_name\ndev1\n":                                "header seems to be in row 2",
		"# exported by MES, line 4\nsubject.common_name,x\ndev1,1\n":           "header seems to be in row 2",
		"Plant 7,Line 4,12\n\nsubject.common_name,csr,san.dns_name\nd,x,y\n":   "header seems to be in row 3",
		"Batch 12\nName,City\nd-1,Rome\nd-2,Rome\n":                            "header seems to be in row 2",
		"\xEF\xBB\xBFPlant 7\n\"subject.common_name\",\"csr\"\n\"d1\",\"x\"\n": "header seems to be in row 2",
	}, []string{
		"subject.common_name\nACME, Inc\nDoe, John\n", "name\nhost.example.com\nb.example.com\n", "subject.common_name,\nd1,\nd2,\n", "a,b\n1,2\n",
		"serial,customer\ndev_a,acme_x\ndev_b,acme_x\n", "Batch 12\n", "name\nDoe\nJohn\n", "subject.common_name\ndev,acme\ndev,acme\n", "",
	}},
	RuleSeparator: {map[string]string{
		"subject.common_name subject.country\ndev1 DE\ndev2 DE\n": "separated by a space",
		"subject.common_name   subject.country\ndev1      DE\n":   "separated by a space",
		"subject.common_name:subject.country\ndev1:DE\n":          `separated by ":"`,
		"subject.common_name^x\ndev1^1\n":                         `separated by "^"`,
		"a\x1fb\n1\x1f2\n":                                        "control character 1F",
		"subject.common_name，subject.country\ndev1，DE\n":          `separated by "，"`,
	}, []string{"Common name\nACME Corp\nACME Ltd\n", "subject.common_name\nACME Corp\n", "url\nhttp://x\n"}},
	RuleSingleQuotes: {map[string]string{
		"'subject.common_name','subject.country'\n'd1','DE'\n": "single quote",
		"'a';'b'\n'1';'it''s'\n":                               "single quote",
		"'a'\n'1'\n":                                           "single quote",
		"a,b\nd1,'Plant, 4'\nd2,'Plant'\nd3,'Plant, 5, east'\nd4,'x'\nd5,'x'\nd6,'x'\nd7,'x'\nd8,'x'\nd9,'x'\nd10,'x'\n": "single quote",
	}, []string{"a,b\n'1,2\n", "'a,b\n'1,2\n", "a\n'1'\n", "a,b\nd1,'s-Hertogenbosch\nd2,'=1\n", "a,b\nd1,5'\nd2,'x'\nd3,6'\nd4,7'\n"}},
	RuleQuotedRows: {map[string]string{
		"\"subject.common_name,subject.country\"\n\"d1,DE\"\n":                 "is one cell",
		"\"subject.common_name;\"\"subject.country\"\"\"\n\"d1;\"\"DE\"\"\"\n": "is one cell",
	}, []string{"\"subject.common_name\"\n\"ACME, Inc\"\n", "\"a\",\"b\"\n\"1,2\",\"3\"\n"}},
	RuleDoubleCR: {map[string]string{"a,b\r\r\n1,2\r\r\n3,4\r\r\n": "CR CR LF"}, []string{"a,b\r\n1,2\r\n", "a,b\n1,2\r\r\n3,4\n"}},
	RuleSepLine: {map[string]string{
		"sep=;\na;b\n1;2\n": "sep=;", "\"sep=;\"\r\na;b\r\n1;2\r\n": "sep=;", "\xEF\xBB\xBFSEP=,\r\na,b\r\n": "sep=,", "sep=|\na|b\n": "sep=|", "sep=\t\na\tb\n": "sep=",
		"sep=;;;\na;b\n1;2\n": "sep=;",
	}, []string{"sep\n1\n", "sep=ab\n1\n", "sep=\n1\n"}},
	RuleSepUnknown: {map[string]string{"sep=^\na^b\n1^2\n": "sep=^"}, []string{"sep=;\na\n"}},
	RuleEncoding:   {map[string]string{"a,b\nM\xFCller,\x80\n": `read as Windows-1252: "Müller" in row 2, "€" in row 2`}, []string{"a\nMüller\n", "a\nb\n"}},
}

func TestFindingsOfTheWhole(t *testing.T) {
	for rule, c := range wholeCases {
		has := func(text string) (string, bool) {
			d := open(t, text, Options{})
			if save(t, d) != text {
				t.Errorf("%q is saved differently", text)
			}
			for _, f := range d.Findings() {
				if f.Rule == rule.Name {
					return f.Message, true
				}
			}
			return "", false
		}
		for text, want := range c.bad {
			if got, ok := has(text); !ok || !strings.Contains(got, want) {
				t.Errorf("%s: %q: %q, want %q", rule.Name, text, got, want)
			}
		}
		for _, text := range c.good {
			if got, ok := has(text); ok {
				t.Errorf("%s: %q: %q", rule.Name, text, got)
			}
		}
	}
	d := open(t, "Batch 12;\na.b;c.d\n1;2\n", Options{})
	if _, err := d.RenameColumn(0, "a.b"); err != nil {
		t.Fatal(err)
	}
	if got := list(d); len(got) > 0 {
		t.Errorf("named anew: %q", got)
	}
}

// What lies around the CSV in its ZIP is told, and the CSV is read.
func TestUntidyZIP(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	h := &zip.FileHeader{Name: "-"}
	h.SetMode(fs.ModeNamedPipe | 0o600) // as zip packs standard input
	w, err := z.CreateHeader(h)
	if err == nil {
		_, err = w.Write([]byte("a,b\n1,2\n"))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	d := open(t, b.String()+"\x00\x00", Options{})
	found := 0
	for _, f := range d.Findings() {
		if f.Rule == RuleUntidyZIP.Name {
			found++
		}
	}
	if found != 2 || d.Snapshot().Rows() != 1 {
		t.Errorf("%d notices, %d rows", found, d.Snapshot().Rows())
	}
}

// The delimiter of a line sep= holds, whatever the rows look like, and the line is no row.
func TestSepLine(t *testing.T) {
	for _, text := range []string{"sep=;\r\na,b;c\r\n1,2;3\r\n", "\xFF\xFEs\x00e\x00p\x00=\x00;\x00\n\x00a\x00,\x00b\x00;\x00c\x00\n\x001\x00,\x002\x00;\x003\x00\n\x00"} {
		d := open(t, text, Options{})
		s := d.Snapshot()
		if s.Rows() != 1 || len(s.Columns()) != 2 || s.Columns()[0].Name != "a,b" || s.Cell(0, 0) != "1,2" || s.FileRow(0) != 2 {
			t.Errorf("%q: %v, %q", text, s.Columns(), s.Row(0, nil))
		}
		setCell(t, d, 0, 1, "4")
		if got, want := save(t, d), strings.Replace(text, "3", "4", 1); got != want {
			t.Errorf("saved %q, want %q", got, want)
		}
	}
}

func TestGuessIsConfirmed(t *testing.T) {
	text := "name;city\nd1;\xA3\xF3d\x9F\nd2;P\xF8\xEDbram\nd3;\xA3\xF3d\x9F\n"
	d := open(t, text, Options{})
	want := Guess{Windows1250, []Sample{{2, "city", "Łódź"}, {3, "city", "Příbram"}}}
	if g, ok := d.Guess(); !ok || fmt.Sprint(g) != fmt.Sprint(want) {
		t.Errorf("%v, %v", g, ok)
	}
	d.ConfirmEncoding()
	if _, ok := d.Guess(); ok || len(list(d)) > 0 {
		t.Errorf("confirmed: %q", list(d))
	}
	d = open(t, text, Options{})
	as := d.Dialect()
	as.Encoding = ISO88592
	if err := d.Reopen(t.Context(), as); err != nil {
		t.Fatal(err)
	}
	if err := d.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if g, ok := d.Guess(); ok || d.Snapshot().Dialect().Encoding != ISO88592 {
		t.Errorf("chosen: %v", g)
	}
	// A guess that only the end of a long file calls for.
	many := "a,b\n" + strings.Repeat("plain,text\n", 60_000)
	if g, ok := open(t, many+"\xC7\xE0\xE2\xEE\xE4,x\n", Options{}).Guess(); !ok || g.Encoding != Windows1251 || len(g.Samples) != 1 || g.Samples[0] != (Sample{60_002, "a", "Завод"}) {
		t.Errorf("%+v", g)
	}
}

// A quote that nothing closes takes its line and not the file, however often that happens.
func TestUnclosedQuotes(t *testing.T) {
	d := open(t, "a,b\n1,\"x\n"+strings.Repeat("3,4\n", 200_000), Options{Limits: Limits{RowBytes: 1 << 16}})
	if s := d.Snapshot(); s.Rows() != 200_001 || s.Cell(0, 1) != `"x` || s.Cell(200_000, 1) != "4" {
		t.Errorf("%d rows, %q", s.Rows(), s.Cell(0, 1))
	}
	if got := list(d); len(got) != 1 || !strings.HasPrefix(got[0], "unclosed-quote 2 b") {
		t.Errorf("%q", got)
	}
	if save(t, d) != read(t, d.Path()) {
		t.Error("saved differently")
	}
}

func TestManyFindingsAreSmall(t *testing.T) {
	d := open(t, "a,b\n"+strings.Repeat("1\n1,2\n", 100_000), Options{})
	if n := len(d.Snapshot().view.faults.ragged.pieces); n > 4 {
		t.Errorf("%d pieces", n)
	}
	if n := len(d.Findings()); n != 100_000 {
		t.Errorf("%d findings", n)
	}
}

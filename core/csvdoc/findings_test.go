package csvdoc

import (
	"fmt"
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
		RuleBlankRow: {"a,b\n1,2\n\n\r\n3,4\n", "a\n\n", []string{"blank-row 3 : rows 3 to 4: nothing stands in this line"}},
		RuleStrayQuote: {"a,b\nx\"y,2\n1,\"2\"3\n1, \"2\"\n", "a,b\n\"x\"\"y\",2\n",
			[]string{`stray-quote 2 a: "x\"y"`, `stray-quote 3 b: "\"2\"3"`, `stray-quote 4 b: " \"2\""`}},
		RuleUnclosedQuote: {"a,b\n1,\"x,y\n3,4\n", "a,b\n1,\"x\ny\"\n",
			[]string{"ragged-row 2 : 3 cells, not 2", `unclosed-quote 2 b: "\"x"`}},
		RuleNUL:         {"a,b\n1,2\n3,x\x00y\n", "a,b\n", []string{"nul 3 b: a NUL character at byte 2 of the cell"}},
		RuleUndecodable: {"a,b\né,1\n2,\xE4\n", "a,b\né,ä\n", []string{"undecodable 3 b: byte E4 at byte 1 of the cell is no UTF-8"}},
	}
	for _, r := range Rules {
		if _, ok := cases[r]; !ok {
			t.Errorf("%s has no case", r.Name)
		}
	}
	for rule, c := range cases {
		t.Run(rule.Name, func(t *testing.T) {
			d := open(t, c.bad, Options{Dialect: &Dialect{Delimiter: ',', Header: true}})
			if got := list(d); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if got := list(open(t, c.good, Options{Dialect: &Dialect{Delimiter: ',', Header: true}})); len(got) > 0 {
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

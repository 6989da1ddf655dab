package csvdoc

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func TestReplaceAll(t *testing.T) {
	for _, c := range []struct {
		query       Query
		with, value string
		want        string
	}{
		{Query{Text: "dev"}, "x", "dev DEV device", "x x xice"},
		{Query{Text: "dev", MatchCase: true}, "", "dev DEV device", " DEV ice"},
		{Query{Text: "a"}, "$1", "a", "$1"},
		{Query{Text: "dev", WholeCell: true}, "y", "DEV", "y"},
		{Query{Text: "dev", WholeCell: true}, "y", "DEVICE", "DEVICE"},
		{Query{Text: "", WholeCell: true}, "unknown", "", "unknown"},
		{Query{Text: `(\w+)-(\d+)`, Regexp: true}, "$2_$1", "dev-1 gate-22", "1_dev 22_gate"},
		{Query{Text: `(\w+)-(\d+)`, Regexp: true}, "$1x$2y", "dev-1", "devx1y"},
		{Query{Text: `(?P<name>\w+)-\d+`, Regexp: true}, "${name}!", "dev-1", "dev!"},
		{Query{Text: `(\w)`, Regexp: true}, "$10", "ab", "a0b0"},
		{Query{Text: `(\w)`, Regexp: true}, "${1}0", "ab", "a0b0"},
		{Query{Text: `b+`, Regexp: true}, "[$0][$&]", "abb", "a[bb][bb]"},
		{Query{Text: `b`, Regexp: true}, "$$1 $", "b", "$1 $"},
		{Query{Text: `^`, Regexp: true}, "00", "7", "007"},
		{Query{Text: `$`, Regexp: true}, ".example.com", "dev", "dev.example.com"},
		{Query{Text: `(x)?b`, Regexp: true}, "<$1>", "b", "<>"},
		{Query{Text: `\bb`, Regexp: true}, "c", "ab b", "ab c"},
		{Query{Text: `a+`, Regexp: true, WholeCell: true}, "z", "aaa", "z"},
		{Query{Text: `\s+$`, Regexp: true}, "", "x \u00a0", "x \u00a0"},
	} {
		d := openRows(t, []string{"x", "y"}, [][]string{{c.value, "-"}})
		c.query.Columns = []ColumnID{d.Snapshot().Columns()[0].ID}
		_, n, err := d.ReplaceAll(t.Context(), c.query, c.with, nil)
		got := d.Snapshot().Cell(0, 0)
		if err != nil || got != c.want || n > 1 || (n == 1) != (c.want != c.value) {
			t.Errorf("%+v by %q in %q: %q, want %q (%d, %v)", c.query, c.with, c.value, got, c.want, n, err)
		}
	}
}

func TestReplacementErrors(t *testing.T) {
	var bad *QueryError
	for _, with := range []string{"$2", "${2}", "${name}", "${1"} {
		if _, err := NewReplacement(Query{Text: "(a)", Regexp: true}, with); !errors.As(err, &bad) || bad.Text != with {
			t.Errorf("%q: %v", with, err)
		}
	}
	if _, err := NewReplacement(Query{}, "x"); !errors.Is(err, ErrQueryEmpty) {
		t.Error(err)
	}
}

// The hits that are ticked are replaced, and no others; the preview has said how.
func TestReplaceTickedHits(t *testing.T) {
	table := [][]string{{"dev dev", "x"}, {"none", "dev"}, {"a dev b dev c dev", ""}}
	for _, query := range []Query{{Text: "dev"}, {Text: "(d)ev", Regexp: true}} {
		d := openRows(t, []string{"x", "y"}, table)
		s := d.Snapshot()
		hits, err := Find(t.Context(), s, query, nil)
		if err != nil || len(hits) != 6 {
			t.Fatal(hits, err)
		}
		r, err := NewReplacement(query, "GATE")
		if err != nil {
			t.Fatal(err)
		}
		if before, after, err := r.Preview(s, hits[4]); err != nil || before != table[2][0] || after != "a dev b GATE c dev" {
			t.Error(before, after, err)
		}
		ticked := []Hit{hits[4], hits[1], hits[2], hits[3]} // in any order
		if _, err := d.Replace(t.Context(), ticked, "GATE", query, nil); err != nil {
			t.Fatal(err)
		}
		want := [][]string{{"dev GATE", "x"}, {"none", "GATE"}, {"a GATE b GATE c dev", ""}}
		if got := allRows(d.Snapshot()); !reflect.DeepEqual(got, want) {
			t.Errorf("%q", got)
		}
		if ticked[0] != hits[4] {
			t.Error("the caller's list was sorted")
		}
		// The same hits are not there any more.
		if _, err := d.Replace(t.Context(), hits, "GATE", query, nil); !errors.Is(err, ErrHitStale) {
			t.Error(err)
		}
		if got := allRows(d.Snapshot()); !reflect.DeepEqual(got, want) {
			t.Errorf("after the refusal: %q", got)
		}
		if _, _, err := r.Preview(d.Snapshot(), hits[1]); !errors.Is(err, ErrHitStale) {
			t.Error(err)
		}
		if _, err := d.Undo(); err != nil || !reflect.DeepEqual(allRows(d.Snapshot()), table) {
			t.Error("undo does not bring the table back", err)
		}
	}
}

// Replacing all at once, and replacing every hit that was found, is what the library makes of each cell.
func TestReplaceAgainstModel(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	expressions := []string{`a`, `b|a`, `(a)(b)?`, `[0-9]+`, `^`, `$`, `x*`, `\b`, `.`, `(?s).+`}
	for round := range 40 {
		table := randomRows(r, 60, 3)
		text := expressions[round%len(expressions)]
		re := regexp.MustCompile(text)
		with, library := "<$0>", "<${0}>"
		query := Query{Text: text, Regexp: true, MatchCase: true}
		if round%2 == 1 {
			with, library = "$$", "$$"
		}
		want := make([][]string, len(table))
		changed := 0
		for i, row := range table {
			for _, v := range row {
				w := re.ReplaceAllString(v, library)
				want[i] = append(want[i], w)
				if w != v {
					changed++
				}
			}
		}
		d := openRows(t, []string{"x", "y", "z"}, table)
		_, n, err := d.ReplaceAll(t.Context(), query, with, nil)
		if got := allRows(d.Snapshot()); err != nil || !reflect.DeepEqual(got, want) || n != changed {
			t.Fatalf("%q by %q, %d of %d cells, %v:\n got %q\nwant %q", text, with, n, changed, err, got, want)
		}
		d = openRows(t, []string{"x", "y", "z"}, table)
		hits, err := Find(t.Context(), d.Snapshot(), query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Replace(t.Context(), hits, with, query, nil); err != nil {
			t.Fatal(err)
		}
		if got := allRows(d.Snapshot()); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q by %q hit by hit:\n got %q\nwant %q", text, with, got, want)
		}
	}
}

func TestFillDownAndSeries(t *testing.T) {
	var table [][]string
	for i := range 12 {
		table = append(table, []string{fmt.Sprint(i), "x", "y"})
	}
	d := openRows(t, []string{"a", "b", "c"}, table)
	s := d.Snapshot()
	var rows []RowID
	for i := 2; i < 7; i++ {
		rows = append(rows, s.ID(i))
	}
	if _, err := d.FillDown(rows, []ColumnID{s.Columns()[0].ID, s.Columns()[1].ID}); err != nil {
		t.Fatal(err)
	}
	series, err := ParseCounter("dev-008", 1, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.FillSeries(rows, s.Columns()[2].ID, series); err != nil {
		t.Fatal(err)
	}
	for i, row := range allRows(d.Snapshot()) {
		want := strings.Join(table[i], " ")
		if i >= 2 && i < 7 {
			want = fmt.Sprintf("2 x dev-%03d", 6+i)
		}
		if got := strings.Join(row, " "); got != want {
			t.Errorf("row %d: %s, want %s", i, got, want)
		}
	}
	for range 2 {
		if _, err := d.Undo(); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(allRows(d.Snapshot()), table) {
		t.Error("undo does not bring the table back")
	}
	var bad *SeriesError
	series, _ = ParseCounter("08", 40, false)
	if _, err := d.FillSeries(rows, s.Columns()[2].ID, series); !errors.As(err, &bad) || !bad.Width || bad.At != 3 {
		t.Error(err)
	}
	if _, err := d.FillDown(rows[:1], []ColumnID{s.Columns()[0].ID}); !errors.Is(err, ErrNoRows) {
		t.Error(err)
	}
	if _, err := d.FillSeries(nil, s.Columns()[0].ID, series); !errors.Is(err, ErrNoRows) {
		t.Error(err)
	}
	if !reflect.DeepEqual(allRows(d.Snapshot()), table) {
		t.Error("a refusal left something behind")
	}
}

// An edit between the look and the change is noticed; a cancelled replacement leaves nothing behind.
func TestReplaceRefusesWhatChanged(t *testing.T) {
	d := openRows(t, []string{"x"}, [][]string{{"a"}, {"b"}, {"a"}})
	s := d.Snapshot()
	column := s.Columns()[0].ID
	if _, err := d.SetCells("", []Cell{{s.ID(1), column, "c"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.put(t.Context(), "", s, []Cell{{s.ID(0), column, "z"}}); !errors.Is(err, ErrChangedMeanwhile) {
		t.Error(err)
	}
	hits, err := Find(t.Context(), d.Snapshot(), Query{Text: "a"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.DeleteRows([]RowID{s.ID(0)}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Replace(t.Context(), hits, "z", Query{Text: "a"}, nil); !errors.Is(err, ErrHitStale) || !errors.Is(err, ErrNoRow) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := d.ReplaceAll(ctx, Query{Text: "a"}, "z", nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := d.Replace(ctx, hits[1:], "z", Query{Text: "a"}, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := allRows(d.Snapshot()); !reflect.DeepEqual(got, [][]string{{"c"}, {"a"}}) {
		t.Errorf("%q", got)
	}
	// Nothing found, nothing to undo.
	steps := d.Snapshot()
	if c, n, err := d.ReplaceAll(t.Context(), Query{Text: "nowhere"}, "z", nil); err != nil || n != 0 || c.Edits != 0 || d.Snapshot() != steps {
		t.Error(c, n, err)
	}
}

// Values of cells that are moved, inserted and edited are found and replaced where they stand now, in the order of the file.
func TestReplaceInAnEditedDocument(t *testing.T) {
	var table [][]string
	for i := range 3 * fewCells {
		table = append(table, []string{fmt.Sprintf("dev-%d", i), "y"})
	}
	d := openRows(t, []string{"x", "y"}, table)
	s := d.Snapshot()
	if _, err := d.MoveRows([]RowID{s.ID(5), s.ID(3)}, len(table)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.InsertRows(1, [][]string{{"dev-new", "dev"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.MoveColumn(s.Columns()[0].ID, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SetCells("", []Cell{{s.ID(7), s.Columns()[1].ID, "dev-seven"}}); err != nil {
		t.Fatal(err)
	}
	before := allRows(d.Snapshot())
	var want [][]string
	for _, row := range before {
		want = append(want, []string{strings.ReplaceAll(row[0], "dev", "gate"), strings.ReplaceAll(row[1], "dev", "gate")})
	}
	query := Query{Text: "dev", MatchCase: true}
	hits, err := Find(t.Context(), d.Snapshot(), query, nil)
	if err != nil || len(hits) != len(table)+3 {
		t.Fatal(len(hits), err)
	}
	at := -1
	for _, h := range hits {
		row, _ := d.Snapshot().Index(h.Row)
		column, _ := d.Snapshot().Column(h.Column)
		if 2*row+column <= at {
			t.Fatalf("row %d, column %d stands behind what follows it", row, column)
		}
		at = 2*row + column
	}
	for _, replace := range []func() error{
		func() error { _, err := d.Replace(t.Context(), hits, "gate", query, nil); return err },
		func() error { _, _, err := d.ReplaceAll(t.Context(), query, "gate", nil); return err },
	} {
		if err := replace(); err != nil {
			t.Fatal(err)
		}
		if got := allRows(d.Snapshot()); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q", got)
		}
		if _, err := d.Undo(); err != nil || !reflect.DeepEqual(allRows(d.Snapshot()), before) {
			t.Fatal(err)
		}
	}
}

// A file that cannot be read any more gives errors, and neither duplicates nor fills.
func TestUnreadableFile(t *testing.T) {
	d := openRows(t, []string{"x"}, [][]string{{"a"}, {"b"}, {"a"}})
	s := d.Snapshot()
	broken := errors.New("the disk is gone")
	s.view.fail(broken)
	if _, err := FindDuplicates(t.Context(), s, nil, nil); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, err := d.FillDown([]RowID{s.ID(0), s.ID(1)}, []ColumnID{0}); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, err := d.Replace(t.Context(), []Hit{{s.ID(0), 0, 0, 1}}, "z", Query{Text: "a"}, nil); !errors.Is(err, broken) {
		t.Error(err)
	}
	if d.Snapshot() != s {
		t.Error("something was changed")
	}
}

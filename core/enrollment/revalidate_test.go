package enrollment

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

// say is everything that a result says.
func say(t testing.TB, r *Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := report(t, r).WriteJSON(&b, r.Counts().Ready); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "\n%+v %+v\n", r.Counts(), r.Size())
	for _, g := range r.Groups() {
		fmt.Fprintf(&b, "%s %q %v: %d %d\n", g.Rule.Name, g.Name, g.Header, g.Rows, g.Fixable)
	}
	return b.String()
}

// consistent demands that what is counted is what is said: for each row the rules of its findings in words are those whose
// groups hold it, and marks are the worst of them.
func consistent(t testing.TB, r *Result) {
	t.Helper()
	in := map[int][]string{}
	for _, g := range r.Groups() {
		if g.Header {
			continue
		}
		n := 0
		for i := range r.GroupRows(&g) {
			n++
			in[i] = append(in[i], g.Rule.Name+" "+g.Name)
		}
		if n != g.Rows || g.Fixable > n {
			t.Errorf("%s: %d rows, %d fixable, %d listed", g.Rule.Name, g.Rows, g.Fixable, n)
		}
	}
	var errors, warnings int
	for i := range r.Snapshot().Rows() {
		var said []string
		worst := map[int]finding.Severity{}
		var row finding.Severity
		for _, f := range r.RowFindings(i) {
			said = append(said, f.Rule+" "+f.Column)
			worst[f.Position.Column] = max(worst[f.Position.Column], f.Severity)
			row = max(row, f.Severity)
		}
		slices.Sort(said)
		said = slices.Compact(said)
		slices.Sort(in[i])
		if !slices.Equal(said, slices.Compact(in[i])) {
			t.Errorf("row %d: said %q, counted %q: %q", i, said, in[i], r.Snapshot().Row(i, nil))
		}
		id := r.Snapshot().ID(i)
		for c, column := range r.Snapshot().Columns() {
			got, any := r.Mark(id, column.ID)
			want, has := worst[c]
			if got != want || any != has {
				t.Errorf("row %d column %d: mark %v %v, want %v %v", i, c, got, any, want, has)
			}
		}
		got, any := r.RowMark(id)
		if any != (len(said) > 0) || any && got != row {
			t.Errorf("row %d: mark %v %v, want %v", i, got, any, row)
		}
		switch {
		case any && got == finding.Error:
			errors++
		case any && got == finding.Warning:
			warnings++
		}
	}
	if c := r.Counts(); c.Errors != errors || c.Warnings != warnings {
		t.Errorf("counts %+v, want %d errors and %d warnings", c, errors, warnings)
	}
}

// TestRevalidateIsValidate makes random edits, undone and done again, and demands that looking at what changed comes to the
// same end as looking at everything.
func TestRevalidateIsValidate(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	key := newKey(t)
	pems := []string{"", "none", requestOf(t, "d1", "d1.example.com"), requestOf(t, "d2")}
	for i := range 4 {
		pems = append(pems, oneLine(request(t, template509(fmt.Sprint("d", i)), key)))
	}
	pems = append(pems, sharedPrimeRequests(t)...)
	values := map[string][]string{
		nameColumn:        {"", "d1", "d2", "d3", "d4", " d5", "00:1a:c2:7b:00:01", "00-1A-C2-7B-00-01", "00:1a:c2:7b:00:02", "1.2E+11", "Düse", "DÃ¼se", "TRUE"},
		idColumn:          {"", "", "001", "002", "003", "4", "12345", "5.0", "01.02.2026"},
		"san.dns_name":    {"", "a.example.com", "b_c", "a.example.com,b.example.com", "d1.example.com"},
		"validity.to":     {"", "2099-12-31", "31.12.2099", "soon"},
		"serial":          {"", "351756051523999000", "351756051523999001", "#REF!", "\t", "1"},
		csrColumn:         pems,
		"subject.country": {"", "DE", "de", "XX"},
	}
	var columns []string
	for name := range values {
		columns = append(columns, name)
	}
	slices.Sort(columns)
	pick := func(name string) string { v := values[name]; return v[random.IntN(len(v))] }
	row := func() []string {
		out := make([]string, len(columns))
		if random.IntN(12) == 0 {
			return out
		}
		for i, name := range columns {
			out[i] = pick(name)
		}
		return out
	}
	rows := [][]string{columns}
	for range 30 {
		rows = append(rows, row())
	}
	d := document(t, csvOf(rows...)+"\"one cell\"\n")
	form, err := FormOf(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Keys: ClientKeys, MaxBytes: 12_000, Form: form}
	r := validate(t, d, o)
	consistent(t, r)
	steps := 60
	if testing.Short() {
		steps = 30
	}
	for step := range steps {
		before := say(t, r)
		change, what := randomEdit(t, d, random, columns, pick, row)
		next, err := Revalidate(ctx, r, d.Snapshot(), change, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := say(t, next), say(t, validate(t, d, o)); got != want {
			t.Fatalf("step %d, %s: after the edit\n%s\nanew\n%s", step, what, difference(got, want), difference(want, got))
		}
		if say(t, r) != before {
			t.Fatalf("step %d, %s: the result from before changed", step, what)
		}
		if step%10 == 0 {
			consistent(t, next)
		}
		r = next
	}
}

// difference is the lines of a that b has not.
func difference(a, b string) string {
	have := map[string]bool{}
	for line := range strings.SplitSeq(b, "\n") {
		have[line] = true
	}
	var out []string
	for line := range strings.SplitSeq(a, "\n") {
		if !have[line] {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func randomEdit(t *testing.T, d *csvdoc.Document, random *rand.Rand, columns []string, pick func(string) string, row func() []string) (csvdoc.Change, string) {
	snap := d.Snapshot()
	n := snap.Rows()
	some := func() (ids []csvdoc.RowID) {
		for range 1 + random.IntN(3) {
			if id := snap.ID(random.IntN(n)); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		return ids
	}
	var change csvdoc.Change
	var err error
	what := "cells"
	switch k := random.IntN(12); {
	case k < 5 && n > 0:
		var cells []csvdoc.Cell
		for range 1 + random.IntN(4) {
			c := random.IntN(len(columns))
			cells = append(cells, csvdoc.Cell{Row: snap.ID(random.IntN(n)), Column: snap.Columns()[c].ID, Value: pick(columns[c])})
		}
		change, err = d.SetCells("cells", cells)
	case k == 5:
		what = "insert"
		change, err = d.InsertRows(random.IntN(n+1), [][]string{row(), row()})
	case k == 6 && n > 5:
		what = "delete"
		change, err = d.DeleteRows(some())
	case k == 7 && n > 5:
		what = "move"
		change, err = d.MoveRows(some(), random.IntN(n+1))
	case k == 8 && random.IntN(4) == 0:
		what = "rename"
		c := snap.Columns()[random.IntN(len(columns))]
		change, err = d.RenameColumn(c.ID, strings.ToUpper(c.Name))
	case k <= 10 && d.CanUndo():
		what = "undo"
		change, err = d.Undo()
	case d.CanRedo():
		what = "redo"
		change, err = d.Redo()
	}
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return change, what
}

// TestRevalidateOfNothing: an edit that changes nothing gives an equal result.
func TestRevalidateOfNothing(t *testing.T) {
	d := document(t, csvOf([]string{nameColumn}, []string{"a"}, []string{"a"}))
	r := validate(t, d, Options{})
	next, err := Revalidate(ctx, r, d.Snapshot(), csvdoc.Change{}, nil)
	if err != nil || say(t, next) != say(t, r) {
		t.Errorf("%v\n%s", err, say(t, next))
	}
}

// TestSharedPrimesAfterAnEdit: a key that comes into the document by an edit is compared with those that are there.
func TestSharedPrimesAfterAnEdit(t *testing.T) {
	shared := sharedPrimeRequests(t)
	d := document(t, csvOf([]string{csrColumn}, []string{shared[0]}, []string{requestOf(t, "x")}))
	r := validate(t, d, Options{})
	if n := report(t, r).Count(finding.Error); n != 0 {
		t.Fatalf("%d errors before", n)
	}
	snap := d.Snapshot()
	change, err := d.SetCells("paste", []csvdoc.Cell{{Row: snap.ID(1), Column: snap.Columns()[0].ID, Value: shared[1]}})
	if err != nil {
		t.Fatal(err)
	}
	next, err := Revalidate(ctx, r, d.Snapshot(), change, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range report(t, next).All() {
		if f.Rule == csr.RuleSharedPrime.Name {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d rows share a prime, want 2:\n%s", found, say(t, next))
	}
}

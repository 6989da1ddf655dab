package enrollment

import (
	"slices"
	"testing"

	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

// TestWith: what somebody else knows of rows is a cause like the others, and keeps no row from the upload.
func TestWith(t *testing.T) {
	d := document(t, csvOf([]string{nameColumn, "subject.country"}, []string{"a", "DE"}, []string{"b", "XX1"}, []string{"c", "de"}, []string{"d", "DE"}))
	plain := validate(t, d, Options{})
	id := d.Snapshot().ID
	taken := &finding.Rule{Name: "x/taken", Severity: finding.Error, Title: "Taken", Hint: "wait"}
	again := &finding.Rule{Name: "x/again", Severity: finding.Warning, Title: "Again", Hint: "wait"}

	if plain.With(taken, nil) != plain {
		t.Error("nothing said makes another result")
	}
	r := plain.With(taken, map[csvdoc.RowID]string{id(0): "a is taken", id(1): "b is taken", 999: "gone"})
	if r.Counts() != plain.Counts() || r.leftOut.len() != plain.leftOut.len() {
		t.Errorf("%+v, without it %+v", r.Counts(), plain.Counts())
	}
	i := slices.IndexFunc(r.Groups(), func(g Group) bool { return g.Rule == taken })
	if i < 0 || !r.Groups()[i].Beside || r.Groups()[i].Rows != 2 {
		t.Fatalf("%+v", r.Groups())
	}
	if rows := slices.Collect(r.GroupRows(&r.Groups()[i])); !slices.Equal(rows, []int{0, 1}) {
		t.Errorf("rows %v", rows)
	}
	var said []string
	for _, f := range r.RowFindings(0) {
		said = append(said, f.Rule+": "+f.Message+": "+f.Hint)
	}
	if !slices.Contains(said, "x/taken: a is taken: wait") {
		t.Errorf("%q", said)
	}
	if s, any := r.RowMark(id(0)); s != finding.Error || !any {
		t.Errorf("mark %v %v", s, any)
	}
	if s, any := r.Mark(id(0), WholeRow); s != finding.Error || !any {
		t.Errorf("mark of the row %v %v", s, any)
	}
	if r.Map(1)[0].Errors < 2 {
		t.Errorf("%+v", r.Map(1))
	}
	found := map[string]int{}
	for _, f := range report(t, r).All() {
		found[f.Rule]++
	}
	if totals, err := r.Totals(ctx); err != nil || found["x/taken"] != 2 || totals[finding.Error] != report(t, r).Count(finding.Error) {
		t.Errorf("%v, %v, %v", found, totals, err)
	}

	// A warning lowers no error, and is none where one was.
	r = plain.With(again, map[csvdoc.RowID]string{id(0): "again", id(1): "again", id(2): "again"})
	for row := range 4 {
		worst, said := finding.Notice, r.RowFindings(row)
		for _, f := range said {
			worst = max(worst, f.Severity)
		}
		if s, any := r.RowMark(id(row)); any != (len(said) > 0) || any && s != worst {
			t.Errorf("row %d: mark %v %v, want %v", row, s, any, worst)
		}
	}
	m := r.Map(1)[0]
	if n := r.marked[finding.Warning].len(); m.Warnings != n || m.Errors != plain.Counts().Errors {
		t.Errorf("%+v, %d", m, n)
	}
	if n := r.With(nil, nil); len(n.Groups()) != len(plain.Groups()) || n.marked != plain.marked || len(n.RowFindings(0)) != len(plain.RowFindings(0)) {
		t.Errorf("nothing said any more: %+v", n.Groups())
	}
	if s := plain.beside.rows.len() + plain.With(again, map[csvdoc.RowID]string{id(0): "x"}).With(taken, map[csvdoc.RowID]string{id(3): "x"}).beside.rows.len(); s != 1 {
		t.Errorf("%d rows: the later one takes the place of the earlier one", s)
	}
}

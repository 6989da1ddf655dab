package enrollment

import (
	"errors"
	"strings"
	"testing"
)

// FixAll mends all that Fix mends group by group, but no empty row at the end and no column of CSRs.
func TestFixAll(t *testing.T) {
	d := document(t, "Subject.Common_Name,subject.country,csr\n dev-1,de,\n,,\nTotal,,\ndev-2,DE,x\n,,\n")
	r := validate(t, d, Options{Keys: ServerKeys})
	if n := r.Fixable(); n != 5 {
		t.Errorf("%d can be fixed", n)
	}
	f, err := r.FixAll(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Len() != 5 || len(f.Cells) != 2 || len(f.Delete) != 2 || len(f.Rename) != 1 || len(f.Remove) != 0 {
		t.Errorf("the repair is %+v", f)
	}
	if _, err := f.Apply(d); err != nil {
		t.Fatal(err)
	}
	s := d.Snapshot()
	var got []string
	for i := range s.Rows() {
		got = append(got, strings.Join(s.Row(i, nil), ","))
	}
	if text := strings.Join(got, "|"); text != "dev-1,DE,|dev-2,DE,x|,," || s.Columns()[0].Name != "subject.common_name" || len(s.Columns()) != 3 {
		t.Errorf("fixed: %s, columns %v", text, s.Columns())
	}
	r = validate(t, d, Options{Keys: ServerKeys})
	if _, err := r.FixAll(ctx, nil); !errors.Is(err, ErrNoFix) || r.Fixable() != 0 {
		t.Errorf("what is fixed can be fixed again: %v, %d", err, r.Fixable())
	}
}

// A cell with two problems gets the repair of one, and that of the other after the next check.
func TestFixAllOfACellTwice(t *testing.T) {
	d := document(t, "subject.common_name,subject.country\ndev-1, de\n")
	for round := range 3 {
		f, err := validate(t, d, Options{}).FixAll(ctx, nil)
		if errors.Is(err, ErrNoFix) && round > 0 {
			break
		}
		if err != nil || len(f.Cells) != 1 {
			t.Fatalf("round %d: %+v, %v", round, f, err)
		}
		if _, err := f.Apply(d); err != nil {
			t.Fatal(err)
		}
	}
	if got := d.Snapshot().Cell(0, 1); got != "DE" {
		t.Errorf("the country is %q", got)
	}
}

func TestFindingsThatDeleteTheRow(t *testing.T) {
	d := document(t, "subject.common_name,subject.country\ndev-1,de\n,\nTotal,\n")
	r := validate(t, d, Options{})
	for row, want := range []bool{false, true, true} {
		for _, f := range r.RowFindings(row) {
			if f.Fixable && f.Delete != want {
				t.Errorf("row %d, %s: deletes %v", row, f.Rule, f.Delete)
			}
		}
	}
}

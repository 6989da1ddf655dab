package csvdoc

import (
	"strings"
	"testing"
)

// A row that is given as it stands in the file is what its values make when each is quoted.
func TestScanQuotedAgainstValues(t *testing.T) {
	given := 0
	for _, c := range corpus(t) {
		d, _, _ := openCorpus(t, c)
		check := func(what string) {
			s := d.Snapshot()
			err := s.ScanQuoted(t.Context(), 0, s.Rows(), func(i int, _ RowID, raw []byte, cells func() [][]byte) error {
				var want []string
				for at, v := range cells() {
					if string(v) != s.Cell(i, at) {
						t.Errorf("%s%s, row %d: %q, want %q", c.File, what, i, v, s.Cell(i, at))
					}
					want = append(want, `"`+strings.ReplaceAll(string(v), `"`, `""`)+`"`)
				}
				if raw != nil && string(raw) != strings.Join(want, ",") {
					t.Errorf("%s%s, row %d: %q, want %q", c.File, what, i, raw, want)
				}
				if raw != nil {
					given++
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		check("")
		s := d.Snapshot()
		if s.Rows() == 0 {
			continue
		}
		if _, err := d.SetCells("", []Cell{{s.ID(0), s.Columns()[0].ID, "edited"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.InsertRows(1, [][]string{{"new"}}); err != nil {
			t.Fatal(err)
		}
		check(", edited")
		if _, err := d.MoveColumn(s.Columns()[0].ID, len(s.Columns())-1); err != nil {
			t.Fatal(err)
		}
		check(", columns moved")
	}
	if given < 20 {
		t.Errorf("only %d rows are in the form, where the corpus has more", given)
	}
}

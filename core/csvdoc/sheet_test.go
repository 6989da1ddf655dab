package csvdoc

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"
)

// openRows opens a file with these columns and rows, as encoding/csv writes them.
func openRows(t *testing.T, columns []string, rows [][]string) *Document {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	if err := w.Write(columns); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	comma := Dialect{Delimiter: ',', Header: true}
	d, err := Open(t.Context(), path, Options{Dialect: &comma})
	if err != nil {
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
	if got := d.Snapshot().Rows(); got != len(rows) {
		t.Fatalf("%d rows of %d", got, len(rows))
	}
	return d
}

// allRows is every value of a snapshot.
func allRows(s *Snapshot) [][]string {
	rows := make([][]string, s.Rows())
	for i := range rows {
		rows[i] = s.Row(i, nil)
	}
	return rows
}

package upload

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"enrollbench/core/csvlist"
)

// TestLeftOutNames: the first different entries of a list, whatever columns it has and whatever a name looks like.
func TestLeftOutNames(t *testing.T) {
	write := func(rows ...[]string) string {
		f, err := os.Create(filepath.Join(t.TempDir(), "x.left-out.csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		l := csvlist.NewWriter(f, rows[0]...)
		for _, r := range rows[1:] {
			l.Row(r...)
		}
		if err := l.Flush(); err != nil {
			t.Fatal(err)
		}
		return f.Name()
	}
	requests := write([]string{"file", "member", "common_name"},
		[]string{"/line/a.csr", "", "dev-2"}, []string{"/line/a.csr", "", "dev-2"}, []string{"/line/b.csr", "", ""},
		[]string{"/line/c.zip", "in/d.csr", ""}, []string{"/line/e.csr", "", "=SUM(A1)"}, []string{"/line/f.csr", "", "dev-9"})
	rows := write([]string{"row", "common_name"}, []string{"3", ""}, []string{"3", ""}, []string{"12", "dev-12"})
	for _, c := range []struct {
		list string
		n    int
		want []string
	}{
		{requests, 4, []string{"dev-2", "b.csr", "in/d.csr", "=SUM(A1)"}},
		{requests, 9, []string{"dev-2", "b.csr", "in/d.csr", "=SUM(A1)", "dev-9"}},
		{requests, 1, []string{"dev-2"}},
		{rows, 5, []string{"3", "dev-12"}},
		{"", 5, nil},
	} {
		if got, err := LeftOutNames(c.list, c.n); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q, %v; want %q", got, err, c.want)
		}
	}
	if _, err := LeftOutNames(filepath.Join(t.TempDir(), "gone"), 1); err == nil {
		t.Error("a list that is gone has names")
	}
}

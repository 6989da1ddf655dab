package table

import (
	"slices"
	"strings"
	"testing"

	"enrollbench/gui/words"
)

// The order of a column is that of every other list in the window.
func TestCSVSortsAsPeopleDo(t *testing.T) {
	names := []string{"dev-10", "Dev-2", "dev-2", "dev-1", "DEV-20", "dev-002", "dev", "dev-", "dev-2a", "dev-2-1", "dev_3", "äpfel", "Äpfel", "zebra", "2 x", "10 x"}
	r, _ := openedCSV(t, "subject.common_name\n"+strings.Join(names, "\n")+"\n")
	r.CSV.onSort(0, true)
	r.Wait()
	slices.SortFunc(names, words.Compare)
	var got []string
	for _, row := range r.cells() {
		got = append(got, row[0])
	}
	if !slices.Equal(got, names) {
		t.Errorf("sorted: %q, want %q", got, names)
	}
}

package enrollment

import (
	"path/filepath"
	"testing"

	"enrollbench/core/csvdoc"
)

// TestCorpus checks every file of the corpus of dialects: what is counted is what is said, in whatever form it came.
func TestCorpus(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "..", "testdata", "csv", "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range paths {
		switch filepath.Ext(path) {
		case ".csv", ".txt", ".zip":
		default:
			continue
		}
		d, err := csvdoc.Open(ctx, path, csvdoc.Options{})
		if err != nil {
			continue // what cannot be opened is that package's to say
		}
		if err := d.Index(ctx, nil); err != nil {
			t.Fatal(err)
		}
		form, err := FormOf(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		if d.Snapshot().Rows() <= 2000 {
			r := validate(t, d, Options{Form: form})
			consistent(t, r)
			n++
			if t.Failed() {
				t.Fatalf("in %s", path)
			}
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if n < 50 {
		t.Errorf("%d files were checked", n)
	}
}

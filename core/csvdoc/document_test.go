package csvdoc

import (
	"os"
	"path/filepath"
	"testing"
)

// open opens text as a file and reads it to its end.
func open(t testing.TB, text string, o Options) *Document {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return openPath(t, path, o)
}

func openPath(t testing.TB, path string, o Options) *Document {
	t.Helper()
	d, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if err := d.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return d
}

// save saves and returns the file's bytes.
func save(t testing.TB, d *Document) string {
	t.Helper()
	if err := d.Save(t.Context(), "", SaveOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEditOneCell(t *testing.T) {
	const text = "name;\"a b\";c\r\nx;\"1\"\"2\";3\r\n\"y\";\"z\nz\";\r\nlast;;\"q\""
	for _, o := range []Options{{}, {Journal: t.TempDir()}} {
		d := open(t, text, o)
		if got := save(t, d); got != text {
			t.Fatalf("unchanged: %q", got)
		}
		s := d.Snapshot()
		if s.Rows() != 3 || s.Cell(0, 1) != `1"2` || s.Cell(1, 1) != "z\nz" || s.Cell(2, 2) != "q" {
			t.Fatalf("%s: %q", d.Dialect(), s.Row(0, nil))
		}
		c, err := d.SetCells("edit", []Cell{{s.ID(1), s.Columns()[1].ID, `n;"w`}})
		if err != nil || len(c.Rows) != 1 || !d.Dirty() {
			t.Fatal(c, err)
		}
		if got, want := save(t, d), "name;\"a b\";c\r\nx;\"1\"\"2\";3\r\n\"y\";\"n;\"\"w\";\r\nlast;;\"q\""; got != want {
			t.Fatalf("got  %q\nwant %q", got, want)
		}
		if _, err := d.Undo(); err != nil || !d.Dirty() {
			t.Fatal(err)
		}
		if got := save(t, d); got != text {
			t.Fatalf("after undo: %q", got)
		}
	}
}

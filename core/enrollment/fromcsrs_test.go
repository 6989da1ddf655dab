package enrollment

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"enrollbench/core/csr"
)

func TestRowsFromCSRs(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("a.csr", requestOf(t, "a", "a.example.com"))
	write("b.csr", requestOf(t, "b", "b.example.com", "c.example.com"))
	write("note.txt", "nothing")
	set, err := csr.NewSet(csr.Options{}).Add(ctx, []string{dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	columns := []string{nameColumn, "san.dns_name", csrColumn}
	for separator, dns := range map[string]string{"": "", ";": "b.example.com;c.example.com"} {
		made, err := RowsFromCSRs(ctx, set, append(columns, "line"), separator, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(made.Rows) != 2 || len(made.Skipped) != 1 || filepath.Base(made.Skipped[0].File) != "note.txt" || made.Several != map[string]int{"": 1, ";": 0}[separator] {
			t.Fatalf("%+v", made)
		}
		if a, b := made.Rows[0], made.Rows[1]; a[0] != "a" || a[1] != "a.example.com" || a[3] != "" || b[0] != "b" || b[1] != dns {
			t.Errorf("%q %q", a, b)
		}
		r := validate(t, document(t, csvOf(append([][]string{columns}, made.Rows[0][:3], made.Rows[1][:3])...)), Options{Separator: separator})
		if c := r.Counts(); c.Ready != 2 || c.Warnings != 0 {
			t.Errorf("rows made of CSRs have findings: %s", say(t, r))
		}
	}
}

// TestRowsFromArchive: CSRs in a ZIP and many in one file are read again in one pass.
func TestRowsFromArchive(t *testing.T) {
	dir := t.TempDir()
	var lot, zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	for i := range 20 {
		text := requestOf(t, fmt.Sprint("zip-", i))
		w, err := z.Create(fmt.Sprintf("%02d.csr", i))
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, text)
		lot.WriteString(requestOf(t, fmt.Sprint("lot-", i)))
	}
	w, _ := z.Create("many.pem")
	w.Write(lot.Bytes())
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "all.zip")
	if err := os.WriteFile(path, zipped.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	set, err := csr.NewSet(csr.Options{}).Add(ctx, []string{path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if set, err = set.Exclude(ctx, []int{3}, true); err != nil {
		t.Fatal(err)
	}
	made, err := RowsFromCSRs(ctx, set, []string{nameColumn}, "", nil)
	if err != nil || len(made.Rows) != 39 || len(made.Skipped) != 0 {
		t.Fatalf("%d rows, %v", len(made.Rows), err)
	}
	var names []string
	for _, row := range made.Rows {
		names = append(names, row[0])
	}
	if names[0] != "zip-0" || names[3] != "zip-4" || names[38] != "lot-19" {
		t.Errorf("%q", names)
	}
	if err := os.WriteFile(path, zipped.Bytes()[:zipped.Len()-1], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := RowsFromCSRs(ctx, set, []string{nameColumn}, "", nil); err == nil {
		t.Error("rows of a file that changed")
	}
}

package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"testing"
)

// goZip packs files as archive/zip does: deflate with data descriptors.
func goZip(t testing.TB, files map[string]string, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(f, files[name])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOpenReads(t *testing.T) {
	files := map[string]string{"a.txt": "alpha", "dir/": "", "dir/b.txt": "beta"}
	data := goZip(t, files, "a.txt", "dir/", "dir/b.txt")
	z, err := Open(bytes.NewReader(data), int64(len(data)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if z.Len() != 3 {
		t.Fatalf("%d entries, want 3", z.Len())
	}
	for i := range z.Len() {
		e, err := z.Entry(i)
		if err != nil {
			t.Fatal(err)
		}
		got, err := z.ReadEntry(i, nil)
		if err != nil || string(got) != files[e.Name] {
			t.Errorf("%q: %q, %v; want %q", e.Name, got, err, files[e.Name])
		}
	}
	if err := z.Verify(context.Background(), nil); err != nil {
		t.Error(err)
	}
	if err := z.CheckExtraction(); err != nil {
		t.Error(err)
	}
}

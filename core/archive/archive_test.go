package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"strings"
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

// TestTreatedAsText: what a transfer as text, or a decoder of text, makes of a ZIP is named.
func TestTreatedAsText(t *testing.T) {
	data := goZip(t, map[string]string{"a.txt": "0123456789", "b.txt": "9876543210"}, "a.txt", "b.txt") // a size of 10 is an LF
	for name, broken := range map[string][]byte{
		"CR LF": bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")), "U+FFFD": bytes.ToValidUTF8(append([]byte("PK\x03\x04\x80\xFE\x81\xFE\x82"), data[4:]...), []byte("\uFFFD")),
	} {
		if _, err := Open(bytes.NewReader(broken), int64(len(broken)), Limits{}); err == nil || !strings.Contains(err.Error(), "treated as text") {
			t.Errorf("%s: %v", name, err)
		}
	}
	cut := data[:len(data)/2]
	if _, err := Open(bytes.NewReader(cut), int64(len(cut)), Limits{}); err == nil || strings.Contains(err.Error(), "treated as text") {
		t.Errorf("cut short: %v", err)
	}
}

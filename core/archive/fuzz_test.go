package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"testing"
)

// FuzzOpen: nothing panics; what Open and Verify accept reads to the same names and bytes in archive/zip, and, written
// anew by that, reads to the same again here. Seeds: every forgery of TestHostile, and in testdata/fuzz/FuzzOpen what
// zip, 7z, Python and jar wrote.
func FuzzOpen(f *testing.F) {
	for _, c := range hostile {
		f.Add(c.f.bytes())
	}
	limits := Limits{ArchiveBytes: 1 << 20, Entries: 500, EntryBytes: 1 << 20, TotalBytes: 4 << 20, NameBytes: 512}
	f.Fuzz(func(t *testing.T, data []byte) {
		z, err := open(data, limits)
		if err != nil {
			return
		}
		safe := z.CheckExtraction() == nil
		if z.Verify(context.Background(), nil) != nil {
			_ = readAll(z)
			_ = streamAll(z)
			return
		}
		peer, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatalf("accepted here, refused by archive/zip: %v", err)
		}
		if len(peer.File) != z.Len() {
			t.Fatalf("%d entries here, %d in archive/zip", z.Len(), len(peer.File))
		}
		var again bytes.Buffer
		w := zip.NewWriter(&again)
		for i, p := range peer.File {
			e, err := z.Entry(i)
			if err != nil {
				t.Fatal(err)
			}
			raw, _ := z.rawName(i)
			if p.Name != string(raw) || p.UncompressedSize64 != uint64(e.Size) || p.CRC32 != e.CRC32 {
				t.Fatalf("entry %d: %q here, %q in archive/zip", i, raw, p.Name)
			}
			if safe && CheckName(e.Name) != nil {
				t.Fatalf("CheckExtraction lets %q pass", e.Name)
			}
			got, err := z.ReadEntry(i, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := readPeer(t, p)
			if !bytes.Equal(got, want) {
				t.Fatalf("%q: %q here, %q in archive/zip", p.Name, got, want)
			}
			out, err := w.CreateHeader(&zip.FileHeader{Name: p.Name, Method: zip.Deflate, NonUTF8: true})
			if err != nil {
				t.Fatal(err)
			}
			if !e.IsDir {
				_, _ = out.Write(got)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		second, err := open(again.Bytes(), limits)
		if err != nil {
			t.Fatalf("written anew it is refused: %v", err)
		}
		for i := range z.Len() {
			a, _ := z.ReadEntry(i, nil)
			b, err := second.ReadEntry(i, nil)
			if err != nil || !bytes.Equal(a, b) {
				t.Fatalf("entry %d written anew: %q, %v; want %q", i, b, err, a)
			}
		}
	})
}

func readPeer(t *testing.T, f *zip.File) []byte {
	r, err := f.Open()
	if err != nil {
		t.Fatalf("%q: archive/zip: %v", f.Name, err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("%q: archive/zip: %v", f.Name, err)
	}
	return b
}

// FuzzCheckName: a name that passes stays below its folder on every system, and so does what is joined to it.
func FuzzCheckName(f *testing.F) {
	for _, name := range []string{"a.csr", "dir/", "../x", `a\b`, "C:x", "NUL.txt", "x.", "ü/日本"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if CheckName(name) != nil {
			return
		}
		if again := CheckName("dir/" + name); again != nil && bytes.Count([]byte(name), []byte("/")) < maxDepth-1 {
			t.Fatalf("%q passes, but below a folder: %v", name, again)
		}
		for _, bad := range []string{"..", "\\", ":", "\x00"} {
			for _, p := range bytes.Split([]byte(name), []byte("/")) {
				if string(p) == bad || bad != ".." && bytes.Contains(p, []byte(bad)) {
					t.Fatalf("%q passes with %q in it", name, bad)
				}
			}
		}
	})
}

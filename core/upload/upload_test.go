package upload

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

// save writes parts that hold the given texts.
func save(t *testing.T, target Target, texts ...string) ([]Part, error) {
	t.Helper()
	f, err := Create(target)
	if err != nil {
		return nil, err
	}
	defer f.Abort()
	for _, text := range texts {
		p, err := f.NextPart()
		if err != nil {
			return nil, err
		}
		if _, err := p.Write([]byte(text)); err != nil {
			return nil, err
		}
		if err := p.Close(len(text)); err != nil {
			return nil, err
		}
	}
	if _, err := f.List(".left-out.csv", []string{"row"}, func(row func(...string)) error { row("=1"); return nil }); err != nil {
		return nil, err
	}
	return f.Commit()
}

func TestPartsAndLists(t *testing.T) {
	dir := t.TempDir()
	parts, err := save(t, Target{Out: filepath.Join(dir, "lot.csv"), Max: 5}, "12345", "abc")
	if err != nil || len(parts) != 2 || parts[0].Bytes != 5 || parts[1].Entries != 3 || parts[1].File != filepath.Join(dir, "lot-part2.csv") {
		t.Fatalf("%+v %v", parts, err)
	}
	if parts[1].SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("hash of abc: %s", parts[1].SHA256)
	}
	if got := names(t, dir); got != "lot-part1.csv lot-part2.csv lot.left-out.csv" {
		t.Error(got)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "lot.left-out.csv")); string(text) != "\"row\"\n\"'=1\"\n" {
		t.Errorf("%q", text)
	}
	if _, err := save(t, Target{Out: filepath.Join(t.TempDir(), "lot.csv"), Max: 5}, "123456"); err == nil {
		t.Error("a part beyond the limit was written")
	}
}

// TestEarlierUpload: what an earlier upload of the name left is named, and goes once the user agrees; nothing else does.
func TestEarlierUpload(t *testing.T) {
	ours := []string{"lot.csv", "lot-part1.csv", "lot-part12.zip", "lot.left-out.csv", "lot.manifest.csv", "lot.zip"}
	others := []string{"lot-partner.csv", "lot-part1.csv.txt", "lot2.csv", "lot.txt", "other.zip", "lot-part3.tar"}
	dir := t.TempDir()
	for _, name := range append(slices.Clone(ours), others...) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	asked := ""
	target := Target{Out: filepath.Join(dir, "lot.csv"), EarlierZIP: func(path string) bool { asked += filepath.Base(path); return true }}
	_, err := save(t, target, "a")
	left, ok := errors.AsType[*LeftoverError](err)
	if !ok || !errors.Is(err, fs.ErrExist) || len(left.Files) != len(ours) || asked != "lot.zip" {
		t.Fatalf("%v, asked about %q", err, asked)
	}
	for _, name := range left.Files {
		if !slices.Contains(ours, name) {
			t.Errorf("%s is no file of an upload", name)
		}
	}
	target.Replace = true
	if _, err := save(t, target, "a"); err != nil {
		t.Fatal(err)
	}
	want := append([]string{"lot.csv", "lot.left-out.csv"}, others...)
	slices.Sort(want)
	if got := strings.Fields(names(t, dir)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestSourceStays: a file that the upload is made of is neither replaced nor removed.
func TestSourceStays(t *testing.T) {
	for _, c := range []struct {
		source string
		err    error
	}{{"lot.csv", ErrOwnFile}, {"lot-part7.csv", nil}, {"lot.zip", nil}} {
		dir := t.TempDir()
		source := filepath.Join(dir, c.source)
		if err := os.WriteFile(source, []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := save(t, Target{Out: filepath.Join(dir, "lot.csv"), Replace: true, Source: source, EarlierZIP: func(string) bool { return true }}, "a")
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v", c.source, err)
		}
		if text, _ := os.ReadFile(source); string(text) != "mine" {
			t.Errorf("%s now holds %q", c.source, text)
		}
	}
}

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(Target{Out: filepath.Join(dir, "lot.csv")})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Abort()
	for _, ext := range []string{".zip", ".csv"} {
		f.Restart(ext)
		p, err := f.NextPart()
		if err == nil {
			err = p.Close(1)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if parts, err := f.Commit(); err != nil || len(parts) != 1 || names(t, dir) != "lot.csv" {
		t.Errorf("%+v %v: %s", parts, err, names(t, dir))
	}
}

// TestZIPBytes holds the arithmetic against what archive/zip writes.
func TestZIPBytes(t *testing.T) {
	for _, n := range []int{1, 3, MaxPlainEntries, MaxPlainEntries + 1} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		var want int64
		for range n {
			h := ZIPEntry("ab.csr", zip.Store)
			h.CompressedSize64, h.UncompressedSize64 = 1, 1
			w, err := z.CreateRaw(h)
			if err == nil {
				_, err = w.Write([]byte("x"))
			}
			if err != nil {
				t.Fatal(err)
			}
			want += EntryBytes("ab.csr") + 1
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if want += EndBytes(n, want); int64(b.Len()) != want {
			t.Errorf("%d entries: %d bytes, computed %d", n, b.Len(), want)
		}
	}
}

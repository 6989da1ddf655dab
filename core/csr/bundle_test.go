package csr

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"enrollbench/core/upload"
)

func bundle(t testing.TB, s *Set, o BundleOptions) BundleResult {
	t.Helper()
	r, err := s.Bundle(ctx, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readCSV(t testing.TB, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// contents reads a ZIP with the standard library: names in order, and each entry's bytes.
func contents(t testing.TB, path string) (names []string, data map[string][]byte) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	data = map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, f.Name)
		data[f.Name] = b
	}
	return names, data
}

func TestBundleHoldsWhatWasChecked(t *testing.T) {
	files := map[string][]byte{}
	for i := range 150 {
		cn := fmt.Sprintf("dev-%03d", i)
		der := newRequest(t, cn, newKey(t))
		switch i % 3 {
		case 0:
			files["pem/"+cn+".csr"] = AppendPEM(nil, der)
		case 1:
			files["der/"+cn+".der"] = der
		default:
			files["many.pem"] = append(files["many.pem"], AppendPEM([]byte("comment\n"), der)...)
		}
	}
	files["a.zip"] = zipOf(t, member{"one.csr", pemOf(t, "zipped")}, member{"two.pem", append(pemOf(t, "zipped-2"), pemOf(t, "zipped-3")...)}, member{"x.der", newRequest(t, "zipped-der", newKey(t))})
	dir := tree(t, files)
	s := check(t, dir)
	out := filepath.Join(t.TempDir(), "order.zip")
	r := bundle(t, s, BundleOptions{Out: out})
	if len(r.Parts) != 1 || r.Parts[0].File != out || r.Parts[0].Entries != 154 || r.LeftOut != 0 || r.LeftList != "" {
		t.Fatalf("%+v", r)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != r.Parts[0].SHA256 || int64(len(data)) != r.Parts[0].Bytes {
		t.Error("size or SHA-256 is not that of the file")
	}
	names, got := contents(t, out)
	if !sort.StringsAreSorted(names) {
		t.Errorf("not sorted: %v", names)
	}
	rows := readCSV(t, r.Manifest)
	if !slices.Equal(rows[0], ManifestColumns) || len(rows) != 155 {
		t.Fatalf("manifest: %v, %d rows", rows[0], len(rows))
	}
	for _, row := range rows[1:] {
		der, err := DecodePEM(got[row[0]])
		if err != nil {
			t.Fatalf("%s: %v", row[0], err)
		}
		x := examine(der)
		if x.facts.CommonName != row[2] || x.facts.Key.String() != row[3] || hex.EncodeToString(x.facts.SPKI[:]) != row[4] || row[1] != "1" || row[0] != row[2]+".csr" {
			t.Errorf("manifest %v does not describe its file", row)
		}
	}
	if est := s.EstimatedBytes(); est < r.Parts[0].Bytes*93/100 || est > r.Parts[0].Bytes*107/100 {
		t.Errorf("estimated %d bytes, the bundle has %d", est, r.Parts[0].Bytes)
	}
}

func TestBundleIsTheSameWhateverTheOrder(t *testing.T) {
	a, b := pemOf(t, "same"), pemOf(t, "same")
	one := tree(t, map[string][]byte{"1.csr": a, "2.csr": b, "3.csr": pemOf(t, "x")})
	x, _ := os.ReadFile(filepath.Join(one, "3.csr"))
	two := tree(t, map[string][]byte{"1.csr": b, "all.pem": append(x, a...)})
	dir := t.TempDir()
	r1 := bundle(t, check(t, one), BundleOptions{Out: filepath.Join(dir, "1.zip")})
	r2 := bundle(t, check(t, two), BundleOptions{Out: filepath.Join(dir, "2.zip")})
	if r1.Parts[0].SHA256 != r2.Parts[0].SHA256 {
		t.Error("equal requests in another order give another ZIP")
	}
	names, _ := contents(t, r1.Parts[0].File)
	if got := strings.Join(names, " "); got != "same.csr same~2.csr x.csr" {
		t.Errorf("names: %s", got)
	}
}

func TestBundleRolls(t *testing.T) {
	var text []byte
	for i := range 100 {
		text = append(text, pemOf(t, fmt.Sprintf("dev-%03d", i))...)
	}
	dir := tree(t, map[string][]byte{"in.pem": text})
	s := check(t, dir)
	for _, c := range []struct {
		name    string
		options BundleOptions
		parts   int
	}{
		{"entries", BundleOptions{MaxEntries: 30}, 4},
		{"entries exactly", BundleOptions{MaxEntries: 50}, 2},
		{"bytes", BundleOptions{MaxBytes: 10_000}, 0},
		{"one byte below", BundleOptions{}, 2},
		{"exactly", BundleOptions{}, 1},
	} {
		out := filepath.Join(t.TempDir(), "o.zip")
		c.options.Out = out
		if strings.HasSuffix(c.name, "below") || c.name == "exactly" {
			whole := bundle(t, s, BundleOptions{Out: filepath.Join(t.TempDir(), "w.zip")})
			c.options.MaxBytes = whole.Parts[0].Bytes
			if c.name != "exactly" {
				c.options.MaxBytes--
			}
		}
		r := bundle(t, s, c.options)
		if c.parts > 0 && len(r.Parts) != c.parts {
			t.Errorf("%s: %d parts, want %d", c.name, len(r.Parts), c.parts)
		}
		entries := 0
		where := map[string]string{}
		for i, p := range r.Parts {
			info, err := os.Stat(p.File)
			if err != nil || info.Size() != p.Bytes {
				t.Fatalf("%s: %v, %d bytes told", c.name, err, p.Bytes)
			}
			if c.options.MaxBytes > 0 && p.Bytes > c.options.MaxBytes {
				t.Errorf("%s: %s has %d bytes, beyond %d", c.name, p.File, p.Bytes, c.options.MaxBytes)
			}
			names, _ := contents(t, p.File)
			if len(names) != p.Entries {
				t.Errorf("%s: %d entries told, %d found", c.name, p.Entries, len(names))
			}
			for _, n := range names {
				where[n] = strconv.Itoa(i + 1)
			}
			entries += p.Entries
		}
		if entries != 100 {
			t.Errorf("%s: %d entries", c.name, entries)
		}
		for _, row := range readCSV(t, r.Manifest)[1:] {
			if where[row[0]] != row[1] {
				t.Errorf("%s: the manifest has %s in part %s, it is in %s", c.name, row[0], row[1], where[row[0]])
			}
		}
	}
	if _, err := s.Bundle(ctx, BundleOptions{Out: filepath.Join(t.TempDir(), "o.zip"), MaxBytes: 300}, nil); err == nil || !strings.Contains(err.Error(), "alone takes") {
		t.Errorf("a CSR larger than a part: %v", err)
	}
}

func TestBundleWritesNothingWhileThereAreErrors(t *testing.T) {
	dir := tree(t, map[string][]byte{"a.csr": pemOf(t, "a"), "b.csr": []byte("-----BEGIN CERTIFICATE REQUEST-----\nMIIB")})
	s := check(t, dir)
	target := t.TempDir()
	out := filepath.Join(target, "o.zip")
	if _, err := s.Bundle(ctx, BundleOptions{Out: out}, nil); !errors.Is(err, ErrHasErrors) {
		t.Errorf("%v", err)
	}
	empty(t, target)
	r := bundle(t, s, BundleOptions{Out: out, LeaveOutErrors: true})
	if r.LeftOut != 1 || r.Parts[0].Entries != 1 {
		t.Errorf("%+v", r)
	}
	rows := readCSV(t, r.LeftList)
	if len(rows) != 2 || !slices.Equal(rows[0], LeftOutColumns) || rows[1][0] != filepath.Join(dir, "b.csr") || rows[1][5] != "csr/broken-pem" || rows[1][6] == "" {
		t.Errorf("%v", rows)
	}
	only := check(t, filepath.Join(dir, "b.csr"))
	if _, err := only.Bundle(ctx, BundleOptions{Out: filepath.Join(target, "x.zip"), LeaveOutErrors: true}, nil); !errors.Is(err, ErrNothingReady) {
		t.Errorf("nothing ready: %v", err)
	}
}

func empty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range left {
		t.Errorf("%s was left behind", d.Name())
	}
}

func TestExcludedEntriesAreListed(t *testing.T) {
	dir := tree(t, map[string][]byte{"a.csr": pemOf(t, "a"), "b.csr": pemOf(t, "b"), "c.txt": []byte("hello")})
	s, err := check(t, dir).Exclude(ctx, []int{1}, true)
	if err != nil {
		t.Fatal(err)
	}
	r := bundle(t, s, BundleOptions{Out: filepath.Join(t.TempDir(), "o.zip")})
	rows := readCSV(t, r.LeftList)
	if r.LeftOut != 2 || len(rows) != 3 || rows[1][6] != "left out by the user" || rows[2][5] != "csr/not-a-csr" {
		t.Errorf("%d left out: %v", r.LeftOut, rows)
	}
}

func TestChangedFileStopsTheBundle(t *testing.T) {
	for name, change := range map[string]func(path string, data []byte) error{
		"other request": func(p string, _ []byte) error { return os.WriteFile(p, pemOf(t, "b"), 0o644) },
		"shorter":       func(p string, d []byte) error { return os.WriteFile(p, d[:len(d)/2], 0o644) },
		"removed":       func(p string, _ []byte) error { return os.Remove(p) },
		"one bit": func(p string, d []byte) error {
			d = bytes.Clone(d)
			i := len(d) / 2
			if d[i]++; d[i] == ':' || d[i] == '[' || d[i] == '{' || d[i] == ',' || d[i] == '0'-1 {
				d[i] = 'A'
			}
			return os.WriteFile(p, d, 0o644)
		},
	} {
		dir := tree(t, map[string][]byte{"a.csr": pemOf(t, "a"), "z.csr": pemOf(t, "z")})
		s := check(t, dir)
		p := filepath.Join(dir, "z.csr")
		data, err := os.ReadFile(p)
		if err == nil {
			err = change(p, data)
		}
		if err != nil {
			t.Fatal(err)
		}
		target := t.TempDir()
		_, err = s.Bundle(ctx, BundleOptions{Out: filepath.Join(target, "o.zip")}, nil)
		changed, ok := errors.AsType[*ChangedError](err)
		if !ok || changed.At.File != p {
			t.Errorf("%s: %v", name, err)
		}
		empty(t, target)
	}
}

func TestEarlierPartsBlock(t *testing.T) {
	var text []byte
	for i := range 10 {
		text = append(text, pemOf(t, fmt.Sprintf("dev-%d", i))...)
	}
	s := check(t, tree(t, map[string][]byte{"in.pem": text}))
	target := t.TempDir()
	out := filepath.Join(target, "o.zip")
	bundle(t, s, BundleOptions{Out: out, MaxEntries: 3})
	if err := os.WriteFile(filepath.Join(target, "o-partner.zip"), []byte("another's"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := s.Bundle(ctx, BundleOptions{Out: out}, nil)
	left, ok := errors.AsType[*upload.LeftoverError](err)
	if !ok || !errors.Is(err, fs.ErrExist) || len(left.Files) != 5 {
		t.Fatalf("%v", err)
	}
	bundle(t, s, BundleOptions{Out: out, Replace: true})
	var names []string
	files, _ := os.ReadDir(target)
	for _, d := range files {
		names = append(names, d.Name())
	}
	if got := strings.Join(names, " "); got != "o-partner.zip o.manifest.csv o.zip" {
		t.Errorf("after replacing: %s", got)
	}
}

func TestCancelledBundleLeavesNothing(t *testing.T) {
	var text []byte
	for i := range 500 {
		text = append(text, pemOf(t, fmt.Sprintf("dev-%d", i))...)
	}
	s := check(t, tree(t, map[string][]byte{"in.pem": text}))
	target := t.TempDir()
	stopping, stop := context.WithCancel(ctx)
	_, err := s.Bundle(stopping, BundleOptions{Out: filepath.Join(target, "o.zip")}, func(done, total int64) {
		if done > 100 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	empty(t, target)
}

func TestBundleNames(t *testing.T) {
	for cn, want := range map[string]string{
		"dev-1": "dev-1", "00:1A:c2": "00_1A_c2", "Gerät ü 4": "Ger_t_4", "../../etc/passwd": "_.._etc_passwd", ".": "_", "CON": "_CON", "nul.x": "_nul.x",
		"-rf": "_-rf", "日本": "_", strings.Repeat("x", 100): strings.Repeat("x", 64), "a.": "a", "com1": "_com1", "common": "common",
	} {
		if got := safeStem(cn); got != want {
			t.Errorf("%q is named %q, want %q", cn, got, want)
		}
	}
	var entries []*Entry
	for i, cn := range []string{"b", "A", "a", "a", "a~2", "A.", "", "b"} {
		e := &Entry{Name: "file"}
		e.CommonName, e.DER[0] = cn, byte(i)
		entries = append(entries, e)
	}
	seen := map[string]bool{}
	var names []string
	for _, n := range bundleNames(entries, ByCommonName) {
		if seen[strings.ToLower(n.name)] {
			t.Errorf("%q twice", n.name)
		}
		seen[strings.ToLower(n.name)] = true
		names = append(names, n.name)
	}
	if got := strings.Join(names, " "); got != "A.csr A~4.csr a_2.csr a~2.csr a~3.csr b.csr b~2.csr file.csr" {
		t.Errorf("names: %s", got)
	}
	if got := bundleNames(entries[:2], ByFile); got[0].name != "file.csr" || got[1].name != "file~2.csr" {
		t.Errorf("by file: %v", got)
	}
}

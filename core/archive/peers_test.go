package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sample is what every peer packs: small, empty and large files, packable or not, in folders, with names beyond ASCII.
var sample = map[string]string{
	"dev-0001.csr":         "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n",
	"empty.csr":            "",
	"line 4/Gerät ü.csr":   "umlaut",
	"line 4/日本/dev.csr":    "kanji",
	"large.csv":            largeTable(),
	"deep/er/and/er/x.txt": noise(100_000),
}

// noise cannot be packed; always the same.
func noise(n int) string {
	b := make([]byte, n)
	x := uint64(1)
	for i := range b {
		x = x*6364136223846793005 + 1442695040888963407
		b[i] = byte(x >> 56)
	}
	return string(b)
}

func sampleDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range sample {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tool finds a peer, or skips; where CI=true nothing may be skipped.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("SKIPPED: %s is not installed", name)
	return ""
}

func run(t *testing.T, dir string, stdin io.Reader, name string, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(tool(t, name), args...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, stdin, &out, &errs
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s%s", name, args, err, out.Bytes(), errs.Bytes())
	}
	return out.Bytes()
}

// holds checks that an archive reads to exactly want, folders aside, on every way of reading.
func holds(t *testing.T, data []byte, want map[string]string) {
	t.Helper()
	z := mustOpen(t, data)
	got := map[string]string{}
	var buf []byte
	for i := range z.Len() {
		e, err := z.Entry(i)
		if err != nil {
			t.Fatal(err)
		}
		if buf, err = z.ReadEntry(i, buf); err != nil {
			t.Fatal(err)
		}
		r, err := z.Open(i)
		if err != nil {
			t.Fatal(err)
		}
		streamed, err := io.ReadAll(r)
		r.Close()
		if err != nil || !bytes.Equal(streamed, buf) {
			t.Fatalf("%q: Open(i) and ReadEntry differ, %v", e.Name, err)
		}
		if e.IsDir != e.Mode.IsDir() {
			t.Errorf("%q: IsDir %t, mode %v", e.Name, e.IsDir, e.Mode)
		}
		if !e.IsDir {
			got[e.Name] = string(buf)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("names %q, want %q (or their content differs)", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	if err := z.Verify(context.Background(), nil); err != nil {
		t.Error(err)
	}
	if err := z.CheckExtraction(); err != nil {
		t.Error(err)
	}
}

// Not here: zip 3.0 with -fz and -fd together writes an end record that refers to a ZIP64 one and leaves that out; unzip
// complains too.
func TestPeerZip(t *testing.T) {
	for _, args := range [][]string{
		{"-r"}, {"-r", "-0"}, {"-r", "-9", "-X"}, {"-r", "-D"}, {"-r", "-fd"}, {"-r", "-fz"}, {"-r", "-UN=UTF8"},
	} {
		t.Run(strings.Join(args, ""), func(t *testing.T) {
			dir := sampleDir(t)
			run(t, dir, nil, "zip", append(args, "out.zip", ".")...)
			data, err := os.ReadFile(filepath.Join(dir, "out.zip"))
			if err != nil {
				t.Fatal(err)
			}
			holds(t, data, sample)
		})
	}
	t.Run("to a pipe", func(t *testing.T) {
		holds(t, run(t, sampleDir(t), nil, "zip", "-r", "-", "."), sample)
	})
	t.Run("from a pipe to a pipe", func(t *testing.T) {
		z := mustOpen(t, run(t, t.TempDir(), strings.NewReader("streamed"), "zip", "-", "-"))
		if b, err := z.ReadEntry(0, nil); err != nil || string(b) != "streamed" {
			t.Errorf("%q, %v", b, err)
		}
		// zip notes what it read from: that is told, and is no hostile pipe.
		if err := z.CheckExtraction(); err != nil || len(z.Notices()) != 1 || !strings.Contains(z.Notices()[0], "standard input") {
			t.Errorf("%v, %v", err, z.Notices())
		}
	})
	t.Run("changed", func(t *testing.T) {
		dir := sampleDir(t)
		run(t, dir, nil, "zip", "-r", "out.zip", ".")
		run(t, dir, nil, "zip", "-d", "out.zip", "empty.csr")
		run(t, dir, strings.NewReader("a comment\n"), "zip", "-z", "out.zip")
		data, _ := os.ReadFile(filepath.Join(dir, "out.zip"))
		want := maps.Clone(sample)
		delete(want, "empty.csr")
		holds(t, data, want)
	})
	t.Run("encrypted", func(t *testing.T) {
		dir := sampleDir(t)
		run(t, dir, nil, "zip", "-P", "secret", "out.zip", "dev-0001.csr")
		data, _ := os.ReadFile(filepath.Join(dir, "out.zip"))
		_, err := mustOpen(t, data).ReadEntry(0, nil)
		refused(t, "ReadEntry", err, "encrypted")
	})
	t.Run("link", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Symlink("/etc/passwd", filepath.Join(dir, "x.csr")); err != nil {
			t.Skip("SKIPPED: no symbolic links here: ", err)
		}
		run(t, dir, nil, "zip", "-y", "out.zip", "x.csr")
		data, _ := os.ReadFile(filepath.Join(dir, "out.zip"))
		z := mustOpen(t, data)
		if e, _ := z.Entry(0); e.Mode&fs.ModeSymlink == 0 {
			t.Errorf("mode %v, want a link", e.Mode)
		}
		refused(t, "CheckExtraction", z.CheckExtraction(), "symbolic link")
	})
}

func TestPeer7z(t *testing.T) {
	for _, args := range [][]string{{}, {"-mx=0"}, {"-mx=9"}, {"-mcu=on"}, {"-mtc=on"}} {
		t.Run(strings.Join(args, ""), func(t *testing.T) {
			dir := sampleDir(t)
			run(t, dir, nil, "7z", append(append([]string{"a", "-tzip"}, args...), "out.zip", ".")...)
			data, err := os.ReadFile(filepath.Join(dir, "out.zip"))
			if err != nil {
				t.Fatal(err)
			}
			holds(t, data, sample)
		})
	}
	for method, want := range map[string]string{"LZMA": "LZMA", "BZip2": "bzip2", "PPMd": "PPMd", "Deflate64": "deflate64"} {
		t.Run(method, func(t *testing.T) {
			dir := sampleDir(t)
			run(t, dir, nil, "7z", "a", "-tzip", "-mm="+method, "out.zip", "large.csv")
			data, _ := os.ReadFile(filepath.Join(dir, "out.zip"))
			z, err := open(data, Limits{Ratio: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			refused(t, "ReadEntry", readAll(z), want)
		})
	}
	t.Run("AES", func(t *testing.T) {
		dir := sampleDir(t)
		run(t, dir, nil, "7z", "a", "-tzip", "-psecret", "-mem=AES256", "out.zip", "large.csv")
		data, _ := os.ReadFile(filepath.Join(dir, "out.zip"))
		_, err := mustOpen(t, data).ReadEntry(0, nil)
		refused(t, "ReadEntry", err, "encrypted")
	})
}

func TestPeerPython(t *testing.T) {
	const head = `
import os, sys, zipfile
class Pipe:
    def __init__(self): self.out = sys.stdout.buffer
    def write(self, b): return self.out.write(b)
    def flush(self): self.out.flush()
def files():
    for root, dirs, names in os.walk("."):
        for n in names:
            p = os.path.join(root, n)
            yield p, os.path.relpath(p, ".").replace(os.sep, "/")
`
	for name, body := range map[string]string{
		"deflated": `
with zipfile.ZipFile("../out.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for p, n in files(): z.write(p, n)
`,
		"stored": `
with zipfile.ZipFile("../out.zip", "w") as z:
    for p, n in files(): z.write(p, n)
`,
		"force_zip64": `
with zipfile.ZipFile("../out.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for p, n in files():
        with z.open(n, "w", force_zip64=True) as f: f.write(open(p, "rb").read())
`,
		"appended": `
for p, n in files():
    with zipfile.ZipFile("../out.zip", "a", zipfile.ZIP_DEFLATED) as z: z.write(p, n)
`,
		"streamed": `
with zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_DEFLATED) as z:
    for p, n in files(): z.write(p, n)
`,
		"streamed, force_zip64": `
with zipfile.ZipFile(Pipe(), "w") as z:
    for p, n in files():
        with z.open(n, "w", force_zip64=True) as f: f.write(open(p, "rb").read())
`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(sampleDir(t), "sub")
			if err := os.Rename(filepath.Dir(dir), filepath.Dir(dir)+"-moved"); err != nil {
				t.Fatal(err)
			}
			parent := filepath.Dir(dir)
			if err := errors.Join(os.Mkdir(parent, 0o755), os.Rename(parent+"-moved", dir)); err != nil {
				t.Fatal(err)
			}
			data := run(t, dir, nil, "python3", "-c", head+body)
			if len(data) == 0 {
				data, _ = os.ReadFile(filepath.Join(parent, "out.zip"))
			}
			holds(t, data, sample)
		})
	}
}

func TestPeerJava(t *testing.T) {
	for _, flags := range []string{"cMf", "c0Mf", "cf"} {
		t.Run(flags, func(t *testing.T) {
			dir := sampleDir(t)
			out := filepath.Join(t.TempDir(), "out.zip")
			run(t, dir, nil, "jar", flags, out, ".")
			data, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			want := maps.Clone(sample)
			if flags == "cf" {
				z := mustOpen(t, data)
				for i := range z.Len() {
					if e, _ := z.Entry(i); e.Name == "META-INF/MANIFEST.MF" {
						b, _ := z.ReadEntry(i, nil)
						want[e.Name] = string(b)
					}
				}
			}
			holds(t, data, want)
		})
	}
}

// quicklyHolds is holds for many small entries: without the streams.
func quicklyHolds(t *testing.T, data []byte, want map[string]string) {
	t.Helper()
	z := mustOpen(t, data)
	var buf []byte
	for i := range z.Len() {
		e, err := z.Entry(i)
		if err != nil {
			t.Fatal(err)
		}
		text, ok := want[e.Name]
		if buf, err = z.ReadEntry(i, buf); err != nil || !ok || string(buf) != text {
			t.Fatalf("%q: %q, %v; want %q", e.Name, buf, err, text)
		}
	}
	if z.Len() != len(want) {
		t.Errorf("%d entries, want %d", z.Len(), len(want))
	}
	if err := z.CheckExtraction(); err != nil {
		t.Error(err)
	}
}

func TestPeerGo(t *testing.T) {
	t.Run("descriptors", func(t *testing.T) {
		holds(t, goZip(t, sample, slices.Sorted(maps.Keys(sample))...), sample)
	})
	t.Run("70,000 entries", func(t *testing.T) {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		want := map[string]string{}
		for i := range 70_000 {
			name := fmt.Sprint(i)
			f, _ := w.CreateHeader(&zip.FileHeader{Name: name})
			io.WriteString(f, name)
			want[name] = name
		}
		w.Close()
		quicklyHolds(t, b.Bytes(), want)
	})
	t.Run("65,535 entries without ZIP64", func(t *testing.T) {
		f := forgery{parts: make([]part, 65_535)}
		want := map[string]string{}
		for i := range f.parts {
			f.parts[i].name = fmt.Sprint(i)
			want[f.parts[i].name] = ""
		}
		quicklyHolds(t, f.bytes(), want)
	})
}

// largeTable is above the size from which the ratio counts, and packs as a real table does.
func largeTable() string {
	var b strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&b, "\"device-%06d\",\"b\",\"%x\"\r\n", i, i*7919)
	}
	return b.String()
}

package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What transfers and packers add is taken and told; what could be another archive is not.
func TestPadding(t *testing.T) {
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	if w, err := z.Create("a.pem"); err != nil {
		t.Fatal(err)
	} else if _, err := w.Write([]byte("content")); err != nil {
		t.Fatal(err)
	}
	if err := z.SetComment("a comment"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	base := packed.Bytes()
	bare := bytes.Clone(base[:len(base)-len("a comment")])
	bare[len(bare)-2] = 0
	for what, more := range map[string]string{"nothing": "", "line break": "\r\n", "NUL": "\x00", "block": strings.Repeat("\x00", 511), "text": "\r\n\x1a", "much": strings.Repeat("\x00", maxPadding)} {
		for _, data := range [][]byte{base, bare} {
			r, err := open(append(bytes.Clone(data), more...), Limits{})
			if err != nil {
				t.Errorf("%s: %v", what, err)
				continue
			}
			if r.end.padding != int64(len(more)) || (len(r.Notices()) > 0) != (more != "") || r.Len() != 1 {
				t.Errorf("%s: %d bytes, %v", what, r.end.padding, r.Notices())
			}
			if err := r.Verify(context.Background(), nil); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	hiding := append(bytes.Clone(bare), bare[len(bare)-22:]...) // a second end record is the comment of the first
	hiding[len(bare)-2] = 22
	if r, err := open(append(hiding, "\r\n"...), Limits{}); err == nil {
		t.Errorf("a hidden end record before padding is taken: %v", r.Notices())
	}
	for what, more := range map[string][]byte{"junk": []byte("junk"), "junk in padding": []byte("\x00\x00j\x00"), "too much": make([]byte, maxPadding+1), "another end": append([]byte("\x00\x00"), bare[len(bare)-22:]...), "another archive": base} {
		if r, err := open(append(bytes.Clone(base), more...), Limits{}); err == nil {
			t.Errorf("%s is taken: %v", what, r.Notices())
		}
	}
}

// A part of a redundant field that is changed shows: one case for each thing that is compared.
func TestRedundantFields(t *testing.T) {
	var packed bytes.Buffer
	one := zip.NewWriter(&packed)
	w, err := one.CreateHeader(&zip.FileHeader{Name: "a.pem", Modified: time.Unix(1_700_000_000, 0), Extra: []byte("\xfe\xca\x02\x00hi")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("content")); err != nil {
		t.Fatal(err)
	}
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	base := packed.Bytes()
	local := func(field string) int {
		switch field {
		case "version":
			return 4
		case "flags":
			return 6
		case "time":
			return 10
		case "extra time":
			return bytes.Index(base, []byte("UT")) + 5
		case "extra length":
			return bytes.Index(base, []byte("UT")) + 2
		case "name's length", "extra fields' length": // 32 KiB more: past the end of the file
			return map[string]int{"name's length": 27, "extra fields' length": 29}[field]
		}
		return bytes.Index(base, []byte("\xfe\xca\x02\x00hi")) + 4
	}
	check := func(b []byte) error { return mustOpen(t, b).CheckRedundant(context.Background()) }
	flip := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		b[at] ^= 1
		return b
	}
	if err := check(base); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"version", "flags", "time", "extra time", "extra length", "extra", "name's length", "extra fields' length"} {
		if err := check(flip(base, local(field))); !errors.Is(err, ErrRedundant) {
			t.Errorf("%s: %v", field, err)
		}
	}
	// ZIP64, as Go writes it for more entries than fit.
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range 70_000 {
		if _, err := z.CreateHeader(&zip.FileHeader{Name: string([]byte{'a' + byte(i>>12), 'a' + byte(i>>8&15), 'a' + byte(i>>4&15), 'a' + byte(i&15)})}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := check(b.Bytes()); err != nil {
		t.Errorf("ZIP64: %v", err)
	}
}

// What zip, 7z, Python and Java write passes the comparison.
func TestRedundantFieldsOfOthers(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.pem", "ü.key"} {
		if err := os.WriteFile(filepath.Join(dir, name), bytes.Repeat([]byte(name), 100), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for what, command := range map[string][]string{
		"zip":            {"zip", "-q", "out.zip", "a.pem", "ü.key"},
		"zip streamed":   {"sh", "-c", "zip -q - a.pem ü.key | cat >out.zip"},
		"zip from stdin": {"sh", "-c", "cat a.pem | zip -q - - | cat >out.zip"},
		"7z":             {"7z", "a", "-bd", "-tzip", "out.zip", "a.pem", "ü.key"},
		"python":         {"python3", "-c", "import zipfile\nz=zipfile.ZipFile('out.zip','w',zipfile.ZIP_DEFLATED)\nz.write('a.pem')\nz.write('ü.key')\nz.writestr('b.pem','x')\nz.close()"},
		"python stream":  {"sh", "-c", "python3 -c \"import zipfile,sys\nz=zipfile.ZipFile(sys.stdout.buffer,'w',zipfile.ZIP_DEFLATED)\nz.write('a.pem')\nz.writestr('b.pem','x')\nz.close()\" | cat >out.zip"},
		"python zip64":   {"python3", "-c", "import zipfile\nz=zipfile.ZipFile('out.zip','w')\nf=z.open('a.pem','w',force_zip64=True)\nf.write(b'x')\nf.close()\nz.close()"},
		"jar":            {"jar", "cf", "out.zip", "a.pem", "ü.key"},
	} {
		t.Run(what, func(t *testing.T) {
			os.Remove(filepath.Join(dir, "out.zip"))
			peer, _, _ := strings.Cut(what, " ")
			if peer == "python" {
				peer = "python3"
			}
			if _, err := exec.LookPath("jar"); err != nil && peer == "jar" {
				t.Skip("SKIPPED: jar is missing: Java is in no list of packages, it is large")
			}
			tool(t, peer)
			tool(t, command[0])
			cmd := exec.Command(command[0], command[1:]...)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			data, err := os.ReadFile(filepath.Join(dir, "out.zip"))
			if err != nil {
				t.Fatal(err)
			}
			if err := mustOpen(t, data).CheckRedundant(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
}

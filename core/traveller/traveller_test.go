package traveller

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rsc.io/qr"

	"enrollbench/core/eui48"
	"enrollbench/core/job"
)

func record(name string) *job.Record {
	return &job.Record{ID: "2026-11-27-3-k7q2m9", Name: name, Method: job.MAC, Count: 12345, Range: eui48.Range{Start: 0x001ac27b0000, Count: 12345, Step: 10},
		Connection: job.Connection{ID: "p", Name: "Werk Süd"}, Profile: job.Profile{ID: "1", Name: "Thermostat 2026"}, RecipientTitle: "line4@plant",
		Created: time.Date(2026, 11, 27, 14, 2, 0, 0, time.UTC)}
}

func need(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip(name + " is missing")
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	return string(out)
}

// write makes a file of a paper.
func write(t *testing.T, name string, make func(b *bytes.Buffer) error) (path string, data []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := make(&b); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), name)
	if dir := os.Getenv("PICTURES"); dir != "" {
		path = filepath.Join(dir, name)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, b.Bytes()
}

// Other programs read what the papers say: the text, and the code.
func TestPapers(t *testing.T) {
	need(t, "pdftotext")
	need(t, "pdftoppm")
	need(t, "zbarimg")
	r := record("Los 7 Übergröße Ωμέγα Łódź Ёлка")
	page, _ := write(t, "page.pdf", func(b *bytes.Buffer) error { return Page(b, r, English) })
	text := run(t, "pdftotext", "-layout", page, "-")
	for _, want := range []string{r.Name, r.ID, "12,345", "00-1a-c2-7b-00-00", r.Range.Last().String(), "Thermostat 2026", "Werk Süd", "line4@plant", "Handed over"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "PRACTICE") {
		t.Error("it is no practice")
	}
	label, _ := write(t, "label.pdf", func(b *bytes.Buffer) error { return Label(b, r, PDF, English) })
	if text := run(t, "pdftotext", "-layout", label, "-"); !strings.Contains(text, r.ID) || !strings.Contains(text, "Certificates: 12,345") {
		t.Errorf("the label says:\n%s", text)
	}
	picture, _ := write(t, "label.png", func(b *bytes.Buffer) error { return Label(b, r, PNG, English) })
	for _, path := range []string{page, label, picture} {
		if strings.HasSuffix(path, ".pdf") {
			out := filepath.Join(t.TempDir(), "x")
			run(t, "pdftoppm", "-r", "150", "-png", "-singlefile", path, out)
			path = out + ".png"
		}
		if got := strings.TrimSpace(run(t, "zbarimg", "-q", "--raw", path)); got != Code(r) {
			t.Errorf("%s: the code says %q, want %q", path, got, Code(r))
		}
	}
}

// A code of a batch of CSRs has no range.
func TestCode(t *testing.T) {
	r := record("x")
	if got := Code(r); got != "BATCH=2026-11-27-3-k7q2m9;COUNT=12345;FIRST=00-1a-c2-7b-00-00;LAST="+r.Range.Last().String()+";STEP=10" {
		t.Error(got)
	}
	r.Method, r.Range = job.ZIP, eui48.Range{}
	if got := Code(r); got != "BATCH=2026-11-27-3-k7q2m9;COUNT=12345" {
		t.Error(got)
	}
}

// Practice says so on every paper.
func TestPractice(t *testing.T) {
	need(t, "pdftotext")
	r := record("x")
	r.Connection.Practice = true
	for name, make := range map[string]func(b *bytes.Buffer) error{"page.pdf": func(b *bytes.Buffer) error { return Page(b, r, English) }, "label.pdf": func(b *bytes.Buffer) error { return Label(b, r, PDF, English) }} {
		path, _ := write(t, name, make)
		if text := run(t, "pdftotext", path, "-"); !strings.Contains(text, "PRACTICE") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

// Any name makes a paper, the same each time; what no font has is told by its number.
func TestNames(t *testing.T) {
	for i, name := range []string{"", "日本 東京 産線4", "שלום", "a\x00b\n\u202ec", strings.Repeat("lang ", 500), "\xff\xfe", "😀"} {
		r := record(name)
		_, first := write(t, fmt.Sprintf("n%d.pdf", i), func(b *bytes.Buffer) error { return Page(b, r, English) })
		_, again := write(t, fmt.Sprintf("n%d-again.pdf", i), func(b *bytes.Buffer) error { return Page(b, r, English) })
		if !bytes.Equal(first, again) {
			t.Errorf("%q: another file each time", name)
		}
		if n := bytes.Count(first, []byte("(D:20261127140200)")); n != 2 { // made and changed
			t.Errorf("%q: another time than that of the batch", name)
		}
		_, data := write(t, fmt.Sprintf("n%d.png", i), func(b *bytes.Buffer) error { return Label(b, r, PNG, English) })
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil || img.Bounds() != image.Rect(0, 0, 1181, 591) {
			t.Errorf("%q: %v, %v", name, img.Bounds(), err)
		}
	}
	none := &faces{fonts: regular().fonts[:1]}
	if got := legible(none, "ü日\n"); got != "ü(U+65E5)(U+000A)" {
		t.Error(got)
	}
	if none.own("日") || !none.own("Łódź") {
		t.Error("what our own font has")
	}
	if s, points := none.fit(strings.Repeat("w", 100), 10, 30); !strings.HasSuffix(s, "…") || points != 10*smallest {
		t.Error(s, points)
	}
}

// The code keeps the quiet zone of the standard, four modules, without which scanners of the line miss it.
func TestQuietZone(t *testing.T) {
	code, err := qr.Encode("x", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	p := newPNG(50, 50)
	drawCode(p, code, 0, 0, 50)
	module := float64(p.img.Rect.Dx()) / float64(code.Size+8)
	first := p.img.Rect.Dx()
	for y := range p.img.Rect.Dy() {
		for x := range first {
			if p.img.GrayAt(x, y).Y < 128 {
				first = x
			}
		}
	}
	if zone := float64(first) / module; zone < 3.9 || zone > 4.1 {
		t.Errorf("%.1f modules", zone)
	}
}

// A character that only a font of the system has is drawn with it: its picture is none of an empty box.
func TestSystemFont(t *testing.T) {
	if wide() == nil {
		t.Skip("this system has no font for Chinese and Japanese")
	}
	ink := func(s string) int {
		p := newPNG(20, 20)
		p.text(2, 15, 30, false, 100, s)
		n := 0
		for _, c := range p.img.Pix {
			if c < 128 {
				n++
			}
		}
		return n
	}
	for name, want := range map[string]bool{"日本": true, "Łódź": false} {
		_, data := write(t, "picture.pdf", func(b *bytes.Buffer) error { return Page(b, record(name), English) })
		if got := bytes.Contains(data, []byte("/Subtype /Image")); got != want {
			t.Errorf("%q is a picture: %v", name, got)
		}
	}
	if a, b := ink("一"), ink("鬱"); a == 0 || b < 2*a {
		t.Errorf("%d and %d dots", a, b)
	}
}

// Endings say the form.
func TestFormOf(t *testing.T) {
	for path, want := range map[string]Form{"a.PDF": PDF, "b.png": PNG} {
		if got, err := FormOf(path); got != want || err != nil {
			t.Errorf("%s: %v, %v", path, got, err)
		}
	}
	if _, err := FormOf("a.doc"); err == nil {
		t.Error("a.doc")
	}
	if FileName(record("x"), true, PNG) != "label-2026-11-27-3-k7q2m9.png" || FileName(record("x"), false, PDF) != "traveller-2026-11-27-3-k7q2m9.pdf" {
		t.Error("names")
	}
}

package enrollment

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
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/csvdoc"
	"enrollbench/core/delivery"
	"enrollbench/core/upload"
)

// read reads a part back as encoding/csv and archive/zip see it.
func read(t testing.TB, p upload.Part) [][]string {
	t.Helper()
	data, err := os.ReadFile(p.File)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != p.SHA256 || int64(len(data)) != p.Bytes {
		t.Errorf("%s: size or hash is not what the result says", p.File)
	}
	if strings.HasSuffix(p.File, ".zip") {
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil || len(z.File) != 1 {
			t.Fatalf("%s: %d files, %v", p.File, len(z.File), err)
		}
		f, err := z.File[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(f); err != nil {
			t.Fatalf("%s: %v", p.File, err)
		}
	}
	if bytes.Contains(data, []byte("\r")) || !bytes.HasPrefix(data, []byte(`"`)) || !bytes.HasSuffix(data, []byte("\"\n")) {
		t.Errorf("%s is not in the service's form: %.80q", p.File, data)
	}
	c := csv.NewReader(bytes.NewReader(data))
	rows, err := c.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", p.File, err)
	}
	if len(rows)-1 != p.Entries {
		t.Errorf("%s has %d rows, and the result says %d", p.File, len(rows)-1, p.Entries)
	}
	return rows
}

// contents are all rows of a document, with its header and without columns that have neither name nor values.
func contents(r *Result, leaveOut bool) [][]string {
	out := [][]string{r.names()}
	for i := range r.Snapshot().Rows() {
		if !leaveOut && !r.trailing.has(r.Snapshot().ID(i)) || !r.leftOut.has(r.Snapshot().ID(i)) {
			row := []string{}
			for _, c := range r.written {
				row = append(row, r.Snapshot().Cell(i, c))
			}
			out = append(out, row)
		}
	}
	return out
}

// TestEmptyColumns: what a spreadsheet leaves behind the last column, and what a row with too many cells makes, does not go
// to the service; a value without a name keeps the upload waiting.
func TestEmptyColumns(t *testing.T) {
	for _, c := range []struct {
		text   string
		header int
		want   string
	}{
		{"subject.common_name;line;;\r\na;1;;\r\nb;2;;\r\n", 0, "\"subject.common_name\",\"line\"\n\"a\",\"1\"\n\"b\",\"2\"\n"},
		{"subject.common_name,,line\na,,1\n", 0, "\"subject.common_name\",\"line\"\n\"a\",\"1\"\n"},
		{"subject.common_name,line\na,1\nb,2,3\n", 0, "\"subject.common_name\",\"line\"\n\"a\",\"1\"\n"}, // its only row is left out
		{"subject.common_name,line,\na,1,\nb,2,3\n", 1, ""},
	} {
		d := document(t, c.text)
		form, err := FormOf(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		r := validate(t, d, Options{Form: form})
		if n := r.Counts().Header; n != c.header {
			t.Errorf("%q: %d errors of the header\n%s", c.text, n, say(t, r))
		}
		if c.header > 0 {
			continue
		}
		result, err := r.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "x.csv"), LeaveOutErrors: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := os.ReadFile(result.Parts[0].File); string(text) != c.want || int64(len(text)) != r.Size().Plain {
			t.Errorf("%q became %q, %d bytes were foretold", c.text, text, r.Size().Plain)
		}
	}
}

// manyRows are n rows that compress badly, so that parts are small.
func manyRows(n int) string {
	rows := [][]string{{nameColumn, "note"}}
	for i := range n {
		sum := sha256.Sum256(fmt.Append(nil, i))
		rows = append(rows, []string{fmt.Sprintf("device-%05d", i), `said "` + hex.EncodeToString(sum[:i%20]) + `" and, went`})
	}
	return csvOf(rows...)
}

func TestSaveIsTheDocument(t *testing.T) {
	d := document(t, "\xef\xbb\xbf"+"subject.common_name;note\r\na;\"one \"\"two\"\", three\"\r\nb;Müller\r\n")
	r := validate(t, d, Options{})
	for _, ext := range []string{".csv", ".zip", ".CSV"} {
		out := filepath.Join(t.TempDir(), "upload"+ext)
		result, err := r.Save(ctx, UploadOptions{Out: out}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Parts) != 1 || result.Parts[0].File != out || result.LeftOut != 0 || result.LeftList != "" {
			t.Fatalf("%+v", result)
		}
		if got := read(t, result.Parts[0]); !slices.EqualFunc(got, contents(r, false), slices.Equal) {
			t.Errorf("%s holds %q", ext, got)
		}
		if ext == ".csv" && result.Parts[0].Bytes != r.Size().Plain {
			t.Errorf("%d bytes, and %d were foretold", result.Parts[0].Bytes, r.Size().Plain)
		}
		if _, err := r.Save(ctx, UploadOptions{Out: out}, nil); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a second time: %v", err)
		}
		first, _ := os.ReadFile(out)
		if _, err := r.Save(ctx, UploadOptions{Out: out, Replace: true}, nil); err != nil {
			t.Error(err)
		}
		if again, _ := os.ReadFile(out); !bytes.Equal(first, again) {
			t.Errorf("%s: equal input gave other bytes", ext)
		}
	}
}

// TestSaveInParts: every part keeps the limit and has the header; together they are the document; no part could take the
// next row.
func TestSaveInParts(t *testing.T) {
	text := manyRows(700)
	for _, c := range []struct {
		ext string
		max int64
	}{{".csv", 2000}, {".csv", 10_000}, {".zip", 1500}, {".zip", 4000}} {
		r := validate(t, document(t, text), Options{MaxBytes: c.max})
		dir := t.TempDir()
		result, err := r.Save(ctx, UploadOptions{Out: filepath.Join(dir, "lot"+c.ext)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Parts) < 3 || result.Zipped {
			t.Fatalf("%s, %d bytes: %d parts", c.ext, c.max, len(result.Parts))
		}
		all := contents(r, false)
		got := all[:1:1]
		for i, p := range result.Parts {
			if p.File != filepath.Join(dir, fmt.Sprintf("lot-part%d%s", i+1, c.ext)) || p.Bytes > c.max {
				t.Errorf("part %+v, limit %d", p, c.max)
			}
			rows := read(t, p)
			if !slices.Equal(rows[0], all[0]) {
				t.Errorf("%s has the header %q", p.File, rows[0])
			}
			got = append(got, rows[1:]...)
			if c.ext == ".csv" && i+1 < len(result.Parts) {
				if more := int64(len(rowOf(nil, all[len(got)]))); p.Bytes+more <= c.max {
					t.Errorf("%s has %d bytes, and the next row would fit", p.File, p.Bytes)
				}
			}
		}
		if !slices.EqualFunc(got, all, slices.Equal) {
			t.Errorf("%s: the parts together are not the document", c.ext)
		}
		// Fewer parts of a later upload replace all of the earlier one.
		r = validate(t, document(t, csvOf(all[:3]...)), Options{MaxBytes: c.max})
		if _, err := r.Save(ctx, UploadOptions{Out: filepath.Join(dir, "lot"+c.ext)}, nil); !errors.Is(err, fs.ErrExist) {
			t.Errorf("over an earlier upload: %v", err)
		}
		if _, err := r.Save(ctx, UploadOptions{Out: filepath.Join(dir, "lot"+c.ext), Replace: true}, nil); err != nil {
			t.Fatal(err)
		}
		entries, _ := os.ReadDir(dir)
		if len(entries) != 1 || entries[0].Name() != "lot"+c.ext {
			t.Errorf("left behind: %v", entries)
		}
	}
}

// TestSaveNamesTheOtherKind: a ZIP of an earlier save beside a new CSV would be uploaded by mistake.
func TestSaveNamesTheOtherKind(t *testing.T) {
	r := validate(t, document(t, csvOf([]string{nameColumn, "note"}, []string{"a", "b"})), Options{})
	dir := t.TempDir()
	first, second := filepath.Join(dir, "lot.zip"), filepath.Join(dir, "lot.csv")
	if _, err := r.Save(ctx, UploadOptions{Out: first}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Save(ctx, UploadOptions{Out: second}, nil); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "lot.zip") {
		t.Error(err)
	}
	if _, err := r.Save(ctx, UploadOptions{Out: second, Replace: true}, nil); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 || entries[0].Name() != "lot.csv" {
		t.Errorf("left behind: %v", entries)
	}
	var other bytes.Buffer // a ZIP that no save wrote is the user's own
	z := zip.NewWriter(&other)
	if _, err := z.Create("notes.txt"); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(first, other.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Save(ctx, UploadOptions{Out: second, Replace: true}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(first); err != nil {
		t.Error(err)
	}
}

// TestLeftOutIsNoFormula: what a person opens in a spreadsheet runs nothing of what the file holds.
func TestLeftOutIsNoFormula(t *testing.T) {
	r := validate(t, document(t, csvOf([]string{nameColumn}, []string{"a"}, []string{"=HYPERLINK(\"http://a.example\")"})), Options{})
	result, err := r.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "x.csv"), LeaveOutErrors: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(result.LeftList); !strings.Contains(string(text), "\n\"2\",\"'=HYPERLINK(") && !strings.Contains(string(text), "\"3\",\"'=HYPERLINK(") {
		t.Errorf("%s", text)
	}
}

// TestSaveZipsWhatIsTooLarge: a CSV beyond the limit becomes a ZIP where one holds it.
func TestSaveZipsWhatIsTooLarge(t *testing.T) {
	rows := [][]string{{nameColumn, "note"}}
	for i := range 500 {
		rows = append(rows, []string{fmt.Sprintf("device-%05d", i), "always the same"})
	}
	r := validate(t, document(t, csvOf(rows...)), Options{MaxBytes: 5000})
	about, err := r.EstimateZipped(ctx)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	result, err := r.Save(ctx, UploadOptions{Out: filepath.Join(dir, "lot.csv")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !result.Zipped || len(result.Parts) != 1 || result.Parts[0].File != filepath.Join(dir, "lot.zip") {
		t.Fatalf("%+v", result)
	}
	if got := read(t, result.Parts[0]); !slices.EqualFunc(got, rows, slices.Equal) {
		t.Error("the ZIP does not hold the document")
	}
	if n := result.Parts[0].Bytes; about < n/2 || about > 2*n {
		t.Errorf("%d bytes, and about %d were foretold", n, about)
	}
}

func TestSaveRefuses(t *testing.T) {
	header := validate(t, document(t, "Subject.common_name\na\n"), Options{})
	rows := validate(t, document(t, csvOf([]string{nameColumn, "san.dns_name"}, []string{"a", "a b"}, []string{"b", "b.example.com"})), Options{})
	none := validate(t, document(t, csvOf([]string{nameColumn, "san.dns_name"}, []string{"a", "a b"})), Options{})
	tight := validate(t, document(t, csvOf([]string{nameColumn}, []string{"a"})), Options{MaxBytes: 10})
	gone, cancel := context.WithCancel(ctx)
	cancel()
	for _, c := range []struct {
		r    *Result
		ctx  context.Context
		o    UploadOptions
		want error
	}{
		{header, ctx, UploadOptions{Out: "x.csv", LeaveOutErrors: true}, ErrHeader},
		{rows, ctx, UploadOptions{Out: "x.csv"}, ErrHasErrors},
		{none, ctx, UploadOptions{Out: "x.csv", LeaveOutErrors: true}, ErrNothingReady},
		{rows, gone, UploadOptions{Out: "x.zip", LeaveOutErrors: true}, context.Canceled},
		{rows, ctx, UploadOptions{Out: "x.txt", LeaveOutErrors: true}, nil},
		{tight, ctx, UploadOptions{Out: "x.csv"}, nil},
		{tight, ctx, UploadOptions{Out: "x.zip"}, nil},
	} {
		dir := t.TempDir()
		c.o.Out = filepath.Join(dir, c.o.Out)
		_, err := c.r.Save(c.ctx, c.o, nil)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.o.Out, err, c.want)
		}
		if entries, _ := os.ReadDir(dir); len(entries) > 0 {
			t.Errorf("%v left %v behind", err, entries)
		}
	}
}

func TestLeaveOut(t *testing.T) {
	r := validate(t, document(t, csvOf([]string{nameColumn, "san.dns_name"}, []string{"a", "a b"}, []string{"b", "b.example.com"}, []string{"c\a", "c_d"})), Options{})
	dir := t.TempDir()
	result, err := r.Save(ctx, UploadOptions{Out: filepath.Join(dir, "lot.csv"), LeaveOutErrors: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if result.LeftOut != 2 || result.LeftList != filepath.Join(dir, "lot.left-out.csv") {
		t.Fatalf("%+v", result)
	}
	if got := read(t, result.Parts[0]); !slices.EqualFunc(got, contents(r, true), slices.Equal) || len(got) != 2 {
		t.Errorf("%q", got)
	}
	f, err := os.Open(result.LeftList)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range list {
		got = append(got, strings.Join(line[:5], " "))
	}
	want := []string{strings.Join(LeftOutColumns[:5], " "), "2 a san.dns_name error csv/dns-name", "4 c\a subject.common_name error csv/control-character", "4 c\a san.dns_name error csv/dns-name"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestPEMForms: a CSR of several lines is written on one, or kept; either way it is the same request.
func TestPEMForms(t *testing.T) {
	text := requestOf(t, "a")
	d := document(t, csvOf([]string{nameColumn, csrColumn}, []string{"a", strings.ReplaceAll(text, "\n", "\r\n")}))
	for form, want := range map[PEMForm]string{OneLine: oneLine(text), Kept: text} {
		r := validate(t, d, Options{PEM: form})
		result, err := r.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "x.csv")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if result.Parts[0].Bytes != r.Size().Plain {
			t.Errorf("%s: %d bytes, and %d were foretold", form, result.Parts[0].Bytes, r.Size().Plain)
		}
		data, _ := os.ReadFile(result.Parts[0].File)
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil || rows[1][1] != want { // encoding/csv makes LF of CRLF
			t.Errorf("%s: %q %v", form, rows, err)
		}
	}
}

// TestUploadIsAnOrder: what is written is what a delivery can be compared with.
func TestUploadIsAnOrder(t *testing.T) {
	text := manyRows(300)
	r := validate(t, document(t, text), Options{MaxBytes: 9000})
	result, err := r.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "lot.csv")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range result.Parts {
		o, err := delivery.OrderFromCSV(p.File)
		if err != nil || o.Len() != p.Entries || o.Maker() != delivery.Service {
			t.Fatalf("%s: %+v %v", p.File, o, err)
		}
		n += o.Len()
	}
	if n != 300 {
		t.Errorf("%d of 300 are ordered", n)
	}
	client := validate(t, document(t, csvOf([]string{nameColumn, csrColumn}, []string{"", requestOf(t, "a")})), Options{})
	result, err = client.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "lot.zip")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := delivery.OrderFromCSV(result.Parts[0].File); err != nil || o.Len() != 1 || o.Maker() != delivery.Device {
		t.Errorf("%+v %v", o, err)
	}
}

// TestOtherUnzip: the ZIP is put together from blocks that were deflated one by one; other tools must read it.
func TestOtherUnzip(t *testing.T) {
	tool, err := exec.LookPath("unzip")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no unzip here")
	}
	r := validate(t, document(t, manyRows(3000)), Options{MaxBytes: 400_000})
	result, err := r.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "lot.zip")}, nil)
	if err != nil || len(result.Parts) != 1 {
		t.Fatalf("%+v %v", result, err)
	}
	out, err := exec.Command(tool, "-p", result.Parts[0].File).Output()
	if err != nil || string(out) != manyRows(3000) {
		t.Errorf("unzip: %v, %d bytes", err, len(out))
	}
}

// TestSaveCancelled stops a save while it writes: nothing is left, and nothing that stood there is touched.
func TestSaveCancelled(t *testing.T) {
	text := manyRows(4000)
	for _, ext := range []string{".csv", ".zip"} {
		r := validate(t, document(t, text), Options{MaxBytes: 60_000, Workers: 2})
		dir := t.TempDir()
		out := filepath.Join(dir, "lot"+ext)
		if err := os.WriteFile(out, []byte("before"), 0o644); err != nil {
			t.Fatal(err)
		}
		stop, cancel := context.WithCancel(ctx)
		_, err := r.Save(stop, UploadOptions{Out: out, Replace: true}, func(done, total int64) {
			if done > total/2 {
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", ext, err)
		}
		entries, _ := os.ReadDir(dir)
		if data, _ := os.ReadFile(out); len(entries) != 1 || string(data) != "before" {
			t.Errorf("%s: left %v, %.20q", ext, entries, data)
		}
	}
}

// TestSaveKeepsTheDocument: not even with leave to replace files does an upload take the place of the document.
func TestSaveKeepsTheDocument(t *testing.T) {
	d := document(t, csvOf([]string{nameColumn, "note"}, []string{"a", strings.Repeat("x", 500)}))
	form, err := FormOf(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(d.Path())
	for _, max := range []int64{0, 400} { // as it is, and zipped: then it would be what an earlier upload left
		r := validate(t, d, Options{Form: form, MaxBytes: max})
		if _, err := r.Save(ctx, UploadOptions{Out: d.Path(), Replace: true}, nil); !errors.Is(err, upload.ErrOwnFile) {
			t.Errorf("limit %d: %v", max, err)
		}
		r = validate(t, d, Options{MaxBytes: max})
		if _, err := r.Save(ctx, UploadOptions{Out: d.Path(), Replace: true, Document: d.Path()}, nil); !errors.Is(err, upload.ErrOwnFile) {
			t.Errorf("limit %d: %v", max, err)
		}
	}
	entries, _ := os.ReadDir(filepath.Dir(d.Path()))
	if after, _ := os.ReadFile(d.Path()); !bytes.Equal(before, after) || len(entries) != 1 {
		t.Errorf("the document changed, or %v", entries)
	}
}

// A guessed encoding is confirmed before letters beyond ASCII are uploaded; rows of ASCII alone need no confirmation.
func TestGuessedEncodingIsConfirmed(t *testing.T) {
	save := func(d *csvdoc.Document) error {
		form, err := FormOf(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Validate(ctx, d.Snapshot(), Options{Form: form}, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "out.csv")}, nil)
		return err
	}
	d := document(t, "subject.common_name;subject.locality\r\nd1;\xA3\xF3d\x9F\r\nd2;Bonn\r\n")
	if err := save(d); !errors.Is(err, ErrEncodingGuessed) || !strings.Contains(err.Error(), `Windows-1250: "Łódź" in row 2`) {
		t.Errorf("%v", err)
	}
	d.ConfirmEncoding()
	if err := save(d); err != nil {
		t.Errorf("confirmed: %v", err)
	}
	d = document(t, "subject.common_name;subject.locality\r\nd1;\xA3\xF3d\x9F\r\nd2;Bonn\r\n")
	if _, err := d.DeleteRows([]csvdoc.RowID{0}); err != nil {
		t.Fatal(err)
	}
	if err := save(d); err != nil {
		t.Errorf("only ASCII is left: %v", err)
	}
}

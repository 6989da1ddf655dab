package csvdoc

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"enrollbench/core/atomicfile"
)

func setCell(t testing.TB, d *Document, row, column int, v string) {
	t.Helper()
	s := d.Snapshot()
	if _, err := d.SetCells("edit", []Cell{{s.ID(row), s.Columns()[column].ID, v}}); err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Only the bytes of what was edited differ.
func TestSavedBytes(t *testing.T) {
	quotedDialect := Dialect{Delimiter: ',', NewRows: LF, Header: true, QuoteAll: true}
	backslash := Dialect{Delimiter: ',', Escape: Backslash, Header: true}
	for _, c := range []struct {
		name, text, want string
		dialect          *Dialect
		edit             func(d *Document) error
	}{
		{"quoted stays quoted", "a,b\n\"1\",2\n", "a,b\n\"x\",2\n", nil, cell(0, 0, "x")},
		{"bare stays bare", "a,b\n\"1\",2\n", "a,b\n\"1\",x\n", nil, cell(0, 1, "x")},
		{"bare needs quotes", "a,b\n\"1\",2\n", "a,b\n\"1\",\"x,y\"\n", nil, cell(0, 1, "x,y")},
		{"a stray quote elsewhere stays", "a,b\nx\"y,2\n\"q\"z,3\n", "a,b\nx\"y,2\n\"q\"z,4\n", nil, cell(1, 1, "4")},
		{"a short row grows", "a,b,c\n1\n2,3,4\n", "a,b,c\n1,,x\n2,3,4\n", nil, cell(0, 2, "x")},
		{"a long row keeps its cells", "a,b\n1,2,3,4\n", "a,b\nx,2,3,4\n", nil, cell(0, 0, "x")},
		{"mixed ends stay", "a\r\nb\nc\r\nd\n", "a\r\nb\nX\r\nd\n", nil, cell(1, 0, "X")},
		{"a row behind an unended one", "a,b\n1,2", "a,b\n1,2\nx,y\n", nil, insert(1, "x", "y")},
		{"an unended row moves up", "a,b\n1,2\n3,4", "a,b\n3,4\n1,2\n", nil, func(d *Document) error {
			_, err := d.MoveRows([]RowID{1}, 0)
			return err
		}},
		{"a new row is quoted as the file is", "\"a\",\"b\"\n\"1\",\"2\"\n", "\"a\",\"b\"\n\"1\",\"2\"\n\"x\",\"\"\n", &quotedDialect, insert(1, "x")},
		{"a new row in CRLF", "a;b\r\n1;2\r\n", "a;b\r\nx;\"y;\"\r\n1;2\r\n", nil, insert(0, "x", "y;")},
		{"backslash", "a,b\n\"q\\\"r\",2\n", "a,b\n\"q\\\"r\",\"1\\\"2\\\\\"\n", &backslash, cell(0, 1, `1"2\`)},
		{"a renamed column", "a,\"b\"\n1,2\n", "a,\"c\"\"\"\n1,2\n", nil, func(d *Document) error {
			_, err := d.RenameColumn(1, `c"`)
			return err
		}},
		{"a moved column", "a,\"b\",c\n\"1\",2,\"3\"\"\"\n4\n", "c,a,\"b\"\n\"3\"\"\",\"1\",2\n,4\n", nil, func(d *Document) error {
			_, err := d.MoveColumn(2, 0)
			return err
		}},
		{"a removed column", "a,\"b\",c\n\"1\",2,\"3\"\n4\n", "a,c\n\"1\",\"3\"\n4\n", nil, func(d *Document) error {
			_, err := d.RemoveColumns([]ColumnID{1})
			return err
		}},
		{"an added column", "a,b\n1,\"2\"\n", "a,n,b\n1,,\"2\"\n", nil, func(d *Document) error {
			_, _, err := d.AddColumn(1, "n")
			return err
		}},
		{"a new row is not as wide as a ragged one", "a,b\n1,2,3\n", "a,b\n1,2,3\nx,\n", nil, insert(1, "x")},
		{"an empty file", "", "a\n1\n", &Dialect{Delimiter: ',', Header: true}, func(d *Document) error {
			if _, _, err := d.AddColumn(0, "a"); err != nil {
				return err
			}
			_, err := d.InsertRows(0, [][]string{{"1"}})
			return err
		}},
		{"one empty cell is no blank line", "a\n1\n", "a\n1\n\"\"\n", nil, insert(1)},
		{"a mark at the beginning", "a,b\n", "\"\uFEFFx\",b\n", nil, func(d *Document) error {
			_, err := d.RenameColumn(0, "\uFEFFx")
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t, c.text, Options{Dialect: c.dialect})
			if got := save(t, d); got != c.text {
				t.Fatalf("unchanged: %q", got)
			}
			if err := c.edit(d); err != nil {
				t.Fatal(err)
			}
			if got := save(t, d); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			for d.CanUndo() {
				if _, err := d.Undo(); err != nil {
					t.Fatal(err)
				}
			}
			if got := save(t, d); got != c.text {
				t.Errorf("undone: %q", got)
			}
		})
	}
}

func cell(row, column int, v string) func(*Document) error {
	return func(d *Document) error {
		s := d.Snapshot()
		_, err := d.SetCells("edit", []Cell{{s.ID(row), s.Columns()[column].ID, v}})
		return err
	}
}

func insert(at int, values ...string) func(*Document) error {
	return func(d *Document) error {
		_, err := d.InsertRows(at, [][]string{values})
		return err
	}
}

func TestSaveNoticesOtherPrograms(t *testing.T) {
	const text = "a,b\n1,2\n"
	changed := func(t *testing.T, d *Document) *ChangedError {
		t.Helper()
		var c *ChangedError
		if err := d.Save(t.Context(), "", SaveOptions{}, nil); !errors.As(err, &c) {
			t.Fatalf("saved: %v", err)
		}
		return c
	}
	t.Run("replaced", func(t *testing.T) {
		d := open(t, text, Options{})
		setCell(t, d, 0, 0, "x")
		if err := atomicfile.WriteFile(d.Path(), []byte("b,a\n3,4\n"), atomicfile.Options{Replace: true}); err != nil {
			t.Fatal(err)
		}
		if c := changed(t, d); c.Gone || c.Damaged || read(t, d.Path()) != "b,a\n3,4\n" {
			t.Errorf("%+v", c)
		}
		if err := d.Save(t.Context(), "", SaveOptions{Force: true}, nil); err != nil || read(t, d.Path()) != "a,b\nx,2\n" {
			t.Error(err, read(t, d.Path()))
		}
	})
	t.Run("gone", func(t *testing.T) {
		d := open(t, text, Options{})
		setCell(t, d, 0, 0, "x")
		if err := os.Remove(d.Path()); err != nil {
			t.Fatal(err)
		}
		if c := changed(t, d); !c.Gone {
			t.Errorf("%+v", c)
		}
		if err := d.Save(t.Context(), "", SaveOptions{Force: true}, nil); err != nil || read(t, d.Path()) != "a,b\nx,2\n" {
			t.Error(err)
		}
	})
	t.Run("written into", func(t *testing.T) {
		d := open(t, text, Options{})
		setCell(t, d, 0, 0, "x")
		write(t, d.Path(), "a,b\n1,3\n")
		later(t, d.Path())
		if c := changed(t, d); !c.Damaged {
			t.Errorf("%+v", c)
		}
		var c *ChangedError
		if err := d.Save(t.Context(), "", SaveOptions{Force: true}, nil); !errors.As(err, &c) || !c.Damaged {
			t.Errorf("forced: %v", err)
		}
	})
	t.Run("touched", func(t *testing.T) {
		d := open(t, text, Options{})
		setCell(t, d, 0, 0, "x")
		later(t, d.Path())
		if got := save(t, d); got != "a,b\nx,2\n" {
			t.Errorf("%q", got)
		}
	})
	t.Run("after a save", func(t *testing.T) {
		d := open(t, text, Options{})
		setCell(t, d, 0, 0, "x")
		save(t, d)
		write(t, d.Path(), "other\n")
		later(t, d.Path())
		setCell(t, d, 0, 0, "y")
		if c := changed(t, d); c.Damaged {
			t.Errorf("%+v", c)
		}
	})
	t.Run("grown", func(t *testing.T) {
		d := open(t, text, Options{})
		setCell(t, d, 0, 0, "x")
		write(t, d.Path(), text+"5,6\n")
		if c := changed(t, d); c.Damaged {
			t.Errorf("%+v", c)
		}
	})
}

// later gives a file another time than any before.
func later(t *testing.T, path string) {
	t.Helper()
	at := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestSaveAs(t *testing.T) {
	d := open(t, "a,b\n1,2\n", Options{Journal: t.TempDir()})
	setCell(t, d, 0, 1, "x")
	other := filepath.Join(t.TempDir(), "other.csv")
	write(t, other, "precious")
	if err := d.Save(t.Context(), other, SaveOptions{}, nil); !errors.Is(err, atomicfile.ErrExists) || read(t, other) != "precious" {
		t.Fatalf("another file: %v", err)
	}
	if err := d.Save(t.Context(), other, SaveOptions{Force: true}, nil); err != nil || d.Path() != other || d.Dirty() {
		t.Fatal(err, d.Path())
	}
	setCell(t, d, 0, 0, "y")
	if got := save(t, d); got != "a,b\ny,x\n" {
		t.Errorf("%q", got)
	}
}

func TestSaveKeepsModeAndLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: modes and links are those of POSIX")
	}
	d := open(t, "a,b\n1,2\n", Options{})
	real := d.Path()
	if err := os.Chmod(real, 0o664); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.csv")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	d2 := openPath(t, link, Options{})
	setCell(t, d2, 0, 0, "x")
	if err := d2.Save(t.Context(), "", SaveOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 || read(t, real) != "a,b\nx,2\n" {
		t.Errorf("the link: %v, %v", info.Mode(), err)
	}
	if info, _ := os.Stat(real); info.Mode().Perm() != 0o664 {
		t.Errorf("mode %v", info.Mode())
	}
	// Saved elsewhere, the old file keeps its mode, although the document keeps hold of it.
	d3 := openPath(t, real, Options{Journal: t.TempDir()})
	setCell(t, d3, 0, 0, "y")
	if err := d3.Save(t.Context(), filepath.Join(t.TempDir(), "b.csv"), SaveOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(real); info.Mode().Perm() != 0o664 || d3.sidecar == "" {
		t.Errorf("the old file has mode %v", info.Mode())
	}
}

func TestSaveAsksForSpaceFirst(t *testing.T) {
	d := open(t, "a,b\n1,2\n", Options{free: func(string) (int64, error) { return 3, nil }})
	setCell(t, d, 0, 0, "x")
	var s *SpaceError
	if err := d.Save(t.Context(), "", SaveOptions{}, nil); !errors.As(err, &s) || s.Free != 3 || s.Need < 8 {
		t.Fatalf("%v", err)
	}
	if names, _ := os.ReadDir(filepath.Dir(d.Path())); len(names) != 1 || read(t, d.Path()) != "a,b\n1,2\n" {
		t.Errorf("left: %v", names)
	}
}

func TestSaveCancelled(t *testing.T) {
	d := open(t, "a,b\n"+strings.Repeat("1,2\n", 5000), Options{})
	setCell(t, d, 0, 0, "x")
	ctx, cancel := context.WithCancel(t.Context())
	err := d.Save(ctx, "", SaveOptions{}, func(done, _ int64) {
		if done > 0 {
			cancel()
		}
	})
	if names, _ := os.ReadDir(filepath.Dir(d.Path())); !errors.Is(err, context.Canceled) || len(names) != 1 || !d.Dirty() {
		t.Errorf("%v, left %v", err, names)
	}
}

func TestUnencodable(t *testing.T) {
	d := open(t, "n\xE4me,b\r\n\xFC,2\r\n", Options{})
	if d.Dialect().Encoding != Windows1252 || d.Snapshot().Cell(0, 0) != "ü" || d.Snapshot().Columns()[0].Name != "näme" {
		t.Fatal(d.Dialect(), d.Snapshot().Row(0, nil))
	}
	setCell(t, d, 0, 1, "€")
	if got := save(t, d); got != "n\xE4me,b\r\n\xFC,\x80\r\n" {
		t.Fatalf("%q", got)
	}
	setCell(t, d, 0, 1, "ж→x")
	if _, err := d.RenameColumn(1, "日"); err != nil {
		t.Fatal(err)
	}
	var e *EncodingError
	if err := d.Save(t.Context(), "", SaveOptions{}, nil); !errors.As(err, &e) || len(e.Cells) != 2 || e.Cells[0].Row != 1 || e.Cells[1].Row != 2 || e.Cells[1].Rune != 'ж' {
		t.Fatalf("%v", err)
	}
	if err := d.Save(t.Context(), "", SaveOptions{ReplaceUnencodable: true}, nil); err != nil || read(t, d.Path()) != "n\xE4me,?\r\n\xFC,??x\r\n" {
		t.Fatalf("%v %q", err, read(t, d.Path()))
	}
	if d.Snapshot().Cell(0, 1) != "??x" || d.Dirty() {
		t.Error("the document does not show what was saved")
	}
	if _, err := d.Undo(); err != nil || d.Snapshot().Cell(0, 1) != "ж→x" {
		t.Error("cannot be undone")
	}
}

func zipOf(t *testing.T, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err == nil {
			_, err = io.WriteString(w, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.zip")
	write(t, path, b.String())
	return path
}

func unzip(t *testing.T, path string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(b)
	}
	return files
}

func TestZIP(t *testing.T) {
	for _, o := range []Options{{}, {Journal: t.TempDir()}} {
		path := zipOf(t, "d/", "", "d/a.csv", "a;b\n1;2\n", "readme.txt", "hello", "__MACOSX/._a.csv", "junk")
		d := openPath(t, path, o)
		if d.Member() != "d/a.csv" || d.Snapshot().Cell(0, 1) != "2" {
			t.Fatal(d.Member(), d.Snapshot().Row(0, nil))
		}
		for range 2 { // the second save finds the file of the first
			setCell(t, d, 0, 1, d.Snapshot().Cell(0, 1)+"x")
			if err := d.Save(t.Context(), "", SaveOptions{}, nil); err != nil {
				t.Fatal(err)
			}
		}
		got := unzip(t, path)
		if got["d/a.csv"] != "a;b\n1;2xx\n" || got["readme.txt"] != "hello" || len(got) != 4 {
			t.Errorf("%q", got)
		}
		plain := filepath.Join(t.TempDir(), "plain.csv")
		if err := d.Save(t.Context(), plain, SaveOptions{}, nil); err != nil || read(t, plain) != "a;b\n1;2xx\n" {
			t.Error(err)
		}
		if got := save(t, d); got != "a;b\n1;2xx\n" {
			t.Errorf("%q", got)
		}
	}
	d := open(t, "a,b\n", Options{})
	packed := filepath.Join(t.TempDir(), "orders.zip")
	if err := d.Save(t.Context(), packed, SaveOptions{}, nil); err != nil || unzip(t, packed)["orders.csv"] != "a,b\n" {
		t.Error(err)
	}
	for _, files := range [][]string{{"a.csv", "1", "b.csv", "2"}, {"a.txt", "1", "b.txt", "2"}, {}} {
		if _, err := Open(t.Context(), zipOf(t, files...), Options{}); !errors.Is(err, ErrNotOneCSV) {
			t.Errorf("%q: %v", files, err)
		}
	}
}

func TestNew(t *testing.T) {
	d, err := New([]string{"a", "b"}, Options{Journal: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Save(t.Context(), "", SaveOptions{}, nil); !errors.Is(err, ErrUntitled) || d.Dirty() {
		t.Errorf("%v", err)
	}
	if _, err := d.InsertRows(0, [][]string{{"1", "x\ny"}}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "new.csv")
	if err := d.Save(t.Context(), path, SaveOptions{}, nil); err != nil || read(t, path) != "\"a\",\"b\"\r\n\"1\",\"x\ny\"\r\n" || d.Dirty() {
		t.Errorf("%v %q", err, read(t, path))
	}
	setCell(t, d, 0, 0, "2")
	if got := save(t, d); got != "\"a\",\"b\"\r\n\"2\",\"x\ny\"\r\n" {
		t.Errorf("%q", got)
	}
}

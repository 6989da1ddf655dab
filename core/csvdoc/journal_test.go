package csvdoc

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"enrollbench/core/osfile"
)

// crashed is a document with edits whose program ended: its folder of journals, and the journal's bytes.
func crashed(t *testing.T, edits int) (path, folder string, d *Document) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "journal")
	d = open(t, "a,b\n1,2\n3,4\n", Options{Journal: folder})
	for i := range edits {
		setCell(t, d, i%2, 1, strings.Repeat("x", i)+"!")
	}
	if err := d.Suspend(); err != nil {
		t.Fatal(err)
	}
	return d.path, folder, d
}

func offered(t *testing.T, folder string) []Recovery {
	t.Helper()
	r, err := Recoverable(folder)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestJournalIsPrivateAndLate(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "journal")
	d := open(t, "a,b\n1,2\n", Options{Journal: folder})
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Error("looking at a file makes a journal")
	}
	setCell(t, d, 0, 0, "x")
	names, err := os.ReadDir(folder)
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	if who, err := osfile.Others(filepath.Join(folder, names[0].Name())); err != nil || len(who) > 0 {
		t.Errorf("the journal can be opened by %q, %v", who, err)
	}
	save(t, d)
	if info, err := os.Stat(d.sidecar); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 || filepath.Dir(d.sidecar) != folder {
		t.Errorf("sidecar %q: %v", d.sidecar, err)
	}
	if got := offered(t, folder); len(got) > 0 {
		t.Errorf("a document that is open is offered: %+v", got)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if names, _ := os.ReadDir(folder); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
}

func TestAcknowledgedWithinTwoSeconds(t *testing.T) {
	d := open(t, "a,b\n1,2\n", Options{Journal: t.TempDir()})
	setCell(t, d, 0, 0, "x")
	c, err := d.Undo()
	if err != nil || c.Edits != 2 {
		t.Fatal(c, err)
	}
	for end := time.Now().Add(30 * time.Second); d.Acknowledged() < 2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("acknowledged %d, %v", d.Acknowledged(), d.JournalError())
		}
	}
	setCell(t, d, 0, 0, "y")
	if err := d.Sync(); err != nil || d.Acknowledged() != 3 {
		t.Errorf("%v, %d", err, d.Acknowledged())
	}
}

// Whatever is cut off from the end of a journal, what comes back is the state after some number of edits.
func TestTornJournal(t *testing.T) {
	const edits = 12
	path, folder, _ := crashed(t, edits)
	r := offered(t, folder)
	if len(r) != 1 || r[0].Edits != edits || r[0].Path != path || r[0].Missing {
		t.Fatalf("%+v", r)
	}
	whole := read(t, r[0].Journal)
	last := -1
	for cut := 0; cut <= len(whole); cut += 3 {
		write(t, r[0].Journal, whole[:cut]+strings.Repeat("\x00", cut%50))
		got := offered(t, folder)
		if len(got) == 0 {
			if cut == len(whole) {
				t.Fatal("the whole journal is not offered")
			}
			continue
		}
		d, err := Recover(t.Context(), got[0], Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		n := int(d.edits)
		if n < last || n != got[0].Edits || d.Snapshot().Cell((n-1)%2, 1) != strings.Repeat("x", n-1)+"!" {
			t.Fatalf("cut at %d: %d edits, %q", cut, n, d.Snapshot().Row((n-1)%2, nil))
		}
		last = n
		// It goes on behind what was whole.
		setCell(t, d, 0, 0, "more")
		if err := d.Suspend(); err != nil {
			t.Fatal(err)
		}
		if again := offered(t, folder); len(again) != 1 || again[0].Edits != n+1 {
			t.Fatalf("went on: %+v", again)
		}
	}
	// A byte that changed ends the journal there.
	b := []byte(whole)
	b[len(b)*9/10] ^= 1
	write(t, r[0].Journal, string(b))
	if got := offered(t, folder); len(got) != 1 || got[0].Edits >= edits {
		t.Errorf("damaged: %+v", got)
	}
	if err := offered(t, folder)[0].Discard(); err != nil || len(offered(t, folder)) > 0 {
		t.Errorf("discard: %v", err)
	}
}

func TestRecoverWithoutItsFile(t *testing.T) {
	path, folder, _ := crashed(t, 3)
	write(t, path, "a,b\nother,file\n")
	r := offered(t, folder)
	if len(r) != 1 || !r[0].Missing {
		t.Fatalf("%+v", r)
	}
	var c *ChangedError
	if _, err := Recover(t.Context(), r[0], Options{}, nil); !errors.As(err, &c) {
		t.Errorf("%v", err)
	}
	if r := offered(t, folder); len(r) != 1 {
		t.Error("the journal is gone")
	}
}

// After a save the old bytes lie in the sidecar: a crash then has its base, and undo reaches past the save.
func TestRecoverPastASave(t *testing.T) {
	folder := t.TempDir()
	const text = "a,b\n1,2\n3,4\n"
	d := open(t, text, Options{Journal: folder})
	setCell(t, d, 0, 0, "saved")
	save(t, d)
	setCell(t, d, 1, 1, "unsaved")
	if err := d.Suspend(); err != nil {
		t.Fatal(err)
	}
	r := offered(t, folder)
	if len(r) != 1 || r[0].Edits != 1 || r[0].Missing {
		t.Fatalf("%+v", r)
	}
	d2, err := Recover(t.Context(), r[0], Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d2.Close()
	if s := d2.Snapshot(); s.Cell(0, 0) != "saved" || s.Cell(1, 1) != "unsaved" || !d2.Dirty() || d2.Path() != d.path {
		t.Errorf("%q %q", s.Row(0, nil), s.Row(1, nil))
	}
	if _, err := Recover(t.Context(), r[0], Options{}, nil); !errors.Is(err, ErrInUse) {
		t.Errorf("twice: %v", err)
	}
	for range 2 {
		if _, err := d2.Undo(); err != nil {
			t.Fatal(err)
		}
	}
	if got := save(t, d2); got != text {
		t.Errorf("%q", got)
	}
}

// What a save left of the journal does not hide that another program wrote the file since.
func TestRecoverAfterOthersWrote(t *testing.T) {
	folder := t.TempDir()
	d := open(t, "a,b\n1,2\n", Options{Journal: folder})
	setCell(t, d, 0, 0, "x")
	save(t, d)
	setCell(t, d, 0, 1, "y")
	if err := d.Suspend(); err != nil {
		t.Fatal(err)
	}
	write(t, d.path, "a,b\nby,another\n")
	d2, err := Recover(t.Context(), offered(t, folder)[0], Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d2.Close()
	var c *ChangedError
	if err := d2.Save(t.Context(), "", SaveOptions{}, nil); !errors.As(err, &c) {
		t.Errorf("saved over it: %v", err)
	}
	if err := d2.Save(t.Context(), "", SaveOptions{Force: true}, nil); err != nil || read(t, d2.Path()) != "a,b\nx,y\n" {
		t.Errorf("forced: %v", err)
	}
}

func TestRecoverUntitledAndZIP(t *testing.T) {
	folder := t.TempDir()
	d, err := New([]string{"a", "b"}, Options{Journal: folder})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.InsertRows(0, [][]string{{"1", "2"}}); err != nil {
		t.Fatal(err)
	}
	if err := d.Suspend(); err != nil {
		t.Fatal(err)
	}
	z := openPath(t, zipOf(t, "in.csv", "\xFF\xFEa\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00"), Options{Journal: folder})
	setCell(t, z, 0, 0, "€")
	if err := z.Save(t.Context(), "", SaveOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	setCell(t, z, 0, 1, "y")
	if err := z.Suspend(); err != nil {
		t.Fatal(err)
	}
	r := offered(t, folder)
	if len(r) != 2 {
		t.Fatalf("%+v", r)
	}
	for _, r := range r {
		d, err := Recover(t.Context(), r, Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		s := d.Snapshot()
		switch {
		case r.Path == "":
			if s.Rows() != 1 || s.Cell(0, 1) != "2" || s.Columns()[1].Name != "b" {
				t.Errorf("%q", s.Row(0, nil))
			}
		case r.Member != "in.csv" || s.Cell(0, 0) != "€" || s.Cell(0, 1) != "y":
			t.Errorf("%+v %q", r, s.Row(0, nil))
		default:
			if err := d.Save(t.Context(), "", SaveOptions{}, nil); err != nil {
				t.Fatal(err)
			}
			if got := unzip(t, d.Path())["in.csv"]; got != "\xFF\xFEa\x00,\x00b\x00\n\x00\xAC\x20,\x00y\x00\n\x00" {
				t.Errorf("%q", got)
			}
		}
	}
}

// A journal that cannot be written refuses the edit: nobody is told of an edit that would not be kept.
func TestEditRefusedWithoutJournal(t *testing.T) {
	d := open(t, "a,b\n1,2\n", Options{Journal: t.TempDir()})
	setCell(t, d, 0, 0, "x")
	d.journal.f.Close()
	s := d.Snapshot()
	if _, err := d.SetCells("", []Cell{{0, 0, "y"}}); !errors.Is(err, ErrJournal) || d.Snapshot() != s || s.Cell(0, 0) != "x" {
		t.Errorf("%v", err)
	}
	if _, err := d.Undo(); !errors.Is(err, ErrJournal) || d.Snapshot() != s {
		t.Errorf("undo: %v", err)
	}
	_ = d.WithoutJournal()
	setCell(t, d, 0, 0, "y")
	if got := save(t, d); got != "a,b\ny,2\n" {
		t.Errorf("without a journal: %q", got)
	}
	if names, _ := os.ReadDir(d.options.Scratch); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
}

// A record may be larger than a frame, and values may hold anything.
func TestLargeRecord(t *testing.T) {
	folder := t.TempDir()
	d := open(t, "a,b\n1,2\n3,4\n", Options{Journal: folder})
	for _, v := range []string{strings.Repeat("large \x00\"€", frameMax/4), strings.Repeat("x", frameMax-20), strings.Repeat("x", frameMax), "\xff"} {
		setCell(t, d, 1, 0, v)
	}
	if _, err := d.MoveRows([]RowID{1}, 0); err != nil {
		t.Fatal(err)
	}
	want := modelOf(d.Snapshot())
	if err := d.Suspend(); err != nil {
		t.Fatal(err)
	}
	again, err := Recover(t.Context(), offered(t, folder)[0], Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	want.same(t, again.Snapshot())
	for again.CanUndo() {
		if _, err := again.Undo(); err != nil {
			t.Fatal(err)
		}
	}
	if s := again.Snapshot(); s.Cell(1, 0) != "3" {
		t.Errorf("%q", s.Cell(1, 0))
	}
}

package csvdoc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestDetection(t *testing.T) {
	many := strings.Repeat("plain,text\n", sampleBytes/10)
	for _, c := range []struct {
		name, text string
		want       string
	}{
		{"empty", "", "UTF-8, comma, quotes doubled, LF, header"},
		{"one column", "a\nb\n", "UTF-8, comma, quotes doubled, LF, header"},
		{"semicolons with decimal commas", "a;b\r\n1,5;2\r\n3,5;4\r\n", "UTF-8, semicolon, quotes doubled, CRLF, header"},
		{"the more columns the better", "a,b;c;d\n1,2;3;4\n5,6;7;8\n", "UTF-8, semicolon, quotes doubled, LF, header"},
		{"as many LF as CRLF", "a,b\r\nc,d\ne,f\r\ng,h\n", "UTF-8, comma, quotes doubled, mixed, header"},
		{"tabs with commas in text", "a\tb\nx, y\tz, w\n", "UTF-8, tab, quotes doubled, LF, header"},
		{"pipes", "a|b|c\n1|2|3\n", "UTF-8, pipe, quotes doubled, LF, header"},
		{"delimiters within quotes", "\"a;b;c\",\"d\"\n\"e;f;g\",h\n", "UTF-8, comma, quotes doubled, LF, header"},
		{"backslash", "a,b\n\"x\\\"y,z\",1\n\"x\\\",\\\"\",2\n", "UTF-8, comma, quotes backslash, LF, header"},
		{"mixed", "a,b\r\nc,d\ne,f\r\n", "UTF-8, comma, quotes doubled, mixed, header"},
		{"old Macintosh", "a,b\rc,d\r", "UTF-8, comma, quotes doubled, CR, header"},
		{"UTF-8 mark", "\xEF\xBB\xBFa,b\n", "UTF-8 with BOM, comma, quotes doubled, LF, header"},
		{"UTF-16 by mark", raw(Dialect{Encoding: UTF16BE}, "\uFEFFé;b\r\n"), "UTF-16BE with BOM, semicolon, quotes doubled, CRLF, header"},
		{"UTF-16 without mark", raw(Dialect{Encoding: UTF16LE}, "name;value\r\na;b\r\n"), "UTF-16LE, semicolon, quotes doubled, CRLF, header"},
		{"CR, with LF within quotes", "a,b\rd1,\"A\nB\"\rd2,c\r", "UTF-8, comma, quotes doubled, CR, header"},
		{"LF, with CR within quotes", "a,b\nd1,\"A\rB\"\nd2,c\n", "UTF-8, comma, quotes doubled, LF, header"},
		{"one column, CR, with LF within quotes", "a\r\"A\nB\"\rd2\r", "UTF-8, comma, quotes doubled, CR, header"},
		{"a title above semicolons", "Batch 12, line 4\na.b;c\nx;y\n", "UTF-8, semicolon, quotes doubled, LF, header"},
		{"two titles above tabs", "Batch 12\nof plant, 4\na.b\tc\nx\ty\n", "UTF-8, tab, quotes doubled, LF, header"},
		{"one column of text", "a.b\nx, y\nz, u\n", "UTF-8, semicolon, quotes doubled, LF, header"},
		{"spaces before quotes", "a.b, \"c; d\"\n1, \"x; y\"\n", "UTF-8, comma, quotes doubled, LF, header"},
		{"Windows", "M\xFCller,\x80\n", "Windows-1252, comma, quotes doubled, LF, header"},
		{"Windows only far behind", many + "M\xFCller,x\n", "Windows-1252, comma, quotes doubled, LF, header"},
		{"UTF-8 only far behind", many + "Müller,x\n", "UTF-8, comma, quotes doubled, LF, header"},
		{"damaged UTF-8 far behind", many + "Müller,\xFC\n", "UTF-8, comma, quotes doubled, LF, header"},
	} {
		d := open(t, c.text, Options{})
		if got := d.Dialect().String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if save(t, d) != c.text {
			t.Errorf("%s: saved differently", c.name)
		}
	}
	d := open(t, many+"M\xFCller,x\n", Options{})
	if s := d.Snapshot(); s.Cell(s.Rows()-1, 0) != "Müller" || len(d.Findings()) != 1 {
		t.Errorf("%q, %v", s.Row(s.Rows()-1, nil), d.Findings())
	}
}

// A dialect that the user chose is used, and the file can be read again in another one as long as nothing was edited.
func TestReopen(t *testing.T) {
	d := open(t, "\xC3\xA4;b\n1;2\n", Options{})
	as := d.Dialect()
	as.Encoding, as.Delimiter, as.Header = Windows1252, ',', false
	if err := d.Reopen(t.Context(), as); err != nil {
		t.Fatal(err)
	}
	if err := d.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s := d.Snapshot()
	if s.Rows() != 2 || s.Cell(0, 0) != "Ã¤;b" || s.FileRow(0) != 1 || s.Columns()[0].Name != "" {
		t.Errorf("%q", s.Row(0, nil))
	}
	if _, err := d.RenameColumn(0, "x"); !errors.Is(err, ErrNoHeader) {
		t.Errorf("a name without a header: %v", err)
	}
	setCell(t, d, 0, 0, "x")
	if err := d.Reopen(t.Context(), as); !errors.Is(err, ErrEdited) {
		t.Errorf("with edits: %v", err)
	}
	as.Delimiter = 'x'
	if _, err := Open(t.Context(), d.Path(), Options{Dialect: &as}); err == nil {
		t.Error("x separates cells")
	}
}

func TestLimits(t *testing.T) {
	for what, c := range map[string]struct {
		text   string
		limits Limits
	}{
		"bytes":           {"a,b\n1,2\n", Limits{Bytes: 5}},
		"cells in a row":  {"a,b\n1,2,3,4\n", Limits{Columns: 3}},
		"bytes in a row":  {"a,b\n" + strings.Repeat("x", 3*readAhead), Limits{RowBytes: readAhead}},
		"rows":            {"a\n1\n2\n3\n", Limits{Rows: 2}},
		"bytes in a row ": {strings.Repeat("x", 3*readAhead), Limits{RowBytes: readAhead}},
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		write(t, path, c.text)
		d, err := Open(t.Context(), path, Options{Limits: c.limits})
		if err == nil {
			err = d.Index(t.Context(), nil)
			d.Close()
		}
		var l *LimitError
		if !errors.As(err, &l) || l.What != strings.TrimSpace(what) || l.Value <= l.Max {
			t.Errorf("%s: %v", what, err)
		}
	}
	// The row limit that is named is the row limit: as many rows are read, and the message names the number.
	for text, rows := range map[string]int{"a\n1\n2\n": 2, "a\n1\n2": 2, "a\n1\n2\n3\n": 3, "a\n1\n2\n3": 3} {
		path := filepath.Join(t.TempDir(), "a.csv")
		write(t, path, text)
		for _, limit := range []int{rows - 1, rows} {
			d, err := Open(t.Context(), path, Options{Limits: Limits{Rows: limit}})
			if err == nil {
				err = d.Index(t.Context(), nil)
			}
			var l *LimitError
			if refused := errors.As(err, &l); refused != (limit < rows) || refused && (l.Max != int64(limit) || !strings.Contains(err.Error(), fmt.Sprintf("the limit is %d", limit))) || !refused && d.Snapshot().Rows() != rows {
				t.Errorf("%q with at most %d rows: %v", text, limit, err)
			}
			if d != nil {
				d.Close()
			}
		}
	}
	if _, err := Open(t.Context(), t.TempDir(), Options{}); err == nil {
		t.Error("a folder was opened")
	}
	if _, err := Open(t.Context(), filepath.Join(t.TempDir(), "none"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// The first rows are there before the rest was read; edits have to wait; readers run beside it all.
func TestFirstScreenWhileReading(t *testing.T) {
	var b strings.Builder
	b.WriteString("a,b\n")
	const rows = 200_000
	for i := range rows {
		fmt.Fprintf(&b, "%d,\"row %d\"\n", i, i)
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	write(t, path, b.String())
	d, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	first := d.Snapshot()
	if first.Rows() < 1000 || first.Rows() >= rows || first.Cell(999, 1) != "row 999" {
		t.Fatalf("%d rows", first.Rows())
	}
	if _, err := d.SetCells("", []Cell{{0, 0, "x"}}); !errors.Is(err, ErrIndexing) {
		t.Errorf("an edit: %v", err)
	}
	if err := d.Save(t.Context(), "", SaveOptions{}, nil); !errors.Is(err, ErrIndexing) {
		t.Errorf("a save: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Index(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				s := d.Snapshot()
				n := s.Rows() - 1
				if got := s.Cell(n, 1); got != fmt.Sprintf("row %d", n) {
					t.Errorf("row %d of a growing file: %q", n, got)
					return
				}
				_ = d.Dirty()
				_ = d.Dialect()
			}
		})
	}
	if err := d.Index(t.Context(), nil); err != nil {
		t.Error(err)
	}
	close(stop)
	wg.Wait()
	if d.Snapshot().Rows() != rows || first.Rows() >= rows {
		t.Errorf("%d rows", d.Snapshot().Rows())
	}
}

// One document is edited and saved while others read its snapshots.
func TestReadersBesideEditsAndSaves(t *testing.T) {
	d := open(t, "a,b\n"+strings.Repeat("1,2\n", 2000), Options{Journal: t.TempDir()})
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			s := d.Snapshot()
			err := s.ScanParallel(context.Background(), 2, 0, s.Rows(), func(_, _ int, _ RowID, cells [][]byte, _ []byte) error {
				if len(cells) != 2 {
					return errors.New("a row is torn")
				}
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	wg.Go(func() {
		for range 10 {
			if err := d.Save(context.Background(), "", SaveOptions{}, nil); err != nil {
				t.Error(err)
			}
		}
	})
	for i := range 200 {
		setCell(t, d, i*7%2000, i%2, fmt.Sprint("v", i))
		if i%10 == 9 {
			if _, err := d.Undo(); err != nil {
				t.Error(err)
			}
		}
	}
	close(stop)
	wg.Wait()
	want := modelOf(d.Snapshot())
	save(t, d)
	other := openPath(t, d.Path(), Options{})
	if !sameRows(modelOf(other.Snapshot()).rows, want.rows) {
		t.Error("the saved file is not the document")
	}
}

// The index costs less than a byte a row, so that 2 million rows take 2 MB.
func TestIndexIsSmall(t *testing.T) {
	const rows = 300_000
	d := open(t, "a,b\n"+strings.Repeat("\"device-0001.example.com\",\"Example\"\n", rows), Options{})
	x := &d.Snapshot().view.index
	if n := 8*cap(x.offs) + 4*cap(x.firsts); x.rows != rows || n > rows {
		t.Errorf("%d bytes for %d rows", n, x.rows)
	}
	// Long rows make blocks of fewer of them, so that one row never costs the reading of many.
	d = open(t, "a\n"+strings.Repeat(strings.Repeat("x", 10_000)+"\n", 100), Options{})
	x = &d.Snapshot().view.index
	for k := range x.offs {
		if from, to := x.extent(k); to-from > blockBytes+10_001 {
			t.Errorf("block %d has %d bytes", k, to-from)
		}
	}
}

func TestScanOrder(t *testing.T) {
	d := open(t, "a,b\n"+strings.Repeat("1,2\n", 50_000), Options{})
	if _, err := d.MoveRows([]RowID{49_999, 3, 4}, 0); err != nil {
		t.Fatal(err)
	}
	s := d.Snapshot()
	var mu sync.Mutex
	seen := make([]bool, s.Rows())
	err := s.ScanParallel(t.Context(), 3, 10, s.Rows(), func(w, i int, id RowID, _ [][]byte, raw []byte) error {
		mu.Lock()
		defer mu.Unlock()
		if seen[i] || s.ID(i) != id || string(raw) != "1,2" || w > 2 {
			return fmt.Errorf("row %d, %d, %q", i, id, raw)
		}
		seen[i] = true
		return nil
	})
	if err != nil || seen[9] || !seen[10] || !seen[49_999] {
		t.Error(err)
	}
	stop := errors.New("stop")
	if err := s.ScanParallel(t.Context(), 2, 0, s.Rows(), func(int, int, RowID, [][]byte, []byte) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// TestNoTable: what is no table is named instead of being opened as a table of signs.
func TestNoTable(t *testing.T) {
	h := "subject.common_name,subject.organization_name\r\nd1,A\r\n"
	for text, want := range map[string]string{
		`[{"subject.common_name": "d1"}]`: "a JSON text", "{\"a\": 1}\n{\"a\": 2}\n": "a JSON text",
		"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n":                         "a certification request",
		"\xEF\xBB\xBF-----BEGIN PRIVATE KEY-----\nMIIEvgIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n": "private key",
		"From: a@b\r\nSubject: x\r\nContent-Type: text/csv\r\n\r\n" + h:                                          "a mail",
	} {
		path := filepath.Join(t.TempDir(), "x.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if d, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v", text, err)
			if err == nil {
				_ = d.Close()
			}
		}
	}
	for _, text := range []string{h, "csr,x\n\"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\",1\n", "[a],b\n1,2\n", "Subject: x,y\n1,2\n"} {
		open(t, text, Options{})
	}
}

// TestDamagedUTF8: some broken bytes in UTF-8 are damage, and an encoding that looks like UTF-8 here and there is none.
func TestDamagedUTF8(t *testing.T) {
	for text, want := range map[string]Encoding{
		"a\nKöln\nMünchen\nK\xF6ln\n": UTF8, "a\n\xC9\xCF\xBA\xA3\xC9\xFA\xB2\xFA\xCF\xDF,\xC9\xEE\xDB\xDA\n": GB18030, "a\n\x8DH\x8F\xEA\x93\x8C\x8B\x9E\n": ShiftJIS,
		// Four of these ten characters look like UTF-8, and of a Chinese word in UTF-8 one byte is gone.
		"a\n\xC4\xB3\xC4\xB3\xB5\xE7\xD7\xD3\xB9\xC9\xB7\xDD\xD3\xD0\xCF\xDE\xB9\xAB\xCB\xBE\n": GB18030, "a\n某某电子\xE8\x82股份有限公司\n": UTF8,
	} {
		if e, _, _ := detectEncoding([]byte(text), true); e != want {
			t.Errorf("%q: %s", text, e)
		}
		// The same behind so much ASCII that only the end of the file decides.
		d := open(t, "a\n"+strings.Repeat("0123456789abcde\n", sampleBytes/16+1)+text[2:], Options{})
		if got := d.Dialect().Encoding; got != want {
			t.Errorf("%q at the end: %s", text, got)
		}
	}
}

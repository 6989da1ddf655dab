package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func checksum(s string) uint32 { return crc32.ChecksumIEEE([]byte(s)) }

// many forges n small entries with contents of their own.
func many(n int, deflate bool) []byte {
	f := forgery{parts: make([]part, n), zip64: n > 0xffff}
	for i := range f.parts {
		f.parts[i] = part{name: fmt.Sprintf("device-%06d.csr", i), text: manyText(i), deflate: deflate}
	}
	return f.bytes()
}

func manyText(i int) string { return strings.Repeat(fmt.Sprintf("%06d ", i), 50) }

func TestReadEntryReusesMemory(t *testing.T) {
	z := mustOpen(t, many(2, true))
	buf := make([]byte, 3, 1000)
	got, err := z.ReadEntry(1, buf)
	if err != nil || string(got) != manyText(1) || &got[0] != &buf[0] {
		t.Errorf("%q, %v; want entry 1 in the memory that was given", got, err)
	}
	if got, err := z.ReadEntry(0, make([]byte, 0, 10)); err != nil || string(got) != manyText(0) {
		t.Errorf("%q, %v; want entry 0 in new memory", got, err)
	}
}

func TestConcurrentReaders(t *testing.T) {
	const n = 400
	z := mustOpen(t, many(n, true))
	var wg sync.WaitGroup
	for w := range 6 {
		wg.Go(func() {
			var buf []byte
			var err error
			for i := w % 3; i < n; i += 3 {
				if buf, err = z.ReadEntry(i, buf); err != nil || string(buf) != manyText(i) {
					t.Errorf("entry %d: %q, %v", i, buf, err)
					return
				}
				if e, err := z.Entry(i); err != nil || e.Size != int64(len(buf)) {
					t.Errorf("entry %d: %+v, %v", i, e, err)
				}
			}
		})
	}
	wg.Wait()
}

// Large entries go through the stream even in ReadEntry.
func TestLargeEntries(t *testing.T) {
	text := noise(wholeMax + 5000) // does not shrink, so its extent is above what is read in one piece
	for _, deflate := range []bool{false, true} {
		for _, descriptor := range []string{"", "12", "16", "20", "24"} {
			f := forgery{parts: []part{{name: "large", text: text, deflate: deflate, descriptor: descriptor}, {name: "next", text: "next"}}}
			z := mustOpen(t, f.bytes())
			b, err := z.ReadEntry(0, nil)
			if err != nil || string(b) != text {
				t.Errorf("deflate %t, descriptor %q: %d bytes, %v", deflate, descriptor, len(b), err)
			}
			if err := z.Verify(context.Background(), nil); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestLargeEntriesDamaged(t *testing.T) {
	text := noise(wholeMax + 5000) // does not shrink, so its extent is above what is read in one piece
	for _, c := range []struct {
		p    part
		want string
	}{
		{part{local: func(h []byte) { h[14]++ }, directory: func(h []byte) { h[16]++ }}, "CRC-32 is wrong"},
		{part{gap: "junk"}, "4 bytes that belong to nothing"},
		{part{gap: strings.Repeat("junk", 100)}, "400 bytes that belong to nothing"},
		{part{deflate: true, packedTail: "junk"}, "something follows its end"},
		{part{deflate: true, local: func(h []byte) { h[22]++ }, directory: func(h []byte) { h[24]++ }}, "unexpected EOF"},
		{part{deflate: true, local: func(h []byte) { h[23]-- }, directory: func(h []byte) { h[25]-- }}, "longer than declared"},
		{part{deflate: true, descriptor: "16", foot: func(d []byte) { d[8]++ }}, "descriptor differs"},
		{part{local: func(h []byte) { h[29] = 0xff }, text: strings.Repeat("x", 1<<21)}, "its local header differs"},
	} {
		c.p.name = "large"
		if c.p.text == "" {
			c.p.text = text
		}
		z := mustOpen(t, forgery{parts: []part{c.p, {name: "next", text: "next"}}}.bytes())
		_, err := z.ReadEntry(0, nil)
		if c.p.local != nil && strings.Contains(c.want, "local header") {
			if err == nil {
				t.Errorf("%s: accepted", c.want)
			}
			continue
		}
		refused(t, "ReadEntry", err, c.want)
		refused(t, "Verify", z.Verify(context.Background(), nil), c.want)
	}
}

func TestStreamAfterClose(t *testing.T) {
	z := mustOpen(t, many(1, true))
	r, err := z.Open(0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("read after Close: %v", err)
	}
}

// failing fails all reads beyond some offset, as a bad disk or a lost share does.
type failing struct {
	*bytes.Reader
	from int64
}

var errDisk = errors.New("the disk is gone")

// ReadAt hides that of the bytes.Reader.
func (f *failing) ReadAt(b []byte, off int64) (int, error) {
	if f.from >= 0 && off+int64(len(b)) > f.from {
		return 0, errDisk
	}
	return f.Reader.ReadAt(b, off)
}

func TestReadErrorsAreKept(t *testing.T) {
	data := forgery{parts: []part{{name: "small", text: "x"}, {name: "large", text: noise(2 << 20), deflate: true}}}.bytes()
	f := &failing{bytes.NewReader(data), -1}
	z, err := Open(f, int64(len(data)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	f.from = 1 << 20
	if _, err := z.ReadEntry(1, nil); !errors.Is(err, errDisk) {
		t.Errorf("a large entry: %v, want %v", err, errDisk)
	}
	f.from = 0
	if _, err := z.ReadEntry(0, nil); !errors.Is(err, errDisk) {
		t.Errorf("a small entry: %v, want %v", err, errDisk)
	}
	if _, err := Open(f, int64(len(data)), Limits{}); !errors.Is(err, errDisk) {
		t.Errorf("open: %v, want %v", err, errDisk)
	}
}

// Every prefix of an archive is refused or, in no case, read as something else.
func TestCutShort(t *testing.T) {
	data := forgery{parts: two, zip64: true, comment: "c"}.bytes()
	for n := range data {
		if _, err := open(data[:n], Limits{}); err == nil {
			t.Errorf("the first %d of %d bytes are accepted", n, len(data))
		}
	}
}

func TestVerifyReportsAndObeys(t *testing.T) {
	data := forgery{parts: []part{{name: "a", text: noise(1 << 20)}, {name: "b", text: noise(3 << 20), deflate: true}}}.bytes()
	z := mustOpen(t, data)
	var last, total int64
	calls := 0
	if err := z.Verify(context.Background(), func(d, n int64) {
		if d < last {
			t.Errorf("progress goes back from %d to %d", last, d)
		}
		last, total = d, n
		calls++
	}); err != nil {
		t.Fatal(err)
	}
	if last != total || total != z.end.directory || calls < 10 {
		t.Errorf("%d of %d after %d reports; want all of %d", last, total, calls, z.end.directory)
	}
	ctx, cancel := context.WithCancel(context.Background())
	err := z.Verify(ctx, func(d, _ int64) {
		if d > 2<<20 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled within an entry: %v", err)
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2026, 11, 23, 22, 40, 7, 0, time.UTC)
	ntfs := append(make([]byte, 4), 1, 0, 24, 0)
	ntfs = append(ntfs, longs(uint64(at.Unix()+11_644_473_600)*10_000_000, 0, 0)...)
	ut := le.AppendUint32([]byte{1}, uint32(at.Unix()))
	for _, c := range []struct {
		what  string
		extra []byte
		dos   [2]uint16
		want  time.Time
	}{
		{"DOS", nil, [2]uint16{22<<11 | 40<<5 | 3, 46<<9 | 11<<5 | 23}, at.Add(-time.Second)},
		{"no date", nil, [2]uint16{}, time.Time{}},
		{"UT", field(0x5455, ut), [2]uint16{}, at},
		{"NTFS", field(0x000a, ntfs), [2]uint16{}, at},
		{"both", append(field(0x5455, ut), field(0x000a, make([]byte, 32))...), [2]uint16{}, at},
		{"cut short", []byte{0x55, 0x54, 9, 0, 1}, [2]uint16{}, time.Time{}},
	} {
		p := part{name: "a", extra: c.extra, directory: func(h []byte) {
			le.PutUint16(h[12:], c.dos[0])
			le.PutUint16(h[14:], c.dos[1])
		}}
		z := mustOpen(t, forgery{parts: []part{p}}.bytes())
		if e, err := z.Entry(0); err != nil || !e.Modified.Equal(c.want) {
			t.Errorf("%s: %v, %v; want %v", c.what, e.Modified, err, c.want)
		}
	}
}

func TestModes(t *testing.T) {
	for _, c := range []struct {
		name     string
		host     byte
		external uint32
		want     fs.FileMode
	}{
		{"a", 3, 0o100640 << 16, 0o640},
		{"a/", 3, 0o040750<<16 | 0x10, fs.ModeDir | 0o750},
		{"a", 3, 0o120777 << 16, fs.ModeSymlink | 0o777},
		{"a", 3, 0o060600 << 16, fs.ModeIrregular | 0o600},
		{"a", 0, 0x20, 0o644},
		{"a", 0, 0x01, 0o444},
		{"a/", 0, 0x10, fs.ModeDir | 0o755},
		{"a", 0, 0o100600<<16 | 0x8000, 0o600}, // 7z
	} {
		z := mustOpen(t, forgery{parts: []part{{name: c.name, host: c.host, external: c.external}}}.bytes())
		if e, err := z.Entry(0); err != nil || e.Mode != c.want {
			t.Errorf("%q %#x: %v, %v; want %v", c.name, c.external, e.Mode, err, c.want)
		}
	}
}

// An open directory costs at most 100 bytes an entry.
func TestDirectoryMemory(t *testing.T) {
	const n = 100_000
	data := many(n, false)
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	z := mustOpen(t, data)
	used := int64(heap()) - int64(before)
	t.Logf("%d bytes an entry", used/n)
	if used/n > 100 {
		t.Errorf("%d bytes an entry, want at most 100", used/n)
	}
	if e, err := z.Entry(n - 1); err != nil || e.Name != "device-099999.csr" {
		t.Errorf("last entry %+v, %v", e, err)
	}
	runtime.KeepAlive(data)
}

// BenchmarkReadEntry reads entries that pack like a P-256 CSR in PEM: about 400 bytes, little of it repeated.
func BenchmarkReadEntry(b *testing.B) {
	const n = 10_000
	random := noise(n * 285)
	f := forgery{parts: make([]part, n)}
	for i := range f.parts {
		body := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: []byte(random[i*285:][:228+i%46])}))
		f.parts[i] = part{name: fmt.Sprintf("device-%06d.csr", i), text: body, deflate: true}
	}
	z := mustOpen(b, f.bytes())
	var buf []byte
	var err error
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if buf, err = z.ReadEntry(i%n, buf); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	data := many(100_000, false)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := open(data, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestBackslashFolder: an empty entry whose name ends in a backslash is the folder of a Windows tool.
func TestBackslashFolder(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{`a\`, `a\b\`, "c/"} {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	full, err := w.Create(`d\`)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = full.Write([]byte("x"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, true, true, false} {
		if e, err := z.Entry(i); err != nil || e.IsDir != want {
			t.Errorf("%q: folder %v, want %v (%v)", e.Name, e.IsDir, want, err)
		}
	}
}

package practice

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"testing"

	"enrollbench/core/archive"
)

// A result with more entries than a plain ZIP can have is read by the standard library, by core/archive and by unzip.
func TestManyEntries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "many.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const n = 70_000
	var all bytes.Buffer
	z := &container{w: &all}
	p := newPacker()
	for i := range n {
		text := fmt.Appendf(nil, "certificate %d of many, many, many, many, many, many", i)
		var b bytes.Buffer
		one, err := p.pack(&b, text)
		if err != nil {
			t.Fatal(err)
		}
		if err := z.add(fmt.Sprintf("däv-%d.pem", i), one, b.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.finish(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(all.Bytes()); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(all.Bytes()), int64(all.Len()))
	if err != nil || len(r.File) != n || r.File[n-1].Name != "däv-69999.pem" || r.File[0].NonUTF8 {
		t.Fatalf("%v", err)
	}
	last, err := r.File[n-1].Open()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(last); err != nil || !bytes.HasPrefix(text, []byte("certificate 69999 ")) {
		t.Errorf("%q %v", text, err)
	}
	own, err := archive.Open(f, int64(all.Len()), archive.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := own.Verify(context.Background(), nil); err != nil || own.Len() != n {
		t.Errorf("%v, %d entries", err, own.Len())
	}
	needTools(t, "unzip")
	if said := in(t, "", "unzip", "-tqq", path); said != "" {
		t.Errorf("unzip: %s", said)
	}
}

// far counts what is written and keeps the end of it.
type far struct {
	n    int64
	tail []byte
}

func (f *far) Write(p []byte) (int, error) {
	f.n += int64(len(p))
	if len(p) < 1<<16 {
		f.tail = append(f.tail, p...)
	}
	return len(p), nil
}

// Entries beyond 4 GiB have their offset in ZIP64's field.
func TestFarEntries(t *testing.T) {
	var f far
	z := &container{w: &f}
	content := []byte("x")
	p := piece{size: 1, crc: crc32.ChecksumIEEE(content)}
	if err := z.add("near", p, content); err != nil {
		t.Fatal(err)
	}
	z.offset = 5 << 30 // as if much had been written
	if err := z.add("far", p, content); err != nil {
		t.Fatal(err)
	}
	if err := z.finish(); err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(f.tail, []byte("PK\x01\x02"))
	entry := f.tail[at:]
	le := binary.LittleEndian
	if le.Uint32(entry[42:]) != zipMax32 || string(entry[46:49]) != "far" || le.Uint16(entry[49:]) != 1 || le.Uint64(entry[53:]) != 5<<30 {
		t.Errorf("% x", entry[:61])
	}
	if !bytes.Contains(f.tail, []byte("PK\x06\x06")) || !bytes.Contains(f.tail, []byte("PK\x06\x07")) {
		t.Error("no records of ZIP64")
	}
	if err := z.add(string(make([]byte, 1<<16)), p, content); err == nil {
		t.Error("a name of 64 KiB is taken")
	}
}

// The spool gives back what it got, and shows none of it on the disk.
func TestSpool(t *testing.T) {
	dir := t.TempDir()
	s, err := newSpool(dir)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	for i := range 50_000 {
		fmt.Fprintf(&want, "secret %d ", i)
		fmt.Fprintf(s, "secret %d ", i)
	}
	var got bytes.Buffer
	if err := s.copyTo(&got); err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) || s.size != int64(want.Len()) {
		t.Errorf("%v, %d bytes", err, got.Len())
	}
	data, err := os.ReadFile(s.file.Name())
	if err != nil || len(data) != want.Len() || bytes.Contains(data, []byte("secret")) {
		t.Errorf("%v: the spool shows what it holds", err)
	}
	if err := s.remove(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
}

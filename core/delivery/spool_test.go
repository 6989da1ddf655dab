package delivery

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func TestSpool(t *testing.T) {
	for _, size := range []int{0, 1, 15, spoolChunk - 1, spoolChunk, spoolChunk + 1, 3*spoolChunk + 17} {
		data := make([]byte, size)
		if _, err := rand.Read(data); err != nil {
			t.Fatal(err)
		}
		s, err := newSpool(t.TempDir(), t.TempDir(), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		for rest := data; len(rest) > 0; {
			n := min(len(rest), 1+mathrand.IntN(40_000))
			if _, err := s.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := s.finish(); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				back, err := io.ReadAll(io.NewSectionReader(s, 0, s.size))
				if err != nil || !bytes.Equal(back, data) {
					t.Errorf("size %d: %d octets, %v", size, len(back), err)
				}
				for range 50 {
					from := mathrand.IntN(size + 1)
					part := make([]byte, mathrand.IntN(size-from+1))
					if _, err := s.ReadAt(part, int64(from)); err != nil || !bytes.Equal(part, data[from:from+len(part)]) {
						t.Errorf("size %d, %d octets at %d: %v", size, len(part), from, err)
					}
				}
			})
		}
		wg.Wait()
		if n, err := s.ReadAt(make([]byte, 10), int64(size)); n != 0 || err != io.EOF {
			t.Errorf("read at the end: %d, %v", n, err)
		}
		if _, err := s.ReadAt(make([]byte, 1), -1); err == nil {
			t.Error("a negative offset is read")
		}
		if _, err := s.Write([]byte("x")); err == nil {
			t.Error("written after the end")
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSpoolHoldsNoPlaintextAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s, err := newSpool(dir, t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	secret := bytes.Repeat([]byte("a private key.. "), 20_000)
	if _, err := s.Write(secret); err != nil {
		t.Fatal(err)
	}
	if err := s.finish(); err != nil {
		t.Fatal(err)
	}
	disk := make([]byte, len(secret))
	if _, err := s.f.ReadAt(disk, 0); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(disk, secret[:16]) {
		t.Error("plaintext lies on the disk")
	}
	// Equal chunks of plaintext do not look equal.
	if bytes.Equal(disk[:1000], disk[spoolChunk+16:spoolChunk+1016]) {
		t.Error("two chunks have one nonce")
	}
	// A changed file is noticed, in each chunk.
	for _, at := range []int64{0, 5, spoolChunk + 16, int64(len(secret))} {
		var b [1]byte
		if _, err := s.f.ReadAt(b[:], at); err != nil {
			t.Fatal(err)
		}
		b[0] ^= 1
		if _, err := s.f.WriteAt(b[:], at); err != nil {
			t.Fatal(err)
		}
	}
	for chunk := range int64(2) {
		if _, err := s.ReadAt(make([]byte, 100), chunk*spoolChunk); err == nil {
			t.Errorf("chunk %d was changed and is read", chunk)
		}
	}
	if _, err := newSpool(filepath.Join(dir, "none"), t.TempDir(), 1); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
		t.Errorf("%v is left", list)
	}
}

func TestSpoolLimit(t *testing.T) {
	s, err := newSpool(t.TempDir(), t.TempDir(), 100)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Write(make([]byte, 100)); err != nil {
		t.Error(err)
	}
	if _, err := s.Write(make([]byte, 1)); !errors.Is(err, errSpoolLimit) {
		t.Errorf("%v", err)
	}
	l := mustLine(t, rsaLine)
	if _, err := openResult(t, l.seal(t, make([]byte, 5000), true), OpenRequest{Opener: l.opener, Limits: Limits{Payload: 4000}}); !errors.Is(err, errSpoolLimit) {
		t.Errorf("%v", err)
	}
}

// closing is a seal that remembers whether it was ended.
type closing struct {
	bytes.Buffer
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

// The second pass of a handover compares the hash of what it re-seals with that of the first: a spool that changed in between is an
// error, and the message is not left open.
func TestResealComparesTheHash(t *testing.T) {
	s, err := newSpool(t.TempDir(), t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Write([]byte("keys of the first pass")); err != nil {
		t.Fatal(err)
	}
	if err := s.finish(); err != nil {
		t.Fatal(err)
	}
	sealed := &closing{}
	seal := func(io.Writer, int64) (io.WriteCloser, error) { return sealed, nil }
	if err := reseal(t.Context(), io.Discard, s, seal, nil); err != nil || sealed.String() != "keys of the first pass" || !sealed.closed {
		t.Fatalf("%q, closed %v, %v", sealed.String(), sealed.closed, err)
	}
	s.sum[0] ^= 1
	sealed = &closing{}
	if err := reseal(t.Context(), io.Discard, s, seal, nil); !errors.Is(err, ErrChanged) || !sealed.closed {
		t.Errorf("closed %v, %v", sealed.closed, err)
	}
}

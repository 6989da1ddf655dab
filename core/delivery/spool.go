package delivery

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"sync"

	"enrollbench/core/osfile"
)

// spoolChunk is the plaintext of one chunk: what archive reads at a time.
const spoolChunk = 64 << 10

// spool holds plaintext that must not touch the disk: a temporary file, encrypted in chunks by AES-256-GCM under a key
// that exists in memory only. It is written once from front to end, then read at random, also by several goroutines.
// Where the system allows it the file has no name from the start, so that not even the ciphertext survives a crash.
//
// A chunk's nonce is its number, which is never used twice because a chunk is never written twice.
type spool struct {
	f     *os.File
	trace *trace // where the file still has a name
	aead  cipher.AEAD
	size  int64 // of the plaintext
	max   int64
	tail  []byte // plaintext of the chunk that is being filled
	seal  []byte
	done  bool
	hash  hash.Hash
	sum   [32]byte  // SHA-256 of the plaintext, after finish
	cache sync.Pool // of *chunk
}

// chunk is one decrypted chunk, kept because reads come in order.
type chunk struct {
	index int64 // -1 if it holds nothing
	buf   []byte
	plain []byte // within buf
}

// errSpoolLimit is where a result is larger than the limit.
var errSpoolLimit = errors.New("its content is larger than the limit")

// newSpool creates the file in dir, the system's folder for temporaries if that is "". max bounds the plaintext.
func newSpool(dir, traces string, max int64) (*spool, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	var random [40]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(random[:32])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, spoolPrefix+hex.EncodeToString(random[32:])+spoolSuffix)
	clear(random[:])
	f, err := osfile.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot create a temporary file: %w", err)
	}
	s := &spool{f: f, aead: aead, max: max, hash: sha256.New(), tail: make([]byte, 0, spoolChunk), seal: make([]byte, 0, spoolChunk+aead.Overhead())}
	if os.Remove(name) != nil { // Windows keeps the name while the file is open
		if s.trace, err = newTrace(traces, name); err != nil {
			return nil, errors.Join(err, f.Close(), os.Remove(name))
		}
	}
	s.cache.New = func() any { return &chunk{index: -1, buf: make([]byte, 0, spoolChunk+aead.Overhead())} }
	return s, nil
}

// Write appends plaintext.
func (s *spool) Write(p []byte) (int, error) {
	if s.done {
		return 0, os.ErrClosed
	}
	if s.size+int64(len(p)) > s.max {
		return 0, fmt.Errorf("%w of %d bytes", errSpoolLimit, s.max)
	}
	n := len(p)
	s.hash.Write(p)
	for len(p) > 0 {
		k := min(len(p), spoolChunk-len(s.tail))
		s.tail = append(s.tail, p[:k]...)
		p = p[k:]
		s.size += int64(k)
		if len(s.tail) == spoolChunk {
			if err := s.flush(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (s *spool) flush() error {
	index := (s.size - 1) / spoolChunk
	out := s.aead.Seal(s.seal[:0], nonce(index), s.tail, nil)
	if _, err := s.f.WriteAt(out, index*int64(spoolChunk+s.aead.Overhead())); err != nil {
		return fmt.Errorf("cannot write to a temporary file: %w", err)
	}
	clear(s.tail)
	s.tail = s.tail[:0]
	return nil
}

// finish ends the writing; reading begins after it.
func (s *spool) finish() error {
	if len(s.tail) > 0 {
		if err := s.flush(); err != nil {
			return err
		}
	}
	s.done, s.tail, s.seal = true, nil, nil
	s.hash.Sum(s.sum[:0])
	return nil
}

func nonce(index int64) []byte {
	n := make([]byte, 12)
	binary.BigEndian.PutUint64(n[4:], uint64(index)) // #nosec G115 -- not negative
	return n
}

// ReadAt reads plaintext, see io.ReaderAt. It is safe for concurrent use once finish was called.
func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	n := 0
	for n < len(p) {
		if off+int64(n) >= s.size {
			return n, io.EOF
		}
		k, err := s.readChunk(p[n:], off+int64(n))
		n += k
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (s *spool) readChunk(p []byte, off int64) (int, error) {
	index := off / spoolChunk
	c := s.cache.Get().(*chunk)
	defer s.cache.Put(c)
	if c.index != index {
		c.index = -1
		length := min(spoolChunk, s.size-index*spoolChunk)
		sealed := c.buf[:length+int64(s.aead.Overhead())]
		if _, err := s.f.ReadAt(sealed, index*int64(spoolChunk+s.aead.Overhead())); err != nil {
			return 0, fmt.Errorf("cannot read back a temporary file: %w", err)
		}
		plain, err := s.aead.Open(sealed[:0], nonce(index), sealed, nil)
		if err != nil {
			return 0, errors.New("a temporary file was changed while it was in use")
		}
		c.index, c.plain = index, plain
	}
	return copy(p, c.plain[off-index*spoolChunk:]), nil
}

// Close removes the file. What is left of it on the disk cannot be read by anybody: the key goes with this object.
func (s *spool) Close() error {
	clear(s.tail)
	s.done = true
	name := s.f.Name()
	err := s.f.Close()
	if s.trace != nil {
		err = errors.Join(err, os.Remove(name), s.trace.done())
	}
	return err
}

const (
	spoolPrefix = ".enrollbench-"
	spoolSuffix = ".tmp"
)

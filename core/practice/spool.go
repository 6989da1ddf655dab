package practice

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"

	"enrollbench/core/osfile"
)

// spoolPattern is what the spools of a job are called.
const spoolPattern = "spool-*"

// spool holds plaintext until its length is known, which DER has to have at its head. It lies on the disk under a key that
// exists in memory only.
type spool struct {
	file   *os.File
	buffer *bufio.Writer
	block  cipher.Block
	start  [aes.BlockSize]byte // of the counter
	size   int64
}

func newSpool(folder string) (*spool, error) {
	s := new(spool)
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return nil, err
	}
	if _, err := rand.Read(s.start[:]); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key[:])
	clear(key[:])
	if err != nil {
		return nil, err
	}
	s.block = block
	if s.file, err = osfile.CreateTemp(folder, spoolPattern); err != nil {
		return nil, err
	}
	s.buffer = bufio.NewWriterSize(cipher.StreamWriter{S: s.stream(), W: s.file}, 256<<10)
	return s, nil
}

func (s *spool) stream() cipher.Stream { return cipher.NewCTR(s.block, s.start[:]) }

func (s *spool) Write(p []byte) (int, error) {
	n, err := s.buffer.Write(p)
	s.size += int64(n)
	return n, err
}

// copyTo delivers what was written.
func (s *spool) copyTo(w io.Writer) error {
	if err := s.buffer.Flush(); err != nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	plain := cipher.StreamReader{S: s.stream(), R: s.file}
	buffer := make([]byte, 256<<10)
	defer clear(buffer)
	_, err := io.CopyBuffer(struct{ io.Writer }{w}, plain, buffer)
	return err
}

// remove takes the file away.
func (s *spool) remove() error {
	return errors.Join(s.file.Close(), os.Remove(filepath.Clean(s.file.Name())))
}

package csvdoc

import (
	"hash/crc32"
	"io"
	"io/fs"
	"os"
)

// identity tells whether a file is the one that it was: size and time where they agree, else its content.
type identity struct {
	Size    int64  `json:"size"`
	ModTime int64  `json:"mod_time"` // Unix, in nanoseconds
	Sum     uint32 `json:"sum"`      // CRC-32C of the content

	info fs.FileInfo // nil where the file was not seen by this document
}

// quick tells whether size and time agree, and whether it is the very file where that is known. Time alone is too
// coarse for two programs that write within one tick of the system's clock.
func (id identity) quick(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Size() == id.Size && info.ModTime().UnixNano() == id.ModTime &&
		(id.info == nil || os.SameFile(id.info, info))
}

// matches compares the content where size agrees and time does not: a copy, or a file that was touched.
func (id identity) matches(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() != id.Size {
		return false
	}
	if id.quick(info) {
		return true
	}
	sum, err := checksum(f, id.Size)
	return err == nil && sum == id.Sum
}

// identify reads a file; what cannot be read has a size that no file has.
func identify(path string) identity {
	f, err := os.Open(path)
	if err != nil {
		return identity{Size: -1}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return identity{Size: -1}
	}
	sum, err := checksum(f, info.Size())
	if err != nil {
		return identity{Size: -1}
	}
	return identity{Size: info.Size(), ModTime: info.ModTime().UnixNano(), Sum: sum, info: info}
}

// checksum reads size bytes.
func checksum(r io.ReaderAt, size int64) (uint32, error) {
	h := crc32.New(castagnoli)
	n, err := io.CopyBuffer(h, struct{ io.Reader }{io.NewSectionReader(r, 0, size)}, make([]byte, readAhead))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	return h.Sum32(), err
}

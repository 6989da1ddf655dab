package archive

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"slices"
	"sync"

	"github.com/klauspost/compress/flate"

	"enrollbench/core/progress"
)

// Methods, APPNOTE 4.4.5.
const (
	methodStore   = 0
	methodDeflate = 8
)

// Sizes of reading.
const (
	window   = 1 << 16 // what one pread takes at least: about 130 P-256 CSRs
	wholeMax = 1 << 20 // entries up to this extent are read in one piece
)

// scratch is what reading an entry needs and what the next one may use again.
type scratch struct {
	buf     []byte // bytes of the archive, from offset off
	off     int64
	packed  bytes.Reader
	inflate io.ReadCloser // also a flate.Resetter; nil until needed
	more    [1]byte       // to look past the end: here, because a local one would be garbage of every entry
}

// view returns the n bytes at off, from what was read before if they are in it. Entries read in order share a pread.
func (s *scratch) view(z *Reader, off, n int64) ([]byte, error) {
	if off < s.off || off+n > s.off+int64(len(s.buf)) {
		want := min(max(n, window), z.end.directory-off)
		s.buf, s.off = slices.Grow(s.buf[:0], int(want))[:want], off
		if err := readFull(z.r, s.buf, off); err != nil {
			s.buf = s.buf[:0]
			return nil, err
		}
	}
	return s.buf[off-s.off:][:n:n], nil
}

// readable refuses what we cannot unpack.
func (z *Reader) readable(i int) error {
	rec := &z.records[i]
	switch {
	case rec.flags&(flagEncrypted|flagStrong|flagMasked) != 0:
		return z.entryError(i, nil, "it is encrypted; unpack it with its password and give the files")
	case rec.flags&flagPatched != 0:
		return z.entryError(i, nil, "it holds a patch, not a file")
	case rec.method != methodStore && rec.method != methodDeflate:
		return z.entryError(i, nil, "it is packed by method %d (%s); only store and deflate are read: make the ZIP again",
			rec.method, methodName(rec.method))
	}
	return nil
}

func methodName(m uint16) string {
	switch m {
	case 1:
		return "shrink"
	case 6:
		return "implode"
	case 9:
		return "deflate64"
	case 12:
		return "bzip2"
	case 14:
		return "LZMA"
	case 93, 20:
		return "Zstandard"
	case 95:
		return "xz"
	case 98:
		return "PPMd"
	case 99:
		return "AES encryption"
	}
	return "unknown"
}

// ReadEntry returns the whole content of entry i in buf's memory, or in new memory where its capacity is too small
// (buf may be nil). It checks local header, size and CRC-32 before it returns a byte. Reading entries in the order of
// the archive is fastest: one read of the file serves many small ones.
func (z *Reader) ReadEntry(i int, buf []byte) ([]byte, error) {
	if err := z.readable(i); err != nil {
		return nil, err
	}
	rec := &z.records[i]
	extent := z.limit(i) - rec.header
	if rec.size > math.MaxInt {
		return nil, z.entryError(i, nil, "its %d bytes are too many for the memory of this program: read it as a stream", rec.size)
	}
	buf = slices.Grow(buf[:0], int(rec.size))[:rec.size]
	if extent > wholeMax {
		return z.readStream(i, buf)
	}
	s, _ := z.scratch.Get().(*scratch)
	if s == nil {
		s = new(scratch)
	}
	defer z.scratch.Put(s)
	raw, err := s.view(z, rec.header, extent)
	if err != nil {
		return nil, err
	}
	data := lenLocal + int64(le.Uint16(raw[26:])) + int64(le.Uint16(raw[28:]))
	if data+rec.compressed > extent {
		return nil, z.entryError(i, nil, "its local header reaches into the next entry")
	}
	if err := z.checkLocal(i, raw[:data]); err != nil {
		return nil, err
	}
	if err := z.checkTail(i, raw[data+rec.compressed:]); err != nil {
		return nil, err
	}
	packed := raw[data : data+rec.compressed]
	if rec.method == methodStore {
		copy(buf, packed)
	} else if err := s.inflateInto(buf, packed); err != nil {
		return nil, z.entryError(i, err, "its packed data is damaged")
	}
	if crc32.ChecksumIEEE(buf) != rec.crc {
		return nil, z.entryError(i, nil, "its CRC-32 is wrong: it is damaged")
	}
	return buf, nil
}

// Reasons for which packed data is damaged.
var (
	errTooLong = errors.New("it is longer than declared")
	errJunk    = errors.New("something follows its end")
)

// inflateInto unpacks data, which must fill buf exactly and end with its last byte.
func (s *scratch) inflateInto(buf, data []byte) error {
	s.packed.Reset(data)
	if s.inflate == nil {
		s.inflate = flate.NewReader(&s.packed)
	} else if err := s.inflate.(flate.Resetter).Reset(&s.packed, nil); err != nil {
		return err
	}
	if _, err := io.ReadFull(s.inflate, buf); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	switch n, err := s.inflate.Read(s.more[:]); {
	case n > 0:
		return errTooLong
	case err != io.EOF:
		return err
	}
	if s.packed.Len() > 0 {
		return errJunk
	}
	return nil
}

func (z *Reader) readStream(i int, buf []byte) ([]byte, error) {
	r, err := z.Open(i)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, err
	}
	// The end of the stream is where size and CRC-32 are checked.
	var more [1]byte
	if _, err := r.Read(more[:]); err != io.EOF {
		return nil, err
	}
	return buf, nil
}

// Open returns the content of entry i as a stream. It never yields more than the declared size. A damaged entry fails
// at its end at the latest, instead of io.EOF: nothing read before may be relied on until then.
func (z *Reader) Open(i int) (io.ReadCloser, error) {
	if err := z.readable(i); err != nil {
		return nil, err
	}
	rec := &z.records[i]
	var head [lenLocal]byte
	if err := readFull(z.r, head[:], rec.header); err != nil {
		return nil, err
	}
	data := lenLocal + int64(le.Uint16(head[26:])) + int64(le.Uint16(head[28:]))
	rest := z.limit(i) - rec.header - data - rec.compressed
	if rest < 0 {
		return nil, z.entryError(i, nil, "its local header reaches into the next entry")
	}
	local := make([]byte, data)
	if err := readFull(z.r, local, rec.header); err != nil {
		return nil, err
	}
	if err := z.checkLocal(i, local); err != nil {
		return nil, err
	}
	if rest > 24 {
		return nil, z.entryError(i, nil, "%d bytes that belong to nothing follow it", rest)
	}
	tail := make([]byte, rest)
	if err := readFull(z.r, tail, rec.header+data+rec.compressed); err != nil {
		return nil, err
	}
	if err := z.checkTail(i, tail); err != nil {
		return nil, err
	}
	return z.newStream(i, rec.header+data), nil
}

// stream is an entry being read.
type stream struct {
	z       *Reader
	i       int
	packed  *bufio.Reader // over section
	section *io.SectionReader
	inflate io.ReadCloser // nil for a stored entry
	crc     uint32
	left    int64 // bytes still to come
	err     error // sticky, io.EOF included
}

// Pools of what a stream needs: 64 KiB and more each.
var (
	inflaters sync.Pool // of io.ReadCloser, also flate.Resetter
	buffers   sync.Pool // of *bufio.Reader
)

func (z *Reader) newStream(i int, data int64) *stream {
	rec := &z.records[i]
	s := &stream{z: z, i: i, section: io.NewSectionReader(z.r, data, rec.compressed), left: rec.size}
	if b, ok := buffers.Get().(*bufio.Reader); ok {
		b.Reset(s.section)
		s.packed = b
	} else {
		s.packed = bufio.NewReaderSize(s.section, 1<<16)
	}
	if rec.method == methodDeflate {
		if f, ok := inflaters.Get().(io.ReadCloser); ok {
			_ = f.(flate.Resetter).Reset(s.packed, nil) // without a dictionary it cannot fail
			s.inflate = f
		} else {
			s.inflate = flate.NewReader(s.packed)
		}
	}
	return s
}

func (s *stream) Read(b []byte) (int, error) {
	if s.err != nil || len(b) == 0 {
		return 0, s.err
	}
	if s.left == 0 {
		s.err = s.finish()
		return 0, s.err
	}
	if int64(len(b)) > s.left {
		b = b[:s.left]
	}
	var n int
	var err error
	if s.inflate != nil {
		n, err = s.inflate.Read(b)
	} else {
		n, err = s.packed.Read(b)
	}
	s.crc = crc32.Update(s.crc, crc32.IEEETable, b[:n])
	s.left -= int64(n)
	if err == io.EOF {
		err = nil
		if s.left > 0 {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil {
		s.err = s.z.entryError(s.i, err, "its packed data is damaged")
	}
	return n, s.err
}

// finish checks, after the last declared byte, that the data ends there too.
func (s *stream) finish() error {
	if s.inflate != nil {
		var more [1]byte
		n, err := s.inflate.Read(more[:])
		if n > 0 {
			err = errTooLong
		}
		if err != io.EOF {
			return s.z.entryError(s.i, err, "its packed data is damaged")
		}
	}
	if _, err := s.packed.ReadByte(); err != io.EOF {
		if err == nil {
			err = errJunk
		}
		return s.z.entryError(s.i, err, "its packed data is damaged")
	}
	if s.crc != s.z.records[s.i].crc {
		return s.z.entryError(s.i, nil, "its CRC-32 is wrong: it is damaged")
	}
	return io.EOF
}

// Close gives the buffers back. It may be called again.
func (s *stream) Close() error {
	if s.packed == nil {
		return nil
	}
	s.packed.Reset(nil)
	buffers.Put(s.packed)
	if s.inflate != nil {
		inflaters.Put(s.inflate)
	}
	s.packed, s.inflate, s.err = nil, nil, fs.ErrClosed
	return nil
}

// Verify reads every entry and checks local header, size and CRC-32, in the order of the file; it reports bytes of the
// archive. It returns the first violation.
func (z *Reader) Verify(ctx context.Context, report progress.Func) error {
	var buf []byte
	for k := range z.records {
		if err := ctx.Err(); err != nil {
			return err
		}
		i := z.at(k)
		rec := &z.records[i]
		report.Report(rec.header, z.end.directory)
		if z.limit(i)-rec.header <= wholeMax && rec.size <= wholeMax {
			b, err := z.ReadEntry(i, buf)
			if err != nil {
				return err
			}
			buf = b
			continue
		}
		if err := z.verifyStream(ctx, i, report); err != nil {
			return err
		}
	}
	report.Report(z.end.directory, z.end.directory)
	return nil
}

func (z *Reader) verifyStream(ctx context.Context, i int, report progress.Func) error {
	r, err := z.Open(i)
	if err != nil {
		return err
	}
	defer r.Close()
	s := r.(*stream)
	b := make([]byte, 1<<16)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := r.Read(b)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		at, _ := s.section.Seek(0, io.SeekCurrent)
		report.Report(z.records[i].header+at, z.end.directory)
	}
}

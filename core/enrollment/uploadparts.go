package enrollment

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/core/upload"
	"enrollbench/core/work"
)

// uploadLevel of klauspost's flate: CSVs repeat themselves, and the levels above win little for much time.
const uploadLevel = 6

// descriptorBytes follow the data of an entry whose size was not known before (APPNOTE 4.3.9).
const descriptorBytes = 16

// errSecondPart ends the writing of a single ZIP that would need another part.
var errSecondPart = errors.New("it does not fit into one file")

// deflateEnd is a last block that is empty (RFC 1951 §3.2.6), after blocks that were compressed one by one.
var deflateEnd = []byte{0x03, 0x00}

// uploadWriter writes the parts one after the other. Blocks of rows are quoted, and compressed, on all cores and put
// together in order: a deflate stream may end at the border of a byte after each block.
type uploadWriter struct {
	r      *Result
	out    *upload.Files
	zipped bool
	single bool // fail with errSecondPart instead of dividing

	header  block
	part    *upload.PartWriter // nil between two parts
	zip     *zip.Writer
	entry   *zip.FileHeader
	data    io.Writer
	crc     uint32
	plain   int64 // bytes of the CSV in this part
	packed  int64 // of them, compressed
	rows    int
	deflate *flate.Writer
}

// block is a run of rows.
type block struct {
	text   []byte
	ends   []int  // where each row ends in text
	packed []byte // text, deflated; nil for a CSV
}

const blockBytes = 1 << 20

// blocks keeps the memory of blocks for the next ones.
var blocks = sync.Pool{New: func() any { return &block{text: make([]byte, 0, blockBytes+blockBytes/8)} }}

// rowsPerBlock makes blocks of about a megabyte; small limits have smaller ones, so that a part comes near its limit.
func (w *uploadWriter) rowsPerBlock() int {
	rows := int64(max(1, w.r.snap.Rows()))
	bytesPerRow := max(1, w.r.size.All/rows)
	return int(max(1, min(blockBytes, max(w.out.Max()/32, 16<<10))/bytesPerRow)) // #nosec G115 -- at most 1 << 20
}

func (w *uploadWriter) write(ctx context.Context, report progress.Func) (err error) {
	if w.deflate, err = flate.NewWriter(io.Discard, uploadLevel); err != nil {
		return err
	}
	w.header.text = w.r.uploadHeader()
	if w.zipped {
		if w.header.packed, err = pack(w.deflate, w.header.text); err != nil {
			return err
		}
	}
	r := w.r
	step, rows := w.rowsPerBlock(), r.snap.Rows()
	left, q := r.leftOut, r.newQuoter()
	err = work.Ranges(ctx, r.p.opt.Workers, rows, step,
		func() work.Ranger[*block] {
			z, zipErr := flate.NewWriter(io.Discard, uploadLevel)
			return func(ctx context.Context, from, to int) (*block, error) {
				b := blocks.Get().(*block)
				b.text, b.ends, b.packed = b.text[:0], b.ends[:0], nil
				err := r.snap.ScanQuoted(ctx, from, to, func(_ int, id csvdoc.RowID, raw []byte, cells func() [][]byte) error {
					if left.has(id) {
						return nil
					}
					if raw != nil && q.asItIs(raw) {
						b.text = append(append(b.text, raw...), '\n')
					} else {
						b.text = q.append(b.text, cells())
					}
					b.ends = append(b.ends, len(b.text))
					return nil
				})
				if err == nil && w.zipped && len(b.text) > 0 {
					if err = zipErr; err == nil {
						b.packed, err = pack(z, b.text)
					}
				}
				return b, err
			}
		},
		func(to int, b *block) error {
			report.Report(int64(to), int64(rows))
			err := w.append(b)
			blocks.Put(b) // all of it was written
			return err
		})
	if err != nil {
		return err
	}
	return w.close()
}

// pack deflates a block so that another one can follow.
func pack(z *flate.Writer, text []byte) ([]byte, error) {
	buf := bytes.NewBuffer(make([]byte, 0, len(text)/2))
	z.Reset(buf)
	_, err := z.Write(text)
	err = errors.Join(err, z.Flush())
	return buf.Bytes(), err
}

// fits says whether a block with n bytes, compressed where that is meant, still fits into the part at hand.
func (w *uploadWriter) fits(n int) bool {
	if w.zipped {
		return w.packed+int64(n+len(deflateEnd)+descriptorBytes)+upload.EntryBytes(w.inner())+upload.EndBytes(1, w.packed) <= w.out.Max()
	}
	return w.plain+int64(n) <= w.out.Max()
}

// append adds a block, to further parts where this one is full.
func (w *uploadWriter) append(b *block) error {
	if len(b.ends) == 0 {
		return nil
	}
	if w.part == nil {
		if err := w.open(); err != nil {
			return err
		}
	}
	size := len(b.text)
	if w.zipped {
		size = len(b.packed)
	}
	switch {
	case w.fits(size):
		return w.put(b)
	case !w.zipped: // as many rows as fit
		n := 0
		for n < len(b.ends) && w.fits(b.ends[n]) {
			n++
		}
		if n > 0 {
			if err := w.put(&block{text: b.text[:b.ends[n-1]], ends: b.ends[:n]}); err != nil {
				return err
			}
		}
		return w.next(b, n)
	case len(b.ends) > 1 && (w.rows == 0 || int64(size) > w.out.Max()/32): // a part of it may fit
		half := len(b.ends) / 2
		for _, piece := range [2]block{b.slice(0, half), b.slice(half, len(b.ends))} {
			var err error
			if piece.packed, err = pack(w.deflate, piece.text); err == nil {
				err = w.append(&piece)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return w.next(b, 0)
}

// slice is rows [from, to) of a block, not compressed.
func (b *block) slice(from, to int) block {
	start := 0
	if from > 0 {
		start = b.ends[from-1]
	}
	out := block{text: b.text[start:b.ends[to-1]], ends: make([]int, 0, to-from)}
	for _, end := range b.ends[from:to] {
		out.ends = append(out.ends, end-start)
	}
	return out
}

// next goes on with row n of a block in another part.
func (w *uploadWriter) next(b *block, n int) error {
	if w.single {
		return errSecondPart
	}
	if w.rows == 0 {
		one := b.slice(n, n+1)
		return fmt.Errorf("a row of %d bytes and the header do not fit into a part of %d", len(one.text), w.out.Max())
	}
	if err := w.close(); err != nil {
		return err
	}
	if n == len(b.ends) {
		return nil
	}
	rest := *b
	if n > 0 {
		rest = b.slice(n, len(b.ends))
	}
	return w.append(&rest)
}

// inner is the name of the CSV within a ZIP.
func (w *uploadWriter) inner() string { return w.out.Stem() + ".csv" }

func (w *uploadWriter) open() (err error) {
	if w.part, err = w.out.NextPart(); err != nil {
		return err
	}
	w.crc, w.plain, w.packed, w.rows = 0, 0, 0, 0
	w.data = w.part
	if w.zipped {
		w.zip = zip.NewWriter(w.part)
		w.entry = upload.ZIPEntry(w.inner(), zip.Deflate)
		w.entry.Flags |= 0x8 // sizes and checksum follow the data (APPNOTE 4.3.9), so that nothing has to be kept
		if w.data, err = w.zip.CreateRaw(w.entry); err != nil {
			return err
		}
	}
	return w.put(&w.header)
}

func (w *uploadWriter) put(b *block) error {
	bytes := b.text
	if w.zipped {
		bytes = b.packed
		w.crc = crc32.Update(w.crc, crc32.IEEETable, b.text)
	}
	w.plain += int64(len(b.text))
	w.packed += int64(len(b.packed))
	w.rows += len(b.ends)
	if _, err := w.data.Write(bytes); err != nil {
		return fmt.Errorf("cannot write the upload: %w", err)
	}
	return nil
}

func (w *uploadWriter) close() error {
	var err error
	if w.zipped {
		_, err = w.data.Write(deflateEnd)
		packed, plain := uint64(w.packed)+uint64(len(deflateEnd)), uint64(w.plain) // #nosec G115 -- sizes
		w.entry.CRC32, w.entry.CompressedSize64, w.entry.UncompressedSize64 = w.crc, packed, plain
		//lint:ignore SA1019 a data descriptor below 4 GB is written from these two
		w.entry.CompressedSize, w.entry.UncompressedSize = uint32(min(packed, 1<<32-1)), uint32(min(plain, 1<<32-1)) // #nosec G115 -- bounded
		err = errors.Join(err, w.zip.Close())
	}
	err = errors.Join(err, w.part.Close(w.rows))
	w.part = nil
	return err
}

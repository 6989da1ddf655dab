package csr

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"

	"enrollbench/core/archive"
	"enrollbench/core/atomicfile"
	"enrollbench/core/progress"
	"enrollbench/core/work"
)

// What a ZIP spends on an entry besides its data: the local header and the directory's record without the name, which
// stands in both (APPNOTE 4.3.7, 4.3.12); at the end of the directory (4.3.16), with ZIP64's records (4.3.14, 4.3.15).
const (
	zipLocalBytes     = 30
	zipDirectoryBytes = 46
	zipEndBytes       = 22
	zipEnd64Bytes     = 56 + 20
	zip64Entries      = 0xFFFF
)

// packed is a batch of entries, compressed and ready to be appended.
type packed struct {
	data  []byte // one after the other
	items []packedItem
}

type packedItem struct {
	at     int // index in the bundle's order
	end    int // in data
	crc    uint32
	size   int // of the PEM
	method uint16
}

// packer loads, compares and compresses; each worker has one.
type packer struct {
	loader *loader
	flate  *flate.Writer
	pem    []byte
}

// Close lets go of what it reads from.
func (p *packer) Close() error {
	p.loader.close()
	return nil
}

var packedPool = sync.Pool{New: func() any { return new(packed) }}

func (p *packer) pack(files []named, first int) (*packed, error) {
	out := packedPool.Get().(*packed)
	*out = packed{data: out.data[:0], items: out.items[:0]}
	buf := bytes.NewBuffer(out.data)
	for i := range files {
		der, err := p.loader.load(files[i].entry)
		if err != nil {
			return out, err
		}
		p.pem = AppendPEM(p.pem[:0], der)
		start := buf.Len()
		method := zip.Deflate
		p.flate.Reset(buf)
		if _, err = p.flate.Write(p.pem); err == nil {
			err = p.flate.Close()
		}
		if err != nil { // memory is all that is written to here
			return out, err
		}
		if buf.Len()-start >= len(p.pem) {
			buf.Truncate(start)
			buf.Write(p.pem)
			method = zip.Store
		}
		out.items = append(out.items, packedItem{at: first + i, end: buf.Len(), crc: crc32.ChecksumIEEE(p.pem), size: len(p.pem), method: method})
	}
	out.data = buf.Bytes()
	return out, nil
}

// bundleWriter writes the parts one after the other, and then what stands beside them.
type bundleWriter struct {
	set    *atomicfile.Set
	opt    BundleOptions
	stem   string
	names  []string // every final name
	partOf []int32  // of each file in the bundle's order
	result BundleResult

	file *atomicfile.SetFile
	sum  hash.Hash
	size countWriter
	zip  *zip.Writer
	used int64 // of the part so far, without its end records
	held int
}

type countWriter struct {
	w io.Writer
	n int64
}

func (c *countWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// writeParts loads and compresses on all cores and writes in order.
func (w *bundleWriter) writeParts(ctx context.Context, files []named, report progress.Func) error {
	entries := make([]*Entry, len(files))
	for i := range files {
		entries[i] = files[i].entry
	}
	pool, err := newSpool(entries)
	if err != nil {
		return err
	}
	defer pool.close()
	zips := newOpenZIPs()
	defer zips.close()
	w.partOf = make([]int32, len(files))
	total := int64(len(files))
	err = work.Ordered(ctx, 0,
		func(int) *packer {
			f, _ := flate.NewWriter(io.Discard, deflateLevel) // fails for an unknown level only
			return &packer{loader: &loader{pool: pool, zips: zips}, flate: f}
		},
		func(ctx context.Context, send func(func(*packer) (*packed, error)) error) error {
			for first := 0; first < len(files); first += batchSize {
				if err := ctx.Err(); err != nil {
					return err
				}
				run := files[first:min(first+batchSize, len(files))]
				if err := send(func(p *packer) (*packed, error) { return p.pack(run, first) }); err != nil {
					return err
				}
			}
			return nil
		},
		func(b *packed) error {
			defer packedPool.Put(b)
			from := 0
			for _, it := range b.items {
				if err := w.append(files[it.at].name, it, b.data[from:it.end]); err != nil {
					return err
				}
				from = it.end
			}
			report.Report(int64(b.items[len(b.items)-1].at+1), total)
			return nil
		})
	if err != nil {
		return err
	}
	return w.finish()
}

// append adds one entry, to the next part where this one would pass a limit.
func (w *bundleWriter) append(name string, it packedItem, data []byte) error {
	cost := int64(zipLocalBytes + zipDirectoryBytes + 2*len(name) + len(data))
	if w.zip != nil && (w.held >= w.opt.MaxEntries || w.used+cost+endBytes(w.held+1, w.used+cost) > w.opt.MaxBytes) {
		if err := w.closePart(); err != nil {
			return err
		}
	}
	if w.zip == nil {
		if cost+zipEndBytes > w.opt.MaxBytes {
			return fmt.Errorf("%q alone takes %d bytes, and the limit for a part is %d", name, cost+zipEndBytes, w.opt.MaxBytes)
		}
		if err := w.openPart(); err != nil {
			return err
		}
	}
	h := &zip.FileHeader{
		Name: name, Method: it.method, CRC32: it.crc,
		CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(it.size),
	}
	//lint:ignore SA1019 a raw header has no other way to 1 January 1980, the earliest that ZIP knows: a true time would make equal input differ
	h.ModifiedDate = 1<<5 | 1
	h.SetMode(0o644)
	out, err := w.zip.CreateRaw(h)
	if err == nil {
		_, err = out.Write(data)
	}
	if err != nil {
		return fmt.Errorf("cannot write the bundle: %w", err)
	}
	w.used += cost
	w.held++
	w.partOf[it.at] = int32(len(w.result.Parts) + 1)
	return nil
}

// endBytes is what the end of a ZIP takes with so many entries and so many bytes before it.
func endBytes(entries int, used int64) int64 {
	if entries >= zip64Entries || used >= 1<<32-1 {
		return zipEndBytes + zipEnd64Bytes
	}
	return zipEndBytes
}

func (w *bundleWriter) partName(n int) string { return fmt.Sprintf("%s-part%d.zip", w.stem, n) }

func (w *bundleWriter) openPart() error {
	f, err := w.set.Create(w.partName(len(w.result.Parts) + 1))
	if err != nil {
		return err
	}
	w.file, w.sum = f, sha256.New()
	w.size = countWriter{w: io.MultiWriter(f, w.sum)}
	w.zip, w.used, w.held = zip.NewWriter(&w.size), 0, 0
	return nil
}

func (w *bundleWriter) closePart() error {
	if err := errors.Join(w.zip.Close(), w.file.Close()); err != nil {
		return fmt.Errorf("cannot write the bundle: %w", err)
	}
	if w.size.n > w.opt.MaxBytes {
		return fmt.Errorf("a part came to %d bytes, beyond the limit of %d", w.size.n, w.opt.MaxBytes)
	}
	w.result.Parts = append(w.result.Parts, Part{
		File: w.partName(len(w.result.Parts) + 1), Bytes: w.size.n, Entries: w.held, SHA256: hex.EncodeToString(w.sum.Sum(nil)),
	})
	w.zip, w.file = nil, nil
	return nil
}

// finish closes the last part and gives a single one the plain name.
func (w *bundleWriter) finish() error {
	if err := w.closePart(); err != nil {
		return err
	}
	if len(w.result.Parts) == 1 {
		plain := w.stem + ".zip"
		if err := w.set.Rename(w.result.Parts[0].File, plain); err != nil {
			return err
		}
		w.result.Parts[0].File = plain
	}
	for _, p := range w.result.Parts {
		w.names = append(w.names, p.File)
	}
	return nil
}

// openZIPs shares the opened ZIPs of a bundle among its workers, so that a directory of half a million entries is read
// once. It keeps at most maxOpenZIPs open; further ones are opened by each loader for itself.
type openZIPs struct {
	mu   sync.Mutex
	open map[*source]*openZIP
}

type openZIP struct {
	once sync.Once
	file io.Closer
	zip  *archive.Reader
	err  error
}

const maxOpenZIPs = 128

func newOpenZIPs() *openZIPs { return &openZIPs{open: map[*source]*openZIP{}} }

// get returns the ZIP of src, or nil where too many are open.
func (o *openZIPs) get(src *source) (*archive.Reader, error) {
	o.mu.Lock()
	z, ok := o.open[src]
	if !ok {
		if len(o.open) >= maxOpenZIPs {
			o.mu.Unlock()
			return nil, nil
		}
		z = new(openZIP)
		o.open[src] = z
	}
	o.mu.Unlock()
	z.once.Do(func() {
		f, r, err := openSourceZIP(src)
		if err != nil {
			z.err = err
			return
		}
		z.file, z.zip = f, r
	})
	return z.zip, z.err
}

func (o *openZIPs) close() {
	for _, z := range o.open {
		if z.file != nil {
			z.file.Close()
		}
	}
}

package csr

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

	"enrollbench/core/archive"
	"enrollbench/core/progress"
	"enrollbench/core/upload"
	"enrollbench/core/work"
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
	out        *upload.Files
	maxEntries int
	partOf     []int32 // of each file in the bundle's order
	result     BundleResult

	part *upload.PartWriter
	zip  *zip.Writer // nil between two parts
	used int64       // of the part so far, without its end records
	held int
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
	return w.closePart()
}

// append adds one entry, to the next part where this one would pass a limit.
func (w *bundleWriter) append(name string, it packedItem, data []byte) (err error) {
	cost := upload.EntryBytes(name) + int64(len(data))
	if w.zip != nil && (w.held >= w.maxEntries || w.used+cost+upload.EndBytes(w.held+1, w.used+cost) > w.out.Max()) {
		if err := w.closePart(); err != nil {
			return err
		}
	}
	if w.zip == nil {
		if alone := cost + upload.EndBytes(1, cost); alone > w.out.Max() {
			return fmt.Errorf("%q alone takes %d bytes, and the limit for a part is %d", name, alone, w.out.Max())
		}
		if w.part, err = w.out.NextPart(); err != nil {
			return err
		}
		w.zip, w.used, w.held = zip.NewWriter(w.part), 0, 0
	}
	h := upload.ZIPEntry(name, it.method)
	h.CRC32, h.CompressedSize64, h.UncompressedSize64 = it.crc, uint64(len(data)), uint64(it.size)
	out, err := w.zip.CreateRaw(h)
	if err == nil {
		_, err = out.Write(data)
	}
	if err != nil {
		return fmt.Errorf("cannot write the bundle: %w", err)
	}
	w.used += cost
	w.held++
	w.partOf[it.at] = int32(w.out.Parts() + 1)
	return nil
}

func (w *bundleWriter) closePart() error {
	err := errors.Join(w.zip.Close(), w.part.Close(w.held))
	w.zip = nil
	return err
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

package delivery

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/flate"

	"enrollbench/core/atomicfile"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
)

// HandoverOptions say to whom a delivery is sealed, and how.
type HandoverOptions struct {
	Out    string // the sealed file
	Seal   Seal
	Repack *ExportOptions // nil hands over what the service delivered, octet by octet; else a ZIP of that export (its Dir is not used)

	Replace bool
	Insist  bool // although the verdict is red
}

// Handover seals the delivery to another recipient. The first pass was Open, which checked everything and kept the
// content only under a key in memory; this second pass re-seals it and checks again that each octet is the one that was
// checked. Private keys never touch the disk: all that is written is the sealed message, which takes its name after its
// clean end. Results that are not one sealed container (keys sealed one by one, several files, a folder) are handed over
// as a ZIP in the form of an export. Progress counts octets, or certificates of an export.
func (d *Delivery) Handover(ctx context.Context, o HandoverOptions, report progress.Func) error {
	if o.Seal == nil {
		return errors.New("no recipient was given to hand over to")
	}
	if !o.Insist && d.gathering.findings.Count(finding.Error) > 0 {
		return fmt.Errorf("%w: %s", ErrRed, d.sentence(Red))
	}
	f, err := atomicfile.Create(o.Out, atomicfile.Options{Mode: 0o600, Replace: o.Replace})
	if err != nil {
		return err
	}
	if s := d.payload(); s != nil && o.Repack == nil {
		err = reseal(ctx, f, s, o.Seal, report)
	} else {
		err = d.repack(ctx, f, o, report)
	}
	if err == nil {
		err = f.Commit()
	}
	return errors.Join(err, f.Abort())
}

// payload is the content as it was sealed; nil where the result is not one sealed container, or has keys that are sealed
// to us one by one.
func (d *Delivery) payload() *spool {
	if len(d.sources) != 1 {
		return nil
	}
	var c io.Closer
	switch s := d.sources[0].(type) {
	case *zipSource:
		c = s.closer
	case *jsonSource:
		c = s.closer
	case *plainSource:
		c = s.closer
	}
	s, ok := c.(*spool)
	if !ok || d.gathering.unsealed.Load() {
		return nil
	}
	return s
}

func reseal(ctx context.Context, w io.Writer, s *spool, seal Seal, report progress.Func) error {
	sealed, err := seal(w, s.size)
	if err != nil {
		return err
	}
	sum := sha256.New()
	in := progress.Reader(ctx, io.NewSectionReader(s, 0, s.size), s.size, report)
	if _, err = io.CopyBuffer(io.MultiWriter(onlyWriter{sealed}, sum), onlyReader{in}, make([]byte, 256<<10)); err != nil {
		return errors.Join(err, sealed.Close())
	}
	if [32]byte(sum.Sum(nil)) != s.sum {
		return errors.Join(ErrChanged, sealed.Close())
	}
	return sealed.Close()
}

func (d *Delivery) repack(ctx context.Context, w io.Writer, o HandoverOptions, report progress.Func) error {
	options := ExportOptions{FullChain: true}
	if o.Repack != nil {
		options = *o.Repack
	}
	options.Insist = o.Insist
	x, err := d.plan(options)
	if err != nil {
		return err
	}
	defer x.wipe()
	sealed, err := o.Seal(w, -1)
	if err != nil {
		return err
	}
	z := newZipSink(sealed)
	if err = x.write(ctx, z, 1, report); err == nil { // one worker, so that equal input gives an equal ZIP
		err = z.zip.Close()
	}
	return errors.Join(err, sealed.Close())
}

// zipSink writes an export as a ZIP, one file after the other.
type zipSink struct{ zip *zip.Writer }

func newZipSink(w io.Writer) *zipSink {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 5) })
	return &zipSink{z}
}

// zipTime is the time of every entry: equal input gives an equal ZIP.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func (z *zipSink) Create(rel string) (io.WriteCloser, error) {
	h := &zip.FileHeader{Name: rel, Method: zip.Deflate, Modified: zipTime}
	h.SetMode(0o600)
	w, err := z.zip.CreateHeader(h)
	if err != nil {
		return nil, err
	}
	return noClose{w}, nil
}

func (z *zipSink) WriteFile(rel string, data []byte) error {
	w, err := z.Create(rel)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// noClose: the ZIP writer ends an entry when the next one begins.
type noClose struct{ io.Writer }

func (noClose) Close() error { return nil }

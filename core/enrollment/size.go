package enrollment

import (
	"context"
	"errors"

	"github.com/klauspost/compress/flate"

	"enrollbench/core/csvdoc"
	"enrollbench/core/csvlist"
	"enrollbench/core/upload"
)

// Size is how large an upload would be.
type Size struct {
	Plain  int64 // bytes of the CSV with the rows that are ready
	All    int64 // with all rows
	Zipped int64 // about what a ZIP of Plain would have; 0 where Plain fits into one file
	Max    int64 // of one uploaded file
}

// Over says that the upload does not fit into one CSV.
func (s Size) Over() bool { return s.Plain > s.Max }

// Size is how large the upload would be.
func (r *Result) Size() Size { return r.size }

// measure works out the sizes.
func (r *Result) measure(ctx context.Context) error {
	header := int64(len(r.uploadHeader()))
	rows, left := int64(r.snap.Rows()), r.leftOut
	unwritten := int64(len(r.p.columns)-len(r.written)) * int64(len(`,""`))
	r.size = Size{Max: r.p.opt.MaxBytes, All: header + r.sizes.total - rows*unwritten}
	r.size.Plain = r.size.All - r.sizes.of(left) + int64(left.len())*unwritten
	if !r.size.Over() {
		return nil
	}
	var err error
	r.size.Zipped, err = r.EstimateZipped(ctx)
	return err
}

// counter counts the bytes that are written to it.
type counter int64

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }

// uploadHeader is the first line of each CSV.
func (r *Result) uploadHeader() []byte {
	dst := []byte{'"'}
	for i, name := range r.names() {
		if i > 0 {
			dst = append(dst, `","`...)
		}
		dst = csvlist.AppendQuoted(dst, []byte(name))
	}
	return append(dst, '"', '\n')
}

// names are those of the columns that an upload has.
func (r *Result) names() []string {
	names := make([]string, len(r.written))
	for k, i := range r.written {
		names[k] = r.p.columns[i].name
	}
	return names
}

// EstimateZipped is about how large the upload would be as a ZIP: some of its rows, taken from everywhere, are compressed.
// It takes well under a second and is good to a few per cent.
func (r *Result) EstimateZipped(ctx context.Context) (int64, error) {
	const samples, sampleBytes = 16, 128 << 10
	rows := r.snap.Rows()
	if rows == 0 || r.size.Plain == 0 {
		return 0, nil
	}
	var counter counter
	z, err := flate.NewWriter(&counter, uploadLevel)
	if err != nil {
		return 0, err
	}
	var in int64
	var text []byte
	q := r.newQuoter()
	for k := range samples {
		text = text[:0]
		err := r.snap.ScanBytes(ctx, rows*k/samples, rows*(k+1)/samples, func(_ int, _ csvdoc.RowID, cells [][]byte, _ []byte) error {
			if text = q.append(text, cells); len(text) >= sampleBytes {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return 0, err
		}
		in += int64(len(text))
		z.Reset(&counter)
		if _, err := z.Write(text); err != nil {
			return 0, err
		}
		if err := z.Flush(); err != nil {
			return 0, err
		}
	}
	return int64(float64(counter)/float64(in)*float64(r.size.Plain)) + upload.EntryBytes("") + upload.EndBytes(1, 0), nil
}

// errEnough ends a scan that has seen enough.
var errEnough = errors.New("enough")

package enrollment

import (
	"bytes"
	"context"
	"io"

	"github.com/klauspost/compress/flate"

	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

// Size is how large an upload would be.
type Size struct {
	Plain int64 // bytes of the CSV with the rows that are ready
	All   int64 // with all rows
	Max   int64 // of one uploaded file
}

// Over says that the upload does not fit into one CSV.
func (s Size) Over() bool { return s.Plain > s.Max }

// Size is how large the upload would be as a CSV.
func (r *Result) Size() Size { return r.size }

// measure works out the sizes.
func (r *Result) measure() {
	names := make([]string, len(r.p.columns))
	for i := range r.p.columns {
		names[i] = r.p.columns[i].name
	}
	header := int64(len(appendRow(nil, names, -1)))
	r.size = Size{All: header + r.sizes.total, Max: r.p.opt.MaxBytes}
	r.size.Plain = r.size.All - r.sizes.of(r.states[finding.Error])
}

// EstimateZipped is about how large the upload would be as a ZIP: some of its rows, taken from everywhere, are compressed.
// It takes well under a second and is good to a few per cent.
func (r *Result) EstimateZipped(ctx context.Context) (int64, error) {
	const samples, sampleBytes = 16, 256 << 10
	rows := r.snap.Rows()
	if rows == 0 {
		return 0, nil
	}
	var in, out int64
	counter := countWriter{w: io.Discard}
	z, err := flate.NewWriter(&counter, uploadLevel)
	if err != nil {
		return 0, err
	}
	var text []byte
	for k := range samples {
		from := rows * k / samples
		to := rows * (k + 1) / samples
		text = text[:0]
		errEnough := io.EOF
		err := r.snap.Scan(ctx, from, to, func(_ int, id csvdoc.RowID, cells []string) error {
			text = appendRow(text, cells, r.p.onOneLine())
			if len(text) >= sampleBytes {
				return errEnough
			}
			return nil
		})
		if err != nil && err != errEnough {
			return 0, err
		}
		in += int64(len(text))
		z.Reset(&counter)
		if _, err := io.Copy(z, bytes.NewReader(text)); err != nil {
			return 0, err
		}
		if err := z.Flush(); err != nil {
			return 0, err
		}
	}
	out = counter.n
	if in == 0 {
		return 0, nil
	}
	return int64(float64(out)/float64(in)*float64(r.size.Plain)) + zipOverhead, nil
}

// onOneLine is the column whose line breaks an upload leaves out, -1 for none.
func (p *plan) onOneLine() int {
	if p.opt.PEM == OneLine {
		return p.csr
	}
	return -1
}

package eui48

import (
	"context"
	"io"

	"enrollbench/core/progress"
)

// Column is the header of the one column that WriteCSV writes: each address becomes a common name.
const Column = "subject.common_name"

const csvBatch = 4096 // addresses a write: 80 kB

// WriteCSV writes the series as a CSV that the service takes for server-side keys: a header, then one address a line,
// every cell quoted. It streams; progress counts addresses.
func (r Range) WriteCSV(ctx context.Context, w io.Writer, report progress.Func) error {
	b := make([]byte, 0, csvBatch*(textLen+3))
	b = append(b, '"')
	b = append(b, Column...)
	b = append(b, '"', '\n')
	if _, err := w.Write(b); err != nil {
		return err
	}
	total := int64(r.Count) // #nosec G115 -- at most 2^48
	for first := uint64(0); first < r.Count; first += csvBatch {
		if err := ctx.Err(); err != nil {
			return err
		}
		b = b[:0]
		for a := range r.Part(first, csvBatch).All() {
			b = append(b, '"')
			b = a.Append(b)
			b = append(b, '"', '\n')
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		report.Report(int64(min(first+csvBatch, r.Count)), total) // #nosec G115 -- at most 2^48
	}
	return nil
}

package job

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"enrollbench/core/delivery"
)

// MemoryToOpen is how many bytes opening the result of the batch is worth, for debug.SetMemoryLimit: some 500 octets a
// certificate are in use while it is open, and the collector's usual slack would double that. It is no hard limit, and
// generous for small batches.
func (r *Record) MemoryToOpen() int64 { return 64<<20 + 600*int64(r.Expected()) }

// Order is what the batch ordered, for core/delivery to compare the result with. The error matches ErrNoOrder where nothing
// is known but the file that was sent (a ZIP of CSRs without its manifest), or where that is gone.
func (r *Record) Order() (*delivery.Order, error) {
	if r.Method == MAC {
		return delivery.OrderFromMAC(r.Range)
	}
	if r.OrderPath == "" {
		return nil, ErrNoOrder
	}
	order, err := delivery.OrderFromFile(r.OrderPath, r.OrderPart)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(ErrNoOrder, err)
	}
	return order, err
}

// Scanned is the batch whose id stands in a scanned text. The error matches ErrNotFound where there is no id, or no such batch here.
func (j *Jobs) Scanned(ctx context.Context, text string) (*Record, error) {
	id := idWithin.FindString(strings.ToLower(text))
	if id == "" {
		return nil, ErrNotFound
	}
	return j.Get(ctx, id)
}

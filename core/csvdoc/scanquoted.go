package csvdoc

import "context"

// ScanQuoted is ScanBytes for whoever writes rows as UTF-8 with commas and every cell in quotes (RFC 4180 §2, rules 5 and 7): a
// row that stands in the file in just this form is given as it stands there, without its end, and need not be taken apart
// and put together again. raw is nil for any other row. cells gives the values in either case. Both are valid during the
// call only and must not be changed.
func (s *Snapshot) ScanQuoted(ctx context.Context, from, to int, f func(i int, id RowID, raw []byte, cells func() [][]byte) error) error {
	from, to = max(from, 0), min(to, s.Rows())
	r := newReader(s)
	var current RowID
	cells := func() [][]byte { return r.values(current) }
	return r.each(ctx, from, to, func(i int, id RowID) error {
		current = id
		return f(i, id, r.inQuotes(), cells)
	})
}

// inQuotes returns the bytes of the current row if that is their form. What UTF-16 was turned into is UTF-8 here.
func (r *reader) inQuotes() []byte {
	raw := r.raw()
	if raw == nil || r.scanner.delimiter != ',' || len(r.row.cells) != len(r.s.columns) {
		return nil
	}
	for _, c := range r.row.cells {
		if c.kind != quoted && (c.kind != escaped || r.scanner.backslash) {
			return nil
		}
	}
	if !ascii(raw) && !r.decoder.clean(raw) {
		return nil
	}
	return raw
}

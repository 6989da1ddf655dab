package csvdoc

import (
	"bufio"
	"context"
	"io"

	"enrollbench/core/progress"
)

// rowWriter writes a document as text: what was not edited as it stands in the file.
type rowWriter struct {
	s       *Snapshot
	w       *bufio.Writer
	enc     encoder
	newline string
	reader  *reader
	set     []*overlay // by column; nil where nothing was set
	row     rowSpans
	line    []byte
	copyBuf []byte
	done    int
	report  progress.Func
	// unclosed are the rows with a quote that nothing closes, where that may not stay so: behind an edit another quote
	// could close it. Such a cell is written in proper form; a document without edits keeps it.
	unclosed *rowSet
}

// writeText writes the document without a byte order mark, in the file's encoding; UTF-16 as UTF-8. It reports rows.
func (s *Snapshot) writeText(ctx context.Context, w io.Writer, report progress.Func) error {
	b := s.view.base
	rw := &rowWriter{s: s, w: bufio.NewWriterSize(w, readAhead), enc: newEncoder(b.dialect), newline: b.dialect.newline(), report: report}
	if b.faults.unclosed.n > 0 && rw.addsQuotes() {
		rw.unclosed = &b.faults.unclosed
	}
	_, _ = rw.w.Write(b.lead)
	if b.dialect.Header {
		rw.header()
	}
	total := s.Rows()
	var err error
	r := newReader(s)
	rw.reader, rw.set = r, s.overlays()
	s.order.walk(0, total, func(at int, x run) bool {
		switch {
		case x.first >= firstFresh:
			err = rw.fresh(ctx, x)
		case s.plain:
			err = rw.plainRun(ctx, x, at+x.n < total)
		default:
			err = r.run(ctx, at, x, func(i int, id RowID) error {
				rw.edited(id, r.bytes, r.next, &r.row, i+1 < total)
				return rw.tick(ctx, 1)
			})
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	return rw.w.Flush()
}

// addsQuotes tells whether what is written may hold a quote where the file has none, so that a quote that nothing
// closes would find its partner: a value in quotes, or rows or columns in another order. It is asked only where there
// is such a quote.
func (rw *rowWriter) addsQuotes() bool {
	s := rw.s
	if !s.plain || s.Rows() != s.view.rows || s.Rows() > 0 && s.order.at(0) != (run{0, s.view.rows}) {
		return true
	}
	for i, c := range s.columns {
		if i < len(s.view.names) && c.Name != s.view.names[i] || i >= len(s.view.names) && c.Name != "" {
			return true
		}
	}
	for i := range s.cells {
		o := &s.cells[i]
		quotes := func(key uint64, v string) bool {
			if rw.enc.needsQuotes(v) {
				return false
			}
			_, _, err := s.view.row(int(key), &rw.row)
			if err != nil || int(o.column) >= len(rw.row.cells) {
				return err == nil && !s.view.dialect.QuoteAll
			}
			return rw.row.cells[o.column].kind == bare
		}
		if o.fresh.root != nil || !o.file.each(quotes) {
			return true
		}
	}
	return false
}

// tick counts rows and looks at the context now and then.
func (rw *rowWriter) tick(ctx context.Context, n int) error {
	before := rw.done / checkEvery
	rw.done += n
	if rw.done/checkEvery == before {
		return nil
	}
	rw.report.Report(int64(rw.done), int64(rw.s.Rows()))
	return ctx.Err()
}

// header writes the header row: its bytes while it has the file's columns and names.
func (rw *rowWriter) header() {
	s, b := rw.s, rw.s.view.base
	same := s.plain && (rw.unclosed == nil || !rw.unclosed.has(0))
	for i, c := range s.columns {
		same = same && (i < len(b.names) && c.Name == b.names[i] || i >= len(b.names) && c.Name == "")
	}
	if same {
		_, _ = rw.w.Write(b.header)
	} else {
		_, _ = rw.w.Write(rw.headerCells())
	}
	switch {
	case len(b.ending) > 0:
		_, _ = rw.w.Write(b.ending)
	case s.Rows() > 0:
		_, _ = rw.w.WriteString(rw.newline)
	}
}

// headerCells builds a header from the file's cells where they have their name, and new ones.
func (rw *rowWriter) headerCells() []byte {
	s, b := rw.s, rw.s.view.base
	sc := b.scanner
	if sc.row(b.header, 0, 0, true, &rw.row) < 0 && rw.row.open >= 0 {
		sc.literal = []int64{int64(rw.row.open)}
		sc.row(b.header, 0, 0, true, &rw.row)
	}
	last := -1
	for i, c := range s.columns {
		if c.Name != "" || c.ID >= firstAdded || int(c.ID) < len(b.names) {
			last = i
		}
	}
	line := rw.line[:0]
	for i, c := range s.columns[:last+1] {
		if i > 0 {
			line = append(line, b.dialect.Delimiter)
		}
		if int(c.ID) < len(b.names) {
			cell := rw.row.cells[c.ID]
			if c.Name == b.names[c.ID] && !rw.broken(0, b.header, cell) {
				line = append(line, b.header[cell.start:cell.end]...)
			} else {
				line = rw.enc.cell(line, c.Name, cell.kind != bare)
			}
			continue
		}
		line = rw.enc.cell(line, c.Name, b.dialect.QuoteAll)
	}
	rw.line = rw.whole(line)
	return rw.line
}

// whole gives a row of one empty cell quotes: a blank line would be skipped by some readers.
func (rw *rowWriter) whole(line []byte) []byte {
	if len(line) == 0 && len(rw.s.columns) == 1 {
		return append(line, `""`...)
	}
	return line
}

// fresh writes new rows.
func (rw *rowWriter) fresh(ctx context.Context, x run) error {
	s, b := rw.s, rw.s.view.base
	for k := range x.n {
		id := x.first + RowID(k)
		last := len(s.columns) - 1
		for ; last >= 0; last-- {
			// Columns that only rows with too many cells have are not imposed on new rows.
			c := s.columns[last]
			if v, _ := rw.set[last].get(id); v != "" || c.ID >= firstAdded || int(c.ID) < b.width {
				break
			}
		}
		line := rw.line[:0]
		for i := range last + 1 {
			if i > 0 {
				line = append(line, b.dialect.Delimiter)
			}
			v, _ := rw.set[i].get(id)
			line = rw.enc.cell(line, v, b.dialect.QuoteAll)
		}
		rw.line = rw.whole(line)
		_, _ = rw.w.Write(rw.line)
		if _, err := rw.w.WriteString(rw.newline); err != nil {
			return err
		}
		if err := rw.tick(ctx, 1); err != nil {
			return err
		}
	}
	return nil
}

// nearRows is how far the next edited row may be for the rows in between to be read with it and not to be copied.
const nearRows = 256

// plainRun writes rows of the file whose columns are the file's: stretches without edits are copied.
func (rw *rowWriter) plainRun(ctx context.Context, x run, more bool) error {
	from, to := int(x.first), int(x.first)+x.n
	for from < to {
		next := rw.nextEdited(from, to)
		if next > from {
			if err := rw.copyRows(ctx, from, next, more || next < to); err != nil {
				return err
			}
			from = next
			continue
		}
		var err error
		if from, err = rw.editedRows(ctx, from, to, more); err != nil {
			return err
		}
	}
	return nil
}

// editedRows writes rows from an edited one on, as far as others follow near, and returns where it ended.
func (rw *rowWriter) editedRows(ctx context.Context, from, to int, more bool) (int, error) {
	v, r := rw.s.view, rw.reader
	off, err := v.offset(from)
	if err != nil {
		return from, err
	}
	r.seek(off)
	for edited := from; from < to && edited-from < nearRows; from++ {
		if err := r.advance(from); err != nil {
			return from, err
		}
		if from < edited {
			_, _ = rw.w.Write(r.bytes[r.at:r.next])
			if r.next == r.row.end && (more || from+1 < to) {
				_, _ = rw.w.WriteString(rw.newline)
			}
		} else {
			rw.edited(RowID(from), r.bytes, r.next, &r.row, more || from+1 < to)
			if edited = rw.nextEdited(from+1, to); edited == to && to-from > 1 {
				edited = from + 1 + nearRows // none is left: copy the rest
			}
		}
		if err := rw.tick(ctx, 1); err != nil {
			return from, err
		}
	}
	return from, nil
}

// nextEdited is the first row from from up to to that has an edit.
func (rw *rowWriter) nextEdited(from, to int) int {
	next := to
	for i := range rw.s.cells {
		if k, ok := rw.s.cells[i].file.next(uint64(from)); ok && k < uint64(next) {
			next = int(k)
		}
	}
	if rw.unclosed != nil {
		if k := rw.unclosed.next(from + 1); k >= 0 && k-1 < next {
			next = k - 1
		}
	}
	return next
}

// broken tells a cell whose opening quote nothing closes, in a row counted as faults do.
func (rw *rowWriter) broken(number int, b []byte, c span) bool {
	return rw.unclosed != nil && c.kind == bare && c.end > c.start && b[c.start] == '"' && rw.unclosed.has(number)
}

// copyRows copies rows with their ends; more says that others follow.
func (rw *rowWriter) copyRows(ctx context.Context, from, to int, more bool) error {
	v := rw.s.view
	at, err := v.offset(from)
	if err != nil {
		return err
	}
	end, err := v.offset(to)
	if err != nil {
		return err
	}
	if rw.copyBuf == nil {
		rw.copyBuf = make([]byte, readAhead)
	}
	rows, bytes := to-from, max(end-at, 1)
	for start := at; at < end; {
		b := rw.copyBuf[:min(int64(len(rw.copyBuf)), end-at)]
		if err := readFull(v.src, b, at); err != nil {
			return err
		}
		if _, err := rw.w.Write(b); err != nil {
			return err
		}
		at += int64(len(b))
		rw.report.Report(int64(rw.done)+int64(float64(rows)*float64(at-start)/float64(bytes)), int64(rw.s.Rows()))
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if to == v.rows && v.unended && more {
		_, _ = rw.w.WriteString(rw.newline)
	}
	return rw.tick(ctx, rows)
}

// edited writes a row of the file cell by cell: those that were not edited with their bytes. A short row stays as short
// as its cells allow. The row's own end lies between r.end and next; more says that another row follows.
func (rw *rowWriter) edited(id RowID, b []byte, next int, r *rowSpans, more bool) {
	s, base := rw.s, rw.s.view.base
	last := len(s.columns) - 1
	for ; last >= 0; last-- {
		c := s.columns[last]
		if c.ID >= firstAdded || int(c.ID) < len(r.cells) {
			break
		}
		if _, set := rw.set[last].get(id); set {
			break
		}
	}
	line := rw.line[:0]
	for i, c := range s.columns[:last+1] {
		if i > 0 {
			line = append(line, base.dialect.Delimiter)
		}
		present := int(c.ID) < len(r.cells)
		if v, ok := rw.set[i].get(id); ok {
			quote := base.dialect.QuoteAll
			if present {
				quote = r.cells[c.ID].kind != bare
			}
			line = rw.enc.cell(line, v, quote)
			continue
		}
		switch {
		case present:
			cell := r.cells[c.ID]
			if rw.broken(int(id)+1, b, cell) {
				line = rw.enc.cell(line, s.Value(id, c.ID), true)
			} else {
				line = append(line, b[cell.start:cell.end]...)
			}
		case base.dialect.QuoteAll:
			line = append(line, `""`...)
		}
	}
	rw.line = rw.whole(line)
	_, _ = rw.w.Write(rw.line)
	switch {
	case next > r.end:
		_, _ = rw.w.Write(b[r.end:next])
	case more || len(rw.line) == 0:
		// A last row without bytes and end would not be there at all.
		_, _ = rw.w.WriteString(rw.newline)
	}
}

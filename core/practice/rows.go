package practice

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"enrollbench/core/archive"
	"enrollbench/core/eui48"
)

// Method is the way in which a job was ordered.
type Method string

// The methods.
const (
	ByRequests  Method = "csr_zip"
	ByCSV       Method = "csv"
	ByZippedCSV Method = "csv_zip"
	ByMAC       Method = "mac"
)

// Limits of an upload's inside, far above what a batch needs.
const (
	maxRowBytes      = 1 << 20
	maxUnpackedBytes = 4_000_000_000
	maxRows          = 3_000_000
)

// row is one certificate that is ordered.
type row struct {
	number  int      // as a spreadsheet shows it (the header is row 1); of a ZIP the entry, of a series the position, from 1
	name    string   // of the ZIP entry; "" otherwise
	values  []string // by the layout's columns
	request []byte   // PEM of its CSR, nil where the service makes the key
	wrong   string   // why it cannot be read
}

// source delivers the rows of an order, as often as it is asked.
type source struct {
	layout *layout
	each   func(ctx context.Context, take func(row) error) error
	close  func() error
}

// macSource delivers a series of MAC addresses.
func macSource(series eui48.Range) *source {
	l, _ := newLayout([]string{columnCommonName})
	return &source{
		layout: l,
		close:  func() error { return nil },
		each: func(ctx context.Context, take func(row) error) error {
			n := 0
			for address := range series.All() {
				if n++; n&0xfff == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
				if err := take(row{number: n, values: []string{address.String()}}); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// openUpload finds out what the uploaded file is and makes it a source of rows. Errors are about the file as a whole and
// meant for whoever sent it.
func openUpload(path string) (Method, *source, error) {
	f, err := os.Open(path) // #nosec G304 -- the service's own folder
	if err != nil {
		return "", nil, err
	}
	method, s, err := readUpload(f)
	if err != nil {
		return "", nil, errors.Join(err, f.Close())
	}
	s.close = f.Close
	return method, s, nil
}

func readUpload(f *os.File) (Method, *source, error) {
	info, err := f.Stat()
	if err != nil {
		return "", nil, err
	}
	var head [4]byte
	if _, err := f.ReadAt(head[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return "", nil, err
	}
	if string(head[:2]) != "PK" {
		s, err := csvSource(func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(f, 0, info.Size())), nil })
		return ByCSV, s, err
	}
	z, err := archive.Open(f, info.Size(), archive.Limits{
		ArchiveBytes: MaxUploadBytes, Entries: maxRows, EntryBytes: maxUnpackedBytes, TotalBytes: maxUnpackedBytes, NameBytes: 4096,
	})
	if err != nil {
		return "", nil, fmt.Errorf("the ZIP cannot be read: %w", err)
	}
	var files []int
	csvs := 0
	for i := range z.Len() {
		e, err := z.Entry(i)
		if err != nil {
			return "", nil, err
		}
		if e.IsDir {
			continue
		}
		if strings.HasSuffix(strings.ToLower(e.Name), ".csv") {
			csvs++
		}
		files = append(files, i)
	}
	switch {
	case len(files) == 0:
		return "", nil, errors.New("the ZIP is empty")
	case csvs == 1 && len(files) == 1:
		s, err := csvSource(func() (io.ReadCloser, error) { return z.Open(files[0]) })
		return ByZippedCSV, s, err
	case csvs > 0:
		return "", nil, errors.New("a ZIP holds CSR files, or one CSV and nothing else")
	}
	return ByRequests, requestSource(z, files), nil
}

// requestSource delivers the CSR files of a ZIP.
func requestSource(z *archive.Reader, files []int) *source {
	s := &source{layout: &layout{csr: -1, uniqueID: -1, cn: -1}}
	s.each = func(ctx context.Context, take func(row) error) error {
		for n, i := range files {
			if err := ctx.Err(); err != nil {
				return err
			}
			r := row{number: n + 1}
			e, err := z.Entry(i)
			if err != nil {
				return err
			}
			r.name = e.Name
			switch {
			case e.Size > maxRowBytes:
				r.wrong = fmt.Sprintf("it has %d bytes, and %d are the most", e.Size, maxRowBytes)
			default:
				if r.request, err = z.ReadEntry(i, nil); err != nil {
					r.wrong = fmt.Sprintf("it cannot be read: %v", err)
				} else if r.request == nil {
					r.request = []byte{}
				}
			}
			if err := take(r); err != nil {
				return err
			}
		}
		return nil
	}
	return s
}

// csvSource reads the header row at once and the others each time they are wanted.
func csvSource(open func() (io.ReadCloser, error)) (*source, error) {
	start := func() (io.Closer, *csv.Reader, *rowLimit, []string, error) {
		in, err := open()
		if err != nil {
			return nil, nil, nil, nil, err
		}
		limit := &rowLimit{r: skipBOM(in)}
		c := csv.NewReader(limit)
		c.FieldsPerRecord, c.ReuseRecord = -1, false
		header, err := c.Read()
		switch {
		case errors.Is(err, io.EOF):
			err = errors.New("the CSV is empty")
		case err != nil:
			err = fmt.Errorf("the header row cannot be read: %w", err)
		case !utf8.ValidString(strings.Join(header, "")):
			err = errors.New("the CSV is not UTF-8")
		}
		if err != nil {
			return nil, nil, nil, nil, errors.Join(err, in.Close())
		}
		return in, c, limit, header, nil
	}
	in, _, _, header, err := start()
	if err != nil {
		return nil, err
	}
	if err := in.Close(); err != nil {
		return nil, err
	}
	l, err := newLayout(header)
	if err != nil {
		return nil, fmt.Errorf("the header row: %w", err)
	}
	return &source{layout: l, each: func(ctx context.Context, take func(row) error) error {
		in, c, limit, _, err := start()
		if err != nil {
			return err
		}
		defer in.Close()
		for number := 2; ; number++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			limit.mark = c.InputOffset()
			values, err := c.Read()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("row %d: %w", number, err)
			}
			if err := take(l.row(number, values)); err != nil {
				return err
			}
		}
	}}, nil
}

// row makes the row of a record.
func (l *layout) row(number int, values []string) row {
	r := row{number: number, values: values}
	switch {
	case len(values) != len(l.uses):
		r.wrong = fmt.Sprintf("it has %d cells, and the header has %d", len(values), len(l.uses))
	case l.csr >= 0:
		r.request = []byte(values[l.csr])
	}
	for _, v := range values {
		if r.wrong == "" && !utf8.ValidString(v) {
			r.wrong = "it is not UTF-8"
		}
	}
	return r
}

// rowLimit refuses a record that would take more memory than any row needs.
type rowLimit struct {
	r          io.Reader
	read, mark int64
}

func (l *rowLimit) Read(p []byte) (int, error) {
	if l.read-l.mark > maxRowBytes {
		return 0, fmt.Errorf("a row has more than %d bytes; is a quote missing?", maxRowBytes)
	}
	n, err := l.r.Read(p[:min(len(p), 64<<10)])
	l.read += int64(n)
	return n, err
}

func skipBOM(r io.Reader) io.Reader {
	b := bufio.NewReaderSize(r, 64<<10)
	if head, _ := b.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		_, _ = b.Discard(3)
	}
	return b
}

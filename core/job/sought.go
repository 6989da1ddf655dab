package job

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// sought are the refusals whose rows are looked for.
type sought struct {
	failures []RowFailure
	hits     []int
	byRow    map[int][]int // indexes of failures that give a row
	byName   map[string][]int
}

func newSought(failures []RowFailure) *sought {
	s := &sought{failures: failures, hits: make([]int, len(failures)), byRow: map[int][]int{}, byName: map[string][]int{}}
	for i, f := range failures {
		if f.Row > 0 {
			s.byRow[f.Row] = append(s.byRow[f.Row], i)
		}
		if key := nameKey(f.Name); key != "" {
			s.byName[key] = append(s.byName[key], i)
		}
	}
	return s
}

// nameKey makes names comparable: a MAC address in any notation is one, case does not count.
func nameKey(name string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(name), ":", "-"))
}

// take says whether the row with this number and these names was refused. A refusal that gives a row and a name means the row
// only if one of its names is that name: services count rows differently, and names decide then.
func (s *sought) take(row int, names ...string) bool {
	found := false
	for _, i := range s.byRow[row] {
		key := nameKey(s.failures[i].Name)
		if key == "" || has(names, key) {
			s.hits[i]++
			found = true
		}
	}
	if found {
		return true
	}
	for _, name := range names {
		for _, i := range s.byName[nameKey(name)] {
			s.hits[i]++
			found = true
		}
	}
	return found
}

func has(names []string, key string) bool {
	for _, name := range names {
		if nameKey(name) == key {
			return true
		}
	}
	return false
}

// rest are the refusals that no row was found for, and those that several rows were.
func (s *sought) rest() (notFound, ambiguous []RowFailure) {
	for i, n := range s.hits {
		switch {
		case n == 0:
			notFound = append(notFound, s.failures[i])
		case n > 1:
			ambiguous = append(ambiguous, s.failures[i])
		}
	}
	return notFound, ambiguous
}

// recordReader reads a CSV record by record and keeps the octets of each as they stand in the file. Rows are counted as a
// spreadsheet does: blank lines count, line breaks within cells do not.
type recordReader struct {
	csv  *csv.Reader
	kept *keeper
	raw  []byte // of the record that next returned last; the reader's own memory
	row  int
	line int // on which the last record ended
}

// keeper keeps what was read but not yet given away as a record.
type keeper struct {
	in   io.Reader
	data []byte
	from int64 // offset of data[0] in the file
}

func (k *keeper) Read(p []byte) (int, error) {
	n, err := k.in.Read(p)
	k.data = append(k.data, p[:n]...)
	return n, err
}

func newRecordReader(in io.Reader) *recordReader {
	k := &keeper{in: bufio.NewReaderSize(in, 1<<16)}
	c := csv.NewReader(k)
	c.FieldsPerRecord = -1
	c.LazyQuotes = true
	c.ReuseRecord = true
	r := &recordReader{csv: c, kept: k}
	return r
}

func (r *recordReader) next() ([]string, error) {
	if r.row == 0 {
		if err := r.delimiter(); err != nil {
			return nil, err
		}
	}
	start := r.csv.InputOffset()
	record, err := r.csv.Read()
	if err != nil {
		return nil, err
	}
	end := r.csv.InputOffset()
	r.kept.data = r.kept.data[start-r.kept.from:]
	r.kept.from = start
	r.raw = r.kept.data[: end-start : end-start]
	first, _ := r.csv.FieldPos(0)
	r.row += 1 + max(0, first-r.line-1) // blank lines, which the reader passes over
	r.raw = bytes.TrimLeft(r.raw, "\r\n")
	last, _ := r.csv.FieldPos(len(record) - 1)
	r.line = last + strings.Count(record[len(record)-1], "\n")
	return record, nil
}

// delimiter looks at the header: most files have commas, some spreadsheets write semicolons or tabs.
func (r *recordReader) delimiter() error {
	in := r.kept.in.(*bufio.Reader)
	head, err := in.Peek(1 << 16)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if end := bytes.IndexAny(head, "\r\n"); end >= 0 {
		head = head[:end]
	}
	for _, d := range []byte{',', ';', '\t'} {
		if bytes.IndexByte(head, d) >= 0 {
			r.csv.Comma = rune(d)
			return nil
		}
	}
	return nil
}

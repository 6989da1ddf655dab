package job

import (
	"bufio"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"enrollbench/core/csvdoc"
	"enrollbench/core/csvlist"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
)

// FailedRows are the refused enrollments of a batch as a CSV.
type FailedRows struct {
	Written   int          // rows of the CSV, the header not counted
	NotFound  []RowFailure // refusals that no row of the upload could be found for
	Ambiguous []RowFailure // refusals by a name that several rows have: all of these are written
}

// bounds of an upload when it is read again.
const (
	maxUploadPlain = 4_000_000_000 // octets of a zipped CSV, unpacked
	maxCSR         = 1 << 20       // octets of one entry of a ZIP of CSRs
)

// FailedRows writes the enrollments that the service refused as a CSV that can be corrected and sent: the header and the rows
// of the upload, octet by octet as they were sent; of a MAC range the addresses as the CSV for keys made by the service; of a
// ZIP of CSRs the common names with the CSRs, where a corrected column wins over the CSR.
//
// A row is found by its number, where the service gives one and its name says the same; else by its name: common name, unique
// identifier, MAC address, or the file in the ZIP. Numbers count as a spreadsheet does (the header is row 1), and in a ZIP or a
// range from 1. Errors: ErrChanged where
// the upload file is not what was sent; ErrNoFailures.
func (j *Jobs) FailedRows(ctx context.Context, id string, w io.Writer) (*FailedRows, error) {
	r, err := j.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	failures, err := j.Failures(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(failures) == 0 {
		if r.Failed > 0 {
			return nil, fmt.Errorf("%w: the service counts %s, and names none", ErrNoFailures, finding.Counted(r.Failed, "failed row"))
		}
		return nil, ErrNoFailures
	}
	out := bufio.NewWriterSize(w, 1<<16)
	f := &failedRows{ctx: ctx, w: out, sought: newSought(failures)}
	if r.Method == MAC {
		err = f.addresses(r.Range)
	} else {
		err = f.file(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	f.out.NotFound, f.out.Ambiguous = f.sought.rest()
	return &f.out, out.Flush()
}

// ErrNoFailures is a batch of which the service refused nothing.
var ErrNoFailures = errors.New("no enrollment of the batch was refused")

type failedRows struct {
	ctx    context.Context
	w      *bufio.Writer
	sought *sought
	out    FailedRows
}

// addresses writes the refused addresses of a range.
func (f *failedRows) addresses(r eui48.Range) error {
	if _, err := f.w.WriteString("\"subject.common_name\"\r\n"); err != nil {
		return err
	}
	row := 0
	for a := range r.All() {
		row++
		if row%4096 == 0 && f.ctx.Err() != nil {
			return f.ctx.Err()
		}
		if !f.sought.take(row, a.String()) {
			continue
		}
		f.out.Written++
		if _, err := fmt.Fprintf(f.w, "\"%s\"\r\n", a); err != nil {
			return err
		}
	}
	return nil
}

// file writes the refused rows of an upload file.
func (f *failedRows) file(ctx context.Context, r *Record) error {
	facts, err := measure(ctx, r.Path, nil)
	if err != nil {
		return err
	}
	if facts.sha256 != r.SHA256 || facts.size != r.Size {
		return fmt.Errorf("%w: %q", ErrChanged, r.Path)
	}
	if r.Method == ZIP {
		return f.requests(ctx, r.Path)
	}
	return f.rows(ctx, r.Path)
}

// rows copies the header and the refused rows of a CSV, octet by octet: the upload without the rows that were not refused. Only
// a cell that a spreadsheet would run as a formula is written anew.
func (f *failedRows) rows(ctx context.Context, path string) error {
	doc, err := csvdoc.Open(ctx, path, csvdoc.Options{Limits: csvdoc.Limits{Bytes: maxUploadPlain}})
	if err != nil {
		return err
	}
	defer doc.Close()
	if err := doc.Index(ctx, nil); err != nil {
		return err
	}
	s := doc.Snapshot()
	var names []int // the columns by which a service may name a row
	for i, column := range s.Columns() {
		switch strings.TrimSpace(column.Name) {
		case "subject.common_name", "unique_identifier":
			names = append(names, i)
		}
	}
	var taken []csvdoc.RowID
	var formulas []csvdoc.Cell
	var called []string
	err = s.ScanBytes(ctx, 0, s.Rows(), func(i int, id csvdoc.RowID, cells [][]byte, raw []byte) error {
		called = called[:0]
		for _, at := range names {
			called = append(called, string(cells[at]))
		}
		if len(raw) > 0 && f.sought.take(s.FileRow(i), called...) {
			f.out.Written++
			for at, cell := range cells {
				if safe := csvlist.Defuse(string(cell)); len(safe) > len(cell) {
					formulas = append(formulas, csvdoc.Cell{Row: id, Column: s.Columns()[at].ID, Value: safe})
				}
			}
		} else {
			taken = append(taken, id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = doc.Apply("refused rows", func(e *csvdoc.Edit) error {
		for _, c := range formulas {
			if err := e.SetCell(c.Row, c.Column, c.Value); err != nil {
				return err
			}
		}
		return e.DeleteRows(taken)
	})
	if err != nil {
		return err
	}
	return doc.Snapshot().Write(ctx, f.w, nil)
}

// requests writes the refused CSRs of a ZIP as a CSV.
func (f *failedRows) requests(ctx context.Context, path string) error {
	out := csvlist.NewWriter(f.w, "subject.common_name", "csr")
	err := eachRequest(ctx, path, func(e *enrollment) error {
		if f.sought.take(e.row, e.names()...) {
			f.out.Written++
			out.Row(e.name, strings.ReplaceAll(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: e.der})), "\n", ""))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// WriteReasons writes the refused enrollments with the service's reasons as a CSV for people.
func (j *Jobs) WriteReasons(ctx context.Context, id string, w io.Writer) error {
	failures, err := j.Failures(ctx, id)
	if err != nil {
		return err
	}
	out := csvlist.NewWriter(w, "row", "name", "reason")
	for _, f := range failures {
		out.Row(strconv.Itoa(f.Row), f.Name, f.Reason)
	}
	return out.Flush()
}

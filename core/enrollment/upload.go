package enrollment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"enrollbench/core/archive"
	"enrollbench/core/csvlist"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/core/upload"
)

// UploadOptions say how an upload is written. Its limit of bytes and the form of CSRs are those of the check.
type UploadOptions struct {
	Out            string // ends in ".csv" or ".zip"; parts and the list of what stayed out stand beside it
	LeaveOutErrors bool   // rows with errors stay out instead of stopping the upload
	Replace        bool   // files of an earlier upload of this name may be replaced
	Document       string // the file of the document, which is never replaced; "": that of Options.Form
}

// UploadResult says what was written.
type UploadResult struct {
	Parts    []upload.Part
	Zipped   bool   // a CSV was asked for, and only a ZIP holds it in one file
	LeftOut  int    // rows that stayed out
	LeftList string // the file that lists them, "" where nothing stayed out
}

// Reasons for which nothing is written.
var (
	ErrHeader       = errors.New("the header has errors")
	ErrHasErrors    = errors.New("rows have errors")
	ErrNothingReady = errors.New("no row is ready")
)

// LeftOutColumns head the list of what stayed out of an upload and why; a row has a line for each reason.
var LeftOutColumns = []string{"row", "common_name", "column", "severity", "rule", "reason", "hint"}

// Save writes the rows that are ready in the service's form: UTF-8, commas, every cell in double quotes, one line a row.
// The ending of the name says whether it is a CSV or a ZIP with one. A CSV beyond the limit is zipped; where a ZIP does
// not hold it either, it is divided on the borders of rows into "name-part1.csv" and so on, each with the header. Where rows
// stayed out, "name.left-out.csv" says which and why. All files appear together or none does. Equal input gives equal
// bytes; memory does not grow with the document.
func (r *Result) Save(ctx context.Context, o UploadOptions, report progress.Func) (UploadResult, error) {
	var none UploadResult
	ext := strings.ToLower(filepath.Ext(o.Out))
	if ext != ".csv" && ext != ".zip" {
		return none, fmt.Errorf("the upload %q must end in .csv or .zip", o.Out)
	}
	switch c := r.Counts(); {
	case c.Header > 0:
		return none, fmt.Errorf("%w (%d): fix them first", ErrHeader, c.Header)
	case c.Errors > 0 && !o.LeaveOutErrors:
		return none, fmt.Errorf("%d %w: fix them or leave them out", c.Errors, ErrHasErrors)
	case c.Ready == 0:
		return none, fmt.Errorf("nothing to upload: %w", ErrNothingReady)
	}
	if err := r.checkGuess(ctx); err != nil {
		return none, err
	}
	source := o.Document
	if source == "" && r.p.opt.Form != nil {
		source = r.p.opt.Form.path
	}
	out, err := upload.Create(upload.Target{Out: o.Out, Max: r.p.opt.MaxBytes, Replace: o.Replace, Source: source, EarlierZIP: savedEarlier})
	if err != nil {
		return none, err
	}
	defer out.Abort()
	w := &uploadWriter{r: r, out: out, zipped: ext == ".zip" || r.size.Over()}
	if w.single = w.zipped && ext == ".csv"; w.single {
		out.Restart(".zip")
	}
	err = w.write(ctx, report)
	if errors.Is(err, errSecondPart) {
		out.Restart(filepath.Ext(o.Out))
		w = &uploadWriter{r: r, out: out}
		err = w.write(ctx, report)
	}
	if err != nil {
		return none, err
	}
	result := UploadResult{Zipped: w.single, LeftOut: r.states[finding.Error].len()}
	if result.LeftOut > 0 {
		if result.LeftList, err = r.listLeftOut(ctx, out, report); err != nil {
			return none, err
		}
	}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	result.Parts, err = out.Commit()
	return result, err
}

// savedEarlier says whether a ZIP was written by an earlier save: it has one file, called as a save calls it.
func savedEarlier(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false
	}
	z, err := archive.Open(f, info.Size(), archive.Limits{})
	if err != nil || z.Len() != 1 {
		return false
	}
	e, err := z.Entry(0)
	return err == nil && e.Name == strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))+".csv"
}

// listLeftOut writes the list of the rows that stayed out.
func (r *Result) listLeftOut(ctx context.Context, out *upload.Files, report progress.Func) (string, error) {
	return out.List(".left-out.csv", LeftOutColumns, func(row func(...string)) error {
		return r.explainRows(ctx, r.places(r.states[finding.Error], 0), "", false, report, func(list []Finding) error {
			for _, x := range list {
				if x.Severity != finding.Error {
					continue
				}
				common := ""
				if r.p.name >= 0 {
					common = r.snap.Cell(x.Position.Row, r.p.name)
				}
				row(strconv.Itoa(x.Row), common, x.Column, x.Severity.String(), x.Rule, x.Message, x.Hint)
			}
			return nil
		})
	})
}

// quoter writes rows in the service's form.
type quoter struct {
	columns []int // that are written; nil for all
	csr     int   // the column of CSRs, -1 for none
	pem     PEMForm
}

func (r *Result) newQuoter() quoter {
	q := quoter{csr: r.p.csr, pem: r.p.opt.PEM}
	if len(r.written) < len(r.p.columns) {
		q.columns = r.written
	}
	return q
}

// asItIs says that a row whose cells are all quoted needs no other form.
func (q *quoter) asItIs(raw []byte) bool {
	if q.columns != nil || bytes.Contains(raw, []byte(`"'`)) {
		return false
	}
	return q.csr < 0 || q.pem == OneLine && bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') < 0 && !blankInBody(raw)
}

// append adds a row to dst.
func (q *quoter) append(dst []byte, cells [][]byte) []byte {
	if q.columns == nil {
		for i, cell := range cells {
			dst = q.cell(dst, i, i, cell)
		}
	} else {
		for k, i := range q.columns {
			dst = q.cell(dst, k, i, cells[i])
		}
	}
	return append(dst, '\n')
}

// cell adds the cell of column i as the k-th of its row.
func (q *quoter) cell(dst []byte, k, i int, cell []byte) []byte {
	if k > 0 {
		dst = append(dst, ',')
	}
	switch {
	case i == q.csr:
		cell = cleanPEM(cell, q.pem)
	case len(cell) > 0 && cell[0] == '\'':
		cell = []byte(csvlist.Plain(string(cell)))
	}
	return append(csvlist.AppendQuoted(append(dst, '"'), cell), '"')
}

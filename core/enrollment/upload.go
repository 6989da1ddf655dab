package enrollment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
)

// UploadOptions say how an upload is written. Its limit of bytes and the form of CSRs are those of the check.
type UploadOptions struct {
	Out            string // ends in ".csv" or ".zip"; parts and the list of what stayed out stand beside it
	LeaveOutErrors bool   // rows with errors stay out instead of stopping the upload
	Replace        bool   // files of an earlier upload of this name may be replaced
	Document       string // the file of the document, which is never replaced; "": that of Options.Form
}

// Part is one file of an upload; its entries are rows. Each is an order of its own: delivery compares the result with it.
type Part = csr.Part

// UploadResult says what was written.
type UploadResult struct {
	Parts    []Part
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

// ErrOwnFile refuses an upload that would replace the file of the document itself.
var ErrOwnFile = errors.New("the upload would replace the document that it is made of; choose another name")

// LeftoverError says that files of an earlier upload stand where this one would go.
type LeftoverError struct{ Files []string }

// Error names the files.
func (e *LeftoverError) Error() string {
	return fmt.Sprintf("files of an earlier upload stand there: %s; choose another name or agree to replace them", strings.Join(e.Files, ", "))
}

// Is matches fs.ErrExist.
func (e *LeftoverError) Is(target error) bool { return target == fs.ErrExist }

// LeftOutColumns head the list of what stayed out of an upload and why; a row has a line for each reason.
var LeftOutColumns = []string{"row", "common_name", "column", "severity", "rule", "reason", "hint"}

// Save writes the rows that are ready in the service's form: UTF-8, commas, every cell in double quotes, one line a row.
// The ending of the name says whether it is a CSV or a ZIP with one. A CSV beyond the limit is zipped; where a ZIP does
// not hold it either, it is divided on the borders of rows into "name-part1.csv" and so on, each with the header. Where rows
// stayed out, "name.left-out.csv" says which and why. All files appear together or none does. Equal input gives equal
// bytes; memory does not grow with the document.
func (r *Result) Save(ctx context.Context, o UploadOptions, report progress.Func) (UploadResult, error) {
	var none UploadResult
	dir, base := filepath.Split(o.Out)
	if dir == "" {
		dir = "."
	}
	ext := strings.ToLower(filepath.Ext(base))
	if ext != ".csv" && ext != ".zip" || len(base) == len(ext) {
		return none, fmt.Errorf("the upload %q must end in .csv or .zip", o.Out)
	}
	switch c := r.Counts(); {
	case c.Header > 0:
		return none, fmt.Errorf("%w (%d): mend them first", ErrHeader, c.Header)
	case c.Errors > 0 && !o.LeaveOutErrors:
		return none, fmt.Errorf("%d %w: mend them or leave them out", c.Errors, ErrHasErrors)
	case c.Ready == 0:
		return none, fmt.Errorf("nothing to upload: %w", ErrNothingReady)
	}
	stem := base[:len(base)-len(ext)]
	old, err := earlier(dir, stem, ext)
	if err != nil {
		return none, err
	}
	if len(old) > 0 && !o.Replace {
		return none, &LeftoverError{Files: old}
	}
	w := &uploadWriter{r: r, dir: dir, stem: stem, extension: base[len(stem):], replace: o.Replace, max: r.p.opt.MaxBytes}
	defer func() { w.abort() }()
	switch {
	case ext == ".zip":
		w.zipped = true
		err = w.write(ctx, report)
	case !r.size.Over():
		err = w.write(ctx, report)
	default:
		one := *w
		one.zipped, one.single, one.extension = true, true, ".zip"
		if err = one.write(ctx, report); err == nil {
			*w = one
			break
		}
		one.abort()
		if errors.Is(err, errSecondPart) {
			err = w.write(ctx, report)
		}
	}
	if err != nil {
		return none, err
	}
	result := UploadResult{Parts: w.parts, Zipped: w.zipped && ext == ".csv"}
	if result.LeftOut = r.states[finding.Error].len(); result.LeftOut > 0 {
		result.LeftList = stem + ".left-out.csv"
		if err := w.writeLeftOut(ctx, result.LeftList, report); err != nil {
			return none, err
		}
	}
	for _, name := range slices.Concat(w.names, old) {
		if r.isDocument(o, filepath.Join(dir, name)) {
			return none, fmt.Errorf("%q: %w", name, ErrOwnFile)
		}
	}
	for _, name := range old {
		if !slices.Contains(w.names, name) {
			w.set.Remove(name)
		}
	}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	if err := w.set.Commit(); err != nil {
		return none, err
	}
	for i := range result.Parts {
		result.Parts[i].File = filepath.Join(dir, result.Parts[i].File)
	}
	if result.LeftList != "" {
		result.LeftList = filepath.Join(dir, result.LeftList)
	}
	return result, nil
}

// isDocument says whether a path leads to the file of the document.
func (r *Result) isDocument(o UploadOptions, path string) bool {
	own := o.Document
	if own == "" && r.p.opt.Form != nil {
		own = r.p.opt.Form.path
	}
	if own == "" {
		return false
	}
	a, err := os.Stat(own)
	if err != nil {
		return false
	}
	b, err := os.Stat(path)
	return err == nil && os.SameFile(a, b)
}

// earlier lists the files in dir that an upload of this name would have written. A CSV of the same stem is none where a
// ZIP is written: it may be the very document.
func earlier(dir, stem, ext string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot look into the folder for the upload: %w", err)
	}
	var out []string
	for _, d := range entries {
		rest, ok := strings.CutPrefix(d.Name(), stem)
		switch {
		case !ok:
		case strings.EqualFold(rest, ext), rest == ".left-out.csv", isPart(rest, ext):
			out = append(out, d.Name())
		}
	}
	return out, nil
}

func isPart(rest, ext string) bool {
	n, ok := strings.CutPrefix(rest, "-part")
	if !ok || len(n) <= len(ext) || !strings.EqualFold(n[len(n)-len(ext):], ext) {
		return false
	}
	_, err := strconv.ParseUint(n[:len(n)-len(ext)], 10, 32)
	return err == nil
}

// writeLeftOut writes the list of the rows that stayed out.
func (w *uploadWriter) writeLeftOut(ctx context.Context, name string, report progress.Func) error {
	f, err := w.set.Create(name)
	if err != nil {
		return err
	}
	w.names = append(w.names, name)
	r := w.r
	line := appendRow(nil, LeftOutColumns, -1)
	err = r.explainRows(ctx, r.places(r.states[finding.Error]), "", false, report, func(list []Finding) error {
		for _, x := range list {
			if x.Severity == finding.Error {
				common := ""
				if r.p.name >= 0 {
					common = r.snap.Cell(x.Position.Row, r.p.name)
				}
				line = appendRow(line, []string{strconv.Itoa(x.Row), common, x.Column, x.Severity.String(), x.Rule, x.Message, x.Hint}, -1)
			}
			if len(line) > 1<<16 {
				if _, err := f.Write(line); err != nil {
					return err
				}
				line = line[:0]
			}
		}
		return nil
	})
	if err == nil {
		_, err = f.Write(line)
	}
	if err != nil {
		return fmt.Errorf("cannot write %q: %w", name, err)
	}
	return f.Close()
}

// quoter writes rows in the service's form.
type quoter struct {
	columns []int // that are written; nil for all
	oneLine int   // column whose line breaks are left out, -1 for none
}

func (r *Result) newQuoter() quoter {
	q := quoter{oneLine: r.p.onOneLine()}
	if len(r.written) < len(r.p.columns) {
		q.columns = r.written
	}
	return q
}

// asItIs says that a row whose cells are all quoted needs no other form.
func (q *quoter) asItIs(raw []byte) bool {
	return q.columns == nil && (q.oneLine < 0 || bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') < 0)
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
	dst = append(dst, '"')
	if i == q.oneLine {
		dst = appendOnOneLine(dst, cell)
	} else {
		dst = appendEscaped(dst, cell)
	}
	return append(dst, '"')
}

// appendRow appends a row of texts. In the column at oneLine line breaks are left out; -1 for none.
func appendRow(dst []byte, cells []string, oneLine int) []byte {
	q := quoter{oneLine: oneLine}
	for i, cell := range cells {
		dst = q.cell(dst, i, i, []byte(cell))
	}
	return append(dst, '\n')
}

func appendEscaped(dst, cell []byte) []byte {
	for {
		i := bytes.IndexByte(cell, '"')
		if i < 0 {
			return append(dst, cell...)
		}
		dst = append(dst, cell[:i+1]...)
		dst = append(dst, '"')
		cell = cell[i+1:]
	}
}

func appendOnOneLine(dst, cell []byte) []byte {
	for {
		i := bytes.IndexAny(cell, "\r\n")
		if i < 0 {
			return appendEscaped(dst, cell)
		}
		dst = appendEscaped(dst, cell[:i])
		cell = cell[i+1:]
	}
}

// countWriter counts what passes.
type countWriter struct {
	w io.Writer
	n int64
}

func (c *countWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

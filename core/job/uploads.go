package job

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"enrollbench/core/attribute"
	"enrollbench/core/csvdoc"
	"enrollbench/core/csvlist"
	"enrollbench/core/osfile"
)

// uploadsFolder is where upload files lie that were written to be sent.
const uploadsFolder = "uploads"

// uploadsAge is how old a folder of upload files is before it counts as left behind: another program may be about to order
// what lies in a younger one.
const uploadsAge = 24 * time.Hour

// Uploads makes a folder for the upload files of one batch. Whoever does not start the batch calls RemoveUploads.
func (s *Station) Uploads() (string, error) {
	base := s.uploadsBase()
	if err := osfile.MkdirAll(base, 0o700); err != nil {
		return "", err
	}
	return osfile.MkdirTemp(base, "batch-")
}

// RemoveUploads removes a folder of upload files of a batch that was not started. Only one that Uploads made is.
func RemoveUploads(folder string) error {
	if filepath.Base(filepath.Dir(folder)) != uploadsFolder {
		return nil
	}
	return os.RemoveAll(folder)
}

// SweepUploads removes the folders of upload files that no batch refers to, such as a crash leaves them.
func (s *Station) SweepUploads(ctx context.Context, now time.Time) error {
	base := s.uploadsBase()
	entries, err := os.ReadDir(base)
	if errors.Is(err, fs.ErrNotExist) || len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	used, err := s.usedUploads(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		info, err := e.Info()
		folder := filepath.Join(base, e.Name())
		if err != nil || !info.IsDir() || used[folder] || now.Sub(info.ModTime()) < uploadsAge {
			continue
		}
		errs = append(errs, RemoveUploads(folder))
	}
	return errors.Join(errs...)
}

// ReleaseUploads removes the upload files of a batch whose record is gone, unless another batch has the same ones.
func (s *Station) ReleaseUploads(ctx context.Context, r *Record) error {
	folder := filepath.Dir(r.Path)
	if r.Path == "" || filepath.Dir(folder) != s.uploadsBase() {
		return nil // the user's own file
	}
	used, err := s.usedUploads(ctx)
	if err != nil || used[folder] {
		return err
	}
	return RemoveUploads(folder)
}

// usedUploads are the folders that the files of batches lie in.
func (s *Station) usedUploads(ctx context.Context) (map[string]bool, error) {
	all, err := s.Jobs.List(ctx, Filter{})
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, r := range all {
		used[filepath.Dir(r.Path)], used[filepath.Dir(r.OrderPath)] = true, true
	}
	return used, nil
}

// uploadsBase is the folder of the folders, named as records name files: whole.
func (s *Station) uploadsBase() string {
	base := filepath.Join(s.folder, uploadsFolder)
	if whole, err := filepath.Abs(base); err == nil {
		return whole
	}
	return base
}

// FormProblems says in words what keeps a CSV itself, and not what it says, from being read by the service as it is meant; nil for
// nothing. A file that cannot be read as a table is not its to report.
func FormProblems(ctx context.Context, path string) ([]string, error) {
	doc, err := csvdoc.Open(ctx, path, csvdoc.Options{Limits: csvdoc.Limits{Bytes: maxUploadPlain}})
	if err != nil {
		return nil, ctx.Err()
	}
	defer doc.Close()
	d := doc.Dialect()
	var wrong []string
	workbook, encoding, sepLine := doc.Foreign()
	if workbook != "" {
		wrong = append(wrong, fmt.Sprintf("it is %s, not a CSV", workbook))
	}
	if encoding != "" {
		wrong = append(wrong, fmt.Sprintf("its encoding is %s, not UTF-8", encoding))
	}
	if sepLine {
		wrong = append(wrong, "its first line is sep=, which only Excel understands")
	}
	if d.Encoding != csvdoc.UTF8 {
		wrong = append(wrong, fmt.Sprintf("its encoding is %s, not UTF-8", d.Encoding))
	}
	if d.Delimiter != ',' {
		wrong = append(wrong, fmt.Sprintf("its delimiter is the %s, not the comma", d.DelimiterName()))
	}
	if d.Escape != csvdoc.Doubled {
		wrong = append(wrong, "quotes within a cell have a backslash before them instead of a second quote")
	}
	if d.Newline == csvdoc.CR {
		wrong = append(wrong, "its lines end in CR alone, as on old Macintosh computers")
	}
	if !d.Header {
		wrong = append(wrong, "its first row does not hold the names of the columns")
	}
	for i, c := range doc.Snapshot().Columns() {
		if strings.TrimSpace(c.Name) == "" && d.Header {
			wrong = append(wrong, fmt.Sprintf("column %d has no name", i+1))
		}
	}
	if err := doc.Index(ctx, nil); err != nil {
		return wrong, ctx.Err()
	}
	defused, err := firstDefused(ctx, doc.Snapshot())
	if defused != "" {
		wrong = append(wrong, defused)
	}
	return wrong, err
}

// firstDefused names the first cell with the apostrophe that keeps a spreadsheet from running it: in lists of refused rows, which are read
// back without it. The service would take the apostrophe for part of the value.
func firstDefused(ctx context.Context, rows *csvdoc.Snapshot) (text string, err error) {
	found := errors.New("found")
	columns := rows.Columns()
	err = rows.ScanBytes(ctx, 0, rows.Rows(), func(i int, _ csvdoc.RowID, cells [][]byte, _ []byte) error {
		for k, cell := range cells {
			if len(cell) > 1 && cell[0] == '\'' && csvlist.Plain(string(cell)) != string(cell) && k < len(columns) {
				text = fmt.Sprintf("row %d, %s: %s has an apostrophe before it that only spreadsheets need", rows.FileRow(i), columns[k].Name, attribute.Quote(string(cell)))
				return found
			}
		}
		return nil
	})
	if errors.Is(err, found) {
		err = nil
	}
	return text, err
}

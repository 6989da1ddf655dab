package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/upload"
)

// checkTables puts what is wrong with the rows of CSVs into the batch. With --convert, files that are not in the form of an upload
// are written in it, and take the place of those that were given.
func (q *jobRequest) checkTables(ctx context.Context, s *session, d *desk, b *job.Batch) error {
	b.Findings = new(finding.Report)
	given := b.Files
	b.Files = nil
	for _, f := range given {
		t := table{template: q.template, maxBytes: upload.MaxBytes, encoding: q.encoding}
		t.keys.index = int(enrollment.ServerKeys)
		if b.Keys == job.ByDevice {
			t.keys.index = int(enrollment.ClientKeys)
		}
		doc, result, err := t.check(ctx, s, []string{f.Path})
		if err != nil {
			return err
		}
		report, err := result.Report(ctx, f.Path, nil)
		files := []job.File{f}
		if err == nil && q.convert && report.Count(finding.Error) == 0 {
			if files, err = q.converted(ctx, s, d, f, result); errors.Is(err, enrollment.ErrEncodingGuessed) {
				err = complainOfGuess(s, doc, "sent")
			}
		}
		if err = errors.Join(err, doc.Close()); err != nil {
			return err
		}
		b.Files = append(b.Files, files...)
		b.Findings.Merge(report)
	}
	return nil
}

// converted writes what was checked in the form of an upload, unless the file is in it.
func (q *jobRequest) converted(ctx context.Context, s *session, d *desk, f job.File, result *enrollment.Result) ([]job.File, error) {
	wrong, err := job.FormProblems(ctx, f.Path)
	if err != nil || len(wrong) == 0 {
		return []job.File{f}, err
	}
	if q.folder == "" {
		if q.folder, err = d.Uploads(); err != nil {
			return nil, err
		}
	}
	base := filepath.Base(f.Path)
	report, stop := s.track("converting")
	defer stop()
	written, err := result.Save(ctx, enrollment.UploadOptions{Out: filepath.Join(q.folder, strings.TrimSuffix(base, filepath.Ext(base))+"-upload.csv")}, report)
	stop()
	if err != nil {
		return nil, err
	}
	if q.name == "" {
		q.name = base
	}
	s.complain("%q was converted: %s", base, strings.Join(wrong, "; "))
	from, err := filepath.Abs(f.Path)
	var files []job.File
	for _, p := range written.Parts {
		files = append(files, job.File{Path: filepath.Join(q.folder, filepath.Base(p.File)), Count: p.Entries, From: from})
	}
	return files, err
}

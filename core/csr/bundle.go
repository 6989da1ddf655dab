package csr

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"enrollbench/core/progress"
	"enrollbench/core/upload"
)

// BundleOptions say how a bundle is written.
type BundleOptions struct {
	Out            string // path of the ZIP, ending in ".zip"; parts, manifest and list of what stayed out stand beside it
	LeaveOutErrors bool   // entries with errors stay out instead of stopping the bundle
	MaxBytes       int64  // of one part, central directory included; 0: upload.MaxBytes
	MaxEntries     int    // of one part; 0: upload.MaxPlainEntries
	Names          NameBy
	Replace        bool // files of an earlier bundle of this name may be replaced
}

// BundleResult says what was written.
type BundleResult struct {
	Parts    []upload.Part
	Manifest string
	LeftOut  int    // entries that stayed out
	LeftList string // the file that lists them, "" where nothing stayed out
}

// ErrHasErrors is the cause where entries have errors and LeaveOutErrors is false.
var ErrHasErrors = errors.New("entries have errors")

// ErrNothingReady is the cause where no CSR would go into the bundle.
var ErrNothingReady = errors.New("no CSR is ready")

// Bundle writes the CSRs of the set as a ZIP of PEM files, in parts "name-part1.zip" and so on where one would pass
// MaxBytes or MaxEntries, with a manifest "name.manifest.csv" and, where entries stayed out, "name.left-out.csv". All of
// them appear together or none does. Each CSR is read again from its file and compared with the check; one that changed
// stops the bundle with a *ChangedError. Equal input gives equal bytes. Memory does not grow with the parts' size.
func (s *Set) Bundle(ctx context.Context, o BundleOptions, report progress.Func) (BundleResult, error) {
	var none BundleResult
	if o.MaxEntries <= 0 {
		o.MaxEntries = upload.MaxPlainEntries
	}
	if !strings.EqualFold(filepath.Ext(o.Out), ".zip") {
		return none, fmt.Errorf("the bundle %q must end in .zip", o.Out)
	}
	if n := s.Count(Failed); n > 0 && !o.LeaveOutErrors {
		return none, fmt.Errorf("%d %w: fix them or leave them out", n, ErrHasErrors)
	}
	ready, left := s.divide()
	if len(ready) == 0 {
		return none, fmt.Errorf("nothing to bundle: %w", ErrNothingReady)
	}
	out, err := upload.Create(upload.Target{Out: o.Out, Max: o.MaxBytes, Replace: o.Replace})
	if err != nil {
		return none, err
	}
	defer out.Abort()
	w := &bundleWriter{out: out, maxEntries: o.MaxEntries}
	files := bundleNames(ready, o.Names)
	if err := w.writeParts(ctx, files, report); err != nil {
		return none, err
	}
	if err := w.writeManifest(files); err != nil {
		return none, err
	}
	if err := w.writeLeftOut(s, left); err != nil {
		return none, err
	}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	w.result.Parts, err = out.Commit()
	return w.result, err
}

// divide returns the entries that go into the bundle and the indexes of those that stay out.
func (s *Set) divide() (ready []*Entry, left []int) {
	ready = make([]*Entry, 0, len(s.entries))
	for i, e := range s.entries {
		if s.status[i].Goes() {
			ready = append(ready, e)
		} else {
			left = append(left, i)
		}
	}
	return ready, left
}

// EstimatedBytes is about how large the bundle's parts will be together, before they are written: good to a few per
// cent, for the bar that shows how much of the limit is used.
func (s *Set) EstimatedBytes() int64 {
	var sum int64
	for i, e := range s.entries {
		if s.status[i].Goes() {
			sum += e.estimate()
		}
	}
	return sum
}

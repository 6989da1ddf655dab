package csr

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"enrollbench/core/atomicfile"
	"enrollbench/core/progress"
)

// MaxUploadBytes is the service's limit for one uploaded file, 200 MB in its stricter reading.
const MaxUploadBytes = 200_000_000

// MaxPlainEntries is the most entries a ZIP holds without ZIP64, which not every reader knows; whether the service does
// is not stated.
const MaxPlainEntries = 65_534

// BundleOptions say how a bundle is written.
type BundleOptions struct {
	Out            string // path of the ZIP, ending in ".zip"; parts, manifest and list of what stayed out stand beside it
	LeaveOutErrors bool   // entries with errors stay out instead of stopping the bundle
	MaxBytes       int64  // of one part, central directory included; 0: MaxUploadBytes
	MaxEntries     int    // of one part; 0: MaxPlainEntries
	Names          NameBy
	Replace        bool // files of an earlier bundle of this name may be replaced
}

// Part is one ZIP of a bundle.
type Part struct {
	File    string `json:"file"`
	Bytes   int64  `json:"bytes"`
	Entries int    `json:"entries"`
	SHA256  string `json:"sha256"`
}

// BundleResult says what was written.
type BundleResult struct {
	Parts    []Part
	Manifest string
	LeftOut  int    // entries that stayed out
	LeftList string // the file that lists them, "" where nothing stayed out
}

// ErrHasErrors is the cause where entries have errors and LeaveOutErrors is false.
var ErrHasErrors = errors.New("entries have errors")

// ErrNothingReady is the cause where no CSR would go into the bundle.
var ErrNothingReady = errors.New("no CSR is ready")

// LeftoverError says that files of an earlier bundle stand where this one would go.
type LeftoverError struct{ Files []string }

// Error names the files.
func (e *LeftoverError) Error() string {
	return fmt.Sprintf("files of an earlier bundle stand there: %s; choose another name or agree to replace them", strings.Join(e.Files, ", "))
}

// Is matches fs.ErrExist.
func (e *LeftoverError) Is(target error) bool { return target == fs.ErrExist }

// Bundle writes the CSRs of the set as a ZIP of PEM files, in parts "name-part1.zip" and so on where one would pass
// MaxBytes or MaxEntries, with a manifest "name.manifest.csv" and, where entries stayed out, "name.left-out.csv". All of
// them appear together or none does. Each CSR is read again from its file and compared with the check; one that changed
// stops the bundle with a *ChangedError. Equal input gives equal bytes. Memory does not grow with the parts' size.
func (s *Set) Bundle(ctx context.Context, o BundleOptions, report progress.Func) (BundleResult, error) {
	var none BundleResult
	if o.MaxBytes <= 0 {
		o.MaxBytes = MaxUploadBytes
	}
	if o.MaxEntries <= 0 {
		o.MaxEntries = MaxPlainEntries
	}
	if !strings.EqualFold(filepath.Ext(o.Out), ".zip") {
		return none, fmt.Errorf("the bundle %q must end in .zip", o.Out)
	}
	if n := s.Count(Failed); n > 0 && !o.LeaveOutErrors {
		return none, fmt.Errorf("%d %w: mend them or leave them out", n, ErrHasErrors)
	}
	ready, left := s.divide()
	if len(ready) == 0 {
		return none, fmt.Errorf("nothing to bundle: %w", ErrNothingReady)
	}
	dir, base := filepath.Split(o.Out)
	if dir == "" {
		dir = "."
	}
	stem := base[:len(base)-len(".zip")]
	old, err := earlier(dir, stem)
	if err != nil {
		return none, err
	}
	if len(old) > 0 && !o.Replace {
		return none, &LeftoverError{Files: old}
	}
	set := atomicfile.NewSet(dir, atomicfile.Options{Replace: o.Replace})
	defer set.Abort()

	w := &bundleWriter{set: set, opt: o, stem: stem}
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
	for _, name := range old {
		if !slices.Contains(w.names, name) {
			set.Remove(name)
		}
	}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	if err := set.Commit(); err != nil {
		return none, err
	}
	for i := range w.result.Parts {
		w.result.Parts[i].File = filepath.Join(dir, w.result.Parts[i].File)
	}
	w.result.Manifest = filepath.Join(dir, w.result.Manifest)
	if w.result.LeftList != "" {
		w.result.LeftList = filepath.Join(dir, w.result.LeftList)
	}
	return w.result, nil
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

// earlier lists the files in dir that a bundle of this stem would have written.
func earlier(dir, stem string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot look into the folder for the bundle: %w", err)
	}
	var out []string
	for _, d := range entries {
		rest, ok := strings.CutPrefix(d.Name(), stem)
		if !ok {
			continue
		}
		switch rest {
		case ".zip", ".manifest.csv", ".left-out.csv":
			out = append(out, d.Name())
			continue
		}
		if n, ok := strings.CutPrefix(rest, "-part"); ok {
			if digits, ok := strings.CutSuffix(n, ".zip"); ok {
				if _, err := strconv.ParseUint(digits, 10, 32); err == nil {
					out = append(out, d.Name())
				}
			}
		}
	}
	return out, nil
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

package atomicfile

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Set is several files of one folder that appear together or not at all: the parts of a bundle and its manifest. Use
// it like File: NewSet, defer Abort, Create and write each, Commit. Its methods are not safe for concurrent use; the
// files of one set may be written at the same time.
type Set struct {
	dir    string
	opts   Options
	ops    operations
	files  []*SetFile
	remove []string
	err    error // of the recovery
	done   bool
}

// SetFile is one file of a Set while it is written. Close it before Commit.
type SetFile struct {
	temporary
	name string
}

// Close syncs and closes the file; a write that failed before is reported here again.
func (f *SetFile) Close() error {
	if err := f.finish(); err != nil {
		return fmt.Errorf("write %q: %w", f.name, err)
	}
	return nil
}

// NewSet prepares a set in dir, which must exist. It first finishes what a crash interrupted there (Recover); if that
// fails, Create and Commit report it.
func NewSet(dir string, o Options) *Set { return newSet(dir, o, system) }

func newSet(dir string, o Options, ops operations) *Set {
	s := &Set{dir: dir, opts: o, ops: ops}
	_, s.err = recoverDir(dir, ops)
	return s
}

// Create opens the temporary for the file that will be called name, a plain name in the set's folder. A name that the
// set has already is refused, also when only the case differs: most file systems take these for one. An existing file
// is refused unless Options.Replace, or Remove was called for it.
func (s *Set) Create(name string) (*SetFile, error) {
	if err := s.usable(); err != nil {
		return nil, err
	}
	if err := s.free(name, nil); err != nil {
		return nil, err
	}
	f := &SetFile{name: name}
	if err := f.open(s.dir, name, s.opts.mode(), s.ops); err != nil {
		return nil, fmt.Errorf("create %q: %w", filepath.Join(s.dir, name), err)
	}
	s.files = append(s.files, f)
	return f, nil
}

// Rename decides on another final name for a file of the set: "x.zip" becomes "x-part1.zip" once there is a second part.
func (s *Set) Rename(oldName, newName string) error {
	if err := s.usable(); err != nil {
		return err
	}
	for _, f := range s.files {
		if f.name == oldName {
			if err := s.free(newName, f); err != nil {
				return err
			}
			f.name = newName
			return nil
		}
	}
	return fmt.Errorf("rename %q: the set has no such file", oldName)
}

// Remove has Commit remove an existing file of the folder: a part that an earlier, larger set left behind. It is the
// user's consent for that name: the set may also create it anew. A file that is not there is no error.
func (s *Set) Remove(name string) {
	if err := checkName(name); err != nil && s.err == nil {
		s.err = fmt.Errorf("remove: %w", err)
	}
	if !slices.Contains(s.remove, name) {
		s.remove = append(s.remove, name)
	}
}

func (s *Set) usable() error {
	if s.done {
		return errClosed
	}
	return s.err
}

// free says why name cannot be the final name of a file of the set, self aside.
func (s *Set) free(name string, self *SetFile) error {
	if err := checkName(name); err != nil {
		return err
	}
	if isHidden(name, tempSuffix) || isHidden(name, asideSuffix) || isHidden(name, recordSuffix) {
		return fmt.Errorf("%q has the form of a temporary", name)
	}
	for _, f := range s.files {
		if f != self && strings.EqualFold(f.name, name) {
			return fmt.Errorf("%q: the set has %q already", name, f.name)
		}
	}
	info, err := exists(filepath.Join(s.dir, name))
	switch {
	case err != nil:
		return err
	case info == nil:
		return nil
	case info.IsDir():
		return fmt.Errorf("%q: a folder has that name", filepath.Join(s.dir, name))
	case !s.mayReplace(name):
		return refuseExisting(filepath.Join(s.dir, name))
	}
	return nil
}

func (s *Set) mayReplace(name string) bool { return s.opts.Replace || slices.Contains(s.remove, name) }

// Commit gives all files their names and removes what Remove named, as one: after an error, and after a crash once
// Recover ran, the folder shows either all of it or nothing. (Between two renames another program can see a part of it:
// no file system offers more.) Files that are still open are an error. The set's temporaries are gone either way.
func (s *Set) Commit() error {
	if err := s.usable(); err != nil {
		return fmt.Errorf("save in %q: %w", s.dir, err)
	}
	steps, err := s.steps()
	if err == nil && len(steps) > 0 {
		c := commit{dir: s.dir, steps: steps, ops: s.ops}
		err = c.run()
	}
	if err != nil {
		_ = s.Abort()
		return fmt.Errorf("save in %q: %w", s.dir, err)
	}
	for _, f := range s.files {
		f.done = true
	}
	s.done = true
	return nil
}

// steps lists what is to be done: removals first, then the files in the order of their creation.
func (s *Set) steps() ([]step, error) {
	var steps []step
	for _, name := range s.remove {
		if slices.ContainsFunc(s.files, func(f *SetFile) bool { return f.name == name }) {
			continue // replaced, not removed
		}
		info, err := exists(filepath.Join(s.dir, name))
		if err != nil {
			return nil, err
		}
		if info == nil {
			continue
		}
		if info.IsDir() {
			return nil, fmt.Errorf("remove %q: it is a folder", name)
		}
		steps = append(steps, step{Name: name, Aside: hidden(name, asideSuffix), Old: identify(info)})
	}
	for _, f := range s.files {
		if f.f != nil {
			return nil, fmt.Errorf("%q is still open: close it before the set is saved", f.name)
		}
		if f.err != nil {
			return nil, fmt.Errorf("write %q: %w", f.name, f.err)
		}
		st := step{Name: f.name, Temp: filepath.Base(f.path)}
		info, err := exists(filepath.Join(s.dir, f.name))
		if err != nil {
			return nil, err
		}
		if info != nil {
			if info.IsDir() {
				return nil, fmt.Errorf("%q: a folder has that name", f.name)
			}
			if !s.mayReplace(f.name) {
				return nil, refuseExisting(filepath.Join(s.dir, f.name))
			}
			st.Aside, st.Old = hidden(f.name, asideSuffix), identify(info)
		}
		steps = append(steps, st)
	}
	return steps, nil
}

// Abort closes and removes the temporaries. It may be called any number of times, and after Commit, when it does nothing.
func (s *Set) Abort() error {
	if s.done {
		return nil
	}
	s.done = true
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.discard())
	}
	return errors.Join(errs...)
}

package requests

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
)

// csrState is the list of the CSR tab: what was given and what became of it. It never changes; each operation makes
// another one that shares the entries, so that undoing is going back to an earlier one.
type csrState struct {
	set     *csr.Set
	sources []string                  // absolute paths that were given, in order, none within another
	removed map[finding.Location]bool // what the user took off the list, for checking again
	origin  *byte                     // the same for lists that were made of each other, which share their entries
}

func emptyState() csrState { return csrState{set: csr.NewSet(csr.Options{}), origin: new(byte)} }

// added is what adding did.
type added struct {
	state   csrState
	again   []string // paths that were in the list already
	missing []string // paths that do not exist
}

// add takes in paths. One that is in the list already is left alone, unless something of it was removed: then it is read
// anew. A folder that holds what is in the list already takes its place.
func (s csrState) add(ctx context.Context, paths []string, report progress.Func) (added, error) {
	out := added{state: s}
	fresh := map[string]bool{}
	var order []string
	for _, p := range paths {
		if abs, err := filepath.Abs(p); err == nil {
			p = abs
		}
		switch _, err := os.Stat(p); {
		case errors.Is(err, fs.ErrNotExist):
			out.missing = append(out.missing, p)
		case !fresh[p]:
			fresh[p] = true
			order = append(order, p)
		}
	}
	present, gone := s.presence(fresh)
	sources := setOf(s.sources)
	var take []string
	replace := map[string]bool{}
	for _, p := range order {
		switch {
		case within(filepath.Dir(p), fresh): // its folder comes too
		case present[p] > 0 && sources[p] && gone[p] == 0:
			out.again = append(out.again, p)
		case present[p] > 0 && within(p, sources) && gone[p] == 0 && !files.IsFolder(p):
			out.again = append(out.again, p)
		default:
			take = append(take, p)
			replace[p] = true
		}
	}
	if len(take) == 0 {
		return out, nil
	}
	base, removed := s.set, s.removed
	var drop []int
	for i := range base.Len() {
		if within(base.Entry(i).At.File, replace) {
			drop = append(drop, i)
		}
	}
	if len(drop) > 0 {
		var err error
		if base, err = base.Remove(ctx, drop); err != nil {
			return out, err
		}
	}
	if len(removed) > 0 {
		removed = map[finding.Location]bool{}
		for l := range s.removed {
			if !within(l.File, replace) {
				removed[l] = true
			}
		}
	}
	set, err := base.Add(ctx, take, report)
	if err != nil {
		return out, err
	}
	next := csrState{set: set, removed: removed, origin: s.origin}
	kept := map[string]bool{}
	keep := func(p string) {
		kept[p] = true
		next.sources = append(next.sources, p)
	}
	for _, p := range s.sources {
		if !within(p, replace) {
			keep(p)
		}
	}
	for _, p := range take {
		if !within(p, kept) {
			keep(p)
		}
	}
	out.state = next
	return out, nil
}

// presence counts for each path the entries that come from it or from below it, on the list and removed.
func (s csrState) presence(paths map[string]bool) (present, gone map[string]int) {
	present, gone = map[string]int{}, map[string]int{}
	count := func(file string, m map[string]int) {
		for p := file; ; p = filepath.Dir(p) {
			if paths[p] {
				m[p]++
			}
			if p == filepath.Dir(p) {
				return
			}
		}
	}
	for i := range s.set.Len() {
		count(s.set.Entry(i).At.File, present)
	}
	for l := range s.removed {
		count(l.File, gone)
	}
	return present, gone
}

// within says whether path is one of those or lies below one.
func within(path string, paths map[string]bool) bool {
	for {
		if paths[path] {
			return true
		}
		up := filepath.Dir(path)
		if up == path {
			return false
		}
		path = up
	}
}

func setOf(paths []string) map[string]bool {
	set := make(map[string]bool, len(paths))
	for _, p := range paths {
		set[p] = true
	}
	return set
}

// remove takes entries off the list.
func (s csrState) remove(ctx context.Context, indexes []int) (csrState, error) {
	set, err := s.set.Remove(ctx, indexes)
	if err != nil {
		return s, err
	}
	if set.Len() == 0 {
		return emptyState(), nil
	}
	next := csrState{set: set, sources: s.sources, origin: s.origin, removed: make(map[finding.Location]bool, len(s.removed)+len(indexes))}
	for l := range s.removed {
		next.removed[l] = true
	}
	for _, i := range indexes {
		next.removed[s.set.Entry(i).At] = true
	}
	return next, nil
}

// exclude leaves entries out of the upload file, or takes them into it again.
func (s csrState) exclude(ctx context.Context, indexes []int, out bool) (csrState, error) {
	set, err := s.set.Exclude(ctx, indexes, out)
	if err != nil {
		return s, err
	}
	return csrState{set: set, sources: s.sources, removed: s.removed, origin: s.origin}, nil
}

// comparePrimes compares all RSA moduli.
func (s csrState) comparePrimes(ctx context.Context, report progress.Func) (csrState, error) {
	set, err := s.set.ComparePrimes(ctx, report)
	if err != nil {
		return s, err
	}
	return csrState{set: set, sources: s.sources, removed: s.removed, origin: s.origin}, nil
}

// recheck reads all sources anew; what was removed stays removed and what was left out stays out. missing are sources
// that do not exist any more.
func (s csrState) recheck(ctx context.Context, report progress.Func) (next csrState, missing []string, err error) {
	return s.reread(ctx, s.leftOut(), report)
}

// leftOut is where the entries are that are left out of the upload file.
func (s csrState) leftOut() map[finding.Location]bool {
	out := map[finding.Location]bool{}
	for i := range s.set.Len() {
		if s.set.Status(i) == csr.Excluded {
			out[s.set.Entry(i).At] = true
		}
	}
	return out
}

// reread makes the list of its sources, without what was removed; those in out are left out.
func (s csrState) reread(ctx context.Context, out map[finding.Location]bool, report progress.Func) (next csrState, missing []string, err error) {
	var there []string
	for _, p := range s.sources {
		if _, err := os.Stat(p); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, p)
		} else {
			there = append(there, p)
		}
	}
	set, err := csr.NewSet(csr.Options{}).Add(ctx, there, report)
	if err != nil {
		return s, nil, err
	}
	if set, err = apply(ctx, set, s.removed, (*csr.Set).Remove); err != nil {
		return s, nil, err
	}
	if set, err = apply(ctx, set, out, func(t *csr.Set, ctx context.Context, i []int) (*csr.Set, error) {
		return t.Exclude(ctx, i, true)
	}); err != nil {
		return s, nil, err
	}
	return csrState{set: set, sources: s.sources, removed: s.removed, origin: new(byte)}, missing, nil
}

func apply(ctx context.Context, set *csr.Set, places map[finding.Location]bool, f func(*csr.Set, context.Context, []int) (*csr.Set, error)) (*csr.Set, error) {
	var indexes []int
	if len(places) > 0 {
		for i := range set.Len() {
			if places[set.Entry(i).At] {
				indexes = append(indexes, i)
			}
		}
	}
	if len(indexes) == 0 {
		return set, nil
	}
	return f(set, ctx, indexes)
}

// commonFolder is the folder that all sources lie in, which the list leaves away before file names. A single folder is
// its own.
func (s csrState) commonFolder() string {
	common := ""
	for i, p := range s.sources {
		if !files.IsFolder(p) {
			p = filepath.Dir(p)
		}
		if i == 0 {
			common = p
			continue
		}
		for common != p && !strings.HasPrefix(p, withSlash(common)) {
			up := filepath.Dir(common)
			if up == common {
				return ""
			}
			common = up
		}
	}
	return common
}

func withSlash(folder string) string {
	if strings.HasSuffix(folder, string(filepath.Separator)) {
		return folder
	}
	return folder + string(filepath.Separator)
}

// Package csr takes PKCS#10 certification requests (RFC 2986) from files, folders and ZIPs, checks each by itself and
// against the others, and writes the good ones into the ZIP that a client-side batch enrollment uploads.
//
// Start with NewSet, Add what the user chose, read Report, and Bundle. A Set never changes: each operation returns
// another one that shares the entries, so that a window can show one while the next is made. For one request alone use
// Describe (everything about it, for people); DecodePEM and AppendPEM convert.
package csr

import (
	"context"
	"maps"
	"slices"
	"sync"

	"enrollbench/core/archive"
	"enrollbench/core/csr/keycheck"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
)

// Limits bound what a check takes in before memory is spent on it. A limit that is hit is a finding that names it.
type Limits struct {
	FileBytes int64 // one file or ZIP
	Entries   int   // in the whole set
	Depth     int   // folders below a given one
	Archive   archive.Limits
}

// DefaultLimits are generous for a factory and small for an attacker: ten times the largest upload.
var DefaultLimits = Limits{
	FileBytes: 2_000_000_000,
	Entries:   3_000_000,
	Depth:     32,
	Archive: archive.Limits{
		ArchiveBytes: 2_000_000_000,
		Entries:      3_000_000,
		EntryBytes:   2_000_000_000,
		TotalBytes:   8_000_000_000,
		NameBytes:    1024,
	},
}

// SharedPrimes says when RSA moduli are compared for a common prime; 20,000 of RSA 2048 cost 5 to 30 s and 350 MB, by the load.
type SharedPrimes uint8

const (
	SharedPrimesAuto   SharedPrimes = iota // up to SharedPrimesAutoMax moduli
	SharedPrimesAlways                     // however many
	SharedPrimesNever
)

// SharedPrimesAutoMax is how many RSA moduli are compared without being asked.
const SharedPrimesAutoMax = 20_000

// Options of a Set. The zero value takes DefaultLimits and compares up to SharedPrimesAutoMax moduli.
type Options struct {
	Limits       Limits
	SharedPrimes SharedPrimes
	Workers      int // 0: one for each core
}

// Set is the CSRs of one batch with what was found in them.
type Set struct {
	opt      Options
	given    bool // something was added, even if it was an empty folder
	entries  []*Entry
	extra    []finding.Finding // about places that are no entries: links, hidden files, limits
	excluded map[*Entry]bool
	primes   []keycheck.Shared // Members index moduliOf
	moduliOf []*Entry          // those compared for primes
	status   []Status
	related  map[int32][]finding.Finding
	report   *finding.Report

	places  sync.Once
	indexOf map[finding.Location]int
}

// NewSet returns an empty set.
func NewSet(o Options) *Set {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits
	}
	return &Set{opt: o, report: new(finding.Report)}
}

// Len is the number of entries, those that are no CSRs included.
func (s *Set) Len() int { return len(s.entries) }

// Entry returns entry i, in the order of the input.
func (s *Set) Entry(i int) *Entry { return s.entries[i] }

// Status says what entry i means for the bundle.
func (s *Set) Status(i int) Status { return s.status[i] }

// Findings returns all that was found about entry i, its relations to the others included; nil for an excluded one.
func (s *Set) Findings(i int) []finding.Finding {
	if s.status[i] == Excluded {
		return nil
	}
	own, rel := s.entries[i].Own, s.related[int32(i)]
	if len(rel) == 0 {
		return own
	}
	return slices.Concat(own, rel)
}

// Report holds the findings of every entry that is not excluded, and those about the input as a whole.
func (s *Set) Report() *finding.Report { return s.report }

// Accepted is how many CSRs a bundle would hold.
func (s *Set) Accepted() int {
	n := 0
	for _, st := range s.status {
		if st.Goes() {
			n++
		}
	}
	return n
}

// Count is how many entries have the status.
func (s *Set) Count(of Status) int {
	n := 0
	for _, st := range s.status {
		if st == of {
			n++
		}
	}
	return n
}

// Index finds the entry at a finding's place, -1 where the place is no entry.
func (s *Set) Index(at finding.Location) int {
	s.places.Do(func() {
		s.indexOf = make(map[finding.Location]int, len(s.entries))
		for i, e := range s.entries {
			if _, ok := s.indexOf[e.At]; !ok {
				s.indexOf[e.At] = i
			}
		}
	})
	if i, ok := s.indexOf[at]; ok {
		return i
	}
	return -1
}

// Has says whether a path was added already, so that a second drop of the same folder can be told.
func (s *Set) Has(path string) bool {
	return slices.ContainsFunc(s.entries, func(e *Entry) bool { return e.At.File == path })
}

// Remove returns the set without the entries at the given indexes.
func (s *Set) Remove(ctx context.Context, indexes []int) (*Set, error) {
	drop := make(map[int]bool, len(indexes))
	for _, i := range indexes {
		drop[i] = true
	}
	t := s.derive()
	t.entries = make([]*Entry, 0, len(s.entries))
	for i, e := range s.entries {
		if !drop[i] {
			t.entries = append(t.entries, e)
		} else {
			delete(t.excluded, e)
		}
	}
	if len(t.entries) == 0 {
		t.extra, t.given = nil, false
	}
	return t, t.relate(ctx, nil)
}

// Exclude returns the set with the entries at the given indexes taken out of the bundle, or put back into it. What is
// excluded stays in the list but is checked against nothing.
func (s *Set) Exclude(ctx context.Context, indexes []int, out bool) (*Set, error) {
	t := s.derive()
	for _, i := range indexes {
		if out {
			t.excluded[s.entries[i]] = true
		} else {
			delete(t.excluded, s.entries[i])
		}
	}
	return t, t.relate(ctx, nil)
}

// ComparePrimes returns the set with all its RSA moduli compared for shared primes, however many there are. It takes
// seconds for 20,000 moduli of RSA 2048, and memory somewhat more than in proportion (keycheck.SharedPrimes says how much).
func (s *Set) ComparePrimes(ctx context.Context, report progress.Func) (*Set, error) {
	t := s.derive()
	t.opt.SharedPrimes = SharedPrimesAlways
	return t, t.relate(ctx, report)
}

// derive starts another set from this one; its caller relates it.
func (s *Set) derive() *Set {
	t := &Set{opt: s.opt, given: s.given, entries: s.entries, extra: s.extra, primes: s.primes, moduliOf: s.moduliOf}
	t.excluded = maps.Clone(s.excluded)
	if t.excluded == nil {
		t.excluded = map[*Entry]bool{}
	}
	return t
}

// DER reads entry i again from its file and returns its bytes, which are those that were checked: if the file changed
// since, that is an error (*ChangedError).
func (s *Set) DER(i int) ([]byte, error) {
	l := newLoader()
	defer l.close()
	return l.load(s.entries[i])
}

package job

import "strings"

// sought are the refusals whose rows are looked for.
type sought struct {
	failures []RowFailure
	hits     []int
	byRow    map[int][]int // indexes of failures that give a row
	byName   map[string][]int
}

func newSought(failures []RowFailure) *sought {
	s := &sought{failures: failures, hits: make([]int, len(failures)), byRow: map[int][]int{}, byName: map[string][]int{}}
	for i, f := range failures {
		if f.Row > 0 {
			s.byRow[f.Row] = append(s.byRow[f.Row], i)
		}
		if key := nameKey(f.Name); key != "" {
			s.byName[key] = append(s.byName[key], i)
		}
	}
	return s
}

// nameKey makes names comparable: a MAC address in any notation is one, case does not count.
func nameKey(name string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(name), ":", "-"))
}

// take says whether the row with this number and these names was refused. A refusal that gives a row and a name means the row
// only if one of its names is that name: services count rows differently, and names decide then.
func (s *sought) take(row int, names ...string) bool {
	found := false
	for _, i := range s.byRow[row] {
		key := nameKey(s.failures[i].Name)
		if key == "" || has(names, key) {
			s.hits[i]++
			found = true
		}
	}
	if found {
		return true
	}
	for _, name := range names {
		for _, i := range s.byName[nameKey(name)] {
			s.hits[i]++
			found = true
		}
	}
	return found
}

func has(names []string, key string) bool {
	for _, name := range names {
		if nameKey(name) == key {
			return true
		}
	}
	return false
}

// rest are the refusals that no row was found for, and those that several rows were.
func (s *sought) rest() (notFound, ambiguous []RowFailure) {
	for i, n := range s.hits {
		switch {
		case n == 0:
			notFound = append(notFound, s.failures[i])
		case n > 1:
			ambiguous = append(ambiguous, s.failures[i])
		}
	}
	return notFound, ambiguous
}

package finding

import (
	"bufio"
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// Report holds all findings of one check. The zero value is empty and ready. It is not safe for concurrent use: give
// each worker its own and Merge them.
type Report struct {
	findings []Finding
	counts   [3]int
	sorted   bool
}

// Add takes findings in any order.
func (r *Report) Add(f ...Finding) {
	for i := range f {
		r.counts[f[i].Severity]++
	}
	r.findings = append(r.findings, f...)
	r.sorted = false
}

// Merge adds all findings of other.
func (r *Report) Merge(other *Report) { r.Add(other.findings...) }

// Len is the number of findings.
func (r *Report) Len() int { return len(r.findings) }

// Count is the number of findings of one severity.
func (r *Report) Count(s Severity) int { return r.counts[s] }

// All returns every finding, ordered by file, entry, row, column, rule (then member and message), so that equal input
// gives equal output whatever order workers finished in. The slice belongs to the report.
func (r *Report) All() []Finding {
	if !r.sorted {
		slices.SortStableFunc(r.findings, func(a, b Finding) int {
			return cmp.Or(
				strings.Compare(a.File, b.File),
				cmp.Compare(a.Entry, b.Entry),
				cmp.Compare(a.Row, b.Row),
				strings.Compare(a.Column, b.Column),
				strings.Compare(a.Rule, b.Rule),
				strings.Compare(a.Member, b.Member),
				strings.Compare(a.Message, b.Message),
			)
		})
		r.sorted = true
	}
	return r.findings
}

// Group is all findings with one cause: one rule, and within a CSV one column.
type Group struct {
	Rule     string
	Severity Severity
	Column   string
	Findings []Finding // in order
}

// Groups returns the findings by cause, errors first, then by size, then by rule and column. Nothing is left out.
func (r *Report) Groups() []Group {
	type key struct{ rule, column string }
	index := map[key]int{}
	var groups []Group
	for _, f := range r.All() {
		k := key{f.Rule, f.Column}
		i, ok := index[k]
		if !ok {
			i = len(groups)
			index[k] = i
			groups = append(groups, Group{Rule: f.Rule, Severity: f.Severity, Column: f.Column})
		}
		groups[i].Findings = append(groups[i].Findings, f)
	}
	slices.SortStableFunc(groups, func(a, b Group) int {
		return cmp.Or(
			-cmp.Compare(a.Severity, b.Severity),
			-cmp.Compare(len(a.Findings), len(b.Findings)),
			strings.Compare(a.Rule, b.Rule),
			strings.Compare(a.Column, b.Column),
		)
	})
	return groups
}

// Field is one more member of the object that WriteJSON prints.
type Field struct {
	Name  string
	Value any
}

// WriteJSON prints one object: accepted, errors, warnings, notices, the extra fields in the order given, findings (in
// the order of All) and partners (each set that findings share, complete, once). The same report prints the same bytes.
func (r *Report) WriteJSON(w io.Writer, accepted int, extra ...Field) error {
	b := bufio.NewWriterSize(w, 1<<16)
	e := &jsonWriter{w: b}
	e.raw("{")
	e.field("accepted", accepted)
	e.raw(", ")
	e.field("errors", r.Count(Error))
	e.raw(", ")
	e.field("warnings", r.Count(Warning))
	e.raw(", ")
	e.field("notices", r.Count(Notice))
	for _, f := range extra {
		e.raw(",\n ")
		e.field(f.Name, f.Value)
	}
	e.raw(",\n \"findings\": [")
	var sets []*Partners
	seen := map[*Partners]bool{}
	for i, f := range r.All() {
		if i > 0 {
			e.raw(",")
		}
		e.raw("\n  ")
		e.value(f)
		if f.Partners != nil && !seen[f.Partners] {
			seen[f.Partners] = true
			sets = append(sets, f.Partners)
		}
	}
	e.raw("]")
	if len(sets) > 0 {
		e.raw(",\n \"partners\": [")
		for i, p := range sets {
			if i > 0 {
				e.raw(",")
			}
			e.raw("\n  ")
			e.value(p)
		}
		e.raw("]")
	}
	e.raw("}\n")
	if e.err != nil {
		return e.err
	}
	return b.Flush()
}

// jsonWriter streams: a report of a million findings is not held a second time as text.
type jsonWriter struct {
	w   *bufio.Writer
	err error
}

func (e *jsonWriter) raw(s string) {
	if e.err == nil {
		_, e.err = e.w.WriteString(s)
	}
}

func (e *jsonWriter) value(v any) {
	if e.err != nil {
		return
	}
	var buf strings.Builder
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if e.err = enc.Encode(v); e.err == nil {
		e.raw(strings.TrimSuffix(buf.String(), "\n"))
	}
}

func (e *jsonWriter) field(name string, v any) {
	e.value(name)
	e.raw(": ")
	e.value(v)
}

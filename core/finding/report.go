package finding

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
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
	j := NewJSON(w, accepted, r.counts, extra...)
	for _, f := range r.All() {
		j.Add(f)
	}
	return j.Close()
}

// JSON writes the object of Report.WriteJSON finding by finding: a million findings are not held, neither as such nor as
// text. It keeps its first error for Close.
type JSON struct {
	w    *bufio.Writer
	err  error
	buf  bytes.Buffer
	enc  *json.Encoder
	next string // what stands before the next finding
	sets []*Partners
	seen map[*Partners]bool
}

// NewJSON begins the object with what is known before the findings: their numbers by severity, and more fields.
func NewJSON(w io.Writer, accepted int, counts [Error + 1]int, extra ...Field) *JSON {
	j := &JSON{w: bufio.NewWriterSize(w, 1<<16), seen: map[*Partners]bool{}, next: "\n  "}
	j.enc = json.NewEncoder(&j.buf)
	j.enc.SetEscapeHTML(false)
	j.raw(fmt.Sprintf(`{"accepted": %d, "errors": %d, "warnings": %d, "notices": %d`, accepted, counts[Error], counts[Warning], counts[Notice]))
	for _, f := range extra {
		j.raw(",\n ")
		j.value(f.Name)
		j.raw(": ")
		j.value(f.Value)
	}
	j.raw(",\n \"findings\": [")
	return j
}

// Add writes a finding.
func (j *JSON) Add(f Finding) {
	j.raw(j.next)
	j.next = ",\n  "
	j.value(f)
	if f.Partners != nil && !j.seen[f.Partners] {
		j.seen[f.Partners] = true
		j.sets = append(j.sets, f.Partners)
	}
}

// Close writes the sets that findings share, place by place, and ends the object.
func (j *JSON) Close() error {
	j.raw("]")
	between := ",\n \"partners\": [\n  "
	for _, p := range j.sets {
		j.raw(between)
		between = ",\n  "
		j.raw(`{"rule":`)
		j.value(p.Rule)
		j.raw(`,"places":[`)
		for i := range p.Len() {
			if i > 0 {
				j.raw(",")
			}
			j.value(p.Place(i))
		}
		j.raw("]}")
	}
	if len(j.sets) > 0 {
		j.raw("]")
	}
	j.raw("}\n")
	if j.err != nil {
		return j.err
	}
	return j.w.Flush()
}

func (j *JSON) raw(s string) {
	if j.err == nil {
		_, j.err = j.w.WriteString(s)
	}
}

func (j *JSON) value(v any) {
	if j.err != nil {
		return
	}
	j.buf.Reset()
	if j.err = j.enc.Encode(v); j.err == nil {
		_, j.err = j.w.Write(bytes.TrimSuffix(j.buf.Bytes(), []byte("\n")))
	}
}

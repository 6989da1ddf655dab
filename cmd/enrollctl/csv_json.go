package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
)

// writeJSON prints the object that a finding.Report prints, finding by finding as rows are put into words: a million
// findings are not held in memory for it.
func (t *table) writeJSON(ctx context.Context, s *session, doc *csvdoc.Document, r *enrollment.Result, more ...finding.Field) error {
	report, stop := s.track("listing")
	defer stop()
	totals, err := r.Totals(ctx)
	if err != nil {
		return err
	}
	j := newJSONLines(s)
	fmt.Fprintf(j.out, `{"accepted": %d, "errors": %d, "warnings": %d, "notices": %d`,
		r.Counts().Ready, totals[finding.Error], totals[finding.Warning], totals[finding.Notice])
	for _, f := range append(t.facts(doc, r), more...) {
		fmt.Fprintf(j.out, ",\n %q: ", f.Name)
		j.value(f.Value)
	}
	fmt.Fprint(j.out, ",\n \"findings\": [")
	var sets []*finding.Partners
	seen := map[*finding.Partners]bool{}
	separator := "\n  "
	err = r.Each(ctx, t.path, report, func(f finding.Finding) error {
		j.out.WriteString(separator) //nolint:errcheck // kept until the flush
		separator = ",\n  "
		if f.Partners != nil && !seen[f.Partners] {
			seen[f.Partners] = true
			sets = append(sets, f.Partners)
		}
		return j.value(f)
	})
	if err != nil {
		return err
	}
	fmt.Fprint(j.out, "]")
	if len(sets) > 0 {
		fmt.Fprint(j.out, ",\n \"partners\": [")
		separator = "\n  "
		for _, set := range sets {
			fmt.Fprint(j.out, separator)
			separator = ",\n  "
			if err := j.value(set); err != nil {
				return err
			}
		}
		fmt.Fprint(j.out, "]")
	}
	fmt.Fprint(j.out, "}\n")
	stop()
	return j.out.Flush()
}

// jsonLines writes values one after the other.
type jsonLines struct {
	out     *bufio.Writer // keeps its first error for Flush
	buf     bytes.Buffer
	encoder *json.Encoder
}

func newJSONLines(s *session) *jsonLines {
	j := &jsonLines{out: bufio.NewWriterSize(s.stdout, 1<<16)}
	j.encoder = json.NewEncoder(&j.buf)
	j.encoder.SetEscapeHTML(false)
	return j
}

func (j *jsonLines) value(v any) error {
	j.buf.Reset()
	if err := j.encoder.Encode(v); err != nil {
		return err
	}
	_, err := j.out.Write(bytes.TrimSuffix(j.buf.Bytes(), []byte("\n")))
	return err
}

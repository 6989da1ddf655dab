package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
)

// writeFindings shows what was found by cause, each with its first places: a million findings of one cause are neither
// put into words nor kept for that.
func (t *table) writeFindings(ctx context.Context, w io.Writer, r *enrollment.Result, all bool) error {
	b := bufio.NewWriter(w)
	groups := slices.Clone(r.Groups())
	slices.SortStableFunc(groups, func(a, b enrollment.Group) int { return int(b.Rule.Severity) - int(a.Rule.Severity) })
	for len(groups) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := 1 // several findings of one rule about the header are one paragraph
		for groups[0].Header && n < len(groups) && groups[n].Header && groups[n].Rule == groups[0].Rule {
			n++
		}
		if err := t.writeParagraph(ctx, b, r, groups[:n], all); err != nil {
			return err
		}
		groups = groups[n:]
	}
	return b.Flush()
}

// writeParagraph lists the places of groups of one rule, each hint once where they have it in common.
func (t *table) writeParagraph(ctx context.Context, b *bufio.Writer, r *enrollment.Result, groups []enrollment.Group, all bool) error {
	rule, places := groups[0].Rule, 0
	for i := range groups {
		places += max(1, groups[i].Rows)
	}
	fmt.Fprintf(b, "%s %s: %s", signs[rule.Severity], rule.Severity, rule.Title)
	if places > 1 {
		fmt.Fprintf(b, " (%s)", finding.Grouped(int64(places)))
	}
	fmt.Fprintf(b, "  [%s]\n", rule.Name)
	limit, hint, shown := placesShown, "", 0
	if all {
		limit = 0
	}
	flush := func() {
		if hint != "" {
			fmt.Fprintf(b, "    → %s\n", printable(finding.Sentence(hint)))
		}
	}
	for i := range groups {
		if limit > 0 && shown == limit {
			break
		}
		err := r.GroupFindings(ctx, &groups[i], limit, func(f enrollment.Finding) error {
			if hint != f.Hint {
				flush()
			}
			hint, f.File = f.Hint, t.path
			shown++
			_, err := fmt.Fprintf(b, "    %s%s\n", place(f.Location), printable(f.Message))
			return err
		})
		if err != nil {
			return err
		}
	}
	if more := places - shown; more > 0 && !all {
		fmt.Fprintf(b, "    … and %s more: --all lists every place\n", finding.Grouped(int64(more)))
	}
	flush()
	return nil
}

// tableSummary is the one sentence that tells the state.
func tableSummary(r *enrollment.Result) string {
	var by [finding.Error + 1]int64
	for _, g := range r.Groups() {
		if g.Header {
			by[g.Rule.Severity]++
		}
		by[g.Rule.Severity] += int64(g.Rows)
	}
	parts := []string{finding.Grouped(int64(r.Counts().Ready)) + " ready"}
	for s := finding.Error; ; s-- {
		if by[s] > 0 {
			parts = append(parts, finding.Counted(by[s], s.String()))
		}
		if s == finding.Notice {
			break
		}
	}
	size := r.Size()
	return strings.Join(append(parts, fmt.Sprintf("%s of %s bytes", finding.Grouped(size.Plain), finding.Grouped(size.Max))), " · ")
}

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
	header := r.HeaderFindings()
	groups := slices.Clone(r.Groups())
	slices.SortStableFunc(groups, func(a, b enrollment.Group) int { return int(b.Rule.Severity) - int(a.Rule.Severity) })
	for i := range groups {
		if err := ctx.Err(); err != nil {
			return err
		}
		g := &groups[i]
		if g.Header {
			t.writeHeader(b, g, &header, all)
			continue
		}
		writeTitle(b, g, g.Rows)
		if err := t.writePlaces(ctx, b, r, g, all); err != nil {
			return err
		}
	}
	return b.Flush()
}

func writeTitle(b *bufio.Writer, g *enrollment.Group, n int) {
	fmt.Fprintf(b, "%s %s: %s", signs[g.Rule.Severity], g.Rule.Severity, g.Rule.Title)
	if n > 1 {
		fmt.Fprintf(b, " (%s)", group(int64(n)))
	}
	fmt.Fprintf(b, "  [%s]\n", g.Rule.Name)
}

// writeHeader lists the findings about the header that are of the group's rule, and takes them out of the list: a rule that
// several columns break is told once.
func (t *table) writeHeader(b *bufio.Writer, g *enrollment.Group, header *[]finding.Finding, all bool) {
	var told, rest []finding.Finding
	for _, f := range *header {
		if f.Rule == g.Rule.Name {
			told = append(told, f)
		} else {
			rest = append(rest, f)
		}
	}
	if *header = rest; len(told) == 0 {
		return
	}
	writeTitle(b, g, len(told))
	for i, f := range told {
		if i == placesShown && !all {
			fmt.Fprintf(b, "    … and %s more: --all lists every place\n", group(int64(len(told)-i)))
			break
		}
		f.File = t.path
		fmt.Fprintf(b, "    %s%s\n", place(f.Location), printable(f.Message))
		if i+1 == len(told) || told[i+1].Hint != f.Hint || i+1 == placesShown && !all {
			fmt.Fprintf(b, "    → %s\n", printable(f.Hint))
		}
	}
}

// writePlaces lists the rows of a group, each hint once where they have it in common.
func (t *table) writePlaces(ctx context.Context, b *bufio.Writer, r *enrollment.Result, g *enrollment.Group, all bool) error {
	limit, hint := placesShown, ""
	if all {
		limit = 0
	}
	flush := func() {
		if hint != "" {
			fmt.Fprintf(b, "    → %s\n", printable(hint))
		}
	}
	err := r.GroupFindings(ctx, g, limit, func(f enrollment.Finding) error {
		if hint != f.Hint {
			flush()
		}
		hint = f.Hint
		f.File = t.path
		_, err := fmt.Fprintf(b, "    %s%s\n", place(f.Location), printable(f.Message))
		return err
	})
	if err != nil {
		return err
	}
	if more := g.Rows - placesShown; more > 0 && !all {
		fmt.Fprintf(b, "    … and %s more: --all lists every place\n", group(int64(more)))
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
	parts := []string{group(int64(r.Counts().Ready)) + " ready"}
	for s := finding.Error; ; s-- {
		if by[s] > 0 {
			parts = append(parts, counted(by[s], s.String()))
		}
		if s == finding.Notice {
			break
		}
	}
	size := r.Size()
	return strings.Join(append(parts, fmt.Sprintf("%s of %s bytes", group(size.Plain), group(size.Max))), " · ")
}

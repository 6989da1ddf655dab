package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/delivery"
	"enrollbench/core/enrollment"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/recipient"
)

// placesShown is how many places of one cause are listed unless all are asked for.
const placesShown = 10

var signs = [...]string{finding.Notice: "i", finding.Warning: "!", finding.Error: "✕"}

// ruleTitles names every rule for people.
var ruleTitles = func() map[string]string {
	titles := map[string]string{}
	for _, table := range [][]*finding.Rule{csr.Rules, csvdoc.Rules, enrollment.Rules, eui48.Rules, recipient.Rules, delivery.Rules, job.Rules} {
		for _, r := range table {
			titles[r.Name] = r.Title
		}
	}
	return titles
}()

// writeFindings shows a report grouped by cause, errors first, each with its places and the next step.
func writeFindings(w io.Writer, report *finding.Report, all bool) error {
	b := bufio.NewWriter(w)
	for _, g := range report.Groups() {
		title := ruleTitles[g.Rule]
		if title == "" {
			title = g.Rule
		}
		fmt.Fprintf(b, "%s %s: %s", signs[g.Severity], g.Severity, title)
		if n := len(g.Findings); n > 1 {
			fmt.Fprintf(b, " (%s)", finding.Grouped(int64(n)))
		}
		fmt.Fprintf(b, "  [%s]\n", g.Rule)
		shown := g.Findings
		if !all {
			shown = shown[:min(len(shown), placesShown)]
		}
		sameHint := true
		for i := range shown {
			sameHint = sameHint && shown[i].Hint == shown[0].Hint
		}
		for i, f := range shown {
			fmt.Fprintf(b, "    %s%s\n", place(f.Location), printable(f.Message))
			if f.Hint != "" && (!sameHint || i == len(shown)-1 && len(shown) == len(g.Findings)) {
				fmt.Fprintf(b, "    → %s\n", printable(finding.Sentence(f.Hint)))
			}
		}
		if more := len(g.Findings) - len(shown); more > 0 {
			fmt.Fprintf(b, "    … and %s more: --all lists every place\n", finding.Grouped(int64(more)))
			if sameHint && shown[0].Hint != "" {
				fmt.Fprintf(b, "    → %s\n", printable(finding.Sentence(shown[0].Hint)))
			}
		}
	}
	return b.Flush()
}

// place is the location that begins a line, with ": " after it; empty where there is none.
func place(at finding.Location) string {
	if at.File == "" { // a field of a form; its message names it
		return ""
	}
	return printable(strings.ReplaceAll(at.String(), "\n", `\n`)) + ": " // a column's name must not forge a line
}

// summary is the one sentence that tells the state: "12,340 ready · 3 errors · 1 warning".
func summary(ready int64, report *finding.Report, more ...string) string {
	parts := []string{finding.Grouped(ready) + " ready"}
	for s := finding.Error; ; s-- {
		if n := report.Count(s); n > 0 {
			parts = append(parts, finding.Counted(int64(n), s.String()))
		}
		if s == finding.Notice {
			break
		}
	}
	return strings.Join(append(parts, more...), " · ")
}

// printable makes a text from outside safe for a terminal: names of files may hold control sequences and characters
// that reverse the direction of what follows.
func printable(s string) string {
	clean := true
	for _, r := range s {
		if !unicode.IsPrint(r) && r != '\n' || r == unicode.ReplacementChar {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) || r == '\n' {
			b.WriteRune(r)
		} else {
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}

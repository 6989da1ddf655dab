package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
)

var csrRules = rulesCommand("csr", "Rules for certificate signing requests", csr.Rules)
var macRules = rulesCommand("mac", "Rules for MAC address ranges", eui48.Rules)

// rulesCommand prints a table of rules as documentation: docs/<group>-rules.md is its output.
func rulesCommand(group, title string, rules []*finding.Rule) *command {
	return &command{
		name:    "rules",
		summary: "every rule that is checked: what it means, what to do, where it is written",
		setup: func(flags *flag.FlagSet) action {
			markdown := flags.Bool("markdown", false, "print it as Markdown, as docs/"+group+"-rules.md has it")
			return func(_ context.Context, s *session, args []string) error {
				if len(args) > 0 {
					return usagef("%s rules takes no arguments, and %q is one", group, args[0])
				}
				if *markdown {
					return writeRulesMarkdown(s.stdout, group, title, rules)
				}
				return writeRules(s.stdout, rules)
			}
		},
	}
}

func writeRules(w io.Writer, rules []*finding.Rule) error {
	b := bufio.NewWriter(w)
	for i, r := range rules {
		if i > 0 {
			fmt.Fprintln(b)
		}
		fmt.Fprintf(b, "%s (%s): %s\n    %s\n    → %s\n    Source: %s\n", r.Name, r.Severity, r.Title, r.Why, r.Hint, r.Source)
	}
	return b.Flush()
}

func writeRulesMarkdown(w io.Writer, group, title string, rules []*finding.Rule) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# %s\n\nPrinted by `enrollctl %s rules --markdown` from the table that the check itself uses; do not edit.\n\n", title, group)
	fmt.Fprint(b, "An *error* keeps the batch from being written: the service would reject it, or a device would be unsafe. A *warning*\n"+
		"says that something will happen that you may not expect. A *notice* says what was done.\n\n")
	fmt.Fprint(b, "| rule | severity | what is wrong |\n|---|---|---|\n")
	for _, r := range rules {
		fmt.Fprintf(b, "| [`%s`](#%s) | %s | %s |\n", r.Name, anchor(r.Name), r.Severity, cell(r.Title))
	}
	for _, r := range rules {
		fmt.Fprintf(b, "\n## %s\n\n**%s** (%s). %s\n\n*What to do:* %s.\n\n*Source:* %s.\n",
			r.Name, r.Title, r.Severity, r.Why, strings.TrimSuffix(r.Hint, "."), strings.TrimSuffix(r.Source, "."))
	}
	return b.Flush()
}

// anchor is the link target that Markdown viewers make from a heading: lower case, without punctuation.
func anchor(heading string) string {
	return strings.ReplaceAll(strings.ToLower(heading), "/", "")
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/csr"
	"enrollbench/core/delivery"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/recipient"
)

// rulePage is a table of rules as documentation: docs/<group>-rules.md is printed from it.
type rulePage struct {
	group, title string
	command      string // that prints it: "csr rules"
	severities   string // what they mean here, a paragraph of Markdown
	rules        []*finding.Rule
}

const batchSeverities = "An *error* keeps the batch from being written: the service would reject it, or a device would be unsafe. A *warning*\n" +
	"says that something will happen that you may not expect. A *notice* says what was done."

var (
	csrRules = rulesCommand(&rulePage{"csr", "Rules for certificate signing requests", "csr rules", batchSeverities, csr.Rules})
	macRules = rulesCommand(&rulePage{"mac", "Rules for MAC address ranges", "mac rules", batchSeverities, eui48.Rules})

	recipientRules = rulesCommand(&rulePage{"recipient", "Rules for recipients", "recipient rules",
		"An *error* keeps anything from being sealed to the recipient. A *warning* says what may go wrong with it. A *notice* says\n" +
			"what was done.", recipient.Rules})
	deliveryRules = &rulePage{"delivery", "Rules for deliveries", "deliver --rules",
		"An *error* makes the verdict red, and nothing is written: the result must not be used. A *warning* makes it amber: somebody\n" +
			"has to look at it. Without either, and compared with an order, it is green. A *notice* changes nothing.", delivery.Rules}
)

func rulesCommand(page *rulePage) *command {
	return &command{
		name:    "rules",
		summary: "print every rule: what it means, what to do, its source",
		setup: func(flags *pflag.FlagSet) action {
			markdown := flags.Bool("markdown", false, "print it as Markdown, as docs/"+page.group+"-rules.md has it")
			return func(_ context.Context, s *session, args []string) error {
				if len(args) > 0 {
					return usagef("%s takes no arguments; remove %q", page.command, args[0])
				}
				return page.print(s.stdout, *markdown)
			}
		},
	}
}

func (p *rulePage) print(w io.Writer, markdown bool) error {
	if markdown {
		return p.writeMarkdown(w)
	}
	return p.write(w)
}

func (p *rulePage) write(w io.Writer) error {
	b := bufio.NewWriter(w)
	for i, r := range p.rules {
		if i > 0 {
			fmt.Fprintln(b)
		}
		fmt.Fprintf(b, "%s (%s): %s\n    %s\n", r.Name, r.Severity, r.Title, r.Why)
		if r.Hint != "" {
			fmt.Fprintf(b, "    → %s\n", finding.Sentence(r.Hint))
		}
		fmt.Fprintf(b, "    Source: %s\n", r.Source)
	}
	return b.Flush()
}

func (p *rulePage) writeMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# %s\n\nPrinted by `enrollctl %s --markdown` from the table that the check itself uses; do not edit.\n\n", p.title, p.command)
	fmt.Fprintf(b, "%s\n\n", p.severities)
	fmt.Fprint(b, "| rule | severity | what is wrong |\n|---|---|---|\n")
	for _, r := range p.rules {
		fmt.Fprintf(b, "| [`%s`](#%s) | %s | %s |\n", r.Name, anchor(r.Name), r.Severity, cell(r.Title))
	}
	for _, r := range p.rules {
		fmt.Fprintf(b, "\n## %s\n\n**%s** (%s). %s\n\n", r.Name, r.Title, r.Severity, r.Why)
		if r.Hint != "" {
			fmt.Fprintf(b, "*What to do:* %s\n\n", finding.Sentence(r.Hint))
		}
		fmt.Fprintf(b, "*Source:* %s.\n", strings.TrimSuffix(r.Source, "."))
	}
	return b.Flush()
}

// anchor is the link target that Markdown viewers make from a heading: lower case, without punctuation.
func anchor(heading string) string {
	return strings.ReplaceAll(strings.ToLower(heading), "/", "")
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

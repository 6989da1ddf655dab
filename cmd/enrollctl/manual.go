package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"enrollbench/core/osfile"
)

// manual writes the manual pages of the whole tree; packages ship them, people read the help. Their date is today's or that
// of SOURCE_DATE_EPOCH.
func manual(tree *cobra.Command) *cobra.Command {
	return &cobra.Command{Use: "man DIR", Short: "write the manual pages into DIR", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := osfile.MkdirAll(args[0], 0o755); err != nil { // #nosec G301 -- documentation is for everybody
				return err
			}
			tree.DisableAutoGenTag = true
			return doc.GenManTree(tree, &doc.GenManHeader{Section: "1", Source: "EnrollBench", Manual: "EnrollBench"}, args[0])
		}}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/upload"
)

var csrBundle = &command{
	name:      "bundle",
	required:  "-o OUT.zip",
	arguments: "PATH...",
	summary:   "check CSRs and write the ZIP that is uploaded, with its manifest",
	detail: "OUT.manifest.csv beside the ZIP says which request became which file. If there are errors, nothing is written\n" +
		"unless you leave them out: OUT.left-out.csv then lists what was left out and why. What does not fit into one\n" +
		"file is split into OUT-part1.zip, OUT-part2.zip and so on. Equal input gives equal bytes.",
	setup: func(flags *pflag.FlagSet) action {
		var (
			b        bundling
			maxBytes = count(upload.MaxBytes)
			entries  = count(upload.MaxPlainEntries)
		)
		b.declare(flags)
		b.names.words = []string{csr.ByCommonName: "cn", csr.ByFile: "file"}
		out := declareOutput(flags, "write the bundle to `OUT.zip`")
		flags.BoolVar(&b.asJSON, "json", false, "print one JSON object")
		flags.BoolVar(&b.all, "all", false, fmt.Sprintf("list every place of a finding, not the first %d", placesShown))
		flags.BoolVar(&b.leaveOut, "leave-out-errors", false, "write the good ones and list the others in OUT.left-out.csv")
		flags.Var(&maxBytes, "max-bytes", "at most `N` bytes in one file")
		flags.Var(&entries, "max-entries", "at most `N` CSRs in one file; from 65,535 on it needs ZIP64")
		flags.Var(&b.names, "names", "call the files in the ZIP after `WHAT`: cn, the common name, or file, the original name")
		return func(ctx context.Context, s *session, args []string) error {
			if err := require(flags, "output"); err != nil {
				return err
			}
			if !strings.EqualFold(out.path[max(0, len(out.path)-4):], ".zip") {
				return usagef("-o %q: the bundle's name must end in .zip", out.path)
			}
			b.out, b.maxBytes, b.maxEntries = *out, int64(maxBytes), int(entries)
			return b.run(ctx, s, args)
		}
	},
}

// bundling is what the flags say about a bundle.
type bundling struct {
	intake
	out                   output
	asJSON, all, leaveOut bool
	maxBytes              int64
	maxEntries            int
	names                 choice
}

func (b *bundling) run(ctx context.Context, s *session, paths []string) error {
	set, err := b.take(ctx, s, paths)
	if err != nil {
		return err
	}
	defer warnOfKeys(s, set.Report())
	if !b.asJSON {
		if err := writeFindings(s.stderr, set.Report(), b.all); err != nil {
			return err
		}
	}
	if n := set.Report().Count(finding.Error); n > 0 && !b.leaveOut {
		s.complain("nothing was written: %s; fix the errors, or use --leave-out-errors", finding.Counted(int64(n), "error"))
		return b.refuse(s.stdout, set)
	}
	report, stop := s.track("writing")
	defer stop()
	result, err := set.Bundle(ctx, csr.BundleOptions{
		Out:            b.out.path,
		LeaveOutErrors: b.leaveOut,
		MaxBytes:       b.maxBytes,
		MaxEntries:     b.maxEntries,
		Names:          csr.NameBy(b.names.index), // #nosec G115 -- one of two
		Replace:        b.out.force,
	}, report)
	stop()
	if errors.Is(err, csr.ErrNothingReady) {
		s.complain("nothing was written: no CSR is left to bundle")
		return b.refuse(s.stdout, set)
	}
	if err != nil {
		return b.out.explain(err)
	}
	return b.show(s.stdout, set, result)
}

// refuse ends a command that wrote nothing because of what was found.
func (b *bundling) refuse(w io.Writer, set *csr.Set) error {
	if err := b.show(w, set, csr.BundleResult{}); err != nil {
		return err
	}
	return errFindings
}

// show says what was written, which is nothing where result is zero.
func (b *bundling) show(w io.Writer, set *csr.Set, result csr.BundleResult) error {
	if b.asJSON {
		parts := result.Parts
		if parts == nil {
			parts = []upload.Part{}
		}
		return set.Report().WriteJSON(w, set.Accepted(),
			finding.Field{Name: "left_out", Value: result.LeftOut},
			finding.Field{Name: "parts", Value: parts},
			finding.Field{Name: "manifest", Value: result.Manifest},
			finding.Field{Name: "left_out_list", Value: result.LeftList})
	}
	var text strings.Builder
	for _, p := range result.Parts {
		fmt.Fprintf(&text, "%s: %s, %s bytes, SHA-256 %s\n", p.File, finding.Counted(int64(p.Entries), "CSR"), finding.Grouped(p.Bytes), p.SHA256)
	}
	if result.Manifest != "" {
		fmt.Fprintf(&text, "%s: the manifest\n", result.Manifest)
	}
	if result.LeftList != "" {
		fmt.Fprintf(&text, "%s: %s left out, with the reasons\n", result.LeftList, finding.Grouped(int64(result.LeftOut)))
	}
	fmt.Fprintln(&text, summary(int64(set.Accepted()), set.Report(), stayedOut(set)...))
	_, err := io.WriteString(w, printable(text.String()))
	return err
}

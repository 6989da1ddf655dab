package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
	"enrollbench/core/upload"
)

var csvSave = &command{
	name:      "save",
	required:  "-o OUT.csv|OUT.zip",
	arguments: "FILE",
	summary:   "check a CSV and write it in the form that is uploaded",
	detail: "The upload is UTF-8 with commas, every cell in double quotes, one line a row. If there are errors, nothing is\n" +
		"written unless you leave their rows out: OUT.left-out.csv then lists them with the reasons. A CSV that is too\n" +
		"large for one upload is zipped. If one ZIP is not enough, the CSV is split into OUT-part1.csv, OUT-part2.csv and\n" +
		"so on, each with the header. Each file is a separate order for enrollctl deliver. Equal input gives equal bytes.",
	setup: func(flags *pflag.FlagSet) action {
		var v saving
		v.declare(flags)
		out := declareOutput(flags, "write the upload to `OUT.csv` or OUT.zip")
		v.pem.words = []string{enrollment.OneLine: "one-line", enrollment.Kept: "kept"}
		flags.Var(&v.pem, "pem", "write CSRs in `FORM`: one-line, or kept as they are")
		flags.BoolVar(&v.asJSON, "json", false, "print one JSON object")
		flags.BoolVar(&v.all, "all", false, fmt.Sprintf("list every place of a finding, not the first %d", placesShown))
		flags.BoolVar(&v.leaveOut, "leave-out-errors", false, "write the good rows and list the others in OUT.left-out.csv")
		return func(ctx context.Context, s *session, args []string) error {
			if err := require(flags, "output"); err != nil {
				return err
			}
			if ext := strings.ToLower(filepath.Ext(out.path)); ext != ".csv" && ext != ".zip" {
				return usagef("-o %q: the upload's name must end in .csv or .zip", out.path)
			}
			v.out = *out
			return v.run(ctx, s, args)
		}
	},
}

// saving is what the flags say about an upload.
type saving struct {
	table
	out                   output
	asJSON, all, leaveOut bool
}

func (v *saving) run(ctx context.Context, s *session, args []string) error {
	if len(args) == 1 && sameFile(args[0], v.out.path) {
		return usagef("-o %q is the file that is read; give the upload another name", v.out.path)
	}
	doc, result, err := v.check(ctx, s, args)
	if err != nil {
		return err
	}
	defer doc.Close()
	if !v.asJSON {
		if err := v.writeFindings(ctx, s.stderr, result, v.all); err != nil {
			return err
		}
	}
	report, stop := s.track("writing")
	defer stop()
	written, err := result.Save(ctx, enrollment.UploadOptions{
		Out: v.out.path, LeaveOutErrors: v.leaveOut, Replace: v.out.force, Document: v.path,
	}, report)
	stop()
	switch {
	case errors.Is(err, enrollment.ErrHeader):
		s.complain("nothing was written: the header has errors, which concern all rows")
	case errors.Is(err, enrollment.ErrHasErrors):
		s.complain("nothing was written: %s with errors; fix them, or use --leave-out-errors", finding.Counted(int64(result.Counts().Errors), "row"))
	case errors.Is(err, enrollment.ErrEncodingGuessed):
		_ = complainOfGuess(s, doc, "written") // its error is returned below
	case errors.Is(err, enrollment.ErrNothingReady):
		s.complain("nothing was written: no row is left to upload")
	case err != nil:
		return v.out.explain(err)
	default:
		if written.Zipped {
			s.complain("as a CSV it would have %s bytes; at most %s are allowed: it was zipped", finding.Grouped(result.Size().Plain), finding.Grouped(result.Size().Max))
		}
		return v.show(ctx, s, doc, result, written)
	}
	if err := v.show(ctx, s, doc, result, enrollment.UploadResult{}); err != nil {
		return err
	}
	return errFindings
}

// complainOfGuess says how to confirm an encoding that is a guess; verb is what was not done. It returns errFindings.
func complainOfGuess(s *session, doc *csvdoc.Document, verb string) error {
	g, _ := doc.Guess()
	s.complain("nothing was %s: %s. If these cells are right, confirm with --encoding %s; if not, name another encoding.",
		verb, g, strings.ToLower(g.Encoding.String()))
	return errFindings
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// show says what was written, which is nothing where written is zero.
func (v *saving) show(ctx context.Context, s *session, doc *csvdoc.Document, r *enrollment.Result, written enrollment.UploadResult) error {
	if v.asJSON {
		parts := written.Parts
		if parts == nil {
			parts = []upload.Part{}
		}
		return v.writeJSON(ctx, s, doc, r,
			finding.Field{Name: "left_out", Value: written.LeftOut},
			finding.Field{Name: "parts", Value: parts},
			finding.Field{Name: "left_out_list", Value: written.LeftList})
	}
	var text strings.Builder
	for _, p := range written.Parts {
		fmt.Fprintf(&text, "%s: %s, %s bytes, SHA-256 %s\n", p.File, finding.Counted(int64(p.Entries), "row"), finding.Grouped(p.Bytes), p.SHA256)
	}
	if written.LeftList != "" {
		fmt.Fprintf(&text, "%s: %s left out, with the reasons\n", written.LeftList, finding.Counted(int64(written.LeftOut), "row"))
	}
	fmt.Fprintln(&text, tableSummary(r))
	_, err := io.WriteString(s.stdout, printable(text.String()))
	return err
}

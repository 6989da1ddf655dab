package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"enrollbench/core/atomicfile"
	"enrollbench/core/traveller"
)

var jobTraveller = &command{
	name:      "traveller",
	required:  "--to FILE",
	arguments: "BATCH",
	summary:   "make a page or a label with a QR code that goes with a batch through the plant",
	detail: "FILE.pdf is a page (A4), with --label a label of 100 by 50 mm; FILE.png is the label as a picture of 300 dots an inch.\n" +
		"The QR code holds the batch's id, its count and its range. Scan it in line mode to see the state of the batch.",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		out := new(output)
		flags.StringVar(&out.path, "to", "", "write to `FILE`, which ends in .pdf or .png")
		flags.BoolVar(&out.force, "force", false, "replace what an earlier run wrote there")
		label := flags.Bool("label", false, "make a label instead of a page")
		return func(ctx context.Context, s *session, d *desk, args []string) error {
			if err := require(flags, "to"); err != nil {
				return err
			}
			form, err := traveller.FormOf(out.path)
			if err != nil {
				return usagef("--to: %v", err)
			}
			r, err := d.Jobs.Get(ctx, args[0])
			if err != nil {
				return err
			}
			err = atomicfile.Write(out.path, atomicfile.Options{Replace: out.force}, func(w io.Writer) error {
				if *label || form == traveller.PNG {
					return traveller.Label(w, r, form, traveller.English)
				}
				return traveller.Page(w, r, traveller.English)
			})
			if err != nil {
				return out.explain(err)
			}
			_, err = fmt.Fprintf(s.stdout, "%s: %s\n", printable(out.path), printable(traveller.Code(r)))
			return err
		}
	}, 1, oneBatch),
}

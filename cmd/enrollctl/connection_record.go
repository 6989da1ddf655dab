package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/atomicfile"
	"enrollbench/core/finding"
	"enrollbench/core/transcript"
)

var connectionRecord = &command{
	name:      "record",
	arguments: "[NAME]",
	required:  "-o FILE",
	summary:   "record what the service answers to a test, without keys, names or ids",
	detail: "Asks for everything that costs nothing: who you are, the profiles, a template, a specification, the list of jobs. Read\n" +
		"the file before you send it to anybody. enrollctl practice --replay FILE serves it again.",
	setup: atDesk(0, 1, "the name of a connection", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		out := declareOutput(flags, "write the transcript to `FILE`")
		d.declare(flags)
		return func(ctx context.Context, s *session, args []string) error {
			if err := require(flags, "output"); err != nil {
				return err
			}
			client, err := d.Client(ctx, strings.Join(args, ""))
			if err != nil {
				return err
			}
			defer client.Close()
			t, err := client.RecordContract(ctx)
			if err != nil {
				return err
			}
			var text bytes.Buffer
			if err := t.Write(&text); err != nil {
				return err
			}
			if err := atomicfile.WriteFile(out.path, text.Bytes(), atomicfile.Options{Mode: 0o600, Replace: out.force}); err != nil {
				return out.explain(err)
			}
			s.complain("%s recorded; read the file before you send it", finding.Counted(int64(len(t.Exchanges)), "answer"))
			return nil
		}
	}),
}

func readTranscript(path string) (*transcript.Transcript, error) {
	f, err := os.Open(path) // #nosec G304 -- the file that the user names
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := transcript.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	return t, nil
}

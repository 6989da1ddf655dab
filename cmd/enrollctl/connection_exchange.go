package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"enrollbench/core/atomicfile"
	"enrollbench/core/trustmanager"
)

var connectionExport = &command{
	name:      "export",
	arguments: "[NAME...]",
	summary:   "write connections for another computer, never with a secret",
	setup: atDesk(0, -1, "names of connections", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		out := declareOutput(flags, "write to `FILE` instead of standard output")
		return func(_ context.Context, s *session, args []string) error {
			var text bytes.Buffer
			if err := d.Connections.Export(&text, args...); err != nil {
				return err
			}
			if out.path == "" {
				_, err := s.stdout.Write(text.Bytes())
				return err
			}
			return out.explain(atomicfile.WriteFile(out.path, text.Bytes(), atomicfile.Options{Replace: out.force}))
		}
	}),
}

var connectionImport = &command{
	name:      "import",
	arguments: "FILE",
	summary:   "add the connections of an export; each then needs its key",
	detail: "Existing connections stay as they are: an imported one whose name exists gets a number. It also gets a new id,\n" +
		"so that a file from elsewhere never reaches keys in the keychain.",
	setup: atDesk(1, 1, "one file", func(_ *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		return func(_ context.Context, s *session, args []string) error {
			var in io.Reader = s.stdin
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer f.Close()
				in = f
			}
			added, err := d.Connections.Import(in)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			for _, c := range added {
				if _, err := fmt.Fprintln(s.stdout, printable(fmt.Sprintf("added  %s  %s, %s", c.Name, c.Kind.Title(), c.BaseURL))); err != nil {
					return err
				}
				if c.Proxy != "" || c.ExtraCA != "" {
					s.complain("%q has its own proxy or roots: see enrollctl connection show", c.Name)
				}
			}
			return nil
		}
	}),
}

// profileOf finds a profile of a list by id or name.
func profileOf(c *trustmanager.Connection, all []trustmanager.Profile, idOrName string) (trustmanager.Profile, error) {
	var named []trustmanager.Profile
	for _, p := range all {
		if p.ID == idOrName {
			return p, nil
		}
		if p.Name == idOrName {
			named = append(named, p)
		}
	}
	switch len(named) {
	case 1:
		return named[0], nil
	case 0:
		return trustmanager.Profile{}, fmt.Errorf("connection %q: %w %q (enrollctl profile list shows them)", c.Name, errNoProfile, idOrName)
	}
	return trustmanager.Profile{}, fmt.Errorf("connection %q has %d profiles named %q: give the id", c.Name, len(named), idOrName)
}

var errNoProfile = errors.New("there is no profile")

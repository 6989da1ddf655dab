package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"enrollbench/core/atomicfile"
	"enrollbench/core/trustmanager"
)

var profileGroup = &command{name: "profile", summary: "a connection's enrollment profiles: list them, fetch templates and specifications",
	detail:   "What was fetched is kept beside the connections: --cached shows it without a network.",
	commands: []*command{profileList, profileTemplate, profileSpecification}}

// profiles are a connection's, from the service or from what is kept of them.
type profiles struct {
	desk       *desk
	connection trustmanager.Connection
	client     *trustmanager.Client // nil where only what is kept is used
	cache      *trustmanager.ProfileCache
	kept       trustmanager.CachedProfiles
}

func (d *desk) profilesOf(ctx context.Context, name string, cached bool) (*profiles, error) {
	c, err := d.connection(name)
	if err != nil {
		return nil, err
	}
	p := &profiles{desk: d, connection: c, cache: trustmanager.NewProfileCache(d.Folder())}
	if p.kept, err = p.cache.Get(c.ID); err != nil {
		return nil, err
	}
	if cached {
		if p.kept.At.IsZero() {
			return nil, fmt.Errorf("nothing is kept of connection %q: list its profiles once without --cached", c.Name)
		}
		return p, nil
	}
	p.client, err = d.Client(ctx, name)
	return p, err
}

func (p *profiles) close() {
	if p.client != nil {
		_ = p.client.Close()
	}
}

// list returns all profiles, and keeps them.
func (p *profiles) list(ctx context.Context) ([]trustmanager.Profile, error) {
	if p.client == nil {
		return p.kept.Profiles, nil
	}
	all, err := p.client.Profiles(ctx)
	if err != nil {
		return nil, p.older(err)
	}
	return all, p.cache.PutProfiles(p.connection.ID, all, time.Now())
}

// older adds to an error that something is kept from an earlier day.
func (p *profiles) older(err error) error {
	if p.kept.At.IsZero() {
		return err
	}
	return fmt.Errorf("%w (--cached shows what was fetched on %s)", err, p.kept.At.Format(time.DateOnly))
}

// find finds a profile by id or name. A text that the service does not list is taken for an id where it lists none.
func (p *profiles) find(ctx context.Context, idOrName string) (trustmanager.Profile, error) {
	for _, one := range p.kept.Profiles {
		if one.ID == idOrName {
			return one, nil
		}
	}
	all, err := p.list(ctx)
	if errors.Is(err, trustmanager.ErrNoRequest) {
		return trustmanager.Profile{ID: idOrName, Name: idOrName}, nil
	}
	if err != nil {
		return trustmanager.Profile{}, err
	}
	return profileOf(&p.connection, all, idOrName)
}

func declareCached(flags *pflag.FlagSet) *bool {
	return flags.Bool("cached", false, "show what was fetched last, without a network")
}

var profileList = &command{
	name:      "list",
	arguments: "[NAME]",
	summary:   "list the profiles of a connection",
	setup: atDesk(0, 1, "the name of a connection", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		asJSON := flags.Bool("json", false, "print one JSON object")
		cached := declareCached(flags)
		all := flags.Bool("all", false, "list also those that cannot be enrolled in batches")
		d.declare(flags)
		return func(ctx context.Context, s *session, args []string) error {
			p, err := d.profilesOf(ctx, strings.Join(args, ""), *cached)
			if err != nil {
				return err
			}
			defer p.close()
			found, err := p.list(ctx)
			if err != nil {
				return err
			}
			shown, left := []trustmanager.Profile{}, 0
			for _, one := range found {
				if *all || one.Batch() {
					shown = append(shown, one)
				} else {
					left++
				}
			}
			if *asJSON {
				at := time.Now()
				if *cached {
					at = p.kept.At
				}
				return printJSON(s, map[string]any{"connection": p.connection.Name, "at": at.UTC().Format(time.RFC3339), "profiles": shown})
			}
			var text strings.Builder
			for _, one := range shown {
				fmt.Fprintf(&text, "%-42s  %-22s  %s\n", one.ID, keysText(one.Keys), one.Name)
			}
			if left > 0 {
				s.complain("%s left out that cannot be enrolled in batches (--all lists all)", isAre(left, "profile"))
			}
			if *cached {
				s.complain("fetched on %s", p.kept.At.Format(time.DateTime))
			}
			_, err = fmt.Fprint(s.stdout, printable(text.String()))
			return err
		}
	}),
}

func keysText(k trustmanager.KeyOption) string {
	switch k {
	case trustmanager.KeysOfClient:
		return "keys from the device"
	case trustmanager.KeysOfServer:
		return "keys from the service"
	case trustmanager.KeysOfEither:
		return "keys from either"
	}
	return "keys: not said"
}

var profileTemplate = &command{
	name:      "template",
	arguments: "NAME PROFILE",
	summary:   "fetch the CSV template of a profile: its header row",
	setup: atDesk(2, 2, "a connection and a profile", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		out := declareOutput(flags, "write to `FILE.csv` instead of standard output")
		cached := declareCached(flags)
		d.declare(flags)
		return func(ctx context.Context, s *session, args []string) error {
			p, err := d.profilesOf(ctx, args[0], *cached)
			if err != nil {
				return err
			}
			defer p.close()
			one, err := p.find(ctx, args[1])
			if err != nil {
				return err
			}
			csv, err := p.template(ctx, one)
			if err != nil {
				return err
			}
			if out.path == "" {
				_, err = s.stdout.Write(csv)
				return err
			}
			return out.explain(atomicfile.WriteFile(out.path, csv, atomicfile.Options{Replace: out.force}))
		}
	}),
}

// template returns a profile's template, and keeps it.
func (p *profiles) template(ctx context.Context, one trustmanager.Profile) ([]byte, error) {
	if p.client == nil {
		kept, ok := p.kept.Templates[one.ID]
		if !ok {
			return nil, fmt.Errorf("no template of profile %q is kept: fetch it once without --cached", one.Name)
		}
		return []byte(kept.CSV), nil
	}
	csv, err := p.client.Template(ctx, one.ID)
	if err != nil {
		return nil, p.older(err)
	}
	return csv, p.cache.PutTemplate(p.connection.ID, one.ID, csv, time.Now())
}

var profileSpecification = &command{
	name:      "specification",
	arguments: "NAME PROFILE",
	summary:   "show the fields of a profile: which are needed, what they may hold",
	detail:    "Profiles that are only for batches may have none: use the template then.",
	setup: atDesk(2, 2, "a connection and a profile", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		asJSON := flags.Bool("json", false, "print one JSON object")
		d.declare(flags)
		return func(ctx context.Context, s *session, args []string) error {
			p, err := d.profilesOf(ctx, args[0], false)
			if err != nil {
				return err
			}
			defer p.close()
			one, err := p.find(ctx, args[1])
			if err != nil {
				return err
			}
			spec, err := p.client.Specification(ctx, one.ID)
			if err != nil {
				var api *trustmanager.APIError
				if errors.As(err, &api) && (api.Status == 404 || api.Status == 400) {
					err = fmt.Errorf("%w (a profile for batches only may have none: enrollctl profile template)", err)
				}
				return err
			}
			if *asJSON {
				return printJSON(s, spec)
			}
			var text strings.Builder
			for _, f := range spec.Fields {
				words := []string{"optional"}
				if f.Mandatory {
					words[0] = "needed"
				}
				if f.Multiple {
					words = append(words, "several values")
				}
				if f.UpdateFromCSR {
					words = append(words, "may come from the CSR")
				}
				if !f.Editable {
					words = append(words, "set by the profile")
				}
				if len(f.Options) > 0 {
					words = append(words, "one of "+strings.Join(f.Options, ", "))
				}
				if f.Default != "" {
					words = append(words, fmt.Sprintf("else %q", f.Default))
				}
				fmt.Fprintf(&text, "%-32s  %s\n", f.ID, strings.Join(words, "; "))
			}
			_, err = fmt.Fprint(s.stdout, printable(text.String()))
			return err
		}
	}),
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/trustmanager"
)

var connectionGroup = &command{name: "connection", summary: "accounts at the service: add, test, correct from a cURL command, exchange",
	detail: "A connection is a name, an address, a way to sign in, and the service's contract as data. It is kept in a\n" +
		"readable file without secrets, which the window uses too. Its keys are in the keychain of the system. The\n" +
		"connection practice always exists: it runs the practice service within the command.",
	commands: []*command{connectionAdd, connectionChange, connectionList, connectionShow, connectionTest, connectionRecord, connectionPaste, connectionKey,
		connectionDefault, connectionRename, connectionRemove, connectionExport, connectionImport}}

// withoutJobs makes it a desk without the database of jobs.
func (d *desk) withoutJobs(s *session) *desk {
	d.s, d.keys = s, keychain.New()
	d.Station = job.NewStation(trustmanager.DefaultFolder(), d)
	d.WorkAs(os.Getenv(operatorVariable))
	return d
}

// atDesk is a command on connections; it takes from least to most arguments, as words say.
func atDesk(least, most int, words string, setup func(flags *pflag.FlagSet, d *desk) func(ctx context.Context, s *session, args []string) error) func(*pflag.FlagSet) action {
	return func(flags *pflag.FlagSet) action {
		d := new(desk)
		act := setup(flags, d)
		return func(ctx context.Context, s *session, args []string) (err error) {
			if len(args) < least || most >= 0 && len(args) > most {
				return usagef("%s is expected, and %s given", words, isAre(len(args), "argument"))
			}
			d.withoutJobs(s)
			defer func() { err = errors.Join(err, d.Close()) }()
			return advised(act(ctx, s, args))
		}
	}
}

func isAre(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return fmt.Sprintf("%d %ss are", n, noun)
}

// advised adds to an error of the keychain what can be done.
func advised(err error) error {
	if advice := keychain.Advice(err); advice != "" {
		return fmt.Errorf("%w\n%s", err, advice)
	}
	return err
}

var connectionList = &command{
	name:    "list",
	summary: "list all connections",
	setup: atDesk(0, 0, "no argument", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		asJSON := flags.Bool("json", false, "print one JSON object")
		return func(_ context.Context, s *session, _ []string) error {
			all, err := d.Connections.Load()
			if err != nil {
				return err
			}
			standard, err := d.Connections.Default()
			if err != nil {
				return err
			}
			if *asJSON {
				shown := []shownConnection{}
				for _, c := range all {
					shown = append(shown, shownConnection{c.ID, c.Name, c.Kind, c.BaseURL, c.Authentication, c.ID == standard})
				}
				return printJSON(s, map[string]any{"connections": shown})
			}
			var text strings.Builder
			for _, c := range all {
				mark := "  "
				if c.ID == standard {
					mark = "* "
				}
				fmt.Fprintf(&text, "%s%-20s  %-20s  %s, %s\n", mark, c.Name, c.Kind.Title(), c.BaseURL, c.Authentication.Title())
			}
			if len(all) == 0 {
				s.complain("there is no connection yet (enrollctl connection add NAME --url URL); practice needs none")
			}
			_, err = fmt.Fprint(s.stdout, printable(text.String()))
			return err
		}
	}),
}

// shownConnection is a connection in the JSON of a list.
type shownConnection struct {
	ID             string                      `json:"id"`
	Name           string                      `json:"name"`
	Kind           trustmanager.Kind           `json:"kind"`
	BaseURL        string                      `json:"base_url"`
	Authentication trustmanager.Authentication `json:"authentication"`
	Default        bool                        `json:"default"`
}

func printJSON(s *session, value any) error {
	e := json.NewEncoder(s.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

var connectionShow = &command{
	name:      "show",
	arguments: "[NAME]",
	summary:   "show a connection: its contract, whether its key is in the keychain, and how old it is",
	setup: atDesk(0, 1, "the name of a connection", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		asJSON := flags.Bool("json", false, "print one JSON object, with the whole contract")
		noKey := flags.Bool("no-key", false, "do not read the keychain")
		return func(ctx context.Context, s *session, args []string) error {
			c, err := d.connection(strings.Join(args, ""))
			if err != nil {
				return err
			}
			var keys []shownKey
			if !*noKey && c.ID != job.PracticeID {
				keys = d.shownKeys(ctx, &c)
			}
			if *asJSON {
				return printJSON(s, map[string]any{"connection": wholeConnection{shown(c), c.Contract}, "secrets": keys})
			}
			var text strings.Builder
			for _, l := range trustmanager.Describe(c) {
				if l.Value != "" {
					fmt.Fprintf(&text, "%-36s %s\n", l.What, l.Value)
				}
			}
			for _, k := range keys {
				fmt.Fprintf(&text, "%-36s %s\n", k.Secret.Title(), k.State)
			}
			_, err = fmt.Fprint(s.stdout, printable(text.String()))
			return err
		}
	}),
}

// wholeConnection is a connection with all of its contract, whether it differs from its kind's or not.
type wholeConnection struct {
	shown
	Contract trustmanager.Contract `json:"contract"`
}

type shown trustmanager.Connection

// shownKey is what is known of a secret without it.
type shownKey struct {
	Secret  trustmanager.Secret `json:"secret"`
	State   string              `json:"state"`
	Created string              `json:"created,omitempty"` // RFC 3339
}

// shownKeys looks for the connection's secrets: the one that it needs, and others that are there.
func (d *desk) shownKeys(ctx context.Context, c *trustmanager.Connection) (keys []shownKey) {
	order := slices.Clone(trustmanager.AllSecrets)
	slices.SortStableFunc(order, func(a, b trustmanager.Secret) int {
		return boolOrder(b == c.NeededSecret()) - boolOrder(a == c.NeededSecret())
	})
	for _, which := range order {
		at, err := d.keys.Created(ctx, c.Account(which))
		if err != nil && which != c.NeededSecret() && errors.Is(err, keychain.ErrNotFound) {
			continue
		}
		k := shownKey{Secret: which, State: ageText(at, err)}
		if err == nil && !at.IsZero() {
			k.Created = at.UTC().Format(time.RFC3339)
		}
		keys = append(keys, k)
		if err != nil && !errors.Is(err, keychain.ErrNotFound) {
			break // the keychain as a whole
		}
	}
	return keys
}

func boolOrder(first bool) int {
	if first {
		return 1
	}
	return 0
}

// ageText says since when a secret is there, or why that is not known.
func ageText(at time.Time, err error) string {
	switch {
	case errors.Is(err, keychain.ErrNotFound):
		return "not in the keychain"
	case err != nil:
		return err.Error()
	case at.IsZero():
		return "in the keychain; when it was put there is not known"
	}
	days := int(time.Since(at).Hours() / 24)
	age := "today"
	switch {
	case days == 1:
		age = "1 day ago"
	case days > 1:
		age = fmt.Sprintf("%d days ago", days)
	}
	return fmt.Sprintf("in the keychain since %s (%s)", at.UTC().Format(time.DateOnly), age)
}

var connectionDefault = &command{
	name:      "default",
	arguments: "NAME",
	summary:   "make a connection the default for commands that name none",
	setup: atDesk(1, 1, "the name of a connection", func(_ *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		return func(_ context.Context, _ *session, args []string) error { return d.Connections.SetDefault(args[0]) }
	}),
}

var connectionRename = &command{
	name:      "rename",
	arguments: "NAME NEW",
	summary:   "give a connection another name; its keys stay",
	setup: atDesk(2, 2, "the name of a connection and a new one", func(_ *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		return func(_ context.Context, _ *session, args []string) error {
			return d.Connections.Rename(args[0], args[1])
		}
	}),
}

var connectionRemove = &command{
	name:      "remove",
	arguments: "NAME",
	summary:   "remove a connection and its keys from the keychain",
	setup: atDesk(1, 1, "the name of a connection", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		keep := flags.Bool("keep-keys", false, "keep its keys in the keychain")
		return func(ctx context.Context, s *session, args []string) error {
			c, err := d.Connections.Get(args[0])
			if err != nil {
				return err
			}
			if !*keep { // the keys first: a connection that is gone has no name to remove them by
				for _, which := range trustmanager.AllSecrets {
					err := d.keys.Delete(ctx, c.Account(which))
					if errors.Is(err, keychain.ErrUnavailable) {
						break
					}
					if err != nil && !errors.Is(err, keychain.ErrNotFound) {
						return fmt.Errorf("nothing was removed: %w (--keep-keys keeps its keys in the keychain)", err)
					}
				}
			}
			if _, err := d.Connections.Remove(c.ID); err != nil {
				return err
			}
			s.complain("removed %q", c.Name)
			return trustmanager.NewProfileCache(d.Folder()).Forget(c.ID)
		}
	}),
}

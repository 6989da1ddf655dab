package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/finding"
	"enrollbench/core/trustmanager"
)

// maxPasted is the most bytes of a pasted command.
const maxPasted = 1 << 20

var connectionPaste = &command{
	name:      "paste",
	arguments: "NAME [FILE]",
	summary:   "correct a connection from a cURL command of the service's portal",
	detail: "The command is read from FILE or standard input, as it was written for sh, cmd or PowerShell. What it says about\n" +
		"the address, the authentication and the one request that it shows is printed; --apply changes the connection,\n" +
		"or adds it if no connection has that name. A key in the command goes to the keychain and nowhere else;\n" +
		"placeholders ({{api_key}}, $KEY, <key>) are not keys. A command with -k is refused.",
	setup: atDesk(1, 2, "the name of a connection, and a file or nothing", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		shell := choice{words: []string{"any"}}
		for _, one := range trustmanager.Shells {
			shell.words = append(shell.words, strings.ToLower(string(one)))
		}
		flags.Var(&shell, "shell", "the command was written for `SHELL`: sh, cmd, powershell. Without it the form is detected")
		purpose := choice{words: []string{"any"}}
		for _, one := range trustmanager.Purposes {
			purpose.words = append(purpose.words, string(one))
		}
		flags.Var(&purpose, "for", "the command shows `REQUEST`: start, me, profiles, template, specification, status, find, approve, reject, download. Without it the request is detected")
		var methods texts
		flags.Var(&methods, "method", "a start is for `METHOD`: client-zip, client-csv, server-csv, server-mac; may be given several times. Without it the method is detected")
		unnamed := flags.Bool("unnamed", false, "the service takes no name for a batch: a start whose answer is lost cannot be looked for")
		kind := choice{}
		for _, k := range trustmanager.Kinds {
			kind.words = append(kind.words, string(k))
		}
		flags.Var(&kind, "kind", "where the connection is added: `KIND` is iot-trust-manager, device-trust-manager, or practice")
		apply := flags.Bool("apply", false, "change the connection; without it the changes are only shown")
		asJSON := flags.Bool("json", false, "print one JSON object")
		return func(ctx context.Context, s *session, args []string) error {
			text, err := pasted(s, args[1:])
			if err != nil {
				return err
			}
			curl, err := parsePasted(text, shell.index)
			if err != nil {
				return err
			}
			defer curl.Wipe()
			if purpose.index > 0 {
				curl.Purpose = trustmanager.Purposes[purpose.index-1]
			}
			if len(methods) > 0 {
				if curl.Methods, err = keyMethods(methods); err != nil {
					return err
				}
			}
			c, err := d.Connections.Get(args[0])
			fresh := errors.Is(err, trustmanager.ErrNoConnection)
			if fresh {
				c, err = trustmanager.NewConnection(args[0], trustmanager.Kinds[kind.index], ""), nil
			}
			if err != nil {
				return err
			}
			after, err := curl.Apply(c)
			if err != nil {
				return err
			}
			if *unnamed {
				for _, m := range curl.Methods {
					after.Contract.Start(m).Unnamed = true
				}
			}
			changes, notes := trustmanager.Differences(c, after), curl.Notes(c)
			if *asJSON {
				err = printJSON(s, shownCurl(&curl, changes, notes, *apply))
			} else {
				err = writeCurl(s, &curl, changes, notes)
			}
			if err != nil {
				return err
			}
			if !*apply {
				s.complain("nothing was changed: add --apply to change the connection")
				return nil
			}
			if fresh {
				err = d.Connections.Add(after)
			} else {
				err = d.Connections.Update(after)
			}
			if err != nil {
				return err
			}
			for _, which := range trustmanager.AllSecrets {
				secret, ok := curl.Secrets()[which]
				if !ok {
					continue
				}
				if err := d.keys.Set(ctx, after.Account(which), secret); err != nil {
					return fmt.Errorf("the connection %q is changed, the %s of the command is not kept: %w", after.Name, which.Title(), err)
				}
				s.complain("the %s is in the keychain", which.Title())
			}
			return nil
		}
	}),
}

// keyMethods reads --method. The words of earlier versions (zip, csv, mac) are understood: csv was for both who makes the keys.
func keyMethods(words []string) (methods []trustmanager.KeyMethod, err error) {
	earlier := map[string][]trustmanager.KeyMethod{"zip": {trustmanager.ClientZIP}, "csv": {trustmanager.ClientCSV, trustmanager.ServerCSV}, "mac": {trustmanager.ServerMAC}}
	for _, w := range words {
		w = strings.ToLower(w)
		switch m := trustmanager.KeyMethod(w); {
		case slices.Contains(trustmanager.KeyMethods, m):
			methods = append(methods, m)
		case earlier[w] != nil:
			methods = append(methods, earlier[w]...)
		default:
			return nil, usagef("--method %q: it must be one of client-zip, client-csv, server-csv, server-mac", w)
		}
	}
	return methods, nil
}

// pasted reads the command.
func pasted(s *session, files []string) (string, error) {
	var in io.Reader = s.stdin
	if len(files) > 0 && files[0] != "-" {
		f, err := os.Open(files[0]) // #nosec G703 -- the file that the user names
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxPasted+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxPasted {
		return "", fmt.Errorf("more than %s bytes: that is no command", finding.Grouped(maxPasted))
	}
	return string(data), nil
}

func parsePasted(text string, shell int) (trustmanager.Curl, error) {
	if shell > 0 {
		return trustmanager.ParseCurlFor(trustmanager.Shells[shell-1], text)
	}
	return trustmanager.ParseCurl(text)
}

func writeCurl(s *session, c *trustmanager.Curl, changes []trustmanager.Change, notes []string) error {
	var text strings.Builder
	for _, one := range append([]trustmanager.Curl{*c}, c.Others...) {
		fmt.Fprintf(&text, "understood  a command for %s that shows: %s", one.Shell, one.Purpose)
		var words []string
		for _, m := range one.Methods {
			words = append(words, string(m))
		}
		if len(words) > 0 {
			fmt.Fprintf(&text, " by %s", strings.Join(words, " and "))
		}
		text.WriteString("\n")
	}
	if c.ProfileID != "" {
		fmt.Fprintf(&text, "profile     %s\n", c.ProfileID)
	}
	for _, which := range trustmanager.AllSecrets {
		if _, ok := c.Secrets()[which]; ok {
			fmt.Fprintf(&text, "secret      the %s is in the command: it goes to the keychain\n", which.Title())
		}
	}
	for _, n := range notes {
		fmt.Fprintf(&text, "note        %s\n", n)
	}
	if _, err := fmt.Fprint(s.stdout, printable(text.String())); err != nil {
		return err
	}
	return showChanges(s, changes)
}

func showChanges(s *session, changes []trustmanager.Change) error {
	var text strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&text, "change      %s\n    from    %s\n    to      %s\n", c.What, orNothing(c.From), orNothing(c.To))
	}
	if len(changes) == 0 {
		text.WriteString("change      none\n")
	}
	_, err := fmt.Fprint(s.stdout, printable(text.String()))
	return err
}

func orNothing(text string) string {
	if text == "" {
		return "(nothing)"
	}
	return text
}

// shownCurl is a command in the JSON.
func shownCurl(c *trustmanager.Curl, changes []trustmanager.Change, notes []string, applied bool) any {
	type change struct {
		What string `json:"what"`
		From string `json:"from"`
		To   string `json:"to"`
	}
	out := struct {
		Shell   trustmanager.Shell       `json:"shell"`
		Purpose trustmanager.Purpose     `json:"purpose"`
		Methods []trustmanager.KeyMethod `json:"methods"`
		Profile string                   `json:"profile"`
		Secrets []trustmanager.Secret    `json:"secrets"` // which, never what
		Notes   []string                 `json:"notes"`
		Changes []change                 `json:"changes"`
		Applied bool                     `json:"applied"`
	}{c.Shell, c.Purpose, append([]trustmanager.KeyMethod{}, c.Methods...), c.ProfileID, []trustmanager.Secret{}, append([]string{}, notes...), []change{}, applied}
	for _, which := range trustmanager.AllSecrets {
		if _, ok := c.Secrets()[which]; ok {
			out.Secrets = append(out.Secrets, which)
		}
	}
	for _, one := range changes {
		out.Changes = append(out.Changes, change(one))
	}
	return out
}

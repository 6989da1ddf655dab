package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"enrollbench/core/keychain"
	"enrollbench/core/trustmanager"
)

var connectionKey = &command{
	name:      "key",
	arguments: "[NAME]",
	summary:   "replace a connection's key in the keychain, remove it, or show its age",
	detail:    "Without --remove and --age the key is replaced, from --api-key-file or from what you enter on the terminal.",
	setup: atDesk(0, 1, "the name of a connection", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		which := choice{words: []string{"needed"}}
		for _, w := range trustmanager.AllSecrets {
			which.words = append(which.words, string(w))
		}
		flags.Var(&which, "secret", "which one: `SECRET` is the one that the connection needs, or api-key, passcode, client-key-passphrase, proxy-password")
		remove := flags.Bool("remove", false, "remove it")
		age := flags.Bool("age", false, "show how old it is")
		source := passphraseSource{flag: "api-key-file"}
		flags.StringVar(&source.file, "api-key-file", "", "read it from the first line of `FILE`; - is standard input. Without it you are asked on the terminal")
		return func(ctx context.Context, s *session, args []string) error {
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			c, err := d.Connections.Get(name)
			if err != nil {
				return err
			}
			secret := c.NeededSecret()
			if which.index > 0 {
				secret = trustmanager.AllSecrets[which.index-1]
			}
			switch {
			case secret == "":
				return usagef("%q uses a client certificate and needs no key; --secret client-key-passphrase is its passphrase", c.Name)
			case *remove && *age:
				return usagef("give --remove or --age, not both")
			case *remove:
				err := d.keys.Delete(ctx, c.Account(secret))
				if err == nil {
					s.complain("the %s of %q is removed", secret.Title(), c.Name)
				}
				return err
			case *age:
				at, err := d.keys.Created(ctx, c.Account(secret))
				if err != nil && !errors.Is(err, keychain.ErrNotFound) {
					return err
				}
				if _, printErr := fmt.Fprintln(s.stdout, printable(ageText(at, err))); printErr != nil {
					return printErr
				}
				return err
			}
			return d.replaceSecret(ctx, s, &c, secret, &source)
		}
	}),
}

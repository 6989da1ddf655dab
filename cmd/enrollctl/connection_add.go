package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/pflag"

	"enrollbench/core/keychain"
	"enrollbench/core/trustmanager"
)

// connectionFlags are the properties of a connection on the command line.
type connectionFlags struct {
	flags                               *pflag.FlagSet
	url, certificate, key, proxy, roots string
	contract                            string
	kind                                choice
	authentication                      choice
	apiKey, passphrase, proxyPassword   passphraseSource
	makeDefault, noKey                  bool
}

func (f *connectionFlags) declare(flags *pflag.FlagSet) {
	f.flags = flags
	for _, k := range trustmanager.Kinds {
		f.kind.words = append(f.kind.words, string(k))
	}
	for _, a := range trustmanager.Authentications {
		f.authentication.words = append(f.authentication.words, string(a))
	}
	flags.StringVar(&f.url, "url", "", "the service's base `URL`, such as https://one.digicert.com")
	flags.Var(&f.kind, "kind", "the service: `KIND` is iot-trust-manager, device-trust-manager, or practice")
	flags.Var(&f.authentication, "auth", "sign in with `WAY`: api-token or client-certificate; passcode only where the service asks for one")
	flags.StringVar(&f.certificate, "certificate", "", "the client certificate in `FILE`: PEM, or PKCS#12 with its key")
	flags.StringVar(&f.key, "key", "", "the client certificate's private key in `FILE`, if it is in a separate file")
	flags.StringVar(&f.proxy, "proxy", "", "the proxy's `URL`, without password; none means no proxy. Without it the environment decides")
	flags.StringVar(&f.roots, "extra-ca", "", "trust the roots in `FILE` (PEM or DER) beside the system's")
	flags.StringVar(&f.contract, "contract", "", "take paths and names from the transcript in `FILE`, as connection record writes it")
	flags.BoolVar(&f.makeDefault, "default", false, "make it the default for commands that name none")
	flags.BoolVar(&f.noKey, "no-key", false, "ask for no key now")
	f.apiKey.flag = "api-key-file"
	flags.StringVar(&f.apiKey.file, "api-key-file", "", "read the API key or passcode from the first line of `FILE`; - is standard input. Without it you are asked on the terminal")
	f.passphrase.declare(flags, "passphrase-file", "the client key")
	f.proxyPassword.flag = "proxy-password-file"
	flags.StringVar(&f.proxyPassword.file, "proxy-password-file", "", "read the proxy's password from the first line of `FILE`")
}

// set changes the connection as the flags say.
func (f *connectionFlags) set(c *trustmanager.Connection) error {
	absolute := func(target *string, name, value string) error {
		if !f.flags.Changed(name) {
			return nil
		}
		if value != "" { // the connection is used from other folders too
			path, err := filepath.Abs(value)
			if err != nil {
				return err
			}
			value = path
		}
		*target = value
		return nil
	}
	if f.flags.Changed("url") {
		c.BaseURL = f.url
	}
	if f.flags.Changed("kind") {
		if kind := trustmanager.Kinds[f.kind.index]; kind != c.Kind {
			c.Kind, c.Contract = kind, trustmanager.Default(kind)
		}
	}
	if f.contract != "" {
		t, err := readTranscript(f.contract)
		if err != nil {
			return err
		}
		if c.Contract, err = trustmanager.ContractOf(t, c.Kind); err != nil {
			return err
		}
	}
	if f.flags.Changed("proxy") {
		c.Proxy = f.proxy
	}
	for _, one := range []struct {
		target      *string
		name, value string
	}{{&c.ClientCertificate, "certificate", f.certificate}, {&c.ClientKey, "key", f.key}, {&c.ExtraCA, "extra-ca", f.roots}} {
		if err := absolute(one.target, one.name, one.value); err != nil {
			return err
		}
	}
	if f.flags.Changed("extra-ca") && c.ExtraCA != "" {
		if _, err := trustmanager.ReadRoots(c.ExtraCA); err != nil && !errors.Is(err, fs.ErrNotExist) { // it may be put there later
			return err
		}
	}
	if f.flags.Changed("certificate") && f.certificate != "" {
		c.Authentication = trustmanager.ClientCertificate
	}
	if f.flags.Changed("auth") {
		c.Authentication = trustmanager.Authentications[f.authentication.index]
	}
	return nil
}

// keep asks for the secrets that the flags name or the connection needs, and puts them into the keychain.
func (f *connectionFlags) keep(ctx context.Context, s *session, d *desk, c *trustmanager.Connection, ask bool) error {
	for _, one := range []struct {
		which  trustmanager.Secret
		source *passphraseSource
	}{{c.NeededSecret(), &f.apiKey}, {trustmanager.SecretKeyPassphrase, &f.passphrase}, {trustmanager.SecretProxyPassword, &f.proxyPassword}} {
		if one.which == "" || one.source.file == "" && (!ask || f.noKey || one.which != c.NeededSecret() || s.hidden == nil) {
			continue
		}
		if err := d.replaceSecret(ctx, s, c, one.which, one.source); err != nil {
			return fmt.Errorf("the connection %q is kept, its %s is not: %w", c.Name, one.which.Title(), err)
		}
	}
	return nil
}

var connectionAdd = &command{
	name:      "add",
	arguments: "NAME",
	required:  "--url URL",
	summary:   "add a connection and put its key into the keychain",
	detail: "If the computer has no keychain, the connection is added without its key and the exit status is 3: give\n" +
		"--api-key-file to each command that needs it, or --no-key here. A key is never written to a file.",
	setup: atDesk(1, 1, "a name", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		var f connectionFlags
		f.declare(flags)
		return func(ctx context.Context, s *session, args []string) error {
			if err := require(flags, "url"); err != nil {
				return err
			}
			c := trustmanager.NewConnection(args[0], trustmanager.Kinds[f.kind.index], f.url)
			if err := f.set(&c); err != nil {
				return err
			}
			if err := d.Connections.Add(c); err != nil {
				return err
			}
			if f.makeDefault {
				if err := d.Connections.SetDefault(c.ID); err != nil {
					return err
				}
			}
			s.complain("added %q", c.Name)
			return f.keep(ctx, s, d, &c, true)
		}
	}),
}

var connectionChange = &command{
	name:      "change",
	arguments: "NAME",
	summary:   "change what the flags name, and leave the rest",
	setup: atDesk(1, 1, "the name of a connection", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		var f connectionFlags
		f.declare(flags)
		return func(ctx context.Context, s *session, args []string) error {
			c, err := d.Connections.Get(args[0])
			if err != nil {
				return err
			}
			before := c
			if err := f.set(&c); err != nil {
				return err
			}
			if err := d.Connections.Update(c); err != nil {
				return err
			}
			if f.makeDefault {
				if err := d.Connections.SetDefault(c.ID); err != nil {
					return err
				}
			}
			if err := showChanges(s, trustmanager.Differences(before, c)); err != nil {
				return err
			}
			return f.keep(ctx, s, d, &c, false)
		}
	}),
}

// secret reads a secret from the file of a flag or asks for it.
func readSecret(ctx context.Context, s *session, source *passphraseSource, prompt string) ([]byte, error) {
	var secret []byte
	var err error
	switch {
	case source.file != "":
		secret, err = source.read(s)
	case s.hidden == nil:
		return nil, usagef("there is no terminal to ask for it: give --%s FILE", source.flag)
	default:
		secret, err = s.ask(ctx, prompt)
	}
	if err == nil && len(secret) == 0 {
		err = fmt.Errorf("nothing was given")
	}
	return secret, err
}

// cleanKey takes off what a file or a copy added to a key, and says so.
func cleanKey(s *session, key []byte) []byte {
	key, notes := trustmanager.CleanKey(key)
	for _, n := range notes {
		s.complain("API key: %s", n)
	}
	return key
}

// replaceSecret puts a new secret into the keychain.
func (d *desk) replaceSecret(ctx context.Context, s *session, c *trustmanager.Connection, which trustmanager.Secret, source *passphraseSource) error {
	secret, err := readSecret(ctx, s, source, fmt.Sprintf("%s of %q: ", which.Title(), c.Name))
	if err != nil {
		return err
	}
	defer clear(secret)
	if which == trustmanager.SecretAPIKey {
		secret = cleanKey(s, secret)
		defer clear(secret)
	}
	if err := d.keys.Set(ctx, c.Account(which), secret); err != nil {
		return err
	}
	s.complain("the %s is in the keychain (%s)", which.Title(), keychain.Service)
	return nil
}

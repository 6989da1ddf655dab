package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/trustmanager"
)

// desk is what the job commands stand on: connections, keys, the database.
type desk struct {
	*job.Station
	s      *session
	apiKey passphraseSource
	keys   *keychain.Keychain
}

func (d *desk) declare(flags *pflag.FlagSet) {
	d.apiKey.flag = "api-key-file"
	flags.StringVar(&d.apiKey.file, "api-key-file", "", "read the API key from the first line of `FILE`; - is standard input. Without it the keychain has it, or you are asked on the terminal")
}

// open opens the station. The caller closes it.
func (d *desk) open(ctx context.Context, s *session) (err error) {
	return d.withoutJobs(s).OpenJobs(ctx)
}

// connection finds a connection by id or name. "practice" is there without having been added.
func (d *desk) connection(idOrName string) (trustmanager.Connection, error) {
	c, err := d.Connection(idOrName)
	if errors.Is(err, trustmanager.ErrNoConnection) {
		err = fmt.Errorf("%w (enrollctl connection add; or --connection practice, which needs no account)", err)
	}
	return c, err
}

// Remember keeps a secret for this run.
func (d *desk) Remember(account string, secret []byte) { d.keys.Remember(account, secret) }

// Get looks a secret up: in the file that was named, in memory, in the keychain; where it is in none of them it is asked for on
// the terminal and kept for this run.
func (d *desk) Get(ctx context.Context, account string) ([]byte, error) {
	isKey := strings.HasSuffix(account, "/"+string(trustmanager.SecretAPIKey))
	if isKey && d.apiKey.file != "" && account != (&trustmanager.Connection{ID: job.PracticeID}).Account(trustmanager.SecretAPIKey) && !d.keys.Remembered(account) {
		key, err := d.apiKey.read(d.s)
		if err == nil {
			key = cleanKey(d.s, key)
		}
		if err == nil && len(key) == 0 {
			err = fmt.Errorf("%s: the first line is empty, and an API key is expected there", d.apiKey.name())
		}
		if err != nil {
			return nil, err
		}
		d.keys.Remember(account, key)
		return key, nil
	}
	secret, err := d.keys.Get(ctx, account)
	if err == nil || d.s.hidden == nil {
		return secret, err
	}
	if !errors.Is(err, keychain.ErrNotFound) && !errors.Is(err, keychain.ErrUnavailable) && !errors.Is(err, keychain.ErrLocked) {
		return nil, err
	}
	what := strings.ReplaceAll(account[strings.LastIndex(account, "/")+1:], "-", " ")
	typed, askErr := d.s.ask(ctx, fmt.Sprintf("%s (%v): ", what, err))
	if askErr != nil {
		return nil, errors.Join(err, askErr)
	}
	if len(typed) == 0 {
		return nil, err
	}
	d.keys.Remember(account, typed)
	return typed, nil
}

// batch finds a batch by its id, the end of its id, or its name; the name must be that of one batch only.
func (d *desk) batch(ctx context.Context, text string) (id string, err error) {
	all, err := d.Jobs.List(ctx, job.Filter{})
	if err != nil {
		return "", err
	}
	var found []string
	for _, r := range all {
		if r.ID == text {
			return r.ID, nil
		}
		if r.Name == text || r.Short() == text || len(text) >= 4 && strings.HasSuffix(r.ID, text) {
			found = append(found, r.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("batch %q: %w (enrollctl job list shows all)", text, job.ErrNotFound)
	}
	return "", fmt.Errorf("%q is the name of several batches: %s; give an id", text, strings.Join(found, ", "))
}

const oneFile = "one file"

// onDesk is a command that needs the desk; n is how many arguments it takes, -1 for any number.
func onDesk(setup func(flags *pflag.FlagSet) func(ctx context.Context, s *session, d *desk, args []string) error, n int, what string) func(*pflag.FlagSet) action {
	return func(flags *pflag.FlagSet) action {
		d := new(desk)
		d.declare(flags)
		act := setup(flags)
		return func(ctx context.Context, s *session, args []string) (err error) {
			if n >= 0 && len(args) != n {
				return usagef("%s is expected", what)
			}
			if err := d.open(ctx, s); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, d.Close()) }()
			if n > 0 && what != oneFile {
				args = slices.Clone(args)
				if args[0], err = d.batch(ctx, args[0]); err != nil {
					return err
				}
			}
			return d.advise(act(ctx, s, d, args))
		}
	}
}

// advise adds the next step to an error of a job.
func (d *desk) advise(err error) error {
	var unsettled *job.UnsettledError
	var before *job.OrderedBeforeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unsettled):
		return fmt.Errorf("%w\nThe program does not send it again. enrollctl job resume asks the service again;\n"+
			"if its portal shows the job: enrollctl job resolve %s JOB-ID\nif it surely does not: enrollctl job not-started %s", err, unsettled.ID, unsettled.ID)
	case errors.As(err, &before):
		offer := ""
		if before.Next.Count > 0 {
			offer = fmt.Sprintf("\nThe next free range of this length and step begins with %s.", before.Next.Start)
		}
		return fmt.Errorf("%w\nNothing was sent.%s If you want a second set: enrollctl job start --batch %s --again \"REASON\"", err, offer, before.ID)
	case errors.Is(err, job.ErrExported):
		return fmt.Errorf("%w (enrollctl job retry takes it back)", err)
	case errors.Is(err, job.ErrChanged):
		return fmt.Errorf("%w: cancel the batch and start the file as it is now", err)
	}
	if advice := keychain.Advice(err); advice != "" {
		return fmt.Errorf("%w\n%s (--api-key-file FILE works without a keychain)", err, advice)
	}
	return err
}

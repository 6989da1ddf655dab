package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"enrollbench/core/finding"
	"enrollbench/core/ledger"
)

// ledgerCommand is the group of everything about the ledger.
var ledgerCommand = &command{
	name:    "ledger",
	summary: "what was ever ordered, never twice: search it, claim, release, import, verify its audit log",
	detail: "The ledger holds every MAC address, common name, unique_identifier and public key of every batch that was sent, at this\n" +
		"station or, where several share a PostgreSQL database, at any. It belongs to an environment: --connection NAME names that\n" +
		"of a connection; practice has a separate ledger (--connection practice). ENROLLBENCH_OPERATOR names who works here.",
	commands: []*command{ledgerList, ledgerFind, ledgerClaim, ledgerRelease, ledgerFree, ledgerBlock, ledgerImport, ledgerExpiring, ledgerExport,
		ledgerVerify, ledgerBackup, ledgerAdopt, ledgerReconcile, ledgerPIN, ledgerSetup},
}

// operatorVariable names who works here, for scripts on accounts that several people share.
const operatorVariable = "ENROLLBENCH_OPERATOR"

// book is the ledger of a command.
type book struct {
	*ledger.Ledger
	desk       desk
	connection string
	env        string // of the connection, "" for all
	asJSON     bool
}

func (b *book) declare(flags *pflag.FlagSet) {
	b.desk.declare(flags)
	flags.StringVar(&b.connection, "connection", "", "the environment of the connection `NAME`; practice is the practice ledger")
	flags.BoolVar(&b.asJSON, "json", false, "print one JSON object")
}

// onLedger is a command on the ledger; it takes from least to most arguments (-1: any number), as words say.
func onLedger(least, most int, words string, setup func(flags *pflag.FlagSet, b *book) func(ctx context.Context, s *session, args []string) error) func(*pflag.FlagSet) action {
	return func(flags *pflag.FlagSet) action {
		b := new(book)
		b.declare(flags)
		act := setup(flags, b)
		return func(ctx context.Context, s *session, args []string) (err error) {
			if len(args) < least || most >= 0 && len(args) > most {
				return usagef("%s is expected, and %s given", words, isAre(len(args), "argument"))
			}
			b.desk.withoutJobs(s)
			defer func() { err = errors.Join(err, b.desk.Close()) }()
			if err := b.open(ctx); err != nil {
				return err
			}
			return b.advise(act(ctx, s, args))
		}
	}
}

func (b *book) open(ctx context.Context) (err error) {
	if b.connection == "" {
		b.Ledger, err = b.desk.Ledger(ctx, false)
		return err
	}
	if _, err := b.desk.connection(b.connection); err != nil {
		return err
	}
	b.Ledger, b.env, err = b.desk.LedgerOf(ctx, b.connection)
	return err
}

// place is the environment of a command that changes something.
func (b *book) place() (string, error) {
	if b.env == "" {
		return "", usagef("give --connection NAME to choose the environment")
	}
	return b.env, nil
}

// advise adds the next step to an error of the ledger.
func (b *book) advise(err error) error {
	var taken *ledger.ConflictError
	switch {
	case errors.Is(err, ledger.ErrRestored):
		return fmt.Errorf("%w\nYou can read it, but nothing can be ordered with it. Run enrollctl ledger adopt --reason \"REASON\", then import what is missing before you order", err)
	case errors.As(err, &taken):
		return fmt.Errorf("%w\nNothing was claimed", err)
	}
	return err
}

// operator is who works here.
func (b *book) operator() string { return b.desk.Operator() }

// day is a date of the flags.
type day struct{ time.Time }

func (d *day) Type() string { return "DATE" }

func (d *day) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Format(time.DateOnly)
}

func (d *day) Set(s string) (err error) {
	if d.Time, err = time.ParseInLocation(time.DateOnly, s, time.Local); err != nil {
		return errors.New("it must be a date such as 2026-03-03")
	}
	return nil
}

// claimJSON is a batch of the ledger in JSON.
type claimJSON struct {
	Claim       ledger.ClaimID `json:"claim"`
	Environment string         `json:"environment"`
	Batch       string         `json:"batch"`
	Name        string         `json:"name"`
	State       ledger.State   `json:"state"`
	Imported    bool           `json:"imported"`
	Reissue     string         `json:"reissue"`
	Operator    string         `json:"operator"`
	Account     string         `json:"account"`
	Station     string         `json:"station"`
	Connection  string         `json:"connection"`
	Profile     string         `json:"profile"`
	Claimed     time.Time      `json:"claimed"`
	Identities  int64          `json:"identities"`
	Released    int64          `json:"released"`
	Delivered   int64          `json:"delivered"`
	Note        string         `json:"note"`
}

func shownClaim(c *ledger.Claim) claimJSON {
	return claimJSON{c.ID, c.Environment, c.Batch, c.Name, c.State, c.Imported, c.Reissue, c.Operator, c.Account, c.Station, c.Connection, c.Profile,
		c.At, c.Identities, c.Released, c.Delivered, c.Note}
}

// claimLine is a batch of the ledger in one line.
func claimLine(c *ledger.Claim) string {
	text := fmt.Sprintf("%s  %s  %s  %s", c.At.Local().Format("2006-01-02 15:04"), c.Batch, c.State, finding.Counted(c.Identities, "identity"))
	if c.Released > 0 {
		text += fmt.Sprintf(", %s released", finding.Grouped(c.Released))
	}
	if c.Delivered > 0 {
		text += ", " + finding.Counted(c.Delivered, "certificate")
	}
	text += "  " + c.Environment
	if c.Operator != "" {
		text += "  by " + c.Operator
	}
	if c.Station != "" {
		text += "  at " + c.Station
	}
	if c.Reissue != "" {
		text += "  again: " + c.Reissue
	}
	return printable(text)
}

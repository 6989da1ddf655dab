package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"enrollbench/core/atomicfile"
	"enrollbench/core/finding"
	"enrollbench/core/ledger"
)

var ledgerList = &command{
	name:    "list",
	summary: "list the batches of all stations, the newest first",
	setup: onLedger(0, 0, "no argument", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		var from, to day
		var f ledger.Filter
		flags.Var(&from, "from", "claimed on `DATE` or later")
		flags.Var(&to, "to", "claimed on `DATE` or earlier")
		flags.StringVar(&f.Station, "station", "", "claimed at the station `NAME`")
		flags.StringVar(&f.Operator, "operator", "", "claimed by `NAME`")
		flags.StringVar(&f.Text, "text", "", "with `TEXT` in id, name, profile or connection")
		return func(ctx context.Context, s *session, _ []string) error {
			f.Environment, f.From = b.env, from.Time
			if !to.IsZero() {
				f.To = to.AddDate(0, 0, 1)
			}
			all, err := b.Batches(ctx, f)
			if err != nil {
				return err
			}
			if b.asJSON {
				shown := []claimJSON{}
				for _, c := range all {
					shown = append(shown, shownClaim(c))
				}
				return printJSON(s, map[string]any{"batches": shown})
			}
			for _, c := range all {
				if _, err := fmt.Fprintln(s.stdout, claimLine(c)); err != nil {
					return err
				}
			}
			return nil
		}
	}),
}

type certificateJSON struct {
	Identity    string    `json:"identity"`
	Serial      string    `json:"serial"`
	Fingerprint string    `json:"sha256"`
	NotBefore   time.Time `json:"not_before"`
	NotAfter    time.Time `json:"not_after"`
}

func shownCertificate(c ledger.Certificate) certificateJSON {
	return certificateJSON{c.Identity.Value, strings.ToUpper(c.Serial.Text(16)), hex.EncodeToString(c.Fingerprint[:]), c.NotBefore.UTC(), c.NotAfter.UTC()}
}

type holdingJSON struct {
	claimJSON
	Row  int  `json:"row"`
	Free bool `json:"free"`
}

type lifeJSON struct {
	Kind         string            `json:"kind"`
	Value        string            `json:"value"`
	Held         bool              `json:"held"`
	Batches      []holdingJSON     `json:"batches"`
	Certificates []certificateJSON `json:"certificates"`
}

var ledgerFind = &command{
	name:      "find",
	arguments: "TEXT",
	summary:   "show the history of a device: every batch and certificate",
	detail: "TEXT is a MAC address in any notation, a common name, a unique_identifier, the SHA-256 of a public key, the serial number or\n" +
		"fingerprint of a certificate, or the id or name of a batch. Status 1 says that the ledger does not know it.",
	setup: onLedger(1, 1, "one text", func(_ *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		return func(ctx context.Context, s *session, args []string) error {
			lives, err := b.Find(ctx, args[0])
			if err != nil {
				return err
			}
			shown := []lifeJSON{}
			for _, l := range lives {
				one := lifeJSON{Kind: l.Identity.Kind.String(), Value: l.Identity.Value, Held: l.Held(), Batches: []holdingJSON{}, Certificates: []certificateJSON{}}
				if l.Identity.Kind == 0 {
					one.Kind = "batch"
				}
				for _, h := range l.Holdings {
					if b.env != "" && h.Claim.Environment != b.env {
						continue
					}
					one.Batches = append(one.Batches, holdingJSON{shownClaim(h.Claim), h.Row, h.Released})
				}
				for _, c := range l.Certificates {
					one.Certificates = append(one.Certificates, shownCertificate(c))
				}
				shown = append(shown, one)
				if !b.asJSON {
					if err := writeLife(s, &one, &l); err != nil {
						return err
					}
				}
			}
			if b.asJSON {
				err = printJSON(s, map[string]any{"found": shown})
			}
			if err == nil && len(lives) == 0 {
				s.complain("the ledger does not know %q", args[0])
				err = errFindings
			}
			return err
		}
	}),
}

func writeLife(s *session, one *lifeJSON, l *ledger.Life) error {
	var b strings.Builder
	if one.Kind != "batch" {
		state := "free"
		if one.Held {
			state = "taken"
		}
		fmt.Fprintf(&b, "%s %s: %s\n", one.Kind, one.Value, state)
	}
	for _, h := range l.Holdings {
		b.WriteString("  " + claimLine(h.Claim))
		if h.Row > 0 {
			fmt.Fprintf(&b, "  row %d", h.Row)
		}
		if h.Released {
			b.WriteString("  free again")
		}
		b.WriteByte('\n')
	}
	for _, c := range one.Certificates {
		fmt.Fprintf(&b, "  certificate %s, valid from %s to %s, SHA-256 %s\n", c.Serial, c.NotBefore.Format(time.DateOnly), c.NotAfter.Format(time.DateOnly), c.Fingerprint)
	}
	_, err := fmt.Fprint(s.stdout, printable(b.String()))
	return err
}

var ledgerExpiring = &command{
	name:    "expiring",
	summary: "list the certificates that end soon, to order them again",
	setup: onLedger(0, 0, "no argument", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		months := count(3)
		var from day
		flags.Var(&months, "months", "that end within `N` months")
		flags.Var(&from, "from", "that end on `DATE` or later; without it from today")
		perMonth := flags.Bool("per-month", false, "count them by month")
		return func(ctx context.Context, s *session, _ []string) error {
			begin := from.Time
			if begin.IsZero() {
				begin = time.Now()
			}
			if *perMonth {
				all, err := b.ExpiringByMonth(ctx, b.env, begin, int(months))
				if err != nil {
					return err
				}
				shown := []map[string]any{}
				for _, m := range all {
					shown = append(shown, map[string]any{"month": m.Begin.Format("2006-01"), "count": m.Count})
					if !b.asJSON {
						if _, err := fmt.Fprintf(s.stdout, "%s  %s\n", m.Begin.Format("2006-01"), finding.Counted(m.Count, "certificate")); err != nil {
							return err
						}
					}
				}
				if b.asJSON {
					return printJSON(s, map[string]any{"months": shown})
				}
				return nil
			}
			shown := []certificateJSON{}
			for c, err := range b.Expiring(ctx, b.env, begin, begin.AddDate(0, int(months), 0)) {
				if err != nil {
					return err
				}
				one := shownCertificate(c)
				if b.asJSON {
					shown = append(shown, one)
				} else if _, err := fmt.Fprintln(s.stdout, printable(fmt.Sprintf("%s  %s  %s", one.NotAfter.Format(time.DateOnly), one.Identity, one.Serial))); err != nil {
					return err
				}
			}
			if b.asJSON {
				return printJSON(s, map[string]any{"certificates": shown})
			}
			return nil
		}
	}),
}

var ledgerVerify = &command{
	name:    "verify",
	summary: "recompute the audit log, name the first entry that was changed, and print the anchor",
	detail: "The anchor is the number and hash of the newest entry. Kept elsewhere (printed, mailed), --anchor proves later that no entry\n" +
		"up to it was changed or removed. Status 3 says that the log is broken.",
	setup: onLedger(0, 0, "no argument", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		text := flags.String("anchor", "", "compare with the `ANCHOR` that was printed before")
		return func(ctx context.Context, s *session, _ []string) error {
			var anchor ledger.Head
			if *text != "" {
				var err error
				if anchor, err = ledger.ParseHead(*text); err != nil {
					return usagef("--anchor: %v", err)
				}
			}
			if err := b.CheckFile(ctx); err != nil {
				return err
			}
			broken, err := b.VerifyAnchor(ctx, anchor)
			if err != nil {
				return err
			}
			head, err := b.Head(ctx)
			if err != nil {
				return err
			}
			if b.asJSON {
				shown := map[string]any{"entries": head.Seq, "anchor": head.String(), "broken": 0, "reason": ""}
				if broken != nil {
					shown["broken"], shown["reason"] = broken.Seq, broken.Reason
				}
				if err := printJSON(s, shown); err != nil {
					return err
				}
			}
			if broken != nil {
				return fmt.Errorf("%w\nKeep this ledger as it is, and compare it with a backup", broken)
			}
			if b.asJSON {
				return nil
			}
			_, err = fmt.Fprintf(s.stdout, "%s, none was changed\nanchor %s\n", finding.Counted(head.Seq, "entry"), head)
			return err
		}
	}),
}

var ledgerExport = &command{
	name:    "export",
	summary: "write the audit log as JSON Lines, with everything that the hashes cover, or as CSV",
	setup: onLedger(0, 0, "no argument", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		out := declareOutput(flags, "write to `FILE` instead of standard output")
		form := choice{words: []string{"jsonl", "csv"}}
		flags.Var(&form, "format", "write as `FORM`: jsonl or csv")
		return func(ctx context.Context, s *session, _ []string) error {
			write := b.ExportJSON
			if form.index == 1 {
				write = b.ExportCSV
			}
			if out.path == "" {
				return write(ctx, s.stdout)
			}
			f, err := atomicfile.Create(out.path, atomicfile.Options{Mode: 0o600, Replace: out.force})
			if err != nil {
				return out.explain(err)
			}
			defer f.Abort() //nolint:errcheck // after Commit it does nothing, before it the error that led here counts
			if err := write(ctx, f); err != nil {
				return err
			}
			return out.explain(f.Commit())
		}
	}),
}

var ledgerBackup = &command{
	name:     "backup",
	required: "-o FILE",
	summary:  "write a copy of the ledger, while all stations keep working",
	detail:   "A shared ledger is backed up where its database server runs, with pg_dump.",
	setup: onLedger(0, 0, "no argument", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		path := flags.StringP("output", "o", "", "write to `FILE`, which must not exist yet")
		return func(ctx context.Context, s *session, _ []string) error {
			if err := require(flags, "output"); err != nil {
				return err
			}
			err := b.Backup(ctx, *path, b.operator())
			if err == nil {
				_, err = fmt.Fprintln(s.stdout, printable(*path))
			}
			return err
		}
	}),
}

var errNoReason = errors.New("a reason is needed: --reason \"REASON\"")

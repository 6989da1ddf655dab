package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/ledger"
)

// macs reads the range of the flags, of any length.
func (q *rangeRequest) macs(s *session) (eui48.Range, error) {
	series, report, err := q.read(nil)
	if err != nil {
		return series, err
	}
	report = withoutOrderLimit(report)
	if report.Count(finding.Error) > 0 {
		return series, errors.Join(writeFindings(s.stderr, report, true), errFindings)
	}
	return series, nil
}

var ledgerClaim = &command{
	name:      "claim",
	arguments: "[FILE...]",
	required:  "--connection NAME --batch ID",
	summary:   "claim what is ordered elsewhere: the rows of a CSV, the CSRs of a ZIP, certificates, or a MAC range",
	detail: "Batches that this program sends claim by themselves. All is claimed or nothing: status 1 says that something is taken.\n" +
		"--check only looks.",
	setup: onLedger(0, -1, "files", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		var q rangeRequest
		q.declare(flags)
		id := flags.String("batch", "", "call the batch `ID`")
		again := flags.String("again", "", "claim again what is taken, because of `REASON`")
		look := flags.Bool("check", false, "say what is taken and claim nothing")
		return func(ctx context.Context, s *session, args []string) error {
			env, err := b.place()
			if err != nil {
				return err
			}
			batch := ledger.Batch{Environment: env, ID: *id, Name: *id, Operator: b.operator(), Connection: b.connection, Reissue: *again}
			if q.start != "" {
				r, err := q.macs(s)
				if err != nil {
					return err
				}
				batch.Ranges = []eui48.Range{r}
			} else if len(args) == 0 {
				return usagef("files are needed, or a range by --start, --count and --increment")
			}
			var all []ledger.Identity
			for _, path := range args {
				e, err := job.ReadEarlier(ctx, path, job.PortalChoice{}, nil)
				if err != nil {
					return err
				}
				all = append(all, e.Identities...)
			}
			batch.Identities = slices.Values(all)
			if *look {
				taken, err := b.Check(ctx, batch)
				if err != nil {
					return err
				}
				return tellTaken(s, taken, b.asJSON)
			}
			if err := require(flags, "batch"); err != nil {
				return err
			}
			claim, err := b.Claim(ctx, batch)
			var taken *ledger.ConflictError
			if errors.As(err, &taken) {
				return tellTaken(s, taken.Conflicts, b.asJSON)
			}
			if err != nil {
				return err
			}
			c, err := b.Get(ctx, claim)
			if err != nil {
				return err
			}
			return tellClaim(s, c, b.asJSON)
		}
	}),
}

func tellClaim(s *session, c *ledger.Claim, asJSON bool) error {
	if asJSON {
		return printJSON(s, shownClaim(c))
	}
	_, err := fmt.Fprintln(s.stdout, claimLine(c))
	return err
}

// tellTaken prints what is taken, by whom.
func tellTaken(s *session, taken []ledger.Conflict, asJSON bool) error {
	if asJSON {
		report := new(finding.Report)
		for i := range taken {
			report.Add(job.RuleSentBefore.Finding(finding.Location{Row: taken[i].Identity.Row}, taken[i].String(), ""))
		}
		if err := report.WriteJSON(s.stdout, 0); err != nil {
			return err
		}
	}
	for i := range taken {
		if asJSON {
			break
		}
		if _, err := fmt.Fprintln(s.stdout, printable(taken[i].String())); err != nil {
			return err
		}
	}
	if len(taken) > 0 {
		return errFindings
	}
	return nil
}

var ledgerRelease = &command{
	name:      "release",
	arguments: "BATCH",
	required:  "--connection NAME --reason TEXT",
	summary:   "free what a batch claimed that was never sent",
	detail: "BATCH is the id that ledger list shows. What was sent, or may have been, is freed only by the service's answer.\n" +
		"The reason is kept in the audit log.",
	setup: onLedger(1, 1, "the id of a batch", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		reason := flags.String("reason", "", "why, `TEXT`")
		return func(ctx context.Context, s *session, args []string) error {
			env, err := b.place()
			if err != nil {
				return err
			}
			if strings.TrimSpace(*reason) == "" {
				return usagef("%v", errNoReason)
			}
			c, err := b.ClaimOf(ctx, env, args[0])
			if err != nil {
				return err
			}
			if c == nil {
				return fmt.Errorf("batch %q: %w (enrollctl ledger list shows all)", args[0], ledger.ErrNotFound)
			}
			if err := b.Release(ctx, c.ID, b.operator(), *reason); err != nil {
				return err
			}
			if c, err = b.Get(ctx, c.ID); err != nil {
				return err
			}
			return tellClaim(s, c, b.asJSON)
		}
	}),
}

var ledgerFree = &command{
	name:     "free",
	required: "--connection NAME --count N --increment N",
	summary:  "name the next free MAC range of a length and step, and reserve it",
	detail: "Your own blocks are searched in their order, or from --start on. --reserve ID holds it for the draft of that name until\n" +
		"ledger release frees it. Status 1 says that nothing that long is free.",
	setup: onLedger(0, 0, "no argument", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		var q rangeRequest
		q.declare(flags)
		draft := flags.String("reserve", "", "hold the range for the draft `ID`")
		return func(ctx context.Context, s *session, _ []string) error {
			env, err := b.place()
			if err != nil {
				return err
			}
			if err := require(flags, "count", "increment"); err != nil {
				return err
			}
			blocks, err := b.Blocks(ctx, env)
			if err != nil {
				return err
			}
			if q.start != "" {
				first, _, err := eui48.Parse(q.start)
				if err != nil {
					return usagef("--start: %v", err)
				}
				blocks = []ledger.Block{{First: first, Last: first | 0xffffff}}
			} else {
				q.start = "00:00:00:00:00:00" // only to read the others
			}
			if len(blocks) == 0 {
				return usagef("no block of your own is entered: give --start, or enter a block with ledger block")
			}
			like, report := eui48.Check(q.start, q.count, q.increment)
			if like.Count == 0 {
				return errors.Join(writeFindings(s.stderr, report, true), errFindings)
			}
			for _, block := range blocks {
				r, ok, err := b.NextFree(ctx, env, block.First, block.Last, like.Count, like.Step)
				if err != nil {
					return err
				}
				if !ok {
					continue
				}
				if *draft != "" {
					if _, err := b.Reserve(ctx, ledger.Batch{Environment: env, ID: *draft, Name: *draft, Operator: b.operator(), Connection: b.connection, Ranges: []eui48.Range{r}}); err != nil {
						return err
					}
				}
				if b.asJSON {
					return printJSON(s, map[string]any{"first": r.Start.String(), "last": r.Last().String(), "count": r.Count, "increment": r.Step, "reserved": *draft})
				}
				_, err = fmt.Fprintf(s.stdout, "%s to %s\n", r.Start, r.Last())
				return err
			}
			s.complain("no %s in steps of %s are free there", finding.Grouped(int64(like.Count)), finding.Grouped(int64(like.Step))) // #nosec G115 -- below 2^48
			return errFindings
		}
	}),
}

var ledgerBlock = &command{
	name:      "block",
	arguments: "[LABEL]",
	required:  "--connection NAME",
	summary:   "list the MAC blocks that you own with their stock, or enter one",
	detail:    "Without --first, all are listed. With it the block LABEL is added or changed; --remove removes it.",
	setup: onLedger(0, 1, "one label", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		first := flags.String("first", "", "the first `MAC` address")
		last := flags.String("last", "", "the last `MAC` address; without it the block is the OUI-24 of the first")
		var minimum count
		flags.Var(&minimum, "minimum", "warn when fewer than `N` addresses are free")
		remove := flags.Bool("remove", false, "take the block LABEL out of the list; what was claimed stays claimed")
		return func(ctx context.Context, s *session, args []string) error {
			env, err := b.place()
			if err != nil {
				return err
			}
			all, err := b.Blocks(ctx, env)
			if err != nil {
				return err
			}
			label := strings.Join(args, "")
			same := slices.IndexFunc(all, func(x ledger.Block) bool { return x.Label == label })
			switch {
			case *remove && same < 0:
				return fmt.Errorf("block %q: %w", label, ledger.ErrNotFound)
			case *remove:
				return b.RemoveBlock(ctx, all[same], b.operator())
			case *first == "" && label != "":
				return usagef("give --first and --last for the block %q", label)
			case *first == "":
				return listBlocks(ctx, s, b, all)
			}
			block := ledger.Block{Environment: env, Label: label, Minimum: uint64(minimum)} // #nosec G115 -- not negative
			if same >= 0 {
				block.ID = all[same].ID
			}
			if block.First, _, err = eui48.Parse(*first); err != nil {
				return usagef("--first: %v", err)
			}
			if block.Last = block.First | 0xffffff; *last != "" {
				if block.Last, _, err = eui48.Parse(*last); err != nil {
					return usagef("--last: %v", err)
				}
			}
			if block, err = b.SaveBlock(ctx, block, b.operator()); err != nil {
				return err
			}
			return listBlocks(ctx, s, b, []ledger.Block{block})
		}
	}),
}

func listBlocks(ctx context.Context, s *session, b *book, all []ledger.Block) error {
	shown := []map[string]any{}
	for _, block := range all {
		stock, err := b.Stock(ctx, block)
		if err != nil {
			return err
		}
		shown = append(shown, map[string]any{"label": block.Label, "first": block.First.String(), "last": block.Last.String(), "minimum": block.Minimum,
			"size": block.Size(), "issued": stock.Issued, "claimed": stock.Claimed, "reserved": stock.Reserved, "free": stock.Free()})
		if b.asJSON {
			continue
		}
		low := ""
		if stock.Free() < block.Minimum {
			low = fmt.Sprintf("  fewer than %s", finding.Grouped(int64(block.Minimum))) // #nosec G115 -- below 2^48
		}
		if _, err := fmt.Fprintln(s.stdout, printable(fmt.Sprintf("%s to %s  %s free%s  %s", block.First, block.Last, finding.Grouped(int64(stock.Free())), low, block.Label))); err != nil { // #nosec G115 -- below 2^48
			return err
		}
	}
	if b.asJSON {
		return printJSON(s, map[string]any{"blocks": shown})
	}
	return nil
}

var ledgerImport = &command{
	name:      "import",
	arguments: "PATH...",
	required:  "--connection NAME",
	summary:   "add what was issued before the ledger existed",
	detail: "PATH is an upload CSV or ZIP, the manifest of a bundle, a list of certificates that the service's portal exported as CSV, or\n" +
		"certificates: a file, a result, a folder of them. What the ledger knows already stays as it is and is counted.",
	setup: onLedger(1, -1, "a file or folder", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		var at day
		flags.Var(&at, "on", "it was ordered on `DATE`")
		columns := flags.StringToString("column", nil, "in a portal's list, MEANING=NAME: the column NAME holds the `MEANING` name, id, serial, fingerprint, from or to; may be repeated")
		var choice job.PortalChoice
		flags.StringSliceVar(&choice.Read, "read", nil, "read a portal's list in the `WAY` day-first or month-first, decimal or hex")
		return func(ctx context.Context, s *session, args []string) error {
			env, err := b.place()
			if err != nil {
				return err
			}
			choice.Columns = map[job.Meaning]string{}
			for meaning, name := range *columns {
				if !slices.Contains(job.Meanings, job.Meaning(meaning)) {
					return usagef("--column %s=%s: the meaning is one of %v", meaning, name, job.Meanings)
				}
				choice.Columns[job.Meaning(meaning)] = name
			}
			shown := []map[string]any{}
			for _, path := range args {
				report, stop := s.track("reading")
				e, err := job.ReadEarlier(ctx, path, choice, report)
				stop()
				if doubt := (*job.AmbiguousError)(nil); errors.As(err, &doubt) {
					return fmt.Errorf("%s: %w\nSay which: %s. Nothing of this file was imported", path, err, waysOut(doubt))
				}
				if err != nil {
					return err
				}
				for _, t := range e.Taken {
					s.complain("%s: column %q is read as %s%s", path, t.Column, t.Meaning, strings.TrimRight(", "+t.Read, ", "))
				}
				done, err := b.Import(ctx, ledger.Batch{Environment: env, ID: filepath.Base(path), Name: filepath.Base(path), Operator: b.operator(),
					Connection: b.connection, Identities: slices.Values(e.Identities), At: at.Time}, slices.Values(e.Certificates))
				if err != nil {
					return err
				}
				known := uint64(0)
				for i := range done.Known {
					known += done.Known[i].Count()
				}
				shown = append(shown, map[string]any{"file": path, "identities": done.Identities, "certificates": done.Certificates, "known": known, "columns": e.Taken})
				if b.asJSON {
					continue
				}
				if _, err := fmt.Fprintln(s.stdout, printable(fmt.Sprintf("%s: %s and %s imported, %s known already", path,
					finding.Counted(done.Identities, "identity"), finding.Counted(done.Certificates, "certificate"), finding.Grouped(int64(known))))); err != nil { // #nosec G115 -- small
					return err
				}
			}
			if b.asJSON {
				return printJSON(s, map[string]any{"imported": shown})
			}
			return nil
		}
	}),
}

// waysOut are the flags by which a list that can mean two things is read.
func waysOut(e *job.AmbiguousError) string {
	var all []string
	for _, name := range e.Columns {
		all = append(all, fmt.Sprintf("--column %q", string(e.Meaning)+"="+name))
	}
	for _, way := range e.Read {
		all = append(all, "--read "+way)
	}
	return strings.Join(all, " or ")
}

var ledgerAdopt = &command{
	name:     "adopt",
	required: "--reason TEXT",
	summary:  "use a ledger that was restored from a backup or copied",
	detail:   "Such a ledger can be read, but nothing can be ordered with it: what was ordered after the backup or the copy is missing. Use it, import\nwhat is missing (ledger import), then order.",
	setup: onLedger(0, 0, "no argument", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		reason := flags.String("reason", "", "why, `TEXT`")
		return func(ctx context.Context, s *session, _ []string) error {
			switch {
			case strings.TrimSpace(*reason) == "":
				return usagef("%v", errNoReason)
			case b.Restored() == nil:
				_, err := fmt.Fprintln(s.stdout, "the ledger is as this station remembers it")
				return err
			}
			return b.Adopt(ctx, b.operator(), *reason)
		}
	}),
}

var ledgerPIN = &command{
	name:      "pin",
	arguments: "NAME",
	summary:   "set the PIN of an operator, or remove one that was forgotten",
	detail: "An operator who has a PIN must enter it to sign in at the window, at every station of this ledger. It keeps\n" +
		"colleagues from signing in with each other's names. The command line accepts the name in ENROLLBENCH_OPERATOR\n" +
		"without a PIN. The audit log records the change.",
	setup: onLedger(1, 1, "the operator's name", func(flags *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		remove := flags.Bool("remove", false, "let the operator sign in without a PIN")
		pin := passphraseSource{flag: "pin-file"}
		flags.StringVar(&pin.file, "pin-file", "", "read the PIN from the first line of `FILE`; - is standard input. Without it you are asked on the terminal")
		return func(ctx context.Context, s *session, args []string) error {
			var next []byte
			if !*remove {
				var err error
				if next, err = pin.chosen(ctx, s, "operator "+printable(args[0])+", the PIN"); err != nil {
					return err
				}
				defer clear(next)
			}
			return b.SetPIN(ctx, args[0], next, b.operator())
		}
	}),
}

var ledgerReconcile = &command{
	name:    "reconcile",
	summary: "add what was claimed here while the shared ledger was away, and list what others claimed meanwhile",
	setup: onLedger(0, 0, "no argument", func(_ *pflag.FlagSet, b *book) func(context.Context, *session, []string) error {
		return func(ctx context.Context, s *session, _ []string) error {
			all, err := b.desk.Reconcile(ctx)
			if err != nil {
				return err
			}
			var taken []ledger.Conflict
			for _, r := range all {
				if !b.asJSON {
					if _, err := fmt.Fprintln(s.stdout, claimLine(r.Claim)); err != nil {
						return err
					}
				}
				taken = append(taken, r.Conflicts...)
			}
			return tellTaken(s, taken, b.asJSON)
		}
	}),
}

var ledgerSetup = &command{
	name:    "setup",
	summary: "show or change the station's name, its database, backups",
	detail: "--server takes the connection string of a PostgreSQL database without password (postgres://user@host/database); the password is in\n" +
		"the keychain. --server none goes back to the file of this computer.",
	setup: atDesk(0, 0, "no argument", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		station := flags.String("station", "", "call this workstation `NAME`")
		server := flags.String("server", "", "use the shared database at `URL`, or none")
		locally := flags.Bool("claim-locally", false, "claim here while the server is away, and reconcile later")
		password := passphraseSource{flag: "password-file"}
		flags.StringVar(&password.file, "password-file", "", "keep the server's password, the first line of `FILE`, in the keychain; - is standard input")
		hours := flags.Int("backup-hours", 0, "make a backup of the file every `N` hours; -1 makes none")
		keep := flags.Int("backup-keep", 0, "keep the newest `N` backups")
		asJSON := flags.Bool("json", false, "print one JSON object")
		return func(ctx context.Context, s *session, _ []string) error {
			now, err := d.LedgerSettings()
			if err != nil {
				return err
			}
			next := now
			for name, set := range map[string]func(){
				"station": func() { next.Station = *station }, "claim-locally": func() { next.ClaimLocally = *locally },
				"server": func() {
					if next.Server = *server; *server == "none" {
						next.Server = ""
					}
				},
				"backup-hours": func() { next.BackupHours = *hours }, "backup-keep": func() { next.BackupKeep = *keep },
			} {
				if flags.Changed(name) {
					set()
				}
			}
			if password.file != "" {
				secret, err := password.read(s)
				if err != nil {
					return err
				}
				defer clear(secret)
				if err := d.keys.Set(ctx, job.LedgerPassword, secret); err != nil {
					return err
				}
			}
			if next != now {
				if err := d.SaveLedgerSettings(next); err != nil {
					return err
				}
			}
			if *asJSON {
				return printJSON(s, next)
			}
			where := next.Server
			if where == "" {
				where = "a file of this computer"
			}
			_, err = fmt.Fprintln(s.stdout, printable(fmt.Sprintf("station %s, ledger: %s", next.Name(), where)))
			return err
		}
	}),
}

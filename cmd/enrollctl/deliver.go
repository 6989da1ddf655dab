package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/atomicfile"
	"enrollbench/core/delivery"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
)

var deliver = &command{
	name:      "deliver",
	required:  "-o DIR",
	arguments: "IN...",
	summary:   "open the result of a job, check it against the order, write certificates and keys",
	detail: "IN is the downloaded result: ZIP, CMS (.p7m), OpenPGP (.pgp), JSON, or a folder with it. Certificates and keys\n" +
		"are matched by their public keys, whatever their files are called. If there are errors, nothing is written. A\n" +
		"result that lacks something of the order is an error unless --partial is given; a result whose integrity cannot\n" +
		"be proven is one unless --insist is given. Beside certificates and keys, DIR holds manifest.csv and SHA256SUMS;\n" +
		"files are 0600, folders 0700.\n" +
		"With --seal-to, -o names one sealed file instead, and no private key is written to this disk.\n" +
		"enrollctl deliver --rules explains each rule.",
	setup: func(flags *pflag.FlagSet) action {
		var d delivering
		d.declare(flags)
		return func(ctx context.Context, s *session, args []string) error {
			if d.rules || d.markdown {
				if len(args) > 0 {
					return usagef("--rules takes no arguments; remove %q", args[0])
				}
				return deliveryRules.print(s.stdout, d.markdown)
			}
			if err := d.complete(flags, args); err != nil {
				return err
			}
			return d.run(ctx, s, args)
		}
	},
}

// delivering is what the flags say about a delivery.
type delivering struct {
	key             opening
	order, orderMAC string
	part            count
	trust, sealTo   string
	exporting
	lists           string
	practice, check bool
	partial, insist bool
	keep            func(*delivery.Delivery) // notes what was delivered; nil: nobody does
	out             *output
	asJSON, all     bool
	rules, markdown bool
}

func (d *delivering) declare(flags *pflag.FlagSet) {
	d.key.declare(flags)
	d.out = declareOutput(flags, "write to the folder `DIR`; with --seal-to, to the file DIR")
	flags.StringVar(&d.order, "order", "", "what was ordered: the bundle's manifest or the upload CSV, `FILE`")
	flags.Var(&d.part, "part", "only part `N` of the manifest was ordered")
	flags.StringVar(&d.orderMAC, "order-mac", "", "a MAC range was ordered: `START,COUNT,STEP`")
	flags.StringVar(&d.trust, "trust", "", "trust the CA certificates in `FILE`; without it the issuer is not confirmed")
	flags.StringVar(&d.sealTo, "seal-to", "", "hand over: seal everything to the certificate or OpenPGP key in `FILE`")
	d.exporting.declare(flags)
	flags.StringVar(&d.lists, "lists", "", "write what is missing, unexpected, duplicate and so on to `FILE.csv`, in full")
	flags.BoolVar(&d.practice, "practice", false, "it is the result of a job of the practice service")
	flags.BoolVar(&d.partial, "partial", false, "accept a result that lacks something of the order; without it that is an error")
	flags.BoolVar(&d.insist, "insist", false, "accept a result whose integrity cannot be proven; without it that is an error")
	flags.BoolVar(&d.check, "check", false, "check only; -o is not needed then")
	flags.BoolVar(&d.asJSON, "json", false, "print one JSON object")
	flags.BoolVar(&d.all, "all", false, fmt.Sprintf("list every place of a finding, not the first %d", placesShown))
	flags.BoolVar(&d.rules, "rules", false, "print every rule: what it means, what to do, its source")
	flags.BoolVar(&d.markdown, "markdown", false, "print the rules as Markdown, as docs/delivery-rules.md has them")
}

// complete refuses flags that do not fit together, before anything is read.
func (d *delivering) complete(flags *pflag.FlagSet, args []string) error {
	if !d.check {
		if err := require(flags, "output"); err != nil {
			return err
		}
	}
	exported := d.exporting.chosen(flags)
	switch {
	case len(args) == 0:
		return usagef("the result is needed: the file that was downloaded, or a folder with it")
	case d.check && d.out.path != "":
		return usagef("--check writes nothing: leave -o out")
	case d.order != "" && d.orderMAC != "":
		return usagef("--order and --order-mac are two orders; give one")
	case d.part > 0 && d.order == "":
		return usagef("--part needs a manifest: give --order")
	case d.check && exported:
		return usagef("--check writes nothing, so there is no form to choose")
	}
	if err := d.exporting.complete(flags); err != nil {
		return err
	}
	if d.passphrase.fromStdin() && d.key.passphrase.fromStdin() {
		return usagef("standard input can give only one passphrase, but two are requested")
	}
	return nil
}

func (d *delivering) run(ctx context.Context, s *session, paths []string) error {
	s.sweep()
	if err := d.exporting.askable(s); err != nil {
		return err
	}
	request := delivery.OpenRequest{Paths: paths, Practice: d.practice}
	var err error
	if request.Order, err = d.ordered(); err != nil {
		return err
	}
	if request.Anchors, err = anchorsOf(d.trust); err != nil {
		return err
	}
	var seal *sealing
	var opener *openerOf
	if d.sealTo != "" {
		if seal, err = sealTo(s, []string{d.sealTo}); err != nil {
			return err
		}
	}
	if d.key.file != "" {
		if opener, err = d.key.load(ctx, s); err != nil {
			return err
		}
		defer opener.Wipe()
		request.Opener = opener
	}
	report, stop := s.track("checking")
	defer stop()
	result, err := delivery.Open(ctx, request, report)
	stop()
	if errors.Is(err, delivery.ErrNeedKey) {
		return fmt.Errorf("%w: --key FILE", err)
	}
	if err != nil && opener != nil {
		return opener.explain(err)
	}
	if err != nil {
		return err
	}
	if err = d.judge(ctx, s, result, seal); err == nil && d.keep != nil && !d.check {
		d.keep(result)
	}
	return errors.Join(err, result.Close())
}

func (d *delivering) ordered() (*delivery.Order, error) {
	switch {
	case d.order != "":
		return delivery.OrderFromFile(d.order, int(d.part))
	case d.orderMAC != "":
		field := strings.Split(d.orderMAC, ",")
		if len(field) != 3 {
			return nil, usagef("--order-mac %q: it must be START,COUNT,STEP, such as 00:1a:c2:7b:00:00,500,10", d.orderMAC)
		}
		series, report := eui48.Check(field[0], field[1], field[2])
		for _, f := range report.All() {
			if f.Severity == finding.Error {
				return nil, usagef("--order-mac %q: %s", d.orderMAC, f.Message)
			}
		}
		return delivery.OrderFromMAC(series)
	}
	return nil, nil
}

// anchorsOf reads the CA certificates of --trust; none where the flag was not given.
func anchorsOf(path string) (*delivery.Anchors, error) {
	if path == "" {
		return nil, nil
	}
	data, err := readLimited(path, maxKeyFile)
	if err != nil {
		return nil, err
	}
	anchors, err := delivery.ParseAnchors(data)
	if err != nil {
		return nil, fmt.Errorf("--trust %s: %w", printable(path), err)
	}
	return anchors, nil
}

// findings are those of the result. What is missing is an error here unless the caller said that a part will do: a script
// that goes on after status 0 must not take 498 of 500 for all. Nor may it take what nothing proves to be undamaged,
// unless the caller insists.
func (d *delivering) findings(result *delivery.Delivery) *finding.Report {
	if d.partial && d.insist {
		return result.Findings()
	}
	strict := &finding.Report{}
	for _, f := range result.Findings().All() {
		switch {
		case f.Rule == delivery.RuleMissing.Name && !d.partial:
			f.Severity = finding.Error
			f.Hint = "order it again; --partial takes what was delivered"
		case f.Rule == delivery.RuleNotProven.Name && !d.insist:
			f.Severity = finding.Error
			f.Hint = delivery.RuleNotProven.Hint + "; --insist uses it anyway"
		}
		strict.Add(f)
	}
	return strict
}

// judge shows what was found and writes what may be written.
func (d *delivering) judge(ctx context.Context, s *session, result *delivery.Delivery, seal *sealing) error {
	found := d.findings(result)
	if !d.asJSON {
		for _, f := range result.Files() {
			words := printable(f.Path) + ": " + f.Form
			if f.Integrity != "" {
				words += ", " + f.Integrity
			}
			fmt.Fprintln(s.stderr, words)
		}
		if err := writeFindings(s.stderr, found, d.all); err != nil {
			return err
		}
	}
	if d.lists != "" {
		if err := d.writeLists(result); err != nil {
			return err
		}
	}
	wrote := false
	red := found.Count(finding.Error) > 0
	switch {
	case red && !d.check:
		s.complain("nothing was written: %s", finding.Counted(int64(found.Count(finding.Error)), "error"))
	case d.check:
	default:
		if err := d.write(ctx, s, result, seal); err != nil {
			return err
		}
		wrote = true
	}
	if err := d.show(s.stdout, result, found, wrote); err != nil {
		return err
	}
	if red {
		return errFindings
	}
	return nil
}

func (d *delivering) write(ctx context.Context, s *session, result *delivery.Delivery, seal *sealing) error {
	export := d.exporting.options(ctx, s)
	export.Dir, export.Replace = d.out.path, d.out.force
	if seal == nil {
		report, stop := s.track("writing")
		defer stop()
		return d.out.explain(result.Export(ctx, export, report))
	}
	report, stop := s.track("sealing")
	defer stop()
	handover := delivery.HandoverOptions{Out: d.out.path, Seal: seal.begin, Replace: d.out.force}
	if export.Encoding != delivery.PEM || d.folders || d.chain || d.names != delivery.DefaultNames || len(d.fleets) > 0 {
		handover.Repack = &export
	}
	return d.out.explain(result.Handover(ctx, handover, report))
}

func (d *delivering) writeLists(result *delivery.Delivery) error {
	f, err := atomicfile.Create(d.lists, atomicfile.Options{Replace: d.out.force})
	if err != nil {
		return d.out.explain(err)
	}
	defer f.Abort() //nolint:errcheck // after Commit it does nothing, before it the error that led here counts
	if err := result.WriteLists(f); err != nil {
		return err
	}
	return d.out.explain(f.Commit())
}

func (d *delivering) show(w io.Writer, result *delivery.Delivery, found *finding.Report, wrote bool) error {
	if d.asJSON {
		out := ""
		if wrote {
			out = d.out.path
		}
		return found.WriteJSON(w, result.Len(), append(result.Fields(), finding.Field{Name: "out", Value: out})...)
	}
	verdict := result.Verdict()
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s\n", verdict.Colour, verdict.Sentence)
	for _, l := range delivery.Lists() {
		entries := result.List(l)
		if len(entries) == 0 {
			continue
		}
		fmt.Fprintf(&text, "%s: %s", l, finding.Grouped(int64(len(entries))))
		shown := entries
		if !d.all {
			shown = shown[:min(len(shown), placesShown)]
		}
		for i, e := range shown {
			sign := ", "
			if i == 0 {
				sign = " ("
			}
			fmt.Fprintf(&text, "%s%s", sign, e.Name)
		}
		if len(shown) < len(entries) {
			text.WriteString(", …")
		}
		text.WriteString(")\n")
	}
	if wrote {
		what := finding.Counted(int64(result.Len()), "certificate")
		if result.Practice() { // whoever takes what was written over reads it on this line
			what = "PRACTICE: " + what
		}
		if n := result.Keys(); n > 0 {
			what += ", " + finding.Counted(int64(n), "private key")
		}
		if d.sealTo != "" {
			what += ", sealed"
		}
		fmt.Fprintf(&text, "%s: %s\n", d.out.path, what)
	}
	_, err := io.WriteString(w, printable(text.String()))
	return err
}

// sweep removes the plaintext that a crash of an earlier run left, and says so. What cannot be reached now stays noted and
// keeps nobody from working.
func (s *session) sweep() {
	removed, err := delivery.Sweep("")
	for _, path := range removed {
		s.complain("removed %s, which an interrupted run had left", path)
	}
	if err != nil {
		s.complain("what an interrupted run left could not be removed: %v", err)
	}
}

// readLimited reads a small file of which nobody knows what it is.
func readLimited(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		clear(data)
		return nil, fmt.Errorf("%q has more than %s bytes: that is neither a key nor a certificate", path, finding.Grouped(most))
	}
	if len(data) == 0 {
		return nil, fmt.Errorf("%q is empty", path)
	}
	return data, nil
}

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
)

var csrCheck = &command{
	name:      "check",
	arguments: "PATH...",
	summary:   "check the CSRs in files, folders and ZIPs",
	detail: "Folders and ZIPs are searched. Every request is checked by itself and against the others; nothing is\n" +
		"written. enrollctl csr rules explains each rule.",
	setup: func(flags *pflag.FlagSet) action {
		var in intake
		in.declare(flags)
		asJSON := flags.Bool("json", false, "print one JSON object")
		all := flags.Bool("all", false, "list every place of a finding, not the first "+strconv.Itoa(placesShown))
		connection := declareOrdered(flags)
		return func(ctx context.Context, s *session, args []string) error {
			set, err := in.take(ctx, s, args)
			if err != nil {
				return err
			}
			report, err := withOrdered(ctx, s, *connection, set)
			if err != nil {
				return err
			}
			if *asJSON {
				err = report.WriteJSON(s.stdout, set.Accepted())
			} else if err = writeFindings(s.stdout, report, *all); err == nil {
				_, err = fmt.Fprintln(s.stdout, summary(int64(set.Accepted()), report, stayedOut(set)...))
			}
			warnOfKeys(s, report)
			if err == nil && report.Count(finding.Error) > 0 {
				err = errFindings
			}
			return err
		}
	},
}

// intake is what the flags say about the CSRs that are taken in.
type intake struct {
	excluded texts
	primes   choice
}

func (in *intake) declare(flags *pflag.FlagSet) {
	flags.Var(&in.excluded, "exclude", "leave out `FILE`, or FILE#N for the N-th CSR in it; may be repeated")
	in.primes.words = []string{csr.SharedPrimesAuto: "auto", csr.SharedPrimesAlways: "always", csr.SharedPrimesNever: "never"}
	flags.Var(&in.primes, "shared-primes", "compare RSA keys for common primes: `WHEN` is auto (up to "+
		finding.Grouped(csr.SharedPrimesAutoMax)+" keys), always or never")
}

// take checks everything at paths and leaves out what the user excluded.
func (in *intake) take(ctx context.Context, s *session, paths []string) (*csr.Set, error) {
	if len(paths) == 0 {
		return nil, usagef("a file, folder or ZIP with CSRs is needed")
	}
	report, stop := s.track("checking")
	defer stop()
	set, err := csr.NewSet(csr.Options{SharedPrimes: csr.SharedPrimes(in.primes.index)}).Add(ctx, paths, report) // #nosec G115 -- one of three
	if err != nil {
		return nil, err
	}
	stop()
	adviseOnPrimes(s, set.Report())
	if len(in.excluded) == 0 {
		return set, nil
	}
	var out []int
	for _, text := range in.excluded {
		found := matching(set, text)
		if len(found) == 0 {
			return nil, usagef("--exclude %q: the input has no such name; write FILE as the findings show it, or FILE#N", text)
		}
		out = append(out, found...)
	}
	return set.Exclude(ctx, out, true)
}

// adviseOnPrimes says how the search is asked for that was left out because there are too many keys.
func adviseOnPrimes(s *session, report *finding.Report) {
	if slices.ContainsFunc(report.All(), func(f finding.Finding) bool { return f.Rule == csr.RuleSharedPrimeSkipped.Name }) {
		s.complain("RSA keys were not compared for shared primes, which takes minutes for so many: add --shared-primes always")
	}
}

// warnOfKeys says once more, as the last line, what must not be overlooked among a thousand other findings.
func warnOfKeys(s *session, report *finding.Report) {
	n := 0
	for _, f := range report.All() {
		if f.Rule == csr.RulePrivateKey.Name {
			n++
		}
	}
	if n > 0 {
		s.complain("STOP: the input contains private keys (%s): move them away, and treat what was shared, mailed or copied as stolen", finding.Grouped(int64(n)))
	}
}

// matching finds the entries that an --exclude names: FILE or FILE#N. A file whose own name ends that way comes first.
func matching(set *csr.Set, text string) (indexes []int) {
	find := func(file string, entry int) (found []int) {
		for i := range set.Len() {
			at := set.Entry(i).At
			if filepath.Clean(at.File) == filepath.Clean(file) && (entry == 0 || at.Entry == entry) {
				found = append(found, i)
			}
		}
		return found
	}
	if found := find(text, 0); len(found) > 0 {
		return found
	}
	if i := strings.LastIndexByte(text, '#'); i > 0 {
		if n, err := strconv.Atoi(text[i+1:]); err == nil && n > 0 {
			return find(text[:i], n)
		}
	}
	return nil
}

// stayedOut counts what is no part of a bundle though it is no error.
func stayedOut(set *csr.Set) (words []string) {
	if n := set.Count(csr.Excluded); n > 0 {
		words = append(words, finding.Grouped(int64(n))+" excluded")
	}
	if n := set.Count(csr.Ignored); n > 0 {
		words = append(words, finding.Grouped(int64(n))+" not a CSR")
	}
	return words
}

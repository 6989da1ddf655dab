package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"enrollbench/core/atomicfile"
	"enrollbench/core/finding"
	"enrollbench/core/recipient"
)

var recipientShow = &command{
	name:      "show",
	arguments: "FILE",
	summary:   "who it is, which key will be used, and its problems",
	detail: "FILE is an X.509 certificate (PEM, DER) or an OpenPGP public key (armored, binary). A private key must never\n" +
		"be sent: a file that holds one is an error. enrollctl recipient rules explains each rule.",
	setup: func(flags *pflag.FlagSet) action {
		asJSON := flags.Bool("json", false, "print one JSON object")
		field := choice{words: []string{"none", "base64", "text", "der"}}
		flags.Var(&field, "field", "print only the value of the request's certificate field: `FORM` is base64 (of the text), text, or der (base64 of it)")
		return func(_ context.Context, s *session, args []string) error {
			if len(args) != 1 {
				return usagef("one file is needed, and %d are given", len(args))
			}
			found, report, err := readRecipients(args[0])
			if err != nil && report.Len() == 0 {
				return err
			}
			switch {
			case *asJSON:
				shown := []shownRecipient{}
				for _, r := range found {
					shown = append(shown, describe(r))
				}
				err = report.WriteJSON(s.stdout, ready(found), finding.Field{Name: "recipients", Value: shown})
			case field.index > 0 && report.Count(finding.Error) == 0:
				err = printField(s, args[0], found, recipient.Encoding(field.index-1)) // #nosec G115 -- one of three
			default:
				err = errors.Join(writeRecipients(s.stdout, found), writeFindings(s.stderr, report, true))
			}
			if err == nil && report.Count(finding.Error) > 0 {
				err = errFindings
			}
			return err
		}
	},
}

var recipientRehearse = &command{
	name:     "rehearse",
	required: "--recipient FILE --key FILE",
	summary:  "prove that what is sealed to a recipient opens with your private key",
	detail: "A random probe is sealed and opened in memory, before anything is ordered. It proves that you can open, not\n" +
		"that the service can seal.",
	setup: func(flags *pflag.FlagSet) action {
		var key opening
		key.declare(flags)
		file := flags.String("recipient", "", "the certificate or OpenPGP public key, in `FILE`, or FILE#FINGERPRINT where it holds several")
		return func(ctx context.Context, s *session, args []string) error {
			if len(args) > 0 {
				return usagef("%q is not expected here: the files are given by --recipient and --key", args[0])
			}
			if err := require(flags, "recipient", "key"); err != nil {
				return err
			}
			to, err := chooseRecipients(s, []string{*file})
			if err != nil {
				return err
			}
			opener, err := key.load(ctx, s)
			if err != nil {
				return err
			}
			defer opener.Wipe()
			proof, err := recipient.Rehearse(ctx, to[0], opener.Opener)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(s.stdout, printable(fmt.Sprintf("proven on %s: what is sealed to %s (%s) opens with %s",
				proof.At.Format(time.DateOnly), to[0].Title(), to[0].FingerprintText(), key.file)))
			return err
		}
	},
}

var recipientPublic = &command{
	name:      "public",
	arguments: "FILE",
	summary:   "write only the public half of a file, newly encoded, to give it away",
	detail: "Only the certificate or the OpenPGP public key is written, even if FILE also holds the private key.\n" +
		"FILE#FINGERPRINT chooses among several.",
	setup: func(flags *pflag.FlagSet) action {
		out := declareOutput(flags, "write to `OUT` instead of standard output")
		return func(_ context.Context, s *session, args []string) error {
			if len(args) != 1 {
				return usagef("one file is needed, and %d are given", len(args))
			}
			path, wanted := splitFingerprint(args[0])
			found, report, err := readRecipients(path)
			if err != nil {
				if report.Len() > 0 {
					return errors.Join(writeFindings(s.stderr, report, true), errFindings)
				}
				return err
			}
			one, err := pick(path, found, wanted)
			if err != nil {
				return err
			}
			text, err := one.Text()
			if err != nil {
				return err
			}
			if out.path == "" {
				_, err = s.stdout.Write(text)
				return err
			}
			if err := out.differs(path); err != nil {
				return err
			}
			return out.explain(atomicfile.WriteFile(out.path, text, atomicfile.Options{Replace: out.force}))
		}
	},
}

// splitFingerprint takes the fingerprint off FILE#FINGERPRINT. A file whose own name ends that way comes first.
func splitFingerprint(name string) (path, fingerprint string) {
	if _, err := os.Stat(name); err != nil {
		if i := strings.LastIndexByte(name, '#'); i > 0 {
			return name[:i], name[i+1:]
		}
	}
	return name, ""
}

// readRecipients reads the recipients of one file with all that is to be said about them. The report is never nil, and
// may say more than the error.
func readRecipients(path string) ([]*recipient.Recipient, *finding.Report, error) {
	about := new(finding.Report)
	data, err := readLimited(path, maxKeyFile)
	if err != nil {
		return nil, about, err
	}
	// data is not cleared: the parsed certificates are parts of it.
	found, report, err := recipient.Parse(data)
	add := func(report *finding.Report, who string) {
		for _, f := range report.All() {
			f.File = path
			f.Message = who + f.Message
			about.Add(f)
		}
	}
	add(report, "")
	for _, r := range found {
		who := ""
		if len(found) > 1 {
			who = r.Title() + ": "
		}
		add(r.Findings(time.Now()), who)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return found, about, err
}

// chooseRecipients reads one recipient from each file, shows what speaks against them, and refuses those that nothing may
// be sealed to. FILE#FINGERPRINT chooses among several.
func chooseRecipients(s *session, files []string) ([]*recipient.Recipient, error) {
	var to []*recipient.Recipient
	all := new(finding.Report)
	for _, file := range files {
		path, wanted := splitFingerprint(file)
		found, report, err := readRecipients(path)
		if err != nil && report.Len() == 0 {
			return nil, err
		}
		one, err := pick(path, found, wanted)
		if err != nil {
			return nil, err
		}
		if one != nil && len(found) > 1 { // what is said about the others is of no interest
			rest := new(finding.Report)
			for _, f := range report.All() {
				if f.Rule == recipient.RulePrivateKey.Name || strings.HasPrefix(f.Message, one.Title()+": ") {
					rest.Add(f)
				}
			}
			report = rest
		}
		all.Merge(report)
		if one != nil {
			to = append(to, one)
		}
	}
	if err := writeFindings(s.stderr, all, true); err != nil {
		return nil, err
	}
	if n := all.Count(finding.Error); n > 0 {
		next := ""
		if len(to) > 0 && slices.ContainsFunc(all.All(), func(f finding.Finding) bool { return f.Rule == recipient.RulePrivateKey.Name }) {
			next = "; enrollctl recipient public writes the public half to a separate file"
		}
		s.complain("nothing was sealed: %s%s", finding.Counted(int64(n), "error"), next)
		return nil, errFindings
	}
	return to, nil
}

// pick returns the recipient that is wanted by the end of its fingerprint, the only one if nothing is, and nil for none.
func pick(path string, found []*recipient.Recipient, wanted string) (*recipient.Recipient, error) {
	wanted = strings.ToUpper(strings.NewReplacer(" ", "", ":", "").Replace(wanted))
	var fitting []*recipient.Recipient
	var names []string
	for _, r := range found {
		if strings.HasSuffix(r.Fingerprint(), wanted) {
			fitting = append(fitting, r)
		}
		names = append(names, fmt.Sprintf("%s#%s (%s)", path, r.Fingerprint(), r.Title()))
	}
	switch {
	case len(found) == 0:
		return nil, nil
	case len(fitting) == 1:
		return fitting[0], nil
	case len(fitting) == 0:
		return nil, usagef("no recipient in %q has the fingerprint %q; it holds %s", path, wanted, strings.Join(names, ", "))
	}
	return nil, usagef("%q holds %d recipients; say which: %s", path, len(found), strings.Join(names, ", "))
}

// ready counts those that may be sealed to.
func ready(found []*recipient.Recipient) (n int) {
	for _, r := range found {
		if r.Findings(time.Now()).Count(finding.Error) == 0 {
			n++
		}
	}
	return n
}

// shownRecipient is a recipient in the JSON.
type shownRecipient struct {
	Kind        string `json:"kind"` // "X.509 certificate" or "OpenPGP key"
	Title       string `json:"title"`
	Algorithm   string `json:"algorithm"`
	Fingerprint string `json:"fingerprint"` // SHA-256 of the certificate, or of the OpenPGP key; hexadecimal
	NotBefore   string `json:"not_before"`  // RFC 3339
	NotAfter    string `json:"not_after"`   // "" where it never ends
	KeyUsed     string `json:"key_used"`
}

func describe(r *recipient.Recipient) shownRecipient {
	s := shownRecipient{Kind: r.Kind().String(), Title: r.Title(), Algorithm: r.Algorithm(), Fingerprint: r.Fingerprint(),
		NotBefore: r.NotBefore().UTC().Format(time.RFC3339), KeyUsed: r.KeyUsed()}
	if end := r.NotAfter(); !end.IsZero() {
		s.NotAfter = end.UTC().Format(time.RFC3339)
	}
	return s
}

func writeRecipients(w io.Writer, found []*recipient.Recipient) error {
	var text strings.Builder
	for i, r := range found {
		if i > 0 {
			text.WriteString("\n")
		}
		s := describe(r)
		end, fingerprint := "without end", "fingerprint"
		if s.NotAfter != "" {
			end = "to " + r.NotAfter().UTC().Format(time.DateOnly)
		}
		if r.Kind() == recipient.X509 {
			fingerprint = "SHA-256"
		}
		for _, line := range [][2]string{
			{s.Title, s.Kind},
			{"key", s.Algorithm},
			{"valid", r.NotBefore().UTC().Format(time.DateOnly) + " " + end},
			{fingerprint, r.FingerprintText()},
			{"used to seal", s.KeyUsed},
		} {
			if line[0] == s.Title {
				fmt.Fprintf(&text, "%s, %s\n", line[0], line[1])
			} else {
				fmt.Fprintf(&text, "  %-13s %s\n", line[0], line[1])
			}
		}
	}
	_, err := io.WriteString(w, printable(text.String()))
	return err
}

func printField(s *session, path string, found []*recipient.Recipient, form recipient.Encoding) error {
	one, err := pick(path, found, "")
	if err != nil {
		return err
	}
	value, err := one.Field(form)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.stdout, strings.TrimSuffix(value, "\n"))
	return err
}

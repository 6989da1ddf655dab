package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"enrollbench/core/recipient"
)

var recipientMake = &command{
	name:     "make",
	required: "--name NAME -o FILE",
	summary:  "make a key pair that results are sealed to, and prove it",
	detail: "It makes an RSA key of 3,072 bits, for two years: a certificate (FILE.pem) with a PKCS#12 (FILE.p12), or with\n" +
		"--kind openpgp a public key (FILE.asc) with its secret key (FILE.secret.asc). The first goes to the service. The\n" +
		"second stays with you: it opens the results, under the passphrase that you choose. A probe is sealed and opened\n" +
		"before anything is written. Keep a copy of the second file: without it no result opens.",
	setup: func(flags *pflag.FlagSet) action {
		var o recipient.MakeOptions
		var secret passphraseSource
		secret.declare(flags, "passphrase-file", "the new private key")
		kind := choice{words: []string{"certificate", "openpgp"}}
		flags.Var(&kind, "kind", "what is made: `KIND` is certificate or openpgp")
		flags.StringVar(&o.Name, "name", "", "who opens the results: `NAME` goes into the certificate or user ID")
		flags.StringVar(&o.Email, "email", "", "the `ADDRESS` beside the name")
		out := declareOutput(flags, "write FILE.pem and FILE.p12, or FILE.asc and FILE.secret.asc: `FILE` is their name without the ending")
		return func(ctx context.Context, s *session, args []string) error {
			if len(args) > 0 {
				return usagef("%q is not expected here: the name is given by --name, the files by -o", args[0])
			}
			if err := require(flags, "name", "output"); err != nil {
				return err
			}
			o.Kind = [...]recipient.Kind{recipient.X509, recipient.OpenPGP}[kind.index]
			var err error
			if o.Passphrase, err = secret.chosen(ctx, s, "the private key"); err != nil {
				return err
			}
			defer clear(o.Passphrase)
			pair, err := recipient.Make(ctx, o)
			if err != nil {
				return err
			}
			defer pair.Wipe()
			public, private, err := pair.Save(out.path, out.force)
			if err != nil {
				return out.explain(err)
			}
			r := pair.Recipient
			_, err = fmt.Fprint(s.stdout, printable(fmt.Sprintf("%s\n  give to the service  %s\n  keep, with a copy    %s\n  fingerprint          %s\n  proven on            %s\n",
				r.Title(), public, private, r.FingerprintText(), pair.Proof.At.Format(time.DateOnly))))
			return err
		}
	},
}

package main

import (
	"context"

	"github.com/spf13/pflag"

	"enrollbench/core/delivery"
)

// exporting is what the flags say about the form in which certificates and keys are written.
type exporting struct {
	pkcs12         bool
	format         choice
	folders, chain bool
	names          string
	fleetWords     []string
	fleets         []delivery.Fleet
	passphrase     passphraseSource
}

func (d *exporting) declare(flags *pflag.FlagSet) {
	d.format.words = []string{delivery.PEM: "pem", delivery.DER: "der", delivery.PKCS12: "pkcs12", delivery.OnePEM: "one-pem"}
	flags.Var(&d.format, "format", "write `FORM`: pem, der, pkcs12, or one-pem for one file with everything")
	flags.BoolVar(&d.pkcs12, "pkcs12", false, "the same as --format pkcs12: certificate, chain and key of a device under a passphrase; Java opens it as a keystore")
	d.passphrase.declare(flags, "pkcs12-passphrase-file", "the PKCS#12 files")
	flags.BoolVar(&d.folders, "folders", false, "a folder for each device")
	flags.BoolVar(&d.chain, "full-chain", false, "the issuer's chain after each certificate")
	flags.StringVar(&d.names, "names", delivery.DefaultNames, "call the files after `TEMPLATE`: text with {cn}, {mac}, {serial} or {row}")
	flags.StringSliceVar(&d.fleetWords, "fleet", nil, "write a list for the registry of a cloud, too: `CLOUD` is aws-iot or azure-dps")
}

func (d *exporting) encoding() delivery.Encoding { return delivery.Encoding(d.format.index) } // #nosec G115 -- one of four

// chosen says whether a form was asked for.
func (d *exporting) chosen(flags *pflag.FlagSet) bool {
	return d.pkcs12 || d.folders || d.chain || flags.Changed("format") || flags.Changed("names") || len(d.fleetWords) > 0
}

// complete refuses flags that do not fit together.
func (d *exporting) complete(flags *pflag.FlagSet) error {
	if d.pkcs12 && flags.Changed("format") && d.encoding() != delivery.PKCS12 {
		return usagef("--pkcs12 and --format %s are two forms; give one", d.format.String())
	}
	if d.pkcs12 {
		d.format.index = int(delivery.PKCS12)
	}
	switch {
	case d.encoding() == delivery.OnePEM && (d.folders || flags.Changed("names")):
		return usagef("--format one-pem writes one file, so there are no --folders and no --names")
	case d.encoding() == delivery.DER && d.chain:
		return usagef("--full-chain needs PEM: a DER file holds one certificate")
	case d.passphrase.file != "" && d.encoding() != delivery.PKCS12:
		return usagef("--pkcs12-passphrase-file needs --pkcs12")
	}
	for _, word := range d.fleetWords {
		fleet, err := delivery.ParseFleet(word)
		if err != nil {
			return usagef("--fleet: %v", err)
		}
		d.fleets = append(d.fleets, fleet)
	}
	if err := delivery.CheckNames(d.names); err != nil {
		return usagef("%v", err)
	}
	return nil
}

// askable refuses what needs a passphrase that nobody can be asked for, before a whole result is opened in vain.
func (d *exporting) askable(s *session) error {
	if d.encoding() == delivery.PKCS12 && d.passphrase.file == "" && s.hidden == nil {
		return usagef("PKCS#12 needs a passphrase, and there is no terminal to ask for it: give --%s FILE", d.passphrase.flag)
	}
	return nil
}

// options are what core/delivery exports by, but for the folder.
func (d *exporting) options(ctx context.Context, s *session) delivery.ExportOptions {
	o := delivery.ExportOptions{Encoding: d.encoding(), Names: d.names, FullChain: d.chain, Fleets: d.fleets,
		Passphrase: func() ([]byte, error) { return d.passphrase.chosen(ctx, s, "the PKCS#12 files") }}
	if d.folders {
		o.Layout = delivery.Folders
	}
	return o
}

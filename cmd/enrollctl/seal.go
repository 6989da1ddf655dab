package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/atomicfile"
	"enrollbench/core/finding"
	"enrollbench/core/openpgp"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
)

var encrypt = &command{
	name:      "encrypt",
	required:  "--recipient FILE -o OUT",
	arguments: "IN",
	summary:   "seal a file to one or several recipients",
	detail: "A certificate makes a CMS message, as openssl smime -decrypt opens it; an OpenPGP key an OpenPGP message, as\n" +
		"gpg opens it. Each of several recipients can open it; they must be of one kind.",
	setup: func(flags *pflag.FlagSet) action {
		var recipients texts
		flags.Var(&recipients, "recipient", "seal to the certificate or OpenPGP public key in `FILE`, or FILE#FINGERPRINT where it holds several; may be repeated")
		gcm := flags.Bool("gcm", false, "CMS with AES-256-GCM, which shows every change; openssl smime cannot open it, openssl cms can")
		armor := flags.Bool("armor", false, "write text: PEM or OpenPGP armor, a third larger")
		out := declareOutput(flags, "write the message to `OUT`")
		return func(ctx context.Context, s *session, args []string) error {
			if err := require(flags, "recipient", "output"); err != nil {
				return err
			}
			if len(args) != 1 {
				return usagef("one file to seal is needed, and %d are given", len(args))
			}
			seal, err := sealTo(s, recipients)
			if err != nil {
				return err
			}
			seal.gcm, seal.armor = *gcm, *armor
			return seal.file(ctx, s, args[0], *out)
		}
	},
}

var decrypt = &command{
	name:      "decrypt",
	required:  "--key FILE -o OUT",
	arguments: "IN",
	summary:   "open a CMS or OpenPGP message and write what was sealed",
	detail: "OUT is written when everything that can be proven was proven: the seal of OpenPGP and of AES-GCM (authenticated), else\n" +
		"every checksum of the ZIP within or the syntax of the JSON (undamaged). A payload that is neither is kept with\n" +
		"--insist only. enrollctl deliver looks into the result and checks it against the order.",
	setup: func(flags *pflag.FlagSet) action {
		var key opening
		key.declare(flags)
		insist := flags.Bool("insist", false, "keep a payload whose integrity cannot be proven")
		out := declareOutput(flags, "write what was sealed to `OUT`, readable by its owner only")
		return func(ctx context.Context, s *session, args []string) error {
			if err := require(flags, "key", "output"); err != nil {
				return err
			}
			if len(args) != 1 {
				return usagef("one file to open is needed, and %d are given", len(args))
			}
			return unseal(ctx, s, key, args[0], *out, *insist)
		}
	},
}

// sealing is to whom something is sealed, and in which form.
type sealing struct {
	to         []*recipient.Recipient
	gcm, armor bool
}

// sealTo reads the recipients; what speaks against them is shown.
func sealTo(s *session, files []string) (*sealing, error) {
	to, err := chooseRecipients(s, files)
	if err != nil {
		return nil, err
	}
	for _, r := range to[1:] {
		if r.Kind() != to[0].Kind() {
			return nil, usagef("%q is an %s and %q an %s: a message has recipients of one kind; seal twice", to[0].Title(), to[0].Kind(), r.Title(), r.Kind())
		}
	}
	return &sealing{to: to}, nil
}

// begin writes a message's header to w and returns the writer of its plaintext. size is -1 where it is not known.
func (seal *sealing) begin(w io.Writer, size int64) (io.WriteCloser, error) {
	options := recipient.SealOptions{Size: size, GCM: seal.gcm}
	switch {
	case !seal.armor:
		return recipient.SealTo(w, seal.to, options)
	case seal.to[0].Kind() == recipient.OpenPGP:
		var keys []*openpgp.Key
		for _, r := range seal.to {
			keys = append(keys, r.Key())
		}
		return openpgp.Encrypt(w, keys, openpgp.EncryptOptions{Armor: true})
	}
	label := "PKCS7" // which openssl smime wants and openssl cms takes too; smime cannot read AES-GCM
	if seal.gcm {
		label = "CMS"
	}
	text := newPEMWriter(w, label)
	message, err := recipient.SealTo(text, seal.to, options)
	if err != nil {
		return nil, err
	}
	return &closers{message, text}, nil
}

// closers is a writer that ends with another one's end.
type closers struct {
	io.WriteCloser
	outer io.Closer
}

func (c *closers) Close() error {
	if err := c.WriteCloser.Close(); err != nil {
		return err
	}
	return c.outer.Close()
}

func (seal *sealing) file(ctx context.Context, s *session, in string, out output) error {
	if seal.gcm && seal.to[0].Kind() == recipient.OpenPGP {
		return usagef("--gcm is for CMS; an OpenPGP message always shows changes")
	}
	if err := out.differs(in); err != nil {
		return err
	}
	plain, err := os.Open(in)
	if err != nil {
		return err
	}
	defer plain.Close()
	info, err := plain.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	switch {
	case info.IsDir():
		return fmt.Errorf("%q is a folder; seal a ZIP of it", in)
	case !info.Mode().IsRegular():
		size = -1
	case size == 0:
		return fmt.Errorf("%q is empty: there is nothing to seal", in)
	}
	target, err := atomicfile.Create(out.path, atomicfile.Options{Replace: out.force})
	if err != nil {
		return out.explain(err)
	}
	defer target.Abort() //nolint:errcheck // after Commit it does nothing, before it the error that led here counts
	report, stop := s.track("sealing")
	defer stop()
	message, err := seal.begin(target, size)
	if err != nil {
		return err
	}
	if _, err := io.CopyBuffer(message, struct{ io.Reader }{progress.Reader(ctx, plain, max(size, 0), report)}, make([]byte, 256<<10)); err != nil {
		return err
	}
	if err := message.Close(); err != nil {
		return err
	}
	written, err := sizeOf(target.Name())
	if err != nil {
		return err
	}
	if err := target.Commit(); err != nil {
		return out.explain(err)
	}
	stop()
	var names []string
	for _, r := range seal.to {
		names = append(names, r.Title())
	}
	_, err = fmt.Fprintln(s.stdout, printable(fmt.Sprintf("%s: %s bytes, sealed to %s", out.path, finding.Grouped(written), strings.Join(names, ", "))))
	return err
}

// differs refuses to write over what is read.
func (o output) differs(in string) error {
	a, err := os.Stat(in)
	if err != nil {
		return err
	}
	if b, err := os.Stat(o.path); err == nil && os.SameFile(a, b) {
		return usagef("-o %q is the input itself; choose another name", o.path)
	}
	return nil
}

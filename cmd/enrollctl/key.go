package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/spf13/pflag"

	"enrollbench/core/cms"
	"enrollbench/core/delivery"
	"enrollbench/core/recipient"
)

// maxKeyFile is the most bytes of a file with keys or certificates.
const maxKeyFile = recipient.MaxBytes

// opening is what the flags say about the private key that something was sealed to.
type opening struct {
	file, certificate string
	passphrase        passphraseSource
}

func (o *opening) declare(flags *pflag.FlagSet) {
	flags.StringVar(&o.file, "key", "", "the private key that it was sealed to, in `FILE`: PEM, DER, PKCS#12 or OpenPGP")
	flags.StringVar(&o.certificate, "certificate", "", "the certificate that belongs to the key, in `FILE`; without it every recipient is tried")
	o.passphrase.declare(flags, "passphrase-file", "the private key")
}

// load reads the key and unlocks it. The caller wipes it.
func (o *opening) load(ctx context.Context, s *session) (*openerOf, error) {
	data, err := readLimited(o.file, maxKeyFile)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	var certificate []byte
	if o.certificate != "" {
		if certificate, err = readLimited(o.certificate, maxKeyFile); err != nil {
			return nil, err
		}
	}
	opener, err := recipient.LoadOpener(data, certificate, o.passphrase.asker(ctx, s, o.file))
	if err != nil {
		return nil, fmt.Errorf("--key %s: %w", o.file, err)
	}
	return &openerOf{Opener: opener}, nil
}

// openerOf lets core/delivery open with a key of core/recipient, and remembers what was opened last.
type openerOf struct {
	*recipient.Opener
	last atomic.Pointer[recipient.Opened]
}

func (o *openerOf) Open(sealed io.Reader) (delivery.Opened, error) {
	opened, err := o.Opener.Open(sealed)
	if err != nil { // a nil *Opened in an interface would be an Opened
		return nil, err
	}
	o.last.Store(opened)
	return opened, nil
}

// explain adds to a message that did not open for whom it is and what was tried. An RSA key without its certificate cannot
// be told from the right one before the content is seen.
func (o *openerOf) explain(err error) error {
	opened := o.last.Load()
	if opened == nil || errors.Is(err, recipient.ErrNoMatchingKey) {
		return err
	}
	_, formless := errors.AsType[*delivery.FormError](err)
	switch {
	case errors.Is(err, cms.ErrDecrypt), errors.Is(err, delivery.ErrDamaged):
	case (formless || errors.Is(err, delivery.ErrNotProven)) && !opened.Authenticated() && o.Kind() == recipient.X509 && o.Certificate() == nil:
		// One wrong key in 256 leaves what looks like padding, and then nonsense.
		return fmt.Errorf("%w; or the key is a wrong one: it was sealed to %s; you chose %s", err, strings.Join(opened.Recipients, ", "), o.Opener)
	default:
		return err
	}
	return fmt.Errorf("%w; it was sealed to %s; you chose %s", err, strings.Join(opened.Recipients, ", "), o.Opener)
}

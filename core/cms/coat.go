package cms

import (
	"errors"
	"io"

	"enrollbench/core/form"
)

// Unwrap takes off what lies around a CMS message and returns the stream of its DER or BER; see form.Unwrap. Damage of a
// coat further on is an error of the returned reader. A *FormatError says that this is no CMS message and what it is;
// its offset counts in the layer where it was found.
func Unwrap(r io.Reader) (io.Reader, form.Coats, error) {
	in, f, err := form.Unwrap(r)
	if err != nil {
		return nil, f.Coats, coatError(err, false)
	}
	switch f.Kind {
	case form.EnvelopedData, form.AuthEnvelopedData, form.SignedData, form.CMC, form.CMS, form.ASN1:
		return &unwrapped{in}, f.Coats, nil
	}
	return nil, f.Coats, &FormatError{Other: f.String()}
}

// unwrapped tells damage of a coat as damage of the message.
type unwrapped struct{ r io.Reader }

func (u *unwrapped) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	return n, coatError(err, true)
}

func coatError(err error, content bool) error {
	if coat, ok := errors.AsType[*form.CoatError](err); ok {
		return &FormatError{Offset: coat.Offset, Reason: coat.Reason, content: content}
	}
	return err
}

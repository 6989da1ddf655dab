package delivery

import (
	"errors"
	"fmt"

	"enrollbench/core/form"
)

// FormError is a file in none of the forms of a result.
type FormError struct {
	Path   string
	Form   form.Form // what it is instead
	Opened bool      // it was sealed: Form is what it held
}

// Error says what the file is, and the one next step.
func (e *FormError) Error() string {
	if e.Opened {
		return fmt.Sprintf("%q opens, but holds %s, not a result: decrypt writes it as it is", e.Path, e.Form)
	}
	advice := e.Form.Kind.Advice()
	if advice == "" {
		advice = "give the file as it was downloaded: a ZIP, CMS (.p7m), OpenPGP, JSON, PEM or DER"
	}
	return fmt.Sprintf("%q is %s, not a result: %s", e.Path, e.Form, advice)
}

// EmptyError is a file without content.
type EmptyError struct{ Path string }

func (e *EmptyError) Error() string {
	return fmt.Sprintf("%q is empty: download it again", e.Path)
}

var errTooDeep = errors.New("it is wrapped too many times")

// isSealed tells what an Opener may be able to open: what is sealed, and CMS of other types, of which it says why not.
func isSealed(f form.Form) bool { return f.Sealed() || f.Kind == form.CMS }

// isContainer tells what holds many certificates and keys in an order of its own.
func isContainer(f form.Form) bool {
	return f.Kind == form.ZIP || f.Kind == form.JSON || f.Kind == form.JWK
}

// isPlain tells what holds certificates and keys by itself, in DER or PEM.
func isPlain(f form.Form) bool {
	switch f.Kind {
	case form.Certificate, form.CRL, form.PublicKey, form.Parameters, form.PKCS10, form.SignedData, form.ASN1,
		form.PKCS8, form.EncryptedPKCS8, form.RSAKey, form.ECKey, form.DSAKey, form.LegacyEncryptedKey, form.PKCS12:
		return true
	}
	return f.Label != ""
}

// inCoat tells whether a coat must come off before anything can be read; PEM is read as it is.
func inCoat(f form.Form) bool { return !f.Bare() && f.Coats[0] != form.PEM }

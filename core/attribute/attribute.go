// Package attribute knows what single values of a certificate may look like, whether they come from a CSR, a CSV cell
// or a form: names of hosts and countries, addresses, lengths, and characters that nobody sees.
//
// Everything here is a pure function of strings. Country, DNSName, Email, URI, IP and Length answer with nil or an
// *Error that says what is wrong and what to do; Text lists every flaw of a free text. None of them changes a value.
package attribute

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Error says why a value cannot stand in a certificate.
type Error struct {
	Value  string // as it was given
	Reason string // lower case, names the offending part
	Hint   string // what to do; "" where the reason says it all
	kind   error
}

// Error quotes the value, shortened where it is long, and gives the reason.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", Quote(e.Value), e.Reason) }

// Unwrap returns ErrUserAssigned where the value is such a country code, else nil.
func (e *Error) Unwrap() error { return e.kind }

// ErrUserAssigned is what errors.Is finds in the error for a country code that ISO 3166-1 leaves to users (XK, ZZ, …).
var ErrUserAssigned = errors.New("user-assigned country code")

func refuse(value, hint, format string, args ...any) error {
	return &Error{Value: value, Reason: fmt.Sprintf(format, args...), Hint: hint}
}

// quotedRunes is how much of a value a message repeats.
const quotedRunes = 80

// Quote quotes a value for a message, so that control and invisible characters show, and shortens what is long.
func Quote(s string) string {
	if len(s) > quotedRunes {
		n := 0
		for i := range s {
			if n == quotedRunes {
				return fmt.Sprintf("%q… (%d characters)", s[:i], utf8.RuneCountInString(s))
			}
			n++
		}
	}
	return strconv.Quote(s)
}

// upperBounds are those of RFC 5280 Appendix A.1, in characters, and for what it does not name those of X.520 (2001)
// Annex C and RFC 2985 Appendix B.3 (pkcs-9-ub-unstructuredName).
var upperBounds = map[string]int{
	"commonName":             64,
	"organizationName":       64,
	"organizationalUnitName": 64,
	"countryName":            2,
	"localityName":           128,
	"stateOrProvinceName":    128,
	"title":                  64,
	"serialNumber":           64,
	"pseudonym":              128,
	"name":                   32768,
	"surname":                32768,
	"givenName":              32768,
	"initials":               32768,
	"generationQualifier":    32768,
	"emailAddress":           255,

	"streetAddress":    128,
	"postalCode":       40,
	"description":      1024,
	"businessCategory": 128,
	"telephoneNumber":  32,

	"unstructuredName":    255,
	"unstructuredAddress": 255,
}

// Length checks s against the greatest number of characters (not bytes) that attr may have, named as in X.520 and PKCS #9
// ("commonName").
func Length(attr, s string) error {
	bound := upperBounds[attr]
	if bound == 0 || len(s) <= bound {
		return nil
	}
	if n := utf8.RuneCountInString(s); n > bound {
		return refuse(s, fmt.Sprintf("shorten it to %d characters", bound), "%s has %d characters; at most %d are allowed", attr, n, bound)
	}
	return nil
}

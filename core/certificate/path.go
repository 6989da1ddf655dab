package certificate

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"time"
)

var oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}

// CheckPath holds the certificates of CAs against the rules for paths (RFC 5280 §6.1), as one: chain[0] issued the
// certificate in question, each other one issued the one before it, and the last is where trust begins or ends. Every
// one must be valid at now, be a CA that may sign certificates, and keep what those above it demand: the length of the
// path and names. Constraints of the last one count too (RFC 5937). Policies are not looked at, as OpenSSL does by default.
// Signatures are CheckSignature's. The error names the certificate and what it breaks.
func CheckPath(chain []*x509.Certificate, now time.Time) error {
	room, limiting := len(chain), "" // how many CAs may still follow, and who says so
	for i := len(chain) - 1; i >= 0; i-- {
		c, top := chain[i], i == len(chain)-1
		if err := checkIssuer(c, top, now); err != nil {
			return fmt.Errorf("%q %w", Name(c), err)
		}
		own := bytes.Equal(c.RawSubject, c.RawIssuer)
		if !own {
			if err := CheckNames(c, chain[i+1:]); err != nil {
				return err
			}
			if room == 0 {
				return fmt.Errorf("%q exceeds the path length that %q allows", Name(c), limiting)
			}
			room--
		}
		if c.BasicConstraintsValid && c.MaxPathLen >= 0 && c.MaxPathLen < room {
			room, limiting = c.MaxPathLen, Name(c)
		}
	}
	return nil
}

// checkIssuer: the certificate by itself, RFC 5280 §6.1.3 (a) (2), §6.1.4 (k), (n), (o).
func checkIssuer(c *x509.Certificate, top bool, now time.Time) error {
	const day = "2 January 2006"
	switch {
	case now.After(c.NotAfter):
		return fmt.Errorf("expired on %s", c.NotAfter.UTC().Format(day))
	case now.Before(c.NotBefore):
		return fmt.Errorf("is valid only from %s on", c.NotBefore.UTC().Format(day))
	case !(c.BasicConstraintsValid && c.IsCA) && !(top && c.Version < 3):
		return fmt.Errorf("is not a CA certificate, so it may not issue certificates")
	case c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0:
		return fmt.Errorf("may not issue certificates: its key usage does not allow signing them")
	}
	for _, id := range c.UnhandledCriticalExtensions {
		if !id.Equal(oidNameConstraints) { // CheckNames reads them
			return fmt.Errorf("has a critical extension that is not known here (%s)", extensionName(id))
		}
	}
	return nil
}

// Name is what people call a certificate: its common name, else its whole subject.
func Name(c *x509.Certificate) string {
	if c.Subject.CommonName != "" {
		return c.Subject.CommonName
	}
	return c.Subject.String()
}

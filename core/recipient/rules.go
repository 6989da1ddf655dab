package recipient

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"time"

	"enrollbench/core/finding"
	"enrollbench/core/openpgp"
	"enrollbench/core/privatekey"
)

// ExpiresSoon is how long before its end a recipient gets a warning.
const ExpiresSoon = 30 * 24 * time.Hour

const contract = "DigiCert, Prepare enrollment data"

// The rules. RulePrivateKey and RuleIssuerLeftOut are about a file and come from Parse, the others from Findings.
var (
	RulePrivateKey = &finding.Rule{
		Name: "recipient/private-key", Severity: finding.Error, Title: "A private key was chosen",
		Why:    "Anyone who has the private key can open every result. It must never be sent; the service needs only its public half.",
		Hint:   "use the public half",
		Source: contract,
	}
	RuleExpired = &finding.Rule{
		Name: "recipient/expired", Severity: finding.Error, Title: "Expired",
		Why:    "The service may refuse an expired recipient, or the owner of the key may have discarded it.",
		Hint:   "renew it, or choose another",
		Source: "RFC 5280 §4.1.2.5, RFC 9580 §5.2.3.13",
	}
	RuleNotYetValid = &finding.Rule{
		Name: "recipient/not-yet-valid", Severity: finding.Error, Title: "Not yet valid",
		Why:    "The service may refuse a recipient before its validity starts.",
		Hint:   "check the clock of this computer, or wait",
		Source: "RFC 5280 §4.1.2.5, RFC 9580 §5.5.2",
	}
	RuleExpiresSoon = &finding.Rule{
		Name: "recipient/expires-soon", Severity: finding.Warning, Title: "Expires within 30 days",
		Why:    "A batch may wait for approval longer than that.",
		Hint:   "renew it before the next batch",
		Source: "RFC 5280 §4.1.2.5",
	}
	RuleRevoked = &finding.Rule{
		Name: "recipient/revoked", Severity: finding.Error, Title: "Revoked",
		Why:    "Its owner has revoked the key. Somebody else may have it, or it is lost.",
		Hint:   "ask its owner for the new one",
		Source: "RFC 9580 §5.2.1",
	}
	RuleNoEncryptionKey = &finding.Rule{
		Name: "recipient/no-encryption-key", Severity: finding.Error, Title: "Nothing can be sealed to it",
		Why:    "The certificate or key is for signing only. What a service sealed to it, if it did, could not be opened.",
		Hint:   "choose a certificate with key encipherment or key agreement, or an OpenPGP key with an encryption subkey",
		Source: "RFC 5280 §4.2.1.3, RFC 9580 §5.2.3.29",
	}
	RuleWeak = &finding.Rule{
		Name: "recipient/weak", Severity: finding.Error, Title: "Too weak to protect private keys",
		Why:    "Every private key of the batch would be only as safe as this one key.",
		Hint:   "make a new key: RSA 3072 is read everywhere",
		Source: "NIST SP 800-131A Rev. 2 §6, RFC 9580 §12.4",
	}
	RuleUncertainService = &finding.Rule{
		Name: "recipient/uncertain-service", Severity: finding.Warning, Title: "The service may not be able to seal to it",
		Why: "The service does not say whether it can seal to elliptic curves, and the openssl smime command in its documentation opens RSA only. " +
			"A rehearsal proves that you can open what is sealed to it, not that the service can seal.",
		Hint:   "an RSA certificate or key is safe; otherwise try a batch of one first",
		Source: contract,
	}
	RuleUnusual = &finding.Rule{
		Name: "recipient/unusual", Severity: finding.Warning, Title: "Certificate that some programs refuse",
		Why:    "It breaks a rule of the standard. OpenSSL reads it; the service may not.",
		Hint:   "make a certificate that keeps the rule, or try a batch of one first",
		Source: "RFC 5280 §4.1",
	}
	RuleIssuerLeftOut = &finding.Rule{
		Name: "recipient/issuer-left-out", Severity: finding.Notice, Title: "An issuer's certificate is not used",
		Why:    "The file holds a chain; results are sealed to the certificate at its end.",
		Source: "RFC 5280 §4.2.1.9",
	}
)

// Rules are all rules of this package.
var Rules = []*finding.Rule{RulePrivateKey, RuleExpired, RuleNotYetValid, RuleExpiresSoon, RuleRevoked, RuleNoEncryptionKey, RuleWeak, RuleUncertainService, RuleUnusual, RuleIssuerLeftOut}

// Findings is what speaks against the recipient at the time now.
func (r *Recipient) Findings(now time.Time) *finding.Report {
	c := &check{report: &finding.Report{}, now: now}
	if r.key != nil {
		c.openPGP(r.key)
	} else {
		c.certificate(r)
	}
	return c.report
}

type check struct {
	report *finding.Report
	now    time.Time
}

func (c *check) add(rule *finding.Rule, format string, args ...any) {
	c.report.Add(rule.Finding(finding.Location{}, fmt.Sprintf(format, args...), ""))
}

// validity checks a period; a zero end is none.
func (c *check) validity(start, end time.Time) {
	switch {
	case c.now.Before(start):
		c.add(RuleNotYetValid, "it is valid only from %s", start.UTC().Format(time.RFC3339))
	case !end.IsZero() && c.now.After(end):
		c.add(RuleExpired, "it expired on %s", end.UTC().Format(time.RFC3339))
	case !end.IsZero() && end.Sub(c.now) < ExpiresSoon:
		c.add(RuleExpiresSoon, "it expires on %s", end.UTC().Format(time.RFC3339))
	}
}

var oidKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 15}

func (c *check) certificate(r *Recipient) {
	cert := r.certificate
	for _, what := range r.unusual {
		c.add(RuleUnusual, "%s", what)
	}
	c.validity(cert.NotBefore, cert.NotAfter)
	usage, name := x509.KeyUsageKeyAgreement, "keyAgreement"
	switch p := privatekey.PublicKeyOf(cert).(type) {
	case *rsa.PublicKey:
		usage, name = x509.KeyUsageKeyEncipherment, "keyEncipherment"
		switch bits := p.N.BitLen(); {
		case bits < 2048:
			c.add(RuleWeak, "its RSA key has %d bits", bits)
		case bits > privatekey.MaxModulusBits:
			c.add(RuleNoEncryptionKey, "its RSA key has %d bits, at most %d are used", bits, privatekey.MaxModulusBits)
		}
	case *ecdsa.PublicKey:
		if !sealable(p) {
			c.add(RuleNoEncryptionKey, "its key is on the curve %s, for which there is no code here", p.Curve.Params().Name)
			return
		}
		c.add(RuleUncertainService, "its key is on the elliptic curve %s", r.Algorithm())
	case *ecdh.PublicKey:
		c.add(RuleUncertainService, "its key is on the elliptic curve %s", r.Algorithm())
	default:
		if cert.PublicKeyAlgorithm == x509.DSA {
			c.add(RuleWeak, "its DSA key can only sign")
			return
		}
		c.add(RuleNoEncryptionKey, "its key is for %s: it can only sign, or there is no code for it here", r.Algorithm())
		return
	}
	for _, e := range cert.Extensions {
		if e.Id.Equal(oidKeyUsage) && cert.KeyUsage&usage == 0 {
			c.add(RuleNoEncryptionKey, "its key usage lacks %s", name)
		}
	}
}

// sealable are the curves that core/cms knows.
func sealable(p *ecdsa.PublicKey) bool {
	switch p.Curve.Params().Name {
	case "P-256", "P-384", "P-521":
		return true
	}
	return false
}

func (c *check) openPGP(k *openpgp.Key) {
	if k.Revoked {
		c.add(RuleRevoked, "OpenPGP key %s is revoked", openpgp.Display(k.KeyID))
		return
	}
	used, err := k.EncryptionSubkey(c.now)
	if err == nil {
		end := k.Expires
		if !used.Expires.IsZero() && (end.IsZero() || used.Expires.Before(end)) {
			end = used.Expires
		}
		c.validity(used.Created, end)
		if used.Kind == openpgp.KindEC || used.Kind == openpgp.KindCurve25519 {
			c.add(RuleUncertainService, "its encryption key is on the elliptic curve %s", used.Algorithm)
		}
		return
	}
	before := c.report.Len()
	c.validity(k.Created, k.Expires)
	if c.report.Len() > before && c.report.Count(finding.Error) > 0 {
		return
	}
	// The key itself is in force: each of its encryption keys says why it is not.
	for _, s := range k.Subkeys(c.now) {
		which := fmt.Sprintf("subkey %s", openpgp.Display(s.KeyID))
		if s.Primary {
			which = fmt.Sprintf("primary key %s", openpgp.Display(s.KeyID))
		}
		switch {
		case s.Weak() != "" && (s.MayEncrypt || s.Kind == openpgp.KindDSA):
			c.add(RuleWeak, "%s: %s", which, s.Weak())
		case !s.MayEncrypt:
		case s.Revoked:
			c.add(RuleRevoked, "%s is revoked", which)
		case c.now.Before(s.Created):
			c.add(RuleNotYetValid, "%s is valid only from %s", which, s.Created.Format(time.RFC3339))
		case !s.Expires.IsZero() && c.now.After(s.Expires):
			c.add(RuleExpired, "%s expired on %s", which, s.Expires.Format(time.RFC3339))
		}
	}
	c.add(RuleNoEncryptionKey, "%s", err.Error())
}

package recipient

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/certificate"
	"enrollbench/core/finding"
	"enrollbench/core/form"
	"enrollbench/core/openpgp"
	"enrollbench/core/privatekey"
)

// MaxBytes of a file that a recipient is read from.
const MaxBytes = 16 << 20

// ErrNoRecipient is matched by the error of a file that holds nothing to seal to.
var ErrNoRecipient = errors.New("no certificate and no OpenPGP public key in it")

// Parse reads the recipients of a file: certificates in PEM or DER, OpenPGP keys armored or binary. Where there are
// several the caller asks which; issuers that only came along with a certificate are left out, with a notice.
//
// A private key in the file is a finding (RulePrivateKey, an error), and what is returned is its public half: the
// certificate beside it, or the OpenPGP key without its secret part. The report is never nil, and may say more when the
// error matches ErrNoRecipient: a lone private key has no certificate to offer.
func Parse(data []byte) ([]*Recipient, *finding.Report, error) {
	report := &finding.Report{}
	if len(data) > MaxBytes {
		return nil, report, fmt.Errorf("%w: it has %d bytes, the limit is %d", ErrNoRecipient, len(data), MaxBytes)
	}
	bare, f, err := form.UnwrapAll(data, 2*MaxBytes)
	if err != nil {
		return nil, report, fmt.Errorf("%w: %w", ErrNoRecipient, err)
	}
	if isKeyRing(f) {
		all, err := parseOpenPGP(bare, report)
		return all, report, err
	}
	found, broken := certificates(bare)
	if f.Private() {
		if len(found) == 0 {
			found = beside(data)
		}
		report.Add(RulePrivateKey.Finding(finding.Location{}, "the file holds a private key ("+f.String()+")", offer(len(found) > 0)))
	}
	switch {
	case len(found) > 0:
		return withoutIssuers(found, report), report, nil
	case broken != nil:
		return nil, report, fmt.Errorf("%w: its certificate cannot be read: %w", ErrNoRecipient, broken)
	case f.Kind == form.Certificate:
		return nil, report, fmt.Errorf("%w: its certificate is damaged or cut short: copy or download the file again", ErrNoRecipient)
	}
	what, advice := f.String(), f.Kind.Advice()
	switch {
	case f.Private() && advice == "":
		what, advice = "a private key ("+what+")", "choose the certificate that belongs to it"
	case f.Kind == form.PKCS10:
		advice = "choose the certificate that was issued for it"
	}
	if advice != "" {
		what += ": " + advice
	}
	return nil, report, fmt.Errorf("%w: it is %s", ErrNoRecipient, what)
}

// isKeyRing tells OpenPGP keys from everything else.
func isKeyRing(f form.Form) bool { return f.Kind == form.PGPPublicKey || f.Kind == form.PGPSecretKey }

// certificates are those of a file in PEM or DER, with what is unusual about them. The error is about one that cannot be
// read. They refer to data.
func certificates(data []byte) (all []*Recipient, broken error) {
	add := func(der []byte) {
		r := &Recipient{}
		if r.certificate, r.unusual, broken = certificate.Parse(der); broken == nil {
			all = append(all, r)
		}
	}
	for b := range form.PEMBlocks(data) {
		if form.OfLabel(b.Type) == form.Certificate {
			add(trusted(b))
		} else {
			clear(b.Bytes)
		}
	}
	if f := form.Detect(data); len(all) == 0 && f.Kind == form.Certificate && f.Bare() {
		add(withoutLineEnd(data))
	} else if len(all) == 0 && (f.Kind == form.Text || f.Kind == form.JSON || f.Kind == form.XML) {
		values(data, add)
	}
	return all, broken
}

// withoutLineEnd cuts what a copy as text adds behind DER: line breaks, zeros, a Ctrl-Z.
func withoutLineEnd(data []byte) []byte {
	s := cryptobyte.String(data)
	var element cryptobyte.String
	if s.ReadASN1Element(&element, asn1.SEQUENCE) && len(bytes.Trim(s, " \r\n\x00\x1A")) == 0 {
		return element
	}
	return data
}

// values gives each certificate to add that stands as base64 in a text: in JSON, in a secret of Kubernetes, in the metadata of SAML.
func values(text []byte, add func(der []byte)) {
	const shortest = 200 // characters; the smallest certificate has 250 bytes
	for from, to := range form.Base64Runs(text, shortest) {
		clean, _ := form.CleanBase64(text[from:to])
		value, err := base64.StdEncoding.AppendDecode(nil, clean)
		if err != nil || form.Detect(value).Kind != form.Certificate {
			continue
		}
		if !form.Detect(value).Bare() {
			for b := range form.PEMBlocks(value) {
				if form.OfLabel(b.Type) == form.Certificate {
					add(trusted(b))
				}
			}
			continue
		}
		add(value)
	}
}

// trusted takes off what OpenSSL's trusted form has behind the certificate.
func trusted(b *pem.Block) []byte {
	s := cryptobyte.String(b.Bytes)
	var element cryptobyte.String
	if b.Type == "TRUSTED CERTIFICATE" && s.ReadASN1Element(&element, asn1.SEQUENCE) {
		return element
	}
	return b.Bytes
}

// beside are the certificates that stand beside a private key that opens without a passphrase.
func beside(data []byte) (all []*Recipient) {
	key, err := privatekey.Read(data, nil)
	if err != nil {
		return nil
	}
	defer key.Wipe()
	if c := key.Certificate(); c != nil {
		return []*Recipient{FromCertificate(c)}
	}
	for _, c := range key.Certificates {
		all = append(all, FromCertificate(c))
	}
	return all
}

func parseOpenPGP(data []byte, report *finding.Report) ([]*Recipient, error) {
	ring, err := openpgp.ReadKeys(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoRecipient, err)
	}
	defer ring.Wipe()
	var all []*Recipient
	for _, k := range ring.Keys() {
		if k.Secret {
			report.Add(RulePrivateKey.Finding(finding.Location{}, fmt.Sprintf("the file holds the secret key of %s", k), "only its public half would be used; keep this file to yourself, and to open the results with"))
		}
		r, err := FromKey(k)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoRecipient, err)
		}
		all = append(all, r)
	}
	return all, nil
}

func offer(certificate bool) string {
	if certificate {
		return "only the certificate would be used; keep this file to yourself, and to open the results with"
	}
	return "choose the certificate that belongs to it; keep this file to yourself, and to open the results with"
}

// withoutIssuers leaves out the certification authorities of a chain where there is something else to seal to: nobody
// means to seal to an issuer, and a file with a chain should not ask which of three it is.
func withoutIssuers(all []*Recipient, report *finding.Report) []*Recipient {
	var own, issuers []*Recipient
	seen := map[string]bool{}
	for _, r := range all {
		if seen[r.Fingerprint()] {
			continue
		}
		seen[r.Fingerprint()] = true
		if c := r.certificate; c.BasicConstraintsValid && c.IsCA {
			issuers = append(issuers, r)
		} else {
			own = append(own, r)
		}
	}
	if len(own) == 0 {
		return issuers
	}
	for _, r := range issuers {
		report.Add(RuleIssuerLeftOut.Finding(finding.Location{}, fmt.Sprintf("the certificate of the issuer %q is in the file too and is not used", r.Title()), ""))
	}
	return own
}

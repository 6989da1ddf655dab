package recipient

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/finding"
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
	if openpgp.LooksLikeKeys(data) {
		all, err := parseOpenPGP(data, report)
		return all, report, err
	}
	text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var certificates []*x509.Certificate
	var err error
	if bytes.Contains(text, []byte("-----BEGIN ")) && text[0] != 0x30 {
		certificates, err = parsePEM(text, report)
	} else {
		certificates, err = parseDER(text, report)
	}
	if err != nil {
		return nil, report, err
	}
	return withoutIssuers(certificates, report), report, nil
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

func parsePEM(text []byte, report *finding.Report) ([]*x509.Certificate, error) {
	var certificates []*x509.Certificate
	var broken error
	secret, other := false, ""
	for rest := text; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		switch b.Type {
		case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE":
			c, err := parseCertificate(b.Bytes)
			if err != nil {
				broken = err
				continue
			}
			certificates = append(certificates, c)
		default:
			if bytes.HasSuffix([]byte(b.Type), []byte("PRIVATE KEY")) || b.Type == "PKCS12" {
				secret = true
			} else if other == "" {
				other = b.Type
			}
			clear(b.Bytes)
		}
	}
	// A private key whose block is damaged is one all the same.
	if secret || bytes.Contains(text, []byte("PRIVATE KEY-----")) {
		report.Add(RulePrivateKey.Finding(finding.Location{}, "the file holds a private key", offer(len(certificates) > 0)))
	}
	switch {
	case len(certificates) > 0:
		return certificates, nil
	case broken != nil:
		return nil, fmt.Errorf("%w: its certificate cannot be read: %w", ErrNoRecipient, broken)
	case secret:
		return nil, fmt.Errorf("%w: it is a private key; choose the certificate that belongs to it", ErrNoRecipient)
	case other != "":
		return nil, fmt.Errorf("%w: it holds %q", ErrNoRecipient, other)
	}
	return nil, fmt.Errorf("%w: its PEM is damaged", ErrNoRecipient)
}

func offer(certificate bool) string {
	if certificate {
		return "only the certificate would be used; keep this file to yourself, and to open the results with"
	}
	return "choose the certificate that belongs to it; keep this file to yourself, and to open the results with"
}

// parseCertificate reads one certificate. OpenSSL's trusted form has its own data behind it.
func parseCertificate(der []byte) (*x509.Certificate, error) {
	s := cryptobyte.String(der)
	var element cryptobyte.String
	if !s.ReadASN1Element(&element, asn1.SEQUENCE) {
		return nil, errors.New("no DER")
	}
	return x509.ParseCertificate(element)
}

func parseDER(data []byte, report *finding.Report) ([]*x509.Certificate, error) {
	certificate, err := x509.ParseCertificate(data)
	if err != nil { // a transfer as text may have added a line end; a signature may end in those octets too
		certificate, err = x509.ParseCertificate(bytes.TrimRight(data, "\r\n"))
	}
	if err == nil {
		return []*x509.Certificate{certificate}, nil
	}
	key, keyErr := privatekey.Read(data, nil)
	var not *privatekey.NotAKeyError
	switch {
	case keyErr == nil:
		defer key.Wipe()
		report.Add(RulePrivateKey.Finding(finding.Location{}, "the file holds a private key ("+key.Form+")", offer(len(key.Certificates) > 0)))
		if c := key.Certificate(); c != nil {
			return []*x509.Certificate{c}, nil
		}
		if len(key.Certificates) > 0 {
			return key.Certificates, nil
		}
	case errors.As(keyErr, &not):
		return nil, fmt.Errorf("%w: it holds %s", ErrNoRecipient, not.Found)
	case errors.Is(keyErr, privatekey.ErrNeedPassphrase):
		report.Add(RulePrivateKey.Finding(finding.Location{}, "the file holds a private key under a passphrase", offer(false)))
	default:
		return nil, fmt.Errorf("%w: neither a certificate nor a key can be read from it: %w", ErrNoRecipient, err)
	}
	return nil, fmt.Errorf("%w: it is a private key; choose the certificate that belongs to it", ErrNoRecipient)
}

// withoutIssuers leaves out the certification authorities of a chain where there is something else to seal to: nobody
// means to seal to an issuer, and a file with a chain should not ask which of three it is.
func withoutIssuers(certificates []*x509.Certificate, report *finding.Report) []*Recipient {
	var own, issuers []*Recipient
	seen := map[string]bool{}
	for _, c := range certificates {
		r := FromCertificate(c)
		if seen[r.Fingerprint()] {
			continue
		}
		seen[r.Fingerprint()] = true
		if c.BasicConstraintsValid && c.IsCA {
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

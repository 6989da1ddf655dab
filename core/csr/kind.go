package csr

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"enrollbench/core/finding"
	"enrollbench/core/form"
)

// Kind says what an input turned out to be. core/form tells more kinds apart; these are the ones that make a difference to
// a batch.
type Kind uint8

const (
	Request     Kind = iota // a PKCS#10 CertificationRequest, good or bad
	Certificate             // an X.509 certificate
	PrivateKey              // a private key in any form but PKCS#12, encrypted or not
	PGPKey                  // an OpenPGP public key or message
	PKCS12                  // a PKCS#12 file; it nearly always holds a private key
	PKCS7                   // a CMS or PKCS#7 object
	Empty                   // no bytes, or blanks alone
	TooLarge                // above a limit
	Unreadable              // the file system, or a broken ZIP, would not give it
	Other                   // none of these
)

var kindNames = [...]string{"CSR", "certificate", "private key", "OpenPGP data", "PKCS#12 file", "PKCS#7 file", "empty file",
	"too large", "unreadable", "not a CSR"}

// String names the kind for people, "private key".
func (k Kind) String() string { return kindNames[k] }

// kindOf reads what core/form found. A structure of ASN.1 that is nothing else known counts as a request, so that its
// examination can say where it breaks.
func kindOf(f form.Form) Kind {
	switch f.Kind {
	case form.PKCS10, form.ASN1:
		return Request
	case form.Certificate:
		return Certificate
	case form.PKCS12:
		return PKCS12
	case form.PGPPublicKey, form.PGPMessage, form.PGPSignature:
		return PGPKey
	case form.SignedData, form.EnvelopedData, form.AuthEnvelopedData, form.CMS, form.CMC:
		return PKCS7
	case form.Empty:
		return Empty
	}
	if f.Private() {
		return PrivateKey
	}
	return Other
}

// rule is the rule that an input of this kind breaks by standing among CSRs.
func (k Kind) rule() *finding.Rule {
	switch k {
	case Certificate:
		return RuleIsCertificate
	case PrivateKey:
		return RulePrivateKey
	case PGPKey:
		return RuleIsPGPKey
	case PKCS12:
		return RuleIsPKCS12
	case Empty:
		return RuleEmptyFile
	case TooLarge:
		return RuleTooLarge
	case Unreadable:
		return RuleUnreadable
	}
	return RuleNotACSR
}

// foreign tells which rule what is no request breaks, and what to do. Whatever is named like a request, was given by name,
// or may hold requests in a form that is not read, is an error: left out quietly, its device would be missing.
func (p *place) foreign(f form.Form, text []byte) (kind Kind, rule *finding.Rule, hint string) {
	kind = kindOf(f)
	if kind == Request { // ASN.1 in a coat that is not examined
		kind = Other
	}
	rule = kind.rule()
	if rule.Severity == finding.Error || !p.expected(f, text) {
		return kind, rule, ""
	}
	hint = f.Kind.Advice()
	if f.Table() {
		hint = ""
	}
	return kind, RuleNoRequest, hint
}

// expected tells whether a request was to be expected in a place.
func (p *place) expected(f form.Form, text []byte) bool {
	name := p.inside
	if p.member < 0 && p.src != nil {
		name = p.src.path
	}
	extension := strings.ToLower(path.Ext(name))
	switch extension {
	case ".csr", ".req", ".p10", ".pkcs10", ".certreq":
		return true
	}
	switch f.Kind {
	case form.Certificate, form.CRL, form.PublicKey, form.Parameters, form.SSHPublicKey, form.SignedData, form.Keybox,
		form.PGPPublicKey, form.PGPSignature, form.PGPMessage, form.EnvelopedData, form.AuthEnvelopedData, form.CMS, form.AgentStub:
		return false // it is what it is: something that belongs beside requests
	case form.CMC, form.Base64Text, form.TooDeep, form.Mail, form.OutlookMail:
		return true
	}
	switch {
	case f.Archive(), p.member < 0 && p.src != nil && p.src.given, extension == ".pem", extension == ".der":
		return true
	case extension == ".txt":
		return f.Kind == form.Unknown || !f.Bare() || speaksOfRequest(text) != ""
	}
	return speaksOfRequest(text) != ""
}

// speaksOfRequest says what of a request stands in a text in which no block was found, "" where nothing does.
func speaksOfRequest(text []byte) string {
	for _, label := range []string{"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"} {
		for _, word := range []string{"BEGIN ", "END "} {
			if bytes.Contains(text, []byte(word+label)) {
				return fmt.Sprintf("it contains the words %s%s, but no whole line -----BEGIN %s-----", word, label, label)
			}
		}
	}
	return ""
}

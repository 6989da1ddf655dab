package csr

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"

	"enrollbench/core/finding"
)

// breach is one rule that one request breaks, without the place, which the set knows.
type breach struct {
	rule    *finding.Rule
	message string
	hint    string // "" takes the rule's
}

// exam is what examine finds.
type exam struct {
	facts    Facts
	breaches []breach // in the order of the structure; nil for a request without fault
	ok       bool     // the DER is a CertificationRequest, whatever else is wrong with it
}

// examine checks one request, given as DER, against every rule that needs no other request. No breach stops the
// others. It does not keep der.
func examine(der []byte) exam {
	var e exam
	e.facts.DER = sha256.Sum256(der)
	var outer asn1.RawValue
	rest, err := asn1.Unmarshal(der, &outer)
	if err != nil {
		e.add(RuleBrokenDER, "not a certification request: "+err.Error())
		return e
	}
	if len(rest) > 0 {
		e.add(RuleTrailingData, "trailing data after the request")
		der = outer.FullBytes
	}
	r, err := x509.ParseCertificateRequest(der)
	if err != nil {
		e.add(RuleBrokenDER, err.Error())
		return e
	}
	e.ok = true
	e.facts.CommonName = r.Subject.CommonName
	e.facts.SPKI = sha256.Sum256(r.RawSubjectPublicKeyInfo)
	switch k := r.PublicKey.(type) {
	case *rsa.PublicKey:
		e.facts.Key = Key{Kind: RSA, Bits: k.N.BitLen()}
		e.facts.modulus = k.N.Bytes()
	case *ecdsa.PublicKey:
		e.facts.Key = Key{Kind: ECDSA, Bits: k.Curve.Params().BitSize, Name: k.Curve.Params().Name}
	case ed25519.PublicKey:
		e.facts.Key = Key{Kind: Ed25519}
	}
	if err := r.CheckSignature(); err != nil {
		e.add(RuleSignature, "the signature does not verify: "+err.Error())
	}
	return e
}

func (e *exam) add(rule *finding.Rule, message string) {
	e.breaches = append(e.breaches, breach{rule: rule, message: message})
}

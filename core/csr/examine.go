package csr

import (
	"crypto/sha256"
	"fmt"

	"enrollbench/core/attribute"
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
	facts      Facts
	breaches   []breach // in the order of the structure; nil for a request without fault
	otherNames []string // common names before the last one
	ok         bool     // the DER is a CertificationRequest whose parts were all reached, whatever else is wrong with it
}

// examine checks one request, given as DER, against every rule that needs no other request. No breach stops the
// others: what can be reached of a damaged request is examined. It does not keep der.
//
// Everything but the verification of the signature costs a few microseconds, so that the check of 200,000 requests
// takes little longer than verifying them: nothing is built that only the window shows (Describe does that).
func examine(der []byte) exam {
	var e exam
	e.facts.DER = sha256.Sum256(der)
	r, whole := parse(der,
		func(format string, args ...any) { e.addf(RuleBrokenDER, format, args...) },
		func(n int) { e.addf(RuleTrailingData, "%s after the end of the request", bytesOf(n)) },
	)
	e.ok = whole
	if r.spki == nil {
		return e
	}
	if r.version != 0 {
		e.addf(RuleVersion, "version %d (written as %d); the only version is 1 (written as 0)", r.version+1, r.version)
	}
	named := e.subject(r.subject)
	if len(e.otherNames) > 0 {
		e.addf(RuleSeveralCommonNames, "the subject has %d common names; the last is %s, the one before is %s", len(e.otherNames)+1,
			attribute.Quote(e.facts.CommonName), attribute.Quote(e.otherNames[len(e.otherNames)-1]))
	}
	e.facts.SPKI = sha256.Sum256(r.spki)
	k := e.key(r.spki)
	alternatives := e.attributes(r.attributes)
	switch {
	case !named && !alternatives:
		e.addf(RuleEmptySubject, "the subject is empty, and so is subjectAltName")
	case !named:
		e.addf(RuleNoCommonName, "the subject is empty; only subjectAltName names the device")
	case e.facts.CommonName == "":
		e.addf(RuleNoCommonName, "the subject has no common name")
	}
	if r.hasSignature {
		e.signature(&r, &k)
	}
	return e
}

func (e *exam) add(rule *finding.Rule, message, hint string) {
	e.breaches = append(e.breaches, breach{rule: rule, message: message, hint: hint})
}

func (e *exam) addf(rule *finding.Rule, format string, args ...any) {
	e.add(rule, fmt.Sprintf(format, args...), "")
}

// bytesOf counts in words: "1 byte", "7 bytes".
func bytesOf(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

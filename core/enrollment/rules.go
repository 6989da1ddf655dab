package enrollment

import (
	"slices"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
)

// The pages of the service's documentation that rules rest on.
const (
	sourcePrepare = "DigiCert IoT Trust Manager, Prepare enrollment data"
	sourceFormat  = "DigiCert IoT Trust Manager, CSV format for batch certificate enrollment"
	sourceBounds  = "RFC 5280 Appendix A.1 (upper bounds)"
	sourceSAN     = "RFC 5280 §4.2.1.6"
	sourceExcel   = "ECMA-376 Part 1 §18.17.5 (numbers as IEC 60559 doubles), Microsoft Support: Keeping leading zeros and large numbers"
)

// Rules is the one table of what is checked in a CSV: docs/csv-rules.md is printed from it, and the tests demand of every
// rule in it one document that breaks it and one that keeps it. Cells of the column csr obey the rules of package csr
// besides (RequestRules).
var Rules = slices.Concat(headerRules, cellRules, requestRules, rowRules, damageRules, []*finding.Rule{RuleTooLarge})

// RequestRules are the rules of package csr that a cell of the column csr, or several of them together, can break.
var RequestRules = func() (rules []*finding.Rule) {
	outside := map[*finding.Rule]bool{ // about files and folders, and what this package says about rows in its own words
		csr.RuleSameName: true, csr.RuleDERConverted: true, csr.RuleEmptyFile: true, csr.RuleUnreadable: true,
		csr.RuleHiddenFile: true, csr.RuleLinkOutside: true, csr.RuleNestedArchive: true, csr.RuleBadArchive: true,
		csr.RuleLimit: true, csr.RuleNoCSR: true, csr.RuleChanged: true, csr.RuleTooLarge: true, csr.RuleIsPKCS12: true,
		csr.RuleIsCertificate: true, csr.RuleIsPGPKey: true, csr.RuleNotACSR: true, // warnings there, since files can be left out
	}
	for _, r := range csr.Rules {
		if !outside[r] {
			rules = append(rules, r)
		}
	}
	return rules
}()

package main

import (
	"bytes"
	"strings"
	"testing"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
)

// Where the search for shared primes was left out the next step is named, and nowhere else.
func TestSharedPrimesAreAskedFor(t *testing.T) {
	for rule, want := range map[*finding.Rule]bool{csr.RuleSharedPrimeSkipped: true, csr.RuleSharedPrime: false} {
		var said bytes.Buffer
		report := new(finding.Report)
		report.Add(rule.Finding(finding.Location{}, "so it is", ""))
		adviseOnPrimes(&session{stderr: &said}, report)
		if strings.Contains(said.String(), "--shared-primes always") != want {
			t.Errorf("%s: %q", rule.Name, said.String())
		}
	}
}
